"""A refusal proves nothing alone: without its permitted twin, the rules have no subject."""

from __future__ import annotations

import pytest

from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.releve import AttemptReleve, CallSeen, CallsReleve
from harness.validators.engine import judge, rules_named

TRAITS = {"birth_name": "D'ORVAL", "birth_date": "1979-03-14", "matricule": "279037505600134"}
PEOPLE = {"forbidden": "B", "twin": "A", "marker": "C"}


def raw(text: str) -> Artefact:
    return Artefact("réponse", text.encode(), "application/json")


def examined(answer: str, control: str) -> tuple[int, int]:
    check = Check({"answer": raw(answer), "control": raw(control)}, {"traits": TRAITS})
    (outcome,) = judge(check, rules_named("AUT-02"), named=False).outcomes
    return outcome.examined, len(outcome.errors)


def test_a_control_that_shows_nobody_proves_nothing() -> None:
    assert examined("{}", "{}") == (0, 0)
    assert examined("{}", '{"nom": "D\'ORVAL"}') == (1, 0)


@pytest.mark.parametrize(
    "answer",
    [
        '{"nom": "D\\u0027ORVAL"}',
        '{"ne": "14/03/1979"}',
        '{"ne": "19790314"}',
        '{"ins": "2 79 03 75 056 001 34"}',
        "<p>d&#39;Orval</p>",
    ],
)
def test_any_writing_of_a_trait_gives_it_away(answer: str) -> None:
    assert examined(answer, '{"nom": "D\'ORVAL"}') == (1, 1)


@pytest.mark.parametrize(
    ("reached", "count"),
    [(("A", "C"), 1), (("A",), 0), (("C",), 0), (("C", "A"), 0), ((), 0)],
)
def test_silence_needs_its_twin_then_its_marker(reached: tuple[str, ...], count: int) -> None:
    calls = CallsReleve("INSi", tuple(CallSeen("", who, "traits") for who in reached))
    check = Check(
        {
            "attempt": AttemptReleve("appel INSi", accepted=False).artefact("tentative"),
            "control": AttemptReleve("appel INSi", accepted=True).artefact("jumeau"),
            "calls": calls.artefact("appels"),
        },
        {"people": PEOPLE},
    )
    (outcome,) = judge(check, rules_named("AUT-03"), named=False).outcomes
    assert (outcome.examined, len(outcome.errors)) == (count, 0)
