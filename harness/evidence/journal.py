"""The journal of a run: one JSON object a line, each carrying the hash of the line before.

Layout of a run folder: `journal.jsonl`, `pieces/<sha256>`. A line is
`{"seq", "at", "kind", "data", "prev"}`; `prev` is the SHA-256 of the previous line's bytes without
its newline (64 zeros for the first). The footer is the line of kind `end`: without it the run
did not finish, and everything up to the last whole line still reads back.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.evidence.redaction import Redactor
from harness.model.artefact import Artefact, Exchange
from harness.model.problems import HarnessFault

JOURNAL_NAME = "journal.jsonl"
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal, read back."""

    seq: int
    at: str
    kind: str
    data: Mapping[str, Any]
    prev: str


class Journal:
    """Append-only writer, safe to call from any thread. Every line is flushed to the system."""

    def __init__(
        self, folder: Path, redactor: Redactor | None = None, pieces: Path | None = None
    ) -> None:
        """Open the journal of a new run in `folder` (made if absent).

        `pieces` is where the bytes go, `folder/pieces` by default; several journals may share it.
        Raises `HarnessFault` when the folder cannot be written or already holds a journal.
        """
        self.folder = folder
        self.redactor = redactor or Redactor()
        self._pieces = pieces or folder / "pieces"
        self._lock = threading.Lock()
        self._prev = GENESIS
        self._seq = 0
        self._end = 0
        self._fault: Exception | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._pieces.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what the disk refused must not reach it later, after other lines.
            self._file = (folder / JOURNAL_NAME).open("xb", buffering=0)
        except FileExistsError as error:
            raise HarnessFault(
                f"{folder} contient déjà le journal d'une exécution : choisissez un autre dossier"
            ) from error
        except OSError as error:
            raise _write_fault(folder, error) from error

    def record(self, kind: str, data: Mapping[str, Any]) -> int:
        """Append one line and return its sequence number. `data` holds JSON values.

        Raises `HarnessFault` when the disk refuses, then and from then on.
        """
        body = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)
        clean = self.redactor.clean_text(body)
        with self._lock:
            if self._fault:
                raise _write_fault(self.folder, self._fault) from self._fault
            seq = self._seq + 1
            head = {"seq": seq, "at": datetime.now(UTC).isoformat(), "kind": kind}
            text = json.dumps(head, ensure_ascii=False)
            line = f'{text[:-1]}, "prev": "{self._prev}", "data": {clean}}}'.encode()
            self._append(line, seq)
            return seq

    def _append(self, line: bytes, seq: int) -> None:
        digest, end = hashlib.sha256(line).hexdigest(), self._end + len(line) + 1
        try:
            if self._file.write(line + b"\n") != len(line) + 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except (OSError, ValueError) as error:
            self._fault = error
            raise _write_fault(self.folder, error) from error
        finally:
            # Ctrl-C may be raised by the very call that wrote: what counts is what is on the disk.
            if not self._file.closed and self._file.tell() == end:
                self._seq, self._prev, self._end = seq, digest, end

    def piece(self, content: bytes) -> str:
        """Store bytes under their SHA-256, secrets replaced first, and return that name."""
        clean = self.redactor.clean(content)
        name = hashlib.sha256(clean).hexdigest()
        # Plain strings: pathlib interns each name, and the interpreter's table of names grows.
        path = os.path.join(self._pieces, name)
        if not os.path.exists(path):
            # Made beside, then named: an interrupted write never leaves a piece cut short.
            beside = os.path.join(self.folder, f"{name}.{threading.get_ident()}.partiel")
            try:
                with open(beside, "wb") as file:
                    file.write(clean)
                os.replace(beside, path)
            except OSError as error:
                with suppress(OSError):
                    os.unlink(beside)
                raise _write_fault(self.folder, error) from error
        return name

    def exchange(self, exchange: Exchange) -> int:
        """Append an exchange, both ways, and return its sequence number."""
        return self.record(
            "exchange",
            {
                "at": exchange.at.isoformat(),
                "protocol": exchange.protocol,
                "speaker": exchange.speaker,
                "listener": exchange.listener,
                "label": exchange.label,
                "request": self.piece(exchange.request),
                "request_type": exchange.request_type,
                "response": self.piece(exchange.response) if exchange.response else "",
                "response_type": exchange.response_type,
                "tls": asdict(exchange.tls) if exchange.tls else None,
            },
        )

    def artefact(self, artefact: Artefact) -> dict[str, Any]:
        """Store an artefact's bytes and return its JSON description for a record."""
        return {
            "name": artefact.name,
            "media_type": artefact.media_type,
            "origin": artefact.origin,
            "exchange": artefact.exchange,
            "piece": self.piece(artefact.content),
        }

    def close(self, footer: Mapping[str, Any]) -> None:
        """Write the footer and close. Only an explicit end writes one."""
        self.record("end", footer)
        self._file.close()


@dataclass(frozen=True, slots=True)
class JournalReading:
    """A journal read back: its entries, whether its chain holds, and whether it was ended."""

    entries: tuple[Entry, ...]
    intact: bool
    problem: str
    finished: bool
    head: str = GENESIS
    """Hash of the last whole line: what another journal may anchor."""


def read_journal(folder: Path) -> JournalReading:
    """Read the journal of a run folder back, whatever interrupted it.

    A last line cut short by a kill is left out and named in `problem`, and the chain still
    counts as intact; an altered or missing line breaks it. Raises `FileNotFoundError` when the
    folder has no journal.
    """
    entries: list[Entry] = []
    prev, problem = GENESIS, ""
    raw = (folder / JOURNAL_NAME).read_bytes()
    lines = raw.split(b"\n")
    tail = lines.pop()
    for number, line in enumerate(lines, 1):
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            return JournalReading(tuple(entries), False, f"ligne {number} illisible", False)
        if entry.prev != prev or entry.seq != number:
            return JournalReading(tuple(entries), False, f"chaîne rompue ligne {number}", False)
        prev = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    if tail:
        problem = f"ligne {len(lines) + 1} inachevée (exécution interrompue)"
    finished = bool(entries) and entries[-1].kind == "end"
    return JournalReading(tuple(entries), True, problem, finished, prev)


def altered_pieces(folder: Path) -> list[str]:
    """Return the names of the pieces whose bytes no longer match their name."""
    return [
        path.name
        for path in sorted((folder / "pieces").iterdir())
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.name
    ]


def _write_fault(folder: Path, error: Exception) -> HarnessFault:
    return HarnessFault(
        f"écriture impossible dans {folder} ({error}) : vérifiez les droits et la place libre, "
        "ou choisissez un autre dossier avec --reports"
    )
