"""Reads the TOML tables of exigences: strict keys, closed words, ids that follow their scheme."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.catalogue.errors import CatalogueError
from harness.catalogue.profile_words import CONDITIONS, PROFILE_NAMES
from harness.model.requirement import (
    CatalogueScenario,
    CoverageKind,
    ExpectedProof,
    ProofKind,
    Requirement,
)

LEVELS = ("DOIT", "PEUT")
DECLARABLE = tuple(kind.value for kind in CoverageKind if kind is not CoverageKind.TO_IMPORT)
_HEADER = {"referential", "family", "source", "confidence", "profile", "application_to_confirm"}
_REQUIREMENT = {
    *("id", "title", "level", "family", "profile", "condition", "source", "confidence"),
    *("corridors", "note", "twins", "how", "reason", "scenario"),
}
_SCENARIO = {
    *("id", "title", "profile", "condition", "twins", "derived", "proofs", "derived_proofs"),
}


@dataclass(frozen=True, slots=True)
class Sources:
    """The keys that tables may cite, each with its French description."""

    sources: Mapping[str, str]
    confidence: Mapping[str, str]

    def check(self, file: str, key: str, source: str, confidence: str) -> None:
        """Raise `CatalogueError` unless every source and the confidence are declared."""
        for name in source.split(", "):
            if name not in self.sources:
                raise CatalogueError(file, key, f"source « {name} » absente de sources.toml")
        if confidence not in self.confidence:
            raise CatalogueError(file, key, f"confiance « {confidence} » absente de sources.toml")


@dataclass(slots=True)
class Rows:
    """What the requirement tables hold, before they are indexed."""

    requirements: list[Requirement] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """Requirement id → the table that holds it."""
    corridors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    scenario_twins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)


def read_toml(path: Path, root: Path) -> dict[str, Any]:
    """Return the parsed file. Raises `CatalogueError` naming the file when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        name = path.relative_to(root).as_posix()
        raise CatalogueError(name, "(fichier)", f"TOML illisible, {error}") from error


