"""From what a software answers to a relevé: dates in ISO, everything else as it was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.model.identity import COMPULSORY_AT_CREATION, TEN_FIELDS, Person
from harness.model.releve import AttemptReleve, IdentityReleve, StatusChange

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_FRENCH = re.compile(r"(\d{2})[/.](\d{2})[/.](\d{4})")
_SLASHED = re.compile(r"(\d{4})/(\d{2})/(\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{2,6})?")


def iso_date(text: str) -> str:
    """Return a date as `AAAA-MM-JJ`, whatever its usual French or HL7 form; else the text itself.

    Parts are moved, never corrected: `31/13/1990` becomes `1990-13-31`.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return found[1]
    if found := _FRENCH.fullmatch(text):
        return f"{found[3]}-{found[2]}-{found[1]}"
    if found := _SLASHED.fullmatch(text) or _COMPACT.fullmatch(text):
        return f"{found[1]}-{found[2]}-{found[3]}"
    return text


def said(value: Any) -> str:
    """Return a JSON value as text: null is '', lists blank-separated, objects `key : text`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        pairs = ((key, said(one)) for key, one in value.items())
        return ", ".join(f"{key} : {text}" for key, text in pairs if text)
    if isinstance(value, list):
        return " ".join(said(one) for one in value if one is not None)
    return str(value)


def identity_releve(
    patient_id: str,
    source: str,
    values: Mapping[str, str],
    *,
    attributes: tuple[str, ...] = (),
    history: tuple[StatusChange, ...] | None = None,
) -> IdentityReleve:
    """Return the relevé of an identity from its values by field name."""
    names = ("private_id", "status", "nature", "proof", "nss", *TEN_FIELDS)
    kept = {name: values.get(name, "") for name in names}
    kept["birth_date"] = iso_date(kept["birth_date"])
    return IdentityReleve(
        patient_id=patient_id, source=source, attributes=attributes, history=history, **kept
    )


def missing_trait(person: Person) -> str:
    """Return the first compulsory trait that a person was left without, or ''."""
    traits = person.traits()
    return next((name for name in COMPULSORY_AT_CREATION if not traits[name]), "")


def creation_releve(
    person: Person, *, accepted: bool, message: str, code: str, patient_id: str
) -> AttemptReleve:
    """Return the relevé of a creation that was tried."""
    return AttemptReleve(
        act="création",
        accepted=accepted,
        message=message,
        code=code,
        patient_id=patient_id,
        submitted=person.traits(),
        missing=missing_trait(person),
    )
