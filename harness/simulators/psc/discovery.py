"""Discovery document and published keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.simulators.psc.clients import ASSERTION_ALGORITHMS
from harness.simulators.psc.wire import Asked, Reply, Trace

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth"]
GRANT_CODE, GRANT_REFRESH = "authorization_code", "refresh_token"
GRANT_CIBA = "urn:openid:params:grant-type:ciba"
GRANT_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def discovery(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Answer the metadata (OpenID Connect Discovery §3)."""
    trace.answered["issuer"] = provider.issuer
    return Reply.json(
        {
            "issuer": provider.issuer,
            "authorization_endpoint": provider.authorization_endpoint,
            "token_endpoint": provider.endpoint("token"),
            "userinfo_endpoint": provider.endpoint("userinfo"),
            "introspection_endpoint": provider.endpoint("token/introspect"),
            "end_session_endpoint": provider.endpoint("logout"),
            "jwks_uri": provider.endpoint("certs"),
            "backchannel_authentication_endpoint": provider.endpoint("ext/ciba/auth"),
            "backchannel_token_delivery_modes_supported": ["poll"],
            "backchannel_user_code_parameter_supported": False,
            "grant_types_supported": [GRANT_CODE, GRANT_REFRESH, GRANT_EXCHANGE, GRANT_CIBA],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid", "scope_all"],
            "acr_values_supported": ["eidas1", "eidas2", "eidas3"],
            "claims_supported": ["sub", "iss", "auth_time", "acr", "SubjectNameID"],
            "prompt_values_supported": ["none", "login", "consent"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "userinfo_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": AUTH_METHODS,
            "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
            "introspection_endpoint_auth_methods_supported": AUTH_METHODS,
            "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
            "code_challenge_methods_supported": ["S256"],
            "tls_client_certificate_bound_access_tokens": True,
            "authorization_response_iss_parameter_supported": True,
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
    )


def jwks(provider: Provider, asked: Asked, trace: Trace) -> Reply:
    """Answer the public keys, current first."""
    published = provider.keys.jwks()
    trace.answered["kids"] = " ".join(key["kid"] for key in published["keys"])
    return Reply.json(published)
