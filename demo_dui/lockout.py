"""Lock-out after failures, and reopening after the delay (IEPS 9.1, IEU 10.1, SSI/IAM.92)."""

from __future__ import annotations

import sqlite3

from demo_dui import faults
from demo_dui.clock import Clock

_FOR_EVER = 1e12


class Lockouts:
    """Counts failures by login and by factor; an unknown login is counted like a known one."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def is_locked(self, login: str) -> bool:
        """Tell whether a login is locked now."""
        sql = "SELECT MAX(locked_until) FROM failure WHERE login = ?"
        until = self._db.execute(sql, (login,)).fetchone()[0]
        return until is not None and until > self._clock.now()

    def fail(self, login: str, factor: str, limit: int, seconds: float) -> bool:
        """Count a failure of a factor; True when it is the one that locks, for `seconds`."""
        sql = "SELECT count FROM failure WHERE login = ? AND factor = ?"
        row = self._db.execute(sql, (login, factor)).fetchone()
        count = 1 + (row[0] if row else 0)
        locks = count >= self._limit(factor, limit)
        until = self._clock.now() + seconds if locks else 0.0
        if locks and faults.active("blocage-definitif"):
            until = _FOR_EVER
        if faults.active("blocage-rouvert-aussitot"):
            until = 0.0
        self._db.execute(
            "INSERT OR REPLACE INTO failure (login, factor, count, locked_until)"
            " VALUES (?, ?, ?, ?)",
            (login, factor, 0 if locks else count, until),
        )
        return locks

    def _limit(self, factor: str, limit: int) -> int:
        if factor == CODE:
            if faults.active("second-facteur-essais-illimites"):
                return 10**9
            return 12 if faults.active("second-facteur-essais-douze") else limit
        if faults.active("blocage-absent"):
            return 10**9
        return limit * 4 if faults.active("blocage-seuil-quadruple") else limit

    def clear(self, login: str, factor: str = "") -> None:
        """Forget the failures of a login (of one factor, if given): its user is wholly in."""
        sql = "DELETE FROM failure WHERE login = ? AND ? IN ('', factor)"
        self._db.execute(sql, (login, factor))


PASSWORD, CODE = "mot de passe", "code"
