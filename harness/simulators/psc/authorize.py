"""Authorization: the request, the two pages, and the way back to the client with a code."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.simulators.psc import pages
from harness.simulators.psc.grants import (
    ACR,
    MEANS,
    REQUEST_LIFE,
    SESSION_LIFE,
    AuthorizationRequest,
    SignIn,
    WalletSession,
)
from harness.simulators.psc.wire import Asked, Reply, Trace

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider

BROWSER_COOKIE = "psc_navigateur"
SESSION_COOKIE = "psc_session"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def authorize(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Take an authorization request: a page, or the error that the client is told."""
    parameters = asked.parameters
    trace.client_id = parameters.get("client_id", "")
    client = provider.clients.find(trace.client_id)
    if client is None:
        trace.error = "invalid_client"
        return pages.problem(
            "Client inconnu",
            f"client_id « {trace.client_id[:60]} » n'est pas enregistré à Pro Santé Connect.",
        )
    if parameters.get("redirect_uri", "") not in client.redirect_uris:
        trace.error = "invalid_redirect_uri"
        return pages.problem(
            "Adresse de retour refusée",
            f"redirect_uri « {parameters.get('redirect_uri', '')[:200]} » n'est pas exactement "
            f"une de celles enregistrées pour « {trace.client_id[:60]} ».",
        )
    trace.sign_in = provider.grants.next_id()
    request = AuthorizationRequest(
        id=trace.sign_in,
        client_id=trace.client_id,
        redirect_uri=parameters["redirect_uri"],
        scope=parameters.get("scope", ""),
        state=parameters.get("state", ""),
        nonce=parameters.get("nonce", ""),
        code_challenge=parameters.get("code_challenge", ""),
        prompt=parameters.get("prompt", ""),
        browser=asked.cookies.get(BROWSER_COOKIE) or secrets.token_urlsafe(24),
        expires=provider.clock.epoch() + REQUEST_LIFE,
    )
    error, description = _problem(asked)
    if error:
        return _back(provider, trace, request, {"error": error, "error_description": description})
    return _first_page(provider, asked, trace, request)


def _problem(asked: Asked) -> tuple[str, str]:
    """Return the error and the description that the client is told; '' when all is well."""
    parameters = asked.parameters
    if asked.repeated:
        return "invalid_request", f"paramètre {asked.repeated[:60]} répété"
    if "request" in parameters or "request_uri" in parameters:
        return "request_not_supported", "objet request non pris en charge"
    if parameters.get("response_type") != "code":
        return "unsupported_response_type", "response_type attendu : code"
    if parameters.get("response_mode", "query") != "query":
        return "invalid_request", "response_mode attendu : query"
    if "openid" not in parameters.get("scope", "").split():
        return "invalid_scope", "scope doit contenir openid"
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None and method is None:
        return "", ""
    if method != "S256" or not _CHALLENGE.fullmatch(challenge or ""):
        return "invalid_request", "PKCE : code_challenge de 43 caractères, méthode S256 attendus"
    return "", ""


def _first_page(
    provider: Provider, asked: Asked, trace: Trace, request: AuthorizationRequest
) -> Reply:
    session = _session(provider, asked)
    if request.prompt == "none":
        if session is None:
            return _back(provider, trace, request, {"error": "login_required"})
        if request.client_id not in session.consents:
            return _back(provider, trace, request, {"error": "consent_required"})
        return _grant(provider, trace, request, session)
    handle = secrets.token_urlsafe(24)
    provider.grants.requests.put(handle, request)
    if session is not None and "login" not in request.prompt.split():
        page = pages.consent(handle, request.client_id, session.account)
    else:
        page = pages.identification(handle, request.client_id, provider.people)
    return _with_cookie(page, BROWSER_COOKIE, request.browser)


