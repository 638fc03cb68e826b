"""Catalogue values: exigences, scénarios de conformité and their numbered proofs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProofKind(StrEnum):
    """Nature of an expected proof, in the words of the spec's shorthand."""

    CAPTURE = "CAP"
    LOG = "LOG"
    GAZELLE = "GZL"
    CNDA = "CNDA"
    DOCUMENT = "DOC"
    SCAN = "SCAN"
    VIDEO = "VIDEO"


HARNESS_CAN_MAKE = frozenset({ProofKind.CAPTURE, ProofKind.LOG})
"""Kinds of proof that the banc itself can capture; the others are empty slots to be filled."""


class CoverageKind(StrEnum):
    """How an exigence is covered when no automatic scenario does it."""

    AUTOMATIC = "automatic"
    ATTENDED = "attended"
    DOCUMENTARY = "documentary"
    PLANNED = "planned"
    TO_IMPORT = "to_import"


@dataclass(frozen=True, slots=True)
class ExpectedProof:
    """A numbered proof that the dossier needs; `id` is official (`INS 34.1.1`)."""

    id: str
    kind: ProofKind
    title: str


@dataclass(frozen=True, slots=True)
class CatalogueScenario:
    """A scénario de conformité of the référentiel; `condition` is a profile word, or empty."""

    id: str
    title: str
    profile: str
    proofs: tuple[ExpectedProof, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class NotApplicableRule:
    """A ruling that takes an exigence out for some profiles."""

    when: str
    """Profile word, as documented by the applicability module (`esclave`, `sans-ins`…)."""
    reason: str
    source: str
    declaration: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One obligation with an official id, untouched. `title` is our paraphrase, in French."""

    id: str
    title: str
    referential: str
    """`dmn-1.2.2` or `segur-dui`."""
    family: str
    level: str
    """`DOIT` or `PEUT`."""
    profile: str
    source: str
    confidence: str
    coverage: CoverageKind
    coverage_reason: str = ""
    condition: str = ""
    twins: tuple[str, ...] = ()
    not_applicable: tuple[NotApplicableRule, ...] = ()
    scenarios: tuple[CatalogueScenario, ...] = ()
    application_to_confirm: bool = False
    """The exigence's application to the DUI is inferred, not read."""


@dataclass(frozen=True, slots=True)
class ToImport:
    """A range of exigences that the official spreadsheet holds and the catalogue does not yet."""

    label: str
    referential: str
    count: int
    scenarios: int
    source: str
    known_ids: tuple[str, ...] = ()
