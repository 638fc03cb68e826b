"""Compare a trait with what an export writes, and read the traits of a FHIR Patient."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from harness.model.identity import IdentityStatus
from harness.validators.datamatrix.printed_text import tidy
from harness.validators.fhir.elements import listed, objects, text
from harness.validators.screen.reader import named_status, plain

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_FRENCH = re.compile(r"(\d{2})[/.\-](\d{2})[/.\-](\d{4})(?!\d)")
_SEXES = {
    "M": frozenset({"m", "h", "male", "masculin", "homme", "1"}),
    "F": frozenset({"f", "female", "feminin", "femme", "2"}),
}
_STATUS_CODES = {
    "prov": IdentityStatus.PROVISOIRE,
    "recup": IdentityStatus.RECUPEREE,
    "vali": IdentityStatus.VALIDEE,
    "qual": IdentityStatus.QUALIFIEE,
}
_BIRTH_PLACE = "patient-birthPlace"
_GIVEN_LIST = "birth-list-given-name"
_SHORT = 400


def agrees(trait: str, expected: str, written: str) -> bool:
    """Tell whether a written value is the expected trait, in whatever usual notation."""
    if len(written) > _SHORT:
        return False
    if trait == "birth_date":
        return written.strip() == expected or (day(written) == day(expected) != "")
    if trait == "sex":
        return plain(written) in _SEXES.get(expected, frozenset({plain(expected)}))
    if trait in {"matricule", "oid"}:
        return "".join(written.split()).removeprefix("urn:oid:") == expected
    if trait == "birth_given_names":
        return tidy(written.replace(",", " ")) == tidy(expected)
    return tidy(written) == tidy(expected)


def day(written: str) -> str:
    """Return the day that a date or an instant names, as AAAA-MM-JJ; '' when it names none."""
    value = written.strip()
    iso = _ISO.match(value) or _COMPACT.match(value)
    if iso:
        return "-".join(iso.groups())
    french = _FRENCH.match(value)
    return "-".join(reversed(french.groups())) if french else ""


def days_between(one: str, other: str) -> float:
    """Return how many days separate two days written AAAA-MM-JJ; infinity when one is no day."""
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
    except ValueError:
        return math.inf


def status_named(written: str) -> IdentityStatus | None:
    """Return the status that a word or a code of the guide names."""
    if len(written) > _SHORT:
        return None
    return named_status(written) or _STATUS_CODES.get(plain(written))


def patient_values(patient: Mapping[str, Any], trait: str) -> tuple[str, ...]:
    """Return what a FHIR Patient says of a trait, in the element that is meant for it."""
    return tuple(one for one in _READERS[trait](patient) if one)


def _birth_names(patient: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    names = objects(patient, "name")
    official = [one for one in names if text(one, "use") == "official"]
    return official or [one for one in names if text(one, "use") != "usual"]


def _used_names(patient: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in objects(patient, "name") if text(one, "use") == "usual"]


def _families(names: list[Mapping[str, Any]]) -> Iterator[str]:
    return (text(one, "family") for one in names)


def _first_given(names: list[Mapping[str, Any]]) -> Iterator[str]:
    return (str(given[0]) for one in names if (given := listed(one, "given")))


def _given_lists(patient: Mapping[str, Any]) -> Iterator[str]:
    names = _birth_names(patient)
    lists = [
        text(extension, "valueString")
        for one in names
        for extension in objects(one, "extension")
        if _GIVEN_LIST in text(extension, "url")
    ]
    yield from lists or (" ".join(map(str, listed(one, "given"))) for one in names)


def _places(patient: Mapping[str, Any]) -> Iterator[str]:
    for extension in objects(patient, "extension"):
        if _BIRTH_PLACE in text(extension, "url"):
            address = extension.get("valueAddress")
            for inner in objects(address, "extension"):
                yield text(inner, "valueCoding", "code")
            yield from (text(address, name) for name in ("postalCode", "text"))


_READERS: dict[str, Any] = {
    "matricule": lambda p: (
        text(one, "value")
        for one in objects(p, "identifier")
        if "1.2.250.1.213.1.4." in text(one, "system")
    ),
    "oid": lambda p: (
        text(one, "system")
        for one in objects(p, "identifier")
        if "1.2.250.1.213.1.4." in text(one, "system")
    ),
    "birth_name": lambda p: _families(_birth_names(p)),
    "birth_given_names": _given_lists,
    "first_birth_given_name": lambda p: _first_given(_birth_names(p)),
    "birth_date": lambda p: (text(p, "birthDate"),),
    "sex": lambda p: (text(p, "gender"),),
    "birth_place_code": _places,
    "used_name": lambda p: _families(_used_names(p)),
    "used_given_name": lambda p: _first_given(_used_names(p)),
}
