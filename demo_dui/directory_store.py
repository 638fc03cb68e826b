"""What is kept of the Annuaire Santé: the loads, the people of the extraction, correspondants."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from demo_dui.directory_record import Record

SCHEMA = """
CREATE TABLE IF NOT EXISTS directory_person (national_id TEXT PRIMARY KEY, record TEXT);
CREATE TABLE IF NOT EXISTS directory_load (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, loaded_at TEXT, data_at TEXT, source TEXT,
    count INTEGER);
CREATE TABLE IF NOT EXISTS correspondent (
    id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT, national_id TEXT,
    exercise_name TEXT, exercise_given_name TEXT, profession TEXT, speciality TEXT,
    category TEXT, mailboxes TEXT, local TEXT, origin TEXT, updated_at TEXT);
"""
TABLES = ("directory_person", "directory_load", "correspondent")


@dataclass(frozen=True, slots=True)
class Load:
    """One load of the Annuaire: when (ISO, UTC), instant of its data, way, how many people."""

    loaded_at: str
    data_at: str
    source: str
    count: int


class DirectoryStore:
    """The tables of the Annuaire, over the connection of the store."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def replace_people(self, people: Iterable[Record]) -> None:
        """Put the people of a new extraction in the place of those of the one before."""
        rows = [(one.national_id, json.dumps(asdict(one), ensure_ascii=False)) for one in people]
        self._db.execute("BEGIN")
        self._db.execute("DELETE FROM directory_person")
        self._db.executemany("INSERT OR REPLACE INTO directory_person VALUES (?, ?)", rows)
        self._db.execute("COMMIT")

    def person(self, national_id: str) -> Record | None:
        """The person of the last extraction loaded, or None."""
        sql = "SELECT record FROM directory_person WHERE national_id = ?"
        row = self._db.execute(sql, (national_id,)).fetchone()
        if row is None:
            return None
        values = json.loads(row[0])
        for name in ("mailboxes", "activities"):
            values[name] = tuple(values[name])
        return Record(**values)

    def add_load(self, load: Load) -> None:
        """Keep that the Annuaire was loaded."""
        self._db.execute(
            "INSERT INTO directory_load (loaded_at, data_at, source, count) VALUES (?, ?, ?, ?)",
            (load.loaded_at, load.data_at, load.source, load.count),
        )

    def last_load(self, source: str = "") -> Load | None:
        """The last load, of one source when given, or None."""
        sql = "SELECT loaded_at, data_at, source, count FROM directory_load"
        where = "WHERE source = ? OR ? = '' ORDER BY seq DESC LIMIT 1"
        row = self._db.execute(f"{sql} {where}", (source, source)).fetchone()
        return Load(*row) if row else None
