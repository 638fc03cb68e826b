"""A table of checks makes two tests: each passes on a sound demo, each fault breaks its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Check = Callable[[Any], None]


def healthy_and_broken(
    checks: Mapping[Check, str],
) -> tuple[Callable[..., None], Callable[..., None]]:
    """The tests `healthy` and `fault_breaks_its_check` of checks and the faults that break them."""
    pairs = [(fault, check) for check, faults in checks.items() for fault in faults.split()]

    @pytest.mark.parametrize("check", checks, ids=lambda check: check.__name__)
    def test_healthy(check: Check, counter: Any) -> None:
        check(counter)

    @pytest.mark.parametrize(
        ("fault", "check"), pairs, ids=lambda v: v if isinstance(v, str) else ""
    )
    def test_fault_breaks_its_check(fault: str, check: Check, counter: Any) -> None:
        counter.dui.fault(fault)
        with pytest.raises(AssertionError):
            check(counter)

    return test_healthy, test_fault_breaks_its_check
