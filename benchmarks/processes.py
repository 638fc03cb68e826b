"""Times a whole command against a baseline command, in turn, so that drift hits both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def compare(
    command: Sequence[str], baseline: str, other: Sequence[str], rounds: int
) -> dict[str, Any]:
    """Return medians in milliseconds of two commands of this Python, and their ratio.

    Raises `CalledProcessError` when one of them fails: a failing command has no timing.
    """
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds + 1):
        ours.append(_once(command))
        theirs.append(_once(other))
    median, against = statistics.median(ours[1:]), statistics.median(theirs[1:])
    return {
        "median_ms": round(median, 2),
        "baseline": baseline,
        "baseline_ms": round(against, 2),
        "ratio": round(median / against, 3),
    }


def _once(command: Sequence[str]) -> float:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, check=True, capture_output=True
    )
    return (time.perf_counter() - start) * 1000
