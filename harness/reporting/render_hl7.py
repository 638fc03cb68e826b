"""An HL7 v2 message as a reader can follow it: segments, named fields, repetitions.

This is a display, not a reading: it must show faulty and truncated messages too, exactly as they
came, which the strict reader of the rules rightly refuses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NAMES = Path(__file__).with_name("champs_hl7.toml")
_FRAMING = "\x0b\x1c\r\n\ufeff"
"""MLLP's block characters, line ends and a byte-order mark around the message."""


@dataclass(frozen=True, slots=True)
class FieldNames:
    """French names: `segments["PID"]`, `fields["PID"]["3"]`, `components["PID-3"]`."""

    segments: dict[str, str]
    fields: dict[str, dict[str, str]]
    components: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters that MSH declares, else those of the standard."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"


@cache
def field_names() -> FieldNames:
    """Return the names of the table, read once."""
    data = tomllib.loads(_NAMES.read_text(encoding="utf-8"))
    return FieldNames(data["segments"], data["fields"], data["components"])


def looks_like_hl7(content: bytes) -> bool:
    """Return True for bytes that open with an MSH segment, framed or not."""
    return content.lstrip(b"\x0b\r\n \xef\xbb\xbf").startswith(b"MSH")


def render_hl7(text: str) -> str:
    """Return the message as text, one field a line, named when the table knows it."""
    segments = [line for line in re.split(r"\r\n|\r|\n", text.strip(_FRAMING)) if line]
    separators = _separators(segments[0] if segments else "")
    blocks = (_segment("".join(_visible(char) for char in line), separators) for line in segments)
    return "\n\n".join("\n".join(block) for block in blocks)


def _separators(header: str) -> Separators:
    if not header.startswith("MSH") or len(header) < 6:
        return Separators()
    return Separators(header[3], header[4], header[5])


def _segment(line: str, separators: Separators) -> Iterator[str]:
    name, *values = line.split(separators.field)
    names = field_names()
    yield f"{name} — {names.segments.get(name, 'segment hors table')}"
    start = 1
    if name == "MSH":
        yield _row("MSH-1", names.fields["MSH"]["1"], separators.field)
        start = 2
    for number, value in enumerate(values, start):
        if value:
            yield from _field(name, number, value, separators)


def _field(segment: str, number: int, value: str, separators: Separators) -> Iterator[str]:
    path = f"{segment}-{number}"
    label = field_names().fields.get(segment, {}).get(str(number), "")
    if path == "MSH-2":
        yield _row(path, label, value)
        return
    repetitions = value.split(separators.repetition)
    for index, one in enumerate(repetitions, 1):
        shown = f"{path}[{index}]" if len(repetitions) > 1 else path
        yield _row(shown, label, one)
        yield from _components(path, one, separators)


def _components(path: str, value: str, separators: Separators) -> Iterator[str]:
    names = field_names().components.get(path)
    parts = value.split(separators.component)
    if names is None or len(parts) < 2:
        return
    for number, part in enumerate(parts, 1):
        if part:
            label = names[number - 1] if number <= len(names) else ""
            yield f"  {'':<9}   .{number:<3}{label:<23} {part}".rstrip()


def _row(path: str, label: str, value: str) -> str:
    return f"  {path:<9} {label:<30} {value}".rstrip()


def _visible(char: str) -> str:
    return char if char.isprintable() or char == "\t" else f"\\x{ord(char):02X}"
