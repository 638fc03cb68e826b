"""SQLite store: identities, status history, INSi answers, accounts; opens settings and traces.

One connection, used from the event loop's thread alone. Every write commits at once.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from dataclasses import dataclass, fields, replace
from pathlib import Path

from demo_dui import access_schema, directory_store, records, traces
from demo_dui.identity import Draft, Identity, Traits
from demo_dui.parameters import Parameters
from demo_dui.records import Records
from demo_dui.status import Status
from demo_dui.traces import Trace, Traces, now

_TRAITS = tuple(field.name for field in fields(Traits))
_PLAIN = tuple(
    field.name
    for field in fields(Identity)
    if field.name not in {"id", "traits", "status", "attributes"}
)
_COLUMNS = (*_PLAIN, *_TRAITS, "status", "attributes")
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS identity (
    id INTEGER PRIMARY KEY AUTOINCREMENT, {", ".join(f"{name} TEXT" for name in _COLUMNS)});
CREATE INDEX IF NOT EXISTS identity_private_id ON identity (private_id);
CREATE INDEX IF NOT EXISTS identity_birth_date ON identity (birth_date);
CREATE TABLE IF NOT EXISTS status_history (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, patient INTEGER, at TEXT, author TEXT,
    old TEXT, new TEXT, reason TEXT);
CREATE TABLE IF NOT EXISTS insi_answer (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, patient INTEGER, at TEXT, author TEXT,
    mode TEXT, code TEXT, answer TEXT);
CREATE TABLE IF NOT EXISTS former_ins (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, patient INTEGER, matricule TEXT, oid TEXT,
    start TEXT, stop TEXT);
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT UNIQUE, patient INTEGER,
    matricule TEXT, oid TEXT);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS work (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT, patient TEXT, reason TEXT, message TEXT,
    source TEXT, message_id TEXT, done_at TEXT, done_by TEXT);
{access_schema.SCHEMA}
{traces.SCHEMA}
{records.SCHEMA}
{directory_store.SCHEMA}
"""
_TABLES = (
    "identity",
    "status_history",
    "insi_answer",
    "former_ins",
    "account",
    "setting",
    "work",
    "record",
    *access_schema.TABLES,
    *directory_store.TABLES,
)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One historised change of status: when (ISO, UTC), who, from, to, why."""

    at: str
    by: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class FormerIns:
    """One entry of INSHISTO, kept as received."""

    matricule: str
    oid: str
    start: str | None
    stop: str | None


@dataclass(frozen=True, slots=True)
class InsiAnswer:
    """One INSi call: when, who, by which mode, the code (None without answer), the raw answer."""

    at: str
    by: str
    mode: str
    code: str | None
    answer: str


@dataclass(frozen=True, slots=True)
class Account:
    """A patient's account in the software, tied to an identity and, once linked, its matricule."""

    id: str
    login: str
    patient_id: str
    matricule: str | None
    oid: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """One line of the work list; `reason` is a stable word, `done_at` is set once dealt with."""

    id: str
    at: str
    patient_id: str | None
    reason: str
    message: str
    source: str
    message_id: str
    done_at: str | None
    done_by: str | None


