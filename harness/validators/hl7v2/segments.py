"""Segments, fields and repetitions, tokenised by python-hl7. Accessors never raise.

Every trap of python-hl7 is hidden here: a field beyond the end raises, a field is a text or a
repetition depending on content, and MSH-2 is obeyed even when it is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.model.problems import Unreadable

STANDARD_MSH2 = "^~\\&"
NULL = '""'
"""The HL7 null: the sender says that the field is to be emptied."""
MAX_TOKENS = 400_000
"""More separators than any genuine message has: python-hl7 makes an object of each."""


Node = Any
"""A text, or a tuple of nodes one level below: repetition, component, subcomponent."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The separators that the message uses below the field."""

    component: str
    repetition: str
    escape: str
    subcomponent: str

    def written(self, node: Node, level: int = 1) -> str:
        """Return a node as written; `level` is 0 for a field, 1 for a repetition, 2 below."""
        if isinstance(node, str):
            return node
        mark = (self.repetition, self.component, self.subcomponent)[level]
        return mark.join([self.written(part, level + 1) for part in node])

    def value(self, node: Node, component: int, subcomponent: int) -> str:
        """Return one value of a repetition, unescaped and stripped; '' if absent."""
        for rank in (component, subcomponent):
            if isinstance(node, str):
                node = node if rank == 1 else ""
            else:
                node = node[rank - 1] if rank <= len(node) else ""
        text: str = node.strip()
        return _unescaped(text, self.escape) if self.escape in text else text


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition of a field; `path` is its place (`PID-3[2]`)."""

    path: str
    node: Node
    marks: Marks

    def value(self, component: int = 1, subcomponent: int = 1) -> str:
        """Return a component's subcomponent (both from 1), unescaped and stripped; '' if absent."""
        return self.marks.value(self.node, component, subcomponent)

    @property
    def text(self) -> str:
        """Return the repetition as written."""
        return self.marks.written(self.node)

    @property
    def is_empty(self) -> bool:
        """Return True when no component is valued; the HL7 null `""` is no value either."""
        return not self.text.strip(f'{self.marks.component}{self.marks.subcomponent} "')


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment; `fields` are the nodes of its fields, its name first."""

    name: str
    fields: tuple[Node, ...]
    marks: Marks
    occurrence: int = 1

    def field(self, number: int) -> str:
        """Return a whole field as written; '' when it is beyond the end or the HL7 null."""
        if number >= len(self.fields):
            return ""
        nodes = self.fields[number]
        first = nodes[0]
        plain = len(nodes) == 1 and isinstance(first, str)
        text: str = (first if plain else self.marks.written(nodes, 0)).strip()
        return "" if text == NULL else text

    def value(self, number: int, component: int = 1, subcomponent: int = 1) -> str:
        """Return a value of the first repetition of a field; '' when absent."""
        if number >= len(self.fields):
            return ""
        text = self.marks.value(self.fields[number][0], component, subcomponent)
        return "" if text == NULL else text

    def repetitions(self, number: int) -> tuple[Repetition, ...]:
        """Return the repetitions of a field, empty ones between others included; () when empty."""
        if number >= len(self.fields):
            return ()
        nodes = self.fields[number]
        if len(nodes) == 1 and nodes[0] in ("", NULL):
            return ()
        path, marks = self.path(number), self.marks
        return tuple(
            Repetition(f"{path}[{rank}]", node, marks) for rank, node in enumerate(nodes, 1)
        )

    def path(self, number: int) -> str:
        """Return the place of a field: `PID-3`, or `ERR(2)-3` in a second segment of the name."""
        label = self.name if self.occurrence == 1 else f"{self.name}({self.occurrence})"
        return f"{label}-{number}"


def tokenised(text: str, name: str) -> tuple[tuple[Segment, ...], str, str]:
    """Return the segments of a message, its field separator, and MSH-2 as written.

    `text` begins with MSH, its separator and MSH-2; its segments end with CR. Raises `Unreadable`
    for a text that python-hl7 cannot split or that holds too many fields.
    """
    separator = text[3]
    header_end = text.find(separator, 4)
    declared = text[4:header_end]
    used = _separators_in_use(text, separator, declared, header_end)
    if sum(map(text.count, (separator, *used, "\r"))) > MAX_TOKENS:
        raise Unreadable(f"{name} : plus de {MAX_TOKENS} champs, ce n'est pas un message plausible")
    tokens = _tokens(f"MSH{separator}{used}{text[header_end:]}", name)
    return _segments(tokens, Marks(*used)), separator, declared


def _tokens(text: str, name: str) -> tuple[Node, ...]:
    # Imported here: listing the rules must not load the library.
    import hl7

    try:
        tokens: tuple[Node, ...] = hl7.parse(text, factory=_plain_factory())
    except (hl7.HL7Exception, AssertionError, IndexError, KeyError, ValueError) as error:
        raise Unreadable(f"{name} : message HL7 v2 illisible ({error})") from error
    return tokens


@cache
def _plain_factory() -> Any:
    """Return a factory that makes python-hl7 give tuples: frozen, and 40 % quicker than its own."""
    import hl7

    class Plain(hl7.Factory):  # type: ignore[misc]  # hl7 has no types
        # Five functions, not one: the parser recognises the level of MSH by its function.
        create_message = staticmethod(lambda sequence, **_: tuple(sequence))
        create_segment = staticmethod(lambda sequence, **_: tuple(sequence))
        create_field = staticmethod(lambda sequence, **_: tuple(sequence))
        create_repetition = staticmethod(lambda sequence, **_: tuple(sequence))
        create_component = staticmethod(lambda sequence, **_: tuple(sequence))

    return Plain


def _segments(tokens: tuple[Node, ...], marks: Marks) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    ranks: dict[str, int] = {}
    for fields in tokens:
        name = marks.written(fields[0], 0) if len(fields) else ""
        if name:
            ranks[name] = ranks.get(name, 0) + 1
            segments.append(Segment(name, fields, marks, ranks[name]))
    return tuple(segments)


def _separators_in_use(text: str, separator: str, declared: str, after: int) -> str:
    """Return the four separators that the message really uses.

    A declared separator that is not the standard one is believed only when the message holds it;
    otherwise the standard one is used, so that a wrong MSH-2 does not hide the other faults.
    """
    if declared == STANDARD_MSH2:
        return declared
    used = [
        mark if mark == usual or text.find(mark, after) >= 0 else usual
        for mark, usual in zip(declared[:4].ljust(4), STANDARD_MSH2, strict=True)
    ]
    plain = all(not (mark.isalnum() or mark.isspace() or mark == separator) for mark in used)
    return "".join(used) if plain and len(set(used)) == len(used) else STANDARD_MSH2


def _unescaped(text: str, escape: str) -> str:
    for code, mark in (("F", "|"), ("S", "^"), ("T", "&"), ("R", "~"), ("E", "\\")):
        text = text.replace(f"{escape}{code}{escape}", mark)
    return text
