"""The one clock of the software: sessions, locks, codes, renewals, age of the directory.

Traces are dated by the real time alone (`traces.now`), which nothing here can move.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Real time plus an offset, which only the test door moves (`--test-clock`)."""

    def __init__(self) -> None:
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """Seconds between this clock and the real time."""
        return self._offset

    def now(self) -> float:
        """The present instant, in seconds since 1970 (UTC)."""
        return time.time() + self._offset

    def moment(self) -> datetime:
        """The present instant, as a date with its zone (UTC)."""
        return datetime.fromtimestamp(self.now(), UTC)

    def shift(self, offset: float) -> None:
        """Set the distance to the real time, in seconds; 0 comes back to it."""
        self._offset = offset
