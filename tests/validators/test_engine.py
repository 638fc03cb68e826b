"""The engine counts subjects, never lets an idle rule pass, and gives the same verdict twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.finding import Finding, Level
from harness.model.problems import Unreadable
from harness.model.verdict import Verdict
from harness.validators.engine import Rule, judge, rule, rules_named


def words(check: Check) -> list[str]:
    return check.read(lambda artefact: artefact.content.decode().split()) or []


def a_rule(rule_id: str = "V2-PID-09", each: object = words, level: Level = Level.ERROR) -> Rule:
    def judge_word(word: str, check: Check) -> Iterator[Finding]:
        if word == "faux":
            yield Finding(at="mot", expected="vrai", found=word)

    module = rules_named("V2-PID-09")[0].module
    return Rule(rule_id, "titre", each, judge_word, (), "essai", level, module=module)  # type: ignore[arg-type]


def a_check(text: str) -> Check:
    return Check.of(Artefact("texte", text.encode(), "text/plain"))


def test_a_rule_counts_its_subjects() -> None:
    judgement = judge(a_check("vrai vrai"), [a_rule()])

    assert judgement.outcomes[0].examined == 2
    assert judgement.verdict is Verdict.CONFORM


def test_one_error_is_non_conform() -> None:
    judgement = judge(a_check("vrai faux"), [a_rule()])

    assert judgement.verdict is Verdict.NON_CONFORM
    assert judgement.outcomes[0].errors[0].found == "faux"


def test_a_warning_is_not_an_error() -> None:
    assert judge(a_check("faux"), [a_rule(level=Level.WARNING)]).verdict is Verdict.CONFORM


def test_a_named_rule_without_subject_is_inconclusive() -> None:
    assert judge(a_check(""), [a_rule()]).verdict is Verdict.INCONCLUSIVE


def test_off_line_a_rule_without_subject_is_only_listed() -> None:
    rules = [a_rule(), a_rule(each=lambda check: [])]

    assert judge(a_check("vrai"), rules, named=False).verdict is Verdict.CONFORM
    assert judge(a_check(""), rules, named=False).verdict is Verdict.INCONCLUSIVE


def test_unreadable_bytes_are_inconclusive_and_say_why() -> None:
    def broken(check: Check) -> list[str]:
        raise Unreadable("octets illisibles")

    judgement = judge(a_check("vrai"), [a_rule(each=broken)])

    assert (judgement.verdict, judgement.reason) == (Verdict.INCONCLUSIVE, "octets illisibles")


def test_judging_twice_gives_the_same_judgement() -> None:
    check = a_check("vrai faux")

    assert judge(check, [a_rule()]) == judge(check, [a_rule()])


def test_a_rule_must_cite() -> None:
    with pytest.raises(ValueError, match="cites"):
        rule("V2-PID-09", each=words)


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(KeyError, match="V2-PID-99"):
        rules_named("V2-PID-99")