def identify(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Take the means and the professional of the first page, open a session, ask for consent."""
    form = asked.parameters
    handle = form.get("demande", "")
    request = _waiting(provider, asked, trace)
    if request is None:
        return _lost(trace)
    means, account = form.get("moyen", ""), provider.people.find(form.get("professionnel", ""))
    if means not in MEANS or account is None:
        alert = f"Choisissez un moyen ({' ou '.join(MEANS)}) et un professionnel de la liste."
        trace.error = "login_failed"
        return pages.identification(handle, request.client_id, provider.people, alert)
    session = WalletSession(secrets.token_hex(16), account, means, provider.clock.epoch())
    cookie = secrets.token_urlsafe(32)
    provider.grants.sessions.put(cookie, session)
    trace.answered.update(moyen=means, SubjectNameID=account.subject_name_id)
    page = pages.consent(handle, request.client_id, account)
    return _with_cookie(page, SESSION_COOKIE, cookie)


def decide(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Take the answer of the second page and go back to the client."""
    request, session = _waiting(provider, asked, trace), _session(provider, asked)
    if request is None or session is None:
        return _lost(trace)
    provider.grants.requests.pop(asked.parameters["demande"])
    trace.rpps = session.account.professional.rpps
    if asked.parameters.get("decision") != pages.CONTINUE:
        return _back(provider, trace, request, {"error": "access_denied"})
    session.consents.add(request.client_id)
    return _grant(provider, trace, request, session)


def _grant(
    provider: Provider, trace: Trace, request: AuthorizationRequest, session: WalletSession
) -> Reply:
    sign_in = SignIn(
        id=request.id,
        client_id=request.client_id,
        scope=request.scope,
        nonce=request.nonce,
        account=session.account,
        means=session.means,
        auth_time=session.since,
        sid=session.sid,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
    )
    provider.grants.sign_ins.put(sign_in.id, sign_in)
    trace.rpps = sign_in.rpps
    trace.answered.update(
        sub=sign_in.account.sub,
        SubjectNameID=sign_in.account.subject_name_id,
        moyen=session.means,
        acr=ACR[session.means],
    )
    code = provider.grants.new_code(sign_in, provider.clock.epoch())
    return _back(provider, trace, request, {"code": code, "session_state": session.sid})


def _back(
    provider: Provider, trace: Trace, request: AuthorizationRequest, answer: dict[str, str]
) -> Reply:
    state = {"state": request.state} if request.state else {}
    callback = {**answer, **state, "iss": provider.issuer}
    if "code" in answer:
        callback = provider.faults.callback(callback, trace)
    trace.error = callback.get("error", "")
    trace.answered.update(callback, redirect_uri=request.redirect_uri)
    return Reply.redirect(request.redirect_uri, callback)


def _waiting(provider: Provider, asked: Asked, trace: Trace) -> AuthorizationRequest | None:
    request = provider.grants.requests.get(asked.parameters.get("demande", ""))
    if request is None or provider.clock.epoch() > request.expires:
        return None
    trace.client_id, trace.sign_in = request.client_id, request.id
    return request if request.browser == asked.cookies.get(BROWSER_COOKIE) else None


def _session(provider: Provider, asked: Asked) -> WalletSession | None:
    found = provider.grants.sessions.get(asked.cookies.get(SESSION_COOKIE, ""))
    if found is None or provider.clock.epoch() > found.since + SESSION_LIFE:
        return None
    # What changed since then (another sub, other activities) is what the next client is told.
    account = provider.people.find(found.account.subject_name_id)
    return found if account is None else replace(found, account=account, consents=found.consents)


def _lost(trace: Trace) -> Reply:
    trace.error = "expired_page"
    return pages.problem(
        "Page expirée",
        "Cette page n'est plus valable dans ce navigateur. Recommencez depuis votre logiciel.",
    )


def _with_cookie(page: Reply, name: str, value: str) -> Reply:
    cookie = f"{name}={value}; Path=/auth; Secure; HttpOnly; SameSite=Lax"
    return replace(page, headers={**page.headers, "Set-Cookie": cookie})
