"""The dossier of one scenario: its steps, its proofs, its checks, and the verdict they give.

A scenario never judges by itself: it names artefacts and rules here, everything is collected, and
the scenario fails once, at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from harness.evidence.journal import Journal
from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check, Judgement, Settings
from harness.model.problems import Blocked, Inconclusive, Unreadable
from harness.model.results import CheckResult, FiledProof
from harness.model.verdict import ROWS, Verdict, worst
from harness.reporting.steps import Step, StepStatus
from harness.targets.base import Screen
from harness.validators.engine import Rule, judge, rules_named, rules_of


@dataclass
class _OpenStep:
    """A step while it runs."""

    title: str
    started: datetime
    attachments: list[Artefact] = field(default_factory=list)
    children: list[Step] = field(default_factory=list)
    status: StepStatus = StepStatus.DONE
    message: str = ""

    def close(self) -> Step:
        return Step(
            title=self.title,
            started=self.started,
            ended=datetime.now(UTC),
            status=self.status,
            attachments=tuple(self.attachments),
            children=tuple(self.children),
            message=self.message,
        )


class Dossier:
    """What a scenario files. One instance a test; `conclude` is called by the plugin."""

    def __init__(self, scenario: str, journal: Journal, settings: Settings) -> None:
        self.scenario = scenario
        self._journal = journal
        self._settings = settings
        self._open: list[_OpenStep] = []
        self._steps: list[Step] = []
        self._checks: list[CheckResult] = []
        self._proofs: list[FiledProof] = []
        self._review: list[str] = []
        self._raised: Exception | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps closed so far, in order."""
        return tuple(self._steps)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Return every check judged so far."""
        return tuple(self._checks)

    @property
    def proofs(self) -> tuple[FiledProof, ...]:
        """Return the proofs filed so far, under their official numbers."""
        return tuple(self._proofs)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Open a step: the French words that a reviewer reads."""
        self._journal.record("step", {"scenario": self.scenario, "title": title})
        opened = _OpenStep(title, datetime.now(UTC))
        self._open.append(opened)
        try:
            yield
        except Exception as error:  # whatever it is, the step shows it; then it goes on
            opened.status = StepStatus(ROWS[_verdict_of(error)].allure)
            opened.message = _message(error)
            if error is not self._raised:  # the step that met it shows it, not those around
                shown = getattr(error, "screens", ())
                opened.attachments.extend(a for one in shown for a in _flat(one))
            self._raised = error
            raise
        finally:
            self._open.pop()
            self._file_step(opened.close())

    def attach(self, *artefacts: Artefact | Screen) -> None:
        """Show artefacts in the step that is open, without an official number."""
        if self._open:
            self._open[-1].attachments.extend(a for one in artefacts for a in _flat(one))
        self._note_degraded(*artefacts)

    def proof(self, *words: str | Artefact | Screen) -> None:
        """File a proof: its official numbers, the artefacts, then one French caption.

        `dossier.proof("INS 34.1.1", "INS/va1.53.01.01", screen, "Fiche patient")`. Raises
        `ValueError` when an id, an artefact or the caption is missing.
        """
        artefacts = tuple(a for one in words if not isinstance(one, str) for a in _flat(one))
        texts = [one for one in words if isinstance(one, str)]
        if len(texts) < 2 or not artefacts:
            raise ValueError("proof: des numéros officiels, des pièces, puis une légende")
        *ids, caption = texts
        for proof_id in ids:
            self._proofs.append(FiledProof(proof_id, caption, artefacts))
        self._journal.record(
            "proof",
            {
                "scenario": self.scenario,
                "ids": ids,
                "caption": caption,
                "artefacts": [self._journal.artefact(one) for one in artefacts],
            },
        )
        if self._open:
            named = (replace(a, name=f"{', '.join(ids)} — {caption} ({a.name})") for a in artefacts)
            self._open[-1].attachments.extend(named)
        self._note_degraded(*(one for one in words if not isinstance(one, str)))

    def verify(
        self, *what: Artefact | str, expected: Mapping[str, Any] | None = None, **roles: Artefact
    ) -> None:
        """Judge artefacts by the named rules and file the judgement.

        An artefact given by position has the role `subject`; others are given by role. Rules are
        named by id. A rule that finds nothing to examine makes the scenario inconclusive.
        """
        subjects = [one for one in what if not isinstance(one, str)]
        rules = rules_named(*(one for one in what if isinstance(one, str)))
        artefacts = {**({SUBJECT: subjects[0]} if subjects else {}), **roles}
        self._judge(artefacts, expected or {}, rules, named=True)

    def verify_whole(
        self, formats: str, expected: Mapping[str, Any] | None = None, **roles: Artefact
    ) -> None:
        """Judge artefacts by every rule of a format; rules without subject are only listed.

        Several formats are blank-separated: `traces fhir`.
        """
        rules = tuple(rule for name in formats.split() for rule in rules_of(name))
        self._judge(roles, expected or {}, rules, named=False)

    def adopt(self, title: str, artefacts: Mapping[str, Artefact], judgement: Judgement) -> None:
        """File a judgement made elsewhere (a simulator's, on what it received)."""
        rules = {o.rule_id: rules_named(o.rule_id)[0].cites for o in judgement.outcomes}
        self._file_check(CheckResult(title, artefacts, judgement, rules), {}, datetime.now(UTC))

    def needs_review(self, reason: str) -> None:
        """Say that a person must judge a proof of this scenario."""
        if reason not in self._review:
            self._review.append(reason)

    def conclude(self, error: BaseException | None) -> tuple[Verdict, str]:
        """Return the verdict of the scenario and its reason, from its checks and what it raised."""
        reached = [(check.judgement.verdict, check.judgement.reason) for check in self._checks]
        reached += [(Verdict.REVIEW, reason) for reason in self._review]
        if error is not None:
            reached.append((_verdict_of(error), _message(error)))
        elif not self._checks:
            reached.append((Verdict.HARNESS_ERROR, "le scénario n'a rien vérifié"))
        verdict = worst(v for v, _ in reached)
        reasons = dict.fromkeys(r for v, r in reached if v is verdict and r)
        return verdict, " ; ".join(reasons)

    def _judge(
        self,
        artefacts: Mapping[str, Artefact],
        expected: Mapping[str, Any],
        rules: tuple[Rule, ...],
        *,
        named: bool,
    ) -> None:
        check = Check(artefacts, expected, self._settings)
        judgement = judge(check, rules, named=named)
        names = ", ".join(dict.fromkeys(a.name for a in artefacts.values()))
        result = CheckResult(
            f"Vérifier : {names}", artefacts, judgement, {one.id: one.cites for one in rules}
        )
        self._file_check(result, expected, check.captured_at)

    def _file_check(
        self, result: CheckResult, expected: Mapping[str, Any], captured_at: datetime
    ) -> None:
        self._checks.append(result)
        self._journal.record(
            "check",
            {
                "scenario": self.scenario,
                "title": result.title,
                "captured_at": captured_at.isoformat(),
                "artefacts": {
                    role: self._journal.artefact(one) for role, one in result.artefacts.items()
                },
                "expected": dict(expected),
                "settings": {
                    name: getattr(self._settings, name) for name in Settings.__dataclass_fields__
                },
                "verdict": result.judgement.verdict,
                "rules": [
                    {
                        "id": outcome.rule_id,
                        "digest": outcome.digest,
                        "examined": outcome.examined,
                        "findings": [
                            {
                                "level": finding.level or outcome.level,
                                "at": finding.at,
                                "expected": finding.expected,
                                "found": finding.found,
                                "hint": finding.hint,
                            }
                            for finding in outcome.findings
                        ],
                    }
                    for outcome in result.judgement.outcomes
                ],
            },
        )

    def _file_step(self, step: Step) -> None:
        if self._open:
            self._open[-1].children.append(step)
        else:
            self._steps.append(step)

    def _note_degraded(self, *artefacts: Artefact | Screen) -> None:
        if any(isinstance(one, Screen) and one.degraded for one in artefacts):
            self.needs_review(
                "aucun navigateur installé : la page HTML tient lieu de capture, à relire"
            )


def _flat(one: Artefact | Screen) -> tuple[Artefact, ...]:
    return (one.image,) if isinstance(one, Screen) else (one,)


_PROBLEMS: tuple[tuple[type[BaseException], Verdict], ...] = (
    (Blocked, Verdict.BLOCKED),
    (Inconclusive, Verdict.INCONCLUSIVE),
    (Unreadable, Verdict.INCONCLUSIVE),
)


def _verdict_of(error: BaseException) -> Verdict:
    for kind, verdict in _PROBLEMS:
        if isinstance(error, kind):
            return verdict
    return Verdict.HARNESS_ERROR


def _message(error: BaseException) -> str:
    known = _verdict_of(error) is not Verdict.HARNESS_ERROR
    return str(error) if known else f"{type(error).__name__} : {error}"
