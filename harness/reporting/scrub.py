"""What leaves for a report loses its secrets, and its text shows matricules shortened.

Pieces keep fictitious matricules whole, so that keys can be judged again; only the text around
them is shortened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar, cast

from harness.model.identity import shortened

T = TypeVar("T")
Clean = Callable[[bytes], bytes]
"""Replaces live secrets in bytes: `Redactor.clean` of the run's journal."""

_MATRICULE = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{4}(?:\d{2}|2[AB])\d{8}(?![0-9A-Za-z])")


def unchanged(content: bytes) -> bytes:
    """Return the bytes as they are: the cleaner of a run that holds no secret."""
    return content


def without_matricules(text: str) -> str:
    """Return the text with each run of 15 characters shaped like a matricule shortened."""
    return _MATRICULE.sub(lambda match: shortened(match.group()), text)


def scrubbed(value: T, clean: Clean = unchanged) -> T:
    """Return a copy of frozen values whose bytes and texts went through `clean`.

    Texts also have their matricules shortened. Walks dataclasses, tuples and mappings;
    enumerations, numbers and dates are left alone.
    """
    return cast(T, _walk(value, clean))


def _walk(value: Any, clean: Clean) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return without_matricules(
            clean(value.encode("utf-8", "replace")).decode("utf-8", "replace")
        )
    if isinstance(value, bytes):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_walk(one, clean) for one in value)
    if isinstance(value, Mapping):
        return {_walk(key, clean): _walk(one, clean) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changes = {one.name: _walk(getattr(value, one.name), clean) for one in fields(value)}
        return replace(value, **changes)
    return value
