"""HTML pages of Pro Santé Connect: going there, coming back, choice of the exercice, leaving."""

from __future__ import annotations

import asyncio

from aiohttp import web

from demo_dui import faults
from demo_dui.openings import base_url
from demo_dui.psc import ABSENT, Psc, PscDeniedError
from demo_dui.psc_client import PscUnavailableError
from demo_dui.rendering import page
from demo_dui.sessions import ACTIVITY, Session
from demo_dui.user import Notice
from demo_dui.web import (
    ACCOUNTS,
    COOKIE,
    SECURE_COOKIES,
    give_session,
    session_of,
)

routes = web.RouteTableDef()
PSC = web.AppKey("psc", Psc)
DEMAND_COOKIE, LEAVING_COOKIE = "psc_demande", "psc_depart"
_FOLDER = "/psc"


def _mark(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=600,
        httponly=True,
        secure=request.app[SECURE_COOKIES],
        samesite="Lax",
        path=_FOLDER,
    )


def _problem(request: web.Request, status: int, text: str) -> web.Response:
    if faults.active("psc-erreur-muette"):
        return web.Response(status=status, content_type="text/html", text="")
    return page(request, "psc_refused.html", status, notice=Notice(text, True))


@routes.get("/psc/login")
async def login(request: web.Request) -> web.Response:
    """Send the browser to Pro Santé Connect."""
    try:
        address, browser = await request.app[PSC].start(f"{base_url(request)}/psc/callback")
    except PscDeniedError as denied:
        return _problem(request, denied.status, str(denied))
    response = web.HTTPSeeOther(address)
    _mark(request, response, DEMAND_COOKIE, browser)
    raise response


@routes.get("/psc/callback")
async def callback(request: web.Request) -> web.Response:
    """Take the way back: open the session of the account, or say why not."""
    browser = request.cookies.get(DEMAND_COOKIE, "")
    try:
        token, stage = await request.app[PSC].callback(dict(request.query), browser)
    except PscDeniedError as denied:
        return _problem(request, denied.status, str(denied))
    # A session that this browser had before must not outlive the new one.
    request.app[ACCOUNTS].sessions.close(request.cookies.get(COOKIE))
    response = web.HTTPSeeOther("/psc/exercice" if stage == ACTIVITY else "/")
    response.del_cookie(DEMAND_COOKIE, path=_FOLDER)
    give_session(request, response, token)
    raise response


@routes.get("/psc/exercice")
async def activity_page(request: web.Request) -> web.Response:
    """Ask which exercice the professional comes under (PSC-07)."""
    return _choice(request, None)


@routes.post("/psc/exercice")
async def choose_activity(request: web.Request) -> web.Response:
    """Keep the exercice and open the session."""
    form, session = await request.post(), session_of(request)
    token = request.cookies.get(COOKIE, "")
    if session.stage != ACTIVITY:
        raise web.HTTPSeeOther("/")
    raised = request.app[PSC].choose(token, session, str(form.get("activity", "")))
    if raised is None:
        return _choice(request, Notice("Choisissez un exercice de la liste.", True))
    response = web.HTTPSeeOther("/")
    give_session(request, response, raised)
    raise response


def _choice(request: web.Request, notice: Notice | None) -> web.Response:
    session = session_of(request)
    held = Psc.held(session)
    if held is None or session.stage != ACTIVITY:
        raise web.HTTPSeeOther("/")
    offered = held.identity.activities
    status = 422 if notice else 200
    return page(request, "psc_activity.html", status, activities=offered, notice=notice)


async def farewell(request: web.Request, session: Session | None) -> web.HTTPSeeOther | None:
    """Where a session closed here is ended at Pro Santé Connect; None when it was not its."""
    held = Psc.held(session)
    if held is None or faults.active("psc-deconnexion-muette"):
        return None
    try:
        address, browser = await request.app[PSC].end(held, f"{base_url(request)}/psc/retour")
    except (PscDeniedError, PscUnavailableError, KeyError):
        # The local session is closed: without Pro Santé Connect there is nothing more to end.
        return None
    response = web.HTTPSeeOther(address)
    _mark(request, response, LEAVING_COOKIE, browser)
    return response


@routes.get("/psc/retour")
async def back(request: web.Request) -> web.Response:
    """Take the way back from logout; its state is compared (PSC-09)."""
    browser = request.cookies.get(LEAVING_COOKIE, "")
    if request.app[PSC].is_back(request.query.get("state", ""), browser):
        notice = Notice("Vous êtes déconnecté du logiciel et de Pro Santé Connect.", False)
        response = page(request, "psc_refused.html", notice=notice)
    else:
        text = "Retour de déconnexion refusé : son state n'est pas celui de ce navigateur."
        response = _problem(request, 400, text)
    response.del_cookie(LEAVING_COOKIE, path=_FOLDER)
    return response


async def settings_rows(request: web.Request) -> list[tuple[str, str]]:
    """What the settings page says of Pro Santé Connect (PSC-11)."""
    psc = request.app[PSC]
    try:
        metadata = await asyncio.to_thread(psc.client.metadata)
    except PscDeniedError:
        return [("Pro Santé Connect", ABSENT)]
    except PscUnavailableError as problem:
        return [("Pro Santé Connect", f"indisponible : {problem}")]
    issuer = str(metadata["issuer"])
    if faults.active("psc-ancien-hote"):
        issuer = "https://auth.bas.esw.esante.gouv.fr/auth/realms/esante-wallet"
    return [
        ("Émetteur Pro Santé Connect", issuer),
        ("Client Pro Santé Connect", psc.client.client_id),
        ("Adresse d'autorisation", str(metadata["authorization_endpoint"])),
    ]
