"""One run of scenarios: what is selected, what applies, and the report that it gives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harness import __version__
from harness.catalogue import (
    Catalogue,
    UnknownId,
    applicability,
    load_catalogue,
    scenario_applicability,
)
from harness.dossier import Dossier
from harness.marks import Declared
from harness.model.problems import ConfigurationProblem
from harness.model.requirement import HARNESS_CAN_MAKE, ExpectedProof, Requirement
from harness.model.results import FiledProof, RequirementResult, RunReport, ScenarioResult
from harness.model.verdict import Verdict, worst

if TYPE_CHECKING:
    from harness.evidence.journal import Journal
    from harness.evidence.recorder import Recorder
    from harness.targets.target import Target

FAILED = {Verdict.NON_CONFORM, Verdict.INCONCLUSIVE, Verdict.HARNESS_ERROR}


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user chose to run; empty means everything."""

    requirements: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    failed_from: Path | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A scenario as collected: a pytest item with what its marks declare."""

    id: str
    behaviour: str
    theme: str
    requirements: tuple[str, ...]
    declared: Declared


@dataclass(frozen=True, slots=True)
class Applicable:
    """The exigences of an item that the target retains, or why none is."""

    ids: tuple[str, ...]
    reason: str = ""


def known_ids(ids: Iterable[str], catalogue: Catalogue) -> None:
    """Check ids given by the user. Raises `ConfigurationProblem` with near matches."""
    for wanted in ids:
        try:
            catalogue.requirement(_requirement_id(wanted, catalogue))
        except UnknownId as problem:
            raise ConfigurationProblem(str(problem.args[0])) from None


def _requirement_id(wanted: str, catalogue: Catalogue) -> str:
    try:
        return catalogue.requirement_of(wanted).id
    except UnknownId:
        return wanted


def selected(item: Item, selection: Selection, failed: frozenset[str] | None) -> bool:
    """Say whether an item is selected: its exigences, scenarios, theme, or past failure."""
    wanted = set(selection.requirements)
    if wanted and not wanted & {*item.requirements, *item.declared.ids}:
        return False
    if selection.themes and item.theme not in selection.themes:
        return False
    return failed is None or item.id in failed


def failed_items(folder: Path) -> frozenset[str]:
    """Return the items that failed in an earlier run.

    Raises `ConfigurationProblem` when the folder holds no readable `run.json`.
    """
    path = folder / "run.json" if folder.is_dir() else folder
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        return frozenset(s["id"] for s in report["scenarios"] if Verdict(s["verdict"]) in FAILED)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = "absent" if isinstance(error, FileNotFoundError) else f"illisible : {error}"
        raise ConfigurationProblem(
            f"--failed-from {folder} : run.json {why} ; donnez le dossier "
            "d'une exécution, par exemple reports/20260101-120000"
        ) from error


def applicable(item: Item, target: Target, catalogue: Catalogue) -> Applicable:
    """Return the exigences of an item that apply to the target, or the reason why none does."""
    profile, held = target.profile, target.referentials
    form = "ri" if profile.is_identity_reference else "esclave"
    if item.declared.only not in ("", form):
        other = "un référentiel d'identités" if form == "esclave" else "un esclave de l'identité"
        return Applicable((), f"forme du scénario prévue pour {other} (source : DMN 1.2.2)")
    kept: list[str] = []
    reasons: list[str] = []
    for requirement_id in item.requirements:
        requirement = catalogue.requirement(requirement_id)
        ruling = applicability(requirement, profile, held, catalogue)
        own = [s.id for s in requirement.scenarios if s.id in item.declared.ids]
        if ruling.applies and own:
            rulings = [scenario_applicability(one, profile, held, catalogue) for one in own]
            ruling = next((one for one in rulings if one.applies), rulings[0])
        if ruling.applies:
            kept.append(requirement_id)
        elif requirement.referential in held:
            reasons.append(f"{requirement_id} : {ruling}")
    return Applicable(tuple(kept), " ; ".join(reasons) if not kept else "")


class Bench(Protocol):
    """What a session asks of a workbench, or of a controller that has none."""

    target_file: Path
    target: Target | None
    seed: int
    folder: Path
    journal: Journal
    recorder: Recorder

    @property
    def services(self) -> dict[str, str]:
        """Return each national service, said simulated or real, and its address."""

    def close(self) -> None:
        """Stop what was started."""


@dataclass
class Session:
    """The results of a run as they come, and the report at its end."""

    bench: Bench
    catalogue: Catalogue = field(default_factory=load_catalogue)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    results: list[ScenarioResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def target(self) -> Target:
        """Return the target under test."""
        assert self.bench.target is not None
        return self.bench.target

    def result(
        self,
        item: Item,
        kept: Applicable,
        dossier: Dossier | None,
        outcome: tuple[Verdict, str],
        started: datetime,
        duration: float,
    ) -> ScenarioResult:
        """File the result of one item and return it."""
        verdict, reason = outcome
        filed = dossier.proofs if dossier else ()
        found = ScenarioResult(
            id=item.id,
            title=item.declared.title,
            behaviour=item.behaviour,
            theme=item.theme,
            requirement_ids=item.requirements,
            applicable_ids=kept.ids,
            scenario_ids=item.declared.ids,
            verdict=verdict,
            reason=reason,
            checks=dossier.checks if dossier else (),
            proofs=(*filed, *self._empty_slots(item, kept, filed)),
            started=started,
            duration=duration,
        )
        self.results.append(found)
        self.bench.journal.record(
            "verdict", {"scenario": item.id, "verdict": verdict, "reason": reason}
        )
        return found

    def _empty_slots(
        self, item: Item, kept: Applicable, filed: tuple[FiledProof, ...]
    ) -> Iterable[FiledProof]:
        """Yield the numbered proofs of the item's scenarios that only another body can give."""
        numbers = {proof.id for proof in filed}
        for requirement_id in kept.ids:
            for one in self.catalogue.requirement(requirement_id).scenarios:
                for proof in one.proofs if one.id in item.declared.ids else ():
                    if proof.id not in numbers and proof.kind not in HARNESS_CAN_MAKE:
                        yield FiledProof(proof.id, proof.title)

    def report(self) -> RunReport:
        """Return the run as every report serialises it."""
        target = self.target
        profile = target.profile
        return RunReport(
            target=target.name,
            target_file=self.bench.target_file.name,
            vendor=target.software.vendor,
            versions={
                "banc": __version__,
                "cible": target.software.version,
                "fr-core": target.versions.fr_core,
                "referentiels": ", ".join(target.referentials),
            },
            seed=self.bench.seed,
            profile={
                name: str(getattr(profile, name)) for name in type(profile).__dataclass_fields__
            },
            services=self.bench.services,
            started=self.started,
            ended=datetime.now(UTC),
            scenarios=tuple(self.results),
            requirements=tuple(self._requirements()),
            notes=tuple(dict.fromkeys(self.notes)),
            interrupted=self.interrupted,
        )

    def _requirements(self) -> Iterable[RequirementResult]:
        for requirement in self.catalogue:
            if requirement.referential in self.target.referentials:
                yield self._requirement(requirement)

    def _requirement(self, requirement: Requirement) -> RequirementResult:
        ruling = applicability(
            requirement, self.target.profile, self.target.referentials, self.catalogue
        )
        if not ruling.applies:
            return RequirementResult(
                requirement.id,
                requirement.title,
                requirement.referential,
                Verdict.NOT_APPLICABLE,
                reason=ruling.reason,
                source=ruling.source,
                declaration=ruling.declaration,
            )
        counted = [r for r in self.results if requirement.id in r.applicable_ids]
        return RequirementResult(
            requirement.id,
            requirement.title,
            requirement.referential,
            worst(result.verdict for result in counted),
            tuple(result.id for result in counted),
            reason=_reason(requirement, counted),
            source=requirement.source,
            missing_proofs=tuple(self._missing_proofs(requirement, counted)),
        )

    def _missing_proofs(
        self, requirement: Requirement, counted: list[ScenarioResult]
    ) -> Iterable[ExpectedProof]:
        filed = {proof.id for result in counted for proof in result.proofs if not proof.empty}
        for one in requirement.scenarios:
            ruling = scenario_applicability(
                one, self.target.profile, self.target.referentials, self.catalogue
            )
            for proof in one.proofs if ruling.applies else ():
                if proof.id not in filed and proof.kind not in HARNESS_CAN_MAKE:
                    yield proof


def _reason(requirement: Requirement, counted: list[ScenarioResult]) -> str:
    if not counted:
        return requirement.coverage_reason or "aucun scénario n'a été joué"
    state = worst(result.verdict for result in counted)
    return " ; ".join(dict.fromkeys(r.reason for r in counted if r.verdict is state and r.reason))
