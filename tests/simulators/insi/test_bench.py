"""The measurement of INSi calls gives the shape that `banc bench --json` prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import insi_calls


def test_the_measure_compares_the_simulator_with_a_bare_handler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insi_calls, "REPORTS", tmp_path)
    monkeypatch.setattr(insi_calls, "ROUNDS", 2)
    monkeypatch.setattr(insi_calls, "CALLS", 5)
    told = insi_calls.measure()
    assert set(told) == {"median_ms", "baseline", "baseline_ms", "ratio", "per_second"}
    for name in ("median_ms", "baseline_ms", "ratio", "per_second"):
        assert float(str(told[name])) > 0
    assert list(tmp_path.iterdir()) == []
