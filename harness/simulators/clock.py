"""The clock of a simulator: real time, moved on demand so that nobody waits for an end."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Real time plus an offset in seconds. Safe from any thread."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._lock = threading.Lock()

    def advance(self, seconds: float) -> None:
        """Move the clock forward (backward when negative)."""
        with self._lock:
            self._offset += seconds

    def reset(self) -> None:
        """Come back to real time."""
        with self._lock:
            self._offset = 0.0

    def epoch(self) -> float:
        """Return the seconds since 1970 by this clock."""
        with self._lock:
            return time.time() + self._offset

    def now(self) -> datetime:
        """Return the instant by this clock, aware UTC."""
        return datetime.fromtimestamp(self.epoch(), UTC)
