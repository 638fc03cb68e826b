"""Read traces in syslog (RFC 5424), framed by octet counting or by newlines (RFC 6587)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from harness.model.problems import Unreadable
from harness.validators.fhir.audit import message_elements, message_root
from harness.validators.traces.audit_message import message_values, source_of
from harness.validators.traces.columns import KeyPicker, Reading, event_of
from harness.validators.traces.event import (
    ENTRY,
    FIELDS,
    LINE,
    SYSLOG,
    Batch,
    Broken,
    TraceEvent,
    Wire,
)
from harness.validators.traces.lines import LONGEST, TOO_LONG, UNDECODED, is_sound, line_blocks
from harness.validators.traces.vocabulary import Kinds

_FRAME = re.compile(
    r"<(?P<priority>\d{1,3})>(?P<version>\d{1,3}) (?P<timestamp>\S+) (?P<host>\S+) "
    r"(?P<application>\S+) \S+ \S+ (?P<rest>.*)",
    re.DOTALL,
)
_DATA = re.compile(r'(?:\[[^ =\]"]+(?: [^ =\]"]+="(?:[^"\\\]]|\\.)*")*\])+|-')
_PARAMETER = re.compile(r' ([^ =\]"]+)="((?:[^"\\\]]|\\.)*)"')
_ESCAPED = re.compile(r'\\(["\\\]])')
_COUNT = re.compile(r"(\d{1,7}) (?=<\d)")
_START = re.compile(r"<\d{1,3}>")
_XML = re.compile(r"<\?xml|<!DOCTYPE|<AuditMessage")
_TOGETHER = 1_000


def syslog_batches(blocks: Iterator[str], reading: Reading) -> Iterator[Batch]:
    """Yield the traces of a syslog text, whichever its framing."""
    first = next(blocks, "")
    counted = _COUNT.match(first) is not None
    whole = chain([first], blocks)
    messages = _counted(whole) if counted else _by_line(whole)
    reader = _Messages(reading, ENTRY if counted else LINE)
    for number, text, announced in messages:
        reader.add(number, text, announced)
        if len(reader) >= _TOGETHER:
            yield reader.taken()
    yield reader.taken()


Message = tuple[int, str | None, int]
"""Number, text (None: too long), length announced in octets (−1: none)."""


def _by_line(blocks: Iterator[str]) -> Iterator[Message]:
    """Yield a message a line; lines that continue an AuditMessage are joined to it."""
    number, held, first = 0, "", 0
    for lines in line_blocks(blocks):
        for line in lines:
            number += 1
            if held and line is not None and _continues(held, line):
                held = f"{held}\n{line}"
                continue
            if held:
                yield first, held, -1
            held, first = line or "", number
            if line is None:
                yield number, None, -1
    if held:
        yield first, held, -1


def _continues(held: str, line: str) -> bool:
    return (
        not _START.match(line)
        and len(held) < LONGEST
        and "<AuditMessage" in held
        and "</AuditMessage>" not in held
    )


def _counted(blocks: Iterator[str]) -> Iterator[Message]:
    """Yield the messages of an octet-counted text; what stands between two frames is one too."""
    frames = _Frames(blocks)
    number = 0
    while frames.ready():
        number += 1
        text, announced = frames.next()
        yield number, text, announced


class _Frames:
    """The part of an octet-counted text that is being read, and the place reached in it."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._text = ""
        self._place = 0
        self._ended = False

    def ready(self) -> bool:
        """Go to the next frame; False at the end of the text."""
        while True:
            while self._text[self._place : self._place + 1] in ("\r", "\n"):
                self._place += 1
            if self._ended or len(self._text) - self._place >= LONGEST:
                return self._place < len(self._text)
            block = next(self._blocks, None)
            self._ended = block is None
            self._text, self._place = self._text[self._place :] + (block or ""), 0

    def next(self) -> tuple[str, int]:
        """Return the next message and its announced length, −1 for what no length announces."""
        found = _COUNT.match(self._text, self._place)
        if found is None:
            again = _COUNT.search(self._text, self._place + 1)
            return self._to(again.start() if again else len(self._text)), -1
        self._place = found.end()
        announced = int(found[1])
        end = self._end(announced)
        inner = _COUNT.search(self._text, self._place, end)
        # The next frame begins within this one when the announced length is wrong.
        return self._to(inner.start() if inner else end), announced

    def _to(self, end: int) -> str:
        text, self._place = self._text[self._place : end], end
        return text

    def _end(self, octets: int) -> int:
        """Return where so many octets end, counting those of each character."""
        head = self._text[self._place : self._place + octets]
        if head.isascii():
            return self._place + len(head)
        encoded = head.encode("utf-8", "surrogateescape")[:octets]
        return self._place + len(encoded.decode("utf-8", "surrogateescape"))


