"""The desk of traces: the journal around the acts of a scenario, and what it must tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.acting import Patient
from harness.model.artefact import Artefact
from harness.targets.base import Attempt, IntakeAnswer, Screen

if TYPE_CHECKING:
    from harness.targets.drivers import Drivers


@dataclass(frozen=True, slots=True)
class Watch:
    """The journal on a patient before the acts, and when it was read."""

    patient: Patient
    since: datetime
    before: Artefact


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal on a patient before and after the acts, and the instants around them."""

    before: Artefact
    after: Artefact
    since: datetime
    until: datetime

    @property
    def roles(self) -> dict[str, Artefact]:
        """Return the two relevés by role."""
        return {"before": self.before, "after": self.after}

    def expecting(self, *acts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the expected values of the TRA rules for the acts made."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "acts": [dict(one) for one in acts],
        }


class TraceDesk:
    """Read the journal of the software around what a scenario does."""

    def __init__(self, drivers: Drivers) -> None:
        self._drivers = drivers

    def watch(self, patient: Patient) -> Watch:
        """Read the journal on a patient before acting."""
        before = self._drivers.traces.traces(patient.ref)
        return Watch(patient, datetime.now(UTC), before)

    def since(self, watch: Watch) -> Journal:
        """Read the journal again, after the acts."""
        until = datetime.now(UTC)
        after = self._drivers.traces.traces(watch.patient.ref)
        return Journal(watch.before, after, watch.since, until)

    def page(self, patient: Patient) -> Screen:
        """Return the page that shows the journal on a patient."""
        return self._drivers.screens.show("traces", patient.ref.id)

    def act(
        self, kind: str, patient: Patient, *, by: str | None = "", **facts: Any
    ) -> dict[str, Any]:
        """Return what the journal must tell of an act.

        `kind` is a table of `trace_words.toml`; `by` the role that acted, None when it was a flow
        and not a person. `facts`: `code`, `mode`, `field` and `value`, `insi`.
        """
        author = "" if by is None else self._author(by)
        return {"kind": kind, "author": author, "patient_id": patient.ref.id, **facts}

    def open_as(self, role: str, patient: Patient) -> Screen:
        """Open the page of a patient under the account of a role."""
        return self._drivers.screens_as(role).patient(patient.ref)

    def change(self, patient: Patient, **changes: str) -> Attempt:
        """Change fields of an identity."""
        return self._drivers.identities.update(patient.ref, changes)

    def call_insi(self, patient: Patient, *, by: str) -> Attempt:
        """Call INSi by traits under the account of a role."""
        return self._drivers.rights.call_insi(by, patient.ref)

    def call_insi_by_card(self, patient: Patient) -> Attempt:
        """Call INSi with the Vitale card of a patient."""
        return self._drivers.insi_call.call_insi(patient.ref, "vitale", patient.person.card_serial)

    def receive(self, patient: Patient) -> IntakeAnswer:
        """Send to the software, as its GAP, the current traits of a patient (A31)."""
        return self._drivers.intake.send("A31", patient.person, status="PROV", with_ins=False)

    def _author(self, role: str) -> str:
        from harness.targets.access import credentials_of

        return credentials_of(self._drivers.target, role).user
