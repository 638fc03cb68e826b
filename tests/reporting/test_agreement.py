"""Console, JUnit, run.json and Allure count the same thing, under the one published table."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.model.results import RunReport
from harness.model.verdict import ROWS, Verdict, exit_code
from harness.reporting.allure import AllureWriter
from harness.reporting.console import Console
from harness.reporting.report_writer import ReportPaths, write_reports


@pytest.fixture
def written(report: RunReport, steps: Any, catalogue: Any, tmp_path: Path) -> ReportPaths:
    writer = AllureWriter(tmp_path / "allure-results")
    for result in report.scenarios:
        writer.scenario(result, steps, catalogue)
    return write_reports(report, tmp_path, writer=writer)


def _console_counts(report: RunReport, paths: ReportPaths) -> dict[Verdict, int]:
    stream = io.StringIO()
    Console(stream).summary(report, paths, 1)
    text = stream.getvalue()
    found = {}
    for row in ROWS.values():
        line = re.search(rf"^  {row.word} +(\d+)   ", text, re.MULTILINE)
        assert line, row.word
        found[row.verdict] = int(line.group(1))
    return found


def test_every_report_gives_the_same_counts(report: RunReport, written: ReportPaths) -> None:
    expected = report.counts
    assert all(expected[v] for v in Verdict if v is not Verdict.NOT_RUN)
    assert _console_counts(report, written) == expected
    run = json.loads(written.run_json.read_text(encoding="utf-8"))
    assert {Verdict(name): number for name, number in run["verdicts"].items()} == expected
    words = Counter(_words(written.allure_results))
    assert words == {ROWS[v].word: number for v, number in expected.items() if number}


def test_junit_and_allure_follow_the_table(report: RunReport, written: ReportPaths) -> None:
    outcomes = Counter(ROWS[one.verdict].outcome for one in report.scenarios)
    suite = ET.parse(written.junit).getroot().find("testsuite")
    assert suite is not None
    assert suite.attrib["tests"] == str(len(report.scenarios))
    assert suite.attrib["failures"] == str(outcomes["failed"])
    assert suite.attrib["errors"] == str(outcomes["error"])
    assert suite.attrib["skipped"] == str(outcomes["skipped"])
    for tag, outcome in (("failure", "failed"), ("error", "error"), ("skipped", "skipped")):
        assert len(suite.findall(f"testcase/{tag}")) == outcomes[outcome]
    statuses = Counter(one["status"] for one in _results(written.allure_results))
    assert statuses == Counter(ROWS[one.verdict].allure for one in report.scenarios)


def test_every_allure_message_falls_in_the_category_of_its_verdict(written: ReportPaths) -> None:
    categories = json.loads((written.allure_results / "categories.json").read_bytes())
    for result in _results(written.allure_results):
        message = result["statusDetails"]["message"]
        matched = [
            one["name"]
            for one in categories
            if result["status"] in one["matchedStatuses"]
            and re.search(one["messageRegex"], message, re.DOTALL)
        ]
        label = next(one["value"] for one in result["labels"] if one["name"] == "verdict")
        assert matched == [ROWS[Verdict(label)].word]


def test_requirement_states_are_counted_apart(written: ReportPaths) -> None:
    run = json.loads(written.run_json.read_text(encoding="utf-8"))
    assert run["verdicts"]["NOT_RUN"] == 0
    assert [one["verdict"] for one in run["requirements"]].count("NOT_RUN") == 1
    assert exit_code(Verdict(one["verdict"]) for one in run["scenarios"]) == 1


def _results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in folder.glob("*-result.json")]


def _words(folder: Path) -> list[str]:
    return [one["statusDetails"]["message"].partition(" — ")[0] for one in _results(folder)]
