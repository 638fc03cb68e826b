"""HL7 v2 in ER7 form: a small reader and a small writer, standard separators `|^~\\&` only."""

from __future__ import annotations

from dataclasses import dataclass

_ESCAPES = {"F": "|", "S": "^", "R": "~", "E": "\\", "T": "&"}
_TO_ESCAPE = {sign: f"\\{letter}\\" for letter, sign in _ESCAPES.items()}
CHARSETS = {"UNICODE UTF-8": "utf-8", "8859/15": "iso8859-15", "8859/1": "iso8859-1"}


class NotEr7Error(Exception):
    """The bytes are not a readable ER7 message; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; fields are numbered as in the standard (MSH-1 is the separator)."""

    name: str
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """Raw text of a field, empty when absent."""
        return self.fields[number] if number < len(self.fields) else ""

    def repetitions(self, number: int) -> tuple[str, ...]:
        """Raw repetitions of a field; none when the field is empty."""
        text = self.field(number)
        return tuple(text.split("~")) if text else ()

    def component(self, number: int, component: int = 1) -> str:
        """One component of the first repetition of a field, unescaped."""
        repetitions = self.repetitions(number)
        return component_of(repetitions[0], component) if repetitions else ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a tuple of segments, MSH first."""

    segments: tuple[Segment, ...]

    @property
    def header(self) -> Segment:
        """The MSH segment."""
        return self.segments[0]

    def segment(self, name: str) -> Segment | None:
        """First segment of this name, or None."""
        return next((segment for segment in self.segments if segment.name == name), None)


def component_of(repetition: str, number: int) -> str:
    """Component of a repetition, counted from 1, unescaped; empty when absent."""
    parts = repetition.split("^")
    return unescape(parts[number - 1]) if number <= len(parts) else ""


def subcomponent_of(repetition: str, component: int, number: int) -> str:
    """Subcomponent of a component, both counted from 1, unescaped; empty when absent."""
    parts = repetition.split("^")
    inner = parts[component - 1].split("&") if component <= len(parts) else []
    return unescape(inner[number - 1]) if number <= len(inner) else ""


def unescape(text: str) -> str:
    """Turn the escape sequences of the separators back into the separators."""
    if "\\" not in text:
        return text
    pieces = text.split("\\")
    return "".join(
        _ESCAPES.get(piece, "") if index % 2 else piece for index, piece in enumerate(pieces)
    )


def escape(text: str) -> str:
    """Write a value so that no sign of it is read as a separator."""
    return "".join(_TO_ESCAPE.get(sign, sign) for sign in text)


def read(content: bytes) -> Message:
    """Read a message; NotEr7Error when the header, the separators or the bytes are wrong."""
    header = content.split(b"\r", 1)[0]
    if not header.startswith(b"MSH|"):
        raise NotEr7Error("le message ne commence pas par MSH|")
    fields = header.split(b"|")
    if len(fields) < 12:
        raise NotEr7Error("le segment MSH est tronqué (MSH-12 attendu)")
    if fields[1] != b"^~\\&":
        raise NotEr7Error("MSH-2 doit valoir ^~\\&")
    declared = fields[17].split(b"~")[0].decode("ascii", "replace") if len(fields) > 17 else ""
    charset = CHARSETS.get(declared or "UNICODE UTF-8")
    if charset is None:
        raise NotEr7Error(f"jeu de caractères inconnu en MSH-18 : {declared[:20]}")
    try:
        text = content.decode(charset)
    except UnicodeDecodeError as error:
        raise NotEr7Error(f"des octets ne sont pas du {declared or 'UTF-8'} annoncé") from error
    lines = [line for line in text.split("\r") if line.strip()]
    return Message(tuple(_segment(line) for line in lines))


def _segment(line: str) -> Segment:
    parts = line.strip("\n").split("|")
    if parts[0] == "MSH":
        return Segment("MSH", ("MSH", "|", *parts[1:]))
    return Segment(parts[0], tuple(parts))


def segment(name: str, fields: dict[int, str]) -> str:
    """Write a segment from its non-empty fields, numbered as in the standard (not MSH-1)."""
    last = max(fields, default=0)
    first = 2 if name == "MSH" else 1
    return "|".join([name, *(fields.get(number, "") for number in range(first, last + 1))])
