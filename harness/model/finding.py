"""What a rule found wrong: where, expected, found, and a question that guesses the cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error makes a verdict non-conform; a warning never does."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation of a rule. Texts are French.

    `at` is a place in the artefact (`PID-3[2]`, XPath, FHIRPath, label of a field). `found` holds
    vendor data: matricules are already shortened by the rule. `level` is left empty by rules that
    keep their own level; a rule may lower one finding to a warning.
    """

    at: str
    expected: str
    found: str
    hint: str = ""
    level: Level | None = None
