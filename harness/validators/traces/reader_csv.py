"""Read traces in CSV: a header, one row a trace, quoted values over several lines allowed."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from harness.model.problems import Unreadable
from harness.validators.traces.columns import Reading, column_picker, event_of
from harness.validators.traces.event import CSV, LINE, Batch, Broken, TraceEvent
from harness.validators.traces.lines import TOO_LONG, UNDECODED, is_sound, line_blocks
from harness.validators.traces.vocabulary import Kinds

_DELIMITERS = ";,\t|"
_LONGEST_VALUE = 200
"""Lines over which one quoted value may run: beyond, its quote was never closed."""


def csv_batches(blocks: Iterator[str], reading: Reading) -> Iterator[Batch]:
    """Yield the traces of a CSV.

    Raises `Unreadable` for a header that names nothing of a trace.
    """
    reader: _Rows | None = None
    number = 0
    for lines in line_blocks(blocks):
        for line in lines:
            number += 1
            if reader is not None:
                reader.add(number, line)
            elif line is None or line.strip():
                reader = _Rows(line or "", reading)
        if reader is not None:
            yield reader.taken()
    if reader is not None:
        reader.end()
        yield reader.taken()


class _Rows:
    """The rows of a file under its header, and the lines of a quoted value not closed yet."""

    def __init__(self, header: str, reading: Reading) -> None:
        self._delimiter = reading.delimiter
        if self._delimiter not in header:
            self._delimiter = max(_DELIMITERS, key=header.count)
        names = [name.strip() for name in self._quoted(header) or ()]
        if len(names) < 2:
            raise Unreadable(
                f"en-tête de CSV attendu en première ligne ; lu : « {header[:80]} » ; vérifiez "
                "delimiter et encoding dans [drivers.audit]"
            )
        self._width = len(names)
        self._pick = column_picker(names, reading)
        self._kinds = Kinds(reading.words)
        self._open: list[tuple[int, str]] = []
        self._events: list[TraceEvent] = []
        self._broken: list[Broken] = []

    def taken(self) -> Batch:
        """Return what was read since the last time."""
        batch = Batch(CSV, LINE, self._events, self._broken)
        self._events, self._broken = [], []
        return batch

    def add(self, number: int, line: str | None) -> None:
        """Read a line; None for one too long to be kept."""
        if line is None:
            self._broken.append(Broken(number, TOO_LONG))
        elif self._open or '"' in line:
            self._join(number, line)
        elif line:
            self._row(number, line.split(self._delimiter), line)

    def end(self) -> None:
        """Name the quotes that the file leaves open, and read the lines that they swallowed."""
        while self._open:
            self._give_up()

    def _join(self, number: int, line: str) -> None:
        self._open.append((number, line))
        if line.count('"') % 2 == (0 if len(self._open) == 1 else 1):
            text = "\n".join(one for _, one in self._open)
            row = self._quoted(text)
            if len(self._open) == 1 or (row is not None and len(row) == self._width):
                first, self._open = self._open[0][0], []
                self._row(first, row, text)
            else:
                self._give_up()
        elif len(self._open) > _LONGEST_VALUE:
            self._give_up()

    def _give_up(self) -> None:
        """Name the line that opened a quote, and read the next ones for themselves."""
        (number, _), *others = self._open
        self._broken.append(Broken(number, "guillemet ouvert et jamais refermé"))
        self._open = []
        for one in others:
            self.add(*one)

    def _quoted(self, text: str) -> list[str] | None:
        rows = csv.reader([text], delimiter=self._delimiter, strict=True)
        try:
            return next(rows, None)
        except csv.Error:
            return None

    def _row(self, number: int, row: list[str] | None, text: str) -> None:
        if row is None:
            self._broken.append(Broken(number, "CSV illisible : guillemets mal placés"))
        elif len(row) != self._width:
            told = f"{self._width} colonne(s) attendue(s), {len(row)} lue(s)"
            self._broken.append(Broken(number, told))
        elif not (text.isascii() or is_sound(text)):
            self._broken.append(Broken(number, UNDECODED))
        else:
            row.append("")
            self._events.append(event_of(number, self._pick(row), self._kinds, text))