class _Messages:
    """Turns syslog messages into traces."""

    def __init__(self, reading: Reading, unit: str) -> None:
        self._unit = unit
        self._kinds = Kinds(reading.words)
        self._pick = KeyPicker(reading)
        self._events: list[TraceEvent] = []
        self._broken: list[Broken] = []

    def __len__(self) -> int:
        return len(self._events) + len(self._broken)

    def taken(self) -> Batch:
        """Return what was read since the last time."""
        batch = Batch(SYSLOG, self._unit, self._events, self._broken)
        self._events, self._broken = [], []
        return batch

    def add(self, number: int, text: str | None, announced: int) -> None:
        """Read a message."""
        if text is None or len(text) > LONGEST:
            self._broken.append(Broken(number, TOO_LONG))
        elif not is_sound(text):
            self._broken.append(Broken(number, UNDECODED))
        elif text.strip():
            try:
                self._events.append(self._event(number, text, announced))
            except Unreadable as problem:
                self._broken.append(Broken(number, str(problem)))

    def _event(self, number: int, text: str, announced: int) -> TraceEvent:
        frame, xml = _FRAME.fullmatch(text), _XML.search(text)
        if frame is None and xml is None:
            raise Unreadable(
                "ligne syslog attendue : <PRI>1 horodatage hôte application processus message"
            )
        values = dict.fromkeys(FIELDS, "")
        root, decoded = None, tuple[str, ...]()
        if xml is not None:
            root = message_root("XML", text[xml.start() :].rstrip("\x00\r\n ").encode())
            told, decoded = message_values(root)
            values |= told
        elif frame is not None:
            values |= self._plain(frame["rest"])
        wire = Wire(
            int(frame["priority"]) if frame else -1,
            frame["version"] if frame else "",
            _value(frame, "timestamp"),
            _value(frame, "host"),
            _value(frame, "application"),
            announced,
            len(text.encode()),
            root is not None,
            None if root is None else message_elements(root, None, has_odd_header=frame is None),
            "" if root is None else source_of(root),
        )
        values["recorded"] = values["recorded"] or wire.timestamp or values["occurred"]
        values["origin"] = values["origin"] or wire.host
        said = "\n".join((text, *decoded))
        return event_of(number, [values[name] for name in FIELDS], self._kinds, said, wire)

    def _plain(self, rest: str) -> dict[str, str]:
        """Return what structured data and free text tell."""
        data = _DATA.match(rest)
        if data is None:
            raise Unreadable('données structurées attendues après l\'en-tête : [nom clé="…"] ou -')
        given = {name: _ESCAPED.sub(r"\1", value) for name, value in _PARAMETER.findall(data[0])}
        told = dict(zip(FIELDS, self._pick.values(given), strict=True))
        message = rest[data.end() :].strip().removeprefix("\ufeff")
        told["detail"] = " ".join(one for one in (told["detail"], message) if one)
        told["action"] = told["action"] or message
        return told


def _value(frame: re.Match[str] | None, name: str) -> str:
    return "" if frame is None or frame[name] == "-" else frame[name]
