"""A dictionary that forgets its oldest entries: memory stays flat however long it serves."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

KEPT = 150
"""Entries that each store keeps: a scenario signs in a dozen times, and one runs at a time."""


class Capped(Generic[K, V]):
    """Keeps the last `limit` entries put in it."""

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[V]:
        return iter(tuple(self._entries.values()))

    def put(self, key: K, value: V) -> V:
        """Keep a value as the newest one and return it."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._limit:
            self._entries.popitem(last=False)
        return value

    def get(self, key: K) -> V | None:
        """Return the value of a key, None when it is unknown or forgotten."""
        return self._entries.get(key)

    def pop(self, key: K) -> V | None:
        """Forget a key and return its value, None when it was not known."""
        return self._entries.pop(key, None)

    def drop(self, unwanted: Callable[[V], bool]) -> None:
        """Forget the entries that a test names."""
        for key in [key for key, value in self._entries.items() if unwanted(value)]:
            del self._entries[key]
