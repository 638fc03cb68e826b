"""Archives are read in memory, within limits, and a bad one is told in French."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest

from harness.model.problems import ConfigurationProblem
from harness.packs import archive
from harness.packs.archive import read_archive


def tgz(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for one in members:
            if isinstance(one, tarfile.TarInfo):
                made.addfile(one)
                continue
            info = tarfile.TarInfo(one[0])
            info.size = len(one[1])
            made.addfile(info, io.BytesIO(one[1]))
    return out.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_files_are_read_by_name() -> None:
    found = read_archive(tgz(("package/a.json", b"{}"), ("package/é.txt", b"x" * 3000)), "p.tgz")
    assert list(found) == ["package/a.json", "package/é.txt"]
    assert found.read("package/é.txt") == b"x" * 3000
    assert "absent" not in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "tronquée"),
        (b"{}", "ce n'est pas un .tgz"),
        (b"\x1f\x8b junk", "ce n'est pas un .tgz"),
        (tgz(("a", b"x" * 5000))[:-200], "tronquée"),
        (tgz(("../a", b"x")), "qui sort de l'archive"),
        (tgz(("/etc/a", b"x")), "qui sort de l'archive"),
        (tgz(("a\\..\\..\\b", b"x")), "qui sort de l'archive"),
        (tgz(("C:/a", b"x")), "qui sort de l'archive"),
        (tgz(special("a", tarfile.SYMTYPE, "/etc/passwd")), "fichier ordinaire"),
        (tgz(special("a", tarfile.LNKTYPE, "b")), "fichier ordinaire"),
        (tgz(special("a", tarfile.FIFOTYPE)), "fichier ordinaire"),
    ],
    # The bytes of an archive hold its date: they must not name a test.
    ids=[
        *("empty", "not-gzip", "junk", "cut-short", "parent", "absolute", "backslashes", "drive"),
        *("symbolic-link", "hard-link", "pipe"),
    ],
)
def test_bad_archive_is_told(content: bytes, said: str) -> None:
    with pytest.raises(ConfigurationProblem, match=said) as raised:
        read_archive(content, "p.tgz")
    assert "paquet FHIR p.tgz" in str(raised.value)


@pytest.mark.parametrize(
    ("limit", "value", "content", "said"),
    [
        ("MAX_ARCHIVE", 10, lambda: tgz(("a", b"x")), "plus de 0 Mo"),
        ("MAX_MEMBERS", 2, lambda: tgz(("a", b""), ("b", b""), ("c", b"")), "plus de 2 fichiers"),
        ("MAX_MEMBER", 10, lambda: tgz(("a", b"x" * 11)), "dépasse"),
        ("MAX_TOTAL", 2000, lambda: tgz(("a", b"x" * 30_000)), "une fois décompressée"),
    ],
)
def test_limits_hold(
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
    content: Callable[[], bytes],
    said: str,
) -> None:
    made = content()
    monkeypatch.setattr(archive, limit, value)
    with pytest.raises(ConfigurationProblem, match=said):
        read_archive(made, "p.tgz")


def test_bomb_is_stopped_long_before_it_swells() -> None:
    with pytest.raises(ConfigurationProblem, match="une fois décompressée"):
        read_archive(tgz(("bombe", b"\0" * 40_000_000)), "p.tgz")
