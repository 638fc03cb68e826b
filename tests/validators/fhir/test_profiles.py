"""The profile walk on small definitions: slices, choices, and what it must not decide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.problems import ConfigurationProblem
from harness.validators.engine import judge, rules_named, rules_of
from harness.validators.fhir.profiles import not_evaluated
from tests.validators.samples import MESSAGES, sample_check

BASE = "https://banc.example/fhir/"
URL = BASE + "StructureDefinition/observation"
PRO = [f"FR-PRO-0{number}" for number in range(1, 7)]
Fields = dict[str, Any]


def element(path: str, low: int = 0, high: str = "1", *types: Any, **more: Any) -> Fields:
    plain = ".".join(part.partition(":")[0] for part in path.split("."))
    name = path.rpartition(".")[2].partition(":")[2]
    found: Fields = {"id": path, "path": plain, "min": low, "max": high}
    found["type"] = [one if isinstance(one, dict) else {"code": one} for one in types]
    return found | ({"sliceName": name} if name else {}) | more


def sliced(kind: str, path: str, rules: str = "open", **more: Any) -> Fields:
    return {"slicing": {"discriminator": [{"type": kind, "path": path}], "rules": rules, **more}}


def definition(*elements: Fields, kind: str = "Observation", url: str = URL) -> Fields:
    listed = [element(kind, 0, "*"), *elements]
    return {
        "resourceType": "StructureDefinition", "url": url, "type": kind, "kind": "resource",
        "snapshot": {"element": listed},
    }  # fmt: skip


def check_of(resource: Fields, *definitions: Fields, **expected: Any) -> Check:
    resource = {"resourceType": "Observation", "meta": {"profile": [URL]}, **resource}
    held = {"resourceType": "Bundle", "entry": [{"resource": one} for one in definitions]}
    return Check(
        {
            "subject": Artefact("o.json", json.dumps(resource).encode(), FHIR_MEDIA_TYPE),
            "package": Artefact("p.json", json.dumps(held).encode(), FHIR_MEDIA_TYPE),
        },
        expected,
    )


def errors(check: Check) -> dict[str, list[str]]:
    outcomes = judge(check, rules_named(*PRO), named=False).outcomes
    return {one.rule_id: [f.at for f in one.errors] for one in outcomes if one.errors}


def left_out(check: Check) -> str:
    return " / ".join(f"{one.what} : {one.why}" for one in not_evaluated(check))


META = element("Observation.meta", 0, "1", "Meta")


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        ({"valueQuantity": {"value": 3}}, {}),
        ({"valueString": "trois"}, {}),
        ({}, {"FR-PRO-01": ["Observation.value"]}),
        ({"valueBoolean": True},
         {"FR-PRO-01": ["Observation.value"], "FR-PRO-06": ["Observation"]}),
        ({"valueString": ""}, {"FR-PRO-06": ["Observation.valueString"]}),
        ({"valueQuantity": {"value": "3"}}, {"FR-PRO-06": ["Observation.valueQuantity.value"]}),
        ({"valueQuantity": {"poids": 3}}, {"FR-PRO-06": ["Observation.valueQuantity"]}),
    ],
)  # fmt: skip
def test_choice_is_counted_and_typed(value: Fields, faults: Fields) -> None:
    profile = definition(META, element("Observation.value[x]", 1, "1", "Quantity", "string"))
    assert errors(check_of(value, profile)) == faults


COMPONENT = [
    META,
    element("Observation.component", 0, "*", "BackboneElement"),
    element("Observation.component.code", 1, "1", "CodeableConcept"),
    element("Observation.component.value[x]", 0, "1", "Quantity", "string"),
]
PATTERN = {"patternCodeableConcept": {"coding": [{"code": "A"}]}}
A = {"code": {"coding": [{"system": "s", "code": "A"}]}, "valueString": "x"}
B = {"code": {"coding": [{"code": "B"}]}, "valueQuantity": {"value": 1}}


def by_slice(slicing: Fields, *inner: Fields, low: int = 1, high: str = "1") -> Fields:
    base = [dict(one) for one in COMPONENT]
    base[1] |= slicing
    return definition(
        *base, element("Observation.component:a", low, high, "BackboneElement"), *inner
    )


CODE_A = element("Observation.component:a.code", 1, "1", "CodeableConcept", **PATTERN)
TEXT_A = element("Observation.component:a.value[x]", 1, "1", "string")
SLICE = {"FR-PRO-03": ["Observation.component"]}
ABSENT = element("Observation.component:a.value[x]", 0, "0", "string")


@pytest.mark.parametrize(
    ("profile", "components", "faults"),
    [
        (by_slice(sliced("value", "code"), CODE_A), [A, B], {}),
        (by_slice(sliced("pattern", "code"), CODE_A), [B], SLICE),
        (by_slice(sliced("value", "code"), CODE_A), [A, A], SLICE),
        (by_slice(sliced("value", "code"), CODE_A), [],
         SLICE),
        (by_slice(sliced("value", "code", "closed"), CODE_A), [A, B],
         {"FR-PRO-03": ["Observation.component[1]"]}),
        (by_slice(sliced("type", "value"), TEXT_A), [A, B], {}),
        (by_slice(sliced("type", "value"), TEXT_A), [B], SLICE),
        (by_slice(sliced("exists", "value"), ABSENT), [{"code": {"text": "c"}}, A], {}),
        (by_slice(sliced("exists", "value"), ABSENT), [A], SLICE),
        # What the slice asks beyond its discriminator is judged on its members alone.
        (by_slice(sliced("value", "code"), CODE_A, ABSENT), [A, B],
         {"FR-PRO-01": ["Observation.component[0].value"]}),
    ],
)  # fmt: skip
def test_slices_are_told_apart(profile: Fields, components: list[Fields], faults: Fields) -> None:
    check = check_of({"component": components} if components else {}, profile)
    assert errors(check) == faults
    assert "tranches" not in left_out(check)


@pytest.mark.parametrize(
    ("slicing", "said"),
    [
        (sliced("value", "code.resolve()"), "discriminant au chemin"),
        (sliced("value", "code.ofType(CodeableConcept)"), "discriminant au chemin"),
        (sliced("position", "code"), "discriminant position"),
        (sliced("value", "value"), "sans valeur"),
        ({"slicing": {"rules": "open"}}, "sans discriminant"),
    ],
)
def test_unsupported_discriminator_is_not_evaluated(slicing: Fields, said: str) -> None:
    check = check_of({"component": [B]}, by_slice(slicing, CODE_A))
    assert "FR-PRO-03" not in errors(check)
    outcome = judge(check, rules_named("FR-PRO-03"), named=False).outcomes[0]
    assert outcome.examined == 0, "a slicing that cannot be evaluated never passes"
    assert said in left_out(check)


def test_an_element_in_two_slices_is_not_evaluated() -> None:
    twin = [
        element("Observation.component:b", 1, "1", "BackboneElement"),
        element("Observation.component:b.code", 1, "1", "CodeableConcept", **PATTERN),
    ]
    check = check_of({"component": [A]}, by_slice(sliced("value", "code"), CODE_A, *twin))
    assert "FR-PRO-03" not in errors(check)
    assert "plusieurs tranches" in left_out(check)


def test_slices_by_the_profile_that_a_resource_declares() -> None:
    entry = "Bundle.entry"
    profile = definition(
        element("Bundle.meta", 0, "1", "Meta"),
        element(entry, 0, "*", "BackboneElement", **sliced("profile", "resource")),
        element(f"{entry}.resource", 0, "1", "Resource"),
        element(f"{entry}:obs", 1, "1", "BackboneElement"),
        element(f"{entry}:obs.resource", 1, "1", {"code": "Observation", "profile": [URL]}),
        kind="Bundle",
        url=BASE + "StructureDefinition/lot",
    )
    inner = {"resourceType": "Observation", "meta": {"profile": [URL]}}
    needs_value = definition(META, element("Observation.value[x]", 1, "1", "string"))

    def sent(*resources: Fields) -> Check:
        return check_of(
            {
                "resourceType": "Bundle",
                "meta": {"profile": [profile["url"]]},
                "entry": [{"resource": one} for one in resources],
            },
            profile,
            needs_value,
        )

    good = {**inner, "valueString": "x"}
    other = {"resourceType": "Observation", "meta": {"profile": ["urn:autre"]}}
    assert errors(sent(good)) == {}
    assert errors(sent(other)) == {"FR-PRO-03": ["Bundle.entry"]}
    assert errors(sent(inner)) == {"FR-PRO-01": ["Bundle.entry[0].resource.value"]}
    assert "aucun profil" in left_out(sent({"resourceType": "Observation"}))


def test_extension_is_judged_by_its_definition_even_outside_the_profile() -> None:
    extension = BASE + "StructureDefinition/rang"
    defined = definition(
        element("Extension.url", 1, "1", "uri", fixedUri=extension),
        element("Extension.value[x]", 1, "1", "positiveInt"),
        kind="Extension",
        url=extension,
    )
    profile = definition(META, element("Observation.extension", 0, "*", "Extension"))

    def carrying(one: Fields) -> Check:
        return check_of({"extension": [one]}, profile, defined)

    assert errors(carrying({"url": extension, "valuePositiveInt": 2})) == {}
    assert set(errors(carrying({"url": extension, "valueString": "deux"}))) == {
        "FR-PRO-01",
        "FR-PRO-06",
    }
    unknown = carrying({"url": "https://autre.example/x", "valueString": "deux"})
    assert errors(unknown) == {}
    assert "https://autre.example/x" in left_out(unknown)


def test_extension_on_a_primitive_is_judged() -> None:
    url = BASE + "StructureDefinition/rang"
    profile = definition(
        META,
        element("Observation.issued", 1, "1", "instant"),
        element("Observation.issued.extension", 0, "*", "Extension", **sliced("value", "url")),
        element(
            "Observation.issued.extension:rang", 1, "1", {"code": "Extension", "profile": [url]}
        ),
    )
    at = "2026-03-02T09:15:00Z"
    extension = {"extension": [{"url": url, "valuePositiveInt": 1}]}
    assert errors(check_of({"issued": at, "_issued": extension}, profile)) == {}
    missing = {"FR-PRO-03": ["Observation.issued.extension"]}
    assert errors(check_of({"issued": at}, profile)) == missing
    assert errors(check_of({"_issued": extension}, profile)) == {}


LEAF = {"linkId": "2"}


def test_content_reference_is_followed() -> None:
    profile = definition(
        element("Questionnaire.meta", 0, "1", "Meta"),
        element("Questionnaire.item", 0, "*", "BackboneElement"),
        element("Questionnaire.item.linkId", 1, "1", "string"),
        element("Questionnaire.item.item", 0, "*", contentReference="#Questionnaire.item"),
        kind="Questionnaire",
    )
    nested = {
        "resourceType": "Questionnaire",
        "item": [{"linkId": "1", "item": [{"item": [LEAF]}]}],
    }
    assert errors(check_of(nested, profile)) == {
        "FR-PRO-01": ["Questionnaire.item[0].item[0].linkId"]
    }


@pytest.mark.parametrize(
    ("expression", "value", "fault", "left"),
    [
        ("status.exists()", {"status": "final"}, False, ""),
        ("status.exists()", {}, True, ""),
        ("value.exists() implies value > 2", {"valueInteger": 1}, True, ""),
        ("status.length() > 3", {}, False, "ni vrai ni faux"),
        ("status.absente()", {"status": "final"}, False, "expression refusée"),
        ("((", {}, False, "expression refusée"),
        ("%resource.status = 'final'", {"status": "final"}, False, ""),
        ("status.trace('t').exists()", {"status": "final"}, False, ""),
    ],
)
def test_invariant_is_true_false_or_not_evaluated(
    expression: str, value: Fields, fault: bool, left: str, capsys: pytest.CaptureFixture[str]
) -> None:
    profile = definition(
        META, element("Observation.status", 0, "1", "code"),
        element("Observation.value[x]", 0, "1", "integer"),
    )  # fmt: skip
    profile["snapshot"]["element"][0]["constraint"] = [
        {"key": "i-1", "severity": "error", "human": "essai", "expression": expression}
    ]
    check = check_of(value, profile)
    assert ("FR-PRO-05" in errors(check)) is fault
    assert left in left_out(check) and bool(left) is ("i-1" in left_out(check))
    assert capsys.readouterr().out == "", "a trace of fhirpathpy would break --json"


def test_sample_counts_what_it_could_not_evaluate() -> None:
    check = sample_check(MESSAGES / "fhir" / "conformes" / "organisation-profilee.check.json")
    assert judge(check, rules_of("fhir"), named=False).verdict == "CONFORM"
    left = left_out(check)
    assert "invariant essai-3" in left and "contactentity-type" in left


def test_empty_elements_are_faults() -> None:
    profile = definition(*COMPONENT)
    assert errors(check_of({"component": []}, profile)) == {"FR-PRO-06": ["Observation.component"]}
    empty = errors(check_of({"component": [{}]}, profile))
    assert empty["FR-PRO-06"] == ["Observation.component[0]"]


@pytest.mark.parametrize(
    ("profile", "left"), [(["urn:absent"], "urn:absent"), ([], "aucun profil déclaré")]
)
def test_without_its_profile_a_resource_has_no_subject(profile: list[str], left: str) -> None:
    check = check_of({"meta": {"profile": profile}}, definition(META))
    outcomes = judge(check, rules_named(*PRO), named=False).outcomes
    assert not any(one.examined for one in outcomes)
    assert left in left_out(check)


def test_profile_can_be_imposed() -> None:
    profile = definition(element("Observation.value[x]", 1, "1", "string"), META)
    check = check_of({"meta": {}}, profile, profile=URL)
    assert errors(check)["FR-PRO-01"] == ["Observation.value"]


def test_profile_of_another_resource_is_a_fault() -> None:
    check = check_of({"resourceType": "Encounter"}, definition(META))
    assert errors(check) == {"FR-PRO-06": ["Encounter.meta.profile"]}


def test_broken_package_is_the_configuration_fault() -> None:
    check = check_of({}, definition(META))
    broken = Check({**check.artefacts, "package": Artefact("p.tgz", b"\x1f\x8bxx", "")})
    with pytest.raises(ConfigurationProblem, match=r"p\.tgz"):
        judge(broken, rules_named("FR-PRO-01"))


def test_matricules_are_shortened() -> None:
    profile = definition(META, element("Observation.note", 0, "1", "string", fixedString="x"))
    check = check_of({"note": "INS 279037505600142"}, profile)
    (outcome,) = judge(check, rules_named("FR-PRO-02")).outcomes
    assert "2790…42" in outcome.findings[0].found
    assert "279037505600142" not in outcome.findings[0].found


def test_check_without_package_has_no_profile_subject() -> None:
    check = sample_check(MESSAGES / "fhir" / "conformes" / "qualifiee.json")
    outcomes = judge(check, rules_named(*PRO), named=False).outcomes
    assert [one.examined for one in outcomes] == [0] * 6
    assert not_evaluated(check) == ()
