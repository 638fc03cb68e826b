"""The journeys of sign-in by a person, who does each of them and says what the software shows.

Codes and links are read by the person, who has the mailbox and the phone before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.model.access import STAGES, Reached
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen
from harness.targets.visiting import Cookie, Visit, Visitor

if TYPE_CHECKING:
    from harness.targets.attended import Terminal
    from harness.targets.target_access import VisitorOptions

ACTS: Mapping[str, str] = {
    "sign_in": "connectez-vous par identifiant et mot de passe",
    "second_factor": "saisissez le code du second facteur",
    "resend_code": "demandez un nouveau code",
    "sign_out": "déconnectez-vous",
    "psc_start": "cliquez sur le bouton Pro Santé Connect",
    "psc_identify": "identifiez-vous à Pro Santé Connect",
    "psc_consent": "acceptez de transmettre vos données",
    "psc_refuse": "refusez de transmettre vos données",
    "choose_activity": "choisissez la situation d'exercice",
    "account": "ouvrez la page de votre compte",
    "change_password": "changez le mot de passe",
    "ask_recovery": "sans être connecté, demandez à récupérer l'accès (mot de passe oublié)",
    "reset_password": "ouvrez le lien reçu et choisissez un mot de passe",
    "activate": "ouvrez le lien d'activation reçu et choisissez un mot de passe",
    "forced_renewal": "choisissez le nouveau mot de passe qui est demandé",
    "verify_email": "donnez cette adresse électronique, à vérifier",
    "confirm_email": "saisissez le code reçu par courriel",
    "verify_phone": "donnez ce numéro de téléphone, à vérifier",
    "confirm_phone": "saisissez le code reçu par SMS",
    "choose_factor": "demandez à enrôler ce second facteur",
    "confirm_factor": "saisissez le code qui prouve que le second facteur est à vous",
    "lose_device": "sans être connecté, déclarez perdu l'appareil du second facteur",
    "revoke": "révoquez ce moyen d'identification",
    "revoke_all": "révoquez tous vos accès",
    "ask_revocation": "sans être connecté, demandez à révoquer vos accès",
    "confirm_revocation": "ouvrez le lien reçu et révoquez vos accès",
    "correct_identity": "demandez la correction de votre identité",
}
"""Every journey, as a person is told to do it."""
LABELS: Mapping[str, str] = {
    "user": "identifiant",
    "secret": "mot de passe",
    "new_secret": "nouveau mot de passe",
    "code": "code",
    "recovery_code": "code de secours",
    "link": "lien",
    "email": "adresse électronique",
    "phone": "téléphone",
    "kind": "second facteur",
    "means": "moyen d'identification",
    "moyen": "moyen (CPS ou e-CPS)",
    "professionnel": "identifiant national du professionnel",
    "activity": "situation d'exercice",
}
_READS = {
    "totp_secret": "la clé à saisir dans l'application (TOTP)",
    "recovery_codes": "les codes de secours",
}
_ORIGIN = "réponse saisie par l'opérateur"


@dataclass(frozen=True, slots=True)
class AttendedVisit(Visit):
    """What a person said of a step."""

    stage: str = ""


class AttendedVisitor:
    """A browser window that a person opened for one user."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._here: AttendedVisit | None = None
        terminal.say(
            "ÉTAPE : ouvrez une fenêtre de navigation privée : un nouvel utilisateur s'y connecte."
        )

    @property
    def here(self) -> Visit:
        """Return what the person last said."""
        return self._here or self.open("la page de connexion")

    def open(self, address: str) -> Visit:
        """Have the person open an address."""
        return self.told(f"ouvrez {address}")

    def submit(self, values: Mapping[str, str], button: str = "") -> Visit:
        """Have the person fill a form."""
        filled = " ; ".join(f"{LABELS.get(name, name)} : {text}" for name, text in values.items())
        return self.told(f"remplissez {filled}, puis « {button or 'validez'} »")

    def press(self, text: str) -> Visit:
        """Have the person press a button."""
        return self.told(f"cliquez sur « {text} »")

    def told(self, text: str) -> AttendedVisit:
        """Have the person do something, and say what the software shows."""
        self._terminal.say(f"ÉTAPE : {text}.")
        accepted = self._terminal.confirm("Le logiciel a-t-il accepté ?")
        message = self._terminal.ask("Message affiché par le logiciel (Entrée si aucun) :")
        alerts = () if accepted else (message or "refusé, sans message",)
        at = datetime.now(UTC).isoformat()
        releve = ScreenReleve(page="parcours", url="", title="", at=at, alerts=alerts, text=message)
        status = 200 if accepted else 403
        self._here = AttendedVisit(status, "", (), releve, stage=self._stage())
        return self._here

    def look(self, path: str) -> Visit:
        """Have the person try an address in another tab."""
        kept = self._here
        try:
            return self.open(f"dans un autre onglet l'adresse {path}")
        finally:
            self._here = kept

    def call(self, path: str) -> tuple[int, str]:
        """Have the person try an address of the API; JSON when data were shown."""
        self._terminal.say(f"ÉTAPE : ouvrez dans un autre onglet l'adresse {path}.")
        shown = self._terminal.confirm("Des données sont-elles montrées ?")
        return (200, "application/json") if shown else (401, "")

    def conceal(self, *secrets: str) -> None:
        """Nothing is shown by us."""

    def picture(self, name: str) -> Screen:
        """Have the person hand a capture over."""
        path, content = self._terminal.file(
            f"ÉTAPE : faites une capture de l'écran ({name}), sans secret visible, puis donnez "
            "son chemin :"
        )
        at = datetime.now(UTC)
        origin = f"fichier remis par l'opérateur : {path.name}, le {at:%d/%m/%Y à %H:%M:%S} UTC"
        releve = ScreenReleve(page=name, url="", title="", at=at.isoformat())
        kind = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
        media_type = kind.get(path.suffix.lower(), "application/octet-stream")
        return Screen(
            Artefact(f"Page « {name} » (capture remise)", content, media_type, origin),
            releve.artefact(f"Page « {name} » (relevé)", origin),
            degraded=True,
        )

    def cookies(self) -> tuple[Cookie, ...]:
        """Raise `CapabilityMissing`: a person does not read cookies for us."""
        raise CapabilityMissing(
            "lire les témoins (cookies) demande le pilote visitor : une personne ne peut pas le "
            'faire (capabilities.sign_in = "visitor")'
        )

    def carry(self, cookies: tuple[Cookie, ...]) -> None:
        """Raise `CapabilityMissing`, as `cookies`."""
        self.cookies()

    def close(self) -> None:
        """Have the person close the window."""
        self._terminal.say("Fermez la fenêtre de navigation privée de cet utilisateur.")

    def _stage(self) -> str:
        listed = ", ".join(f"{number} {word}" for number, word in enumerate(STAGES, 1))
        while True:
            typed = self._terminal.ask(f"Où en est la connexion ? ({listed})")
            if typed.isdecimal() and 0 < int(typed) <= len(STAGES):
                return STAGES[int(typed) - 1]
            self._terminal.say(f"  répondez par un numéro de 1 à {len(STAGES)}")


