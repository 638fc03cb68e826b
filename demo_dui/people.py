"""Whoever may sign in: users of the site, professionals and patients with an account."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field, fields, replace

from demo_dui import faults
from demo_dui.identity import matricule_is_right
from demo_dui.professionals import Professionals
from demo_dui.rights import DEFAULT_USERS
from demo_dui.sessions import MEANS, PSC
from demo_dui.store import Store
from demo_dui.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How somebody signs in and is reached. Secrets never show in repr.

    password: a hash, '' for none (a user of the site then has the secret of the operator);
    factor: means of the second factor in use, '' for none; *_at: seconds since 1970;
    revoked: means (words of `sessions.MEANS`) that open nothing any more.
    """

    login: str
    account_id: str | None = None
    """Account of a patient; None for a professional."""
    email: str = ""
    email_verified: bool = False
    phone: str = ""
    phone_verified: bool = False
    password: str = field(default="", repr=False)
    password_at: float = 0.0
    password_privileged: bool = False
    factor: str = ""
    factor_secret: str = field(default="", repr=False)
    factor_at: float = 0.0
    revoked: tuple[str, ...] = ()
    identity_check: str = ""

    @property
    def user(self) -> User:
        """Who this is, once signed in."""
        return User(self.login, self.account_id)

    @property
    def is_patient(self) -> bool:
        """True for a patient."""
        return self.account_id is not None

    @property
    def is_of_the_site(self) -> bool:
        """True for a user that the software is delivered with."""
        return self.login in DEFAULT_USERS

    @property
    def is_withdrawn(self) -> bool:
        """True when every means is revoked: only a new activation gives the access back."""
        return set(MEANS) <= set(self.revoked)


_COLUMNS = tuple(f.name for f in fields(Person) if f.name != "account_id")
_FLAGS = ("email_verified", "phone_verified", "password_privileged")


class People:
    """The table of persons; the professionals among them are in `professionals`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._db: sqlite3.Connection = store.db
        self.professionals = Professionals(store.db)

    def find(self, login: str) -> Person | None:
        """The person of a login, or None."""
        account = self._store.account_of_login(login)
        account_id = account.id if account else None
        row = self._db.execute("SELECT * FROM person WHERE login = ?", (login,)).fetchone()
        if row is not None:
            return _person(row, account_id)
        known = account_id is not None or login in DEFAULT_USERS
        return Person(login=login, account_id=account_id) if known else None

    def named(self, identifier: str) -> Person | None:
        """The person of a login, or of the matricule INS of a linked account (IEU 7)."""
        person = self.find(identifier)
        matricule = identifier.replace(" ", "")
        if person is not None or not matricule_is_right(matricule):
            return person
        accounts = self._store.accounts_of_matricule(matricule)
        return self.find(accounts[0].login) if len(accounts) == 1 else None

    def by_national_id(self, national_id: str) -> Person | None:
        """The professional of a national id (Pro Santé Connect: SubjectNameID), or None."""
        professional = self.professionals.of_national_id(national_id)
        return self.find(professional.login) if professional else None

    def save(self, person: Person) -> Person:
        """Record the present state of a person."""
        marks = ", ".join("?" * len(_COLUMNS))
        sql = f"INSERT OR REPLACE INTO person ({', '.join(_COLUMNS)}) VALUES ({marks})"
        self._db.execute(sql, _values(person))
        return person

    def change(self, login: str, **changes: object) -> Person:
        """Record new values of some fields; KeyError for an unknown login."""
        person = self.find(login)
        if person is None:
            raise KeyError(login)
        return self.change_of(person, **changes)

    def change_of(self, person: Person, **changes: object) -> Person:
        """Record a person with new values of some fields, known before or not."""
        return self.save(replace(person, **changes))  # type: ignore[arg-type]  # by field name

    def may_use(self, login: str, means: str) -> bool:
        """Tell whether a means of identification still opens this account."""
        if means == PSC and faults.active("revocation-psc-sans-effet"):
            return True
        person = self.find(login)
        return person is not None and means not in person.revoked


def _values(person: Person) -> list[object]:
    values = {name: getattr(person, name) for name in _COLUMNS}
    values["revoked"] = json.dumps(person.revoked)
    return list(values.values())


def _person(row: sqlite3.Row, account_id: str | None) -> Person:
    values = {name: row[name] for name in _COLUMNS}
    values |= {name: bool(row[name]) for name in _FLAGS}
    values["revoked"] = tuple(json.loads(row["revoked"]))
    return Person(account_id=account_id, **values)
