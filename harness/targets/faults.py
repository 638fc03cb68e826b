"""A fault of a target file, and how keys and values are shown in its message."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MAX_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the dotted key as written, then what was wrong and what was expected."""

    key: str
    text: str


def shown(value: Any) -> str:
    """Return a value as a TOML author wrote it, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def near(word: str, choices: Iterable[str]) -> str:
    """Return the choice that looks most like `word`, or ''."""
    folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""
