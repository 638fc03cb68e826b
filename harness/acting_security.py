"""The desk of security settings: delays and locks set for a scenario, and put back at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.acting_secrets import PATIENT, TOTP, Account, TargetHours
from harness.model.problems import Inconclusive
from harness.model.releve import AttemptReleve
from harness.targets.base import Attempt, Screen

if TYPE_CHECKING:
    from harness.targets.drivers import Drivers

DAY = 86_400
USUAL_IDLE, USUAL_TRIES, USUAL_LOCK, USUAL_DAYS = 1200, 5, 900, 365
USUAL_TOTP_DAYS = 730
"""What is put back: values that suit most contexts (no text gives any)."""


@dataclass(frozen=True, slots=True)
class Delay:
    """A delay that was set, in seconds, and how near to it the banc goes before it is over."""

    seconds: int
    margin: int

    @property
    def half(self) -> int:
        """Return half of it: long enough for work in between to count."""
        return self.seconds // 2

    @property
    def just_before(self) -> int:
        """Return seconds after which the delay is not over yet."""
        return self.seconds - self.margin

    @property
    def beyond(self) -> int:
        """Return seconds after which it is over for sure."""
        return self.seconds + self.margin


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock-out that was set: after how many failures, and for how long."""

    tries: int
    delay: Delay


class SecurityDesk:
    """Settings of delays, short when the time must really pass."""

    def __init__(self, drivers: Drivers, hours: TargetHours) -> None:
        self._drivers = drivers
        self._hours = hours
        self._undo: list[Callable[[], Attempt]] = []

    def page(self) -> Screen:
        """Return the page of settings."""
        return self._drivers.screens.settings()

    def idle(self) -> Delay:
        """Set the idle delay and return it."""
        delay = Delay(900, 60) if self._hours.offered else Delay(60, 15)
        security = self._drivers.security
        self._undo.append(lambda: security.idle_delay(USUAL_IDLE))
        _required(security.idle_delay(delay.seconds), "le délai d'inactivité")
        return delay

    def lock(self, tries: int = 4) -> Lock:
        """Set the lock-out and return it."""
        delay = Delay(600, 30) if self._hours.offered else Delay(60, 10)
        security = self._drivers.security
        self._undo.append(lambda: security.lock_policy(USUAL_TRIES, USUAL_LOCK))
        _required(security.lock_policy(tries, delay.seconds), "le blocage après échecs")
        return Lock(tries, delay)

    def renewal(self, account: Account, means: str, days: int = 30) -> Delay:
        """Set how long a means of identification lives and return it.

        `means` is `mot-de-passe`, that of the account's kind, or `totp`. Raises `Inconclusive`
        when the clock of the target cannot be moved: a day cannot be awaited.
        """
        if not self._hours.offered:
            raise Inconclusive(
                "un renouvellement imposé se joue en avançant l'heure du logiciel : ajoutez "
                "capabilities.clock, ou montrez cette étape à la main"
            )
        whose = "usager" if account.kind == PATIENT else "professionnel"
        word, usual = (
            (means, USUAL_TOTP_DAYS) if means == TOTP else (f"{means}-{whose}", USUAL_DAYS)
        )
        security = self._drivers.security
        self._undo.append(lambda: security.renewal_delay(word, usual))
        _required(security.renewal_delay(word, days), "le délai de renouvellement")
        return Delay(days * DAY, DAY)

    def restore(self) -> None:
        """Put the settings back, and the clock of the target at the real time."""
        self._hours.reset()
        while self._undo:
            self._undo.pop()()


def _required(attempt: Attempt, what: str) -> None:
    if not attempt.accepted:
        said = AttemptReleve.parse(attempt.releve).message or "sans motif"
        raise Inconclusive(f"{what} n'a pas pu être réglé : {said}")
