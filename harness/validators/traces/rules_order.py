"""Rules on the order of exported traces, and on the lines that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from harness.validators import Check, Finding
from harness.validators.engine import streaming_rule
from harness.validators.streaming import LISTED
from harness.validators.traces.event import Batch, TraceEvent
from harness.validators.traces.over_traces import OverTraces
from harness.validators.traces.stream import batches

STANDARD = "TDE 2.0.0 : recorded ne précède pas period.start"
ORDER_STANDARD = "règle du banc : un journal se lit dans l'ordre du temps"
LINES_STANDARD = "règle du banc : une trace illisible n'est pas opposable"
TOGETHER = 1.0
"""Seconds within which two processes may write in either order."""


@streaming_rule("TRA-15", each=batches, standard=ORDER_STANDARD)
class TracesFollowTime(OverTraces):
    """Traces follow one another in time, oldest or newest first."""

    def __init__(self, check: Check) -> None:
        super().__init__(check)
        self._last: TraceEvent | None = None
        self._source = ""
        self._breaks: dict[bool, list[Finding]] = {True: [], False: []}
        self._counts = {True: 0, False: 0}
        self._steps = {True: 0, False: 0}

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Note the steps of a batch; which of them are wrong is only known at the end."""
        last = self._last if batch.source == self._source else None
        self._source = batch.source
        for event in batch.events:
            moment = event.recorded_at
            if moment is None:
                continue
            self.examined += 1
            if last is not None and last.recorded_at is not None:
                step = moment - last.recorded_at
                if step:
                    self._steps[step > 0] += 1
                if step > TOGETHER or step < -TOGETHER:
                    self._note(step > 0, batch, last, event)
            last = event
        self._last = last
        return iter(())

    def end(self) -> Iterator[Finding]:
        """Yield the steps that go against the way in which most of the file goes."""
        rising = self._steps[True] >= self._steps[False]
        listed, count = self._breaks[not rising], self._counts[not rising]
        yield from listed
        if count > len(listed):
            yield Finding(
                "suite du fichier",
                "aucun autre retour en arrière",
                f"{count - len(listed)} autre(s) retour(s) en arrière, comptés sans détail",
            )

    def _note(self, rising: bool, batch: Batch, last: TraceEvent, event: TraceEvent) -> None:
        self._counts[rising] += 1
        if len(self._breaks[rising]) < LISTED - 1:
            side = "après" if rising else "avant"
            self._breaks[rising].append(
                Finding(
                    batch.at(event.number, "date et heure"),
                    f"un instant qui ne vient pas {side} celui de la trace précédente "
                    f"({last.recorded[:40]})",
                    event.recorded[:40],
                    "Cette trace a-t-elle été ajoutée après coup, ou l'horloge a-t-elle bougé ?",
                )
            )


@streaming_rule("TRA-16", each=batches, standard=STANDARD)
class RecordedAfterTheAct(OverTraces):
    """A trace is not recorded before the act that it tells."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the dated traces of a batch; one that says a single instant contradicts nothing."""
        for event in batch.events:
            recorded, occurred = event.recorded_at, event.occurred_at
            if recorded is None:
                continue
            self.examined += 1
            if (
                occurred is not None
                and recorded < occurred
                and _precedes(event, recorded, occurred)
            ):
                yield Finding(
                    batch.at(event.number, "date d'enregistrement"),
                    f"un instant qui ne précède pas l'acte ({event.occurred[:40]})",
                    event.recorded[:40],
                    "Les horloges des systèmes qui agit et qui trace sont-elles à l'heure ?",
                )


def _precedes(event: TraceEvent, recorded: float, occurred: float) -> bool:
    """Compare at the coarser precision: one of them may be cut to the second."""
    if "." in event.recorded and "." in event.occurred:
        return True
    return int(recorded) < int(occurred)


@streaming_rule("TRA-28", each=batches, standard=LINES_STANDARD)
class LinesAreReadable(OverTraces):
    """Every line of the export can be read."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the lines of a batch."""
        self.examined += len(batch.events) + len(batch.broken)
        for line in batch.broken:
            yield Finding(
                batch.at(line.number),
                f"une trace lisible ({batch.format})",
                line.reason,
                "Le fichier a-t-il été coupé, concaténé ou modifié après son export ?",
            )
