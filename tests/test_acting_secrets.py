"""Passwords are what they are described to be; codes are never given twice; time is let pass."""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
import pytest

from harness.acting_secrets import (
    AGED,
    CHARACTERS,
    STEP,
    TOTP,
    Account,
    Codes,
    Marks,
    Password,
    Passwords,
    TargetHours,
)
from harness.evidence.redaction import Redactor
from harness.model.problems import CapabilityMissing

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOTHING = Marks(0, 0)


@dataclass
class MovedClock:
    """The clock of a target, which the banc moves."""

    offset: int = 0

    def shift(self, seconds: int) -> None:
        self.offset = seconds

    def reset(self) -> None:
        self.offset = 0


class RealTime:
    """A time that passes only when it is waited for."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.pauses: list[float] = []

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def account(login: str = "u", key: str = KEY) -> Account:
    return Account("patient", "1", login, Password("x"), TOTP, key)


def codes(hours: TargetHours) -> Codes:
    def nowhere() -> object:
        raise AssertionError("no page is needed")

    return Codes(nowhere, hours, None, None, 1.0)  # type: ignore[arg-type]


@pytest.fixture
def time() -> RealTime:
    return RealTime()


def moved(time: RealTime) -> tuple[MovedClock, TargetHours]:
    clock = MovedClock()
    return clock, TargetHours(clock, lambda: time.now, time.pause)


def test_a_clock_that_is_offered_is_moved_and_brought_back(time: RealTime) -> None:
    clock, hours = moved(time)
    hours.later(900)
    hours.later(0.2)
    assert clock.offset == 901 and not time.pauses
    assert hours.now == time.now + 901
    hours.reset()
    assert clock.offset == 0


def test_without_a_clock_the_time_really_passes(time: RealTime) -> None:
    hours = TargetHours(None, lambda: time.now, time.pause)
    hours.later(2.5)
    assert time.pauses == [1.0, 1.0, 0.5]
    hours.reset()


def test_a_totp_code_is_never_given_twice(time: RealTime) -> None:
    _, hours = moved(time)
    reader = codes(hours)
    given = []
    for _ in range(4):
        code = reader.right(account(), NOTHING)
        assert pyotp.TOTP(KEY).verify(code, for_time=int(hours.now), valid_window=1)
        given.append(int(hours.now // STEP))
    assert len(set(given)) == 4
    reader.right(account("autre"), NOTHING)
    assert int(hours.now // STEP) == given[-1], "another account has its own steps"


def test_old_and_wrong_codes_are_no_codes_of_now(time: RealTime) -> None:
    _, hours = moved(time)
    reader = codes(hours)
    assert reader.old(account(), NOTHING) == pyotp.TOTP(KEY).at(int(hours.now - AGED))
    near = {pyotp.TOTP(KEY).at(int(hours.now + n * STEP)) for n in range(-3, 4)}
    assert reader.wrong(account()) not in near
    assert reader.other_than("100003") != "100003"


def test_a_channel_that_is_not_simulated_is_a_missing_capability(time: RealTime) -> None:
    _, hours = moved(time)
    reader = codes(hours)
    assert reader.marks() == NOTHING
    with pytest.raises(CapabilityMissing, match="courriel"):
        reader.message("courriel", "a@example.org", NOTHING)
    with pytest.raises(CapabilityMissing, match="SMS"):
        reader.message("sms", "+33600000000", NOTHING)


@pytest.mark.parametrize(
    ("length", "classes"),
    [(7, ("chiffres",)), (8, ("minuscules", "chiffres")), (20, tuple(CHARACTERS))],
)
def test_a_password_is_what_it_is_described_to_be(length: int, classes: tuple[str, ...]) -> None:
    drawn = Passwords(7, "scénario", Redactor()).of(f"{length} {'+'.join(classes)}")
    assert drawn.described == {"length": length, "classes": list(classes)}
    assert len(drawn.text) == length
    for name, characters in CHARACTERS.items():
        assert bool(set(drawn.text) & set(characters)) is (name in classes)
    assert all(a != b for a, b in zip(drawn.text, drawn.text[1:], strict=False))


def test_passwords_come_from_the_seed_and_never_show() -> None:
    redactor = Redactor()
    first, again = (Passwords(7, "a", redactor).strong() for _ in range(2))
    assert first == again
    assert Passwords(8, "a", redactor).strong() != first
    assert first.text not in repr(first) and first.text not in repr(account().with_password(first))
    assert first.text.encode() not in redactor.clean(f"mot de passe {first.text}".encode())


def test_the_key_of_an_account_never_shows() -> None:
    assert KEY not in repr(account())
