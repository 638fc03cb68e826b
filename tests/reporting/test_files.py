"""junit.xml and run.json keep their contract, and a disk that refuses is our fault."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.model.problems import HarnessFault
from harness.model.results import RunReport
from harness.model.verdict import VERDICT_TABLE, Verdict
from harness.reporting.console_summary import EXIT_MEANINGS
from harness.reporting.junit import write_junit
from harness.reporting.report_writer import write_reports
from harness.reporting.run_json import run_object, write_run_json


def test_junit_cases_carry_their_ids_and_reasons(report: RunReport, tmp_path: Path) -> None:
    path = tmp_path / "junit.xml"
    write_junit(report, path)
    cases = ET.parse(path).getroot().findall("testsuite/testcase")
    facts = [
        {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")} for case in cases
    ]
    by_verdict = dict(zip((one["verdict"] for one in facts), cases, strict=True))
    assert facts[2]["exigences"] == "INS 34, INS/va1.53"
    assert facts[2]["scenarios"] == "INS 34.1"
    assert facts[2]["target"] == report.target
    review = by_verdict["REVIEW"].find("skipped")
    assert review is not None
    assert review.attrib["message"] == "à relire — page gardée sans navigateur"
    failure = by_verdict["NON_CONFORM"].find("failure")
    assert failure is not None
    assert "règle V2-PID-09" in (failure.text or "")
    assert by_verdict["INCONCLUSIVE"].find("failure") is not None
    assert by_verdict["HARNESS_ERROR"].find("error") is not None
    assert all("timestamp" in case.attrib for case in cases)


def test_junit_survives_characters_that_xml_forbids(report: RunReport, tmp_path: Path) -> None:
    odd = replace(report.scenarios[2], title="titre\x00\x0b\ud800\ufffe fin", reason="\x01")
    path = tmp_path / "junit.xml"
    write_junit(replace(report, scenarios=(odd,), target="cible\x02"), path)
    case = ET.parse(path).getroot().find("testsuite/testcase")
    assert case is not None
    assert case.attrib["name"].endswith(" fin")


def test_run_json_holds_the_contract(report: RunReport, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_run_json(report, path)
    run = json.loads(path.read_text(encoding="utf-8"))
    contract = {"target", "versions", "seed", "verdicts", "requirements", "scenarios"}
    assert contract <= run.keys()
    assert list(run["verdicts"]) == [verdict.value for verdict in Verdict]
    assert sum(run["verdicts"].values()) == len(run["scenarios"])
    assert all({"id", "verdict", "scenarios"} <= one.keys() for one in run["requirements"])
    assert all({"id", "verdict", "checks"} <= one.keys() for one in run["scenarios"])
    (check,) = run["scenarios"][2]["checks"]
    assert {"title", "verdict", "reason", "rules"} <= check.keys()
    rule = check["rules"][0]
    assert (rule["id"], rule["level"], rule["examined"]) == ("V2-PID-09", "error", 1)
    assert len(rule["digest"]) == 64
    assert rule["findings"][0]["at"] == "PID-3[2]"
    assert rule["findings"][0].keys() == {"level", "at", "expected", "found", "hint"}
    assert run["requirements"][0]["remark"] == "comportement conforme, pièce à fournir"
    assert not list(tmp_path.glob("*.partiel"))


def test_run_json_is_the_same_for_the_same_run(report: RunReport, tmp_path: Path) -> None:
    write_run_json(report, tmp_path / "a.json")
    write_run_json(report, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_without_a_generator_the_reports_say_how_to_make_it(
    report: RunReport, tmp_path: Path
) -> None:
    paths = write_reports(report, tmp_path)
    assert paths.allure_html is None
    note = json.loads(paths.run_json.read_text(encoding="utf-8"))["notes"][-1]
    assert "allure.html n'a pas été produit" in note
    assert "npx allure@" in note
    assert str(paths.allure_results) in note
    assert "ALLURE_NO_ANALYTICS=true" in note


def test_secrets_do_not_reach_the_files(report: RunReport, tmp_path: Path) -> None:
    odd = replace(report.scenarios[6], reason='jeton "jwt-tres-secret" refusé')
    write_reports(
        replace(report, scenarios=(odd,)),
        tmp_path,
        clean=lambda content: content.replace(b"jwt-tres-secret", "«secret jeton»".encode()),
    )
    for name in ("run.json", "junit.xml"):
        assert b"jwt-tres-secret" not in (tmp_path / name).read_bytes()


def test_a_folder_that_refuses_is_a_harness_fault(report: RunReport, tmp_path: Path) -> None:
    (tmp_path / "run.json").mkdir()
    with pytest.raises(HarnessFault, match="--reports"):
        write_reports(report, tmp_path)


def test_the_contract_is_documented(report: RunReport) -> None:
    text = (Path(__file__).parents[2] / "docs" / "contrats.md").read_text(encoding="utf-8")
    for row in VERDICT_TABLE:
        codes = f"{row.exit_code} | {row.strict_exit_code}"
        outcome = f"{row.outcome or '–'} | {row.allure or '–'}"
        assert f"| `{row.verdict.value}` | {row.word} | {outcome} | {codes} |" in text
    for code in EXIT_MEANINGS:
        assert f"| {code} |" in text
    keys = _keys(run_object(report))
    assert not [key for key in keys if f'"{key}":' not in text]


def _keys(value: object, mapped: bool = False) -> set[str]:
    """Return the keys of the contract; those of free maps (versions…) are the run's own."""
    found: set[str] = set()
    if isinstance(value, dict):
        for key, one in value.items():
            free = key in ("versions", "profile", "services", "artefacts")
            found |= {key} - ({key} if mapped else set())
            found |= _keys(one, mapped=free)
    elif isinstance(value, list):
        for one in value:
            found |= _keys(one)
    return found
