"""What a JSON handler is given: the body, the person that the address names, refusals told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from demo_dui.identity import Identity
from demo_dui.naming import RefusedError
from demo_dui.web import NOT_JSON, Handler, error, json_body, known_identity, refused

UNKNOWN_PATIENT = "Patient inconnu : vérifiez l'identifiant dans l'adresse."
Body = dict[str, Any]
Answer = Awaitable[web.StreamResponse]


def with_body(handler: Callable[[web.Request, Body], Answer]) -> Handler:
    """Give the JSON object of the body; answer 400 without one, and tell a refusal."""

    async def answered(request: web.Request) -> web.StreamResponse:
        body = await json_body(request)
        if body is None:
            return error(400, NOT_JSON)
        return await _told(handler(request, body))

    return answered


def with_patient(handler: Callable[[web.Request, Identity], Answer]) -> Handler:
    """Give the identity that the address names; answer 404 without one, and tell a refusal."""

    async def answered(request: web.Request) -> web.StreamResponse:
        identity = known_identity(request)
        if identity is None:
            return error(404, UNKNOWN_PATIENT)
        return await _told(handler(request, identity))

    return answered


def with_patient_and_body(handler: Callable[[web.Request, Identity, Body], Answer]) -> Handler:
    """Give both; an unknown identity is told before a wrong body."""

    @with_patient
    async def answered(request: web.Request, identity: Identity) -> web.StreamResponse:
        body = await json_body(request)
        if body is None:
            return error(400, NOT_JSON)
        return await handler(request, identity, body)

    return answered


async def _told(answer: Answer) -> web.StreamResponse:
    try:
        return await answer
    except RefusedError as refusal:
        return refused(refusal)
