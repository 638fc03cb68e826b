"""The software dies, the run is killed, Ctrl-C is pressed: the journal reads back all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.evidence.journal import JOURNAL_NAME, JournalReading, altered_pieces, read_journal
from tests.e2e.command import ALLURE, Ended, alive, only_run, run_json, started, wait_until

pytestmark = [
    pytest.mark.xdist_group("e2e-interruptions"),
    pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX"),
]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start `banc demo`, without browser scenarios; killed at the end if need be."""
    process = started("demo", "--requirement", "INS 1", "--requirement", "INS 34", cwd=tmp_path)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def _ended(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in out + err, out + err
    return Ended(process.returncode, out, err)


def _journal(reports: Path) -> JournalReading | None:
    if not reports.is_dir() or not list(reports.glob(f"*/{JOURNAL_NAME}")):
        return None
    return read_journal(only_run(reports))


def _after_verdicts(tmp_path: Path, number: int) -> int:
    """Wait for that many verdicts and return the process id of demo_dui."""

    def enough() -> bool:
        journal = _journal(tmp_path / "reports")
        kinds = [entry.kind for entry in journal.entries] if journal else []
        return kinds.count("verdict") >= number

    wait_until(enough, f"{number} verdicts au journal")
    journal = _journal(tmp_path / "reports")
    assert journal is not None
    run = next(entry for entry in journal.entries if entry.kind == "run")
    pid = run.data["demo_pid"]
    assert isinstance(pid, int) and alive(pid)
    return pid


def test_a_target_that_dies_half_way_is_never_non_conform(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    os.kill(_after_verdicts(tmp_path, 2), signal.SIGKILL)
    ended = _ended(running)
    assert ended.code in {3, 4}, ended.text
    assert "INTERNALERROR" not in ended.text
    folder = only_run(tmp_path / "reports")
    run = run_json(folder)
    assert run["verdicts"]["NON_CONFORM"] == 0, ended.text
    assert run["verdicts"]["INCONCLUSIVE"] > 5
    assert run["verdicts"]["CONFORM"] >= 2
    told = {one["reason"] for one in run["scenarios"] if one["verdict"] == "INCONCLUSIVE"}
    assert all(told), told
    assert any("cible" in reason and "démarrée" in reason for reason in told), told
    journal = read_journal(folder)
    assert (journal.intact, journal.finished, altered_pieces(folder)) == (True, True, [])


def test_a_killed_run_leaves_a_journal_that_reads_back_and_no_orphan(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    demo = _after_verdicts(tmp_path, 2)
    running.send_signal(signal.SIGKILL)
    running.wait(10)
    wait_until(lambda: not alive(demo), "fin de demo_dui", 10)
    folder = only_run(tmp_path / "reports")
    journal = read_journal(folder)
    assert (journal.intact, journal.finished) == (True, False)
    assert [entry.kind for entry in journal.entries].count("verdict") >= 2
    assert altered_pieces(folder) == []


def test_ctrl_c_at_mid_run_writes_the_reports_of_what_ran(
    running: subprocess.Popen[str], tmp_path: Path
) -> None:
    demo = _after_verdicts(tmp_path, 2)
    os.killpg(running.pid, signal.SIGINT)
    ended = _ended(running)
    assert ended.code == 130, ended.text
    assert "interrompue" in ended.out
    assert ended.err == "Interrompu.\n"
    wait_until(lambda: not alive(demo), "fin de demo_dui", 10)
    folder = only_run(tmp_path / "reports")
    run = run_json(folder)
    assert run["interrupted"]
    assert run["verdicts"]["NON_CONFORM"] == 0
    assert run["verdicts"]["CONFORM"] >= 2
    assert (folder / "junit.xml").is_file()
    assert list((folder / "allure-results").glob("*-result.json"))
    journal = read_journal(folder)
    assert (journal.intact, journal.finished) == (True, False)
    assert journal.entries[-1].kind == "interrupted"


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.5, 0.7])
def test_ctrl_c_at_start_up(delay: float, tmp_path: Path) -> None:
    process = started("demo", "--requirement", "INS 22", cwd=tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(delay)  # the moment itself is the subject: any must do
    os.killpg(process.pid, signal.SIGINT)
    ended = _ended(process)
    if ended.code == -signal.SIGINT and not ended.text.strip("\n"):
        return  # before our first line of code, Python itself ends, by the signal
    assert ended.code == 130, ended.text
    assert ended.err == "Interrompu.\n"
    journal = _journal(tmp_path / "reports")
    assert journal is None or (journal.intact and not journal.finished)


def test_ctrl_c_ends_a_hunt_of_mutants(tmp_path: Path) -> None:
    process = started("mutants", "--sample", "30", "--seed", "1", cwd=tmp_path)
    reports = tmp_path / "reports" / "mutants"

    def hunting() -> bool:
        journal = _journal(reports)
        return journal is not None and any(entry.kind == "check" for entry in journal.entries)

    try:
        wait_until(hunting, "scénarios du DUI sain")
        os.killpg(process.pid, signal.SIGINT)
        ended = _ended(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert ended.code == 130, ended.text
    assert ended.err == "Interrompu.\n"
    assert "[1/30]" not in ended.out
    assert read_journal(only_run(reports)).intact


def test_ctrl_c_during_the_reports_keeps_those_already_written(tmp_path: Path) -> None:
    """The generator of allure.html is the slow part: one that never ends stands for it."""
    waiting = tmp_path / "lent.py"
    seen = tmp_path / "vu"
    waiting.write_text(
        f"import pathlib, time; pathlib.Path({str(seen)!r}).touch(); time.sleep(60)", "utf-8"
    )
    generator = dict(zip(ALLURE, (sys.executable, str(waiting)), strict=True))
    process = started("demo", "--requirement", "INS 22", cwd=tmp_path, env=generator)
    reports = tmp_path / "reports"
    try:
        wait_until(seen.exists, "générateur lancé")
        os.killpg(process.pid, signal.SIGINT)
        ended = _ended(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    assert ended.code == 130, ended.text
    assert "Rapports interrompus" in ended.out
    assert ended.err == "Interrompu.\n"
    folder = only_run(reports)
    assert run_json(folder)["verdicts"]["CONFORM"] >= 1
    journal = read_journal(folder)
    assert (journal.intact, journal.finished) == (True, False)
