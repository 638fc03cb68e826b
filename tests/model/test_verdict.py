"""The published table: order of severity, exit codes, and nothing examined is never a pass."""

from __future__ import annotations

import itertools

import pytest

from harness.model.verdict import ROWS, Verdict, exit_code, worst

ORDER = [
    Verdict.NON_CONFORM,
    Verdict.HARNESS_ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.BLOCKED,
    Verdict.REVIEW,
    Verdict.CONFORM,
]


def test_every_verdict_has_one_row() -> None:
    assert set(ROWS) == set(Verdict)


@pytest.mark.parametrize(("harsher", "milder"), list(itertools.combinations(ORDER, 2)))
def test_the_worst_wins(harsher: Verdict, milder: Verdict) -> None:
    assert worst([milder, harsher]) is harsher


def test_not_applicable_yields_to_what_ran() -> None:
    assert worst([Verdict.NOT_APPLICABLE, Verdict.CONFORM]) is Verdict.CONFORM


def test_nothing_is_not_run() -> None:
    assert worst([]) is Verdict.NOT_RUN


@pytest.mark.parametrize(
    ("verdicts", "code", "strict"),
    [
        ([Verdict.CONFORM], 0, 0),
        ([Verdict.CONFORM, Verdict.REVIEW], 0, 4),
        ([Verdict.CONFORM, Verdict.BLOCKED], 0, 4),
        ([Verdict.NOT_APPLICABLE], 0, 0),
        ([Verdict.INCONCLUSIVE, Verdict.CONFORM], 4, 4),
        ([Verdict.HARNESS_ERROR, Verdict.INCONCLUSIVE], 3, 3),
        ([Verdict.NON_CONFORM, Verdict.HARNESS_ERROR], 1, 1),
    ],
)
def test_exit_code_is_that_of_the_worst(verdicts: list[Verdict], code: int, strict: int) -> None:
    assert exit_code(verdicts) == code
    assert exit_code(verdicts, strict=True) == strict
