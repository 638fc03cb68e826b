"""Collection of every scenario, beside a pytest that collects one empty file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.processes import compare

ROUNDS = 5
NO_PLUGINS = ("-p", "no:hypothesispytest", "-p", "no:allure_pytest")
"""What our own configuration leaves out: the baseline must not pay for it."""


def measure() -> dict[str, Any]:
    """Return the timing of `pytest scenarios --collect-only`."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "test_empty.py"
        empty.write_text("def test_nothing() -> None:\n    pass\n", encoding="utf-8")
        options = ("--collect-only", "-q", "-p", "no:cacheprovider")
        quiet = (*options, *NO_PLUGINS)
        return compare(
            ("-m", "pytest", "scenarios", *options),
            "pytest, un fichier vide",
            ("-m", "pytest", str(empty), "--noconftest", f"--rootdir={folder}", *quiet),
            ROUNDS,
        )
