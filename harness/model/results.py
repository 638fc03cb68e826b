"""What a run gives: one result per pytest item, one per exigence, and the run as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from harness.model.artefact import Artefact
from harness.model.check import Judgement
from harness.model.requirement import ExpectedProof
from harness.model.verdict import Verdict


@dataclass(frozen=True)
class CheckResult:
    """One judged check: what was judged, under which title, and its judgement."""

    title: str
    artefacts: Mapping[str, Artefact]
    judgement: Judgement
    cites: Mapping[str, tuple[str, ...]]
    """Rule id → exigences that the rule cites."""


@dataclass(frozen=True)
class FiledProof:
    """A proof attached under its official number, or a slot left for another body to fill."""

    id: str
    title: str
    artefacts: tuple[Artefact, ...] = ()

    @property
    def empty(self) -> bool:
        """Return True for a slot that only another body can fill."""
        return not self.artefacts


@dataclass(frozen=True)
class ScenarioResult:
    """One pytest item. `id` is unique in a run; `scenario_ids` are official."""

    id: str
    title: str
    behaviour: str
    """First line of the scenario file's docstring."""
    theme: str
    requirement_ids: tuple[str, ...]
    applicable_ids: tuple[str, ...]
    """The exigences that the profile and referentials of the target retain."""
    scenario_ids: tuple[str, ...]
    verdict: Verdict
    reason: str = ""
    checks: tuple[CheckResult, ...] = ()
    proofs: tuple[FiledProof, ...] = ()
    started: datetime | None = None
    duration: float = 0.0
    """Seconds."""


@dataclass(frozen=True)
class RequirementResult:
    """The state of one exigence after a run."""

    id: str
    title: str
    referential: str
    verdict: Verdict
    scenarios: tuple[str, ...] = ()
    """Item ids that count for it."""
    reason: str = ""
    source: str = ""
    declaration: str = ""
    missing_proofs: tuple[ExpectedProof, ...] = ()
    """Proofs that only another body gives."""

    @property
    def remark(self) -> str:
        """Return what the report says beside the verdict."""
        if self.verdict is Verdict.CONFORM and self.missing_proofs:
            return "comportement conforme, pièce à fournir"
        return self.reason


@dataclass(frozen=True)
class RunReport:
    """A whole run, as every report serialises it."""

    target: str
    """Product and version of the software under test."""
    target_file: str
    vendor: str
    versions: Mapping[str, str]
    seed: int
    profile: Mapping[str, str]
    services: Mapping[str, str]
    """Each national service, simulated or real, and its address."""
    started: datetime
    ended: datetime
    scenarios: tuple[ScenarioResult, ...]
    requirements: tuple[RequirementResult, ...]
    notes: tuple[str, ...] = field(default_factory=tuple)
    """What the reader must know: no browser, allure.html not made, interrupted…"""
    interrupted: bool = False

    @property
    def counts(self) -> dict[Verdict, int]:
        """Return how many pytest items reached each verdict, every verdict present."""
        found = Counter(result.verdict for result in self.scenarios)
        return {verdict: found.get(verdict, 0) for verdict in Verdict}
