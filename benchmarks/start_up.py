"""`banc --help`, beside a Python that does nothing."""

from __future__ import annotations

from typing import Any

from benchmarks.processes import compare

ROUNDS = 9


def measure() -> dict[str, Any]:
    """Return the timing of `banc --help`, launcher included."""
    return compare(("banc", "--help"), "python -c pass", ("-c", "pass"), ROUNDS)
