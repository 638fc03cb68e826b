"""Which trace tells which act: what the banc did, held against what the software exported.

Expected values: `acts`, each with `kind`, `author` and `person` (an identifier, or a list of those
by which the software may name them), `since`, `until` (ISO), and if need be `result` (`ok` or
`échec`), `account`, `says` (words of which one must be said), `also` (kinds that the act entails).
`persons` and `accounts` are ours: nobody else acts on them. Lines that the role `before`
of the same export holds already are not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from harness.model.check import Check
from harness.validators.traces.event import Batch, TraceEvent
from harness.validators.traces.reader import CLOCK_DRIFT
from harness.validators.traces.stream import EARLIER, batches_of
from harness.validators.traces.vocabulary import identifiers, instant, succeeded

SUCCESS, FAILURE = "ok", "échec"
REFUSAL = "refus"
_DRIFT = CLOCK_DRIFT.total_seconds()
_ZONES = (0, 3600, 7200)
"""Seconds by which an instant without zone may be ahead: it may be UTC, or the hour of Paris."""
_KEPT = 20_000
"""Traces kept for matching: far more than a scenario causes."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that the banc did."""

    kind: str
    authors: frozenset[str]
    persons: frozenset[str]
    accounts: frozenset[str]
    since: float
    until: float
    result: str
    says: tuple[str, ...]
    also: frozenset[str]
    words: str
    """How findings name it."""

    def is_told_by(self, event: TraceEvent) -> bool:
        """Tell whether a trace is of the kind of this act."""
        if self.kind in event.kinds:
            return True
        return self.kind == REFUSAL and succeeded(event.result) is False

    def has_author(self, event: TraceEvent) -> bool:
        """Tell whether a trace names the author; True for an act without author."""
        return not self.authors or bool(self.authors & identifiers(event.author))

    def has_person(self, event: TraceEvent) -> bool:
        """Tell whether a trace names the person; True for an act on nobody."""
        return not self.persons or bool(self.persons & identifiers(event.person))

    def has_result(self, event: TraceEvent) -> bool:
        """Tell whether a trace says how the act ended; True when it is not known."""
        return not self.result or succeeded(event.result) is (self.result == SUCCESS)

    def around(self, event: TraceEvent, drift: float = _DRIFT) -> bool:
        """Tell whether a trace is dated of this act, clocks being apart by `drift` seconds."""
        return within(event, self.since - drift, self.until + drift)


@dataclass(frozen=True, slots=True)
class Told:
    """An act, and the trace that tells it: None when nothing does."""

    act: Act
    event: TraceEvent | None
    elsewhere: TraceEvent | None = None
    """A trace of the same act, author and person, at another instant."""


def within(event: TraceEvent, since: float, until: float) -> bool:
    """Tell whether a trace may be dated between two instants, its zone being said or not."""
    moment = event.recorded_at
    if moment is None:
        return False
    ahead = (0,) if event.zoned else _ZONES
    return any(since <= moment - seconds <= until for seconds in ahead)


