"""Traces exported around the acts of a scenario, by role, and what they must tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.acting import Patient
from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.problems import Inconclusive
from harness.validators.traces.stream import batches
from harness.validators.traces.vocabulary import identifiers

_BUNDLE = "audit-fhir"


@dataclass(frozen=True, slots=True)
class Exports:
    """Traces taken out after the acts, and before them; what they must tell."""

    after: Mapping[str, Artefact]
    before: Mapping[str, Artefact]
    expected: Mapping[str, Any]

    @property
    def roles(self) -> dict[str, Artefact]:
        """Return every export by its role; that of FHIR, if any, is the `subject` of its rules."""
        subject = {"subject": self.after[_BUNDLE]} if _BUNDLE in self.after else {}
        return {**self.after, **self.before, **subject}

    @property
    def as_before(self) -> dict[str, Artefact]:
        """Return the exports made after the acts, as those made before what follows."""
        return {role.replace("audit", "before", 1): one for role, one in self.after.items()}

    @property
    def files(self) -> tuple[Artefact, ...]:
        """Return the exports made after the acts, as proofs."""
        return tuple(self.after.values())

    def trace_of(self, patient: Patient) -> str:
        """Return the identifier of a trace on a patient. Raises `Inconclusive` without any."""
        for batch in batches(Check(self.after, self.expected)):
            for event in batch.events:
                if event.id and patient.ref.id in identifiers(event.person):
                    return event.id
        raise Inconclusive(
            "aucune trace exportée ne porte d'identifiant sur ce patient : déclarez sa colonne "
            "(columns.id de [drivers.audit])"
        )
