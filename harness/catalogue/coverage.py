"""Exigences × scenarios × rules: what is covered, how, and what stands alone.

`automatic` is computed from the scenarios that exist; the tables only say what is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from harness.catalogue.entries import Catalogue
from harness.model.requirement import CoverageKind, Requirement

KIND_WORDS: dict[CoverageKind, str] = {
    CoverageKind.AUTOMATIC: "automatique",
    CoverageKind.ATTENDED: "accompagnée (une personne agit)",
    CoverageKind.DOCUMENTARY: "documentaire",
    CoverageKind.PLANNED: "prévue",
    CoverageKind.TO_IMPORT: "à importer",
}
JUDGED_OFF_LINE = frozenset({"hl7v2", "fhir", "insi", "ins", "datamatrix", "export", "traces"})
"""Formats whose rules `banc judge` always runs: such a rule needs no scenario that names it."""


@dataclass(frozen=True, slots=True)
class RuleRef:
    """What coverage needs to know of a rule. `standard` names the clause when nothing is cited."""

    id: str
    cites: tuple[str, ...] = ()
    title: str = ""
    standard: str = ""
    module: str = ""
    """Dotted name of the module that holds the rule (`harness.validators.hl7v2.rules_pid`)."""

    @property
    def format(self) -> str:
        """Return the folder of `harness/validators` that holds the rule, or the empty string."""
        parts = self.module.split(".")
        return parts[2] if len(parts) > 2 else ""


@dataclass(frozen=True, slots=True)
class DeclaredScenario:
    """A test of `scenarios/`: the exigences and official scenarios it declares.

    `item` is its pytest name (`scenarios/ins/test_x.py::test_y`); `rule_ids` are the rules that
    its code names, where known.
    """

    item: str
    requirement_ids: tuple[str, ...]
    scenario_ids: tuple[str, ...]
    attended: bool = False
    rule_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Orphan:
    """Something that nothing answers to. `kind` is `règle`, `scénario` or `exigence`."""

    kind: str
    id: str
    why: str


@dataclass(frozen=True, slots=True)
class RequirementCoverage:
    """How one exigence is covered, by which tests, and which of its scenarios no test plays."""

    id: str
    how: CoverageKind
    reason: str
    items: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Return True when tests play some of its scenarios and not the others."""
        return bool(self.items and self.missing)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts over the whole catalogue. The four kinds add up to `requirements`."""

    requirements: int
    scenarios: int
    automatic: int
    attended: int
    documentary: int
    planned: int
    to_import: int
    orphans: tuple[Orphan, ...] = ()
    rows: tuple[RequirementCoverage, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        """Return the French account: counts, exigences by kind, orphans."""
        whole = f"{self.requirements} ({self.scenarios} scénarios de conformité)"
        lines = [f"Exigences du catalogue : {whole}"]
        for kind in _KINDS:
            count = getattr(self, kind)
            beside = f", dont {self.partial} en partie" if kind == "automatic" else ""
            lines.append(f"  {KIND_WORDS[CoverageKind(kind)]} : {count}{beside}")
        lines.append(f"À importer du tableau officiel : {self.to_import} exigences annoncées")
        lines.append(f"Orphelins : {len(self.orphans)}")
        lines += [f"  {o.kind} {o.id} : {o.why}" for o in self.orphans]
        return "\n".join(lines)

    @property
    def partial(self) -> int:
        """Return how many exigences are covered for some of their scenarios only."""
        return sum(row.partial for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Return the object that `banc coverage --json` prints."""
        counts = ("requirements", "scenarios", *_KINDS, "to_import")
        return {
            **{name: getattr(self, name) for name in counts},
            "orphans": [{"kind": o.kind, "id": o.id, "why": o.why} for o in self.orphans],
        }


_KINDS = ("automatic", "attended", "documentary", "planned")


def coverage(
    catalogue: Catalogue,
    declared: Iterable[DeclaredScenario],
    rules: Iterable[RuleRef],
    *,
    named_rules: Iterable[str] = (),
    judged_off_line: Collection[str] = JUDGED_OFF_LINE,
) -> Coverage:
    """Cross the catalogue with the tests declared by `scenarios/` and with the rules.

    `named_rules` adds to the rules that `declared` say they name. A rule of a format of
    `judged_off_line` is at work without any scenario.
    """
    declared, rules = tuple(declared), tuple(rules)
    rows = tuple(_row(catalogue, requirement, declared) for requirement in catalogue)
    count = Counter(row.how for row in rows)
    named = {rule_id for one in declared for rule_id in one.rule_ids} | set(named_rules)
    return Coverage(
        requirements=len(catalogue),
        scenarios=len(catalogue.scenarios),
        **{kind: count[CoverageKind(kind)] for kind in _KINDS},
        to_import=sum(entry.count for entry in catalogue.to_import),
        orphans=(
            *_orphan_rules(catalogue, rules, named, judged_off_line),
            *_orphan_scenarios(catalogue, declared, {rule.id for rule in rules}),
            *_orphan_requirements(catalogue, rows),
        ),
        rows=rows,
    )


