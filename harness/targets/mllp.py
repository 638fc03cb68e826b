"""MLLP on python-hl7's asyncio streams: our client to the target, and our listener for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.evidence.recorder import Recorder
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact, Exchange
from harness.model.problems import HarnessFault, TargetUnreachable, UnexpectedAnswer
from harness.targets.http_client import excerpt
from harness.targets.pam_messages import Header, acknowledge, read_header
from harness.targets.tls import network_reason

if TYPE_CHECKING:
    from harness.simulators.loop import ServiceLoop

MAX_MESSAGE_BYTES = 10_000_000
START, END = b"\x0b", b"\x1c\x0d"


class MllpClient:
    """Sends framed messages to the target over one kept connection."""

    def __init__(
        self,
        loop: ServiceLoop,
        recorder: Recorder,
        address: tuple[str, int],
        *,
        delay: float,
        connect_delay: float,
    ) -> None:
        self._loop = loop
        self._recorder = recorder
        self._address = address
        self._delay = delay
        self._connect_delay = connect_delay
        self._streams: tuple[Any, Any] | None = None

    def send(self, content: bytes) -> tuple[bytes, int]:
        """Send a message; return the acknowledgement's bytes and the exchange's number.

        Raises `TargetUnreachable` when none came, `UnexpectedAnswer` when what came is not framed.
        """
        started = datetime.now(UTC)
        budget = self._connect_delay + self._delay + 1
        try:
            ack = self._loop.run(self._send(content), budget)
        except (TargetUnreachable, UnexpectedAnswer, TimeoutError) as problem:
            self._record(started, content, b"", "aucun acquittement")
            if isinstance(problem, TimeoutError):
                raise self._unreachable(problem) from problem
            raise
        return ack, self._record(started, content, ack, _outcome(ack))

    def close(self) -> None:
        """Close the connection."""
        if self._streams and self._loop.running:
            self._loop.run(self._close())

    async def _send(self, content: bytes) -> bytes:
        if self._streams and self._streams[0].at_eof():
            await self._close()  # an idle connection that the target closed is simply opened again
        try:
            reader, writer = self._streams or await self._open()
            writer.writeblock(content)
            await writer.drain()
            ack = await asyncio.wait_for(_block(reader), self._delay)
        except (OSError, asyncio.IncompleteReadError) as error:
            await self._close()
            raise self._unreachable(error) from error
        except _NotFramedError as error:
            await self._close()
            raise UnexpectedAnswer(
                f"mllp://{self._place} : réponse hors trame MLLP. Reçu : {excerpt(error.raw)} ; "
                "attendu : 0x0B, un acquittement, 0x1C 0x0D. À faire : vérifiez endpoints.mllp"
            ) from error
        return ack

    async def _open(self) -> tuple[Any, Any]:
        from hl7.mllp import open_hl7_connection

        host, port = self._address
        opening = open_hl7_connection(host, port, limit=MAX_MESSAGE_BYTES)
        streams: tuple[Any, Any] = await asyncio.wait_for(opening, self._connect_delay)
        self._streams = streams
        return streams

    async def _close(self) -> None:
        if self._streams:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with contextlib.suppress(OSError):  # gone already, which is what was wanted
                await asyncio.wait_for(writer.wait_closed(), 1)

    @property
    def _place(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"

    def _unreachable(self, error: BaseException) -> TargetUnreachable:
        cut = isinstance(error, asyncio.IncompleteReadError)
        reason = network_reason(ConnectionResetError() if cut else error)
        return TargetUnreachable(f"mllp://{self._place} : {reason}")

    def _record(self, started: datetime, content: bytes, ack: bytes, outcome: str) -> int:
        header = read_header(content)
        what = header.field(9) if header else "message"
        return self._recorder.exchange(
            Exchange(
                at=started,
                protocol="mllp",
                speaker="banc (GAP simulée)",
                listener="cible",
                request=_framed(content),
                response=_framed(ack) if ack else b"",
                request_type=HL7V2_MEDIA_TYPE,
                response_type=HL7V2_MEDIA_TYPE,
                label=f"{what} → {outcome}",
            )
        )


@dataclass(frozen=True, slots=True)
class Received:
    """A message that the target sent, in order of arrival."""

    order: int
    header: Header | None
    artefact: Artefact


class MllpListener:
    """The partner of the target: takes every message, acknowledges it AA, and records it."""

    def __init__(
        self, loop: ServiceLoop, recorder: Recorder, bind: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._loop = loop
        self._recorder = recorder
        self._bind = bind
        self._port = port
        self._server: Any = None
        self._received: list[Received] = []
        self._news = threading.Condition()

    def start(self) -> MllpListener:
        """Open the port, once. Raises `HarnessFault` when it is taken."""
        if self._server is None:
            try:
                self._server = self._loop.run(self._serve())
            except OSError as error:
                raise HarnessFault(
                    f"le port MLLP {self._bind}:{self._port} ne peut pas être ouvert ({error}) : "
                    "changez simulators.ports.mllp ou simulators.bind"
                ) from error
            self._port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Close the port."""
        server, self._server = self._server, None
        if server is not None and self._loop.running:
            self._loop.run(_stopped(server))

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port that the target must send to."""
        return self._bind, self._port

    def mark(self) -> int:
        """Return how many messages came so far."""
        with self._news:
            return len(self._received)

    def since(self, mark: int) -> tuple[Received, ...]:
        """Return the messages that came after a mark."""
        with self._news:
            return tuple(self._received[mark:])

    def wait_for(
        self, wanted: Callable[[Received], bool], mark: int, timeout: float
    ) -> Received | None:
        """Return the first message after `mark` that is wanted, or None at the deadline."""
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                found = next((one for one in self._received[mark:] if wanted(one)), None)
                left = deadline - time.monotonic()
                if found or left <= 0:
                    return found
                self._news.wait(left)

    async def _serve(self) -> Any:
        from hl7.mllp import start_hl7_server

        return await start_hl7_server(
            self._converse, self._bind, self._port, limit=MAX_MESSAGE_BYTES
        )

    async def _converse(self, reader: Any, writer: Any) -> None:
        try:
            while True:
                content = await _block(reader)
                ack = acknowledge(content)
                self._take(content, ack)
                writer.writeblock(ack)
                await writer.drain()
        except _NotFramedError as error:  # recorded as it is, and the line is closed
            self._take_junk(error.raw)
        except asyncio.IncompleteReadError as error:  # the target closed the line, as it may
            if error.partial:
                self._take_junk(error.partial)
        except OSError:
            pass  # the line broke between two messages: there is nothing to keep
        finally:
            writer.close()

    def _take(self, content: bytes, ack: bytes) -> None:
        header = read_header(content)
        label = f"{header.field(9) if header else 'octets sans MSH'} → {_outcome(ack)}"
        seq = self._exchange(content, ack, label)
        with self._news:
            order = len(self._received)
            event = header.event if header else ""
            artefact = Artefact(
                f"Message {event} émis par la cible".replace("  ", " "),
                content,
                HL7V2_MEDIA_TYPE,
                f"reçu par MLLP sur {self._bind}:{self._port}",
                seq,
            )
            self._received.append(Received(order, header, artefact))
            self._news.notify_all()

    def _take_junk(self, raw: bytes) -> None:
        self._exchange(raw, b"", "octets hors trame MLLP reçus de la cible")

    def _exchange(self, content: bytes, ack: bytes, label: str) -> int:
        return self._recorder.exchange(
            Exchange(
                at=datetime.now(UTC),
                protocol="mllp",
                speaker="cible",
                listener="banc (partenaire simulé)",
                request=_framed(content) if ack else content,
                response=_framed(ack) if ack else b"",
                request_type=HL7V2_MEDIA_TYPE,
                response_type=HL7V2_MEDIA_TYPE,
                label=label,
            )
        )


class _NotFramedError(Exception):
    """Bytes up to an end of block that did not begin with 0x0B, or that never ended."""

    def __init__(self, raw: bytes) -> None:
        super().__init__("hors trame MLLP")
        self.raw = raw


async def _block(reader: Any) -> bytes:
    # python-hl7's own readblock() drops the bytes of a bad block: they are needed as proof.
    try:
        raw = bytes(await reader.readuntil(END))
    except asyncio.LimitOverrunError as error:
        raise _NotFramedError(bytes(await reader.read(4096))) from error
    if not raw.startswith(START):
        raise _NotFramedError(raw)
    return raw[len(START) : -len(END)]


async def _stopped(server: Any) -> None:
    server.close()


def _framed(content: bytes) -> bytes:
    return START + content + END


def _outcome(ack: bytes) -> str:
    lines = ack.decode("latin-1").replace("\n", "\r").split("\r")
    msa = next((line.split("|") for line in lines if line.startswith("MSA|")), [])
    return msa[1] if len(msa) > 1 and msa[1] else "réponse sans MSA-1"
