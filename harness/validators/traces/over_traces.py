"""The form of a streaming rule on exported traces."""

from __future__ import annotations

from collections.abc import Iterator

from harness.validators import Check, Finding
from harness.validators.traces.event import Batch


class OverTraces:
    """A rule under way: fed batches of traces, it counts its subjects and yields findings."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.examined = 0

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch."""
        raise NotImplementedError

    def end(self) -> Iterator[Finding]:
        """Yield what only the whole can tell: nothing, unless a rule says otherwise."""
        return iter(())
