"""Who may sign in: the doors of the life of accounts, together."""

from __future__ import annotations

import base64
import binascii

from demo_dui.clock import Clock
from demo_dui.contact import Contact
from demo_dui.links import Links
from demo_dui.lockout import Lockouts
from demo_dui.passwords import Passwords
from demo_dui.people import People, Person
from demo_dui.second_factor import SecondFactors
from demo_dui.sent_codes import SentCodes
from demo_dui.service import Dui
from demo_dui.sessions import Session, Sessions
from demo_dui.sign_in import Denied, SignIn
from demo_dui.user import Notice


class Accounts:
    """Persons, their secrets and their sessions; and the notices left for the next page."""

    def __init__(self, dui: Dui, password: str, clock: Clock, contact: Contact) -> None:
        store = dui.store
        self.clock = clock
        self.contact = contact
        self.people = People(store)
        self.sessions = Sessions(clock, lambda: float(store.parameters.read("idle_seconds")))
        self.lockouts = Lockouts(store.db, clock)
        self.links = Links(store.db, clock)
        self.codes = SentCodes(clock, contact, self.sessions)
        self.passwords = Passwords(dui, self.people, clock, password)
        self.factors = SecondFactors(store, self.people, self.codes, clock)
        self.sign_in = SignIn(dui, self.people, self.passwords, self.factors, self.lockouts)
        self._notices: dict[str, Notice] = {}

    def __repr__(self) -> str:
        return f"Accounts({len(self.sessions)} sessions)"

    def basic(self, header: str) -> Person | Denied:
        """The professional of an HTTP Basic `Authorization` header, or why not."""
        scheme, _, encoded = header.partition(" ")
        unreadable = Denied(401, "En-tête Authorization illisible : HTTP Basic attendu.")
        if scheme.lower() != "basic":
            return unreadable
        try:
            login, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return unreadable
        return self.sign_in.basic(login, password)

    def session(self, token: str | None) -> Session | None:
        """The session of a token, or None."""
        return self.sessions.get(token)

    def close_all(self) -> None:
        """End every session, and come back to the real time."""
        self.sessions.clear()
        self._notices.clear()
        self.clock.shift(0.0)

    def leave_notice(self, key: str, notice: Notice) -> None:
        """Keep what the next page of a session must say."""
        self._notices[key] = notice

    def take_notice(self, key: str) -> Notice | None:
        """What this page must say, once."""
        return self._notices.pop(key, None)
