"""Driver `attended`: a person acts on the software, told in French what to do, by when.

The terminal is injectable. What the person says is filed as it was typed; a screen is a file that
the person hands over, so it is always to be read again by someone.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.identity import FIELD_LABELS, TEN_FIELDS, Person
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.releve import AccountReleve, AttemptReleve, ScreenReleve
from harness.targets.base import AccountRef, Attempt, PatientRef, Screen, SearchAnswer
from harness.targets.releves import creation_releve, identity_releve
from harness.targets.screen_pages import PAGE_TITLES, PAGE_WORDS

MAX_FILE_BYTES = 20_000_000
ORIGIN = "réponse saisie par l'opérateur"
_CONSOLE = ("CONIN$", "CONOUT$") if sys.platform == "win32" else ("/dev/tty", "/dev/tty")
_SUFFIXES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".pdf": "application/pdf",
    ".html": "text/html",
    ".json": FHIR_MEDIA_TYPE,
}


class Terminal:
    """Asks questions with a deadline and a countdown. One thread reads the input, for good."""

    def __init__(self, source: TextIO, screen: TextIO, delay: float, tick: float = 10.0) -> None:
        self._source = source
        self._screen = screen
        self._delay = delay
        self._tick = tick
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader: threading.Thread | None = None

    @classmethod
    def standard(cls, delay: float) -> Terminal:
        """Return the terminal of this process.

        Raises `CapabilityMissing` when there is none (a run of the night, a pipe).
        """
        if sys.stdin is not None and sys.stdin.isatty():
            return cls(sys.stdin, sys.stderr, delay)
        try:
            # pytest keeps the standard streams for itself: the terminal is opened by its own name.
            source = open(_CONSOLE[0], encoding="utf-8")  # noqa: SIM115 - open for the whole run
            screen = open(_CONSOLE[1], "w", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise CapabilityMissing(
                "une étape demande une personne, et il n'y a pas de terminal : lancez le banc "
                "dans un terminal avec --attended"
            ) from error
        return cls(source, screen, delay)

    def say(self, text: str) -> None:
        """Print a line for the person."""
        print(text, file=self._screen, flush=True)

    def ask(self, question: str) -> str:
        """Ask and return the line typed, stripped.

        Raises `Inconclusive` when nothing was typed before the deadline or the input ended.
        """
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, daemon=True, name="banc-terminal")
            self._reader.start()
        deadline = time.monotonic() + self._delay
        self.say(f"{question}  [{self._delay:g} s]")
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Inconclusive(
                    f"aucune réponse en {self._delay:g} s à « {question} » : relancez l'étape, ou "
                    "allongez delays.attended"
                )
            try:
                line = self._lines.get(timeout=min(left, self._tick))
            except queue.Empty:
                self.say(f"  … il reste {max(0, round(deadline - time.monotonic()))} s")
                continue
            if not line:
                raise Inconclusive(f"l'entrée s'est terminée avant la réponse à « {question} »")
            return line.strip()

    def confirm(self, question: str) -> bool:
        """Ask a question answered by oui or non."""
        while True:
            answer = self.ask(f"{question} (oui/non)").casefold()
            if answer in {"o", "oui"}:
                return True
            if answer in {"n", "non"}:
                return False
            self.say("  répondez oui ou non")

    def file(self, question: str) -> tuple[Path, bytes]:
        """Ask for the path of a file until it can be read; return it with its bytes."""
        while True:
            path = Path(self.ask(question).strip("\"'"))
            try:
                if path.stat().st_size <= MAX_FILE_BYTES:
                    return path, path.read_bytes()
                self.say(f"  {path} pèse plus de 20 Mo : donnez un fichier plus petit")
            except OSError as error:
                self.say(
                    f"  {path} ne peut pas être lu ({error.strerror}) : donnez un autre chemin"
                )

    def _read(self) -> None:
        # readline gives '' at the end of the input: it is passed on, then the thread ends.
        for line in iter(self._source.readline, ""):
            self._lines.put(line)
        self._lines.put("")


def outcome(
    terminal: Terminal, act: str, sent: dict[str, str], patient: PatientRef | None = None
) -> Attempt:
    """Have the person say what the software made of an act."""
    accepted = terminal.confirm("Le logiciel a-t-il accepté ?")
    message = terminal.ask("Message affiché par le logiciel (Entrée si aucun) :")
    releve = AttemptReleve(
        act=act,
        accepted=accepted,
        message=message,
        patient_id=patient.id if patient else "",
        submitted=sent,
    )
    return Attempt(accepted, patient, releve.artefact(f"{act} (saisie)", ORIGIN))


class AttendedIdentities:
    """A person creates, reads, changes and finds identities, calls INSi, checks documents."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def create(self, person: Person) -> Attempt:
        """Have the person create an identity."""
        self._terminal.say("ÉTAPE : créez dans le logiciel l'identité suivante.")
        self._tell({**person.traits(), "private_id": person.private_id})
        accepted = self._terminal.confirm("Le logiciel a-t-il accepté la création ?")
        patient = self._patient(person.private_id) if accepted else None
        message = "" if accepted else self._terminal.ask("Message affiché par le logiciel :")
        releve = creation_releve(
            person,
            accepted=accepted,
            message=message,
            code="",
            patient_id=patient.id if patient else "",
        )
        return Attempt(accepted, patient, releve.artefact("Création (saisie)", ORIGIN))

    def read(self, patient: PatientRef) -> Artefact:
        """Have the person type what the software holds, field by field."""
        self._terminal.say(
            f"ÉTAPE : ouvrez la fiche du patient {_name(patient)} et recopiez ce qu'elle montre "
            "(Entrée si le champ est vide)."
        )
        values = {name: self._terminal.ask(f"  {FIELD_LABELS[name]} :") for name in TEN_FIELDS}
        values["status"] = self._terminal.ask("  statut de l'identité :")
        values["private_id"] = patient.private_id
        releve = identity_releve(patient.id, "écran", values)
        return releve.artefact("Identité (saisie)", ORIGIN)

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Have the person change fields."""
        self._terminal.say(f"ÉTAPE : modifiez la fiche du patient {_name(patient)}.")
        self._tell(changes)
        return outcome(self._terminal, "modification", dict(changes), patient)

    def find(self, private_id: str) -> PatientRef | None:
        """Have the person look for a local identifier."""
        self._terminal.say(f"ÉTAPE : cherchez le patient d'identifiant local {private_id}.")
        found = self._terminal.confirm("Existe-t-il ?")
        return PatientRef(private_id, private_id) if found else None

    def bearers(self, private_id: str) -> tuple[PatientRef, ...]:
        """Have the person count who bears a local identifier."""
        typed = self._terminal.ask(f"Combien de patients portent l'identifiant {private_id} ?")
        count = int(typed) if typed.isdecimal() else 0
        ranks = ["", *(f" ({rank})" for rank in range(2, count + 1))][:count]
        return tuple(PatientRef(f"{private_id}{rank}", private_id) for rank in ranks)

    def call_insi(self, patient: PatientRef, mode: str = "traits", card: str = "") -> Attempt:
        """Have the person call INSi."""
        way = f"avec la carte Vitale {card}" if mode == "vitale" else "par les traits"
        self._terminal.say(f"ÉTAPE : appelez INSi {way} pour le patient {_name(patient)}.")
        return outcome(self._terminal, "appel INSi", {"mode": mode}, patient)

    def verify(self, patient: PatientRef, document: str = "CN") -> Attempt:
        """Have the person record the check of a document."""
        self._terminal.say(
            f"ÉTAPE : enregistrez le contrôle de la pièce {document} du patient {_name(patient)}."
        )
        return outcome(self._terminal, "validation", {"document": document}, patient)

    def fhir_view(self, patient: PatientRef) -> Artefact:
        """Have the person hand over the FHIR Patient."""
        path, content = self._terminal.file(
            f"ÉTAPE : exportez le Patient FHIR de {_name(patient)} et donnez le chemin du fichier :"
        )
        return Artefact(
            "Patient FHIR remis", content, FHIR_MEDIA_TYPE, f"fichier remis : {path.name}"
        )

    def trigger(self, patient: PatientRef, event: str) -> str:
        """Have the person set an emission off; the control id is not known."""
        self._terminal.say(
            f"ÉTAPE : faites émettre par le logiciel un message {event} pour le patient "
            f"{_name(patient)} ; le banc l'attend."
        )
        return ""

    def _patient(self, private_id: str) -> PatientRef:
        typed = self._terminal.ask(f"Identifiant local du patient créé (Entrée = {private_id}) :")
        key = typed or private_id
        return PatientRef(key, key)

    def _tell(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            label = FIELD_LABELS.get(name, "identifiant local (IPP)")
            self._terminal.say(f"    {label} : {value or '(laisser vide)'}")


class AttendedAccounts:
    """A person opens, links and reads accounts."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def create(self, patient: PatientRef, login: str) -> AccountRef:
        """Have the person open an account."""
        self._terminal.say(
            f"ÉTAPE : ouvrez le compte « {login} » pour le patient {_name(patient)}."
        )
        return AccountRef(self._terminal.ask("Identifiant du compte :") or login, login)

    def link(self, account: AccountRef) -> Attempt:
        """Have the person bind the account."""
        self._terminal.say(f"ÉTAPE : rattachez le compte « {account.login} » au matricule INS.")
        accepted = self._terminal.confirm("Le logiciel a-t-il accepté ?")
        releve = AttemptReleve(
            act="rattachement du compte",
            accepted=accepted,
            submitted={"account_id": account.id, "login": account.login},
        )
        return Attempt(accepted, None, releve.artefact("Rattachement (saisie)", ORIGIN))

    def read(self, account: AccountRef) -> Artefact:
        """Have the person type what the account shows."""
        self._terminal.say(f"ÉTAPE : ouvrez le compte « {account.login} » et recopiez :")
        releve = AccountReleve(
            account_id=account.id,
            login=account.login,
            patient_id=self._terminal.ask("  identifiant du patient rattaché :"),
            matricule=self._terminal.ask("  matricule INS rattaché (Entrée si aucun) :"),
        )
        return releve.artefact("Compte (saisi)", ORIGIN)


