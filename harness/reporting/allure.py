"""Writes the Allure results of a run: one file a scenario, its steps, checks and proofs.

The files are written through allure-python-commons alone, never through a pytest plugin: the
status comes from the published table of verdicts, the steps and pieces from the dossier.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from harness.model.problems import HarnessFault
from harness.model.requirement import Requirement
from harness.model.results import RunReport, ScenarioResult
from harness.model.verdict import ROWS
from harness.reporting.allure_checks import (
    checks_steps,
    milliseconds,
    proofs_steps,
    set_instant,
    step_result,
)
from harness.reporting.allure_pieces import Pieces
from harness.reporting.allure_run import write_run_files
from harness.reporting.scrub import Clean, scrubbed, unchanged
from harness.reporting.steps import Step
from harness.reporting.wording import (
    LEVEL_WORDS,
    REFERENTIALS,
    findings_of,
    headline,
    item_line,
)

if TYPE_CHECKING:
    from allure_commons.logger import AllureFileLogger

_SEVERITIES = {"DOIT": "critical", "PEUT": "minor"}


class RequirementSource(Protocol):
    """What the writer asks of the catalogue."""

    def requirement(self, requirement_id: str, /) -> Requirement:
        """Return an exigence; raises `KeyError` for an unknown id."""


class AllureWriter:
    """Writes `allure-results` for one process; several workers may share the folder.

    `clean` replaces live secrets in bytes (the journal's `Redactor.clean`).
    """

    def __init__(self, folder: Path, clean: Clean = unchanged) -> None:
        """Make the folder. Raises `HarnessFault` when it cannot be made."""
        from allure_commons.logger import AllureFileLogger

        self.folder = folder
        self._clean = clean
        try:
            self._files: AllureFileLogger = AllureFileLogger(str(folder))
        except OSError as error:
            raise _write_fault(folder, error) from error

    def scenario(
        self, result: ScenarioResult, steps: Sequence[Step], catalogue: RequirementSource
    ) -> None:
        """Write the result of one pytest item. Raises `HarnessFault` when the disk refuses."""
        result = scrubbed(result, self._clean)
        try:
            tree, pieces = self._tree(result, scrubbed(tuple(steps), self._clean))
            self._files.report_result(
                _test_result(result, _requirements(result, catalogue), tree, pieces)
            )
        except OSError as error:
            raise _write_fault(self.folder, error) from error

    def _tree(self, result: ScenarioResult, steps: Sequence[Step]) -> tuple[list[Any], list[Any]]:
        """Return the steps of a result, and the table of the pieces that they show."""
        pieces = Pieces(self._files)
        # The proofs come first: they own their pictures, the steps point to them.
        proofs = proofs_steps(result.proofs, pieces.attach)
        acts = [step_result(one, pieces.attach) for one in steps]
        checks = checks_steps(result.checks, pieces.attach)
        set_instant([*checks, *proofs], milliseconds(result.started, result.duration))
        return [*acts, *checks, *proofs], pieces.index()

    def finish(self, report: RunReport) -> None:
        """Write what concerns the whole run: categories, environment, executor.

        Raises `HarnessFault` when the disk refuses.
        """
        try:
            write_run_files(self.folder, scrubbed(report, self._clean))
        except OSError as error:
            raise _write_fault(self.folder, error) from error


def _test_result(
    result: ScenarioResult,
    requirements: dict[str, Requirement | None],
    steps: list[Any],
    attachments: list[Any],
) -> Any:
    from allure_commons.model2 import TestResult
    from allure_commons.utils import uuid4

    # The same item keeps the same identity from one run to the next.
    identity = hashlib.md5(result.id.encode(), usedforsecurity=False).hexdigest()
    return TestResult(
        uuid=str(uuid4()),
        name=item_line(result),
        fullName=result.id,
        historyId=identity,
        testCaseId=identity,
        titlePath=[result.theme] if result.theme else [],
        status=ROWS[result.verdict].allure or "skipped",
        statusDetails=_details(result),
        stage="finished",
        descriptionHtml=_description(result, requirements),
        steps=steps,
        attachments=attachments,
        labels=list(_labels(result, requirements)),
        start=milliseconds(result.started),
        stop=milliseconds(result.started, result.duration),
    )


def _requirements(
    result: ScenarioResult, catalogue: RequirementSource
) -> dict[str, Requirement | None]:
    found: dict[str, Requirement | None] = {}
    for one in result.requirement_ids:
        try:
            found[one] = catalogue.requirement(one)
        except KeyError:
            found[one] = None
    return found


def _details(result: ScenarioResult) -> Any:
    from allure_commons.model2 import StatusDetails

    lines = (
        f"[{LEVEL_WORDS[one.level]}] " + "\n    · ".join(one.parts) for one in findings_of(result)
    )
    return StatusDetails(
        message=headline(result.verdict, result.reason), trace="\n\n".join(lines) or None
    )


def _description(result: ScenarioResult, requirements: dict[str, Requirement | None]) -> str:
    # HTML rather than Markdown: every value is escaped here, by us, whatever the report does.
    rows = [("Comportement", result.behaviour), ("Motif", result.reason)]
    rows += [
        ("Exigence", f"{one} — {known.title}" if known else one)
        for one, known in requirements.items()
    ]
    excluded = [one for one in result.requirement_ids if one not in result.applicable_ids]
    twins = {twin for known in requirements.values() if known for twin in known.twins}
    rows += [
        ("Hors du profil ou des référentiels de la cible", ", ".join(excluded)),
        ("Exigences jumelles", ", ".join(sorted(twins - set(requirements)))),
        ("Scénario officiel", ", ".join(result.scenario_ids)),
        ("Preuves", ", ".join(dict.fromkeys(p.id for p in result.proofs))),
        ("Pièces à fournir", ", ".join(dict.fromkeys(p.id for p in result.proofs if p.empty))),
        ("Élément", result.id),
    ]
    return "".join(
        f'<p style="margin:0 0 .4em"><b style="font-weight:600">{html.escape(name)}</b> : '
        f"{html.escape(value)}</p>"
        for name, value in rows
        if value
    )


def _labels(result: ScenarioResult, requirements: dict[str, Requirement | None]) -> Iterator[Any]:
    from allure_commons.model2 import Label

    known = [one for one in requirements.values() if one]
    referentials = list(
        dict.fromkeys(REFERENTIALS.get(r.referential, r.referential) for r in known)
    )
    families = list(dict.fromkeys(r.family for r in known)) or [result.theme or "Sans famille"]
    severities = {_SEVERITIES.get(one.level, "normal") for one in known} or {"normal"}
    # Several values of a tree label would be crossed with each other (DMN › INS/va1.53, wrong) and
    # counted twice: each level of a tree joins its values, and tags find an exigence alone.
    together = " + ".join(referentials) or "Sans référentiel"
    exigences = " · ".join(result.requirement_ids) or "Sans exigence"
    pairs = [
        ("parentSuite", together),
        ("suite", " · ".join(families)),
        ("subSuite", exigences),
        ("epic", together),
        ("feature", exigences),
        ("story", " · ".join(result.scenario_ids) or result.title),
        *(("referential", one) for one in referentials),
        *(("family", one) for one in families),
        *(("requirement", one) for one in result.requirement_ids),
        *(("scenario", one) for one in result.scenario_ids),
        *(("proof", one) for one in dict.fromkeys(proof.id for proof in result.proofs)),
        *(("tag", one) for one in _tags(result)),
        ("severity", next(s for s in ("critical", "normal", "minor") if s in severities)),
        ("framework", "banc"),
        ("verdict", result.verdict.value),
    ]
    yield from (Label(name=name, value=value) for name, value in pairs)


def _tags(result: ScenarioResult) -> list[str]:
    proofs = (proof.id for proof in result.proofs)
    return list(dict.fromkeys((*result.requirement_ids, *result.scenario_ids, *proofs)))


def _write_fault(folder: Path, error: OSError) -> HarnessFault:
    return HarnessFault(
        f"écriture impossible dans {folder} ({error}) : vérifiez les droits et la place libre, "
        "ou choisissez un autre dossier avec --reports"
    )
