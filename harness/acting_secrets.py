"""What opens the accounts of a scenario: passwords drawn from the seed, and one-time codes.

Secrets are hidden from the journal as soon as they are drawn; a check holds their description only.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.acting import Patient
from harness.model.problems import CapabilityMissing
from harness.model.professional import Professional

if TYPE_CHECKING:
    from harness.evidence.redaction import Redactor
    from harness.simulators.mail import MailSimulator
    from harness.simulators.sms import SmsSimulator
    from harness.targets.access_base import Clock
    from harness.targets.visiting import Visiting

PATIENT, PROFESSIONAL = "patient", "professional"
PASSWORD = "mot de passe"
TOTP, MAIL, SMS = "totp", "courriel", "sms"
STEP = 30
"""Seconds of a TOTP step (RFC 6238, as applications use it)."""
AGED = 600
"""Seconds after which a one-time code is old, whatever its kind."""
CHARACTERS: dict[str, str] = {
    "minuscules": "abcdefghijkmnopqrstuvwxyz",
    "majuscules": "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "chiffres": "23456789",
    "signes": "!#$*+-=?@_",
}
"""Class of characters → what is drawn from it: nothing that a form or a reader may mistake."""
STRONG = 20
_MASKED = 8
"""Length from which a secret can be hidden everywhere without harming innocent bytes."""


@dataclass(frozen=True, slots=True)
class Password:
    """A password and its description; only the description may be filed."""

    text: str = field(repr=False)
    classes: tuple[str, ...] = ()

    @property
    def described(self) -> dict[str, Any]:
        """Return what the AUT rules read of it: its length and its classes."""
        return {"length": len(self.text), "classes": list(self.classes)}


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the target: who has it, and what opens it."""

    kind: str
    """`patient` or `professional`."""
    id: str
    login: str
    password: Password
    factor: str = ""
    """Second factor: `totp`, `courriel`, `sms`, '' for none."""
    totp: str = field(default="", repr=False)
    """Key of the TOTP application, base32."""
    email: str = ""
    phone: str = ""
    patient: Patient | None = None
    professional: Professional | None = None

    def with_password(self, password: Password) -> Account:
        """Return the account once its password was changed."""
        return replace(self, password=password)

    def contact(self, channel: str) -> str:
        """Return the address, or the number, that is meant for a channel."""
        return self.email if channel == MAIL else self.phone

    @property
    def other_email(self) -> str:
        """Return another address of the same person."""
        return f"autre.{self.email}"

    @property
    def other_phone(self) -> str:
        """Return another number of the same person."""
        return f"{self.phone[:-1]}{(int(self.phone[-1]) + 1) % 10}"

    @property
    def places(self) -> dict[str, str]:
        """Return what stands for the placeholders of protected addresses."""
        return {"account_id": self.id, "patient_id": self.patient.ref.id if self.patient else ""}


