"""What the DM and IMP rules examine: the document, its DataMatrix INS, their blocks, the person.

Roles: `subject` (the PDF), `holder` (the identity that the software holds). Expected values:
`traits` and `status`, where the holder is not given or does not say; `printed_traits`, the names of
the further traits that a setting has printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check
from harness.model.identity import TEN_FIELDS, IdentityStatus
from harness.model.problems import Unreadable
from harness.model.releve import IdentityReleve
from harness.validators.datamatrix.content import Block
from harness.validators.datamatrix.reader import (
    PDF_MEDIA_TYPE,
    PrintedDocument,
    Symbol,
    read_print,
)
from harness.validators.screen.reader import named_status


class PrintedBlock(NamedTuple):
    """A block and the DataMatrix INS that bears it."""

    block: Block
    symbol: Symbol

    @property
    def at(self) -> str:
        """Return where the block is: page and identifier."""
        return f"page {self.symbol.page}, {self.block.place}"


class PrintedOf(NamedTuple):
    """A document and the person whose identity it prints."""

    document: PrintedDocument
    held: Mapping[str, str]
    status: IdentityStatus | None


def document(check: Check) -> PrintedDocument | None:
    """Return the printed document; None when the subject is something else."""
    artefact = check.artefacts.get(SUBJECT)
    if artefact is None or artefact.media_type != PDF_MEDIA_TYPE:
        return None
    read = check.read(_read_once)
    if isinstance(read, Unreadable):
        raise read
    return read


def _read_once(artefact: Artefact) -> PrintedDocument | Unreadable:
    """Return the document, or why it cannot be read: drawing pages is not to be tried by rule."""
    try:
        return read_print(artefact)
    except Unreadable as problem:
        return problem


def ins_symbols(check: Check) -> Iterator[Symbol]:
    """Yield each DataMatrix INS of the document."""
    printed = document(check)
    if printed is not None:
        yield from printed.ins_symbols


def blocks(check: Check, *ids: str) -> Iterator[PrintedBlock]:
    """Yield the blocks with these identifiers, all of them when none is given."""
    for symbol in ins_symbols(check):
        for block in symbol.ins.blocks if symbol.ins else ():
            if not ids or block.id in ids:
                yield PrintedBlock(block, symbol)


def held(check: Check) -> dict[str, str]:
    """Return the ten fields of the person, those that are known: by the holder, else `traits`."""
    given = check.expected.get("traits")
    known = {str(k): str(v or "") for k, v in given.items()} if isinstance(given, Mapping) else {}
    holder = check.read(IdentityReleve.parse, "holder")
    if holder is not None:
        known.update({name: str(getattr(holder, name)) for name in TEN_FIELDS})
    return {name: value for name, value in known.items() if value}


def status(check: Check) -> IdentityStatus | None:
    """Return the status of the identity: as its holder has it, else as expected."""
    holder = check.read(IdentityReleve.parse, "holder")
    told = named_status(holder.status) if holder is not None else None
    return told or named_status(str(check.expected.get("status") or ""))


def printed_of(check: Check) -> PrintedOf | None:
    """Return the document with its person; None when one of the two is unknown."""
    printed, known = document(check), held(check)
    return PrintedOf(printed, known, status(check)) if printed is not None and known else None
