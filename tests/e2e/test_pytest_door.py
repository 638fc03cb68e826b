"""The other door: `pytest scenarios --target …`, with pytest's own terminal, says the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.evidence.journal import altered_pieces, read_journal
from tests.e2e.command import DEMO, ROOT, Ended, banc, only_run, run_json, run_to_end
from tests.e2e.conftest import Outside

pytestmark = pytest.mark.xdist_group("e2e-pytest-door")


def _pytest(*words: str | Path, reports: Path, env: dict[str, str] | None = None) -> Ended:
    line = [sys.executable, "-m", "pytest", "scenarios", "-p", "no:cacheprovider"]
    return run_to_end([*line, "--reports", str(reports), *map(str, words)], ROOT, env)


def test_chosen_by_keyword(tmp_path: Path) -> None:
    ended = _pytest("--target", DEMO, "-k", "transmission", reports=tmp_path)
    assert ended.code == 0, ended.text
    assert "test_transmission.py" in ended.out  # pytest's own terminal
    assert "Résumé" in ended.out and "Code de sortie 0" in ended.out  # and the banc's
    run = run_json(only_run(tmp_path))
    assert {one["id"].partition("::")[0] for one in run["scenarios"]} == {
        "ins/test_transmission.py"
    }
    number = run["verdicts"]["CONFORM"]
    assert number >= 5 and f"{number} passed" in ended.out
    assert read_journal(only_run(tmp_path)).finished


def test_same_exit_codes(outside: Outside, tmp_path: Path) -> None:
    wrong = {**outside.environ, "BANC_DEMO_PASSWORD": "pas-le-bon"}
    ended = _pytest("--target", outside.target, "-k", "default", reports=tmp_path, env=wrong)
    assert ended.code == 4, ended.text
    assert "Non concluant" in ended.out and "1 failed" in ended.out


def test_without_target_scenarios_are_refused(tmp_path: Path) -> None:
    ended = _pytest(reports=tmp_path / "rien")
    assert ended.code == 2, ended.text
    assert "--target" in ended.text and "demo.toml" in ended.text
    assert not (tmp_path / "rien").exists()


def test_workers_are_refused_on_a_target_of_a_vendor(outside: Outside, tmp_path: Path) -> None:
    ended = _pytest("--target", outside.target, "-n", "2", reports=tmp_path, env=outside.environ)
    assert ended.code == 2, ended.text
    assert "-n" in ended.text and "Relancez sans -n" in ended.text
    assert list(tmp_path.iterdir()) == []


def test_workers_share_the_demo(tmp_path: Path) -> None:
    chosen = ("--requirement", "INS 45")
    alone = banc("demo", *chosen, "--reports", "seul", cwd=tmp_path)
    shared = banc("demo", *chosen, "-n", "2", "--reports", "deux", cwd=tmp_path)
    assert (alone.code, shared.code) == (0, 0), alone.text + shared.text
    runs = [run_json(only_run(tmp_path / name)) for name in ("seul", "deux")]
    verdicts = [[(one["id"], one["verdict"]) for one in run["scenarios"]] for run in runs]
    assert verdicts[0] == verdicts[1]
    assert [one["id"] for one in runs[0]["requirements"]] == [
        one["id"] for one in runs[1]["requirements"]
    ]
    folder = only_run(tmp_path / "deux")
    journal = read_journal(folder)
    assert (journal.intact, journal.finished, altered_pieces(folder)) == (True, True, [])
    heads = next(entry.data for entry in journal.entries if entry.kind == "workers")
    assert len(heads) == 2
    for name, anchored in heads.items():
        theirs = read_journal(folder / "ouvriers" / name)
        assert (theirs.intact, theirs.finished) == (True, True)
        assert anchored["head"] == theirs.head


def test_collecting_alone_starts_nothing(tmp_path: Path) -> None:
    ended = _pytest("--collect-only", "-q", reports=tmp_path / "rien")
    assert ended.code == 0, ended.text
    assert "ins/test_transmission.py" in ended.out
    assert not (tmp_path / "rien").exists()
