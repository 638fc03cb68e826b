"""Links sent by mail: one purpose, one login, a short life, one use."""

from __future__ import annotations

import sqlite3

from demo_dui import credentials, faults
from demo_dui.clock import Clock

ACTIVATION, RECOVERY, REVOCATION = "activation", "recuperation", "revocation"
_SECONDS = {ACTIVATION: 72 * 3600.0, RECOVERY: 900.0, REVOCATION: 900.0}


class Links:
    """The table of links; it keeps fingerprints of the tokens, never the tokens."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def draw(self, login: str, purpose: str) -> str:
        """A fresh token for a login; the ones of before, for the same purpose, die."""
        self.cancel(login, purpose)
        token = credentials.link_token()
        until = self._clock.now() + _SECONDS[purpose]
        self._db.execute(
            "INSERT INTO mailed_link (fingerprint, login, purpose, until) VALUES (?, ?, ?, ?)",
            (credentials.fingerprint(token), login, purpose, until),
        )
        return token

    def login_of(self, token: str, purpose: str) -> str | None:
        """The login that a token serves now, or None: unknown, used, too old, other purpose."""
        sql = "SELECT * FROM mailed_link WHERE fingerprint = ? AND purpose = ?"
        row = self._db.execute(sql, (credentials.fingerprint(token), purpose)).fetchone()
        if row is None or row["until"] < self._clock.now():
            return None
        used = row["used_at"] is not None and not faults.active("recuperation-lien-reutilisable")
        return None if used else str(row["login"])

    def use(self, token: str) -> None:
        """Mark a link as used: it serves no more."""
        sql = "UPDATE mailed_link SET used_at = ? WHERE fingerprint = ?"
        self._db.execute(sql, (self._clock.now(), credentials.fingerprint(token)))

    def cancel(self, login: str, purpose: str) -> None:
        """Kill the links of a login for a purpose."""
        sql = "DELETE FROM mailed_link WHERE login = ? AND purpose = ?"
        self._db.execute(sql, (login, purpose))
