"""The base R4 structure of a Patient: cleared by a table when plain, else judged by R4B models.

`fhir.resources` takes 0.6 ms a Patient: too slow for every entry of a Bundle. The table clears the
Patients that hold only plain, well-formed elements; it never refuses. Whatever it does not clear
goes to the R4B model, whose word is final (Patient is the same in R4 and R4B).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.model.problems import Unreadable
from harness.terminology import code_list

JUDGED_BY_RULES = frozenset({"birthDate", "gender"})
"""Elements whose faults are findings of FR-PAT-08, not faults of structure."""
_LIST = "[]"
_PATTERNS: dict[str, re.Pattern[str]] = {
    "string": re.compile(r"[ \r\n\t\S]+"),
    "uri": re.compile(r"[!-~]+"),
    "code": re.compile(r"[!-~]+"),
    "id": re.compile(r"[A-Za-z0-9\-.]{1,64}"),
    # Every month has 28 days: no calendar is needed, and rarer days go to the model.
    "date": re.compile(r"(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"),
    "xhtml": re.compile(r"<div[\s\S]*"),
}
_TESTS: dict[str, Callable[[Any], bool]] = {
    "boolean": lambda value: value is True or value is False,
    "positiveInt": lambda value: type(value) is int and 0 < value < 2**31,
}


def require_patient(name: str, data: Mapping[str, Any], path: str) -> None:
    """Check the base structure of a Patient; `path` is where it stands.

    Raises `Unreadable`, naming the place, for a Patient that base R4 refuses.
    """
    table: Mapping[str, Mapping[str, str]] = code_list("fhir_r4_patient")["types"]
    kept = {key: value for key, value in data.items() if key not in JUDGED_BY_RULES}
    if not _is_plain(kept, "Patient", table):
        _require_r4b(name, kept, path)


def _is_plain(value: Any, type_name: str, table: Mapping[str, Mapping[str, str]]) -> bool:
    pattern = _PATTERNS.get(type_name)
    if pattern is not None:
        return isinstance(value, str) and pattern.fullmatch(value) is not None
    test = _TESTS.get(type_name)
    if test is not None:
        return test(value)
    elements = table.get(type_name)
    if elements is None or not isinstance(value, dict) or not value:
        return False
    choices = 0
    for key, held in value.items():
        kind = elements.get(key)
        if kind is None:
            return False
        choices += key.startswith(("value", "deceased", "multipleBirth")) and key != "value"
        if kind.endswith(_LIST):
            kind = kind[: -len(_LIST)]
            if not isinstance(held, list) or not held:
                return False
            if not all(_is_plain(one, kind, table) for one in held):
                return False
        elif not _is_plain(held, kind, table):
            return False
    return choices <= 1 and all(one in value for one in _REQUIRED.get(type_name, ()))


_REQUIRED = {"Extension": ("url",), "Patient": ("resourceType",), "Narrative": ("status", "div")}


def _require_r4b(name: str, kept: Mapping[str, Any], path: str) -> None:
    # pydantic is heavy: loaded only once a Patient has to be checked.
    from fhir.resources.R4B.patient import Patient
    from pydantic import ValidationError

    try:
        Patient.model_validate(kept)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (path, *fault["loc"]))
        raise Unreadable(
            f"{name} : structure FHIR R4 fausse en {place} ({fault['msg']}) ;"
            " corrigez la ressource avant de la juger"
        ) from error
    except RecursionError as error:
        raise Unreadable(f"{name} : ressource imbriquée trop profondément") from error
    except (AttributeError, TypeError) as error:
        # The models fall over an object where a value was due, before they can name the place.
        raise Unreadable(f"{name} : structure FHIR R4 fausse dans {path} ({error})") from error
