"""The set of drivers: each capability by the driver that the file names, or a clear absence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing
from harness.model.releve import IdentityReleve
from harness.simulators.loop import ServiceLoop
from harness.targets.base import CAPABILITY_LABELS, Capability, PatientRef
from harness.targets.coherence import OFFERS
from harness.targets.drivers import Drivers
from harness.targets.target import Drivers as DriverTables
from harness.targets.target import HttpOptions, Operation
from tests.targets.sites import Site, reply_json, target_at

PROPERTIES = {
    Capability.IDENTITIES: "identities",
    Capability.INSI_CALL: "insi_call",
    Capability.VERIFICATION: "verification",
    Capability.SEARCH: "search",
    Capability.FHIR_VIEW: "fhir_view",
    Capability.ACCOUNTS: "accounts",
    Capability.SCREENS: "screens",
    Capability.EMISSION: "emission",
    Capability.INTAKE: "intake",
    Capability.TRACES: "traces",
    Capability.RIGHTS: "rights",
}


@pytest.mark.parametrize("capability", PROPERTIES)
def test_capability_without_a_driver_names_the_key(
    loop: ServiceLoop, capability: Capability
) -> None:
    drivers = Drivers(target_at("http://127.0.0.1:9"), Recorder(), loop)
    assert not drivers.offers(capability)
    with pytest.raises(CapabilityMissing, match=f"capabilities.{capability} à cible.toml"):
        getattr(drivers, PROPERTIES[capability])


def test_reading_may_have_its_own_driver(serve: Callable[..., Site], loop: ServiceLoop) -> None:
    site = serve(reply_json(200, {"statut": "provisoire"}))
    read = Operation(path="/p/{id}", answer={"status": "statut"})
    target = target_at(
        site.url,
        capabilities={Capability.IDENTITY_VIEW: "http"},
        drivers=DriverTables(http=HttpOptions(operations={"read": read})),
    )
    drivers = Drivers(target, Recorder(), loop)
    releve = IdentityReleve.parse(drivers.identities.read(PatientRef("7")))
    assert releve.status == "provisoire"
    with pytest.raises(CapabilityMissing, match=r"capabilities\.identities"):
        drivers.identities.create(Person("k", "A", ("B",), "1990-01-01", "F", "63220"))
    drivers.close()
    drivers.close()


def test_every_capability_has_a_label_and_a_driver() -> None:
    assert set(CAPABILITY_LABELS) == set(Capability)
    assert set().union(*OFFERS.values()) == set(Capability)
