"""Open a ZIP in memory: nothing is written, and limits hold all that can swell.

A hostile or broken archive as a whole is `Unreadable`. A member that cannot be taken (damaged,
locked, link, path that leaves the archive) is kept with the reason: its rule tells it.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from harness.model.problems import Unreadable

MAX_ARCHIVE = 50_000_000
MAX_MEMBERS = 5_000
MAX_MEMBER = 100_000_000
MAX_TOTAL = 200_000_000
MAX_RATIO = 200
"""Decompressed bytes allowed for one byte of the archive."""
MAX_PATH = 400
_FLOOR = 2_000_000
"""Decompressed size under which the ratio is not looked at."""
_STEP = 1 << 20
_LOCKED = 0x1
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive. `problem` says why it could not be taken (French), '' when it was."""

    name: str
    content: bytes = field(repr=False)
    problem: str = ""


def is_zip(content: bytes) -> bool:
    """Tell whether bytes begin as a ZIP does."""
    return content.startswith(ZIP_MAGIC)


def read_members(content: bytes, name: str) -> tuple[Member, ...]:
    """Return the files of a ZIP; `name` is what messages call it.

    Raises `Unreadable` for bytes that are no ZIP, and beyond the limits.
    """
    if len(content) > MAX_ARCHIVE:
        raise _refused(name, f"plus de {MAX_ARCHIVE // 10**6} Mo")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if len(entries) > MAX_MEMBERS:
                raise _refused(name, f"plus de {MAX_MEMBERS} fichiers")
            return tuple(_members(archive, entries, name, len(content)))
    except (zipfile.BadZipFile, ValueError, OverflowError, EOFError) as error:
        raise Unreadable(
            f"{name} : archive ZIP illisible ({error}) ; l'export est-il entier ?"
        ) from error


def _members(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str, size: int
) -> Iterator[Member]:
    left = min(MAX_TOTAL, max(_FLOOR, MAX_RATIO * size))
    seen: set[str] = set()
    for entry in entries:
        problem = _unfit(entry, seen)
        seen.add(entry.filename)
        if problem:
            yield Member(entry.filename[:MAX_PATH], b"", problem)
            continue
        member = _member(archive, entry, name, min(left, MAX_MEMBER))
        left -= len(member.content)
        yield member


def _unfit(entry: zipfile.ZipInfo, seen: set[str]) -> str:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    leaves = path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]
    if leaves or len(entry.filename) > MAX_PATH:
        return "chemin qui sort de l'archive, ou trop long"
    if entry.filename in seen:
        return "deux fichiers de ce nom"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "lien, et non fichier"
    return "protégé par un mot de passe" if entry.flag_bits & _LOCKED else ""


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limit: int) -> Member:
    parts, size = [], 0
    try:
        with archive.open(entry) as stream:
            # The size that the directory announces may lie: what comes out is counted.
            while chunk := stream.read(_STEP):
                parts.append(chunk)
                size += len(chunk)
                if size > limit:
                    raise _refused(name, f"« {entry.filename[:80]} » enfle au-delà des limites")
    except NotImplementedError:
        return Member(entry.filename, b"", "compression que le banc ne sait pas ouvrir")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        return Member(entry.filename, b"", f"abîmé dans l'archive ({error})"[:160])
    return Member(entry.filename, b"".join(parts))


def _refused(name: str, why: str) -> Unreadable:
    return Unreadable(
        f"{name} : {why} ; le banc lit un export d'essai : {MAX_ARCHIVE // 10**6} Mo, "
        f"{MAX_MEMBERS} fichiers, {MAX_TOTAL // 10**6} Mo une fois ouvert"
    )
