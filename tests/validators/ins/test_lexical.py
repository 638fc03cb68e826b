"""Lexical rules of INSi, as pure functions and through the engine."""

from __future__ import annotations

import pytest

from harness.model.artefact import RELEVE_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.releve import AttemptReleve, IdentityReleve
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_of
from harness.validators.ins.lexical import NameKind, lexical_faults


def _rules(value: str, kind: NameKind) -> list[str]:
    return [fault.rule_id for fault in lexical_faults(value, kind)]


@pytest.mark.parametrize("value", ["DURAND", "D'ESTANG", "'T HOEN", "LE-GOFF--MARTIN", "A B", ""])
def test_admitted_birth_names(value: str) -> None:
    assert _rules(value, NameKind.BIRTH_NAME) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("durand", ["LEX-01"]),
        ("DURAND2", ["LEX-01"]),
        ("ŒUVRARD", ["LEX-01"]),
        ("FRANÇOIS", ["LEX-01"]),
        ("A\tB", ["LEX-01"]),
        ("-DURAND", ["LEX-02"]),
        (" DURAND", ["LEX-02"]),
        ("D''ESTANG", ["LEX-03"]),
        ("LE  GOFF", ["LEX-03"]),
        ("D 'ESTANG", ["LEX-03"]),
        ("MARIE--ANNE", ["LEX-04"]),
        ("MARIE-", ["LEX-04"]),
        ("N'", ["LEX-04"]),
        ("-É--  ", ["LEX-01", "LEX-02", "LEX-03", "LEX-04"]),
    ],
)
def test_faults_of_given_names(value: str, expected: list[str]) -> None:
    assert _rules(value, NameKind.GIVEN_NAME) == expected


def test_faults_are_told_in_french_with_a_question() -> None:
    for fault in lexical_faults("-É--  ", NameKind.GIVEN_NAME):
        assert fault.expected and fault.found and fault.hint.endswith("?")


def test_identity_kept_from_insi_is_examined() -> None:
    identity = IdentityReleve("1", "api", status="qualifiée", birth_name="DURAND", sex="M")
    judgement = judge(Check.of(identity.artefact("fiche")), rules_of("ins"), named=False)
    examined = {one.rule_id for one in judgement.outcomes if one.examined}
    assert judgement.verdict is Verdict.CONFORM
    assert examined == {"LEX-01", "LEX-02", "LEX-03", "LEX-05"}


def test_another_releve_has_no_subject() -> None:
    attempt = AttemptReleve("création", accepted=True).artefact("tentative")
    judgement = judge(Check.of(attempt), rules_of("ins"), named=False)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert not any(one.unreadable for one in judgement.outcomes)


def test_broken_releve_is_unreadable() -> None:
    broken = Artefact("fiche", b"{", RELEVE_MEDIA_TYPE)
    judgement = judge(Check.of(broken), rules_of("ins"), named=False)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert "fiche" in judgement.reason
