"""Sessions, in memory: who, by which means, at which stage, idle since when.

A session that stands at a stage opens the page of that stage and nothing else. Passing a stage
opens a new session under a new token; the token of before dies.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from demo_dui import faults
from demo_dui.clock import Clock
from demo_dui.user import User

OPEN = ""
SECOND_FACTOR, ENROLMENT = "second facteur", "enrôlement"
RENEWAL, ACTIVITY = "renouvellement", "choix d'exercice"
STAGE_PAGES = {
    SECOND_FACTOR: "/login/second-facteur",
    ENROLMENT: "/compte/second-facteur",
    RENEWAL: "/compte/renouvellement",
    ACTIVITY: "/psc/exercice",
}
PASSWORD, TOTP, MAIL, SMS, PSC = "mot-de-passe", "totp", "courriel", "sms", "psc"
MEANS = (PASSWORD, TOTP, MAIL, SMS, PSC)
RECOVERY_CODE = "code-de-secours"
"""What stands in for a lost second factor, once: it opens nothing but an enrolment."""
LONGEST = 8 * 3600
"""Seconds after which a session ends whatever its user does."""


@dataclass(slots=True, kw_only=True)
class Session:
    """One session. `stage` is `OPEN` once its user is really in."""

    user: User
    means: tuple[str, ...]
    stage: str
    opened_at: float
    seen_at: float
    activity: str = ""
    """Exercice chosen by a professional with several (Pro Santé Connect)."""
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    """What a stage or a verification under way needs (codes, tokens): never shown."""


class Sessions:
    """The sessions of the process. `idle_seconds` reads the setting at each request."""

    def __init__(self, clock: Clock, idle_seconds: Callable[[], float]) -> None:
        self._clock = clock
        self._idle_seconds = idle_seconds
        self._open: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._open)

    def open(self, user: User, means: tuple[str, ...], stage: str = OPEN) -> str:
        """Open a session and give its token."""
        token, now = secrets.token_urlsafe(32), self._clock.now()
        self._open[token] = Session(user=user, means=means, stage=stage, opened_at=now, seen_at=now)
        return token

    def elevate(self, token: str, means: tuple[str, ...], stage: str = OPEN) -> str:
        """Pass a stage: a new token with more means; the old token opens nothing any more."""
        before = self._open.pop(token)
        raised = self.open(before.user, (*before.means, *means), stage)
        self._open[raised].activity = before.activity
        if faults.active("second-facteur-cookie-garde"):
            self._open[token] = self._open[raised]
        return raised

    def get(self, token: str | None) -> Session | None:
        """The session of a token, kept awake by the call; None when unknown, idle or too old."""
        session = self._open.get(token) if token else None
        if session is None or token is None:
            return None
        now = self._clock.now()
        if self._is_idle(session, now) or now - session.opened_at > LONGEST:
            del self._open[token]
            return None
        session.seen_at = now
        return session

    def _is_idle(self, session: Session, now: float) -> bool:
        since, most = session.seen_at, self._idle_seconds()
        if faults.active("inactivite-depuis-connexion"):
            since = session.opened_at
        if faults.active("inactivite-delai-double"):
            most *= 2
        if faults.active("inactivite-delai-moitie"):
            most /= 2
        return now - since > most and not faults.active("inactivite-jamais")

    def all(self) -> tuple[Session, ...]:
        """Every session of the process."""
        return tuple(self._open.values())

    def close(self, token: str | None) -> None:
        """End a session."""
        if token and not faults.active("deconnexion-cookie-vivant"):
            self._open.pop(token, None)

    def close_those_of(self, login: str, means: str = "", but: str = "") -> int:
        """End the sessions of a login (those opened by `means`, if given), except token `but`."""
        ended = [
            token
            for token, session in self._open.items()
            if session.user.login == login
            and token != but
            and (not means or means in session.means)
        ]
        for token in ended:
            del self._open[token]
        return len(ended)

    def clear(self) -> None:
        """End every session."""
        self._open.clear()
