"""An access that was refused proves nothing until its permitted twin opened something."""

from __future__ import annotations

import pytest

from harness.model.access import OPENED, REFUSED, AccessReleve, Reached
from harness.model.access_cases import Case
from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.validators.engine import judge, rules_named

TWO = ("mot de passe", "totp")


def access(opened: bool, case: str = "", means: tuple[str, ...] = TWO, tried: int = 1) -> Artefact:
    reached = tuple(Reached(f"/page/{n}", "page", 200, opened) for n in range(tried))
    stage = OPENED if opened else REFUSED
    return AccessReleve("u", means, stage, "2026-11-22T09:00:00Z", case, "", "", reached).artefact(
        "accès"
    )


def examined(rule: str, **roles: Artefact) -> int:
    return judge(Check(roles), rules_named(rule), named=False).outcomes[0].examined


ALONE = ("mot de passe",)
ATTEMPTS = [
    ("AUT-06", Case.ABSENT, "control"),
    ("AUT-07", Case.ABSENT, "control"),
    ("AUT-08", Case.WRONG, "control"),
    ("AUT-09", Case.OLD, "control"),
    ("AUT-10", Case.REPLAYED, "control"),
    ("AUT-12", Case.EXHAUSTED, "control"),
    ("AUT-13", Case.EARLY_COOKIE, "control"),
    ("AUT-16", Case.FAILURES, "control"),
    ("AUT-19", Case.SIGNED_OUT, "before"),
    ("AUT-23", Case.REVOKED, "before"),
    ("AUT-30", Case.MATRICULE, "control"),
]


@pytest.mark.parametrize(("rule", "case", "twin"), ATTEMPTS)
def test_an_attempt_needs_a_twin_that_opened(rule: str, case: Case, twin: str) -> None:
    attempt = access(False, case)
    assert examined(rule, attempt=attempt) == 0
    assert examined(rule, attempt=attempt, **{twin: access(False)}) == 0
    assert examined(rule, attempt=attempt, **{twin: access(True)}) == 1


@pytest.mark.parametrize(("rule", "case", "twin"), ATTEMPTS)
def test_an_attempt_that_tried_no_address_proves_nothing(rule: str, case: Case, twin: str) -> None:
    assert examined(rule, attempt=access(False, case, tried=0), **{twin: access(True)}) == 0


def test_a_code_that_was_never_presented_proves_nothing() -> None:
    never = access(False, Case.WRONG, ALONE)
    assert examined("AUT-08", attempt=never, control=access(True)) == 0


def test_the_code_of_another_must_open_to_its_owner() -> None:
    attempt, own = access(False, Case.ANOTHERS), access(True)
    assert examined("AUT-11", attempt=attempt, control=own) == 0
    assert examined("AUT-11", attempt=attempt, control=own, after=access(False)) == 0
    assert examined("AUT-11", attempt=attempt, control=own, after=access(True)) == 1


def test_every_address_that_opens_to_the_twin_is_a_subject() -> None:
    attempt, control = access(False, Case.ABSENT, tried=3), access(True, tried=2)
    assert examined("AUT-07", attempt=attempt, control=control) == 2


def test_a_reopening_needs_a_lock() -> None:
    after = access(True, Case.REOPENED)
    assert examined("AUT-17", before=access(True, Case.FAILURES), attempt=after) == 0
    assert examined("AUT-17", before=access(False, Case.FAILURES), attempt=after) == 1


def test_a_change_of_profile_needs_the_contrary_before_it() -> None:
    def subjects(before: bool, profile: str) -> int:
        roles = {"before": access(before), "after": access(not before)}
        check = Check(roles, {"profile": profile})
        return judge(check, rules_named("AUT-32"), named=False).outcomes[0].examined

    assert [subjects(True, "retiré"), subjects(False, "retiré")] == [1, 0]
    assert [subjects(False, "donné"), subjects(True, "donné")] == [1, 0]


def test_bytes_of_another_kind_is_no_subject() -> None:
    raw = Artefact("réponse", b"{}", "application/json")
    assert examined("AUT-08", attempt=raw, control=access(True)) == 0
