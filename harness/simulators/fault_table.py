"""A table of named faults of a simulator, and which of them are on."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from harness.model.problems import ConfigurationProblem

F = TypeVar("F", bound=Callable[..., Any])


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
            near = difflib.get_close_matches(name, self._faults, 1)
            guess = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
            raise ConfigurationProblem(
                f"panne {self._service} « {name} » inconnue.{guess} "
                f"Pannes possibles : {', '.join(self._faults)}."
            )
        return self._faults[name]

    def __iter__(self) -> Iterator[Fault[F]]:
        return iter(self._faults.values())


@dataclass(frozen=True, slots=True)
class Active(Generic[F]):
    """A fault that is on, and whom it concerns (None: everyone)."""

    fault: Fault[F]
    about: str | None


class ActiveFaults(Generic[F]):
    """The faults that are on, each for someone (None: for all). Safe to use from any thread."""

    def __init__(self, table: FaultTable[F]) -> None:
        self._table = table
        self._on: list[Active[F]] = []
        self._lock = threading.Lock()

    def put(self, name: str, about: str | None) -> None:
        """Switch a fault on. Raises `ConfigurationProblem` for an unknown name."""
        fault = self._table.named(name)
        with self._lock:
            self._on.append(Active(fault, about))

    def lift(self, about: str | None) -> None:
        """Switch off the faults of someone (None: every fault)."""
        with self._lock:
            self._on = [one for one in self._on if about is not None and one.about != about]

    def concerning(self, concerned: Callable[[str], bool]) -> Active[F] | None:
        """Return the last fault put on all, or on someone that `concerned` accepts."""
        with self._lock:
            kept = [one for one in self._on if one.about is None or concerned(one.about)]
        return kept[-1] if kept else None
