"""Business API of the session at Pro Santé Connect: who, renewal, exchange, introspection."""

from __future__ import annotations

import asyncio

from aiohttp import web

from demo_dui.json_requests import Body, with_body
from demo_dui.pages_psc import PSC
from demo_dui.psc import Psc
from demo_dui.psc_client import PscTokenError, PscUnavailableError
from demo_dui.psc_identity import PscRefusedError
from demo_dui.trace_words import PSC_EXCHANGE, PSC_INTROSPECTION, PSC_REFRESH
from demo_dui.web import (
    ACCOUNTS,
    COOKIE,
    DUI,
    SESSION,
    error,
    json_response,
    session_of,
    user_of,
)

routes = web.RouteTableDef()
_FAILURES = (PscTokenError, PscRefusedError, PscUnavailableError)
_OTHER = "Cette session n'a pas été ouverte par Pro Santé Connect."


@routes.get("/api/psc/session")
async def session_state(request: web.Request) -> web.Response:
    """Tell who the session is of at Pro Santé Connect; its access token is renewed when over."""
    held = Psc.held(request[SESSION])
    if held is None:
        return error(409, _OTHER)
    session = session_of(request)
    log, by = request.app[DUI].store.log, user_of(request).login
    try:
        fresh = await request.app[PSC].alive(session, held)
    except PscUnavailableError as problem:
        return error(503, f"Pro Santé Connect est indisponible : {problem}.")
    except (PscTokenError, PscRefusedError) as problem:
        log(by, PSC_REFRESH, None, "échec", str(problem))
        request.app[ACCOUNTS].sessions.close(request.cookies.get(COOKIE))
        return error(401, f"La session Pro Santé Connect est finie : {problem}.")
    if fresh.tokens is not held.tokens:
        log(by, PSC_REFRESH)
    return json_response(
        {"national_id": held.identity.national_id, "expires_at": fresh.tokens.expires_at}
    )


@routes.post("/api/psc/exchange")
@with_body
async def exchange(request: web.Request, body: Body) -> web.Response:
    """Exchange the access token for one of an API (PSC-10); the token itself is never shown."""
    held = Psc.held(request[SESSION])
    if held is None:
        return error(409, _OTHER)
    audience = str(body.get("audience", ""))
    if not audience:
        return error(422, "audience : nom de l'API visée attendu.")
    psc, log, by = request.app[PSC], request.app[DUI].store.log, user_of(request).login
    try:
        fresh = await psc.alive(session_of(request), held)
        given = await asyncio.to_thread(psc.client.exchanged, fresh.tokens, audience)
    except _FAILURES as problem:
        log(by, PSC_EXCHANGE, None, "échec", f"{audience[:80]} : {problem}")
        return error(502, f"Échange de jeton refusé : {problem}.")
    log(by, PSC_EXCHANGE, detail=audience[:80])
    shown = {name: given.get(name) for name in ("issued_token_type", "token_type", "expires_in")}
    return json_response({"audience": audience, **shown})


@routes.get("/api/psc/introspection")
async def introspection(request: web.Request) -> web.Response:
    """Ask Pro Santé Connect what the access token is worth (PSC-08)."""
    held, psc = Psc.held(request[SESSION]), request.app[PSC]
    if held is None:
        return error(409, _OTHER)
    log, by = request.app[DUI].store.log, user_of(request).login
    try:
        said = await asyncio.to_thread(psc.client.introspected, held.tokens)
    except _FAILURES as problem:
        log(by, PSC_INTROSPECTION, None, "échec", str(problem))
        return error(502, f"Introspection refusée : {problem}.")
    log(by, PSC_INTROSPECTION, detail="actif" if said.get("active") else "inactif")
    names = ("active", "SubjectNameID", "scope", "exp", "acr")
    return json_response({name: said[name] for name in names if name in said})
