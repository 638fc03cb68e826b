"""The acts on identities by a person, told in French what to do."""

from __future__ import annotations

from collections.abc import Mapping

from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.releve import WorkEntry, WorkListReleve
from harness.targets.attended import ORIGIN, AttendedIdentities, Terminal, outcome
from harness.targets.base import Attempt, PatientRef

_USERS = {"": "un utilisateur ordinaire", "super": "un super-utilisateur"}


class AttendedActs:
    """Offers `IdentityActs` by a person who plays one user."""

    def __init__(self, terminal: Terminal, role: str) -> None:
        self._terminal = terminal
        self._identities = AttendedIdentities(terminal)
        self._as = _USERS.get(role, role)

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Have the person change fields."""
        self._terminal.say(f"Connectez-vous comme {self._as}.")
        return self._identities.update(patient, changes)

    def register(self, person: Person, document: str = "", nss: str = "") -> Attempt:
        """Have the person create an identity with what goes beside it."""
        self._terminal.say(
            f"À la création, renseignez aussi : justificatif {document or '(aucun)'} ; numéro de "
            f"sécurité sociale de remboursement {nss or '(vide)'}."
        )
        return self._identities.create(person)

    def mark(self, patient: PatientRef, attribute: str) -> Attempt:
        """Have the person set an attribute."""
        text = f"posez l'attribut « {attribute} » sur le patient {_name(patient)}"
        return self._done("attribut", text, patient, {attribute: "true"})

    def switch_automatic_validation(self, enabled: bool) -> None:
        """Have the person change the setting."""
        self._terminal.say(
            f"ÉTAPE : {'activez' if enabled else 'coupez'} la validation automatique."
        )
        self._terminal.confirm("Est-ce fait ?")

    def set_trust(self, document: str, *, high: bool) -> None:
        """Have the person change the setting."""
        level = "haute" if high else "faible"
        self._terminal.say(f"ÉTAPE : donnez au justificatif « {document} » une confiance {level}.")
        self._terminal.confirm("Est-ce fait ?")

    def trust_domains(self, facilities: list[str]) -> None:
        """Have the person change the contracts of trust."""
        names = ", ".join(facilities) or "aucun domaine"
        self._terminal.say(f"ÉTAPE : réglez les contrats de confiance sur : {names}.")
        self._terminal.confirm("Est-ce fait ?")

    def work_list(self) -> Artefact:
        """Have the person type the lines of the work list that concern this run."""
        self._terminal.say("ÉTAPE : ouvrez la liste de travail et recopiez ses lignes récentes.")
        entries = []
        while text := self._terminal.ask("  ligne (Entrée pour finir) :"):
            whose = self._terminal.ask("  identifiant du patient de cette ligne :")
            entries.append(WorkEntry(text, patient_id=whose))
        return WorkListReleve(tuple(entries)).artefact("Liste de travail (saisie)", ORIGIN)

    def verify_ins(self, patient: PatientRef) -> Attempt:
        """Have the person verify an INS."""
        text = f"faites vérifier par INSi l'INS du patient {_name(patient)}"
        return self._done("vérification INSi", text, patient, {})

    def send_message(self, patient: PatientRef, kind: str) -> str:
        """Have the person set a message off; its control id is not known."""
        return self._identities.trigger(patient, kind)

    def _done(self, act: str, text: str, patient: PatientRef, sent: dict[str, str]) -> Attempt:
        self._terminal.say(f"ÉTAPE : {text}.")
        return outcome(self._terminal, act, sent, patient)


def _name(patient: PatientRef) -> str:
    return patient.private_id or patient.id