class Store:
    """The database of the DUI, in one file of the state folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "demo.sqlite", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        # Demonstration data: losing the last second on a power cut is fine, speed is not optional.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(_SCHEMA)
        self._complete_columns()
        self.parameters = Parameters(self._db)
        self.traces = Traces(self._db)
        self.records = Records(self._db)

    def _complete_columns(self) -> None:
        """Add to a database of an earlier version the columns of an identity that it lacks."""
        present = {row[1] for row in self._db.execute("PRAGMA table_info(identity)")}
        for name in _COLUMNS:
            if name not in present:
                self._db.execute(f"ALTER TABLE identity ADD COLUMN {name} TEXT")

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for the modules that keep tables of their own in this database."""
        return self._db

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def reset(self) -> None:
        """Remove every row; identifiers already given are never given again."""
        for table in _TABLES:
            self._db.execute(f"DELETE FROM {table}")
        self.traces.restart()

    # Identities

    def add(self, identity: Identity) -> Identity:
        """Record a new identity; gives it back with the id that the database drew."""
        names = ", ".join(_COLUMNS)
        marks = ", ".join("?" * len(_COLUMNS))
        identity = replace(identity, updated_at=now())
        sql = f"INSERT INTO identity ({names}) VALUES ({marks})"
        cursor = self._db.execute(sql, _row_values(identity))
        return replace(identity, id=str(cursor.lastrowid))

    def save(self, identity: Identity) -> Identity:
        """Record the present state of a known identity."""
        identity = replace(identity, updated_at=now())
        marks = ", ".join(f"{name} = ?" for name in _COLUMNS)
        sql = f"UPDATE identity SET {marks} WHERE id = ?"
        self._db.execute(sql, (*_row_values(identity), identity.id))
        return identity

    def remove(self, identity: Identity, heir: Identity) -> None:
        """Remove an identity merged into `heir`, which takes over its accounts and record."""
        self.records.inherit(identity.id, heir.id)
        self._db.execute("UPDATE account SET patient = ? WHERE patient = ?", (heir.id, identity.id))
        self._db.execute("DELETE FROM identity WHERE id = ?", (identity.id,))

    def discard(self, identity: Identity) -> None:
        """Remove an identity outright: used by a seeded fault alone."""
        self._db.execute("DELETE FROM identity WHERE id = ?", (identity.id,))

    def find(self, patient_id: str) -> Identity | None:
        """Identity of this id, or None."""
        return self._one("id = ?", patient_id) if patient_id.isdecimal() else None

    def find_by_private_id(self, private_id: str) -> Identity | None:
        """Latest identity that bears this local identifier (IPP), or None."""
        return self._one("private_id = ?", private_id)

    def _one(self, where: str, value: str) -> Identity | None:
        sql = f"SELECT * FROM identity WHERE {where} ORDER BY id DESC LIMIT 1"
        row = self._db.execute(sql, (value,)).fetchone()
        return _identity(row) if row else None

    def identities(self, birth_date: str | None = None, limit: int = 10_000) -> list[Identity]:
        """Identities, latest first, of one birth date when given."""
        where, values = ("WHERE birth_date = ?", (birth_date,)) if birth_date else ("", ())
        sql = f"SELECT * FROM identity {where} ORDER BY id DESC LIMIT {limit:d}"
        return [_identity(row) for row in self._db.execute(sql, values)]

    def identities_of(self, column: str, value: str) -> list[Identity]:
        """Identities whose `column` (matricule, private_id) equals `value`."""
        if column not in _COLUMNS:
            raise KeyError(column)
        sql = f"SELECT * FROM identity WHERE {column} = ? ORDER BY id DESC"
        return [_identity(row) for row in self._db.execute(sql, (value,))]

    # History and INSi answers

    def add_status_change(self, identity: Identity, change: StatusChange) -> None:
        """Historise a change of status (règle 21)."""
        self._db.execute(
            "INSERT INTO status_history (patient, at, author, old, new, reason)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (identity.id, change.at, change.by, change.old, change.new, change.reason),
        )

    def status_changes(self, patient_id: str) -> list[StatusChange]:
        """Changes of status of an identity, oldest first."""
        sql = "SELECT at, author, old, new, reason FROM status_history WHERE patient = ?"
        return [
            StatusChange(*row) for row in self._db.execute(f"{sql} ORDER BY seq", (patient_id,))
        ]

    def add_insi_answer(self, identity: Identity, answer: InsiAnswer) -> None:
        """Keep the whole answer of an INSi call (règle 39)."""
        self._db.execute(
            "INSERT INTO insi_answer (patient, at, author, mode, code, answer)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (identity.id, answer.at, answer.by, answer.mode, answer.code, answer.answer),
        )

    def insi_answers(self, patient_id: str) -> list[InsiAnswer]:
        """INSi calls made for an identity, oldest first."""
        sql = (
            "SELECT at, author, mode, code, answer FROM insi_answer WHERE patient = ? ORDER BY seq"
        )
        return [InsiAnswer(*row) for row in self._db.execute(sql, (patient_id,))]

    def keep_former_ins(self, identity: Identity, former: tuple[FormerIns, ...]) -> None:
        """Replace the INSHISTO kept for an identity."""
        self._db.execute("DELETE FROM former_ins WHERE patient = ?", (identity.id,))
        self._db.executemany(
            "INSERT INTO former_ins (patient, matricule, oid, start, stop) VALUES (?, ?, ?, ?, ?)",
            [(identity.id, ins.matricule, ins.oid, ins.start, ins.stop) for ins in former],
        )

    def former_ins(self, patient_id: str) -> list[FormerIns]:
        """INSHISTO of an identity, in the order received."""
        sql = "SELECT matricule, oid, start, stop FROM former_ins WHERE patient = ? ORDER BY seq"
        return [FormerIns(*row) for row in self._db.execute(sql, (patient_id,))]

    # Accounts

    def add_account(self, login: str, patient_id: str) -> Account | None:
        """Open an account; None when the login is already taken."""
        try:
            cursor = self._db.execute(
                "INSERT INTO account (login, patient) VALUES (?, ?)", (login, patient_id)
            )
        except sqlite3.IntegrityError:
            return None
        return Account(str(cursor.lastrowid), login, patient_id, None, None)

    def save_account(self, account: Account) -> None:
        """Record the link of an account."""
        self._db.execute(
            "UPDATE account SET patient = ?, matricule = ?, oid = ? WHERE id = ?",
            (account.patient_id, account.matricule, account.oid, account.id),
        )

    def account(self, account_id: str) -> Account | None:
        """Account of this id, or None."""
        return self._account("id = ?", account_id)

    def account_of_login(self, login: str) -> Account | None:
        """Account of this login, or None."""
        return self._account("login = ?", login)

    def accounts_of(self, patient_id: str) -> list[Account]:
        """Accounts tied to an identity."""
        return self._accounts("patient = ?", patient_id)

    def accounts_of_matricule(self, matricule: str) -> list[Account]:
        """Accounts linked to a matricule INS."""
        return self._accounts("matricule = ?", matricule)

    def _accounts(self, where: str, value: str) -> list[Account]:
        rows = self._db.execute(f"SELECT * FROM account WHERE {where} ORDER BY id", (value,))
        return [_account(row) for row in rows]

    def _account(self, where: str, value: str) -> Account | None:
        row = self._db.execute(f"SELECT * FROM account WHERE {where}", (value,)).fetchone()
        return _account(row) if row else None

    # Work list and journal

    def add_work(
        self, patient_id: str | None, reason: str, message: str, source: str, message_id: str = ""
    ) -> None:
        """Ask for a person's attention."""
        sql = "INSERT INTO work (at, patient, reason, message, source, message_id)"
        given = (now(), patient_id, reason, message, source, message_id)
        self._db.execute(f"{sql} VALUES (?, ?, ?, ?, ?, ?)", given)

    def works(self) -> list[Work]:
        """Lines of the work list, latest first."""
        sql = "SELECT seq, at, patient, reason, message, source, message_id, done_at, done_by"
        rows = self._db.execute(f"{sql} FROM work ORDER BY seq DESC")
        return [Work(str(row[0]), *tuple(row)[1:]) for row in rows]

    def end_work(self, work_id: str, by: str) -> bool:
        """Mark a line as dealt with; False when it is unknown or already was."""
        sql = "UPDATE work SET done_at = ?, done_by = ? WHERE seq = ? AND done_at IS NULL"
        return self._db.execute(sql, (now(), by, work_id)).rowcount == 1

    def log(
        self, by: str, action: str, patient: str | None = None, result: str = "ok", detail: str = ""
    ) -> None:
        """Trace an action that has nothing more to tell than its result."""
        trace = Trace(by=by, action=action, patient_id=patient, result=result, detail=detail)
        self.traces.add(trace)


def new_identity(draft: Draft, status: Status) -> Identity:
    """Build the identity that a draft describes; a missing local identifier is drawn here."""
    identity = Identity(
        id="",
        private_id=draft.private_id or f"IPP{uuid.uuid4().hex[:12].upper()}",
        status=status,
        traits=draft.traits,
        nss=draft.nss,
        proof=draft.proof,
        created_on=now()[:10],
    )
    return replace(identity, private_system=draft.private_system or identity.private_system)


def _row_values(identity: Identity) -> tuple[str | None, ...]:
    plain = tuple(getattr(identity, name) for name in _PLAIN)
    traits = tuple(getattr(identity.traits, name) for name in _TRAITS)
    return (*plain, *traits, str(identity.status), json.dumps(identity.attributes))


def _identity(row: sqlite3.Row) -> Identity:
    return Identity(
        id=str(row["id"]),
        traits=Traits(**{name: row[name] for name in _TRAITS}),
        status=Status(row["status"]),
        attributes=tuple(json.loads(row["attributes"])),
        **{name: row[name] for name in _PLAIN},
    )


def _account(row: sqlite3.Row) -> Account:
    patient = str(row["patient"])
    return Account(str(row["id"]), row["login"], patient, row["matricule"], row["oid"])
