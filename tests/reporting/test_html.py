"""Making allure.html: what the generator is given, and what is said when it fails."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from harness.reporting.html import generate

GENERATOR = """
import json, os, pathlib, sys
config = json.loads(pathlib.Path(sys.argv[4]).read_text(encoding="utf-8"))
out = pathlib.Path(config["output"])
out.mkdir()
page = PAGE
(out / "index.html").write_text(page, encoding="utf-8")
pathlib.Path("vu.json").write_text(json.dumps({"env": dict(os.environ), "argv": sys.argv[1:]}))
"""
GOOD = '<!DOCTYPE html>\n<html dir="ltr" lang="fr"><a href="https://ailleurs.example/">lien</a>'


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "un [dossier]" / "allure-results"
    folder.mkdir(parents=True)
    return folder


def _generator(tmp_path: Path, code: str) -> dict[str, str]:
    script = tmp_path / "generateur.py"
    script.write_text(code, encoding="utf-8")
    return {"node": sys.executable, "allure": str(script)}


def test_the_page_is_kept_and_the_environment_is_minimal(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANC_MOT_DE_PASSE", "secret")
    output = tmp_path / "allure.html"
    program = _generator(tmp_path, GENERATOR.replace("PAGE", repr(GOOD)))
    made = generate(results, output, **program)
    assert (made.path, made.note) == (output, "")
    assert output.read_text(encoding="utf-8") == GOOD
    seen = json.loads((results.parent / "vu.json").read_bytes())
    assert seen["env"]["ALLURE_NO_ANALYTICS"] == "true"
    assert "BANC_MOT_DE_PASSE" not in seen["env"]
    assert seen["argv"][1] == "allure-results"


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (GOOD.replace("fr", "en"), "français"),
        (GOOD + '<script async src="https://mesure.example/t.js"></script>', "extérieure"),
        (GOOD + '<link rel="preconnect" href="//mesure.example">', "extérieure"),
    ],
)
def test_a_page_unfit_for_a_dossier_is_refused(
    results: Path, tmp_path: Path, page: str, why: str
) -> None:
    output = tmp_path / "allure.html"
    made = generate(results, output, **_generator(tmp_path, GENERATOR.replace("PAGE", repr(page))))
    assert made.path is None
    assert why in made.note
    assert not output.exists()


def test_a_generator_that_fails_or_hangs_is_told(results: Path, tmp_path: Path) -> None:
    output = tmp_path / "allure.html"
    broken = _generator(tmp_path, "import sys; sys.exit('panne du générateur')")
    note = generate(results, output, **broken).note
    assert "code 1" in note
    assert "panne" in note
    hung = _generator(tmp_path, "import threading; threading.Event().wait()")
    assert "n'a pas fini" in generate(results, output, **hung, timeout=0.5).note


def test_a_missing_node_is_told(results: Path, tmp_path: Path) -> None:
    absent = str(tmp_path / "node-absent")
    made = generate(results, tmp_path / "allure.html", node=absent, allure="cli.js")
    assert made.path is None
    assert "n'a pas pu être lancé" in made.note
    assert "allure2" in made.note
