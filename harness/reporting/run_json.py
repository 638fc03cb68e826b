"""Writes `run.json`, the run as machines read it: see `docs/contrats.md` for its contract."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.model.check import RuleOutcome
from harness.model.results import (
    CheckResult,
    FiledProof,
    RequirementResult,
    RunReport,
    ScenarioResult,
)
from harness.reporting.scrub import scrubbed
from harness.reporting.wording import findings_of_outcome

CONTRACT = 1
"""Raised when a key of the contract changes its meaning or goes; added keys leave it."""


def write_run_json(report: RunReport, path: Path) -> None:
    """Write the run, whole or not at all. Raises `OSError` when the disk refuses."""
    text = json.dumps(run_object(report), ensure_ascii=False, indent=1)
    # A reader never meets half a file: it is made beside, then takes the name.
    beside = path.with_name(f"{path.name}.partiel")
    beside.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    beside.replace(path)


def run_object(report: RunReport) -> dict[str, Any]:
    """Return the JSON object of a run, its keys always in the same order."""
    report = scrubbed(report)
    return {
        "contract": CONTRACT,
        "target": report.target,
        "target_file": report.target_file,
        "vendor": report.vendor,
        "versions": dict(report.versions),
        "seed": report.seed,
        "profile": dict(report.profile),
        "services": dict(report.services),
        "started": report.started.isoformat(),
        "ended": report.ended.isoformat(),
        "interrupted": report.interrupted,
        "notes": list(report.notes),
        "verdicts": {verdict.value: number for verdict, number in report.counts.items()},
        "requirements": [_requirement(one) for one in report.requirements],
        "scenarios": [_scenario(one) for one in report.scenarios],
    }


def _requirement(result: RequirementResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "verdict": result.verdict.value,
        "scenarios": list(result.scenarios),
        "title": result.title,
        "referential": result.referential,
        "remark": result.remark,
        "reason": result.reason,
        "source": result.source,
        "declaration": result.declaration,
        "missing_proofs": [
            {"id": one.id, "kind": one.kind.value, "title": one.title}
            for one in result.missing_proofs
        ],
    }


def _scenario(result: ScenarioResult) -> dict[str, Any]:
    return {
        "id": result.id,
        "verdict": result.verdict.value,
        "checks": [_check(one) for one in result.checks],
        "title": result.title,
        "behaviour": result.behaviour,
        "theme": result.theme,
        "reason": result.reason,
        "requirements": list(result.requirement_ids),
        "applicable": list(result.applicable_ids),
        "scenarios": list(result.scenario_ids),
        "proofs": [_proof(one) for one in result.proofs],
        "started": _instant(result.started),
        "duration": round(result.duration, 3),
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "title": check.title,
        "verdict": check.judgement.verdict.value,
        "reason": check.judgement.reason,
        "artefacts": {
            role: {"name": one.name, "media_type": one.media_type, "piece": one.sha256}
            for role, one in check.artefacts.items()
        },
        "rules": [_rule(one, check.cites.get(one.rule_id, ())) for one in check.judgement.outcomes],
    }


def _rule(outcome: RuleOutcome, cites: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": outcome.rule_id,
        "level": outcome.level.value,
        "examined": outcome.examined,
        "digest": outcome.digest,
        "cites": list(cites),
        "unreadable": outcome.unreadable,
        "findings": [
            {
                "level": one.level.value,
                "at": one.finding.at,
                "expected": one.finding.expected,
                "found": one.finding.found,
                "hint": one.finding.hint,
            }
            for one in findings_of_outcome(outcome, cites)
        ],
    }


def _proof(proof: FiledProof) -> dict[str, Any]:
    pieces = [
        {"name": one.name, "media_type": one.media_type, "piece": one.sha256}
        for one in proof.artefacts
    ]
    return {"id": proof.id, "title": proof.title, "empty": proof.empty, "pieces": pieces}


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
