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
from demo_dui.people import Person
from demo_dui.service import Dui
from demo_dui.sessions import LONGEST, OPEN, RENEWAL, SECOND_FACTOR, STAGE_PAGES, Session
from demo_dui.sign_in import Denied
from demo_dui.traces import READING
from demo_dui.user import User

DUI = web.AppKey("dui", Dui)
ACCOUNTS = web.AppKey("accounts", Accounts)
SECURE_COOKIES = web.AppKey("secure_cookies", bool)
REFUSAL_PAGE: web.AppKey[Callable[[web.Request, str], web.Response]] = web.AppKey("refusal_page")
NOT_JSON = "Le corps doit être un objet JSON."
COOKIE = "session"
USER = "user"
SESSION = "session"
OPEN_PATHS = {"/login", "/logout", "/psc/login", "/psc/callback", "/psc/retour"}
OPEN_FOLDERS = ("/acces/",)
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="DUI de demonstration", charset="UTF-8"'}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def sign_in_required(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let nobody in without a whole sign-in; a patient sees the pages of one account."""
    path = request.path
    is_machine = path.startswith(("/fhir/", "/api/"))
    session = request.app[ACCOUNTS].session(request.cookies.get(COOKIE))
    request[SESSION] = session
    if path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
        return await handler(request)
    if session is not None and session.stage != OPEN and not _skipped(session, path, is_machine):
        if path == STAGE_PAGES[session.stage]:
            return await handler(request)
        if is_machine:
            return error(401, f"Identification inachevée, étape : {session.stage}.")
        raise web.HTTPSeeOther(STAGE_PAGES[session.stage])
    user = session.user if session is not None else None
    if user is None:
        found = _basic(request)
        if isinstance(found, Denied):
            if is_machine:
                headers = _CHALLENGE if found.status == 401 else None
                return error(found.status, found.text, headers)
            raise web.HTTPSeeOther("/login")
        user = found.user
    if not user.is_professional and not _is_own(request, user):
        if is_machine:
            return error(403, "Accès réservé aux professionnels.")
        raise web.HTTPSeeOther(f"/accounts/{user.account_id}")
    request[USER] = user
    right = rights.needed(request.method, path) if user.is_professional else None
    if right is not None and not may(request, right):
        return _refusal(request, right, is_machine)
    return await handler(request)


def _skipped(session: Session, path: str, is_machine: bool) -> bool:
    """Doors that a seeded fault opens to a session that stands at a stage."""
    if session.stage == RENEWAL:
        return faults.active("renouvellement-impose-contournable")
    if session.stage != SECOND_FACTOR or path == STAGE_PAGES[SECOND_FACTOR]:
        return False
    if path == "/compte" and faults.active("second-facteur-compte-ouvert"):
        return True
    if is_machine:
        return faults.active("second-facteur-api-contournable")
    return faults.active("second-facteur-page-contournable")


def _is_own(request: web.Request, user: User) -> bool:
    """Tell whether a patient may reach an address: their account, and what manages it."""
    path = request.path
    if path.startswith("/api/"):
        return request.method == "GET" and path == f"/api/accounts/{user.account_id}"
    return path in {"/", f"/accounts/{user.account_id}", "/compte"} or path.startswith("/compte/")


def _basic(request: web.Request) -> Person | Denied:
    header = request.headers.get("Authorization", "")
    if not header:
        return Denied(401, "Authentification requise : session ou HTTP Basic attendu.")
    return request.app[ACCOUNTS].basic(header)


def give_session(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Set the cookie of a session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=LONGEST,
        httponly=True,
        secure=request.app[SECURE_COOKIES],
        samesite="Lax",
        path="/",
    )


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


def _secrets_of(request: web.Request) -> str:
    """What a seeded fault keeps of the headers; nothing else reads it."""
    return " ".join(request.headers.get(name, "") for name in ("Authorization", "Cookie"))


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Add the headers that keep a page from loading or being loaded elsewhere.

    The outermost: the circumstances of the request start here.
    """
    try:
        with circumstances.under(
            f"{request.remote} {request.headers.get('User-Agent', '')}",
            f"{request.method} {request.path}",
            f"{request.method} {request.path_qs} {_secrets_of(request)}",
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
    # The address of a page reached by a mailed link holds its token.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def session_of(request: web.Request) -> Session:
    """The session of a request that cannot be here without one, at a stage or open."""
    session = request[SESSION]
    if not isinstance(session, Session):
        raise web.HTTPSeeOther("/login")
    return session


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
