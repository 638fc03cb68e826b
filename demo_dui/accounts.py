"""Who may sign in: the doors of the life of accounts, together."""

from __future__ import annotations

import base64
import binascii
import hmac

from demo_dui.clock import Clock
from demo_dui.contact import Contact
from demo_dui.people import People
from demo_dui.sessions import Session, Sessions
from demo_dui.store import Store
from demo_dui.user import Notice, User


class Accounts:
    """Persons, sessions, clock and contact; and the notices left for the next page."""

    def __init__(self, store: Store, password: str, clock: Clock, contact: Contact) -> None:
        self._password = password
        self.clock = clock
        self.contact = contact
        self.people = People(store)
        self.sessions = Sessions(clock, lambda: 1200)
        self._notices: dict[str, Notice] = {}

    def __repr__(self) -> str:
        return f"Accounts({len(self.sessions)} sessions)"

    def check(self, login: str, password: str) -> User | None:
        """The user of these credentials, or None."""
        person = self.people.find(login)
        if person is None or not person.is_of_the_site:
            return None
        right = hmac.compare_digest(password.encode(), self._password.encode())
        return person.user if right else None

    def check_basic(self, header: str) -> User | None:
        """The user of an HTTP Basic `Authorization` header, or None."""
        scheme, _, encoded = header.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            login, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.check(login, password)

    def session(self, token: str | None) -> Session | None:
        """The session of a token, or None."""
        return self.sessions.get(token)

    def close_all(self) -> None:
        """End every session."""
        self.sessions.clear()
        self._notices.clear()

    def leave_notice(self, key: str, notice: Notice) -> None:
        """Keep what the next page of a session must say."""
        self._notices[key] = notice

    def take_notice(self, key: str) -> Notice | None:
        """What this page must say, once."""
        return self._notices.pop(key, None)
