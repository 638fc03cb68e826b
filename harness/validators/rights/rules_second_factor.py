"""Rules on the second factor of patients: really asked, really compared, and used once (IEU 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.access import SECOND_FACTOR, AccessReleve
from harness.model.access_cases import Act, Case
from harness.model.releve import AttemptReleve
from harness.validators import Check, Finding, rule
from harness.validators.rights import access_reader as reader
from harness.validators.rights.access_reader import Pair

TWO_FACTORS = ("IEU 9",)


@rule("AUT-06", cites=TWO_FACTORS, each=reader.tried(Case.ABSENT), overlaps=("AUT-07",))
def second_factor_is_asked(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """After the right first factor, the second is asked."""
    if attempt.stage != SECOND_FACTOR:
        yield Finding(
            reader.means(attempt),
            f"la demande du second facteur (étape « {SECOND_FACTOR} »)",
            f"étape « {attempt.stage} »",
            "Le second facteur est-il demandé à ce compte, et à chaque connexion ?",
        )


@rule("AUT-07", cites=TWO_FACTORS, each=reader.pairs(Case.ABSENT))
def first_factor_alone_opens_nothing(pair: Pair, check: Check) -> Iterator[Finding]:
    """The first factor alone opens no page and no address of the API."""
    if pair.address.open:
        yield Finding(
            f"{pair.address.way} {pair.address.address}",
            "fermée tant que le second facteur n'est pas donné",
            f"ouverte ({pair.address.status}) après le premier facteur seul",
            "La session d'avant le second facteur est-elle distincte, à chaque adresse ?",
        )


@rule("AUT-08", cites=TWO_FACTORS, each=reader.with_code(Case.WRONG))
def wrong_code_is_refused(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """A wrong code is refused."""
    yield from reader.must_stay_closed(attempt, "Le code saisi est-il comparé ?")


@rule("AUT-09", cites=TWO_FACTORS, each=reader.with_code(Case.OLD))
def old_code_is_refused(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """A code whose time is over is refused."""
    yield from reader.must_stay_closed(attempt, "La durée de vie du code est-elle contrôlée ?")


@rule("AUT-10", cites=TWO_FACTORS, each=reader.with_code(Case.REPLAYED))
def replayed_code_is_refused(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """A code that was used once is refused the second time."""
    yield from reader.must_stay_closed(attempt, "Un code servi est-il noté, et brûlé ?")


def codes_of_others(check: Check) -> Iterator[AccessReleve]:
    """Yield a code of another, when it opens to its owner (`after`) and the account to its own."""
    if reader.opened(check, "after") is not None:
        yield from reader.with_code(Case.ANOTHERS)(check)


@rule("AUT-11", cites=TWO_FACTORS, each=codes_of_others)
def code_of_another_is_refused(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """The code of another account is refused."""
    yield from reader.must_stay_closed(attempt, "Le code est-il lié au compte et à la session ?")


@rule("AUT-12", cites=TWO_FACTORS, each=reader.tried(Case.EXHAUSTED))
def tries_are_limited(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """The tries of the second factor are limited: after too many, the right code is refused."""
    tries = check.expected.get("tries")
    yield from reader.must_stay_closed(
        attempt,
        "Les essais du second facteur sont-ils comptés, d'une session à l'autre ?",
        f"un refus, même du code juste, après {tries or 'trop d'} essais faux",
    )


@rule("AUT-13", cites=TWO_FACTORS, each=reader.tried(Case.EARLY_COOKIE))
def early_cookie_opens_nothing(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """A session cookie of before the second factor opens nothing, even once its owner is in."""
    yield from reader.must_stay_closed(
        attempt, "Un nouveau cookie est-il donné à chaque facteur, et l'ancien éteint ?"
    )


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor that was never proved: the act, and what it opened afterwards."""

    act: AttemptReleve
    later: AccessReleve | None


def enrolments(check: Check) -> Iterator[Enrolment]:
    """Yield an enrolment without proof, when the same with its proof (`control`) was accepted."""
    for act in reader.acts(Act.ENROLMENT)(check):
        yield Enrolment(act, reader.access(check, "after"))


@rule("AUT-14", cites=TWO_FACTORS, each=enrolments)
def enrolment_wants_its_proof(enrolment: Enrolment, check: Check) -> Iterator[Finding]:
    """A second factor is enrolled only once its possession was proved."""
    hint = "Le code est-il demandé et comparé avant que le moyen n'entre en service ?"
    yield from reader.must_be_refused(enrolment.act, "enrôlement sans code juste", hint)
    later = enrolment.later
    if later is not None and later.case == Case.UNPROVED:
        yield from reader.must_stay_closed(later, hint)


@dataclass(frozen=True, slots=True)
class Loss:
    """A lost device that opened before and the one that took its place, or a spare code again."""

    old: AccessReleve | None = None
    new: AccessReleve | None = None
    spare_again: AttemptReleve | None = None


def losses(check: Check) -> Iterator[Loss]:
    """Yield a loss, when the lost device opened before it (`before`).

    Or the second use of a spare code, when the first (`control`) was accepted.
    """
    for act in reader.acts(Act.LOSS)(check):
        yield Loss(spare_again=act)
    new = reader.access(check, "control")
    old = reader.access(check, "attempt")
    if old is None or new is None or old.case != Case.LOST or not old.reached:
        return
    if reader.opened(check, "before") is not None:
        yield Loss(old, new)


@rule("AUT-15", cites=(*TWO_FACTORS, "SSI/IE.34"), each=losses)
def lost_device_is_replaced(loss: Loss, check: Check) -> Iterator[Finding]:
    """A lost device, replaced, opens nothing, the new one opens; a spare code serves once."""
    if loss.old is not None:
        yield from reader.must_stay_closed(loss.old, "L'ancien appareil est-il éteint ?")
    if loss.new is not None:
        yield from reader.must_open(loss.new, "Le nouvel appareil est-il en service ?")
    if loss.spare_again is not None:
        hint = "Le code de secours est-il brûlé à l'usage ?"
        yield from reader.must_be_refused(loss.spare_again, "code de secours déjà servi", hint)
