"""MLLP framing over TCP: server of the incoming flow, client of the diffusion."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from demo_dui import er7

START, END = b"\x0b", b"\x1c\r"
LONGEST_MESSAGE = 1_000_000
IDLE_SECONDS = 300.0
ACK_SECONDS = 5.0


async def read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """Next framed message without its frame; None at the end of the stream or beyond 1 MB."""
    try:
        await reader.readuntil(START)
        content = await reader.readuntil(END)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
        return None
    return content[: -len(END)]


async def serve(
    host: str, port: int, answer: Callable[[bytes], Awaitable[bytes]]
) -> asyncio.Server:
    """Listen and answer each framed message with what `answer` gives back."""

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while content := await asyncio.wait_for(read_frame(reader), IDLE_SECONDS):
                writer.write(START + await answer(content) + END)
                await writer.drain()
        except (TimeoutError, ConnectionError):
            pass  # The peer left or fell silent: nothing to answer.
        finally:
            writer.close()

    return await asyncio.start_server(connection, host, port, limit=LONGEST_MESSAGE)


class MllpClient:
    """Sends one message a connection to the partner and reads its acknowledgement."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self.name = f"{host}:{port}"

    @classmethod
    def of(cls, address: str) -> MllpClient:
        """Client of an address written `host:port`; ValueError says in French what is wrong."""
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"« {address[:80]} » : HÔTE:PORT attendu, par exemple 127.0.0.1:2575.")
        return cls(host, int(port))

    async def send(self, content: bytes, control_id: str) -> str | None:
        """Send a message; MSA-1 of its acknowledgement, or None when none came in time."""
        try:
            return await asyncio.wait_for(self._exchange(content, control_id), ACK_SECONDS)
        except (TimeoutError, OSError, er7.NotEr7Error):
            return None

    async def _exchange(self, content: bytes, control_id: str) -> str | None:
        reader, writer = await asyncio.open_connection(
            self._host, self._port, limit=LONGEST_MESSAGE
        )
        try:
            writer.write(START + content + END)
            await writer.drain()
            frame = await read_frame(reader)
        finally:
            writer.close()
        if frame is None:
            return None
        receipt = er7.read(frame).segment("MSA")
        if receipt is None or receipt.field(2) != control_id:
            return None
        return receipt.field(1) if receipt.field(1) in {"AA", "AE", "AR"} else None
