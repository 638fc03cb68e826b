"""CIBA in poll mode: the client asks, the professional approves on his device, the client polls."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.simulators.psc.clients import authenticate
from harness.simulators.psc.grants import MOBILE, SignIn
from harness.simulators.psc.people import Account
from harness.simulators.psc.tokens import refuse_unreadable
from harness.simulators.psc.wire import Asked, Refusal, Reply, Trace
from harness.targets.target_access import PscClient

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider

LIFE = 120
INTERVAL = 5
"""Seconds between two polls; each poll that comes too soon adds as many."""


@dataclass(slots=True)
class CibaRequest:
    """One request that waits on the device of a professional."""

    sign_in: str
    client_id: str
    account: Account
    scope: str
    expires: float
    status: Literal["pending", "approved", "denied"] = "pending"
    interval: int = INTERVAL
    next_poll: float = 0.0


def begin(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Answer an `auth_req_id` (OpenID Connect CIBA Core §7.3)."""
    refuse_unreadable(asked)
    client = authenticate(provider, asked, trace)
    form = asked.parameters
    scope = form.get("scope", "")
    if "openid" not in scope.split():
        raise Refusal("invalid_scope", "scope doit contenir openid")
    hints = [name for name in ("login_hint", "id_token_hint", "login_hint_token") if form.get(name)]
    if hints != ["login_hint"]:
        raise Refusal("invalid_request", "login_hint attendu, et lui seul : l'identifiant national")
    account = provider.people.find(form["login_hint"])
    if account is None:
        raise Refusal("unknown_user_id", "login_hint : professionnel inconnu")
    now, value = provider.clock.epoch(), secrets.token_urlsafe(32)
    waiting = CibaRequest(
        provider.grants.next_id(), client.client_id, account, scope, now + LIFE, next_poll=now
    )
    provider.ciba.put(value, waiting)
    trace.sign_in, trace.rpps = waiting.sign_in, account.professional.rpps
    trace.answered.update(auth_req_id=value, expires_in=str(LIFE), interval=str(INTERVAL))
    return Reply.json({"auth_req_id": value, "expires_in": LIFE, "interval": INTERVAL})


def decide(provider: Provider, rpps: str, *, approved: bool) -> int:
    """Approve or deny what waits on a professional's device; returns how many requests waited."""
    now = provider.clock.epoch()
    found = [
        one
        for one in provider.ciba
        if one.account.professional.rpps == rpps and one.status == "pending" and now < one.expires
    ]
    for one in found:
        one.status = "approved" if approved else "denied"
    return len(found)


def redeem(provider: Provider, asked: Asked, trace: Trace, client: PscClient) -> SignIn:
    """Return the sign-in of an approved request; it serves once. Raises `Refusal` otherwise."""
    value, now = asked.parameters.get("auth_req_id", ""), provider.clock.epoch()
    waiting = provider.ciba.get(value)
    if waiting is None or waiting.client_id != client.client_id:
        raise Refusal("invalid_grant", "auth_req_id inconnu de ce client, ou déjà servi")
    trace.sign_in, trace.rpps = waiting.sign_in, waiting.account.professional.rpps
    if now >= waiting.expires:
        raise Refusal("expired_token", "la demande a expiré : recommencez-la")
    if waiting.status == "denied":
        provider.ciba.pop(value)
        raise Refusal("access_denied", "le professionnel a refusé")
    if now < waiting.next_poll:
        waiting.interval += INTERVAL
        waiting.next_poll = now + waiting.interval
        raise Refusal("slow_down", f"appel trop tôt : {waiting.interval} s entre deux appels")
    waiting.next_poll = now + waiting.interval
    if waiting.status == "pending":
        raise Refusal("authorization_pending", "le professionnel n'a pas encore répondu")
    provider.ciba.pop(value)
    sign_in = SignIn(
        id=waiting.sign_in,
        client_id=waiting.client_id,
        scope=waiting.scope,
        nonce="",
        account=waiting.account,
        means=MOBILE,
        auth_time=now,
        sid=secrets.token_hex(16),
    )
    return provider.grants.sign_ins.put(sign_in.id, sign_in)
