"""Judges HL7 v2 bytes by every rule, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Check, Judgement, Settings
from harness.validators.engine import judge, rules_of

CONFORMING = Path(__file__).parents[3] / "fixtures" / "messages" / "hl7v2" / "conformes"


def artefact(content: bytes) -> Artefact:
    return Artefact("message.er7", content, HL7V2_MEDIA_TYPE)


def judged(content: bytes, settings: Settings | None = None, **expected: Any) -> Judgement:
    check = Check({"subject": artefact(content)}, expected, settings or Settings())
    return judge(check, rules_of("hl7v2"), named=False)


def errors(judgement: Judgement) -> list[tuple[str, str]]:
    """Return the errors as (rule, place)."""
    return [(one.rule_id, found.at) for one in judgement.outcomes for found in one.errors]


def warned(judgement: Judgement) -> set[str]:
    """Return the rules that found something without any error."""
    return {one.rule_id for one in judgement.outcomes if one.findings and not one.errors}


def examined(judgement: Judgement) -> set[str]:
    return {one.rule_id for one in judgement.outcomes if one.examined}
