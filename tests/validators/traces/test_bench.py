"""The set of traces that the benchmark judges is conform, and told whole by each format."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import trace_set


@pytest.mark.parametrize("suffix", trace_set.SMALLEST)
def test_benchmark_judges_what_it_writes(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"traces.{suffix}"
    trace_set.write(path, 2_000)
    measured = trace_set.judge_file(path)
    assert measured["events"] == 2_000
    assert measured["memory_mb"] < trace_set.MOST_MEMORY_MB
