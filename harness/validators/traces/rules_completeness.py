"""Rules that hold the export against the acts of the banc: each has its trace, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from harness.validators import Check, Finding
from harness.validators.engine import streaming_rule
from harness.validators.traces.acts_told import SUCCESS, Act, Ledger, Ledgers, Told, within
from harness.validators.traces.event import Batch, TraceEvent
from harness.validators.traces.over_traces import OverTraces
from harness.validators.traces.stream import batches
from harness.validators.traces.vocabulary import LISTS, identifiers

_CITES = (
    *("INS 3", "INS 4", "INS 17", "INS 26", "INS 37", "INS 38", "INS 41"),
    *("INS/va1.39", "INS/va1.49", "INS/va1.27", "INS/va1.44", "INS/va1.38", "INS/va1.35"),
    "INS/va1.46",
)
_NEAR = 2.0
"""Seconds around the acts in which a trace is theirs when nothing was exported before them."""


class OverActs(OverTraces):
    """A rule on the acts of the banc: their traces are gathered, then judged at the end."""

    def __init__(self, check: Check) -> None:
        super().__init__(check)
        self._gathered = check.view(Ledgers)

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Gather the traces of a batch that may tell an act."""
        self._gathered.feed(batch)
        return iter(())

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """Return what was gathered of each export."""
        return self._gathered.all

    def told(self) -> Iterator[tuple[Ledger, Act, TraceEvent]]:
        """Yield each act that has its trace in an export."""
        for ledger in self.ledgers:
            for one in ledger.settled[0]:
                if one.event is not None:
                    yield ledger, one.act, one.event


@streaming_rule("TRA-19", each=batches, cites=_CITES, lists=LISTS)
class EachActHasItsTrace(OverActs):
    """Each act that the banc did has its trace, dated of that act."""

    def end(self) -> Iterator[Finding]:
        """Judge each act in each export."""
        for ledger in self.ledgers:
            for one in ledger.settled[0]:
                self.examined += 1
                if one.event is None:
                    yield self._missing(one, ledger)

    def _missing(self, one: Told, ledger: Ledger) -> Finding:
        export = ledger.place.title if ledger.place else ""
        at = f"{f'{export}, ' if export else ''}acte : {one.act.words}"
        if one.elsewhere is None:
            hint = "Cet acte passe-t-il par la traçabilité, réussi ou refusé ?"
            return Finding(at, "une trace de cet acte", "aucune", hint)
        return Finding(
            at,
            "une trace datée de l'acte, à deux minutes près",
            f"{ledger.at(one.elsewhere, '')}, datée {one.elsewhere.recorded[:40] or 'de rien'}",
            "L'horloge, ou le fuseau, du journal est-il juste ?",
        )


@streaming_rule("TRA-20", each=batches, cites=_CITES, lists=LISTS, overlaps=("TRA-09", "TRA-22"))
class TraceNamesTheAuthor(OverActs):
    """The trace of an act names who did it."""

    def end(self) -> Iterator[Finding]:
        """Judge each act that has its author and its trace."""
        for ledger, act, event in self.told():
            if not act.authors:
                continue
            self.examined += 1
            if not act.has_author(event):
                yield Finding(
                    ledger.at(event, f"auteur ({act.kind})"),
                    " ou ".join(sorted(act.authors)),
                    event.author[:80] or "vide",
                    "La trace porte-t-elle l'utilisateur connecté, et non un compte technique ?",
                )


@streaming_rule("TRA-21", each=batches, cites=_CITES, lists=LISTS, overlaps=("TRA-11",))
class TraceNamesThePerson(OverActs):
    """The trace of an act on a person names that person."""

    def end(self) -> Iterator[Finding]:
        """Judge each act on a person that has its trace."""
        for ledger, act, event in self.told():
            if not act.persons:
                continue
            self.examined += 1
            if not act.has_person(event):
                yield Finding(
                    ledger.at(event, f"personne ({act.kind})"),
                    " ou ".join(sorted(act.persons)),
                    event.person[:80] or "vide",
                    "La trace dit-elle sur qui l'acte a porté ?",
                )


@streaming_rule(
    "TRA-29",
    each=batches,
    cites=("SSI/IAM.90", "SSI/IAM.91", "MSS/CONF.18"),
    lists=LISTS,
    overlaps=("TRA-13",),
)
class TraceTellsTheResult(OverActs):
    """The trace of an act says how it really ended."""

    def end(self) -> Iterator[Finding]:
        """Judge each act whose result is known and that has its trace."""
        for ledger, act, event in self.told():
            if not act.result:
                continue
            self.examined += 1
            if not act.has_result(event):
                yield Finding(
                    ledger.at(event, f"résultat ({act.kind})"),
                    "un succès" if act.result == SUCCESS else "un échec ou un refus",
                    event.result[:80] or "vide",
                    "La trace est-elle écrite après l'acte, avec son issue ?",
                )


@streaming_rule("TRA-22", each=batches, cites=("INS 3", "INS/va1.39"), lists=LISTS)
class NoTraceWithoutCause(OverActs):
    """No new trace on our persons and accounts tells what nobody did, nor twice the same act."""

    def end(self) -> Iterator[Finding]:
        """Judge each new trace that names one of our persons or accounts."""
        for ledger in self.ledgers:
            told, left = ledger.settled
            used = [one.event for one in told if one.event is not None]
            self.examined += sum(map(ledger.is_ours, used))
            for event in left:
                if not ledger.is_ours(event) or not _is_recent(ledger, event):
                    continue
                self.examined += 1
                if not any(_entails(act, event) for act in ledger.acts):
                    yield self._stray(ledger, event, used)

    def _stray(self, ledger: Ledger, event: TraceEvent, used: list[TraceEvent]) -> Finding:
        why = "en double" if _doubles(event, used) else "sans acte qui l'ait causée"
        return Finding(
            ledger.at(event, f"« {event.action[:60]} »"),
            "une trace par acte, de ce qui a été fait",
            f"{event.author[:60] or 'auteur vide'}, {event.recorded[:40]}, {why}",
            "L'acte est-il tracé deux fois, ou la trace vient-elle d'ailleurs ?",
        )


def _is_recent(ledger: Ledger, event: TraceEvent) -> bool:
    if ledger.has_earlier:
        return True
    return within(event, ledger.since - _NEAR, ledger.until + _NEAR)


def _entails(act: Act, event: TraceEvent) -> bool:
    """Tell whether an act explains a further trace: one of its author, of a kind it entails."""
    if act.authors and not act.has_author(event):
        return False
    if act.persons and event.person and not act.has_person(event):
        return False
    return not event.kinds or not act.also.isdisjoint(event.kinds)


def _doubles(event: TraceEvent, used: list[TraceEvent]) -> bool:
    return any(
        event.action == one.action
        and identifiers(event.author) == identifiers(one.author)
        and identifiers(event.person) == identifiers(one.person)
        for one in used
    )
