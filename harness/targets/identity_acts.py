"""What else a scenario does to identities: change them, mark them, prove them, list what waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.targets.base import Attempt, PatientRef

SUPER_USER = "super"
"""Role of `drivers.http.users` that may change a locked trait."""


class IdentityActs(Protocol):
    """The acts of one user. `Drivers.acts` says who, and that the target offers the capability."""

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Change fields by name (`TEN_FIELDS`): capability `editing`."""

    def register(self, person: Person, document: str = "", nss: str = "") -> Attempt:
        """Create an identity with its justificatif and its reimbursement number: `registration`."""

    def mark(self, patient: PatientRef, attribute: str) -> Attempt:
        """Set an attribute, `douteuse` or `fictive`: capability `attributes`."""

    def switch_automatic_validation(self, enabled: bool) -> None:
        """Switch the automatic validation on or off: capability `validation_settings`."""

    def set_trust(self, document: str, *, high: bool) -> None:
        """Set the trust level of a kind of justificatif: capability `validation_settings`."""

    def trust_domains(self, facilities: list[str]) -> None:
        """Put these domains alone under a contract of trust: capability `validation_settings`."""

    def work_list(self) -> Artefact:
        """Return the `WorkListReleve` of what waits: capability `work_list`."""

    def verify_ins(self, patient: PatientRef) -> Attempt:
        """Have INSi verify the INS of a patient: `ins_verification`. Accepted when confirmed."""

    def send_message(self, patient: PatientRef, kind: str) -> str:
        """Send an ORM, a SIU or an ORU; return its control id, '' when unknown: `messages`."""