class Ledger:
    """The acts of a check, and the traces of one export that may tell them."""

    def __init__(self, check: Check, source: str = "") -> None:
        self.place: Batch | None = None
        self.has_earlier = f"{EARLIER}{source}" in check.artefacts
        self.acts = tuple(_acts(check.expected.get("acts")))
        self.persons = _texts(check.expected.get("persons")).union(*(a.persons for a in self.acts))
        self.accounts = _texts(check.expected.get("accounts"))
        self.accounts = self.accounts.union(*(a.accounts for a in self.acts))
        self.since = min((act.since for act in self.acts), default=0.0)
        self.until = max((act.until for act in self.acts), default=0.0)
        self._known = Counter(_earlier(check, source)) if self.acts else Counter[int]()
        self._kinds = frozenset(act.kind for act in self.acts)
        self.lines: list[TraceEvent] = []

    def feed(self, batch: Batch) -> None:
        """Keep the traces of a batch that are new and concern us."""
        self.place = batch
        if not self.acts or len(self.lines) >= _KEPT:
            return
        first, last = self.since - _DRIFT, self.until + _DRIFT
        for event in batch.events:
            moment = event.recorded_at
            near = moment is not None and (
                first <= moment <= (last if event.zoned else last + _ZONES[-1])
            )
            if (near or self.is_ours(event)) and self._may_tell(event) and self._is_new(event):
                self.lines.append(event)

    @cached_property
    def settled(self) -> tuple[list[Told], list[TraceEvent]]:
        """Each act with its trace, and the traces left, in their order: once all is fed."""
        free = list(self.lines)
        found: dict[int, TraceEvent] = {}
        for fits in _LIKENESS:
            for index, act in enumerate(self.acts):
                if index in found:
                    continue
                event = next((one for one in free if act.is_told_by(one) and fits(act, one)), None)
                if event is not None:
                    found[index] = event
                    free.remove(event)
        told = [
            Told(act, found.get(index), None if index in found else _elsewhere(act, free))
            for index, act in enumerate(self.acts)
        ]
        return told, free

    def _may_tell(self, event: TraceEvent) -> bool:
        return (
            not self._kinds.isdisjoint(event.kinds)
            or (REFUSAL in self._kinds and succeeded(event.result) is False)
            or self.is_ours(event)
        )

    def is_ours(self, event: TraceEvent) -> bool:
        """Tell whether a trace is about one of our persons or accounts."""
        if event.person and self.persons and self.persons & identifiers(event.person):
            return True
        return bool(self.accounts and event.account) and bool(
            self.accounts & identifiers(event.account)
        )

    def _is_new(self, event: TraceEvent) -> bool:
        mark = hash(event.text)
        if self._known[mark] > 0:
            self._known[mark] -= 1
            return False
        return True

    def at(self, event: TraceEvent, what: str) -> str:
        """Return the place of a trace as findings say it."""
        return self.place.at(event.number, what) if self.place else what


class Ledgers:
    """The ledgers of every export of a check, fed once for all the rules on acts."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._ledgers: dict[str, Ledger] = {}
        self._last: Batch | None = None

    def feed(self, batch: Batch) -> None:
        """Feed a batch to the ledger of its export; each rule is fed the same batch in turn."""
        if batch is self._last:
            return
        self._last = batch
        if batch.source not in self._ledgers:
            self._ledgers[batch.source] = Ledger(self._check, batch.source)
        self._ledgers[batch.source].feed(batch)

    @property
    def all(self) -> tuple[Ledger, ...]:
        """Return the ledger of each export."""
        return tuple(self._ledgers.values())


def _earlier(check: Check, source: str) -> Iterator[int]:
    for batch in batches_of(check, EARLIER):
        if batch.source == source:
            for event in batch.events:
                yield hash(event.text)


_LIKENESS: tuple[Callable[[Act, TraceEvent], bool], ...] = (
    lambda a, e: a.around(e) and a.has_author(e) and a.has_person(e) and a.has_result(e),
    lambda a, e: a.around(e) and a.has_author(e) and a.has_person(e),
    lambda a, e: a.around(e) and bool(a.persons) and a.has_person(e),
    lambda a, e: a.around(e) and bool(a.authors) and a.has_author(e),
    lambda a, e: a.around(e, 2.0),
)
"""How much a trace is that of an act, the surest first: whole, wrong result, wrong author, wrong
person, then nothing but its kind and its very instant."""


def _elsewhere(act: Act, free: Iterable[TraceEvent]) -> TraceEvent | None:
    return next(
        (
            event
            for event in free
            if act.is_told_by(event) and act.has_author(event) and act.has_person(event)
        ),
        None,
    )


def _acts(listed: object) -> Iterator[Act]:
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, Mapping) and one.get("kind"):
            yield _act(one)


def _act(one: Mapping[str, Any]) -> Act:
    since, until = (instant(str(one.get(name) or ""))[0] for name in ("since", "until"))
    author, person = _first(one.get("author")), _first(one.get("person"))
    result = str(one.get("result") or "")
    words = [str(one["kind"]), f"par {author}" if author else "", f"sur {person}" if person else ""]
    return Act(
        str(one["kind"]),
        _texts(one.get("author")),
        _texts(one.get("person")),
        _texts(one.get("account")),
        since or 0.0,
        until or float("inf"),
        result,
        tuple(sorted(_texts(one.get("says")))),
        _texts(one.get("also")),
        " ".join(chain(filter(None, words), [f"({result})"] if result else [])),
    )


def _texts(value: object) -> frozenset[str]:
    listed = value if isinstance(value, list | tuple) else [value]
    return frozenset(str(one) for one in listed if one not in (None, ""))


def _first(value: object) -> str:
    listed = value if isinstance(value, list | tuple) else [value]
    return next((str(one) for one in listed if one not in (None, "")), "")
