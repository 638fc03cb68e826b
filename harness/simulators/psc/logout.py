"""End of session started by the client (OpenID Connect RP-Initiated Logout, PSC-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.simulators.psc import pages
from harness.simulators.psc.wire import Asked, Reply, Trace

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider


def logout(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """End the session of an ID token, then go back to the client with its state."""
    parameters = asked.parameters
    claims = provider.keys.read(parameters.get("id_token_hint", ""))
    if claims is None or claims.get("iss") != provider.issuer:
        trace.error = "invalid_id_token_hint"
        return pages.problem(
            "Déconnexion impossible",
            "id_token_hint est absent, ou n'est pas un jeton d'identité de Pro Santé Connect. "
            "Envoyez le dernier jeton d'identité reçu.",
        )
    trace.client_id = str(claims.get("aud", ""))
    trace.answered["sub"] = str(claims.get("sub", ""))
    sid = str(claims.get("sid", ""))
    ended = next((one for one in provider.grants.sign_ins if one.sid == sid), None)
    if ended is not None:
        trace.sign_in, trace.rpps = ended.id, ended.rpps
    client = provider.clients.find(trace.client_id)
    back = parameters.get("post_logout_redirect_uri", "")
    if back and (client is None or back not in client.post_logout_redirect_uris):
        trace.error = "invalid_post_logout_redirect_uri"
        return pages.problem(
            "Déconnexion refusée",
            f"post_logout_redirect_uri « {back[:200]} » n'est pas enregistrée pour le client "
            f"« {trace.client_id[:60]} ».",
        )
    provider.grants.end_session(sid)
    if not back:
        return pages.signed_out()
    state = {"state": parameters["state"]} if "state" in parameters else {}
    trace.answered.update(post_logout_redirect_uri=back, **state)
    return Reply.redirect(back, state)
