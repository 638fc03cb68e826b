"""Values of FHIR elements: fixed and pattern comparison, and formats of the primitive types."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from harness.model.identity import shortened

MAX_SHOWN = 120
_MATRICULE = re.compile(r"(?<![\w.])\d{6}[0-9AB]\d{6}(?:\d{2})?(?!\w)")


def shown(value: object) -> str:
    """Return a value as findings show it: one line, short, matricules shortened."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _MATRICULE.sub(lambda found: shortened(found.group()), text)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def same(value: object, fixed: object) -> bool:
    """Tell whether a value is exactly the fixed one (a boolean is never the number 1)."""
    if isinstance(value, bool) is not isinstance(fixed, bool):
        return False
    if isinstance(value, dict) and isinstance(fixed, dict):
        return value.keys() == fixed.keys() and all(same(value[k], fixed[k]) for k in fixed)
    if isinstance(value, list) and isinstance(fixed, list):
        return len(value) == len(fixed) and all(map(same, value, fixed))
    return value == fixed


def fits(value: object, pattern: object) -> bool:
    """Tell whether a value holds all that the pattern says, and maybe more."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            key in value and fits(value[key], expected) for key, expected in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(
            any(fits(one, expected) for one in value) for expected in pattern
        )
    return same(value, pattern)


_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_PATTERNS: dict[str, re.Pattern[str]] = {
    "string": re.compile(r"[\s\S]*\S[\s\S]*"),
    "markdown": re.compile(r"[\s\S]*\S[\s\S]*"),
    "xhtml": re.compile(r"\s*<(?:\w+:)?div[\s\S]*"),
    "code": re.compile(r"\S+(?: \S+)*"),
    "uri": re.compile(r"\S+"),
    "url": re.compile(r"\S+"),
    "canonical": re.compile(r"\S+"),
    "id": re.compile(r"[A-Za-z0-9.\-]{1,64}"),
    "oid": re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+"),
    "uuid": re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "base64Binary": re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*"),
    "date": re.compile(rf"\d{{4}}(?:-(?:0[1-9]|1[0-2]))?|{_DAY}"),
    "dateTime": re.compile(rf"\d{{4}}(?:-(?:0[1-9]|1[0-2]))?|{_DAY}(?:T{_CLOCK}{_ZONE})?"),
    "instant": re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}"),
    "time": re.compile(_CLOCK),
}
_DATED = frozenset({"date", "dateTime", "instant"})
_NUMBERS: dict[str, Callable[[Any], bool]] = {
    "integer": lambda value: isinstance(value, int),
    "positiveInt": lambda value: isinstance(value, int) and value > 0,
    "unsignedInt": lambda value: isinstance(value, int) and value >= 0,
    "decimal": lambda value: isinstance(value, int | float),
}
PRIMITIVES = frozenset({*_PATTERNS, *_NUMBERS, "boolean"})


def is_well_formed(value: object, type_code: str) -> bool:
    """Tell whether a JSON value is of a FHIR primitive type (one of `PRIMITIVES`)."""
    if type_code == "boolean" or isinstance(value, bool):
        return isinstance(value, bool) and type_code == "boolean"
    if type_code in _NUMBERS:
        return _NUMBERS[type_code](value)
    if not isinstance(value, str) or not _PATTERNS[type_code].fullmatch(value):
        return False
    return type_code not in _DATED or len(value) < 10 or _is_day(value[:10])


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
