"""A table of named faults of a simulator, and which of them are on."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.model.problems import ConfigurationProblem

F = TypeVar("F", bound=Callable[..., Any])
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Fault(Generic[F]):
    """A fault: its name, its French sentence, and what it makes of an answer."""

    name: str
    description: str
    apply: F


class FaultTable(Generic[F]):
    """The faults of one simulator by name, in the order of their definition."""

    def __init__(self, service: str) -> None:
        """`service` ends « panne … inconnue » in messages (« du courriel »)."""
        self._service = service
        self._faults: dict[str, Fault[F]] = {}

    def add(self, name: str, description: str) -> Callable[[F], F]:
        """Register the function under it as a fault."""

        def register(apply: F) -> F:
            self._faults[name] = Fault(name, description, apply)
            return apply

        return register

    def named(self, name: str) -> Fault[F]:
        """Return a fault. Raises `ConfigurationProblem` listing the names for an unknown one."""
        if name not in self._faults:
            raise unknown_fault(self._service, name, self._faults)
        return self._faults[name]

    def __len__(self) -> int:
        return len(self._faults)

    def __iter__(self) -> Iterator[Fault[F]]:
        return iter(self._faults.values())


def unknown_fault(service: str, name: str, known: Collection[str]) -> ConfigurationProblem:
    """Return what to raise for a fault that a simulator does not know."""
    near = difflib.get_close_matches(name, known, 1)
    guess = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
    return ConfigurationProblem(
        f"panne {service} « {name} » inconnue.{guess} Pannes possibles : {', '.join(known)}."
    )


@dataclass(frozen=True, slots=True)
class Active(Generic[F, W]):
    """A fault that is on, and whom it concerns (None: everyone)."""

    fault: Fault[F]
    about: W | None
    delay: float | None = None
    """Seconds, in place of those that the fault says."""


class ActiveFaults(Generic[F, W]):
    """The faults that are on, each for someone (None: for all). Safe to use from any thread."""

    def __init__(self, table: FaultTable[F]) -> None:
        self._table = table
        self._on: list[Active[F, W]] = []
        self._lock = threading.Lock()

    def put(self, name: str, about: W | None, delay: float | None = None) -> None:
        """Switch a fault on. Raises `ConfigurationProblem` for an unknown name."""
        fault = self._table.named(name)
        with self._lock:
            self._on.append(Active(fault, about, delay))

    def lift(self, about: W | None) -> None:
        """Switch off the faults of someone (None: every fault)."""
        with self._lock:
            self._on = [one for one in self._on if about is not None and one.about != about]

    def concerning(self, concerned: Callable[[W], bool]) -> Active[F, W] | None:
        """Return the last fault put on all, or on someone that `concerned` accepts."""
        with self._lock:
            kept = [one for one in self._on if one.about is None or concerned(one.about)]
        return kept[-1] if kept else None
