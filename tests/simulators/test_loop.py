"""The shared loop: results, errors, deadlines, and an end that never hangs."""

from __future__ import annotations

import asyncio
import threading

import pytest

from harness.model.problems import HarnessFault
from harness.simulators.loop import ServiceLoop


async def _answer() -> int:
    return 42


def test_a_coroutine_runs_in_another_thread_and_gives_its_result() -> None:
    async def thread() -> int:
        return threading.get_ident()

    with ServiceLoop() as loop:
        assert loop.run(_answer()) == 42
        assert loop.run(thread()) != threading.get_ident()


def test_an_error_of_the_coroutine_reaches_the_caller() -> None:
    async def broken() -> None:
        raise KeyError("clé")

    with ServiceLoop() as loop, pytest.raises(KeyError):
        loop.run(broken())


def test_a_deadline_cancels_the_coroutine() -> None:
    cancelled = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with ServiceLoop() as loop:
        with pytest.raises(TimeoutError):
            loop.run(endless(), timeout=0.05)
        assert cancelled.wait(2)


def test_stop_cancels_what_still_runs_and_may_be_called_twice() -> None:
    ended = threading.Event()

    async def background() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def launch() -> asyncio.Task[None]:
        task = asyncio.create_task(background())
        await asyncio.sleep(0)
        return task

    loop = ServiceLoop().start()
    loop.run(launch())
    loop.stop()
    loop.stop()
    assert ended.is_set()
    assert not loop.running


def test_a_stopped_loop_says_what_to_do_and_can_start_again() -> None:
    loop = ServiceLoop()
    with pytest.raises(HarnessFault, match="start"):
        loop.run(_answer())
    for _ in range(2):
        loop.start()
        assert loop.run(_answer()) == 42
        loop.stop()


def test_run_from_its_own_thread_is_refused_rather_than_blocked() -> None:
    with ServiceLoop() as loop:

        async def inside() -> str:
            with pytest.raises(HarnessFault, match="await"):
                loop.run(_answer())
            return "refusé"

        assert loop.run(inside()) == "refusé"
