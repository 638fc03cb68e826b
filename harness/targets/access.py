"""Acting under the account of another profile: by API, and by a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.releve import AttemptReleve, TraceEntry, TraceReleve
from harness.targets.attended import ORIGIN, Terminal, outcome
from harness.targets.base import Attempt, PatientRef
from harness.targets.target import Credentials, Target

if TYPE_CHECKING:
    from harness.targets.http import HttpApi, Reading
    from harness.targets.http_client import Answer, HttpClient

REFUSED = (403, 404)
"""Statuses by which an address is closed to a profile; not 401: the account must be known."""
RIGHTS_CHANGE = "changement de droits"
_WAYS = {
    "read": "lecture de l'identité",
    "search": "recherche",
    "fhir_view": "lecture FHIR",
}


class HttpRights:
    """Offers `Rights` by the operations of `[drivers.http]` and by FHIR, one session a role."""

    def __init__(
        self,
        target: Target,
        client: Callable[[str], HttpClient],
        api: Callable[[str], HttpApi],
    ) -> None:
        self._target = target
        self._client = client
        self._api = api

    def login(self, role: str) -> str:
        """Return the user name of a role."""
        return credentials_of(self._target, role).user

    def reach(self, role: str, way: str, patient: PatientRef, **criteria: str) -> Attempt:
        """Try to read a patient's data by an operation, or by FHIR."""
        if way == "fhir_view":
            answer = self._fhir(role, patient)
            accepted, message = answer.status not in REFUSED, ""
        else:
            reading = self._asked(role, way, patient, criteria)
            answer, accepted, message = reading.answer, reading.accepted, reading.text("message")
        releve = AttemptReleve(
            act=f"{_WAYS[way]} par {self.login(role) or 'le compte du banc'}",
            accepted=accepted,
            message=message,
            code=str(answer.status),
            patient_id=patient.id,
        )
        artefact = releve.artefact(f"{releve.act} (relevé)", answer.label, answer.exchange)
        return Attempt(accepted, patient, artefact, (answer.artefact(releve.act),))

    def journal(self, role: str, patient: PatientRef) -> Artefact:
        """Try to read the journal on a patient."""
        return self._api(role).traces(patient, may_refuse=True)

    def call_insi(self, role: str, patient: PatientRef) -> Attempt:
        """Try to call INSi for a patient, by traits."""
        return self._api(role).call_insi(patient)

    def change(self, role: str, operation: str) -> Attempt:
        """Try to change rights by a declared operation."""
        reading = self._api(role).call(operation)
        releve = AttemptReleve(
            act=RIGHTS_CHANGE,
            accepted=reading.accepted,
            message=reading.text("message"),
            code=str(reading.answer.status),
            submitted={"par": self.login(role)},
        )
        origin = reading.answer
        artefact = releve.artefact("Changement de droits (relevé)", origin.label, origin.exchange)
        raw = (origin.artefact("Changement de droits (réponse)"),)
        return Attempt(reading.accepted, None, artefact, raw)

    def _asked(self, role: str, way: str, patient: PatientRef, criteria: dict[str, str]) -> Reading:
        given = {"id": patient.id, "private_id": patient.private_id}
        return self._api(role).call(way, **(criteria if way == "search" else given))

    def _fhir(self, role: str, patient: PatientRef) -> Answer:
        path = f"{self._target.drivers.fhir.base}/Patient/{quote(patient.id, safe='')}"
        headers = {"Accept": FHIR_MEDIA_TYPE, **self._target.drivers.fhir.headers}
        answer = self._client(role).send("GET", path, headers=headers, accept_statuses=REFUSED)
        return answer


def credentials_of(target: Target, role: str) -> Credentials:
    """Return the account of a role, '' being the one that the file gives to the banc.

    Raises `CapabilityMissing` when the file does not describe it.
    """
    from harness.model.problems import CapabilityMissing
    from harness.targets.target import ROLES

    options = target.drivers
    if not role:
        return (
            options.http.credentials
            if options.http.credentials.user
            else (options.screens.credentials)
        )
    found = options.http.users.get(role)
    if found is None:
        raise CapabilityMissing(
            f"le fichier de cible ne donne pas le compte « {role} » ({ROLES.get(role, role)}) : "
            f"ajoutez [drivers.http.users.{role}]"
        )
    return found


class AttendedRights:
    """A person signs in under another profile and copies what it is shown."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def login(self, role: str) -> str:
        """Ask under which name the journal knows the user of a role."""
        return self._terminal.ask(f"Nom de connexion de {_role(role)} :")

    def reach(self, role: str, way: str, patient: PatientRef, **criteria: str) -> Attempt:
        """Have the person try to read a patient's data."""
        self._terminal.say(
            f"ÉTAPE : connecté comme {_role(role)}, tentez : {_WAYS[way]}, patient "
            f"{patient.private_id or patient.id}."
        )
        shown = self._terminal.ask("Recopiez ce que le logiciel montre (données ou refus) :")
        attempt = outcome(self._terminal, _WAYS[way], {}, patient)
        copied = Artefact(f"{_WAYS[way]} (recopié)", shown.encode(), "text/plain", ORIGIN)
        return Attempt(attempt.accepted, patient, attempt.releve, (copied,))

    def journal(self, role: str, patient: PatientRef) -> Artefact:
        """Have the person try to read the journal; what is shown counts as one line."""
        self._terminal.say(f"ÉTAPE : connecté comme {_role(role)}, ouvrez le journal du patient.")
        shown = self._terminal.ask("Recopiez une ligne du journal (Entrée si l'accès est refusé) :")
        lines = (TraceEntry("", "", shown, patient.id),) if shown else ()
        return TraceReleve(patient.id, lines).artefact("Journal (recopié)", ORIGIN)

    def call_insi(self, role: str, patient: PatientRef) -> Attempt:
        """Have the person try to call INSi."""
        self._terminal.say(
            f"ÉTAPE : connecté comme {_role(role)}, tentez d'appeler INSi pour le patient "
            f"{patient.private_id or patient.id}."
        )
        return outcome(self._terminal, "appel INSi", {}, patient)

    def change(self, role: str, operation: str) -> Attempt:
        """Have the person try to change rights."""
        words = {"right_withdraw": "retirez", "right_restore": "rendez"}
        self._terminal.say(
            f"ÉTAPE : connecté comme {_role(role)}, {words[operation]} le droit d'accès à "
            f"l'identité à {_role('sans_insi')}."
        )
        return outcome(self._terminal, RIGHTS_CHANGE, {})


def _role(role: str) -> str:
    from harness.targets.target import ROLES

    return ROLES.get(role, "l'utilisateur habituel")
