"""The journal is append-only, chained, readable after any interruption, and keeps no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.evidence.journal import JOURNAL_NAME, Journal, altered_pieces, read_journal
from harness.model.artefact import Exchange
from harness.model.problems import HarnessFault


def an_exchange(request: bytes = b"GET / HTTP/1.1\r\n\r\n", response: bytes = b"200") -> Exchange:
    now = datetime.now(UTC)
    return Exchange(
        now, "https", "banc", "cible", request, response, "text/plain", "text/plain", "GET / -> 200"
    )


def test_a_finished_journal_reads_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record("step", {"title": "Créer"})
    journal.exchange(an_exchange())
    journal.close({"verdicts": {}})

    reading = read_journal(tmp_path)

    assert (reading.intact, reading.finished, reading.problem) == (True, True, "")
    assert [entry.kind for entry in reading.entries] == ["step", "exchange", "end"]
    assert reading.entries[0].data["title"] == "Créer"
    assert not altered_pieces(tmp_path)


def test_an_altered_line_breaks_the_chain(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(3):
        journal.record("step", {"number": number})
    path = tmp_path / JOURNAL_NAME
    path.write_bytes(path.read_bytes().replace(b'"number": 1', b'"number": 9'))

    reading = read_journal(tmp_path)

    assert not reading.intact
    assert "ligne 3" in reading.problem


def test_a_removed_line_breaks_the_chain(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(3):
        journal.record("step", {"number": number})
    path = tmp_path / JOURNAL_NAME
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])

    assert not read_journal(tmp_path).intact


def test_an_altered_piece_is_named(tmp_path: Path) -> None:
    name = Journal(tmp_path).piece(b"preuve")
    (tmp_path / "pieces" / name).write_bytes(b"autre")

    assert altered_pieces(tmp_path) == [name]


def test_a_killed_writer_leaves_a_readable_journal(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from harness.evidence.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for number in range(50): journal.record('step', {'number': number})\n"
        "os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=env, check=False)

    reading = read_journal(tmp_path)

    assert (reading.intact, reading.finished, len(reading.entries)) == (True, False, 50)


def test_a_line_cut_short_is_left_out_and_named(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.record("step", {"number": 1})
    with (tmp_path / JOURNAL_NAME).open("ab") as file:
        file.write(b'{"seq": 2, "at"')

    reading = read_journal(tmp_path)

    assert (reading.intact, len(reading.entries)) == (True, 1)
    assert "ligne 2" in reading.problem


def test_a_folder_that_holds_a_journal_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path)

    with pytest.raises(HarnessFault, match="autre dossier"):
        Journal(tmp_path)


def test_secrets_are_replaced_before_hashing_and_keep_equality(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.redactor.hide("motdepasse-1", "mot-de-passe")
    secret = b"POST / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\npassword=motdepasse-1"
    journal.exchange(an_exchange(secret))
    journal.exchange(an_exchange(secret + b" "))
    journal.record("step", {"said": "motdepasse-1"})

    everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    first, second = (
        json.loads(line)["data"]["request"]
        for line in (tmp_path / JOURNAL_NAME).read_text(encoding="utf-8").splitlines()[:2]
    )
    cleaned = [(tmp_path / "pieces" / name).read_text(encoding="utf-8") for name in (first, second)]

    assert b"motdepasse-1" not in everything
    assert b"c2VjcmV0" not in everything
    assert cleaned[0] == cleaned[1].strip()
    assert not altered_pieces(tmp_path)


def test_redactor_representation_says_nothing() -> None:
    from harness.evidence.redaction import Redactor

    redactor = Redactor()
    redactor.hide("motdepasse-1", "mot-de-passe")

    assert "motdepasse" not in repr(redactor)


@pytest.mark.skipif(sys.platform == "win32", reason="pas de limite de taille de fichier")
def test_a_full_disk_breaks_neither_the_chain_nor_a_piece(tmp_path: Path) -> None:
    import resource

    journal = Journal(tmp_path)
    journal.record("run", {"target": "essai"})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, limits[1]))
    try:
        with pytest.raises(HarnessFault, match="place libre"):
            journal.piece(b"x" * 1000)
        with pytest.raises(HarnessFault, match="place libre"):
            journal.record("step", {"title": "x" * 1000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    # Room again: the line cut short would be followed by others, and the chain broken.
    with pytest.raises(HarnessFault, match="place libre"):
        journal.record("step", {"title": "plus de place"})
    reading = read_journal(tmp_path)
    assert (reading.intact, reading.finished, len(reading.entries)) == (True, False, 1)
    assert "inachevée" in reading.problem
    assert altered_pieces(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal.jsonl", "pieces"]