class AttendedVisits:
    """Implements `Visiting` by a person."""

    def __init__(self, terminal: Terminal, options: VisitorOptions) -> None:
        self._terminal = terminal
        self._options = options

    def start(self) -> Visitor:
        """Return a fresh user."""
        return AttendedVisitor(self._terminal)

    def describes(self, journey: str) -> bool:
        """Say whether a person can be told of a journey."""
        return journey in ACTS

    def walk(self, visitor: Visitor, journey: str, /, **values: str) -> Visit:
        """Have the person do a journey."""
        if journey not in ACTS or not isinstance(visitor, AttendedVisitor):
            raise CapabilityMissing(f"une personne ne peut pas faire le parcours « {journey} »")
        given = "".join(f"\n    {LABELS.get(k, k)} : {v}" for k, v in values.items() if v)
        return visitor.told(f"{ACTS[journey]}{given}")

    def stage(self, visit: Visit) -> str:
        """Return what the person said."""
        return visit.stage if isinstance(visit, AttendedVisit) else ""

    def accepted(self, visit: Visit) -> bool:
        """Return what the person said."""
        return visit.status < 400 and not visit.releve.alerts

    def reach(self, visitor: Visitor, kind: str, **values: str) -> tuple[Reached, ...]:
        """Have the person try the protected addresses of the target file, or one page of data."""
        pages = self._options.protected.get(kind) or ("une page qui montre des données",)
        tried = []
        for page in pages:
            visit = visitor.look(page)
            tried.append(Reached(page, "page", visit.status, self.accepted(visit)))
        return tuple(tried)

    def account(self, visitor: Visitor, kind: str) -> dict[str, str]:
        """Have the person copy what the account page says."""
        self._terminal.say("ÉTAPE : ouvrez la page du compte et recopiez (Entrée si absent) :")
        labels = self._options.account_labels or {"login": "Identifiant"}
        return {name: self._terminal.ask(f"  {label} :") for name, label in labels.items()}

    def read(self, visit: Visit, journey: str, name: str) -> str:
        """Have the person copy a value of the page."""
        return self._terminal.ask(f"Recopiez {_READS.get(name, name)} :")

    def session(self, visitor: Visitor) -> tuple[Cookie, ...]:
        """Raise `CapabilityMissing`: see `AttendedVisitor.cookies`."""
        return visitor.cookies()

    def code_in(self, text: str) -> str:
        """Return the code of a message that reached us, else the one that the person reads."""
        found = re.search(self._options.code, text) if text else None
        return found[1] if found else self._terminal.ask("Recopiez le code reçu :")

    def link_in(self, text: str) -> str:
        """Return the link of a mail that reached us, else the one that the person reads."""
        found = re.search(self._options.link, text) if text else None
        return found[1] if found else self._terminal.ask("Recopiez le lien reçu :")

    def close(self) -> None:
        """Nothing is open here."""
