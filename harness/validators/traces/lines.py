"""Lines and text of a binary stream, a block at a time: memory never holds the whole."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import BinaryIO

from harness.model.problems import Unreadable

BLOCK = 1 << 18
"""Bytes read at a time."""
LONGEST = 1 << 20
"""Characters of one trace beyond which it is no longer read."""
Progress = Callable[[int], None]
"""Told how many bytes were read since the last time."""


def silent(read: int) -> None:
    """Say nothing of what was read."""


def text_blocks(
    stream: BinaryIO, encoding: str = "utf-8", progress: Progress = silent
) -> Iterator[str]:
    """Yield the text of a stream block after block, without its byte order mark.

    Bytes that the encoding does not know become lone surrogates, which `is_sound` tells. Raises
    `Unreadable` for an encoding that does not exist and for a stream that breaks.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    except LookupError as error:
        raise Unreadable(
            f"encodage « {encoding} » inconnu ; corrigez encoding dans [drivers.audit]"
        ) from error
    first = True
    while True:
        try:
            content = stream.read(BLOCK)
        except (OSError, ValueError) as error:
            raise Unreadable(f"lecture interrompue ({error})") from error
        progress(len(content))
        try:
            text = decoder.decode(content, final=not content)
        except UnicodeError as error:
            raise Unreadable(f"texte illisible en {encoding} ({error})") from error
        if text and first:
            text, first = text.removeprefix("\ufeff"), False
        if text:
            yield text
        if not content:
            return


def line_blocks(blocks: Iterator[str]) -> Iterator[list[str | None]]:
    """Yield the lines of a text, some at a time, without their end; None for one too long.

    A line ends by LF or CR LF. The last one may have no end.
    """
    rest, skipping = "", False
    for block in blocks:
        parts: list[str | None] = [*(rest + block).split("\n")]
        rest = parts.pop() or ""
        if skipping and parts:
            parts[0], skipping = None, False
        if len(rest) > LONGEST:
            rest, skipping = "", True
        if parts:
            yield [_ended(one) for one in parts]
    if skipping:
        yield [None]
    elif rest:
        yield [_ended(rest)]


def _ended(line: str | None) -> str | None:
    if line is None or len(line) > LONGEST:
        return None
    return line[:-1] if line.endswith("\r") else line


def is_sound(text: str) -> bool:
    """Tell whether every byte behind a text could be decoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


TOO_LONG = f"plus de {LONGEST // 1024} ko : une trace tient en quelques ko"
UNDECODED = "octets illisibles dans l'encodage annoncé"
