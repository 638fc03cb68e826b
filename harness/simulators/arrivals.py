"""What reached a simulator, in order: read at any time, waited for with a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from harness.model.problems import HarnessFault


class Numbered(Protocol):
    """Something that the recorder numbered."""

    @property
    def seq(self) -> int:
        """Return its sequence number in the journal."""


T = TypeVar("T", bound=Numbered)


class Arrivals(Generic[T]):
    """The calls or messages of one simulator. Safe to use from any thread."""

    def __init__(self) -> None:
        self._all: list[T] = []
        self._changed = threading.Condition()
        self._broken: HarnessFault | None = None

    def add(self, one: T) -> None:
        """File an arrival and wake those who wait for one."""
        with self._changed:
            self._all.append(one)
            self._changed.notify_all()

    def fail(self, fault: HarnessFault) -> None:
        """Remember that an arrival could not be filed: whoever reads next is told."""
        with self._changed:
            self._broken = fault
            self._changed.notify_all()

    def after(self, seq: int = 0) -> tuple[T, ...]:
        """Return the arrivals numbered above `seq`, in order.

        Raises the `HarnessFault` that kept one from being filed.
        """
        with self._changed:
            self._check_whole()
            return tuple(one for one in self._all if one.seq > seq)

    def mark(self) -> int:
        """Return the number of the last arrival, 0 when there is none: what `after` takes."""
        with self._changed:
            return max((one.seq for one in self._all), default=0)

    def wait(self, wanted: Callable[[T], bool], timeout: float, after: int = 0) -> T | None:
        """Return the first arrival that is wanted, None when `timeout` seconds bring none."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                self._check_whole()
                found = next((one for one in self._all if one.seq > after and wanted(one)), None)
                left = deadline - time.monotonic()
                if found is not None or left <= 0:
                    return found
                self._changed.wait(left)

    def wait_for_more(self, known: int, timeout: float) -> bool:
        """Say whether more than `known` have arrived, waiting `timeout` seconds at most."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: self._broken is not None or len(self._all) > known, timeout
            )
            self._check_whole()
            return came

    def _check_whole(self) -> None:
        if self._broken is not None:
            raise HarnessFault(str(self._broken))
