"""Rules on sessions and lock-out: what closes an access, and when it opens again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.access import AccessReleve
from harness.model.access_cases import Case
from harness.validators import Check, Finding, rule
from harness.validators.rights import access_reader as reader


@rule("AUT-16", cites=("IEPS 9", "IEU 10", "SSI/IAM.92"), each=reader.tried(Case.FAILURES))
def failures_lock_the_account(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """After too many failures the account is locked: the right secret itself is refused."""
    tries = check.expected.get("tries")
    yield from reader.must_stay_closed(
        attempt,
        "Les échecs sont-ils comptés par compte, et le blocage contrôlé avant le secret ?",
        f"un refus, même du bon secret, après {tries or 'trop d'} échecs",
    )


def reopenings(check: Check) -> Iterator[AccessReleve]:
    """Yield a sign-in after the delay, when the account was really locked (`before`)."""
    before, attempt = reader.access(check, "before"), reader.access(check, "attempt")
    if before is None or attempt is None or attempt.case != Case.REOPENED:
        return
    if before.case == Case.FAILURES and before.reached and not before.opened:
        yield attempt


@rule("AUT-17", cites=("IEPS 9", "IEU 10"), each=reopenings)
def locked_account_reopens(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """A locked account opens again after its delay."""
    yield from reader.must_open(
        attempt, "Le blocage a-t-il une fin, ou la première réussite le lève-t-elle ?"
    )


@rule(
    "AUT-19",
    cites=("IEPS 12", "IEU 11", "SSI/IE.38"),
    each=reader.tried(Case.SIGNED_OUT, twin="before"),
)
def logout_ends_the_session(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """Once its user signed out, the cookie of before opens nothing."""
    yield from reader.must_stay_closed(
        attempt, "La session est-elle détruite par le serveur, ou le cookie seul est-il effacé ?"
    )


@dataclass(frozen=True, slots=True)
class Idleness:
    """A session left alone: just before the delay, and after it."""

    just_before: AccessReleve
    after: AccessReleve


def idle_sessions(check: Check) -> Iterator[Idleness]:
    """Yield a session left alone that was open when it began (`control`)."""
    just_before = reader.access(check, "before")
    for after in reader.tried(Case.IDLE)(check):
        if just_before is not None and just_before.reached:
            yield Idleness(just_before, after)


@rule("AUT-20", cites=("IEPS 13", "IEU 12", "SSI/IE.39"), each=idle_sessions)
def idle_session_is_closed(idleness: Idleness, check: Check) -> Iterator[Finding]:
    """A session left alone for the delay is closed; just before, it is still open."""
    yield from reader.must_stay_closed(
        idleness.after, "Le délai d'inactivité est-il contrôlé par le serveur, à chaque adresse ?"
    )
    yield from reader.must_open(
        idleness.just_before, "Le délai appliqué est-il bien celui qui est réglé ?"
    )
