"""The content of a DataMatrix INS: a header, then blocks S1 to S7. Read tolerantly, judged by DM.

Every block is cut where the next begins, by its separator or by its identifier: a name never holds
a digit, so `S` and a digit cannot be a part of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GS = "\x1d"
HEADER = "IS01" + "0" * 22
"""`IS`, version 01, then 22 zeros: 26 characters."""


@dataclass(frozen=True, slots=True)
class Field:
    """What the format says of a block: its label and its bounds in characters."""

    label: str
    least: int
    most: int

    @property
    def fixed(self) -> bool:
        """Return True when the length never varies: then nothing separates it from the next."""
        return self.least == self.most


FIELDS: dict[str, Field] = {
    "S1": Field("matricule", 15, 15),
    "S2": Field("OID", 19, 20),
    "S3": Field("prénoms de naissance", 1, 100),
    "S4": Field("nom de naissance", 1, 100),
    "S5": Field("sexe", 1, 1),
    "S6": Field("date de naissance", 10, 10),
    "S7": Field("lieu de naissance", 5, 5),
}
COMPULSORY = ("S1", "S2", "S3", "S4", "S5", "S6")
NAME = re.compile(r"[A-Z' \-]+")
DATE = re.compile(r"(?:0[1-9]|[12][0-9]|3[01])-(?:0[1-9]|1[0-2])-[0-9]{4}")
_BEGINNING = re.compile(r"S[0-9]")
_STRANGE_BEGINNING = re.compile(r"[A-Z][0-9]")
_CLAIM = re.compile(r"S1[0-9]{13}")


@dataclass(frozen=True, slots=True)
class Block:
    """One block as written. `ended_by` is `GS`, `bloc` (the next one begins) or `fin`."""

    id: str
    written: str
    """Its value with the blanks that may stand in place of a separator."""
    ended_by: str

    @property
    def value(self) -> str:
        """Return the value without a blank put in place of the separator."""
        return self.written.rstrip(" ") if self.ended_by == "bloc" else self.written

    @property
    def place(self) -> str:
        """Return where the block is, for a finding: `DataMatrix S4 (nom de naissance)`."""
        known = FIELDS.get(self.id)
        return f"DataMatrix {self.id} ({known.label})" if known else f"DataMatrix {self.id!r}"


@dataclass(frozen=True, slots=True)
class InsContent:
    """The header and the blocks, in the order in which they are written."""

    header: str
    blocks: tuple[Block, ...]

    def value(self, block_id: str) -> str:
        """Return the value of the first block with this identifier, or ''."""
        return next((one.value for one in self.blocks if one.id == block_id), "")


def content_text(content: bytes) -> str:
    """Return the bytes of a code as text; a byte that is not UTF-8 is read as Latin-1."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def ins_content(text: str, *, announced: bool = False) -> InsContent | None:
    """Read a content, or return None when it is not one of the INS.

    It is when it begins with `IS`, holds a block S1 with a number, or is `announced`: the only
    code of a page that says « INS à scanner ». A 2D-Doc (`DC…`) is a code of another kind.
    """
    claims = text.startswith("IS") or _CLAIM.search(text) is not None or announced
    if not claims or text.startswith("DC"):
        return None
    first = _BEGINNING.search(text, 2 if text.startswith("IS") else 0)
    if first is None:
        return InsContent(text, ())
    return InsContent(text[: first.start()], tuple(_blocks(text[first.start() :])))


def _blocks(text: str) -> list[Block]:
    blocks = []
    while text:
        block_id, rest = text[:2], text[2:]
        separator, following = rest.find(GS), _next_block(block_id, rest)
        if 0 <= separator < (len(rest) if following is None else following):
            blocks.append(Block(block_id, rest[:separator], "GS"))
            text = rest[separator + 1 :]
        else:
            blocks.append(Block(block_id, rest[:following], "fin" if following is None else "bloc"))
            text = "" if following is None else rest[following:]
    return blocks


def _next_block(block_id: str, rest: str) -> int | None:
    """Return where the next block begins: at its identifier, or where this one must be full."""
    found = _BEGINNING.search(rest)
    places = [found.start()] if found else []
    most = FIELDS[block_id].most if block_id in FIELDS else 0
    if most and _STRANGE_BEGINNING.match(rest, most):
        places.append(most)
    return min(places, default=None)
