"""Times several acts of this process in turn, so that a busy machine weighs on all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def medians(
    acts: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 1
) -> dict[str, float]:
    """Return the median time of each act in milliseconds, over `rounds` after `warm_up`."""
    times: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(warm_up + rounds):
        for name, act in acts.items():
            before = time.perf_counter()
            act()
            if number >= warm_up:
                times[name].append((time.perf_counter() - before) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}
