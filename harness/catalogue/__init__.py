"""The catalogue: official exigences, scénarios and proofs, as TOML tables, and what they imply.

Standard library only. The public door: `load_catalogue`, `applicability`,
`scenario_applicability`, `coverage` and `show`.
"""

from __future__ import annotations

from harness.catalogue.applicability import (
    Applicability,
    applicability,
    applicable_ids,
    scenario_applicability,
)
from harness.catalogue.cards import show
from harness.catalogue.coverage import (
    Coverage,
    DeclaredScenario,
    Orphan,
    RequirementCoverage,
    RuleRef,
    coverage,
)
from harness.catalogue.entries import Catalogue, Ruling
from harness.catalogue.errors import CatalogueError, UnknownId
from harness.catalogue.load import load_catalogue
from harness.catalogue.scan import declared_in

__all__ = [
    "Applicability",
    "Catalogue",
    "CatalogueError",
    "Coverage",
    "DeclaredScenario",
    "Orphan",
    "RequirementCoverage",
    "RuleRef",
    "Ruling",
    "UnknownId",
    "applicability",
    "applicable_ids",
    "coverage",
    "declared_in",
    "load_catalogue",
    "scenario_applicability",
    "show",
]
