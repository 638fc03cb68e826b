"""Read a `.tgz` safely: everything in memory, nothing written, and limits on all that can swell.

A package comes from a path that the operator gives; it may still be broken, or not the one they
think. Every fault is a `ConfigurationProblem`: never the vendor's.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from harness.model.problems import ConfigurationProblem

MAX_ARCHIVE = 50_000_000
MAX_MEMBERS = 20_000
MAX_MEMBER = 30_000_000
MAX_TOTAL = 400_000_000
MAX_RATIO = 100
"""Decompressed bytes allowed for one compressed byte (published packages stay under 30)."""
_FLOOR = 1_000_000
"""Decompressed size under which the ratio is not looked at."""
_STEP = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Archive:
    """The regular files of an archive: name → bytes, read from memory on demand."""

    _content: bytes
    _places: Mapping[str, tuple[int, int]]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the files, in the archive's order."""
        return iter(self._places)

    def __contains__(self, name: object) -> bool:
        """Tell whether the archive holds a file of this name."""
        return name in self._places

    def read(self, name: str) -> bytes:
        """Return the bytes of a file. Raises `KeyError` for another name."""
        start, size = self._places[name]
        return self._content[start : start + size]


def read_archive(content: bytes, name: str) -> Archive:
    """Return the files of a gzipped tar; `name` is what messages call it.

    Raises `ConfigurationProblem` for bytes that are no `.tgz`, for an archive beyond the limits,
    and for a member that is a link, a device, or that points outside the archive.
    """
    if len(content) > MAX_ARCHIVE:
        raise _problem(name, f"plus de {MAX_ARCHIVE // 10**6} Mo")
    data = _decompressed(content, name)
    places: dict[str, tuple[int, int]] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as members:
            for count, member in enumerate(members, start=1):
                if count > MAX_MEMBERS:
                    raise _problem(name, f"plus de {MAX_MEMBERS} fichiers")
                if member.isdir():
                    continue
                _require_plain(member, name)
                places[member.name] = (member.offset_data, member.size)
    except (tarfile.TarError, ValueError, OverflowError) as error:
        raise _problem(name, f"archive tar illisible ({error})") from error
    return Archive(data, places)


def _decompressed(content: bytes, name: str) -> bytes:
    limit = min(MAX_TOTAL, max(_FLOOR, MAX_RATIO * len(content)))
    stream = zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    total = 0
    pending = content
    try:
        while pending and not stream.eof:
            parts.append(stream.decompress(pending, _STEP))
            pending = stream.unconsumed_tail
            total += len(parts[-1])
            if total > limit:
                raise _problem(name, f"plus de {limit} octets une fois décompressée")
    except zlib.error as error:
        raise _problem(name, f"ce n'est pas un .tgz ({error})") from error
    if not stream.eof:
        raise _problem(name, "archive tronquée")
    return b"".join(parts)


def _require_plain(member: tarfile.TarInfo, name: str) -> None:
    path = PurePosixPath(member.name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _problem(name, f"chemin « {member.name[:80]} » qui sort de l'archive")
    if not member.isreg() or member.issparse():
        raise _problem(name, f"« {member.name[:80]} » n'est pas un fichier ordinaire")
    if member.size > MAX_MEMBER:
        raise _problem(name, f"« {member.name[:80]} » dépasse {MAX_MEMBER // 10**6} Mo")


def _problem(name: str, why: str) -> ConfigurationProblem:
    return ConfigurationProblem(
        f"paquet FHIR {name} : {why} ; attendu le .tgz publié avec le guide d'implémentation"
    )
