"""Who may sign in: the users of the site, and the patients who have an account."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass

from demo_dui.rights import DEFAULT_USERS
from demo_dui.store import Store


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in; `account_id` is set for a patient, who sees that account alone."""

    login: str
    account_id: str | None = None

    @property
    def is_professional(self) -> bool:
        """True for a professional, False for a patient."""
        return self.account_id is None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the next page; a refusal is shown as an alert."""

    text: str
    is_refusal: bool


class Accounts:
    """Checks passwords and holds the sessions, in memory."""

    def __init__(self, store: Store, password: str, patient_password: str | None) -> None:
        self._store = store
        self._password = password
        self._patient_password = patient_password
        self._sessions: dict[str, User] = {}
        self._notices: dict[str, Notice] = {}

    def __repr__(self) -> str:
        return f"Accounts({len(self._sessions)} sessions)"

    def check(self, login: str, password: str) -> User | None:
        """The user of these credentials, or None."""
        if login in DEFAULT_USERS:
            return User(login) if _same(password, self._password) else None
        account = self._store.account_of_login(login)
        if account is None or self._patient_password is None:
            return None
        return User(login, account.id) if _same(password, self._patient_password) else None

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

    def open_session(self, user: User) -> str:
        """Open a session and give its token."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = user
        return token

    def session(self, token: str | None) -> User | None:
        """The user of a session token, or None."""
        return self._sessions.get(token) if token else None

    def close_session(self, token: str | None) -> None:
        """End a session."""
        if token:
            self._sessions.pop(token, None)

    def close_all(self) -> None:
        """End every session."""
        self._sessions.clear()
        self._notices.clear()

    def leave_notice(self, key: str, notice: Notice) -> None:
        """Keep what the next page of a session must say."""
        self._notices[key] = notice

    def take_notice(self, key: str) -> Notice | None:
        """What this page must say, once."""
        return self._notices.pop(key, None)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
