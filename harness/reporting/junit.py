"""Writes `junit.xml`: one testcase a pytest item, its outcome that of the published table.

Layout: `testsuites/testsuite/testcase`. A testcase holds `properties` (exigences, scenarios,
verdict, target) and at most one of `failure`, `error`, `skipped`, whose `message` begins with
the report word of the verdict (in lower case for `à relire`) and whose text lists the findings in
four slots.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from harness.model.results import RunReport, ScenarioResult
from harness.model.verdict import ROWS, Verdict
from harness.reporting.scrub import scrubbed
from harness.reporting.wording import findings_of, headline, item_line

_TAGS: Mapping[str, str] = {"failed": "failure", "error": "error", "skipped": "skipped"}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, even escaped."""


def write_junit(report: RunReport, path: Path) -> None:
    """Write the report as JUnit XML. Raises `OSError` when the file cannot be written."""
    report = scrubbed(report)
    outcomes = Counter(_outcome(result.verdict) for result in report.scenarios)
    counts = {
        "tests": str(len(report.scenarios)),
        "failures": str(outcomes["failed"]),
        "errors": str(outcomes["error"]),
        "skipped": str(outcomes["skipped"]),
        "time": f"{(report.ended - report.started).total_seconds():.3f}",
    }
    name = _legal(f"Banc de conformité — {report.target}")
    root = ET.Element("testsuites", {"name": name, **counts})
    suite = ET.SubElement(
        root, "testsuite", {"name": name, **counts, "timestamp": report.started.isoformat()}
    )
    _properties(
        suite, {**_run_facts(report), **{v.value: str(n) for v, n in report.counts.items()}}
    )
    for result in report.scenarios:
        _testcase(suite, result, report.target)
    ET.indent(root, " ")
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _outcome(verdict: Verdict) -> str:
    # A state of an exigence has no outcome of its own: an item in that state was not run.
    return ROWS[verdict].outcome or "skipped"


def _run_facts(report: RunReport) -> dict[str, str]:
    facts = {"target": report.target, "target_file": report.target_file, "vendor": report.vendor}
    facts["seed"] = str(report.seed)
    facts |= {f"version.{name}": value for name, value in report.versions.items()}
    if report.interrupted:
        facts["interrupted"] = "oui"
    return facts


def _testcase(suite: ET.Element, result: ScenarioResult, target: str) -> None:
    attributes = {
        "classname": _legal(result.id.rpartition("::")[0] or result.theme or "scenarios"),
        "name": _legal(item_line(result)),
        "time": f"{result.duration:.3f}",
    }
    if result.started:
        attributes["timestamp"] = result.started.isoformat()
    case = ET.SubElement(suite, "testcase", attributes)
    facts = {
        "item": result.id,
        "verdict": result.verdict.value,
        "exigences": ", ".join(result.requirement_ids),
        "exigences applicables": ", ".join(result.applicable_ids),
        "scenarios": ", ".join(result.scenario_ids),
        "target": target,
    }
    _properties(case, facts)
    tag = _TAGS.get(_outcome(result.verdict))
    said = headline(result.verdict, result.reason)
    if tag:
        if result.verdict is Verdict.REVIEW:
            said = f"à relire — {said.partition(' — ')[2]}"
        note = ET.SubElement(case, tag, {"message": _legal(said), "type": result.verdict.value})
        note.text = _legal("\n".join(one.line for one in findings_of(result))) or None
    elif findings_of(result):
        # Warnings of a conform item: told, never counted.
        told = ET.SubElement(case, "system-out")
        told.text = _legal("\n".join(one.line for one in findings_of(result)))


def _properties(parent: ET.Element, facts: Mapping[str, str]) -> None:
    holder = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(holder, "property", {"name": _legal(name), "value": _legal(value)})


def _legal(text: str) -> str:
    return _ILLEGAL.sub("�", text)
