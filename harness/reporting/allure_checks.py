"""The steps, the judgements and the proofs of a scenario as steps of its Allure result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from harness.model.artefact import Artefact
from harness.model.check import RuleOutcome
from harness.model.finding import Level
from harness.model.results import CheckResult, FiledProof
from harness.model.verdict import ROWS, Verdict
from harness.reporting.steps import Step
from harness.reporting.wording import (
    LEVEL_WORDS,
    ROLES,
    findings_of_outcome,
    headline,
    outcome_line,
)

Attach = Callable[[Artefact, str], Any]
"""Writes an artefact under a name and returns the reference that a step holds."""


def simple_step(name: str, status: str, message: str = "") -> Any:
    """Return an Allure step without children; `status` is one of Allure's words."""
    from allure_commons.model2 import StatusDetails, TestStepResult

    details = StatusDetails(message=message) if message else None
    return TestStepResult(name=name, status=status, statusDetails=details)


def step_result(step: Step, attach: Attach) -> Any:
    """Return a step of the dossier, with its pieces and the steps inside it."""
    made = simple_step(step.title, step.status.value, step.message)
    made.start, made.stop = milliseconds(step.started), milliseconds(step.ended)
    made.attachments = [attach(piece, piece.name) for piece in step.attachments]
    made.steps = [step_result(child, attach) for child in step.children]
    return made


def milliseconds(at: datetime | None, seconds: float = 0.0) -> int | None:
    """Return an instant, `seconds` later, in milliseconds since 1970."""
    return None if at is None else round((at.timestamp() + seconds) * 1000)


def set_instant(steps: Iterable[Any], at: int | None) -> None:
    """Give judgements, which take no time of their own, the instant `at` (ms since 1970)."""
    for step in steps:
        step.start = step.stop = at
        set_instant(step.steps, at)


def checks_steps(checks: Iterable[CheckResult], attach: Attach) -> list[Any]:
    """Return one step a check, holding one step a rule and the judged pieces."""
    return [_check_step(check, attach) for check in checks]


def _check_step(check: CheckResult, attach: Attach) -> Any:
    judgement = check.judgement
    word = ROWS[judgement.verdict].word
    step = simple_step(f"{check.title} — {word}", ROWS[judgement.verdict].allure)
    if judgement.verdict is not Verdict.CONFORM:
        step = simple_step(step.name, step.status, headline(judgement.verdict, judgement.reason))
    several = len(check.artefacts) > 1
    step.attachments = [
        attach(one, f"{one.name} ({ROLES.get(role, role)})" if several else one.name)
        for role, one in check.artefacts.items()
    ]
    step.steps = [
        _rule_step(outcome, check.cites.get(outcome.rule_id, ()), judgement.verdict)
        for outcome in judgement.outcomes
    ]
    return step


def _rule_step(outcome: RuleOutcome, cites: tuple[str, ...], verdict: Verdict) -> Any:
    step = simple_step(outcome_line(outcome), _rule_status(outcome, verdict))
    step.steps = [
        simple_step(
            f"{LEVEL_WORDS[found.level].capitalize()} — {found.line}",
            "failed" if found.level is Level.ERROR else "skipped",
        )
        for found in findings_of_outcome(outcome, cites)
    ]
    return step


def _rule_status(outcome: RuleOutcome, verdict: Verdict) -> str:
    if outcome.errors:
        return "failed"
    if outcome.examined and not outcome.unreadable:
        return "passed"
    return "failed" if verdict is Verdict.INCONCLUSIVE else "skipped"


def proofs_steps(proofs: Iterable[FiledProof], attach: Attach) -> list[Any]:
    """Return the step of the numbered proofs; an empty slot is said, never left out.

    A piece filed under several numbers at once (twin exigences) is shown once, under all of them.
    """
    filed: dict[tuple[object, ...], list[FiledProof]] = {}
    for proof in proofs:
        pieces = tuple(one.sha256 for one in proof.artefacts) or (proof.id,)
        filed.setdefault((proof.title, *pieces), []).append(proof)
    if not filed:
        return []
    whole = simple_step("Preuves du dossier", "passed")
    whole.steps = [_proof_step(same, attach) for same in filed.values()]
    return [whole]


def _proof_step(same: list[FiledProof], attach: Attach) -> Any:
    numbers = ", ".join(proof.id for proof in same)
    proof = same[0]
    title = f"{numbers} — {proof.title}"
    if proof.empty:
        return simple_step(f"{title} — emplacement vide, pièce à fournir", "skipped")
    step = simple_step(title, "passed")
    step.attachments = [attach(one, f"{numbers} — {one.name}") for one in proof.artefacts]
    return step
