"""What the HTTP handlers share: typed application keys, the signed-in user, errors in JSON."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from demo_dui import circumstances, faults, rights
from demo_dui.accounts import Accounts
from demo_dui.identity import Identity
from demo_dui.naming import RefusedError
from demo_dui.service import Dui
from demo_dui.traces import READING
from demo_dui.user import User

DUI = web.AppKey("dui", Dui)
ACCOUNTS = web.AppKey("accounts", Accounts)
SECURE_COOKIES = web.AppKey("secure_cookies", bool)
REFUSAL_PAGE: web.AppKey[Callable[[web.Request, str], web.Response]] = web.AppKey("refusal_page")
NOT_JSON = "Le corps doit être un objet JSON."
COOKIE = "session"
USER = "user"
OPEN_PATHS = {"/login", "/logout"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def sign_in_required(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let nobody in without a session or HTTP Basic credentials; a patient sees one page."""
    user = _user(request)
    if request.path in OPEN_PATHS:
        return await handler(request)
    is_machine = request.path.startswith(("/fhir/", "/api/"))
    if user is None:
        if is_machine:
            headers = {"WWW-Authenticate": 'Basic realm="DUI de demonstration", charset="UTF-8"'}
            return error(
                401, "Authentification requise : identifiant ou mot de passe refusé.", headers
            )
        raise web.HTTPSeeOther("/login")
    if not user.is_professional and request.path != f"/accounts/{user.account_id}":
        if is_machine:
            return error(403, "Accès réservé aux professionnels.")
        raise web.HTTPSeeOther(f"/accounts/{user.account_id}")
    request[USER] = user
    right = rights.needed(request.method, request.path) if user.is_professional else None
    if right is not None and not may(request, right):
        return _refusal(request, right, is_machine)
    return await handler(request)


def may(request: web.Request, right: str) -> bool:
    """Tell whether the profile of the signed-in user holds a right."""
    return request.app[DUI].rights.has(user_of(request).login, right)


def _refusal(request: web.Request, right: str, is_machine: bool) -> web.Response:
    """403, by page or in JSON; it says which right is missing and nothing of the person."""
    dui, login = request.app[DUI], user_of(request).login
    patient_id = next((part for part in request.path.split("/") if part.isdecimal()), None)
    detail = f"droit « {right} » absent : {request.method} {request.path}"
    dui.store.log(login, "accès refusé", patient_id, "refus", detail)
    text = (
        f"Accès refusé : votre profil n'a pas le droit « {rights.RIGHTS[right]} ». "
        "Demandez-le à l'administrateur du site."
    )
    identity = dui.identity(patient_id) if patient_id else None
    if identity is not None and faults.active("droits-refus-bavard"):
        text += f" Personne concernée : {identity.traits.birth_name}, {identity.traits.birth_date}."
    return error(403, text) if is_machine else request.app[REFUSAL_PAGE](request, text)


def _user(request: web.Request) -> User | None:
    accounts = request.app[ACCOUNTS]
    session = accounts.session(request.cookies.get(COOKIE))
    if session is not None:
        return session.user
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    user = accounts.check_basic(header)
    if user is None:
        request.app[DUI].store.log("inconnu", "connexion", None, "échec", "HTTP Basic")
    return user


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add the headers that keep a page from loading or being loaded elsewhere.

    The outermost: the circumstances of the request start here.
    """
    try:
        with circumstances.under(
            f"{request.remote} {request.headers.get('User-Agent', '')}",
            f"{request.method} {request.path}",
            f"{request.method} {request.path_qs} {request.headers.get('Cookie', '')}",
        ):
            response = await handler(request)
    except web.HTTPException as redirect:
        redirect.headers["Cache-Control"] = "no-store"
        raise
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def user_of(request: web.Request) -> User:
    """The signed-in user of a request."""
    user = request[USER]
    assert isinstance(user, User)
    return user


def error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON error with its French message."""
    return json_response({"error": message}, status, headers)


def refused(refusal: RefusedError) -> web.Response:
    """A JSON error that names each refused field."""
    content = {
        "error": str(refusal),
        "fields": [{"field": r.field, "message": r.message} for r in refusal.refusals],
    }
    return json_response(content, 403 if refusal.forbidden else 422)


def json_response(
    content: object,
    status: int = 200,
    headers: dict[str, str] | None = None,
    content_type: str = "application/json",
) -> web.Response:
    """A JSON response, accents in clear."""
    text = json.dumps(content, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type=content_type)


async def json_body(request: web.Request) -> dict[str, Any] | None:
    """The JSON object of the body; None when the body is anything else."""
    try:
        body = json.loads(await request.text() or "{}")
    except (ValueError, LookupError):
        return None
    return body if isinstance(body, dict) else None


def known_identity(request: web.Request) -> Identity | None:
    """The identity that the address names, or None; reading it is journalled."""
    dui = request.app[DUI]
    identity = dui.identity(request.match_info["id"])
    if identity is not None and request.method == "GET":
        dui.store.log(user_of(request).login, READING, identity.id)
    return identity
