"""Identities offered by several drivers at once: one creates, one reads, one finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.targets.base import Attempt, Capability, Identities, PatientRef


class CombinedIdentities:
    """Offers `Identities` from up to three drivers: who creates, who reads, who finds."""

    def __init__(self, of: Callable[[Capability], Any]) -> None:
        self._of = of

    def create(self, person: Person) -> Attempt:
        """Submit an identity by the driver of `identities`."""
        return cast("Identities", self._of(Capability.IDENTITIES)).create(person)

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Change an identity by the driver of `identities`."""
        return cast("Identities", self._of(Capability.IDENTITIES)).update(patient, changes)

    def read(self, patient: PatientRef) -> Artefact:
        """Read an identity by the driver of `identity_view`, else that of `identities`."""
        return cast("Identities", self._of(Capability.IDENTITY_VIEW)).read(patient)

    def find(self, private_id: str) -> PatientRef | None:
        """Find a patient by the driver of `identity_lookup`, else that of `identities`."""
        return cast("Identities", self._of(Capability.IDENTITY_LOOKUP)).find(private_id)

    def bearers(self, private_id: str) -> tuple[PatientRef, ...]:
        """Find who bears a local identifier, by the same driver as `find`."""
        return cast("Identities", self._of(Capability.IDENTITY_LOOKUP)).bearers(private_id)
