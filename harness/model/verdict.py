"""The closed list of verdicts and the one published table that maps them to every report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What may be said of a scenario or of an exigence; nothing else may be said."""

    CONFORM = "CONFORM"
    NON_CONFORM = "NON_CONFORM"
    REVIEW = "REVIEW"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    BLOCKED = "BLOCKED"
    INCONCLUSIVE = "INCONCLUSIVE"
    HARNESS_ERROR = "HARNESS_ERROR"
    NOT_RUN = "NOT_RUN"


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One row of the published table: the words and codes that stand for a verdict everywhere."""

    verdict: Verdict
    word: str
    meaning: str
    outcome: str
    """passed, failed, skipped or error: the same word in pytest and in JUnit."""
    allure: str
    """Allure status: passed, failed, skipped or broken."""
    exit_code: int
    strict_exit_code: int


VERDICT_TABLE: tuple[VerdictRow, ...] = (
    VerdictRow(
        Verdict.NON_CONFORM,
        "Non conforme",
        "au moins un constat d'erreur",
        "failed",
        "failed",
        1,
        1,
    ),
    VerdictRow(
        Verdict.HARNESS_ERROR,
        "Erreur du banc",
        "faute du banc, de sa configuration ou d'un lot de règles",
        "error",
        "broken",
        3,
        3,
    ),
    VerdictRow(
        Verdict.INCONCLUSIVE,
        "Non concluant",
        "préalable absent, capacité non offerte, ou règle sans sujet",
        "failed",
        "failed",
        4,
        4,
    ),
    VerdictRow(
        Verdict.BLOCKED,
        "Bloqué par un tiers",
        "un tiers, ni la cible ni le banc, était indisponible",
        "skipped",
        "skipped",
        0,
        4,
    ),
    VerdictRow(
        Verdict.REVIEW,
        "À relire",
        "preuve recueillie, une personne doit la juger",
        "skipped",
        "skipped",
        0,
        4,
    ),
    VerdictRow(
        Verdict.CONFORM,
        "Conforme",
        "chaque règle nommée a examiné un sujet sans constat d'erreur",
        "passed",
        "passed",
        0,
        0,
    ),
    VerdictRow(
        Verdict.NOT_APPLICABLE,
        "Sans objet",
        "le profil l'exclut ; raison, source et déclaration à fournir",
        "skipped",
        "skipped",
        0,
        0,
    ),
    VerdictRow(
        Verdict.NOT_RUN,
        "Non exécuté",
        "exigence non choisie, ou dont aucune étape n'a tourné",
        "",
        "",
        0,
        4,
    ),
)
"""From the worst to the mildest; `NOT_RUN` is a state of an exigence only."""

ROWS: dict[Verdict, VerdictRow] = {row.verdict: row for row in VERDICT_TABLE}
_SEVERITY = [row.verdict for row in VERDICT_TABLE]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict in the published order; `NOT_RUN` when there is none.

    `NOT_APPLICABLE` and `NOT_RUN` yield to any verdict that was really reached: a scenario that
    the profile excludes says nothing against one that ran.
    """
    return min(verdicts, key=_SEVERITY.index, default=Verdict.NOT_RUN)


def exit_code(verdicts: Iterable[Verdict], *, strict: bool = False) -> int:
    """Return the exit code of a run: that of the worst verdict, in the published order."""
    found = set(verdicts)
    for row in VERDICT_TABLE:
        code = row.strict_exit_code if strict else row.exit_code
        if row.verdict in found and code:
            return code
    return 0
