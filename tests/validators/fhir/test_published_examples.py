"""The examples that the FR Core packages publish: each finding explained, none unexplained."""

from __future__ import annotations

import json
import os
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.check import Check, Settings
from harness.validators.engine import judge, rules_of
from harness.validators.fhir.profiles import not_evaluated

EXAMPLES = os.environ.get("BANC_EXEMPLES", "")
pytestmark = pytest.mark.skipif(
    not EXAMPLES, reason="BANC_EXEMPLES n'est pas défini : paquets FR Core absents"
)
VERSIONS = ("2.1.0", "2.2.0")

EXPLAINED: dict[tuple[str, str], dict[str, str]] = {
    ("2.1.0", "ExampleFRCorePatient001"): {
        "FR-PAT-06": "la commune est codée par TRE-R13-Commune, et non TRE-R13-CommuneOM",
        "FR-PAT-11": "matricule d'exemple 123456789012244 : sa clé serait 12",
        "FR-PRO-04": "le même code de commune est hors du jeu de valeurs exigé",
    },
    ("2.2.0", "FRCorePatientExample"): {
        "FR-PAT-11": "matricule d'exemple 123456789012244 : sa clé serait 12",
    },
}
"""(FR Core, id of the example Patient) → rule that errs → why. Nothing else may be found."""


def package_path(version: str) -> Path:
    return Path(EXAMPLES) / "fhir" / f"hl7.fhir.fr.core-{version}.tgz"


@cache
def published(version: str) -> dict[str, dict[str, Any]]:
    """Every resource of the package's example folder, by id."""
    found = {}
    with tarfile.open(package_path(version)) as package:
        for member in package:
            if member.isfile() and "/example/" in member.name and member.name.endswith(".json"):
                stream = package.extractfile(member)
                assert stream is not None
                resource = json.load(stream)
                found[str(resource["id"])] = resource
    return found


@cache
def official_errors(version: str) -> dict[str, list[str]]:
    """What the official validator said of the examples when the guide was published."""
    with tarfile.open(package_path(version)) as package:
        stream = package.extractfile("package/other/validation-oo.json")
        assert stream is not None
        listed = json.load(stream)["entry"]
    return {
        str(one["resource"]["id"]): [
            issue["details"]["text"]
            for issue in one["resource"].get("issue", [])
            if issue["severity"] in ("error", "fatal")
        ]
        for one in listed
    }


def check_of(version: str, resource: dict[str, Any]) -> Check:
    path = package_path(version)
    return Check(
        {
            "subject": Artefact("e.json", json.dumps(resource).encode(), FHIR_MEDIA_TYPE),
            "package": Artefact(path.name, path.read_bytes(), "application/gzip"),
        },
        {},
        Settings(fr_core=version),
    )


def all_examples() -> list[tuple[str, str]]:
    return [(v, name) for v in VERSIONS for name in published(v)] if EXAMPLES else []


@pytest.mark.parametrize(("version", "name"), all_examples())
def test_each_finding_on_a_published_example_is_explained(version: str, name: str) -> None:
    check = check_of(version, published(version)[name])
    outcomes = judge(check, rules_of("fhir"), named=False).outcomes
    assert not [one.unreadable for one in outcomes if one.unreadable]
    assert {one.rule_id for one in outcomes if one.errors} == set(
        EXPLAINED.get((version, name), {})
    )


def test_every_published_patient_is_in_the_table() -> None:
    patients = {
        (version, name)
        for version in VERSIONS
        for name, resource in published(version).items()
        if resource["resourceType"] == "Patient"
    }
    assert patients == set(EXPLAINED)


@pytest.mark.parametrize(("version", "name"), all_examples())
def test_profiles_agree_with_the_official_validator(version: str, name: str) -> None:
    resource = published(version)[name]
    said = official_errors(version).get(f"{resource['resourceType']}-{name}", [])
    # A reference that it could not fetch over the network, or a code system that it did not have,
    # is no fault of the resource.
    excused = ("Unable to resolve resource", "A definition for CodeSystem")
    judged = [one for one in said if not one.startswith(excused)]
    outcomes = judge(
        check_of(version, resource), [r for r in rules_of("fhir") if "-PRO-" in r.id], named=False
    ).outcomes
    ours = [finding for one in outcomes for finding in one.errors]
    assert bool(ours) is bool(judged), (judged, ours)


def test_what_the_package_does_not_hold_is_neither_pass_nor_error() -> None:
    check = check_of("2.2.0", published("2.2.0")["FRCorePatientExample"])
    left = {one.why for one in not_evaluated(check)}
    assert any("TRE-R13-CommuneOM" in why for why in left)
    assert any("contact-point-system" in why for why in left)
    bindings = next(o for o in judge(check, rules_of("fhir")).outcomes if o.rule_id == "FR-PRO-04")
    assert bindings.examined and not bindings.findings


@pytest.mark.parametrize(
    ("name", "version", "edit", "rule"),
    [
        ("sans naissance", "2.2.0", lambda p: p.pop("birthDate"), "FR-PRO-01"),
        ("oid de test", "2.2.0", lambda p: p["identifier"][0].update(
            system="urn:oid:1.2.250.1.213.1.4.10"), "FR-PRO-02"),
        ("sans liste", "2.2.0", lambda p: p["name"][0].pop("extension"), "FR-PRO-03"),
        ("sexe other", "2.2.0", lambda p: p.update(gender="other"), "FR-PRO-04"),
        ("sans ins", "2.2.0", lambda p: p["identifier"][0].update(
            type={"text": "?"}, system="urn:x"), "FR-PRO-05"),
        ("sans ins", "2.1.0", lambda p: p["identifier"][0].update(
            type={"text": "?"}, system="urn:x"), "FR-PRO-05"),
        ("date française", "2.2.0", lambda p: p.update(birthDate="25/12/1974"), "FR-PRO-06"),
    ],
)  # fmt: skip
def test_a_fault_made_in_a_published_example_is_seen(
    name: str, version: str, edit: Any, rule: str
) -> None:
    example = next(n for v, n in EXPLAINED if v == version)
    resource = json.loads(json.dumps(published(version)[example]))
    edit(resource)
    outcomes = judge(check_of(version, resource), rules_of("fhir"), named=False).outcomes
    assert rule in {one.rule_id for one in outcomes if one.errors}
