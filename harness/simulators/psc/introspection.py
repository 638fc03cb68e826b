"""Introspection (RFC 7662, PSC-08): SubjectNameID is said of an access token only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.simulators.psc.clients import authenticate
from harness.simulators.psc.grants import ACR
from harness.simulators.psc.tokens import refuse_unreadable
from harness.simulators.psc.wire import Asked, Refusal, Reply, Trace

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider


def introspection(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Answer what a token is worth to an authenticated client."""
    refuse_unreadable(asked)
    authenticate(provider, asked, trace)
    value = asked.parameters.get("token", "")
    if not value:
        raise Refusal("invalid_request", "token absent")
    found = provider.grants.token(value, provider.clock.epoch())
    trace.answered["active"] = "oui" if found else "non"
    if found is None:
        return Reply.json({"active": False})
    sign_in = found.sign_in
    trace.sign_in, trace.rpps = sign_in.id, sign_in.rpps
    trace.answered["token_kind"] = found.kind
    answer: dict[str, Any] = {
        "active": True,
        "iss": provider.issuer,
        "sub": sign_in.account.sub,
        "client_id": found.client_id,
        "username": sign_in.account.preferred_username,
        "scope": found.scope,
        "iat": int(found.issued),
        "exp": int(found.expires),
        "acr": ACR[sign_in.means],
        "token_type": "Refresh" if found.kind == "refresh" else "Bearer",
    }
    if found.audience:
        answer["aud"] = found.audience
    if found.thumbprint:
        answer["cnf"] = {"x5t#S256": found.thumbprint}
    if found.kind != "refresh":
        answer["SubjectNameID"] = sign_in.account.subject_name_id
        trace.answered["SubjectNameID"] = sign_in.account.subject_name_id
    return Reply.json(answer)
