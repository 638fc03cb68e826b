"""Traces: who did what, when, on whom, from where, with which result (règles 4, 16, 31, 37…48).

The journal only grows: the database refuses to change or remove a line, and each line is chained
to the one before by a SHA-256, so that a change made elsewhere shows.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from demo_dui import circumstances, trace_faults
from demo_dui.circumstances import now
from demo_dui.trace_words import CHANGE, INSI_CALL, INSI_CHECK, READING, RECEPTION, SENDING

__all__ = [
    "CHANGE",
    "INSI_CALL",
    "INSI_CHECK",
    "READING",
    "RECEPTION",
    "SENDING",
    "Bounds",
    "Trace",
    "Traces",
    "now",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One trace. `code` and `mode` are those of INSi; `before` and `after` the traits changed.

    `partner`, `sender`, `recipient` and `message_id` tell an exchange; `answer` is the raw answer
    of INSi, or of another peer. `at` is when the line was written and `occurred_at` when the act
    began (ISO, UTC); `role`, `origin` and `request` are taken from the circumstances when empty.
    What does not apply is None. `id` is given by the journal.
    """

    by: str
    action: str
    patient_id: str | None = None
    result: str = "ok"
    detail: str = ""
    code: str | None = None
    mode: str | None = None
    partner: str | None = None
    sender: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    answer: str | None = None
    at: str = ""
    occurred_at: str | None = None
    role: str | None = None
    origin: str | None = None
    request: str | None = None
    id: str = ""

    def as_journal(self) -> dict[str, Any]:
        """What `/api/journal` and the portability export show."""
        return {name: getattr(self, name) for name in JOURNAL_NAMES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Which lines are read: written from `since` to `until`, acts from `begun_since` to
    `begun_until` (ISO, UTC, both included), on one person, by one author. Empty: no bound.
    """

    since: str = ""
    until: str = ""
    begun_since: str = ""
    begun_until: str = ""
    patient_id: str = ""
    by: str = ""


_COLUMNS = tuple(name for name in Trace.__dataclass_fields__ if name != "id")
_JSON = ("before", "after")
JOURNAL_NAMES = _COLUMNS[: _COLUMNS.index("at") + 1]
_KEPT = (*_COLUMNS, "previous", "hash")
_APPEND_ONLY = """
CREATE TRIGGER IF NOT EXISTS trace_no_change BEFORE UPDATE ON trace
BEGIN SELECT RAISE(ABORT, 'journal en ajout seul : modification refusée'); END;
CREATE TRIGGER IF NOT EXISTS trace_no_removal BEFORE DELETE ON trace
BEGIN SELECT RAISE(ABORT, 'journal en ajout seul : effacement refusé'); END;
"""
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS trace (seq INTEGER PRIMARY KEY AUTOINCREMENT, "
    + ", ".join(f"{name} TEXT" for name in (f'"{column}"' for column in _KEPT))
    + "); CREATE INDEX IF NOT EXISTS trace_patient ON trace (patient_id);"
)
_NAMES = ", ".join(f'"{column}"' for column in _COLUMNS)


class Traces:
    """The journal of actions, append-only, over the connection of the store."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.role_of: Callable[[str], str] = lambda by: ""
        """Gives the profile of an author; set by the software."""
        present = {row[1] for row in db.execute("PRAGMA table_info(trace)")}
        for name in _KEPT:
            if name not in present:
                db.execute(f'ALTER TABLE trace ADD COLUMN "{name}" TEXT')
        db.execute("CREATE INDEX IF NOT EXISTS trace_at ON trace (at)")
        db.executescript(_APPEND_ONLY)

    def add(self, trace: Trace) -> None:
        """Keep a trace, dated now."""
        for one in trace_faults.altered(self._completed(trace)):
            self._keep(one)

    def _completed(self, trace: Trace) -> Trace:
        found = circumstances.present()
        return replace(
            trace,
            at=now(),
            occurred_at=trace.occurred_at or found.since,
            role=trace.role or self.role_of(trace.by),
            origin=trace.origin or found.origin,
            request=trace.request or found.request or None,
        )

    def _keep(self, trace: Trace) -> None:
        values = [_written(name, getattr(trace, name)) for name in _COLUMNS]
        previous = self._head()
        kept = (*values, previous, _digest(previous, values))
        names = ", ".join(f'"{column}"' for column in _KEPT)
        marks = ", ".join("?" * len(_KEPT))
        self._db.execute(f"INSERT INTO trace ({names}) VALUES ({marks})", kept)

    def _head(self) -> str:
        row = self._db.execute("SELECT hash FROM trace ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0] or "") if row else ""

    def read(self, patient_id: str | None = None, limit: int = 1000) -> list[Trace]:
        """Latest traces, oldest first; those on one person when given."""
        where, given = ("WHERE patient_id = ?", [patient_id]) if patient_id else ("", [])
        sql = f"SELECT seq, {_NAMES} FROM trace {where} ORDER BY seq DESC LIMIT ?"
        rows = self._db.execute(sql, (*given, limit)).fetchall()
        return [_trace(row) for row in reversed(rows)]

    def one(self, trace_id: str) -> Trace | None:
        """Trace of this id, or None."""
        if not trace_id.isdecimal():
            return None
        sql = f"SELECT seq, {_NAMES} FROM trace WHERE seq = ?"
        row = self._db.execute(sql, (trace_id,)).fetchone()
        return _trace(row) if row else None

    def select(self, bounds: Bounds, limit: int = -1, offset: int = 0) -> Iterator[Trace]:
        """The traces within bounds, in the order in which they were written."""
        where, given = _where(bounds)
        sql = f"SELECT seq, {_NAMES} FROM trace {where} ORDER BY seq LIMIT ? OFFSET ?"
        for row in self._db.execute(sql, (*given, limit, offset)):
            yield _trace(row)

    def count(self, bounds: Bounds) -> int:
        """How many traces are within bounds."""
        where, given = _where(bounds)
        row = self._db.execute(f"SELECT COUNT(*) FROM trace {where}", given).fetchone()
        return int(row[0])

    def last_instant(self) -> str:
        """When the last line was written; empty for an empty journal."""
        row = self._db.execute("SELECT at FROM trace ORDER BY seq DESC LIMIT 1").fetchone()
        return str(row[0] or "") if row else ""

    def broken_at(self) -> str | None:
        """Id of the first line whose chaining does not hold; None when the journal is whole."""
        previous = ""
        names = ", ".join(f'"{column}"' for column in _KEPT)
        for row in self._db.execute(f"SELECT seq, {names} FROM trace ORDER BY seq"):
            values = [row[name] for name in _COLUMNS]
            if row["previous"] != previous or row["hash"] != _digest(previous, values):
                return str(row["seq"])
            previous = row["hash"]
        return None

    def restart(self) -> None:
        """Begin an empty journal, ids going on: a reset of the demonstration alone."""
        with self._unguarded():
            self._db.execute("DELETE FROM trace")

    def change(self, trace_id: str, detail: str) -> None:
        """Rewrite a line: used by a seeded fault alone."""
        with self._unguarded():
            self._db.execute("UPDATE trace SET detail = ? WHERE seq = ?", (detail, trace_id))

    def erase(self, trace_id: str) -> None:
        """Remove a line: used by a seeded fault alone."""
        with self._unguarded():
            self._db.execute("DELETE FROM trace WHERE seq = ?", (trace_id,))

    @contextlib.contextmanager
    def _unguarded(self) -> Iterator[None]:
        self._db.executescript("DROP TRIGGER trace_no_change; DROP TRIGGER trace_no_removal;")
        try:
            yield
        finally:
            self._db.executescript(_APPEND_ONLY)


def _where(bounds: Bounds) -> tuple[str, list[str]]:
    given = {
        "at >= ?": bounds.since,
        "at <= ?": bounds.until,
        "occurred_at >= ?": bounds.begun_since,
        "occurred_at <= ?": bounds.begun_until,
        "patient_id = ?": bounds.patient_id,
        '"by" = ?': bounds.by,
    }
    kept = {clause: value for clause, value in given.items() if value}
    return (f"WHERE {' AND '.join(kept)}" if kept else ""), list(kept.values())


def _digest(previous: str, values: list[Any]) -> str:
    content = json.dumps([previous, *values], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _written(name: str, value: Any) -> str | None:
    if value is None or name not in _JSON:
        return value  # type: ignore[no-any-return]
    return json.dumps(value, ensure_ascii=False)


def _trace(row: sqlite3.Row) -> Trace:
    values = {name: row[name] for name in _COLUMNS}
    for name in _JSON:
        values[name] = json.loads(values[name]) if values[name] else None
    # An emptied column (seeded fault) reads as an empty text where a text is due.
    values |= {name: values[name] or "" for name in ("at", "by", "action", "result", "detail")}
    return Trace(**values, id=str(row["seq"]))