def played_scenarios(
    catalogue: Catalogue, requirement: Requirement, one: DeclaredScenario
) -> frozenset[str] | None:
    """Return the scenarios of the exigence that a test plays, itself or by a twin.

    None when the test does not play the exigence at all. A twin counts only when the test cites
    the exigence: twins share checks, not verdicts.
    """
    own = {scenario.id for scenario in requirement.scenarios}
    played = own.intersection(one.scenario_ids)
    if requirement.id not in one.requirement_ids:
        return frozenset(played) or None
    known = [key for key in one.scenario_ids if catalogue.knows(key)]
    played |= own.intersection(
        twin for key in known if key in catalogue.scenario_ids for twin in catalogue.twins(key)
    )
    if played or not own:
        return frozenset(played)
    # The cross-walk ties some exigences (INS/va1.60) without saying which scenario is which.
    parents = {catalogue.requirement_of(key).id for key in known if key in catalogue.scenario_ids}
    return frozenset() if parents.intersection(requirement.twins) else None


def _row(
    catalogue: Catalogue, requirement: Requirement, declared: tuple[DeclaredScenario, ...]
) -> RequirementCoverage:
    playing = {
        one: played
        for one in declared
        if (played := played_scenarios(catalogue, requirement, one)) is not None
    }
    how = requirement.coverage
    reason = requirement.coverage_reason
    if playing:
        by_person = all(one.attended for one in playing)
        # A test may judge what a written proof speaks of: the proof is still to be given.
        remains = reason if how is CoverageKind.DOCUMENTARY else ""
        reason = "une personne agit, le banc recueille et juge" if by_person else remains
        how = CoverageKind.ATTENDED if by_person else CoverageKind.AUTOMATIC
    elif how is CoverageKind.AUTOMATIC:
        how, reason = CoverageKind.PLANNED, "aucun scénario du banc ne la joue encore"
    covered = frozenset().union(*playing.values())
    return RequirementCoverage(
        requirement.id,
        how,
        reason,
        tuple(one.item for one in playing),
        tuple(s.id for s in requirement.scenarios if s.id not in covered),
    )


def _orphan_rules(
    catalogue: Catalogue,
    rules: tuple[RuleRef, ...],
    named: set[str],
    judged_off_line: Collection[str],
) -> Iterable[Orphan]:
    for rule in rules:
        for cited in rule.cites:
            if not catalogue.knows(cited):
                yield Orphan("règle", rule.id, f"cite « {cited} », absent du catalogue")
        if not rule.cites and not rule.standard:
            yield Orphan("règle", rule.id, "ne cite ni exigence ni norme")
        if rule.id not in named and rule.format not in judged_off_line:
            yield Orphan(
                "règle", rule.id, "aucun scénario ne la nomme, et banc judge ne l'emploie pas"
            )


def _orphan_scenarios(
    catalogue: Catalogue, declared: tuple[DeclaredScenario, ...], rule_ids: set[str]
) -> Iterable[Orphan]:
    for one in declared:
        for key in one.requirement_ids:
            if key not in catalogue.requirement_ids:
                yield Orphan("scénario", one.item, f"déclare l'exigence « {key} », inconnue")
        for key in one.scenario_ids:
            if key not in catalogue.scenario_ids:
                yield Orphan("scénario", one.item, f"déclare le scénario « {key} », inconnu")
        for key in one.rule_ids:
            if key not in rule_ids:
                yield Orphan("scénario", one.item, f"nomme la règle « {key} », inconnue")
        if not one.requirement_ids and not one.scenario_ids:
            yield Orphan("scénario", one.item, "ne déclare ni exigence ni scénario officiel")


def _orphan_requirements(
    catalogue: Catalogue, rows: tuple[RequirementCoverage, ...]
) -> Iterable[Orphan]:
    for row in rows:
        meant = catalogue.requirement(row.id).coverage
        if meant is CoverageKind.AUTOMATIC and not row.items:
            yield Orphan("exigence", row.id, "annoncée automatique, sans scénario du banc")
