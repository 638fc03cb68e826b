"""The drafts of declarations: one for each exigence that calls for it, nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.model.results import RequirementResult, RunReport
from harness.model.verdict import Verdict
from harness.reporting.declarations import write_declarations

ABSENT = RequirementResult(
    "IEU 2",
    "Changer les attributs",
    "dmn-1.2.2",
    Verdict.NOT_APPLICABLE,
    reason="aucun usager n'accède au logiciel",
    source="PROFIL",
    declaration="déclaration sur l'honneur",
)
PROVED = RequirementResult("IEU 9", "Deux facteurs", "dmn-1.2.2", Verdict.CONFORM)


def written(report: RunReport, folder: Path) -> dict[str, str]:
    count = write_declarations(report, folder)
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.md")}
    assert count == len(found)
    return found


def test_an_exigence_out_of_the_profile_gets_its_draft(report: RunReport, tmp_path: Path) -> None:
    drafts = written(replace(report, requirements=(ABSENT, PROVED)), tmp_path)
    assert list(drafts) == ["IEU-2.md"]
    for word in (
        "IEU 2",
        "aucun usager n'accède au logiciel",
        "PROFIL",
        report.vendor,
        "signature",
    ):
        assert word in drafts["IEU-2.md"]


@pytest.mark.parametrize(("for_all", "names"), [("True", []), ("False", ["IEU-9.md"])])
def test_a_second_factor_left_off_for_some_is_declared(
    report: RunReport, tmp_path: Path, for_all: str, names: list[str]
) -> None:
    profile = {**report.profile, "second_factor_for_all": for_all}
    drafts = written(replace(report, profile=profile, requirements=(PROVED,)), tmp_path)
    assert list(drafts) == names
    assert all("Conforme" in text and "responsabilité" in text for text in drafts.values())


def test_nothing_to_declare_makes_no_folder(report: RunReport, tmp_path: Path) -> None:
    assert written(replace(report, requirements=(PROVED,)), tmp_path) == {}
    assert not list(tmp_path.iterdir())
