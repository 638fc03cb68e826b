"""Token exchange for an API behind a proxy (RFC 8693, PSC-10): a token bound to a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.simulators.psc.grants import ACCESS_LIFE, Token
from harness.simulators.psc.tokens import access_token
from harness.simulators.psc.wire import Asked, Refusal, Reply, Trace
from harness.targets.target_access import PscClient

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider

ACCESS_TYPE = "urn:ietf:params:oauth:token-type:access_token"


def exchange(provider: Provider, asked: Asked, trace: Trace, client: PscClient) -> Reply:
    """Answer an access token for an audience, from an access token of Pro Santé Connect.

    The client certificate is compulsory: the token that is given is bound to it (RFC 8705).
    """
    form, now = asked.parameters, provider.clock.epoch()
    _check(asked)
    audience = form["audience"]
    subject = provider.grants.access(form.get("subject_token", ""), now)
    if subject is None:
        raise Refusal("invalid_grant", "subject_token inconnu, expiré ou révoqué")
    trace.sign_in, trace.rpps = subject.sign_in.id, subject.sign_in.rpps
    thumbprint = provider.thumbprint(asked.certificate)
    if subject.thumbprint and subject.thumbprint != thumbprint:
        raise Refusal("invalid_grant", "subject_token lié à un autre certificat client (cnf)")
    value = access_token(provider, subject.sign_in, thumbprint, audience, client.client_id)
    kept = Token(
        "exchanged",
        subject.sign_in,
        client.client_id,
        subject.scope,
        now,
        now + ACCESS_LIFE,
        thumbprint,
        audience,
    )
    provider.grants.keep(value, kept)
    trace.answered.update(access_token=value, cnf=thumbprint, aud=audience)
    trace.answered.update(expires_in=str(ACCESS_LIFE), sub=subject.sign_in.account.sub)
    return Reply.json(
        {
            "access_token": value,
            "issued_token_type": ACCESS_TYPE,
            "token_type": "Bearer",
            "expires_in": ACCESS_LIFE,
            "scope": subject.scope,
        }
    )


def _check(asked: Asked) -> None:
    """Refuse what no subject token could make right."""
    form = asked.parameters
    if not asked.certificate:
        raise Refusal("invalid_request", "certificat client attendu : l'échange se fait en mTLS")
    if form.get("subject_token_type") != ACCESS_TYPE:
        raise Refusal("invalid_request", f"subject_token_type attendu : {ACCESS_TYPE}")
    if form.get("requested_token_type", ACCESS_TYPE) != ACCESS_TYPE:
        raise Refusal("invalid_request", f"requested_token_type possible : {ACCESS_TYPE}")
    if not form.get("audience"):
        raise Refusal("invalid_target", "audience absente : nommez l'API visée")
