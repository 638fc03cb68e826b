"""Under what circumstances an act is done: since when, from where, by which request.

The front sets them at the start of each request, the MLLP listener at each message; the traces
written meanwhile take them from here, so that no action has to carry them by hand.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_ORIGIN = 120


def now() -> str:
    """The present instant, ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`since` is the instant at which the act began; `origin` an address and a program.

    `request` is the method and the path, never the query: a query may bear a code or a token.
    `whole_request` bears it, for a seeded fault alone, and never shows in repr.
    """

    since: str
    origin: str
    request: str
    whole_request: str = ""

    def __repr__(self) -> str:
        return f"Circumstances({self.since}, {self.origin}, {self.request})"


_CURRENT: ContextVar[Circumstances | None] = ContextVar("circumstances", default=None)


def present() -> Circumstances:
    """The circumstances of the act under way; outside any request, those of the system."""
    return _CURRENT.get() or Circumstances(now(), "système", "")


@contextlib.contextmanager
def under(origin: str, request: str, whole_request: str = "") -> Iterator[None]:
    """Do an act from `origin`, begun now."""
    since = now()
    token = _CURRENT.set(
        Circumstances(since, _plain(origin), _plain(request, 300), whole_request[:2000])
    )
    try:
        yield
    finally:
        _CURRENT.reset(token)


def _plain(text: str, longest: int = LONGEST_ORIGIN) -> str:
    """The text on one line, without control characters, cut."""
    return "".join(c if c.isprintable() else " " for c in text)[:longest].strip()
