"""What the banc holds: coverage of the exigences, and the card of any id."""

from __future__ import annotations

import json
from pathlib import Path

from harness.catalogue import Coverage, DeclaredScenario, RuleRef, coverage, load_catalogue, show
from harness.catalogue.scan import declared_in
from harness.validators.engine import all_rules

SCENARIOS = Path(__file__).parent.parent / "scenarios"


def covered() -> Coverage:
    """Return the coverage of the catalogue by the scenarios and rules of this checkout."""
    rules, declared = _held()
    return coverage(load_catalogue(), declared, rules)


def coverage_json(found: Coverage) -> str:
    """Return the coverage as the documented JSON contract."""
    return json.dumps(found.as_json(), ensure_ascii=False, indent=1)


def card(official_id: str) -> str:
    """Return the card of an exigence, a scenario, a proof or a rule.

    Raises `UnknownId` with near matches for an unknown id.
    """
    rules, declared = _held()
    return show(official_id, load_catalogue(), declared, rules)


def _held() -> tuple[list[RuleRef], tuple[DeclaredScenario, ...]]:
    rules = [RuleRef(one.id, one.cites, one.title, one.standard, one.module) for one in all_rules()]
    return rules, declared_in(SCENARIOS, [one.id for one in rules])
