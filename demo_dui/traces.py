"""Traces: who did what, when, on whom, with which result (règles 4, 16, 31, 37, 39 and 48)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo_dui import faults

READING, CHANGE = "consultation d'identité", "modification d'identité"
INSI_CALL, INSI_CHECK = "appel INSi", "vérification INSi"
SENDING, RECEPTION = (
    ("diffusion d'identité", "émission de message"),
    (
        "réception d'identité",
        "réception de message",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One trace. `code` and `mode` are those of INSi; `before` and `after` the traits changed.

    `partner`, `sender`, `recipient` and `message_id` tell an exchange; `answer` is the raw answer
    of INSi. What does not apply is None.
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


_COLUMNS = tuple(Trace.__dataclass_fields__)
_JSON = ("before", "after")
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS trace (seq INTEGER PRIMARY KEY AUTOINCREMENT, "
    + ", ".join(f"{name} TEXT" for name in (f'"{column}"' for column in _COLUMNS))
    + "); CREATE INDEX IF NOT EXISTS trace_patient ON trace (patient_id);"
)
_NAMES = ", ".join(f'"{column}"' for column in _COLUMNS)


def now() -> str:
    """The present instant, ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Traces:
    """The journal of actions, append-only, over the connection of the store."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, trace: Trace) -> None:
        """Keep a trace, dated now."""
        if _lost_by_fault(trace):
            return
        values = [_written(name, getattr(trace, name)) for name in _COLUMNS]
        values[_COLUMNS.index("at")] = now()
        for column, fault in _EMPTIED_BY_FAULT.items():
            if faults.active(fault):
                values[_COLUMNS.index(column)] = None
        if faults.active("traces-auteur-generique"):
            values[_COLUMNS.index("by")] = "utilisateur"
        marks = ", ".join("?" * len(_COLUMNS))
        self._db.execute(f"INSERT INTO trace ({_NAMES}) VALUES ({marks})", values)

    def read(self, patient_id: str | None = None, limit: int = 1000) -> list[Trace]:
        """Latest traces, oldest first; those on one person when given."""
        where, given = ("WHERE patient_id = ?", [patient_id]) if patient_id else ("", [])
        sql = f"SELECT {_NAMES} FROM trace {where} ORDER BY seq DESC LIMIT ?"
        rows = self._db.execute(sql, (*given, limit)).fetchall()
        return [_trace(row) for row in reversed(rows)]


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
    return Trace(**values)


# Fault that empties a column of every trace.
_EMPTIED_BY_FAULT = {
    "at": "traces-sans-date",
    "code": "traces-insi-sans-code",
    "mode": "traces-insi-sans-mode",
    "answer": "traces-insi-sans-reponse",
    "before": "traces-modification-sans-nature",
    "after": "traces-modification-sans-nature",
    "recipient": "traces-sans-destinataire",
}


def _lost_by_fault(trace: Trace) -> bool:
    """Actions that a seeded fault leaves without a trace."""
    return (
        (trace.action == READING and faults.active("traces-consultation-absente"))
        or (trace.action == CHANGE and faults.active("traces-modification-absente"))
        or (trace.action == INSI_CALL and faults.active("traces-insi-absente"))
        or (trace.action == INSI_CHECK and faults.active("traces-verification-absente"))
        or (trace.action in SENDING and faults.active("traces-partenaire-absente"))
        or (trace.action in RECEPTION and faults.active("traces-reception-absente"))
    )
