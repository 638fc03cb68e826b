"""Addresses of the two ports, what serves each, and how a request is read and answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.simulators.listener import client_certificate_of, tls_of
from harness.simulators.psc import pages
from harness.simulators.psc.authorize import authorize, decide, identify
from harness.simulators.psc.ciba import begin
from harness.simulators.psc.discovery import discovery, jwks
from harness.simulators.psc.introspection import introspection
from harness.simulators.psc.logout import logout
from harness.simulators.psc.provider import PROTOCOL, REALM, Provider
from harness.simulators.psc.tokens import token
from harness.simulators.psc.userinfo import userinfo
from harness.simulators.psc.wire import Asked, Refusal, Reply, Trace

if TYPE_CHECKING:
    from aiohttp import web

READ_DEADLINE = 10.0
"""Seconds that a client has to send its body."""
Endpoint = Callable[[Provider, Asked, Trace], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint: its name in the journal, the methods it takes, and what it does."""

    name: str
    methods: tuple[str, ...]
    serve: Endpoint


_BOTH = ("GET", "POST")
ISSUER_ROUTES = {
    f"{REALM}/.well-known/wallet-openid-configuration": Route("discovery", ("GET",), discovery),
    f"{REALM}/.well-known/openid-configuration": Route("discovery", ("GET",), discovery),
    f"{PROTOCOL}/certs": Route("jwks", ("GET",), jwks),
    f"{PROTOCOL}/token": Route("token", ("POST",), token),
    f"{PROTOCOL}/userinfo": Route("userinfo", _BOTH, userinfo),
    f"{PROTOCOL}/token/introspect": Route("introspection", ("POST",), introspection),
    f"{PROTOCOL}/logout": Route("logout", _BOTH, logout),
    f"{PROTOCOL}/ext/ciba/auth": Route("ciba", ("POST",), begin),
}
WALLET_ROUTES = {
    "/auth": Route("authorize", _BOTH, authorize),
    pages.IDENTIFY: Route("wallet", ("POST",), identify),
    pages.CONSENT: Route("wallet", ("POST",), decide),
}


def answer(provider: Provider, route: Route | None, asked: Asked, trace: Trace) -> Reply:
    """Return what is answered to a request, faults included; the trace says the same."""
    reply = _rightly(provider, route, asked, trace)
    altered = provider.faults.answer(reply, trace)
    if altered.silent or altered.status != reply.status:
        # What was to be answered never left: only what was said of the code remains true.
        told = trace.answered.get("code_state")
        trace.answered = {"code_state": told} if told else {}
    trace.error = altered.error or trace.error
    return altered


def _rightly(provider: Provider, route: Route | None, asked: Asked, trace: Trace) -> Reply:
    if route is None:
        trace.error = "not_found"
        return pages.problem("Adresse inconnue", f"Rien à l'adresse {asked.path[:200]}.", 404)
    if asked.method not in route.methods:
        trace.error = "method_not_allowed"
        allowed = ", ".join(route.methods)
        text = {"Content-Type": "text/plain; charset=utf-8", "Allow": allowed}
        return Reply(405, text, f"Attendu : {allowed}\n".encode())
    try:
        return route.serve(provider, asked, trace)
    except Refusal as refusal:
        return refusal.reply()


async def read(request: web.BaseRequest) -> Asked:
    """Read a request to its end; what kept its body from being read is its `problem`."""
    from aiohttp import web

    problem, body = "", b""
    try:
        async with asyncio.timeout(READ_DEADLINE):
            body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        problem = "demande de plus de 1 Mio"
    except TimeoutError:
        problem = f"demande inachevée après {READ_DEADLINE:g} s"
    lines = [f"{request.method} {request.raw_path} HTTP/1.1".encode("utf-8", "replace")]
    lines += [name + b": " + value for name, value in request.raw_headers]
    return Asked(
        at=datetime.now(UTC),
        method=request.method,
        host=request.headers.get("Host", ""),
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers=request.headers,
        cookies=request.cookies,
        body=body,
        raw_head=b"\r\n".join([*lines, b"", b""]),
        tls=tls_of(request),
        certificate=client_certificate_of(request),
        problem=problem,
    )
