"""No browser, no Node: the run completes, says what it lacks and never passes for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.command import ALLURE, DEMO, banc, only_run, run_json

pytestmark = pytest.mark.xdist_group("e2e-missing-tools")


def _no_browser() -> dict[str, str]:
    """Hide every browser: a PATH without one, and no usual place."""
    empty = dict.fromkeys(("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"), "")
    return {**empty, "PATH": os.path.dirname(os.__file__)}


def test_without_a_browser_pages_are_to_be_reviewed(tmp_path: Path) -> None:
    chosen = ("--requirement", "INS 2", "--requirement", "INS 12")
    codes = {}
    for strict in ((), ("--strict",)):
        reports = tmp_path / f"r{len(strict)}"
        ended = banc(
            "demo", "--reports", reports, *chosen, *strict, cwd=tmp_path, env=_no_browser()
        )
        codes[strict] = ended.code
        run = run_json(only_run(reports))
        with_pages = [one for one in run["scenarios"] if "ecran" in one["id"]]
        assert with_pages
        for one in with_pages:
            assert one["verdict"] == "REVIEW", one
            assert "navigateur" in one["reason"]
            pieces = [piece for proof in one["proofs"] for piece in proof["pieces"]]
            assert {piece["media_type"] for piece in pieces} <= {"text/html"}
        assert run["verdicts"]["CONFORM"] > 0 and run["verdicts"]["NON_CONFORM"] == 0
        assert "navigateur" in ended.out and "À relire" in ended.out
        status = {one["id"]: one["verdict"] for one in run["requirements"]}
        assert status["INS 2"] == "REVIEW"
    assert codes == {(): 0, ("--strict",): 4}


def test_browser_that_is_not_where_the_file_says(tmp_path: Path) -> None:
    written = DEMO.read_text(encoding="utf-8")
    absent = tmp_path / "navigateur-absent"
    target = tmp_path / "cible.toml"
    target.write_text(
        written.replace(
            "[drivers.screens]\n", f'[drivers.screens]\nbrowser = "{absent.as_posix()}"\n'
        ),
        encoding="utf-8",
    )
    ended = banc("run", target, "--requirement", "INS 2", cwd=tmp_path)
    assert ended.code == 2, ended.text
    assert "drivers.screens.browser" in ended.err and "n'existe pas" in ended.err


def test_without_node_the_run_completes_and_says_how_to_make_the_page(tmp_path: Path) -> None:
    absent: dict[str, str | None] = dict.fromkeys(ALLURE)
    ended = banc("demo", "--requirement", "INS 22", cwd=tmp_path, env=absent)
    assert ended.code == 0, ended.text
    folder = only_run(tmp_path / "reports")
    (note,) = [one for one in run_json(folder)["notes"] if "allure.html" in one]
    assert note in ended.out
    assert "allure.html n'a pas été produit" in note
    assert "Node.js" in note and "allure-results" in note and "--single-file" in note
    assert not (folder / "allure.html").exists()
    assert list((folder / "allure-results").iterdir())
