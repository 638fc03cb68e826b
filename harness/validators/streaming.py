"""Rules in a streaming form: fed batches of subjects in one pass, never holding the whole.

A rule declares a factory (`engine.streaming_rule`); the object that it makes is fed the batches
that a source reads one after the other, yields findings, counts its subjects, then ends. Memory is
bounded: findings beyond `LISTED` of a level are counted, not kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from harness.model.finding import Finding, Level
from harness.model.problems import Unreadable

LISTED = 100
"""Findings of one level that a rule lists; the rest is a count."""
_MANY = {Level.ERROR: "erreur(s)", Level.WARNING: "avertissement(s)"}
B = TypeVar("B")


class Stream(Protocol):
    """One judgement under way by one rule."""

    examined: int
    """Subjects seen so far."""

    def feed(self, batch: Any) -> Iterable[Finding]:
        """Judge the subjects of a batch."""

    def end(self) -> Iterable[Finding]:
        """Yield what only the whole can tell, once every batch was fed."""


class Tally:
    """What one stream found: the first findings of each level, and how many more there were."""

    def __init__(self, stream: Stream, level: Level) -> None:
        self._stream = stream
        self._level = level
        self._listed: list[Finding] = []
        self._counts: Counter[Level] = Counter()

    @property
    def examined(self) -> int:
        """Return how many subjects the stream has seen."""
        return self._stream.examined

    def feed(self, batch: Any) -> None:
        """Feed a batch and keep what it shows."""
        self._keep(self._stream.feed(batch))

    def end(self) -> None:
        """End the stream and keep what it still had to say."""
        self._keep(self._stream.end())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings listed, then one for each level that had more."""
        return (*self._listed, *self._rest())

    def _keep(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            level = finding.level or self._level
            self._counts[level] += 1
            if self._counts[level] <= LISTED:
                self._listed.append(finding)

    def _rest(self) -> Iterator[Finding]:
        for level, count in self._counts.items():
            if count > LISTED:
                yield Finding(
                    "suite du fichier",
                    "aucun autre constat de cette règle",
                    f"{count - LISTED} autre(s) {_MANY[level]} de même nature, comptés sans détail",
                    level=level,
                )


def run(tallies: Sequence[Tally], batches: Iterable[B]) -> str:
    """Feed every batch to every tally in one pass and end them.

    Returns why the source could not be read to its end, '' when it was.
    """
    try:
        for batch in batches:
            for one in tallies:
                one.feed(batch)
    except Unreadable as problem:
        return str(problem)
    for one in tallies:
        one.end()
    return ""
