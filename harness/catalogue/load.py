"""Builds the catalogue from its TOML tables: reads, cross-checks, mirrors the twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from harness.catalogue.entries import Catalogue, Range, Ruling, family_rank, natural
from harness.catalogue.errors import CatalogueError
from harness.catalogue.profile_words import PROFILE_WORDS
from harness.catalogue.tables import (
    Rows,
    Sources,
    known_keys,
    read_requirements,
    read_toml,
    text,
    texts,
)
from harness.model.requirement import NotApplicableRule, Requirement, ToImport

RANGES_FILE = "a-importer.toml"
RULINGS_FILE = "applicabilite.toml"
SOURCES_FILE = "sources.toml"


@cache
def load_catalogue(root: Path | None = None) -> Catalogue:
    """Read every table under `root` (this package by default), once.

    Raises `CatalogueError` naming the file and the key of what is wrong.
    """
    root = root or Path(__file__).parent
    sources = _sources(root)
    rows = Rows()
    ranges: list[Range] = []
    for path in sorted(root.glob("*/*.toml")):
        file = path.relative_to(root).as_posix()
        data = read_toml(path, root)
        if path.name == RANGES_FILE:
            ranges.extend(_ranges(data, file, sources))
        else:
            read_requirements(data, file, sources, rows)
    rulings, declarations = _rulings(read_toml(root / RULINGS_FILE, root), sources, rows)
    scenario_twins = _mirrored_scenario_twins(rows)
    return Catalogue(
        requirements=_finished(rows, scenario_twins, rulings, declarations),
        ranges=tuple(ranges),
        rulings=rulings,
        declarations=declarations,
        sources=sources,
        corridors=rows.corridors,
        notes={key: note for key, note in rows.notes.items() if note},
        derived=frozenset(rows.derived),
        files=rows.files,
        _scenario_twins=scenario_twins,
    )


def _sources(root: Path) -> Sources:
    data = read_toml(root / SOURCES_FILE, root)
    known_keys(SOURCES_FILE, "en-tête", data, ("source", "confidence"))
    return Sources(data.get("source", {}), data.get("confidence", {}))


def _ranges(data: dict[str, Any], file: str, sources: Sources) -> Iterator[Range]:
    known_keys(file, "en-tête", data, ("referential", "range"))
    referential = text(file, "en-tête", data, "referential")
    allowed = {
        *("label", "title", "count", "scenarios", "source", "confidence", "known_ids", "note"),
    }
    for row in data.get("range", []):
        key = text(file, "[[range]]", row, "label")
        known_keys(file, key, row, allowed)
        for name in ("count", "scenarios"):
            if not isinstance(row.get(name), int) or row[name] < (name == "count"):
                raise CatalogueError(file, f"{key}.{name}", f"nombre attendu, {row.get(name)!r}")
        source, confidence = text(file, key, row, "source"), text(file, key, row, "confidence")
        sources.check(file, key, source, confidence)
        known = texts(file, key, row, "known_ids")
        if len(known) > row["count"] or len(set(known)) != len(known):
            raise CatalogueError(
                file, f"{key}.known_ids", "plus d'identifiants que count, ou doublon"
            )
        entry = ToImport(key, referential, row["count"], row["scenarios"], source, known)
        yield Range(entry, text(file, key, row, "title"), confidence, row.get("note", ""))


def _rulings(
    data: dict[str, Any], sources: Sources, rows: Rows
) -> tuple[tuple[Ruling, ...], dict[str, str]]:
    file = RULINGS_FILE
    known_keys(file, "en-tête", data, ("ruling", "declaration"))
    known = {r.id for r in rows.requirements} | set(rows.scenario_twins)
    selectors = ("ids", "families", "profiles", "conditions")
    single = ("when", "reason", "source", "confidence", "referential", "note")
    found = []
    for number, row in enumerate(data.get("ruling", []), 1):
        key = f"ruling[{number}]"
        known_keys(file, key, row, (*selectors, *single))
        picks = {name: frozenset(texts(file, key, row, name)) for name in selectors}
        if not any(picks.values()):
            raise CatalogueError(file, key, f"aucun sélecteur ({', '.join(selectors)})")
        if unknown := picks["ids"] - known:
            raise CatalogueError(file, f"{key}.ids", f"identifiants inconnus {sorted(unknown)}")
        one = Ruling(
            when=text(file, key, row, "when"),
            reason=text(file, key, row, "reason"),
            source=text(file, key, row, "source"),
            confidence=text(file, key, row, "confidence"),
            ids=picks["ids"],
            families=picks["families"],
            profiles=picks["profiles"],
            conditions=picks["conditions"],
            referential=text(file, key, row, "referential", ""),
            note=text(file, key, row, "note", ""),
        )
        if one.when not in PROFILE_WORDS:
            raise CatalogueError(file, f"{key}.when", f"mot de profil inconnu « {one.when} »")
        sources.check(file, key, one.source, one.confidence)
        found.append(one)
    declarations = data.get("declaration", {})
    for referential in {r.referential for r in rows.requirements} - set(declarations):
        raise CatalogueError(file, f"declaration.{referential}", "déclaration attendue")
    return tuple(found), declarations


def _mirrored_scenario_twins(rows: Rows) -> dict[str, tuple[str, ...]]:
    """Twins are declared on one side of the cross-walk; both sides know them here."""
    both: dict[str, set[str]] = {key: set() for key in rows.scenario_twins}
    for key, twins in rows.scenario_twins.items():
        for twin in twins:
            if twin not in both:
                raise CatalogueError("(équivalences)", key, f"scénario jumeau inconnu « {twin} »")
            both[key].add(twin)
            both[twin].add(key)
    return {key: tuple(sorted(twins, key=natural)) for key, twins in both.items()}


def _finished(
    rows: Rows,
    scenario_twins: Mapping[str, tuple[str, ...]],
    rulings: tuple[Ruling, ...],
    declarations: Mapping[str, str],
) -> tuple[Requirement, ...]:
    """Return the requirements in order, with their twins both ways and their N/A rulings."""
    parent = {scenario.id: r.id for r in rows.requirements for scenario in r.scenarios}
    twins: dict[str, set[str]] = {r.id: set() for r in rows.requirements}
    pairs = [(r.id, twin) for r in rows.requirements for twin in r.twins]
    pairs += [(parent[a], parent[b]) for a, others in scenario_twins.items() for b in others]
    for one, other in pairs:
        if other not in twins:
            raise CatalogueError(rows.files[one], one, f"exigence jumelle inconnue « {other} »")
        twins[one].add(other)
        twins[other].add(one)
    ordered = sorted(
        rows.requirements, key=lambda r: (r.referential, family_rank(r), natural(r.id))
    )
    return tuple(
        replace(
            r,
            twins=tuple(sorted(twins[r.id], key=natural)),
            not_applicable=tuple(
                NotApplicableRule(one.when, one.reason, one.source, declarations[r.referential])
                for one in rulings
                if _takes_out(one, r)
            ),
        )
        for r in ordered
    )


def _takes_out(ruling: Ruling, requirement: Requirement) -> bool:
    if not requirement.scenarios:
        return ruling.selects(requirement)
    return all(ruling.selects(requirement, scenario) for scenario in requirement.scenarios)
