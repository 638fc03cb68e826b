"""What every simulator over HTTPS does alike: its ports, its life, and what was refused."""

from __future__ import annotations

from typing import Self

from harness.simulators.listener import HttpsListener
from harness.simulators.loop import ServiceLoop


class HttpsService:
    """A simulator on HTTPS ports of the shared loop; the first port is its own address."""

    def __init__(self, loop: ServiceLoop, *listeners: HttpsListener) -> None:
        self._loop = loop
        self._listeners = listeners
        self._listener = listeners[0]

    def start(self) -> Self:
        """Listen. Raises `HarnessFault` when a port is taken, `ConfigurationProblem` for a CA."""
        for listener in self._listeners:
            listener.start(self._loop)
        return self

    def stop(self) -> None:
        """Close every connection, those that a fault holds included. May be called twice."""
        for listener in self._listeners:
            listener.stop(self._loop)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Return the port listened on. Raises `HarnessFault` before `start()`."""
        return self._listener.port

    @property
    def refused(self) -> tuple[str, ...]:
        """Return, in French, why each of the last refused TLS connections was refused."""
        return tuple(reason for one in self._listeners for reason in one.refused)