class TargetHours:
    """The hour of the target: moved when it offers its clock, awaited when it does not."""

    def __init__(
        self,
        clock: Clock | None,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Follow `clock`; `now` and `pause` are the real time's, given by tests."""
        self._clock = clock
        self._now = now
        self._pause = pause

    @property
    def offered(self) -> bool:
        """Return True when the clock of the target can be moved."""
        return self._clock is not None

    @property
    def now(self) -> float:
        """Return the instant at the target, in seconds since 1970."""
        return self._now() + (self._clock.offset if self._clock else 0)

    def later(self, seconds: float) -> None:
        """Let time pass at the target: move its clock, or wait for the instant."""
        if self._clock is not None:
            self._clock.shift(self._clock.offset + math.ceil(seconds))
            return
        end = self._now() + seconds
        while (left := end - self._now()) > 0:
            # Time itself is the condition: nothing at the target tells that it has passed.
            self._pause(min(left, 1.0))

    def reset(self) -> None:
        """Bring the clock of the target back to the real time."""
        if self._clock is not None and self._clock.offset:
            self._clock.reset()


class Passwords:
    """Passwords of one scenario, drawn from the seed of the run."""

    def __init__(self, seed: int, scenario: str, redactor: Redactor) -> None:
        self._draw = random.Random(f"{seed}:{scenario}:mots de passe")
        self._redactor = redactor

    def strong(self) -> Password:
        """Return a password that any policy takes: 20 characters of the four classes."""
        return self.of(f"{STRONG} {'+'.join(CHARACTERS)}")

    def of(self, shape: str) -> Password:
        """Return a password of a shape: its length, then its classes (`8 minuscules+chiffres`).

        It has characters of each class. Raises `KeyError` for a class that does not exist.
        """
        number, _, named = shape.partition(" ")
        length, classes = int(number), tuple(named.split("+"))
        every = [self._draw.choice(CHARACTERS[one]) for one in classes]
        pool = "".join(CHARACTERS[one] for one in classes)
        while len(every) < length:
            # No letter twice running: some policies refuse it, whatever the entropy.
            every.append(self._draw.choice([one for one in pool if one != every[-1]]))
        text = "".join(every[:length])
        if length >= _MASKED and len(classes) > 1:
            self._redactor.hide(text, "mot-de-passe")
        return Password(text, classes)


@dataclass(frozen=True, slots=True)
class Marks:
    """How many messages had come before something was asked."""

    mail: int
    sms: int


class Codes:
    """One-time codes, as their owner reads them: TOTP application, mailbox, phone."""

    def __init__(
        self,
        visits: Callable[[], Visiting],
        hours: TargetHours,
        mail: MailSimulator | None,
        sms: SmsSimulator | None,
        delay: float,
    ) -> None:
        """Read messages through the simulators; `delay` is how long a message is awaited."""
        self._visits = visits
        self._hours = hours
        self._mail = mail
        self._sms = sms
        self._delay = delay
        self._steps: dict[str, int] = {}

    @property
    def mail(self) -> MailSimulator:
        """Return the mail server. Raises `CapabilityMissing` when it is not simulated."""
        if self._mail is None:
            raise CapabilityMissing("le courriel n'est pas simulé pour cette cible")
        return self._mail

    @property
    def sms(self) -> SmsSimulator:
        """Return the SMS gateway. Raises `CapabilityMissing` when it is not simulated."""
        if self._sms is None:
            raise CapabilityMissing("les SMS ne sont pas simulés pour cette cible")
        return self._sms

    def marks(self) -> Marks:
        """Return where the messages stand now."""
        return Marks(self._mail.mark() if self._mail else 0, self._sms.mark() if self._sms else 0)

    def right(self, account: Account, since: Marks) -> str:
        """Return the code that opens an account now.

        A TOTP code was never given before; that of a message came since `since`. Raises
        `Inconclusive` when no message comes, or when it holds no code.
        """
        if account.factor == TOTP:
            return self.fresh(account)
        return self.received(account.factor, account, since)

    def received(self, channel: str, account: Account, since: Marks) -> str:
        """Return the code of the first message that came to an account since `since`."""
        found = self._visits().code_in(self.message(channel, account.contact(channel), since))
        if not found:
            raise CapabilityMissing(
                f"aucun code dans le message reçu par {channel} : dites où il se trouve "
                "(drivers.visitor.code)"
            )
        return found

    def message(self, channel: str, address: str, since: Marks) -> str:
        """Return the text of the first message to an address since `since`."""
        if channel == MAIL:
            return self.mail.wait_for(address, self._delay, since.mail).text
        return self.sms.wait_for(address, self._delay, since.sms).text

    def count(self, channel: str, address: str, since: Marks) -> int:
        """Return how many messages have reached an address since `since`."""
        if channel == MAIL:
            return len(self.mail.received(address, since.mail))
        return len(self.sms.received(address, since.sms))

    def fresh(self, account: Account) -> str:
        """Return a TOTP code of a step that was never given for this account."""
        step = self._step()
        last = self._steps.get(account.login)
        if last is not None and step <= last:
            self._hours.later((last + 1) * STEP - self._hours.now + 0.1)
            step = max(self._step(), last + 1)
        self._steps[account.login] = step
        return self._at(account.totp, step * STEP)

    def old(self, account: Account, since: Marks) -> str:
        """Return a code of this account whose time is over."""
        if account.factor == TOTP:
            return self._at(account.totp, self._hours.now - AGED)
        code = self.received(account.factor, account, since)
        self._hours.later(AGED)
        return code

    def wrong(self, account: Account) -> str:
        """Return six digits that are no code of this account, now nor around now.

        Those of a message are not known before it is read: one chance in a million is left.
        """
        if account.factor != TOTP:
            return self.other_than("")
        around = {self._at(account.totp, self._hours.now + n * STEP) for n in range(-3, 4)}
        return next(one for one in map("{:06}".format, range(100_003, 10**6)) if one not in around)

    @staticmethod
    def other_than(code: str) -> str:
        """Return six digits that are not this code."""
        return "100003" if code != "100003" else "100019"

    def _step(self) -> int:
        return int(self._hours.now // STEP)

    @staticmethod
    def _at(key: str, instant: float) -> str:
        import pyotp

        return pyotp.TOTP(key).at(int(instant))
