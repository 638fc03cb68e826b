"""What drivers and simulators record through: the journal, and a view of the last exchanges."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from harness.evidence.journal import Journal
from harness.evidence.redaction import Redactor
from harness.model.artefact import Exchange

Listener = Callable[[int, Exchange], None]
KEPT = 1000
"""Exchanges kept in memory; the journal has them all."""


class Recorder:
    """Files every exchange in the journal, keeps the last ones and tells its listeners.

    Safe to call from any thread. Without a journal (tests, simulators served by hand) exchanges
    are only kept in memory and told.
    """

    def __init__(self, journal: Journal | None = None) -> None:
        self.journal = journal
        self.redactor = journal.redactor if journal else Redactor()
        self._exchanges: deque[tuple[int, Exchange]] = deque(maxlen=KEPT)
        self._count = 0
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def exchange(self, exchange: Exchange) -> int:
        """Record an exchange and return its sequence number in the journal."""
        if self.journal:
            seq = self.journal.exchange(exchange)
        with self._lock:
            self._count += 1
            if not self.journal:
                seq = self._count
            self._exchanges.append((seq, exchange))
            listeners = tuple(self._listeners)
        for tell in listeners:
            tell(seq, exchange)
        return seq

    @property
    def exchanges(self) -> tuple[tuple[int, Exchange], ...]:
        """Return the last exchanges, in order, each with its sequence number."""
        with self._lock:
            return tuple(self._exchanges)

    def subscribe(self, listener: Listener) -> None:
        """Call `listener(seq, exchange)` after each exchange, from the thread that records it."""
        with self._lock:
            self._listeners.append(listener)
