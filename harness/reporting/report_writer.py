"""Writes every report of a run in its folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from harness.model.problems import HarnessFault
from harness.model.results import RunReport
from harness.reporting.allure import AllureWriter
from harness.reporting.declarations import FOLDER as DECLARATIONS
from harness.reporting.declarations import write_declarations
from harness.reporting.html import generate
from harness.reporting.junit import write_junit
from harness.reporting.run_json import write_run_json
from harness.reporting.scrub import Clean, scrubbed, unchanged

RUN_JSON = "run.json"
JUNIT = "junit.xml"
ALLURE_RESULTS = "allure-results"
ALLURE_HTML = "allure.html"


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where the reports of a run are; `allure_html` is None when it was not made."""

    folder: Path
    run_json: Path
    junit: Path
    allure_results: Path
    allure_html: Path | None
    report: RunReport
    """The report as written: scrubbed, with the notes that writing it added."""


def write_reports(
    report: RunReport,
    folder: Path,
    *,
    writer: AllureWriter | None = None,
    node: str | None = None,
    allure: str | None = None,
    clean: Clean = unchanged,
) -> ReportPaths:
    """Write run.json, junit.xml, the run files of Allure, then allure.html.

    The scenarios were already written to `folder/allure-results` by an `AllureWriter`, as they
    ended; without `writer` one is made on that folder. `node` and `allure` come from BANC_NODE
    and BANC_ALLURE. Raises `HarnessFault` when the folder cannot be written.
    """
    report = scrubbed(report, clean)
    results = folder / ALLURE_RESULTS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if drafts := write_declarations(report, folder):
            note = f"{drafts} brouillon(s) de déclaration à compléter et signer : {DECLARATIONS}/"
            report = replace(report, notes=(*report.notes, note))
        # The quick files first: an interruption while Node works leaves them whole.
        write_run_json(report, folder / RUN_JSON)
        write_junit(report, folder / JUNIT)
        (writer or AllureWriter(results, clean)).finish(report)
        made = generate(results, folder / ALLURE_HTML, node=node, allure=allure)
        if made.note:
            report = replace(report, notes=(*report.notes, made.note))
            write_run_json(report, folder / RUN_JSON)
    except OSError as error:
        raise HarnessFault(
            f"écriture des rapports impossible dans {folder} ({error}) : vérifiez les droits et "
            "la place libre, ou choisissez un autre dossier avec --reports"
        ) from error
    return ReportPaths(folder, folder / RUN_JSON, folder / JUNIT, results, made.path, report)
