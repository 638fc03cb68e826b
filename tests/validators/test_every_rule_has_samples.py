"""Each rule has a conforming sample that it examines and a faulty one that it sees."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from harness.catalogue import UnknownId, load_catalogue
from harness.model.check import Judgement
from harness.validators.engine import FORMATS, Rule, all_rules, judge, rules_of
from tests.validators.samples import MESSAGES, conforming, faulty, sample_check


@cache
def judged(path: Path, format_name: str) -> Judgement:
    return judge(sample_check(path), rules_of(format_name), named=False)


def identity(rule: Rule) -> str:
    return rule.id


@pytest.mark.parametrize("rule", all_rules(), ids=identity)
def test_rule_examines_a_conforming_sample_without_error(rule: Rule) -> None:
    outcomes = [
        outcome
        for path in conforming(rule.format)
        for outcome in judged(path, rule.format).outcomes
        if outcome.rule_id == rule.id and outcome.examined
    ]
    assert outcomes, f"{rule.id}: no conforming sample has a subject for it"
    assert not [o for o in outcomes if o.errors], f"{rule.id} faults a conforming sample"


@pytest.mark.parametrize("rule", all_rules(), ids=identity)
def test_rule_faults_its_faulty_samples_alone(rule: Rule) -> None:
    samples = faulty(rule.format, rule.id)
    assert samples, f"{rule.id}: no faulty sample under fixtures/messages/{rule.format}/fautifs"
    for path in samples:
        outcomes = judged(path, rule.format).outcomes
        seen = {outcome.rule_id for outcome in outcomes if outcome.findings}
        errors = {outcome.rule_id for outcome in outcomes if outcome.errors}
        assert rule.id in seen, f"{rule.id} sees nothing in {path.name}"
        overlapping = {other.id for other in rules_of(rule.format) if rule.id in other.overlaps}
        strangers = errors - {rule.id} - set(rule.overlaps) - overlapping
        assert not strangers, f"{path.name}: {strangers} fire too"


@pytest.mark.parametrize("rule", all_rules(), ids=identity)
def test_rule_cites_known_requirements_or_its_standard(rule: Rule) -> None:
    catalogue = load_catalogue()
    assert rule.title, f"{rule.id} has no docstring"
    assert rule.cites or rule.standard
    for cited in rule.cites:
        try:
            catalogue.requirement(cited)
        except UnknownId as problem:
            pytest.fail(f"{rule.id} cites {cited}: {problem}")


@pytest.mark.parametrize("format_name", sorted(FORMATS))
def test_no_sample_is_filed_under_an_unknown_rule(format_name: str) -> None:
    known = {rule.id for rule in rules_of(format_name)}
    folder = MESSAGES / format_name / "fautifs"
    assert {path.name for path in folder.iterdir() if path.is_dir()} <= known
