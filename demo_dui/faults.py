"""Seeded faults: each one changes a single behaviour, at the place where that behaviour happens.

The catalogue is in `fault_list`; this module holds the switch. At most one fault is active in a
process. The healthy state is "none".
"""

from __future__ import annotations

from demo_dui.fault import Fault
from demo_dui.fault_list import FAULTS

BY_NAME: dict[str, Fault] = {fault.name: fault for fault in FAULTS}


class _Switch:
    """Holds the one active fault of this process."""

    current: str | None = None


def active(name: str) -> bool:
    """Tell whether the fault `name` is switched on; an unknown name raises KeyError."""
    return BY_NAME[name].name == _Switch.current


def current() -> str | None:
    """Name of the active fault, or None when the software is healthy."""
    return _Switch.current


def switch(name: str | None) -> None:
    """Make `name` the only active fault (None: healthy). An unknown name raises KeyError."""
    _Switch.current = None if name is None else BY_NAME[name].name
