"""One HTTPS port of a simulator on the shared loop: its life, its address, what it refused."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.model.artefact import TlsFacts
from harness.model.problems import HarnessFault
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.tls import ClientCertificate, server_context

if TYPE_CHECKING:
    from aiohttp import web

Handler = Callable[["web.BaseRequest"], Awaitable["web.StreamResponse"]]
HANDSHAKE_DEADLINE = 10.0
"""Seconds that a client has to end its handshake."""
REFUSALS_KEPT = 1000


class HttpsListener:
    """Listens for a simulator with the server certificate of the test IGC (TLS 1.2 at least).

    `service` names the simulator in messages; `port` 0 takes a free one; `extra_client_ca` are PEM
    files of authorities accepted besides the test IGC; `twin` is a second address, listened on at
    the same port where the system has it (`::1` for a service called `localhost`).
    """

    def __init__(
        self,
        service: str,
        igc: TestIgc,
        handle: Handler,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        client: ClientCertificate = "required",
        extra_client_ca: tuple[Path, ...] = (),
        twin: str = "",
    ) -> None:
        self._service = service
        self._igc = igc
        self._handle = handle
        self._host = host
        self._asked_port = port
        self._client: ClientCertificate = client
        self._twin = twin
        self._extra_client_ca = tuple(extra_client_ca)
        self._lock = threading.Lock()
        self._refused: deque[str] = deque(maxlen=REFUSALS_KEPT)
        self._servers: list[asyncio.Server] = []
        self._web: web.Server | None = None
        self._port = 0

    @property
    def is_open(self) -> bool:
        """Say whether it listens."""
        return bool(self._servers)

    @property
    def port(self) -> int:
        """Return the port listened on. Raises `HarnessFault` before `start()`."""
        if not self._port:
            raise HarnessFault(f"le {self._service} n'est pas démarré : appelez start()")
        return self._port

    @property
    def base(self) -> str:
        """Return `https://host:port`: the host listened on when the certificate names it.

        Else the first public name. `localhost` may resolve to IPv6 first, which costs two
        seconds a connection on Windows.
        """
        names = self._igc.public_names
        return self.named(self._host if self._host in names else names[0])

    def named(self, name: str) -> str:
        """Return `https://name:port`, an IPv6 address between brackets."""
        return f"https://{authority(name, self.port)}"

    @property
    def refused(self) -> tuple[str, ...]:
        """Return, in French, why each of the last refused TLS connections was refused."""
        with self._lock:
            return tuple(self._refused)

    def start(self, loop: ServiceLoop) -> None:
        """Listen. Raises `HarnessFault` when the port is taken, `ConfigurationProblem` for a CA."""
        if not self.is_open:
            loop.start()
            loop.run(self._open())

    def stop(self, loop: ServiceLoop) -> None:
        """Stop listening and close every connection, held ones included. May be called twice."""
        if self.is_open and loop.running:
            loop.run(self._close())
        self._servers, self._web = [], None

    async def _open(self) -> None:
        from aiohttp import web

        context = server_context(self._igc, self._extra_client_ca, self._refuse, self._client)
        # A client that leaves cancels its handler: a held connection frees itself.
        self._web = web.Server(self._handle, handler_cancellation=True, access_log=None)
        try:
            server = await self._listen(self._web, context, self._host, self._asked_port)
        except OSError as error:
            raise taken_port(self._service, self._host, self._asked_port, error) from error
        self._port = server.sockets[0].getsockname()[1]
        self._servers = [server]
        if self._twin:
            with suppress(OSError):  # without IPv6 the first address serves alone
                self._servers.append(await self._listen(self._web, context, self._twin, self._port))

    async def _listen(
        self, service: web.Server, context: ssl.SSLContext, host: str, port: int
    ) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            service, host, port, ssl=context, ssl_handshake_timeout=HANDSHAKE_DEADLINE
        )

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        if self._web is not None:
            await self._web.shutdown(0.1)

    def _refuse(self, reason: str) -> None:
        with self._lock:
            self._refused.append(reason)


def taken_port(service: str, host: str, port: int, error: OSError) -> HarnessFault:
    """Return what to raise when a simulator cannot listen."""
    return HarnessFault(
        f"le {service} ne peut pas écouter sur {host}:{port} ({error.strerror}) : libérez ce port "
        "ou changez [simulators] dans le fichier de cible"
    )


def authority(name: str, port: int) -> str:
    """Return `name:port`, an IPv6 address between brackets."""
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def tls_of(request: web.BaseRequest) -> TlsFacts | None:
    """Return what was negotiated on the connection of a request."""
    facts: TlsFacts | None = getattr(_connection(request), "facts", None)
    return facts


def client_certificate_of(request: web.BaseRequest) -> bytes:
    """Return the client certificate of the connection in DER, empty without one."""
    connection = _connection(request)
    der: bytes | None = connection.getpeercert(True) if connection is not None else None
    return der or b""


def _connection(request: web.BaseRequest) -> Any:
    transport = request.transport
    return transport.get_extra_info("ssl_object") if transport is not None else None
