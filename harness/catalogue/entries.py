"""The catalogue in memory: entries by id, twins, ranges still to import, rulings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harness.catalogue.errors import UnknownId
from harness.catalogue.tables import Sources
from harness.model.requirement import CatalogueScenario, ExpectedProof, Requirement, ToImport

FAMILY_ORDER = (
    *("INS", "PSC", "ANN", "PORT", "ApCV", "ADM", "RGPD", "IEPS", "IEU"),
    *("INS/va1", "INS/PSC", "ANN/va1", "MSS/CONF", "SSI/IAM", "SSI/IE"),
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What takes exigences or scenarios out for a profile word, with its source and confidence.

    The selectors (`ids`, `families`, `profiles`, `conditions`) add up: any is enough.
    """

    when: str
    reason: str
    source: str
    confidence: str
    ids: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    referential: str = ""
    note: str = ""

    def selects(self, requirement: Requirement, scenario: CatalogueScenario | None = None) -> bool:
        """Return True when the ruling is about the requirement, or about this scenario of it."""
        if self.referential not in ("", requirement.referential):
            return False
        one = scenario or requirement
        return (
            requirement.id in self.ids
            or one.id in self.ids
            or requirement.family in self.families
            or one.profile in self.profiles
            or one.condition in self.conditions
        )


@dataclass(frozen=True, slots=True)
class Range:
    """A family still to import, with what the model's `ToImport` has no room for."""

    entry: ToImport
    title: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Catalogue:
    """Every entry, by id. Iterating gives the requirements in the order of the référentiels."""

    requirements: tuple[Requirement, ...]
    ranges: tuple[Range, ...]
    rulings: tuple[Ruling, ...]
    declarations: Mapping[str, str]
    """Referential → what replaces the proof of an exigence that does not apply."""
    sources: Sources
    corridors: Mapping[str, tuple[str, ...]]
    """Requirement id → Ségur corridors where the id was read (L, R, B, D, P)."""
    notes: Mapping[str, str]
    derived: frozenset[str]
    """Scenario and proof ids built by the naming scheme, not read in the source."""
    files: Mapping[str, str]
    _scenario_twins: Mapping[str, tuple[str, ...]] = field(repr=False)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements)

    def __len__(self) -> int:
        return len(self.requirements)

    @cached_property
    def _requirements(self) -> dict[str, Requirement]:
        return {requirement.id: requirement for requirement in self.requirements}

    @cached_property
    def _scenarios(self) -> dict[str, tuple[Requirement, CatalogueScenario]]:
        return {s.id: (r, s) for r in self.requirements for s in r.scenarios}

    @cached_property
    def _proofs(self) -> dict[str, tuple[CatalogueScenario, ExpectedProof]]:
        return {p.id: (s, p) for _, s in self._scenarios.values() for p in s.proofs}

    @property
    def scenarios(self) -> tuple[CatalogueScenario, ...]:
        """Return every scénario de conformité, in the order of the référentiels."""
        return tuple(scenario for _, scenario in self._scenarios.values())

    @property
    def proofs(self) -> tuple[ExpectedProof, ...]:
        """Return every numbered proof, in the order of the référentiels."""
        return tuple(proof for _, proof in self._proofs.values())

    @property
    def to_import(self) -> tuple[ToImport, ...]:
        """Return the ranges that wait for the official spreadsheet."""
        return tuple(one.entry for one in self.ranges)

    def requirement(self, requirement_id: str) -> Requirement:
        """Return the exigence. Raises `UnknownId`."""
        if requirement_id not in self._requirements:
            raise UnknownId(requirement_id, self._requirements, "exigence")
        return self._requirements[requirement_id]

    def scenario(self, scenario_id: str) -> CatalogueScenario:
        """Return the scénario de conformité. Raises `UnknownId`."""
        if scenario_id not in self._scenarios:
            raise UnknownId(scenario_id, self._scenarios, "scénario")
        return self._scenarios[scenario_id][1]

    def proof(self, proof_id: str) -> ExpectedProof:
        """Return the numbered proof. Raises `UnknownId`."""
        if proof_id not in self._proofs:
            raise UnknownId(proof_id, self._proofs, "preuve")
        return self._proofs[proof_id][1]

    def requirement_of(self, any_id: str) -> Requirement:
        """Return the exigence that holds an exigence, scenario or proof id. Raises `UnknownId`."""
        if any_id in self._proofs:
            any_id = self._proofs[any_id][0].id
        if any_id in self._scenarios:
            return self._scenarios[any_id][0]
        if any_id in self._requirements:
            return self._requirements[any_id]
        raise UnknownId(any_id, self.ids)

    def scenario_of(self, proof_id: str) -> CatalogueScenario:
        """Return the scenario that asks for a proof. Raises `UnknownId`."""
        self.proof(proof_id)
        return self._proofs[proof_id][0]

    def by_referential(self, referential: str) -> tuple[Requirement, ...]:
        """Return the exigences of a référentiel. Raises `UnknownId` when there is none."""
        found = tuple(r for r in self.requirements if r.referential == referential)
        if not found:
            raise UnknownId(referential, {r.referential for r in self.requirements}, "référentiel")
        return found

    def twins(self, any_id: str) -> tuple[str, ...]:
        """Return the ids of the same obligation elsewhere: of exigences for an exigence, of
        scenarios for a scenario. Raises `UnknownId`.
        """
        if any_id in self._scenarios:
            return self._scenario_twins.get(any_id, ())
        return self.requirement(any_id).twins

    def range_of(self, known_id: str) -> Range | None:
        """Return the range to import that has this label or lists this id, else None.

        The final lists put `SC.` before shared ids (`SC.MSS/CONF.14`): either form is found.
        """
        wanted = {known_id, known_id.removeprefix("SC.")}
        return next(
            (one for one in self.ranges if wanted & {one.entry.label, *one.entry.known_ids}),
            None,
        )

    @cached_property
    def requirement_ids(self) -> frozenset[str]:
        """Return the ids of every exigence."""
        return frozenset(self._requirements)

    @cached_property
    def scenario_ids(self) -> frozenset[str]:
        """Return the ids of every scénario de conformité."""
        return frozenset(self._scenarios)

    @cached_property
    def proof_ids(self) -> frozenset[str]:
        """Return the ids of every numbered proof."""
        return frozenset(self._proofs)

    def knows(self, any_id: str) -> bool:
        """Return True for an exigence, a scenario, a proof or an id listed by a range."""
        return any_id in self.ids

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return every id that may be cited, those that the ranges list included."""
        listed = (known for one in self.ranges for known in one.entry.known_ids)
        return frozenset((*self._requirements, *self._scenarios, *self._proofs, *listed))


def family_rank(requirement: Requirement) -> int:
    """Return the place of the family in its référentiel; families not listed come last."""
    if requirement.family in FAMILY_ORDER:
        return FAMILY_ORDER.index(requirement.family)
    return len(FAMILY_ORDER)


def natural(official_id: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key where `INS 9` comes before `INS 10`."""
    return tuple(
        (int(part), "") if part.isdigit() else (-1, part)
        for part in re.split(r"(\d+)", official_id)
        if part
    )
