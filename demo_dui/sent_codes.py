"""Codes of six digits sent by mail or SMS: five minutes, one use, one session, one purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_dui import credentials, faults
from demo_dui.clock import Clock
from demo_dui.contact import Contact, ContactError
from demo_dui.sessions import MAIL, Session, Sessions

SECONDS = 300.0
MOST_SENDINGS = 10
"""Codes that one session may ask for: nobody's mailbox is flooded."""


@dataclass(slots=True)
class SentCode:
    """A code under way: where it went, until when it is good, how often sent and missed.

    `former` are the codes that it replaces: a seeded fault alone looks at them.
    """

    to: str
    code: str = field(repr=False)
    until: float
    sendings: int = 1
    wrong: int = 0
    former: tuple[str, ...] = field(default=(), repr=False)


class SentCodes:
    """Sends codes and knows them again; they are kept in the session that asked for them."""

    def __init__(self, clock: Clock, contact: Contact, sessions: Sessions) -> None:
        self._clock = clock
        self._contact = contact
        self._sessions = sessions
        self._spent: dict[str, set[str]] = {}

    async def send(self, session: Session, purpose: str, channel: str, to: str) -> None:
        """Send a fresh code; the one of before, for the same purpose, is dead.

        ContactError when it cannot leave, with status 429 when too many were asked for.
        """
        before: SentCode | None = session.kept.get(purpose)
        sendings = before.sendings + 1 if before else 1
        if sendings > MOST_SENDINGS:
            raise ContactError(429, "Trop de codes demandés : recommencez la connexion.")
        code = credentials.six_digits()
        if channel == MAIL:
            subject = "Votre code pour le DUI de démonstration"
            text = f"Votre code : {code}\n\nIl sert une fois, pendant cinq minutes.\n"
            await self._contact.mail(to, subject, text)
        else:
            text = f"Votre code : {code}. Il sert une fois, pendant cinq minutes."
            await self._contact.sms(to, text)
        until = self._clock.now() + SECONDS
        former = (*before.former, before.code) if before else ()
        session.kept[purpose] = SentCode(to, code, until, sendings, former=former)

    def spend(
        self, session: Session, purpose: str, code: str, most_tries: int | None = None
    ) -> str | None:
        """The address that a right code proves, once; None for a wrong, old or used code.

        After `most_tries` wrong ones the code is dead (None: the caller counts them).
        """
        sent: SentCode | None = session.kept.get(purpose)
        if sent is None:
            return None
        if not self._is_right(session, purpose, sent, code):
            sent.wrong += 1
            if sent.wrong == most_tries:
                del session.kept[purpose]
            return None
        del session.kept[purpose]
        self._spent.setdefault(session.user.login, set()).add(code)
        return sent.to

    def _is_right(self, session: Session, purpose: str, sent: SentCode, code: str) -> bool:
        if self._clock.now() > sent.until:
            return faults.active("second-facteur-code-envoye-perime") and code == sent.code
        accepted = [sent.code]
        if faults.active("second-facteur-renvoi-garde-ancien"):
            accepted += sent.former
        if faults.active("second-facteur-code-envoye-rejoue"):
            accepted += self._spent.get(session.user.login, ())
        if faults.active("second-facteur-code-d-autrui"):
            others = (other.kept.get(purpose) for other in self._sessions.all())
            accepted += [other.code for other in others if other is not None]
        return any(credentials.same(code, one) for one in accepted)