def known_keys(file: str, key: str, row: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Raise `CatalogueError` on a key that the format does not have."""
    for name in row:
        if name not in allowed:
            raise CatalogueError(file, f"{key}.{name}", "clé inconnue")


def text(file: str, key: str, row: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """Return a text of a row. Raises `CatalogueError` when it is absent, empty or not a text."""
    value = row.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise CatalogueError(file, f"{key}.{name}", f"texte attendu, trouvé {value!r}")
    return value


def one_of(file: str, key: str, value: str, allowed: Iterable[str]) -> str:
    """Return the value. Raises `CatalogueError` unless it is one of the closed list."""
    choices = tuple(allowed)
    if value not in choices:
        raise CatalogueError(file, key, f"« {value} » trouvé, une valeur de {choices} attendue")
    return value


def texts(file: str, key: str, row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts, empty when absent. Raises `CatalogueError` on anything else."""
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CatalogueError(file, f"{key}.{name}", f"liste de textes attendue, trouvé {value!r}")
    return tuple(value)


def read_requirements(data: Mapping[str, Any], file: str, sources: Sources, rows: Rows) -> None:
    """Add the requirements of one parsed table to `rows`. Raises `CatalogueError`."""
    known_keys(file, "en-tête", data, {*_HEADER, "requirement"})
    header = {name: data[name] for name in _HEADER if name in data}
    for row in data.get("requirement", []):
        key = text(file, "[[requirement]]", row, "id")
        known_keys(file, key, row, _REQUIREMENT)
        if key in rows.files:
            raise CatalogueError(file, key, f"exigence déjà présente dans {rows.files[key]}")
        merged = {"profile": "Général", "level": "DOIT", "condition": "", **header, **row}
        requirement = _requirement(file, key, merged, rows)
        sources.check(file, key, requirement.source, requirement.confidence)
        rows.requirements.append(requirement)
        rows.files[key] = file
        rows.corridors[key] = texts(file, key, row, "corridors")
        rows.notes[key] = text(file, key, row, "note", "")


def _requirement(file: str, key: str, row: Mapping[str, Any], rows: Rows) -> Requirement:
    how = CoverageKind(one_of(file, f"{key}.how", text(file, key, row, "how"), DECLARABLE))
    reason = text(file, key, row, "reason", "")
    if bool(reason) == (how is CoverageKind.AUTOMATIC):
        raise CatalogueError(
            file, f"{key}.reason", "raison attendue, sauf pour une exigence « automatic »"
        )
    return Requirement(
        id=key,
        title=text(file, key, row, "title"),
        referential=one_of(
            file, f"{key}.referential", str(row.get("referential")), (file.partition("/")[0],)
        ),
        family=text(file, key, row, "family"),
        level=one_of(file, f"{key}.level", text(file, key, row, "level"), LEVELS),
        profile=one_of(file, f"{key}.profile", text(file, key, row, "profile"), PROFILE_NAMES),
        source=text(file, key, row, "source"),
        confidence=text(file, key, row, "confidence"),
        coverage=how,
        coverage_reason=reason,
        condition=one_of(file, f"{key}.condition", str(row["condition"]), CONDITIONS),
        twins=texts(file, key, row, "twins"),
        scenarios=tuple(
            _scenario(file, key, scenario, row, rows) for scenario in row.get("scenario", [])
        ),
        application_to_confirm=bool(row.get("application_to_confirm", False)),
    )


def _scenario(
    file: str, parent: str, row: Mapping[str, Any], requirement: Mapping[str, Any], rows: Rows
) -> CatalogueScenario:
    key = text(file, f"{parent}.scenario", row, "id")
    known_keys(file, key, row, _SCENARIO)
    numbered_under(file, key, parent)
    profile = text(file, key, row, "profile", str(requirement["profile"]))
    condition = text(file, key, row, "condition", str(requirement["condition"]))
    if key in rows.scenario_twins:
        raise CatalogueError(file, key, "scénario déjà présent")
    rows.scenario_twins[key] = texts(file, key, row, "twins")
    if row.get("derived", False):
        rows.derived.add(key)
    proofs = [_proof(file, key, entry) for entry in row.get("proofs", [])]
    derived = [_proof(file, key, entry) for entry in row.get("derived_proofs", [])]
    rows.derived.update(proof.id for proof in derived)
    numbers = Counter(proof.id for proof in proofs + derived)
    if not numbers:
        raise CatalogueError(file, key, "aucune preuve numérotée")
    if twice := [proof_id for proof_id, count in numbers.items() if count > 1]:
        raise CatalogueError(file, twice[0], "preuve déjà présente")
    return CatalogueScenario(
        id=key,
        title=text(file, key, row, "title"),
        profile=one_of(file, f"{key}.profile", profile, PROFILE_NAMES),
        proofs=tuple(sorted(proofs + derived, key=lambda proof: proof.id)),
        condition=one_of(file, f"{key}.condition", condition, CONDITIONS),
    )


def _proof(file: str, parent: str, entry: Any) -> ExpectedProof:
    if not isinstance(entry, list) or len(entry) != 3:
        raise CatalogueError(file, parent, f"preuve [id, nature, titre] attendue, trouvé {entry!r}")
    key, kind, title = (str(part) for part in entry)
    numbered_under(file, key, parent)
    kind = one_of(file, f"{key}.nature", kind, (one.value for one in ProofKind))
    if not title:
        raise CatalogueError(file, key, "titre de preuve vide")
    return ExpectedProof(key, ProofKind(kind), title)


def numbered_under(file: str, key: str, parent: str) -> None:
    """Raise `CatalogueError` unless `key` is `parent`, a dot and a number (naming scheme)."""
    head, dot, number = key.rpartition(".")
    if head != parent or not dot or not number.isdigit():
        raise CatalogueError(file, key, f"identifiant attendu sous la forme « {parent}.N »")
