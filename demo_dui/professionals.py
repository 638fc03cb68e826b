"""Professionals who have an account: what the Annuaire says of them, and local data apart."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from typing import TypeGuard

from demo_dui.naming import plain_capitals

_COLUMNS = (
    "login",
    "national_id",
    "exercise_name",
    "exercise_given_name",
    "profession",
    "speciality",
    "category",
    "mailboxes",
    "local",
    "origin",
    "updated_at",
)
_JSON = ("mailboxes", "local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """A user of the software tied to a national id; `local` never comes from the Annuaire.

    mailboxes: MSSanté addresses; origin and updated_at (ISO, UTC): where and when the Annuaire
    gave the data.
    """

    login: str
    national_id: str
    exercise_name: str = ""
    exercise_given_name: str = ""
    profession: str = ""
    speciality: str = ""
    category: str = ""
    mailboxes: tuple[str, ...] = ()
    local: dict[str, str] = field(default_factory=dict)
    origin: str = ""
    updated_at: str = ""
    id: str = ""


class Professionals:
    """A table of professionals (`professional`, `correspondent`), over the store's connection."""

    def __init__(self, db: sqlite3.Connection, table: str = "professional") -> None:
        self._db, self._table = db, table

    def add(self, professional: Professional) -> Professional:
        """Record a professional; gives it back with its id. IntegrityError: login taken."""
        marks = ", ".join("?" * len(_COLUMNS))
        sql = f"INSERT INTO {self._table} ({', '.join(_COLUMNS)}) VALUES ({marks})"
        cursor = self._db.execute(sql, _values(professional))
        found = self.find(str(cursor.lastrowid))
        assert found is not None
        return found

    def save(self, professional: Professional) -> None:
        """Record the present state of a known professional."""
        marks = ", ".join(f"{name} = ?" for name in _COLUMNS)
        sql = f"UPDATE {self._table} SET {marks} WHERE id = ?"
        self._db.execute(sql, (*_values(professional), professional.id))

    def find(self, professional_id: str) -> Professional | None:
        """Professional of this id, or None."""
        return self._one("id = ?", professional_id)

    def of_login(self, login: str) -> Professional | None:
        """Professional of this login, or None."""
        return self._one("login = ?", login)

    def of_national_id(self, national_id: str) -> Professional | None:
        """Professional of this national id, or None."""
        return self._one("national_id = ?", national_id)

    def all(self) -> list[Professional]:
        """Every professional, oldest first."""
        return [
            _professional(row)
            for row in self._db.execute(f"SELECT * FROM {self._table} ORDER BY id")
        ]

    def duplicates_of(self, wanted: Professional) -> list[Professional]:
        """Professionals with the same national id, or the same names and profession (IEPS 8)."""
        return [
            known
            for known in self.all()
            if known.national_id == wanted.national_id or _same_traits(known, wanted)
        ]

    def _one(self, where: str, value: str) -> Professional | None:
        sql = f"SELECT * FROM {self._table} WHERE {where} ORDER BY id LIMIT 1"
        row = self._db.execute(sql, (value,)).fetchone()
        return _professional(row) if row else None


def _same_traits(known: Professional, wanted: Professional) -> bool:
    """Compare traits; nobody resembles a professional whose names are not known."""
    return any(_traits(wanted)) and _traits(known) == _traits(wanted)


def is_local(value: object) -> TypeGuard[dict[str, str]]:
    """Tell whether a JSON value may be the local data of somebody: names and their texts."""
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _traits(professional: Professional) -> tuple[str, ...]:
    names = (
        professional.exercise_name,
        professional.exercise_given_name,
        professional.profession,
    )
    return tuple(plain_capitals(name) for name in names)


def _values(professional: Professional) -> list[str]:
    return [
        json.dumps(getattr(professional, name), ensure_ascii=False)
        if name in _JSON
        else getattr(professional, name)
        for name in _COLUMNS
    ]


def _professional(row: sqlite3.Row) -> Professional:
    plain = {name: row[name] for name in _COLUMNS if name not in _JSON}
    return Professional(
        id=str(row["id"]),
        mailboxes=tuple(json.loads(row["mailboxes"])),
        local=json.loads(row["local"]),
        **plain,
    )
