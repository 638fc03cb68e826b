"""The `fhir` driver: what it sends, what it reads back, and what it will not take for a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.evidence.recorder import Recorder
from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.identity import OID_NIR_TEST, Person
from harness.model.problems import UnexpectedAnswer
from harness.model.releve import AttemptReleve, IdentityReleve, SearchReleve
from harness.targets.base import PatientRef
from harness.targets.fhir import FhirIdentities
from harness.targets.fhir_patient import patient_of, values_of
from harness.targets.http_client import HttpClient
from harness.targets.target import NO_CREDENTIALS, FhirOptions
from harness.validators.engine import judge, rules_of
from tests.targets.sites import Site, reply, reply_json, target_at

SYSTEM = "https://logiciel.example.org/ipp"
PERSON = Person(
    key="a",
    birth_name="D'ARC-LE GOFF",
    birth_given_names=("JEANNE", "MARIE"),
    birth_date="1990-02-03",
    sex="F",
    birth_place_code="63220",
    used_name="DURAND",
    used_given_name="JO",
    matricule="290026322000123",
    private_id="IPP-77",
)
FHIR = "application/fhir+json"
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "invalid", "diagnostics": "Sexe : obligatoire."}],
}
Serve = Callable[..., Site]


@pytest.fixture
def site(serve: Serve) -> Site:
    stored = {**patient_of(PERSON, SYSTEM), "id": "12"}
    return serve(reply_json(201, stored, FHIR))


@pytest.fixture
def driver(site: Site, recorder: Recorder) -> Iterator[FhirIdentities]:
    client = HttpClient(target_at(site.url), recorder, NO_CREDENTIALS, 2.0)
    yield FhirIdentities(client, FhirOptions(private_id_system=SYSTEM))
    client.close()


def sent(site: Site) -> Any:
    return json.loads(site.seen[-1][3])


def test_patient_sent_is_read_back_as_it_was() -> None:
    values = values_of(patient_of(PERSON, SYSTEM))
    expected = {**PERSON.traits(), "matricule": "", "oid": "", "private_id": "IPP-77"}
    assert {name: values[name] for name in expected} == expected
    assert values["status"] == "PROV"


def test_patient_sent_breaks_no_fhir_rule() -> None:
    content = json.dumps(patient_of(PERSON, SYSTEM)).encode()
    judgement = judge(Check.of(Artefact("patient", content, FHIR)), rules_of("fhir"), named=False)
    assert not [finding for outcome in judgement.outcomes for finding in outcome.errors]


def test_creation_accepted(driver: FhirIdentities, site: Site) -> None:
    attempt = driver.create(PERSON)
    assert attempt.accepted and attempt.patient == PatientRef("12", "IPP-77")
    releve = AttemptReleve.parse(attempt.releve)
    assert (releve.act, releve.code, releve.missing) == ("création", "201", "")
    assert releve.submitted == PERSON.traits()
    assert site.seen[0][:2] == ("POST", "/fhir/Patient")
    assert PERSON.matricule not in json.dumps(sent(site))


def test_creation_without_a_trait_leaves_it_out(driver: FhirIdentities, site: Site) -> None:
    site.answer = reply_json(422, OUTCOME, FHIR)
    attempt = driver.create(PERSON.without("sex"))
    releve = AttemptReleve.parse(attempt.releve)
    assert not attempt.accepted and attempt.patient is None
    assert releve.message == "Sexe : obligatoire." and releve.missing == "sex"
    assert "gender" not in sent(site)


@pytest.mark.parametrize("answer", [(422, "text/html"), (404, FHIR), (403, FHIR), (500, FHIR)])
def test_what_is_not_a_refusal(driver: FhirIdentities, site: Site, answer: tuple[int, str]) -> None:
    site.answer = reply(*answer, b"{}")
    with pytest.raises(UnexpectedAnswer):
        driver.create(PERSON)


def test_created_patient_is_found_by_location(driver: FhirIdentities, site: Site) -> None:
    stored = {**patient_of(PERSON, SYSTEM), "id": "é/9"}
    site.answer = lambda handler, body: (
        reply(201, FHIR, b"", {"Location": "/fhir/Patient/99/_history/1"})
        if handler.command == "POST"
        else reply_json(200, stored, FHIR)
    )(handler, body)
    assert driver.create(PERSON).patient == PatientRef("99", "IPP-77")


def test_reading_keeps_the_current_ins_only(driver: FhirIdentities, site: Site) -> None:
    old = {"use": "old", "system": f"urn:oid:{OID_NIR_TEST}", "value": "1" * 15}
    live = {"use": "official", "system": f"urn:oid:{OID_NIR_TEST}", "value": PERSON.matricule}
    stored = patient_of(PERSON, SYSTEM)
    stored["identifier"] += [old, live]
    site.answer = reply_json(200, {**stored, "id": "12"}, FHIR)
    releve = IdentityReleve.parse(driver.read(PatientRef("12")))
    assert (releve.matricule, releve.oid) == (PERSON.matricule, OID_NIR_TEST)
    assert releve.source == "fhir" and releve.history is None


def test_partner_view_is_the_bytes(driver: FhirIdentities, site: Site) -> None:
    site.answer = reply(200, FHIR, b'{"resourceType":  "Patient"}')
    assert driver.fhir_view(PatientRef("a b")).content == b'{"resourceType":  "Patient"}'
    assert site.seen[-1][1] == "/fhir/Patient/a%20b"


def test_update_keeps_what_it_does_not_change(driver: FhirIdentities, site: Site) -> None:
    stored = {**patient_of(PERSON, SYSTEM), "id": "12", "active": True}
    site.answer = reply_json(200, stored, FHIR)
    attempt = driver.update(PatientRef("12"), {"used_name": "DUPOND"})
    assert attempt.accepted
    assert {**values_of(stored), "used_name": "DUPOND"} == values_of(sent(site))
    assert sent(site)["active"] is True


def test_find_matches_the_local_identifier_alone(driver: FhirIdentities, site: Site) -> None:
    entry = {"resource": {**patient_of(PERSON, SYSTEM), "id": "12"}}
    site.answer = reply_json(200, {"resourceType": "Bundle", "entry": [entry]}, FHIR)
    assert driver.find("IPP-77") == PatientRef("12", "IPP-77")
    assert driver.find("IPP-7") is None


def test_search_uses_the_parameters_of_the_file(driver: FhirIdentities, site: Site) -> None:
    site.answer = reply_json(200, {"resourceType": "Bundle"}, FHIR)
    answer = driver.search(name="ARC", given_name="LO", birth_date="1990-02-03", sex="F")
    releve = SearchReleve.parse(answer.releve)
    assert answer.patients == () and releve.accepted and releve.source == "fhir"
    assert site.seen[-1][1].endswith("?family=ARC&given=LO&birthdate=1990-02-03&gender=female")