class AttendedScreens:
    """A person hands over screenshots."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def patient(self, patient: PatientRef) -> Screen:
        """Have the person show a patient's page."""
        return self._screen("patient", f"la fiche du patient {_name(patient)}")

    def creation_form(self) -> Screen:
        """Have the person show the creation form."""
        return self._screen("creation", "le formulaire de création, vide")

    def account(self, account: AccountRef) -> Screen:
        """Have the person show an account."""
        return self._screen("account", f"le compte « {account.login} »")

    def settings(self) -> Screen:
        """Have the person show the settings."""
        return self._screen("settings", "la page des réglages")

    def show(self, name: str, key: str = "") -> Screen:
        """Have the person show a page."""
        return self._screen(name, f"la page « {PAGE_TITLES[name]} » {key}".rstrip())

    def reach(self, patient: PatientRef) -> Screen:
        """Have the person show what the address of a patient's page shows."""
        return self._screen("patient", f"ce qui s'ouvre à l'adresse de la fiche {_name(patient)}")

    def search(self, **criteria: str) -> tuple[SearchAnswer, Screen]:
        """Have the person search, then show the result."""
        from harness.targets.attended_reading import AttendedSearch

        answer = AttendedSearch(self._terminal).search(**criteria)
        return answer, self._screen("search", "la recherche et son résultat")

    def create(self, person: Person) -> tuple[Attempt, Screen]:
        """Have the person create by the screen, then show what it says."""
        attempt = AttendedIdentities(self._terminal).create(person)
        return attempt, self._screen("creation", "ce que l'écran dit après la création")

    def press(self, patient: PatientRef, action: str) -> Screen:
        """Have the person press a button, then show the page."""
        words = {"insi": "appelez INSi", "verification": "validez l'identité"}
        self._terminal.say(f"ÉTAPE : {words.get(action, action)} pour {_name(patient)}.")
        return self._screen("patient", "la fiche après cette action")

    def close(self) -> None:
        """Nothing is open."""

    def _screen(self, name: str, what: str) -> Screen:
        path, content = self._terminal.file(
            f"ÉTAPE : faites une capture de l'écran montrant {what}, puis donnez son chemin :"
        )
        at = datetime.now(UTC)
        origin = f"fichier remis par l'opérateur : {path.name}, le {at:%d/%m/%Y à %H:%M:%S} UTC"
        releve = ScreenReleve(page=PAGE_WORDS[name], url="", title="", at=at.isoformat())
        media_type = _SUFFIXES.get(path.suffix.lower(), "application/octet-stream")
        return Screen(
            Artefact(f"{PAGE_TITLES[name]} (capture remise)", content, media_type, origin),
            releve.artefact(f"{PAGE_TITLES[name]} (relevé)", origin),
            degraded=True,
        )


def _name(patient: PatientRef) -> str:
    return patient.private_id or patient.id
