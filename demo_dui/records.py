"""What is written in the record of a person: visit notes, documents, messages sent."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from demo_dui.circumstances import now

KINDS = ("note", "document", "mailing")
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    id INTEGER PRIMARY KEY AUTOINCREMENT, patient TEXT, kind TEXT, at TEXT, author TEXT,
    title TEXT, text TEXT, recipient TEXT, sent TEXT);
CREATE INDEX IF NOT EXISTS record_patient ON record (patient, kind);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of a record; `kind` is a word of `KINDS`, `at` ISO, UTC.

    A note has no title; a mailing has a recipient, its subject as title, and `sent`: `oui`, or
    why it did not leave.
    """

    id: str
    patient_id: str
    kind: str
    at: str
    author: str
    title: str
    text: str
    recipient: str = ""
    sent: str = ""


class Records:
    """The entries of the records, over the connection of the store."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(
        self,
        kind: str,
        patient_id: str,
        author: str,
        text: str,
        *,
        title: str = "",
        recipient: str = "",
        sent: str = "",
    ) -> Record:
        """Write an entry, dated now; gives it back with its id."""
        values = (patient_id, kind, now(), author, title, text, recipient, sent)
        cursor = self._db.execute(
            "INSERT INTO record (patient, kind, at, author, title, text, recipient, sent)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        return _record((cursor.lastrowid, *values))

    def of(self, patient_id: str, kind: str) -> list[Record]:
        """Entries of one kind on one person, oldest first."""
        sql = "SELECT id, patient, kind, at, author, title, text, recipient, sent FROM record"
        where = "WHERE patient = ? AND kind = ? ORDER BY id"
        return [
            _record(tuple(row)) for row in self._db.execute(f"{sql} {where}", (patient_id, kind))
        ]

    def inherit(self, patient_id: str, heir_id: str) -> None:
        """Give the entries of a person merged into another to that other."""
        self._db.execute("UPDATE record SET patient = ? WHERE patient = ?", (heir_id, patient_id))


def _record(row: tuple[object, ...]) -> Record:
    names = ("id", "patient_id", "kind", "at", "author", "title", "text", "recipient", "sent")
    return Record(**{name: str(value) for name, value in zip(names, row, strict=True)})
