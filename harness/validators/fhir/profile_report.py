"""What judging resources by the profiles of a package gave: observations and what was left out.

Three outcomes, never mixed: an observation without finding (evaluated, it holds), one with a
finding, and a `NotEvaluated` (neither a pass nor an error).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from harness.validators import Finding, Level


class Kind(StrEnum):
    """What an observation is about; each kind is the subject of one rule."""

    CARDINALITY = "cardinalité"
    VALUE = "valeur imposée"
    SLICE = "tranche"
    BINDING = "jeu de valeurs"
    INVARIANT = "invariant"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Observation:
    """One constraint evaluated at one place."""

    kind: Kind
    at: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """One thing that could not be evaluated: what, why, the first place, and how many places."""

    what: str
    why: str
    at: str
    times: int


@dataclass
class Report:
    """Collects observations. The same finding seen through a slice and its base counts once."""

    observations: list[Observation] = field(default_factory=list)
    _found: set[tuple[Kind, str, str, str]] = field(default_factory=set)
    _skipped: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def passed(self, kind: Kind, at: str) -> None:
        """Record a constraint that holds."""
        self.observations.append(Observation(kind, at))

    def faulted(
        self,
        kind: Kind,
        at: str,
        expected: str,
        found: str,
        hint: str = "",
        level: Level | None = None,
    ) -> None:
        """Record a constraint that does not hold."""
        key = (kind, at, expected, found)
        if key not in self._found:
            self._found.add(key)
            finding = Finding(at, expected, found, hint, level)
            self.observations.append(Observation(kind, at, finding))

    def skipped(self, what: str, why: str, at: str) -> None:
        """Record what cannot be evaluated."""
        self._skipped.setdefault((what, why), {})[at] = None

    def merge(self, other: Report) -> None:
        """Add what another report holds."""
        for one in other.observations:
            if one.finding is None:
                self.observations.append(one)
            else:
                f = one.finding
                self.faulted(one.kind, f.at, f.expected, f.found, f.hint, f.level)
        for (what, why), places in other._skipped.items():
            self._skipped.setdefault((what, why), {}).update(places)

    @property
    def errors(self) -> int:
        """Return how many findings are errors."""
        return sum(1 for one in self._findings() if one.level is not Level.WARNING)

    @property
    def not_evaluated(self) -> tuple[NotEvaluated, ...]:
        """Return what was left out, one line per reason."""
        return tuple(
            NotEvaluated(what, why, next(iter(places)), len(places))
            for (what, why), places in self._skipped.items()
        )

    def _findings(self) -> Iterator[Finding]:
        return (one.finding for one in self.observations if one.finding is not None)
