"""The quick table of a Patient's structure never clears what the R4B model refuses."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.check import Check, Settings
from harness.model.problems import Unreadable
from harness.terminology import code_list
from harness.validators.engine import judge, rules_of
from harness.validators.fhir import structure
from tests.validators.samples import MESSAGES

PATIENTS = [
    entry["resource"]
    for entry in json.loads(
        (MESSAGES / "fhir/conformes/transfert-tddui.json").read_text(encoding="utf-8")
    )["entry"]
    if entry["resource"]["resourceType"] == "Patient"
] + [json.loads((MESSAGES / "fhir/conformes/qualifiee.json").read_text(encoding="utf-8"))]
ODD: list[Any] = [
    None, "", " ", "é à", "a b", "2026-02-30", "2026", "0000-01-01", "31/12/1980", 0, -1, 3, 2**40,
    1.5, True, [], [None], ["x"], [""], {}, {"url": ""}, {"a": 1}, [{}], [[]], "\x01", "\u00a0",
]  # fmt: skip
KEYS = ["id", "_id", "value", "valueString", "extension", "use", "given", "surnom", "text", "div"]


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(data, dict):
        for key, value in data.items():
            found += places(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            found += places(value, (*path, index))
    return found


def mutated(patient: dict[str, Any], draw: st.DataObject) -> dict[str, Any]:
    changed = copy.deepcopy(patient)
    path = draw.draw(st.sampled_from(places(changed)))
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    value = draw.draw(st.sampled_from(ODD))
    if path and draw.draw(st.booleans()):
        holder[path[-1]] = value
    else:
        target = holder[path[-1]] if path else changed
        if isinstance(target, dict):
            target[draw.draw(st.sampled_from(KEYS))] = value
        elif isinstance(target, list):
            target.append(value)
    return changed


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_what_the_table_clears_the_model_accepts(data: st.DataObject) -> None:
    patient = mutated(data.draw(st.sampled_from(PATIENTS)), data)
    patient["resourceType"] = "Patient"  # only Patients are handed over
    kept = {key: one for key, one in patient.items() if key not in structure.JUDGED_BY_RULES}
    table = code_list("fhir_r4_patient")["types"]
    if structure._is_plain(kept, "Patient", table):
        structure._require_r4b("patient.json", kept, "Patient")


def resources() -> list[tuple[dict[str, Any], Artefact]]:
    folder = MESSAGES / "fhir"
    package = folder / "paquets" / "essai.json"
    record = json.loads(
        (folder / "conformes" / "organisation-profilee.check.json").read_text(encoding="utf-8")
    )
    others = [
        json.loads((folder / "conformes" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("transfert-tddui", "trace-tde", "qualifiee")
    ]
    artefact = Artefact(package.name, package.read_bytes(), FHIR_MEDIA_TYPE)
    return [(one, artefact) for one in (record["artefacts"]["subject"]["json"], *others)]


RESOURCES = resources()


@settings(max_examples=250, deadline=None)
@given(st.data(), st.sampled_from(["2.1.0", "2.2.0"]))
def test_odd_shapes_are_judged_or_unreadable_never_a_crash(
    data: st.DataObject, version: str
) -> None:
    resource, package = data.draw(st.sampled_from(RESOURCES))
    for _ in range(data.draw(st.integers(1, 3))):
        resource = mutated(resource, data)
    subject = Artefact("r.json", json.dumps(resource).encode(), FHIR_MEDIA_TYPE)
    check = Check({"subject": subject, "package": package}, {}, Settings(fr_core=version))
    judge(check, rules_of("fhir"), named=False)


def test_a_patient_of_odd_shapes_is_unreadable() -> None:
    patient = {"resourceType": "Patient", "contained": [3], "text": {"div": 3}, "extension": 3}
    with pytest.raises(Unreadable, match="structure FHIR R4"):
        structure.require_patient("p.json", patient, "Patient")


@pytest.mark.parametrize("patient", PATIENTS)
def test_an_ordinary_patient_is_cleared_without_the_model(
    patient: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(structure, "_require_r4b", lambda *given: asked.append("model"))
    structure.require_patient("patient.json", patient, "Patient")
    # A rank of birth sits beside the date: that shape is left to the model.
    assert bool(asked) is ("_birthDate" in patient)


def test_the_model_still_names_the_place_of_a_fault() -> None:
    with pytest.raises(Unreadable, match=r"Patient\.telecom\.0\.rank"):
        structure.require_patient(
            "p.json", {"resourceType": "Patient", "telecom": [{"rank": "un"}]}, "Patient"
        )
