"""The benchmark keeps its shape; `banc bench` gives the figures that count."""

from __future__ import annotations

from benchmarks.pam_message import measure


def test_measure_has_the_shape_of_a_benchmark_and_beats_its_baseline() -> None:
    result = measure(rounds=5)
    assert set(result) == {"median_ms", "baseline", "baseline_ms", "ratio"}
    assert result["baseline"] == "hl7apy.parse_message"
    assert float(result["ratio"]) < 1
