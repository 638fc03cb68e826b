"""The check record: everything that a rule may see, and what judging it gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from harness.model.artefact import Artefact
from harness.model.finding import Finding, Level
from harness.model.verdict import Verdict

T = TypeVar("T")
SUBJECT = "subject"
"""The role of the artefact under judgement when a check names only one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen settings of a check: versions, environment and profile words that rules may read."""

    environment: str = "test"
    """`test` or `production`: which INS OIDs are expected."""
    fr_core: str = "2.1.0"
    pam_versions: tuple[str, ...] = ("2.9", "2.10", "2.11")
    pam_events: tuple[str, ...] = ("A28", "A31", "A40", "A47", "A24", "A37")
    identity_reference: str = "ri-hors-etablissement"
    tddui: str = "2.0.0"
    tde: str = "2.0.0"


@dataclass(frozen=True)
class Check:
    """One judgement to make: artefacts by role, expected values, settings, instant of capture.

    `expected` holds JSON values only (so that the record replays). `read` parses an artefact once
    for all the rules of the check.
    """

    artefacts: Mapping[str, Artefact]
    expected: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    captured_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _parsed: dict[tuple[str, Any], Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, artefact: Artefact, **expected: Any) -> Check:
        """Return the check of a single artefact, under the role `subject`."""
        return cls({SUBJECT: artefact}, expected)

    def read(self, parse: Callable[[Artefact], T], role: str = SUBJECT) -> T | None:
        """Return the artefact of `role` parsed by `parse`, once; None when the role is absent.

        Raises what `parse` raises (`Unreadable` for bytes that are not of the format).
        """
        key = (role, parse)
        if key not in self._parsed:
            artefact = self.artefacts.get(role)
            self._parsed[key] = None if artefact is None else parse(artefact)
        value: T | None = self._parsed[key]
        return value

    def view(self, build: Callable[[Check], T]) -> T:
        """Return `build(self)`, computed once for all the rules of the check."""
        key = ("", build)
        if key not in self._parsed:
            self._parsed[key] = build(self)
        value: T = self._parsed[key]
        return value

    def apart(self) -> Check:
        """Return the same check with views of its own: what one judgement gathers ends with it."""
        return replace(self, _parsed=dict(self._parsed))


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule made of a check. `examined` counts subjects, never findings."""

    rule_id: str
    level: Level
    digest: str
    examined: int
    findings: tuple[Finding, ...] = ()
    unreadable: str = ""
    """Why the subjects could not be read, when the bytes defeated the reader."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that make a verdict non-conform."""
        return tuple(f for f in self.findings if (f.level or self.level) is Level.ERROR)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcomes of every rule of one check and the verdict they give."""

    outcomes: tuple[RuleOutcome, ...]
    verdict: Verdict
    reason: str = ""
