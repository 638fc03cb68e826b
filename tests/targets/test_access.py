"""Acting under another profile by API: a refusal is a result, an unknown account is not."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from harness.evidence.recorder import Recorder
from harness.model.problems import CapabilityMissing, UnexpectedAnswer
from harness.model.releve import AttemptReleve, TraceReleve
from harness.simulators.loop import ServiceLoop
from harness.targets.base import Capability, PatientRef
from harness.targets.drivers import Drivers
from harness.targets.target import Credentials, HttpOptions, Operation
from harness.targets.target import Drivers as DriverTables
from tests.targets.sites import Site, reply, reply_json, target_at

PATIENT = PatientRef("7", "IPP-7")
OPERATIONS = {
    "read": Operation(path="/p/{id}", answer={"message": "erreur"}),
    "search": Operation(path="/p", query={"nom": "{name}"}, items="liste", answer={"id": "cle"}),
    "traces": Operation(
        path="/j", query={"p": "{id}"}, items="lignes", answer={"at": "le", "after": "apres"}
    ),
    "insi_call": Operation(method="POST", path="/p/{id}/insi", json={"mode": "{mode}"}),
    "right_withdraw": Operation(method="PUT", path="/droits", json={"r": "x"}),
}


@pytest.fixture
def site(serve: Callable[..., Site]) -> Site:
    return serve(reply_json(200, {}))


@pytest.fixture
def drivers(site: Site, loop: ServiceLoop) -> Drivers:
    users = {"sans_acces": Credentials(user="petit", secret="secret-de-petit")}
    tables = DriverTables(http=HttpOptions(operations=OPERATIONS, users=users))
    capabilities = {Capability.RIGHTS: "http", Capability.TRACES: "http"}
    return Drivers(target_at(site.url, capabilities=capabilities, drivers=tables), Recorder(), loop)


def test_the_account_of_the_role_is_used(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(403, {"erreur": "profil sans droit"})
    attempt = drivers.rights.reach("sans_acces", "read", PATIENT)
    releve = AttemptReleve.parse(attempt.releve)
    assert (releve.accepted, releve.code, releve.message) == (False, "403", "profil sans droit")
    assert b"profil sans droit" in attempt.raw[0].content
    token = base64.b64encode(b"petit:secret-de-petit").decode()
    assert site.seen[-1][2]["Authorization"] == f"Basic {token}"
    assert drivers.rights.login("sans_acces") == "petit"


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_may_be_a_page(drivers: Drivers, site: Site, status: int) -> None:
    site.answer = reply(status, "text/html", b"<p>Ferme</p>")
    assert not drivers.rights.reach("sans_acces", "search", PATIENT, name="DURAND").accepted
    assert not drivers.rights.reach("sans_acces", "fhir_view", PATIENT).accepted
    assert not drivers.rights.call_insi("sans_acces", PATIENT).accepted
    assert not drivers.rights.change("sans_acces", "right_withdraw").accepted
    assert TraceReleve.parse(drivers.rights.journal("sans_acces", PATIENT)).entries == ()


def test_an_open_door_is_reached(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(200, {"nom": "DURAND"}, "application/fhir+json")
    assert drivers.rights.reach("sans_acces", "fhir_view", PATIENT).accepted
    site.answer = reply_json(200, {"lignes": [{"le": "2026-03-02T09:15:00Z", "apres": {"a": "B"}}]})
    (line,) = TraceReleve.parse(drivers.rights.journal("sans_acces", PATIENT)).entries
    assert (line.at, line.after) == ("2026-03-02T09:15:00Z", "a : B")


def test_an_unknown_account_is_not_a_refusal(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(401, {})
    with pytest.raises(UnexpectedAnswer, match="credentials"):
        drivers.rights.reach("sans_acces", "read", PATIENT)


def test_an_absent_account_is_named(drivers: Drivers) -> None:
    with pytest.raises(CapabilityMissing, match=r"drivers\.http\.users\.super"):
        drivers.api_as("super")


def test_a_journal_that_refuses_our_own_account_is_told(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(422, {})
    with pytest.raises(UnexpectedAnswer, match="journal"):
        drivers.traces.traces(PATIENT)
