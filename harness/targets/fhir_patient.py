"""FR Core Patient: written for a creation, and read into the values of a relevé."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from harness.model.identity import INS_OIDS, Person
from harness.targets.json_path import JsonPath
from harness.targets.releves import said
from harness.validators.fhir.reader import (
    BIRTH_PLACE,
    COMMUNES,
    FR_CORE,
    GIVEN_LIST,
    HL7_0203,
    INSEE_CODE,
    RELIABILITY,
)

Json = dict[str, Any]
PATIENT_INS = f"{FR_CORE}StructureDefinition/fr-core-patient-ins"
STATUS_SYSTEM = f"{FR_CORE}CodeSystem/fr-core-cs-v2-0445"
METHOD_SYSTEM = f"{FR_CORE}CodeSystem/fr-core-cs-method-collection"
_GENDERS = {"M": "male", "F": "female", "": ""}
_SEXES = {word: code for code, word in _GENDERS.items()}


def patient_of(person: Person, private_id_system: str) -> Json:
    """Return the Patient that a business client posts: traits alone, never an INS.

    What the person lacks is left out, so that a refusal can be tested.
    """
    traits = person.traits()
    resource: Json = {
        "resourceType": "Patient",
        "meta": {"profile": [PATIENT_INS]},
        "extension": [_reliability(), *_birth_place(traits["birth_place_code"])],
        "identifier": _identifiers(person.private_id, private_id_system),
        "name": _names(traits),
        "gender": _GENDERS.get(traits["sex"], "unknown"),
        "birthDate": traits["birth_date"],
    }
    return {name: value for name, value in resource.items() if value not in ("", [])}


def with_changes(resource: Json, changes: Mapping[str, str]) -> Json:
    """Return the resource that the software gave, with fields of ours changed."""
    values = {**values_of(resource), **changes}
    changed: Json = {
        **resource,
        "name": _names(values),
        "gender": _GENDERS.get(values["sex"], "unknown"),
        "birthDate": values["birth_date"],
    }
    others = [one for one in resource.get("extension", []) if one.get("url") != BIRTH_PLACE]
    changed["extension"] = [*others, *_birth_place(values["birth_place_code"])]
    return {name: value for name, value in changed.items() if value not in ("", [])}


def values_of(resource: Any) -> dict[str, str]:
    """Return the values of a Patient by field name, as they are written in it."""
    ins = _ins_identifier(resource)
    system = said(ins.get("system"))
    return {
        "private_id": _private_id(resource),
        "status": _coded(resource, "identityStatus"),
        "nature": said(JsonPath.parse("type.coding[*].code").first(ins)),
        "matricule": said(ins.get("value")),
        "oid": system.removeprefix("urn:oid:"),
        "birth_name": _first(resource, "name[use=official].family"),
        "birth_given_names": _first(
            resource, "name[use=official].extension[url={}].valueString", GIVEN_LIST
        ),
        "first_birth_given_name": _first(resource, "name[use=official].given[0]"),
        "birth_date": _first(resource, "birthDate"),
        "sex": _sex(_first(resource, "gender")),
        "birth_place_code": _birth_place_code(resource),
        "used_name": _first(resource, "name[use=usual].family"),
        "used_given_name": _first(resource, "name[use=usual].given"),
    }


def _sex(gender: str) -> str:
    return _SEXES.get(gender, gender)


def _first(resource: Any, path: str, url: str = "") -> str:
    steps = JsonPath.parse(path).steps
    return said(JsonPath(tuple(step.replace("{}", url) for step in steps)).first(resource))


def _extension(owner: Any, url: str) -> Any:
    return JsonPath(("extension", f"[url={url}]")).first(owner)


def _birth_place_code(resource: Any) -> str:
    place = _extension(resource, BIRTH_PLACE) or {}
    code = _extension(place.get("valueAddress"), INSEE_CODE)
    return said(JsonPath.parse("valueCoding.code").first(code))


def _coded(resource: Any, part: str) -> str:
    found = _extension(_extension(resource, RELIABILITY), part)
    return said(JsonPath.parse("valueCoding.code").first(found))


def _private_id(resource: Any) -> str:
    for identifier in JsonPath.parse("identifier[*]").all(resource):
        if "PI" in JsonPath.parse("type.coding[*].code").all(identifier):
            return said(identifier.get("value"))
    return ""


def _ins_identifier(resource: Any) -> Json:
    for identifier in JsonPath.parse("identifier[*]").all(resource):
        if not isinstance(identifier, dict):
            continue
        oid = said(identifier.get("system")).removeprefix("urn:oid:")
        ended = "end" in (identifier.get("period") or {})
        if oid in INS_OIDS and identifier.get("use") != "old" and not ended:
            return identifier
    return {}


def _reliability() -> Json:
    today = datetime.now(UTC).date().isoformat()
    return {
        "url": RELIABILITY,
        "extension": [
            {
                "url": "identityStatus",
                "valueCoding": {"system": STATUS_SYSTEM, "code": "PROV"},
            },
            {
                "url": "methodCollection",
                "valueCoding": {"system": METHOD_SYSTEM, "code": "SM"},
            },
            {"url": "dateCollection", "valueDate": today},
        ],
    }


def _birth_place(code: str) -> list[Json]:
    if not code:
        return []
    coding = {"system": COMMUNES, "code": code}
    inside = {"url": INSEE_CODE, "valueCoding": coding}
    return [{"url": BIRTH_PLACE, "valueAddress": {"extension": [inside]}}]


def _identifiers(private_id: str, system: str) -> list[Json]:
    if not private_id:
        return []
    kind = {"coding": [{"system": HL7_0203, "code": "PI"}]}
    return [{"use": "usual", "type": kind, "system": system, "value": private_id}]


def _names(traits: Mapping[str, str]) -> list[Json]:
    official: Json = {"use": "official"}
    if traits["birth_given_names"]:
        official["extension"] = [{"url": GIVEN_LIST, "valueString": traits["birth_given_names"]}]
    if traits["birth_name"]:
        official["family"] = traits["birth_name"]
    if traits["first_birth_given_name"]:
        official["given"] = [traits["first_birth_given_name"]]
    usual: Json = {"use": "usual"}
    if traits["used_name"]:
        usual["family"] = traits["used_name"]
    if traits["used_given_name"]:
        usual["given"] = [traits["used_given_name"]]
    return [official, usual] if len(usual) > 1 else [official]
