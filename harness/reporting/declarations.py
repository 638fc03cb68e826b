"""Drafts of the declarations that the profile calls for, one Markdown file an exigence.

An exigence that does not apply is answered by a declaration (FAQ-ANS for the DMN grid). Where
patients have access, the second factor must be developed; not switching it on for every patient
engages the manufacturer alone, who says so in writing (FAQ-ANS, on IEU 9.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from harness.model.results import RequirementResult, RunReport
from harness.model.verdict import ROWS, Verdict

FOLDER = "declarations"
SECOND_FACTOR = "IEU 9"
FOR_ALL = "second_factor_for_all"
_UNSAFE = re.compile(r"[^0-9A-Za-z.-]+")
_FORM = """# Déclaration – {id}

*Brouillon préparé par le banc : à relire, compléter, dater et signer. Il n'engage que l'éditeur.*

- Éditeur : {vendor}
- Produit : {product}
- Référentiel : {referential}
- Exigence : {id} – {title}

{body}

Justification de l'éditeur (à compléter) :

> …

Fait à …, le …

Nom, qualité et signature :
"""


def write_declarations(report: RunReport, folder: Path) -> int:
    """Write the drafts under `folder/declarations`, and return how many were written.

    No folder is made when there is nothing to declare. Raises `OSError` when it cannot be written.
    """
    drafts = list(_drafts(report))
    if drafts:
        (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for result, body in drafts:
        text = _FORM.format(
            id=result.id,
            vendor=report.vendor,
            product=report.target,
            referential=result.referential,
            title=result.title,
            body=body,
        )
        name = f"{_UNSAFE.sub('-', result.id)}.md"
        (folder / FOLDER / name).write_text(text, encoding="utf-8")
    return len(drafts)


def _drafts(report: RunReport) -> Iterator[tuple[RequirementResult, str]]:
    for result in report.requirements:
        if result.verdict is Verdict.NOT_APPLICABLE and result.declaration:
            yield (
                result,
                f"Cette exigence est déclarée sans objet pour ce produit : {result.reason} "
                f"(source : {result.source}). Ce document tient lieu de preuve : "
                f"{result.declaration}.",
            )
        elif result.id == SECOND_FACTOR and report.profile.get(FOR_ALL) == str(False):
            yield result, _second_factor(result)


def _second_factor(result: RequirementResult) -> str:
    return (
        "L'authentification à deux facteurs des usagers est développée dans ce produit. Le banc "
        f"l'a jouée : « {ROWS[result.verdict].word} ».\n\n"
        "Elle n'est pas activée pour tous les usagers. Le fabricant déclare ce choix, en porte "
        "seul la responsabilité et le motive ci-dessous au regard de la perte de chance que "
        "créerait l'impossibilité d'accéder au produit (FAQ-ANS, sur IEU 9.1)."
    )
