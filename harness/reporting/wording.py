"""The sentences that every report shares: the headline of a verdict and the four slots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.check import RuleOutcome
from harness.model.finding import Finding, Level
from harness.model.results import CheckResult, RequirementResult, ScenarioResult
from harness.model.verdict import ROWS, Verdict

REFERENTIALS = {"dmn-1.2.2": "DMN 1.2.2", "segur-dui": "Ségur DUI"}
"""Identifier of a referential → its name in a report."""

ROLES = {
    "subject": "pièce jugée",
    "request": "demande",
    "answer": "réponse",
    "before": "avant",
    "after": "après",
    "document": "document",
}
"""Role of an artefact in a check → what a report calls it; another role is shown as it is."""
LEVEL_WORDS = {Level.ERROR: "erreur", Level.WARNING: "avertissement"}


@dataclass(frozen=True, slots=True)
class SlottedFinding:
    """A finding with what surrounds it: its rule, its effective level, the exigences cited."""

    finding: Finding
    rule_id: str
    level: Level
    cites: tuple[str, ...]

    @property
    def line(self) -> str:
        """Return the four slots on one line, without any markup.

        `PID-3[2] — attendu : … · constaté : … · question ? · règle V2-PID-09 · INS/va1.53`
        """
        return " · ".join(self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the pieces of the line, for a report that has room for one below the other."""
        return tuple(part for part in self._parts() if part)

    def _parts(self) -> Iterator[str]:
        finding = self.finding
        yield f"{flat(finding.at)} — attendu : {flat(finding.expected)}"
        yield f"constaté : {flat(finding.found)}"
        yield flat(finding.hint)
        yield f"règle {self.rule_id}"
        yield ", ".join(self.cites)


def flat(text: str) -> str:
    """Return the text on one line, its control characters made visible.

    Vendor text may hold line breaks that would fake a slot, or escapes that a terminal obeys.
    """
    line = " ".join(text.split())
    return "".join(char if char.isprintable() else f"\\x{ord(char):02X}" for char in line)


def headline(verdict: Verdict, reason: str) -> str:
    """Return the first line said of a verdict; it always begins with the report word."""
    row = ROWS[verdict]
    return f"{row.word} — {flat(reason) or row.meaning}"


def findings_of_outcome(outcome: RuleOutcome, cites: tuple[str, ...]) -> tuple[SlottedFinding, ...]:
    """Return the findings of one rule, each with its effective level."""
    return tuple(
        SlottedFinding(found, outcome.rule_id, found.level or outcome.level, cites)
        for found in outcome.findings
    )


def findings_of_check(check: CheckResult) -> tuple[SlottedFinding, ...]:
    """Return the findings of a check, in the order of its rules."""
    return tuple(
        found
        for outcome in check.judgement.outcomes
        for found in findings_of_outcome(outcome, check.cites.get(outcome.rule_id, ()))
    )


def findings_of(result: ScenarioResult) -> tuple[SlottedFinding, ...]:
    """Return every finding of a scenario, errors before warnings."""
    found = [one for check in result.checks for one in findings_of_check(check)]
    return tuple(sorted(found, key=lambda one: one.level is not Level.ERROR))


def outcome_line(outcome: RuleOutcome) -> str:
    """Return what one rule concluded; a success is said too, so that a log reads as evidence."""
    if outcome.unreadable:
        return f"{outcome.rule_id} — illisible : {flat(outcome.unreadable)}"
    if not outcome.examined:
        return f"{outcome.rule_id} — sans sujet : rien à examiner dans cette pièce"
    examined = _count(outcome.examined, "sujet examiné", "sujets examinés")
    errors = len(outcome.errors)
    warnings = len(outcome.findings) - errors
    if errors:
        said = _count(errors, "constat d'erreur", "constats d'erreur")
    elif warnings:
        said = f"conforme, {_count(warnings, 'avertissement', 'avertissements')}"
    else:
        said = "conforme, aucun constat"
    return f"{outcome.rule_id} — {said} ({examined})"


def item_line(result: ScenarioResult) -> str:
    """Return how a pytest item is called in a list: its official scenarios, then its title."""
    return " — ".join(part for part in (", ".join(result.scenario_ids), result.title) if part)


def requirement_line(result: RequirementResult) -> str:
    """Return the state of an exigence on one line: id, word, title and remark."""
    remark = f" ({flat(result.remark)})" if result.remark else ""
    return f"{result.id} — {ROWS[result.verdict].word}{remark} — {flat(result.title)}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
