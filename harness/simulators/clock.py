"""The clock of a simulated service: the machine's, moved by as much as a scenario asks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class ServiceClock:
    """Tells the time of one service. Safe to use from any thread."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the aware UTC instant that the service believes in."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward (backward when negative)."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Come back to the time of the machine."""
        with self._lock:
            self._offset = timedelta()
