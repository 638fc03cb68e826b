"""Judge an export of traces off line, as a stream: a file of any size, in bounded memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from harness.model.check import Check, Judgement, Settings
from harness.model.problems import Unreadable
from harness.validators.engine import Rule, judge, rules_of

if TYPE_CHECKING:
    from harness.targets.target_access import AuditOptions

TRACES = "traces"
HEAD = 1 << 16
"""Bytes by which a file is recognised."""
_QUIET_UNDER = 20_000_000
"""Bytes under which a file is judged without a word."""
_EVERY = 2.0
"""Seconds between two lines of progress."""


def judge_traces(
    path: Path, settings: Settings, options: AuditOptions | None, progress: TextIO | None = None
) -> tuple[tuple[Rule, ...], Judgement]:
    """Judge a file of traces by every rule of its format, in one pass, from its path.

    `options` is `[drivers.audit]` of a target file. Progress goes to `progress` (stderr by
    default) for a big file. Returns the rules and their judgement; a file that cannot be read to
    its end has outcomes that say why. Raises `Unreadable` when it cannot be opened.
    """
    from harness.targets.target_access import NO_AUDIT
    from harness.validators.traces.columns import Reading
    from harness.validators.traces.stream import read_batches

    said = options or NO_AUDIT
    expected = {name: getattr(said, name) for name in ("columns", "words", "delimiter", "encoding")}
    rules = rules_of(TRACES)
    try:
        with path.open("rb") as stream:
            told = _Progress(path, progress or sys.stderr)
            batches = read_batches(stream, Reading.expected(expected), told.advance)
            judgement = judge(
                Check({}, expected, settings), rules, named=False, batches=told.counted(batches)
            )
            told.end()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unreadable(f"{path} : lecture impossible ({reason})") from error
    return rules, judgement


class _Progress:
    """Says on a stream how far a big file has been judged: one line, now and then."""

    def __init__(
        self, path: Path, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = path.name
        self._size = path.stat().st_size
        self._stream = stream
        self._clock = clock
        self._read = 0
        self._traces = 0
        self._next = clock() + _EVERY
        self._spoke = False

    def advance(self, read: int) -> None:
        """Count bytes read, and speak when it is time."""
        self._read += read
        if self._size < _QUIET_UNDER or self._clock() < self._next:
            return
        self._next = self._clock() + _EVERY
        share = f"{min(100, 100 * self._read // self._size)} %"
        self._say(f"{self._name} : {share}, {self._traces} traces lues")

    def counted(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield batches, counting their traces."""
        for batch in batches:
            self._traces += len(batch.events) + len(batch.broken)
            yield batch

    def end(self) -> None:
        """Say how many traces were judged, if anything was said before."""
        if self._spoke:
            self._say(f"{self._name} : {self._traces} traces jugées")

    def _say(self, words: str) -> None:
        from harness.judging import visible

        self._spoke = True
        print(visible(words), file=self._stream, flush=True)
