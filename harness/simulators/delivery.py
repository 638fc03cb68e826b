"""How an answer leaves: at once, late, never, or cut."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

SILENCE = 60.0
"""Seconds after which a service that says nothing closes the connection of a client."""


async def deliver(
    request: web.BaseRequest,
    answer: web.StreamResponse,
    *,
    delay: float = 0.0,
    silent: bool = False,
    silence: float = SILENCE,
) -> web.StreamResponse:
    """Return the answer after `delay` seconds, or hold the connection when `silent`.

    A silence ends by the client leaving (cancellation), by the stop of the port, or after `silence`
    seconds; the connection is then cut.
    """
    if delay:
        await asyncio.sleep(delay)
    if silent:
        await asyncio.sleep(silence)
        cut(request)
    return answer


def cut(request: web.BaseRequest) -> None:
    """Close the connection of a request without a byte of answer."""
    if request.transport is not None:
        request.transport.abort()
