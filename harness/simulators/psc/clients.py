"""Registered clients, and how each proves who it is (PSC-02)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from harness.model.problems import ConfigurationProblem
from harness.simulators.psc.capped import Capped
from harness.simulators.psc.wire import Asked, Refusal, Trace
from harness.targets.target_access import PscClient

if TYPE_CHECKING:
    from harness.simulators.psc.provider import Provider

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]
ASSERTION_LONGEST = 3600.0
"""Seconds beyond which an assertion is refused as good for too long."""
LEEWAY = 60.0
BY_SECRET = ("client_secret_basic", "client_secret_post")


class Clients:
    """The clients by identifier; the last one registered is the target of the run."""

    def __init__(self) -> None:
        self._clients: dict[str, PscClient] = {}
        self._seen: Capped[str, float] = Capped()
        self.target = PscClient()

    def register(self, client: PscClient) -> None:
        """Register a client, in place of what its identifier meant before.

        Raises `ConfigurationProblem` for a client that could never authenticate.
        """
        _check(client)
        self._clients[client.client_id] = client
        self.target = client

    def find(self, client_id: str) -> PscClient | None:
        """Return the client of an identifier, None when it is unknown."""
        return self._clients.get(client_id)

    def first_sight(self, jti: str, expires: float) -> bool:
        """Say whether an assertion comes for the first time, and remember it."""
        if self._seen.get(jti) is not None:
            return False
        self._seen.put(jti, expires)
        return True


def authenticate(provider: Provider, asked: Asked, trace: Trace) -> PscClient:
    """Return the client of a back-channel call. Raises `Refusal` (`invalid_client`)."""
    form = asked.parameters
    client_id, secret = _basic(asked)
    assertion = form.get("client_assertion", "")
    ways = [
        name
        for name, there in (
            ("client_secret_basic", bool(asked.headers.get("Authorization"))),
            ("client_secret_post", "client_secret" in form),
            ("private_key_jwt", bool(assertion)),
        )
        if there
    ]
    if len(ways) > 1:
        raise Refusal("invalid_request", f"une seule authentification attendue, reçu {ways}")
    way = ways[0] if ways else ("tls_client_auth" if asked.certificate else "none")
    claims = _unverified(assertion)
    trace.client_auth = way
    trace.client_id = client_id or form.get("client_id", "") or str(claims.get("sub", ""))
    client = provider.clients.find(trace.client_id)
    if client is None:
        raise _refused(way, "client inconnu")
    allowed = BY_SECRET if client.auth_method in BY_SECRET else (client.auth_method,)
    if way not in allowed:
        raise _refused(way, f"authentification {way}, attendu {client.auth_method}")
    if way in BY_SECRET:
        offered = {secret, unquote_plus(secret)} if secret else {form.get("client_secret", "")}
        if not any(hmac.compare_digest(one.encode(), _secret(client)) for one in offered):
            raise _refused(way, "secret du client faux")
    elif way == "private_key_jwt":
        _check_assertion(provider, client, assertion, form.get("client_assertion_type", ""))
    return client


def _secret(client: PscClient) -> bytes:
    return client.client_secret.encode()


def _basic(asked: Asked) -> tuple[str, str]:
    scheme, _, value = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _refused("client_secret_basic", "en-tête Authorization: Basic illisible") from None
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), secret


def _unverified(assertion: str) -> dict[str, Any]:
    """Read who an assertion claims to be, to know whose key must verify it."""
    try:
        payload = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _check_assertion(provider: Provider, client: PscClient, assertion: str, kind: str) -> None:
    from joserfc import jwt
    from joserfc.errors import JoseError

    way = "private_key_jwt"
    if kind != ASSERTION_TYPE:
        raise _refused(way, f"client_assertion_type attendu : {ASSERTION_TYPE}")
    try:
        claims = jwt.decode(assertion, _key_set(client), ASSERTION_ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise _refused(way, f"signature de l'assertion refusée ({error})") from None
    # By real time: the client's clock is not ours to move.
    now, expires = time.time(), claims.get("exp")
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise _refused(way, "iss et sub de l'assertion : le client_id attendu")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not {provider.issuer, *provider.audiences} & {str(one) for one in named}:
        raise _refused(way, f"aud de l'assertion : {provider.issuer} attendu")
    if not isinstance(expires, int | float) or now - LEEWAY > expires:
        raise _refused(way, "exp de l'assertion absent ou passé")
    if expires > now + ASSERTION_LONGEST:
        raise _refused(way, "exp de l'assertion à plus d'une heure")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise _refused(way, "jti de l'assertion absent")
    if not provider.clients.first_sight(f"{client.client_id} {jti}", float(expires)):
        raise _refused(way, "assertion déjà présentée (jti)")


def _key_set(client: PscClient) -> Any:
    from joserfc.jwk import KeySet

    return KeySet.import_key_set(json.loads(client.jwks))


def _refused(way: str, description: str) -> Refusal:
    if way == "client_secret_basic":
        challenge = 'Basic realm="esante-wallet"'
        return Refusal("invalid_client", description, 401, WWW_Authenticate=challenge)
    return Refusal("invalid_client", description, 401)


def _check(client: PscClient) -> None:
    problem = ""
    if not client.client_id:
        problem = "client_id vide"
    elif not client.redirect_uris:
        problem = "redirect_uris vide : aucune adresse de retour ne serait acceptée"
    elif client.auth_method in BY_SECRET and not client.client_secret:
        problem = f"client_secret vide alors que auth_method = {client.auth_method}"
    elif client.auth_method == "private_key_jwt":
        from joserfc.errors import JoseError

        try:
            _key_set(client)
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f"jwks n'est pas un jeu de clés publiques JSON ({error})"
    if problem:
        raise ConfigurationProblem(
            f"client Pro Santé Connect « {client.client_id} » : {problem} ; "
            "corrigez [simulators.psc] dans le fichier de cible"
        )
