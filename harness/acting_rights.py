"""The desk of rights: what another profile can reach, and what reached INSi meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.acting import Patient
from harness.cast import Cast
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.releve import AttemptReleve, CallSeen, CallsReleve
from harness.targets.base import Attempt, Screen

if TYPE_CHECKING:
    from harness.simulators.insi.service import InsiSimulator
    from harness.targets.drivers import Drivers

CLOSED_TO = "sans_acces"
"""The role that may not reach identities."""
NO_INSI = "sans_insi"
"""The role that may reach identities, and not call INSi."""
KEEPER = "administrateur"


class RightsDesk:
    """Acts under the accounts of other profiles (`[drivers.http.users]` of the target file)."""

    def __init__(self, drivers: Drivers, cast: Cast, insi: InsiSimulator | None) -> None:
        self._drivers = drivers
        self._cast = cast
        self._insi = insi

    def page(self, patient: Patient, *, by: str = "") -> Artefact:
        """Return the relevé of what the address of a patient's page shows to a role."""
        return self.page_shown(patient, by=by).releve

    def page_shown(self, patient: Patient, *, by: str = "") -> Screen:
        """Return what the address of a patient's page shows to a role, picture included."""
        return self._drivers.screens_as(by).reach(patient.ref)

    def settings(self) -> Screen:
        """Return the page that shows the rights of the profiles."""
        return self._drivers.screens.show("rights")

    def answer(self, way: str, patient: Patient, *, by: str = "") -> Artefact:
        """Return what an interface answers to a role that reads a patient.

        `way` is `read`, `search` or `fhir_view`.
        """
        criteria = {"birth_date": patient.person.birth_date, "name": patient.person.birth_name}
        return self._drivers.rights.reach(by, way, patient.ref, **criteria).raw[0]

    def journal(self, patient: Patient, *, by: str = "") -> Artefact:
        """Return the lines of the journal on a patient that a role can read."""
        return self._drivers.rights.journal(by, patient.ref)

    def call_insi(self, patient: Patient, *, by: str) -> Attempt:
        """Have a role try to call INSi for a patient."""
        return self._drivers.rights.call_insi(by, patient.ref)

    def change(self, *, by: str) -> Attempt:
        """Have a role try to withdraw the right of `sans_insi` to identities."""
        return self._drivers.rights.change(by, "right_withdraw")

    @contextmanager
    def withdrawn(self) -> Iterator[Attempt]:
        """Withdraw from `sans_insi` its right to identities, and give it back at the end.

        Raises `Inconclusive` when the keeper of rights is refused.
        """
        attempt = self._drivers.rights.change(KEEPER, "right_withdraw")
        try:
            if not attempt.accepted:
                said = AttemptReleve.parse(attempt.releve).message or "sans motif"
                raise Inconclusive(f"le changement de droits a été refusé à {KEEPER} : {said}")
            yield attempt
        finally:
            self._drivers.rights.change(KEEPER, "right_restore")

    def calls_to_insi(self) -> Artefact:
        """Return the relevé of the calls that reached INSi about the persons of the scenario."""
        if self._insi is None:
            raise CapabilityMissing("INSi n'est pas simulé pour cette cible")
        seen = sorted(
            (call.seq, call.at.isoformat(), person.private_id, call.operation)
            for person in self._cast.persons
            for call in self._insi.calls_for(person)
        )
        calls = tuple(CallSeen(at, who, operation) for _, at, who, operation in seen)
        return CallsReleve("INSi", calls).artefact("Appels reçus par INSi", "simulateur INSi")

    def silence(self, *, forbidden: Patient, twin: Patient, marker: Patient) -> dict[str, Any]:
        """Return the expected values of AUT-03: who is who in the calls received."""
        people = {"forbidden": forbidden, "twin": twin, "marker": marker}
        return {"people": {name: one.person.private_id for name, one in people.items()}}
