"""Token endpoint: the four grants, and how access, refresh and ID tokens are made."""

from __future__ import annotations

import base64
import hashlib
import uuid
from typing import TYPE_CHECKING, Any

from harness.simulators.psc.clients import authenticate
from harness.simulators.psc.discovery import (
    GRANT_CIBA,
    GRANT_CODE,
    GRANT_EXCHANGE,
    GRANT_REFRESH,
)
from harness.simulators.psc.faults import IdToken
from harness.simulators.psc.grants import ACCESS_LIFE, ACR, REFRESH_LIFE, SESSION_LIFE, Token
from harness.simulators.psc.wire import FORM, Asked, Refusal, Reply, Trace
from harness.targets.target_access import PscClient

if TYPE_CHECKING:
    from harness.simulators.psc.grants import SignIn
    from harness.simulators.psc.provider import Provider


def token(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Answer the token endpoint (RFC 6749 §3.2)."""
    from harness.simulators.psc.ciba import redeem
    from harness.simulators.psc.exchange import exchange

    refuse_unreadable(asked)
    grant = asked.parameters.get("grant_type", "")
    asked_for = provider.grants.peek(asked.parameters.get("code", ""))
    if asked_for is not None:  # said even of a client that will be refused
        trace.sign_in = asked_for.id
    client = authenticate(provider, asked, trace)
    if grant == GRANT_CODE:
        sign_in = _by_code(provider, asked, trace, client)
        return deliver(provider, asked, trace, sign_in)
    if grant == GRANT_REFRESH:
        return _by_refresh(provider, asked, trace, client)
    if grant == GRANT_EXCHANGE:
        return exchange(provider, asked, trace, client)
    if grant == GRANT_CIBA:
        sign_in = redeem(provider, asked, trace, client)
        return deliver(provider, asked, trace, sign_in)
    if not grant:
        raise Refusal("invalid_request", "grant_type absent")
    raise Refusal("unsupported_grant_type", f"grant_type « {grant[:60]} » non pris en charge")


def refuse_unreadable(asked: Asked) -> None:
    """Refuse a back-channel call that is not one form without repetition."""
    media = asked.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if asked.problem:
        raise Refusal("invalid_request", asked.problem)
    if media != FORM:
        raise Refusal("invalid_request", f"Content-Type attendu : {FORM}, reçu « {media[:60]} »")
    if asked.repeated:
        raise Refusal("invalid_request", f"paramètre {asked.repeated[:60]} répété")


def _by_code(provider: Provider, asked: Asked, trace: Trace, client: PscClient) -> SignIn:
    form = asked.parameters
    now = provider.clock.epoch()
    state, sign_in = provider.grants.use_code(form.get("code", ""), client.client_id, now)
    trace.answered["code_state"] = state
    if sign_in is not None:
        trace.sign_in, trace.rpps = sign_in.id, sign_in.rpps
    if sign_in is None or state != "premier usage":
        raise Refusal("invalid_grant", f"code {state}")
    if form.get("redirect_uri") != sign_in.redirect_uri:
        raise Refusal("invalid_grant", "redirect_uri n'est pas celle de la demande d'autorisation")
    verifier = form.get("code_verifier", "")
    if bool(verifier) != bool(sign_in.code_challenge):
        raise Refusal("invalid_grant", "code_verifier et code_challenge vont ensemble (PKCE)")
    if verifier and _challenge(verifier) != sign_in.code_challenge:
        raise Refusal("invalid_grant", "code_verifier ne correspond pas à code_challenge")
    return sign_in


def _challenge(verifier: str) -> str:
    return _base64(hashlib.sha256(verifier.encode("ascii", "replace")).digest())


def _by_refresh(provider: Provider, asked: Asked, trace: Trace, client: PscClient) -> Reply:
    now = provider.clock.epoch()
    value = asked.parameters.get("refresh_token", "")
    known, problem = provider.grants.refresh(value, client.client_id, now)
    if known is None:
        raise Refusal("invalid_grant", problem)
    trace.sign_in, trace.rpps = known.sign_in.id, known.sign_in.rpps
    if known.thumbprint and known.thumbprint != provider.thumbprint(asked.certificate):
        raise Refusal("invalid_grant", "jeton lié à un autre certificat client (cnf)")
    wanted = set(asked.parameters.get("scope", known.scope).split())
    if not wanted <= set(known.scope.split()):
        raise Refusal("invalid_scope", "portée plus large que celle accordée")
    return deliver(provider, asked, trace, known.sign_in)


def deliver(provider: Provider, asked: Asked, trace: Trace, sign_in: SignIn) -> Reply:
    """Answer an access token, a refresh token and an ID token for a sign-in."""
    now = provider.clock.epoch()
    trace.sign_in, trace.rpps = sign_in.id, sign_in.rpps
    bound = trace.client_auth == "tls_client_auth"
    thumbprint = provider.thumbprint(asked.certificate) if bound else ""
    access = access_token(provider, sign_in, thumbprint)
    refresh_end = min(now + REFRESH_LIFE, sign_in.auth_time + SESSION_LIFE)
    refresh = _refresh_token(provider, sign_in, refresh_end)
    given = (("access", access, now + ACCESS_LIFE), ("refresh", refresh, refresh_end))
    for kind, value, end in given:
        kept = Token(
            "access" if kind == "access" else "refresh",
            sign_in,
            sign_in.client_id,
            sign_in.scope,
            now,
            end,
            thumbprint,
        )
        provider.grants.keep(value, kept)
    made = provider.faults.id_token(_id_token(provider, sign_in, access), trace)
    sign_in.id_token, sign_in.fault = made.claims, trace.fault
    signed = provider.keys.sign_as(made.signer, made.header, made.claims)
    trace.answered.update(_told(made), access_token=access, refresh_token=refresh, id_token=signed)
    trace.answered.update(expires_in=str(ACCESS_LIFE), cnf=thumbprint, scope=sign_in.scope)
    return Reply.json(
        {
            "access_token": access,
            "expires_in": ACCESS_LIFE,
            "refresh_token": refresh,
            "refresh_expires_in": max(0, int(refresh_end - now)),
            "token_type": "Bearer",
            "id_token": signed,
            "not-before-policy": 0,
            "session_state": sign_in.sid,
            "scope": sign_in.scope,
        }
    )


def access_token(
    provider: Provider, sign_in: SignIn, thumbprint: str, audience: str = "", client_id: str = ""
) -> str:
    """Return a signed access token; bound to a certificate when a thumbprint is given."""
    now = int(provider.clock.epoch())
    claims: dict[str, Any] = {
        "exp": now + ACCESS_LIFE,
        "iat": now,
        "auth_time": int(sign_in.auth_time),
        "jti": str(uuid.uuid4()),
        "iss": provider.issuer,
        "sub": sign_in.account.sub,
        "typ": "Bearer",
        "azp": client_id or sign_in.client_id,
        "sid": sign_in.sid,
        "acr": ACR[sign_in.means],
        "scope": sign_in.scope,
        "SubjectNameID": sign_in.account.subject_name_id,
        "preferred_username": sign_in.account.preferred_username,
    }
    if audience:
        claims["aud"] = audience
    if thumbprint:
        claims["cnf"] = {"x5t#S256": thumbprint}
    return provider.keys.sign(claims)


def _refresh_token(provider: Provider, sign_in: SignIn, end: float) -> str:
    """Return a refresh token: a JWT that only we can verify, as Keycloak gives them."""
    claims = {
        "exp": int(end),
        "iat": int(provider.clock.epoch()),
        "jti": str(uuid.uuid4()),
        "iss": provider.issuer,
        "aud": provider.issuer,
        "sub": sign_in.account.sub,
        "typ": "Refresh",
        "azp": sign_in.client_id,
        "sid": sign_in.sid,
        "scope": sign_in.scope,
    }
    return provider.keys.sign_for_ourselves(claims)


def _id_token(provider: Provider, sign_in: SignIn, access: str) -> IdToken:
    now = int(provider.clock.epoch())
    account = sign_in.account
    claims: dict[str, Any] = {
        "exp": now + ACCESS_LIFE,
        "iat": now,
        "auth_time": int(sign_in.auth_time),
        "jti": str(uuid.uuid4()),
        "iss": provider.issuer,
        "aud": sign_in.client_id,
        "sub": account.sub,
        "typ": "ID",
        "azp": sign_in.client_id,
        "session_state": sign_in.sid,
        "sid": sign_in.sid,
        "at_hash": _base64(hashlib.sha256(access.encode()).digest()[:16]),
        "acr": ACR[sign_in.means],
        "preferred_username": account.preferred_username,
        "given_name": account.professional.exercise_given_name,
        "family_name": account.professional.exercise_name,
    }
    if sign_in.nonce:
        claims["nonce"] = sign_in.nonce
    return IdToken({"typ": "JWT", "kid": provider.keys.current_kid}, claims)


def _told(made: IdToken) -> dict[str, str]:
    """Return what the journal says of the ID token, as it was sent."""
    names = ("iss", "aud", "azp", "sub", "nonce", "acr", "iat", "exp", "sid")
    told = {name: str(made.claims[name]) for name in names if name in made.claims}
    algorithm = "none" if made.signer == "none" else "RS256"
    return {**told, "alg": algorithm, "kid": str(made.header.get("kid", ""))}


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
