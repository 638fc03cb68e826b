"""Control of the demonstration, on loopback alone: seeded faults, partner, reset, health."""

from __future__ import annotations

import hmac
import json

from aiohttp import web

from demo_dui import faults
from demo_dui.fault_list import FAULTS
from demo_dui.mllp import MllpClient
from demo_dui.pages_psc import PSC
from demo_dui.web import ACCOUNTS, DUI, Handler, error, json_response

TOKEN = web.AppKey("control_token", str)
routes = web.RouteTableDef()


@web.middleware
async def token_required(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse every call but health without the right X-Control-Token."""
    expected = request.app[TOKEN].encode()
    given = request.headers.get("X-Control-Token", "").encode()
    if request.path == "/control/health" or (expected and hmac.compare_digest(given, expected)):
        return await handler(request)
    return error(401, "En-tête X-Control-Token absent ou faux.")


def _reset(request: web.Request) -> None:
    request.app[DUI].store.reset()
    request.app[ACCOUNTS].close_all()
    request.app[PSC].forget()


@routes.get("/control/health")
async def health(request: web.Request) -> web.Response:
    """Tell that the software runs, and which fault is active."""
    return json_response({"status": "ok", "fault": faults.current()})


@routes.get("/control/faults")
async def list_faults(request: web.Request) -> web.Response:
    """List the seeded faults."""
    listed = [
        {"name": f.name, "theme": f.theme, "line": f.line, "expected": list(f.expected)}
        for f in FAULTS
    ]
    return json_response({"faults": listed})


@routes.post("/control/fault")
async def switch_fault(request: web.Request) -> web.Response:
    """Switch the active fault and reset the store."""
    try:
        body = json.loads(await request.text())
        name = body["fault"]
    except (ValueError, TypeError, KeyError):
        return error(400, 'Corps attendu : {"fault": "nom"} ou {"fault": null}.')
    if name is not None and name not in faults.BY_NAME:
        content = {"error": f"Défaut inconnu : {name}.", "faults": sorted(faults.BY_NAME)}
        return json_response(content, 404)
    faults.switch(name)
    _reset(request)
    return json_response({"fault": name})


@routes.post("/control/partner")
async def change_partner(request: web.Request) -> web.Response:
    """Change the MLLP partner (`host:port`) to which identities are sent."""
    try:
        address = json.loads(await request.text())["address"]
        partner = MllpClient.of(address) if address is not None else None
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        return error(400, f'Corps attendu : {{"address": "HÔTE:PORT"}}. {problem}')
    request.app[DUI].sends_to(partner)
    return json_response({"address": address})


@routes.post("/control/reset")
async def reset(request: web.Request) -> web.Response:
    """Empty the store and end the sessions; the active fault stays."""
    _reset(request)
    return json_response({"status": "ok"})
