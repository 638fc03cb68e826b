"""The benchmark keeps its shape; `banc bench` gives the figures that count."""

from __future__ import annotations

import pytest

from benchmarks import mdm_message
from benchmarks.pam_message import measure


def test_measure_has_the_shape_of_a_benchmark_and_beats_its_baseline() -> None:
    result = measure(rounds=5)
    assert set(result) == {"median_ms", "baseline", "baseline_ms", "ratio"}
    assert result["baseline"] == "hl7apy.parse_message"
    assert float(result["ratio"]) < 1


def test_own_message_has_the_size_of_the_published_one_and_is_judged_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("BANC_EXEMPLES", raising=False)
    assert abs(len(mdm_message.own_message()) - mdm_message.SIZE) < 2_000
    result = mdm_message.measure(rounds=3)
    assert {"median_ms", "baseline", "baseline_ms", "ratio"} <= set(result)
    assert "BANC_EXEMPLES absent" in str(result["message"])
    assert float(result["ratio"]) < 1.5
