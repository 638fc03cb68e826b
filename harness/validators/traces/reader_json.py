"""Read traces in JSON: one object a line, or the elements of an array or of a FHIR Bundle.

Elements are decoded one by one from a window on the text, so that a Bundle of 200 MB on a single
line is read as one on many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from harness.model.problems import Unreadable
from harness.validators.traces.audit_event import AUDIT_EVENT, read_audit_event
from harness.validators.traces.columns import KeyPicker, Reading, event_of
from harness.validators.traces.event import (
    ENTRY,
    FHIR,
    JSON_LINES,
    LINE,
    Batch,
    Broken,
    TraceEvent,
)
from harness.validators.traces.lines import (
    BLOCK,
    LONGEST,
    TOO_LONG,
    UNDECODED,
    is_sound,
    line_blocks,
)
from harness.validators.traces.vocabulary import Kinds

_TOGETHER = 1_000
"""Elements of a batch."""
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")
_ENTRIES = re.compile(r'"entry"\s*:\s*\[')
_STARTS = re.compile(r'\{\s*"(?:fullUrl|resource|resourceType|id)"\s*:')


class _Undecoded(str):
    """Why an element could not be decoded."""


class _Objects:
    """Turns JSON values into traces: AuditEvents, or objects read by their keys."""

    def __init__(self, reading: Reading) -> None:
        self.kinds = Kinds(reading.words)
        self._pick = KeyPicker(reading)

    def event(self, number: int, data: Any, text: str) -> TraceEvent | Broken | None:
        """Return the trace; why it is broken; None for an element that is no trace."""
        if not isinstance(data, dict):
            return Broken(number, f"objet JSON attendu, {type(data).__name__} lu")
        if isinstance(data.get("resource"), dict):
            data = data["resource"]
        kind = data.get("resourceType")
        if kind == AUDIT_EVENT:
            return read_audit_event(number, data, self.kinds, text)
        if isinstance(kind, str):
            return None
        said = f"{text}\n{json.dumps(data, ensure_ascii=False)}" if "\\" in text else text
        return event_of(number, self._pick.values(data), self.kinds, said)


def json_line_batches(blocks: Iterator[str], reading: Reading) -> Iterator[Batch]:
    """Yield the traces of a text that holds one JSON object a line."""
    objects, number = _Objects(reading), 0
    for lines in line_blocks(blocks):
        batch = _Filling(LINE)
        for line in lines:
            number += 1
            if line is None:
                batch.add(Broken(number, TOO_LONG))
            elif line.strip():
                batch.add(_line(number, line, objects), line)
        yield batch.done()


def _line(number: int, line: str, objects: _Objects) -> TraceEvent | Broken | None:
    if not (line.isascii() or is_sound(line)):
        return Broken(number, UNDECODED)
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Broken(number, _why(error))
    return objects.event(number, data, line)


def _why(error: ValueError | RecursionError, start: int = 0) -> str:
    """Return why JSON cannot be read; `start` is where the trace begins in what was decoded."""
    if isinstance(error, json.JSONDecodeError):
        return f"JSON illisible au caractère {error.pos - start + 1}"
    return "JSON illisible : imbriqué trop profondément, ou nombre démesuré"


class _Filling:
    """A batch being filled."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._events: list[TraceEvent] = []
        self._broken: list[Broken] = []
        self._is_fhir = False

    def __len__(self) -> int:
        return len(self._events) + len(self._broken)

    def add(self, one: TraceEvent | Broken | None, text: str = "") -> None:
        """Add a trace or a broken line; `text` is the line, to tell its format."""
        if isinstance(one, TraceEvent):
            self._is_fhir = self._is_fhir or '"resourceType"' in text
            self._events.append(one)
        elif one is not None:
            self._broken.append(one)

    def done(self) -> Batch:
        """Return the batch."""
        return Batch(FHIR if self._is_fhir else JSON_LINES, self._unit, self._events, self._broken)


def element_batches(blocks: Iterator[str], reading: Reading) -> Iterator[Batch]:
    """Yield the traces of a JSON array, of the entries of a Bundle, or of a lone object.

    Raises `Unreadable` for a text that is none of them.
    """
    objects = _Objects(reading)
    batch = _Filling(ENTRY)
    for number, (value, text) in enumerate(_Window(blocks).elements(), 1):
        if isinstance(value, _Undecoded):
            batch.add(Broken(number, value))
        else:
            batch.add(objects.event(number, value, text), text)
        if len(batch) >= _TOGETHER:
            yield batch.done()
            batch = _Filling(ENTRY)
    yield batch.done()


class _Window:
    """The part of the text that is being decoded, and the place reached in it."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._text = ""
        self._place = 0
        self._ended = False
        self._closed = False
        self._next = _STARTS
        """What an element begins with: learnt from those already read."""

    def elements(self) -> Iterator[tuple[Any, str]]:
        """Yield (value, its text) of each element; an `_Undecoded` for a broken one."""
        if not self._opened():
            yield self._alone()
            return
        while self._has_more():
            value, text = self._element()
            yield value, text
            if isinstance(value, _Undecoded) and not self._resumed():
                return
        if not self._closed:
            yield _Undecoded("liste jamais refermée : le fichier est-il coupé ?"), ""

    def _fill(self) -> bool:
        """Read one more block, forgetting what was decoded; False at the end of the text."""
        block = next(self._blocks, None)
        if block is None:
            self._ended = True
            return False
        self._text = self._text[self._place :] + block
        self._place = 0
        return True

    def _opened(self) -> bool:
        """Go to the first element of the list; False for a lone object."""
        while not self._text.strip() and self._fill():
            pass
        start = len(self._text) - len(self._text.lstrip())
        if self._text[start : start + 1] == "[":
            self._place = start + 1
            return True
        while True:
            if found := _ENTRIES.search(self._text):
                self._place = found.end()
                return True
            if len(self._text) > LONGEST or not self._fill():
                return False

    def _alone(self) -> tuple[Any, str]:
        text = self._text.strip()
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable(
                f"ni liste de traces, ni Bundle, ni AuditEvent lisible : {_why(error)}"
            ) from error
        return data, text

    def _has_more(self) -> bool:
        while True:
            found = _BETWEEN.match(self._text, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._text):
                self._closed = self._text[self._place] == "]"
                return not self._closed
            if not self._fill():
                return False

    def _element(self) -> tuple[Any, str]:
        """Decode the element at the place reached."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except RecursionError as error:
                return _Undecoded(_why(error)), ""
            except ValueError as error:
                # It may only be cut by the end of the window.
                if len(self._text) - self._place < 2 * BLOCK and not self._ended and self._fill():
                    continue
                return _Undecoded(_why(error, self._place)), ""
            text, self._place = self._text[self._place : end], end
            if not is_sound(text):
                return _Undecoded(UNDECODED), ""
            self._learn(value)
            return value, text

    def _learn(self, value: Any) -> None:
        if self._next is _STARTS and isinstance(value, dict) and value:
            first = re.escape(json.dumps(next(iter(value)), ensure_ascii=False))
            self._next = re.compile(r"\{\s*" + first + r"\s*:")

    def _resumed(self) -> bool:
        """Go to what looks like the next element; False when none is left."""
        self._place += 1
        while True:
            if found := self._next.search(self._text, self._place):
                self._place = found.start()
                return True
            self._place = max(self._place, len(self._text) - 200)
            if not self._fill():
                return False
