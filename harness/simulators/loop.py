"""One asyncio loop in one background thread, shared by the simulators and the MLLP listeners.

The rest of the banc is synchronous: it hands a coroutine over and waits for its result.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from harness.model.problems import HarnessFault

T = TypeVar("T")
DEFAULT_TIMEOUT = 10.0
"""Seconds that `run` waits for a coroutine unless told otherwise."""
STOP_TIMEOUT = 5.0
"""Seconds that `stop` gives to the tasks left behind, and then to the thread."""


class ServiceLoop:
    """A daemon thread that runs one asyncio loop until `stop()`.

    Safe to call from any thread but its own. Usable as a context manager.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> ServiceLoop:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Say whether the loop takes coroutines."""
        return self._loop is not None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the asyncio loop. Raises `HarnessFault` when it was not started."""
        loop = self._loop
        if loop is None:
            raise HarnessFault(
                "la boucle des services n'est pas démarrée : appelez start() avant de servir un "
                "simulateur ou un port MLLP"
            )
        return loop

    def start(self) -> ServiceLoop:
        """Start the thread, once; a second call changes nothing. Returns itself."""
        with self._lock:
            if self._loop is not None:
                return self
            ready = threading.Event()
            loop = asyncio.new_event_loop()

            def serve() -> None:
                asyncio.set_event_loop(loop)
                loop.call_soon(ready.set)
                loop.run_forever()

            self._thread = threading.Thread(target=serve, name="banc-services", daemon=True)
            self._thread.start()
            ready.wait()
            self._loop = loop
        return self

    def run(self, coro: Coroutine[Any, Any, T], timeout: float | None = DEFAULT_TIMEOUT) -> T:
        """Run a coroutine on the loop and return its result; None waits for ever.

        Raises what the coroutine raises; `TimeoutError` after `timeout` seconds (the coroutine is
        then cancelled); `HarnessFault` when the loop is not running or is the caller's own.
        """
        try:
            loop = self.loop
            if threading.current_thread() is self._thread:
                raise HarnessFault(
                    "ServiceLoop.run() est appelé depuis sa propre boucle : utilisez await"
                )
        except HarnessFault:
            coro.close()
            raise
        future = asyncio.run_coroutine_threadsafe(coro, loop)
        try:
            return future.result(timeout)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise

    def stop(self) -> None:
        """Cancel what still runs, end the thread and close the loop. May be called twice."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            if loop is None or thread is None:
                return
            ending = asyncio.run_coroutine_threadsafe(_cancel_leftovers(), loop)
            try:
                ending.result(STOP_TIMEOUT)
            except concurrent.futures.TimeoutError:
                # A task that refuses to end must not keep the banc from ending: the thread is a
                # daemon and its loop is stopped all the same.
                ending.cancel()
            loop.call_soon_threadsafe(loop.stop)
            thread.join(STOP_TIMEOUT)
            if not thread.is_alive():
                loop.close()


async def _cancel_leftovers() -> None:
    current = asyncio.current_task()
    leftovers = [task for task in asyncio.all_tasks() if task is not current]
    for task in leftovers:
        task.cancel()
    await asyncio.gather(*leftovers, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
