"""Damaged inputs for `banc fuzz`: each case is made from a seed and its number, and nothing else.

Most cases damage a sound file a little, since bytes at random are refused at the door; some are at
random all the same. The samples are those of `fixtures/`: no other file is read.
"""

from __future__ import annotations

import base64
import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent.parent / "fixtures"
MAX_LENGTH = 200_000
"""Bytes of a case: damage may double what it damages."""
_SEGMENT = re.compile(rb"[\r\n]+")
_DOCUMENT = re.compile(rb"(?<=\^Base64\^)[A-Za-z0-9+/=]{40,}")

_ANY_TOKENS: tuple[bytes, ...] = (
    *(b"", b"\x00", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xf0\x9f\x92\x89"),
    *("\u02dc".encode(), "\u202e".encode(), "é".encode("latin-1"), "２".encode(), "²".encode()),
    *(b"-1", b"0", b"99999999999999999999", b"1e999", b"NaN", b"2A", b"2B", b"0" * 15, b"A" * 3000),
)
_TOKENS: dict[str, tuple[bytes, ...]] = {
    "hl7v2": (
        *(b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\r\n", b'""', b"\x0b", b"\x1c\r"),
        *(
            b"|" * 300,
            b"^" * 300,
            b"~" * 300,
            b"\\X0D\\",
            b"\\E",
            b"MSH|^~\\&|",
            b"\rPID|",
            b"\rOBX",
        ),
        *(b"VALI", b"INS", b"ISO", b"20260231", b"00000000", b"^Base64^", b"8859/15", b"\rERR||"),
    ),
    "fhir": (
        *(
            b"{",
            b"}",
            b"[",
            b"]",
            b'"',
            b",",
            b":",
            b"null",
            b"true",
            b"{}",
            b"[[[[[[[[",
            b'"\\ud800"',
        ),
        *(b'{"resourceType":', b'"Patient"', b'"Bundle"', b'"extension":[{}]', b"[" * 2000),
    ),
    "insi": (
        *(b"<", b">", b"/>", b"&", b"&#0;", b"&x;", b"<!--", b"]]>", b"<![CDATA[", b' xmlns=""'),
        *(
            b'<!DOCTYPE a [<!ENTITY x "y">]>',
            b"<a>" * 300,
            b"xmlns:s='urn:s'",
            b"<?xml version='1.1'?>",
        ),
    ),
    "cible": (
        *(
            b"[",
            b"]",
            b"[[",
            b"=",
            b'"',
            b"'''",
            b"\n",
            b"{",
            b"true",
            b"1979-13-45",
            b"0x",
            b"inf",
        ),
        *(
            b'"env:RIEN"',
            b'"env:"',
            b"[profile]\n",
            b'"\\u0000"',
            b"a.b.c=1\n",
            b"65536",
            b"../../x",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One input: its number, what made it, how it is judged, and its bytes."""

    number: int
    kind: str
    format: str
    """`hl7v2`, `fhir`, `insi`, or `cible` for a target file."""
    content: bytes = field(repr=False)

    @property
    def file_name(self) -> str:
        """Return the name under which the case is judged and kept."""
        suffix = {"hl7v2": "er7", "fhir": "json", "insi": "xml", "cible": "toml"}[self.format]
        return f"cas-{self.number}.{suffix}"


def case_of(seed: int, number: int) -> Case:
    """Return a case: the same seed and number always give the same bytes."""
    draw = random.Random(f"{seed}:{number}")
    (kind,) = draw.choices(tuple(_KINDS), tuple(weight for weight, _, _ in _KINDS.values()))
    _, format_name, make = _KINDS[kind]
    return Case(number, kind, format_name, make(draw)[:MAX_LENGTH])


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield the cases of a seed, from number 0."""
    return (case_of(seed, number) for number in range(count))


@cache
def samples(format_name: str) -> tuple[bytes, ...]:
    """Return the sound and faulty samples of a format that begin as files do."""
    if format_name == "cible":
        paths = sorted((FIXTURES / "targets").glob("*.toml"))
    else:
        suffix = {"hl7v2": ".er7", "fhir": ".json", "insi": ".xml"}[format_name]
        found = sorted((FIXTURES / "messages" / format_name).rglob(f"*{suffix}"))
        paths = [path for path in found if not path.name.endswith(".check.json")]
    return tuple(path.read_bytes() for path in paths)


# Damage to bytes, whatever they say


def damaged(draw: random.Random, content: bytes, format_name: str) -> bytes:
    """Return the bytes with one to six damages drawn at random."""
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        content = draw.choice(_DAMAGES)(draw, content, format_name)
    return content


def _place(draw: random.Random, content: bytes) -> int:
    return draw.randrange(len(content) + 1)


def _span(draw: random.Random, content: bytes) -> tuple[int, int]:
    start = _place(draw, content)
    return start, min(len(content), start + draw.choice((1, 1, 2, 5, 20, 200)))


def _flip(draw: random.Random, content: bytes, _: str) -> bytes:
    if not content:
        return content
    place = draw.randrange(len(content))
    return (
        content[:place] + bytes([content[place] ^ (1 << draw.randrange(8))]) + content[place + 1 :]
    )


def _cut(draw: random.Random, content: bytes, _: str) -> bytes:
    start, end = _span(draw, content)
    return content[:start] + content[end:]


def _truncate(draw: random.Random, content: bytes, _: str) -> bytes:
    return content[: _place(draw, content)]


def _repeat(draw: random.Random, content: bytes, _: str) -> bytes:
    start, end = _span(draw, content)
    return content[:end] + content[start:end] * draw.choice((1, 2, 50)) + content[end:]


def _noise(draw: random.Random, content: bytes, _: str) -> bytes:
    place = _place(draw, content)
    return content[:place] + draw.randbytes(draw.choice((1, 3, 30))) + content[place:]


def _token(draw: random.Random, content: bytes, format_name: str) -> bytes:
    start, end = _span(draw, content)
    token = draw.choice(_TOKENS[format_name] + _ANY_TOKENS)
    return content[:start] + token + content[draw.choice((start, end)) :]


def _splice(draw: random.Random, content: bytes, format_name: str) -> bytes:
    other = draw.choice(samples(format_name))
    return content[: _place(draw, content)] + other[_place(draw, other) :]


_DAMAGES: tuple[Callable[[random.Random, bytes, str], bytes], ...] = (
    *(_flip, _cut, _truncate, _repeat, _noise, _token, _token, _splice),
)


# Damage that keeps the grammar, and so reaches the rules


def _er7(draw: random.Random) -> bytes:
    content = draw.choice(samples("hl7v2"))
    return damaged(draw, content, "hl7v2")


def _er7_fields(draw: random.Random) -> bytes:
    """Return a message with segments moved and fields replaced, still split as a message is."""
    lines = [one for one in _SEGMENT.split(draw.choice(samples("hl7v2"))) if one]
    for _ in range(draw.randrange(1, 6)):
        # Mostly beyond MSH, without which a message is refused at the door.
        rank = draw.randrange(len(lines)) if draw.random() < 0.1 else draw.randrange(1, len(lines))
        act = draw.randrange(6)
        if act == 0 and len(lines) > 2:
            lines.pop(rank)
        elif act == 1:
            lines.insert(rank, draw.choice(lines))
        elif act == 2:
            tail = lines[1:]
            draw.shuffle(tail)
            lines[1:] = tail
        else:
            fields = lines[rank].split(b"|")
            lines[rank] = b"|".join(_other_field(draw, fields))
    return draw.choice((b"\r", b"\r", b"\r", b"\n", b"\r\n")).join(lines)


def _other_field(draw: random.Random, fields: list[bytes]) -> list[bytes]:
    place = draw.randrange(len(fields))
    token = draw.choice(_TOKENS["hl7v2"] + _ANY_TOKENS)
    parts = re.split(rb"([~^&])", fields[place])
    parts[draw.randrange(len(parts))] = token
    new = draw.choice((token, b"".join(parts), draw.choice(fields), fields[place] + b"~" + token))
    return [*fields[:place], new, *fields[place + draw.randrange(2) :]]


def _er7_at_random(draw: random.Random) -> bytes:
    begin = draw.choice((b"", b"MSH|^~\\&|", b"MSH", b"\x0bMSH|^~\\&|", b"MSH|^~\\&|A|B|C|D|1||"))
    alphabet = b"|^~\\&\r\nPIDMSHOBX0123456789 \x00\xe9"
    size = draw.choice((0, 5, 50, 500))
    if draw.random() < 0.5:
        return begin + draw.randbytes(size)
    return begin + bytes(draw.choices(alphabet, k=size))


def _document(draw: random.Random) -> bytes:
    """Return a message whose document is damaged, before or after it is put in base64."""
    content = draw.choice([one for one in samples("hl7v2") if _DOCUMENT.search(one)])

    def replaced(match: re.Match[bytes]) -> bytes:
        if draw.random() < 0.2:
            return damaged(draw, match.group(), "hl7v2")
        try:
            document = base64.b64decode(match.group())
        except ValueError:
            return match.group()[:-1]
        return base64.b64encode(damaged(draw, document, "insi"))

    return _DOCUMENT.sub(replaced, content, count=1)


def _fhir(draw: random.Random) -> bytes:
    return damaged(draw, draw.choice(samples("fhir")), "fhir")


def _fhir_nodes(draw: random.Random) -> bytes:
    """Return a resource with nodes removed, copied or of another type: still JSON."""
    try:
        tree = json.loads(draw.choice(samples("fhir")))
    except ValueError:
        return draw.choice(samples("fhir"))
    for _ in range(draw.randrange(1, 5)):
        _change_node(draw, tree)
    return json.dumps(tree, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")


def _change_node(draw: random.Random, tree: Any) -> None:
    holders = [one for one in _nodes(tree) if isinstance(one, dict | list) and one]
    if not holders:
        return
    holder = draw.choice(holders)
    keys: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    key = draw.choice(keys)
    act = draw.randrange(4)
    if act == 0:
        del holder[key]
    elif act == 1:
        holder[key] = _value(draw)
    elif act == 2:
        # Copies: a node under itself would be no JSON.
        node = copy.deepcopy(holder[key])
        holder[key] = draw.choice(([node], {"extension": node}, [node, copy.deepcopy(node)]))
    elif isinstance(holder, dict):
        name = draw.choice(("extension", "value", "id", "resourceType", "x"))
        holder[name] = copy.deepcopy(holder[key])
    else:
        holder.append(_value(draw))


_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**400, 1.5, "", " ", "\x00", "\ud800", "A" * 2000),
    *([], {}, [None], [[]], {"": ""}, {"url": None}, "1900-02-30", "urn:oid:", "INS-NIR-TEST"),
)


def _value(draw: random.Random) -> Any:
    # A copy: a list of the table, once in a tree, would be changed for the cases that follow.
    return copy.deepcopy(draw.choice(_VALUES))


def _nodes(tree: Any) -> Iterator[Any]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _insi(draw: random.Random) -> bytes:
    return damaged(draw, draw.choice(samples("insi")), "insi")


def _insi_elements(draw: random.Random) -> bytes:
    """Return a SOAP message with whole tags removed, doubled or renamed."""
    parts = re.split(rb"(<[^>]*>)", draw.choice(samples("insi")))
    for _ in range(draw.randrange(1, 4)):
        place = draw.randrange(len(parts))
        choice = draw.choice((b"", parts[place] * 2, draw.choice(parts), draw.choice(_ANY_TOKENS)))
        parts[place] = choice
    return b"".join(parts)


def _target(draw: random.Random) -> bytes:
    return damaged(draw, draw.choice(samples("cible")), "cible")


def _target_lines(draw: random.Random) -> bytes:
    """Return a target file with lines removed, doubled, moved or of another value."""
    lines = draw.choice(samples("cible")).splitlines()
    for _ in range(draw.randrange(1, 6)):
        rank = draw.randrange(len(lines))
        act = draw.randrange(4)
        if act == 0 and len(lines) > 1:
            lines.pop(rank)
        elif act == 1:
            lines.insert(draw.randrange(len(lines)), lines[rank])
        else:
            key, equals, value = lines[rank].partition(b" = ")
            other = draw.choice(lines).partition(b" = ")[2]
            new = draw.choice((*_TOKENS["cible"], *_ANY_TOKENS, other, value * 2))
            lines[rank] = key + (equals or b" = ") + new
    return b"\n".join(lines)


_KINDS: dict[str, tuple[int, str, Callable[[random.Random], bytes]]] = {
    "ER7 abîmé": (22, "hl7v2", _er7),
    "ER7, champs changés": (24, "hl7v2", _er7_fields),
    "ER7 au hasard": (8, "hl7v2", _er7_at_random),
    "CDA joint abîmé": (10, "hl7v2", _document),
    "FHIR abîmé": (6, "fhir", _fhir),
    "FHIR, nœuds changés": (8, "fhir", _fhir_nodes),
    "SOAP abîmé": (6, "insi", _insi),
    "SOAP, éléments changés": (6, "insi", _insi_elements),
    "cible abîmée": (4, "cible", _target),
    "cible, lignes changées": (6, "cible", _target_lines),
}
"""Kind of a case → its share in hundredths, the format that it damages, and what makes it."""
