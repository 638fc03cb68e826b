"""The drivers of a target: each capability's, made when first asked for and kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.targets.base import (
    Accounts,
    Capability,
    Emission,
    Export,
    FhirView,
    Identities,
    InsiCall,
    Intake,
    PatientRef,
    Printing,
    Rights,
    Search,
    Traces,
    Verification,
)
from harness.targets.combined_identities import CombinedIdentities
from harness.targets.drivers_access import AccessDrivers

if TYPE_CHECKING:
    from harness.targets.attended import AttendedIdentities
    from harness.targets.fhir import FhirIdentities
    from harness.targets.hl7v2 import Trigger
    from harness.targets.identity_acts import IdentityActs


C = Capability


class Drivers(AccessDrivers):
    """Every capability of a target. Connections are opened on first use and kept until `close`.

    Each property raises `CapabilityMissing` when the target file offers no driver for it, or
    offers a person and none is there. `listener` is the MLLP port when the caller opened it.
    `attended` says that a person sits at the terminal (`terminal`, or that of the process when a
    step first needs it). Without `browser`, pages are read as HTML, and their pictures are left to
    a person.
    """

    @cached_property
    def identities(self) -> Identities:
        """Create, read, change and find identities."""
        if not any(map(self.offers, (C.IDENTITIES, C.IDENTITY_VIEW, C.IDENTITY_LOOKUP))):
            self._checked(C.IDENTITIES)
        return CombinedIdentities(self._identity_part)

    @cached_property
    def insi_call(self) -> InsiCall:
        """Have the software call INSi."""
        return self._attended if self._by(C.INSI_CALL, "attended") else self._http

    @cached_property
    def verification(self) -> Verification:
        """Record the check of a document."""
        return self._attended if self._by(C.VERIFICATION, "attended") else self._http

    @cached_property
    def search(self) -> Search:
        """Search patients."""
        if self._by(C.SEARCH, "attended"):
            from harness.targets.attended_reading import AttendedSearch

            return AttendedSearch(self._person)
        return self._fhir if self._by(C.SEARCH, "fhir") else self._http

    @cached_property
    def traces(self) -> Traces:
        """Read the journal."""
        if self._by(C.TRACES, "attended"):
            from harness.targets.attended_reading import AttendedTraces

            return AttendedTraces(self._person)
        return self._http

    @cached_property
    def rights(self) -> Rights:
        """Act under the account of another profile."""
        from harness.targets.access import AttendedRights, HttpRights

        if self._by(C.RIGHTS, "attended"):
            return AttendedRights(self._person)
        return HttpRights(self.target, self._client_of, self.api_as)

    @cached_property
    def fhir_view(self) -> FhirView:
        """Read the FHIR Patient of a partner."""
        found: FhirView = self._identity_part(C.FHIR_VIEW)
        return found

    @cached_property
    def accounts(self) -> Accounts:
        """Open, link and read accounts."""
        if self._by(C.ACCOUNTS, "attended"):
            from harness.targets.attended import AttendedAccounts

            return AttendedAccounts(self._person)
        from harness.targets.http import HttpAccounts

        return HttpAccounts(self._http)

    def acts(self, capability: Capability, role: str = "") -> IdentityActs:
        """Return who does an act on identities: the usual user, or that of a role."""
        if self._by(capability, "attended"):
            from harness.targets.attended_acts import AttendedActs

            return AttendedActs(self._person, role)
        from harness.targets.http_acts import HttpActs

        return HttpActs(self.api_as(role) if role else self._http)

    @cached_property
    def export(self) -> Export:
        """Export the data."""
        if self._by(C.EXPORT, "attended"):
            from harness.targets.exporting import AttendedExport

            return AttendedExport(self._person)
        from harness.targets.exporting import HttpExport

        return HttpExport(self._http)

    @cached_property
    def printing(self) -> Printing:
        """Print documents."""
        if self._by(C.PRINTING, "attended"):
            from harness.targets.printing import AttendedPrinting

            return AttendedPrinting(self._person)
        from harness.targets.printing import HttpPrinting

        return HttpPrinting(self._http)

    @cached_property
    def emission(self) -> Emission:
        """Receive what the target sends to a partner."""
        from harness.targets.hl7v2 import MllpEmission

        driver = self._checked(C.EMISSION)
        way = {"hl7v2": self.target.drivers.hl7v2.trigger}.get(driver, driver)
        trigger: Trigger
        if way == "http":
            trigger = self._http.emit
        elif way == "attended":
            trigger = self._attended.trigger
        else:
            trigger = _nothing_to_do
        return MllpEmission(self.listener, trigger, self.target.delay(C.EMISSION))

    @cached_property
    def intake(self) -> Intake:
        """Send identity messages to the target."""
        from harness.targets.hl7v2 import MllpIntake
        from harness.targets.mllp import MllpClient

        self._checked(C.INTAKE)
        client = MllpClient(
            self._loop,
            self._recorder,
            self.target.endpoints.mllp_address,
            delay=self.target.delay(C.INTAKE),
            connect_delay=self.target.delay("connect"),
        )
        return self._kept(MllpIntake(client, self.target.drivers.hl7v2))

    def partner_address(self) -> str:
        """Return `host:port` of our MLLP port, open: where the target must send identities."""
        host, port = self.listener.address
        return f"{host}:{port}"

    def _identity_part(self, capability: Capability) -> Any:
        driver = self._checked(capability)
        if driver == "attended":
            return self._attended
        return self._fhir if driver == "fhir" else self._http

    @cached_property
    def _attended(self) -> AttendedIdentities:
        from harness.targets.attended import AttendedIdentities

        return AttendedIdentities(self._person)

    @cached_property
    def _fhir(self) -> FhirIdentities:
        from harness.targets.fhir import FhirIdentities

        options = self.target.drivers.fhir
        return self._kept(FhirIdentities(self._client(options.credentials, C.IDENTITIES), options))


def _nothing_to_do(_patient: PatientRef, _event: str) -> str:
    return ""
