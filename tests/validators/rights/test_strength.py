"""The bounds of the grid on passwords, on both sides, and what the grid itself leaves open."""

from __future__ import annotations

import pytest

from harness.model.access_cases import Act
from harness.model.check import Check
from harness.model.releve import AttemptReleve
from harness.validators.engine import judge, rules_named

LOWER, UPPER, DIGIT, SIGN = "minuscules", "majuscules", "chiffres", "signes"


def outcome(accepted: bool, control: bool = True, **expected: object) -> tuple[int, int, int]:
    """Return how many subjects, errors and warnings a choice of password gives."""
    check = Check(
        {
            "attempt": AttemptReleve(Act.CHOICE, accepted).artefact("choix"),
            "control": AttemptReleve(Act.CHOICE, control).artefact("jumeau"),
        },
        expected,
    )
    rule = "AUT-34" if "privileged" in expected else "AUT-18"
    (found,) = judge(check, rules_named(rule), named=False).outcomes
    return found.examined, len(found.errors), len(found.findings) - len(found.errors)


def described(length: int, *classes: str) -> dict[str, object]:
    return {"length": length, "classes": list(classes)}


@pytest.mark.parametrize(
    ("bits", "secret"),
    [
        (50, described(7, LOWER, UPPER, DIGIT, SIGN)),
        (50, described(8, LOWER, DIGIT)),
        (50, described(10, LOWER)),
        (50, described(14, DIGIT)),
        (50, described(15, DIGIT)),
        (27, described(7, DIGIT)),
        (27, described(5, LOWER)),
        (27, described(4, LOWER, UPPER, DIGIT, SIGN)),
    ],
)
def test_a_secret_under_the_bound_must_be_refused(bits: int, secret: dict[str, object]) -> None:
    assert outcome(True, bits=bits, secret=secret) == (1, 1, 0)
    assert outcome(False, bits=bits, secret=secret) == (1, 0, 0)


@pytest.mark.parametrize(
    ("bits", "secret"),
    [
        (50, described(9, LOWER, UPPER, DIGIT)),
        (50, described(11, LOWER)),
        (50, described(16, DIGIT)),
        (27, described(9, DIGIT)),
        (27, described(6, LOWER)),
    ],
)
def test_a_secret_above_the_bound_is_only_a_warning(bits: int, secret: dict[str, object]) -> None:
    assert outcome(True, bits=bits, secret=secret) == (1, 0, 0)
    assert outcome(False, bits=bits, secret=secret) == (1, 0, 1)


@pytest.mark.parametrize(
    ("bits", "secret"),
    [(50, described(8, LOWER, UPPER, DIGIT)), (27, described(8, DIGIT))],
)
def test_the_examples_of_the_grid_are_left_open(bits: int, secret: dict[str, object]) -> None:
    assert outcome(True, bits=bits, secret=secret) == (0, 0, 0)
    assert outcome(False, bits=bits, secret=secret) == (0, 0, 0)


def test_a_refusal_proves_nothing_when_a_strong_secret_is_refused_too() -> None:
    assert outcome(False, False, bits=50, secret=described(8, LOWER)) == (0, 0, 0)


@pytest.mark.parametrize(
    "secret", [{}, {"length": "8", "classes": [LOWER]}, {"length": 8, "classes": ["emojis"]}]
)
def test_a_secret_that_is_not_described_is_no_subject(secret: dict[str, object]) -> None:
    assert outcome(True, bits=50, secret=secret) == (0, 0, 0)


@pytest.mark.parametrize(
    ("secret", "reused", "wrong"),
    [
        (described(14, LOWER, UPPER, DIGIT, SIGN), False, True),
        (described(15, LOWER, UPPER, DIGIT), False, True),
        (described(15, LOWER, UPPER, DIGIT, SIGN), True, True),
        (described(15, LOWER, UPPER, DIGIT, SIGN), False, False),
    ],
)
def test_a_privileged_secret_has_fifteen_characters_of_four_classes_and_is_new(
    secret: dict[str, object], reused: bool, wrong: bool
) -> None:
    assert outcome(True, privileged=secret, reused=reused) == (1, int(wrong), 0)
