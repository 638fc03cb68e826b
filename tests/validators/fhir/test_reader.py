"""Bytes that are no readable FHIR give a French reason, never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.check import Check, Settings
from harness.model.problems import Unreadable
from harness.validators.engine import judge, rules_of
from harness.validators.fhir.reader import read_patients


def artefact(content: bytes) -> Artefact:
    return Artefact("patient.json", content, FHIR_MEDIA_TYPE)


def fhir(**fields: Any) -> Artefact:
    return artefact(json.dumps({"resourceType": "Patient", **fields}).encode())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "JSON illisible ligne 1"),
        (b"<html>", "JSON illisible"),
        (b"[]", "ressource FHIR attendue"),
        (b'{"a": 1}', "resourceType absent"),
        ('{"resourceType": "Patient", "x": "é"}'.encode("latin-1"), "UTF-8"),
        (b"[" * 100_000, "trop profond"),
        (b'{"resourceType": "Bundle", "entry": 3}', "Bundle.entry"),
    ],
)
def test_unreadable_bytes_say_why(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_patients(artefact(content))


def test_fault_of_structure_names_its_path() -> None:
    with pytest.raises(Unreadable, match=r"Patient\.identifier\.0\.value"):
        read_patients(fhir(identifier=[{"value": 3}]))


def test_faults_that_a_rule_judges_are_not_faults_of_structure() -> None:
    (patient,) = read_patients(fhir(gender="autre", birthDate="31/12/1980"))
    assert (patient.gender, patient.birth_date) == ("autre", "31/12/1980")


def test_other_resource_holds_no_patient() -> None:
    outcome = artefact(b'{"resourceType": "OperationOutcome", "issue": []}')
    assert read_patients(outcome) == ()


def test_patients_of_a_bundle_are_all_judged() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": {"resourceType": "Patient"}}, {}, {"resource": None}],
    }
    (patient,) = read_patients(artefact(json.dumps(bundle).encode()))
    assert patient.path == "Bundle.entry[0].resource"


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0"])
def test_empty_patient_is_faulted_on_every_side(version: str) -> None:
    check = Check({"subject": fhir()}, {}, Settings(fr_core=version))
    outcomes = judge(check, rules_of("fhir"), named=False).outcomes
    seen = {one.rule_id for one in outcomes if one.errors}
    assert {"FR-PAT-01", "FR-PAT-06", "FR-PAT-07", "FR-PAT-08"} <= seen
    assert ("FR-PAT-09" in seen) is (version == "2.1.0")


def test_matricules_are_shortened_in_findings() -> None:
    identifier = {
        "type": {
            "coding": [
                {
                    "system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203",
                    "code": "INS-NIR-TEST",
                }
            ]
        },
        "system": "urn:oid:1.2.250.1.213.1.4.10",
        "value": "279037505600100",
    }
    outcomes = judge(Check.of(fhir(identifier=[identifier])), rules_of("fhir")).outcomes
    texts = [f"{f.found} {f.expected}" for one in outcomes for f in one.findings]
    assert any("2790…00" in text for text in texts)
    assert not any("279037505600100" in text for text in texts)
