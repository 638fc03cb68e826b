"""The command line as a user runs it: a process, its output, its exit code, its run folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TARGETS = ROOT / "fixtures" / "targets"
DEMO = TARGETS / "demo.toml"
BANC = (sys.executable, "-m", "harness.cli")
ALLURE = ("BANC_NODE", "BANC_ALLURE")
DEADLINE = 900.0
"""Seconds for a whole demo on a machine shared by many: a test that hangs must still end."""


@dataclass(frozen=True)
class Ended:
    """A command that ended: its exit code and what it said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Return all that the user read."""
        return self.out + self.err


def environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Return our environment without BANC_*, changed; None removes a variable.

    Without the Allure generator a run is 2 s shorter: tests that need it ask for it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}
    kept |= {"PYTHONUTF8": "1", "COLUMNS": "200"}
    for name, value in (changes or {}).items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept


def banc(*words: str | Path, cwd: Path, env: Mapping[str, str | None] | None = None) -> Ended:
    """Run `banc WORDS` in a folder and return how it ended; a traceback fails the test."""
    return run_to_end([*BANC, *map(str, words)], cwd, env)


def run_to_end(
    line: list[str], cwd: Path, env: Mapping[str, str | None] | None = None, **options: Any
) -> Ended:
    """Run a command line to its end; a traceback shown to the user fails the test."""
    done = subprocess.run(
        line,
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEADLINE,
        check=False,
        **options,
    )
    ended = Ended(done.returncode, done.stdout, done.stderr)
    assert "Traceback (most recent call last)" not in ended.text, ended.text
    assert "INTERNALERROR" not in ended.text, ended.text
    return ended


def started(
    *words: str | Path, cwd: Path, env: Mapping[str, str | None] | None = None
) -> subprocess.Popen[str]:
    """Start `banc WORDS` in its own process group, as a terminal does; the caller ends it."""
    return subprocess.Popen(
        [*BANC, *map(str, words)],
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


def only_run(reports: Path) -> Path:
    """Return the one run folder of a folder of reports."""
    found = [path for path in reports.iterdir() if path.is_dir()]
    assert len(found) == 1, found
    return found[0]


def run_json(folder: Path) -> dict[str, Any]:
    """Return `run.json` of a run folder."""
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def printed_counts(text: str, words: Mapping[str, str]) -> dict[str, int]:
    """Return the verdict counts of the printed summary; `words` maps verdict to report word."""
    section = text.partition("\nVerdicts (")[2]
    return {
        verdict: int(match.group(1))
        for verdict, word in words.items()
        if (match := re.search(rf"^  {re.escape(word)} +(\d+) ", section, re.M))
    }


def wait_until(true: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Return the first truthy answer; fail with `what` after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = true()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"jamais vu : {what}")


def alive(pid: int) -> bool:
    """Say whether a process of this user still runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
