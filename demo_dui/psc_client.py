"""Calls of Pro Santé Connect, through Authlib; blocking: run them in a thread of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from demo_dui import faults
from demo_dui.psc_identity import (
    Expected,
    PscIdentity,
    PscRefusedError,
    identity,
    userinfo_claims,
    verified,
)
from demo_dui.psc_settings import PscSettings

SCOPE, LEVEL = "openid scope_all", "eidas1"
ACCESS_TYPE = "urn:ietf:params:oauth:token-type:access_token"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
METADATA_SECONDS = 3600.0
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
_FIXED = "valeur-fixe-de-demonstration-0123456789"
Json = dict[str, Any]


class PscUnavailableError(Exception):
    """Pro Santé Connect does not answer as it should; the message says why, in French."""


class PscTokenError(Exception):
    """Pro Santé Connect refuses a token or a code; the message names the OAuth error."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A sign-in under way: what was sent, to be compared with what comes back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a sign-in; `expires_at` in seconds since 1970. Never shown."""

    access: str
    refresh: str
    id_token: str
    expires_at: float

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at})"


class PscClient:
    """The software as a client of Pro Santé Connect. Safe from several threads."""

    def __init__(self, settings: PscSettings, now: Callable[[], float]) -> None:
        self._settings, self._now = settings, now
        self._lock = threading.Lock()
        self._metadata: tuple[float, Json] | None = None
        self._keys: KeySet | None = None

    @property
    def client_id(self) -> str:
        """The identifier under which the software is registered."""
        return self._settings.client_id

    # Metadata

    def metadata(self) -> Json:
        """The discovery document, kept an hour; PscUnavailableError when it cannot be had."""
        with self._lock:
            kept = self._metadata
        if kept is not None and time.monotonic() - kept[0] < METADATA_SECONDS:
            return kept[1]
        found = self._json(self._settings.discovery)
        missing = [name for name in ("issuer", *_ENDPOINTS) if not isinstance(found.get(name), str)]
        if missing:
            raise PscUnavailableError(f"document de découverte sans {missing[0]}")
        insecure = [name for name in _ENDPOINTS if urlsplit(found[name]).scheme != "https"]
        if insecure:
            raise PscUnavailableError(f"{insecure[0]} n'est pas une adresse https")
        with self._lock:
            self._metadata = (time.monotonic(), found)
        return found

    def _published(self, again: bool) -> KeySet:
        with self._lock:
            kept = self._keys
        if kept is not None and not again:
            return kept
        try:
            found = KeySet.import_key_set(self._json(self.metadata()["jwks_uri"]))  # type: ignore[arg-type]  # checked by the import
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise PscUnavailableError("clés publiques (JWKS) illisibles") from error
        with self._lock:
            self._keys = found
        return found

    def _json(self, address: str) -> Json:
        with self._session() as session:
            answer = _sent(lambda: session.request("GET", address, True, **self._options()))
        if answer.status_code != 200:
            raise PscUnavailableError(f"réponse {answer.status_code} à {urlsplit(address).path}")
        try:
            content = answer.json()
        except ValueError as error:
            raise PscUnavailableError("réponse qui n'est pas du JSON") from error
        if not isinstance(content, dict):
            raise PscUnavailableError("réponse qui n'est pas un objet JSON")
        return content

    def _session(self, redirect_uri: str | None = None) -> OAuth2Session:
        in_query = faults.active("psc-secret-dans-url")
        session = OAuth2Session(
            self._settings.client_id,
            None if in_query else self._settings.secret,
            token_endpoint_auth_method="none" if in_query else "client_secret_basic",
            scope="openid" if faults.active("psc-portee-minimale") else SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return session

    def _options(self) -> Json:
        verify = str(self._settings.ca) if self._settings.ca else True
        options = {"timeout": self._settings.timeout, "verify": verify, "allow_redirects": False}
        return options

    # Sign-in

    def authorization_url(self, demand: Demand) -> str:
        """Where to send the browser (PSC-01)."""
        session = self._session(demand.redirect_uri)
        parameters = {} if faults.active("psc-acr-absent") else {"acr_values": LEVEL}
        address, _ = session.create_authorization_url(
            self.authorization_endpoint,
            state=demand.state,
            code_verifier=demand.verifier,
            nonce=demand.nonce,
            **parameters,
        )
        return str(address)

    @property
    def authorization_endpoint(self) -> str:
        """Address of the pages of Pro Santé Connect, from the discovery document."""
        return str(self.metadata()["authorization_endpoint"])

    def redeem(self, code: str, demand: Demand) -> tuple[Tokens, PscIdentity]:
        """Give the code for tokens, check them and read UserInfo (PSC-02 to PSC-06)."""
        parameters = {"code": code, "code_verifier": demand.verifier}
        answer = self._granted(demand.redirect_uri, "authorization_code", parameters)
        if not isinstance(answer.get("id_token"), str):
            raise PscRefusedError("réponse sans jeton d'identité (id_token)")
        expected = self._expected(demand.nonce)
        claims = verified(answer["id_token"], self._published, expected)
        tokens = self._tokens(answer, None)
        return tokens, self._userinfo(tokens, str(claims["sub"]))

    def _expected(self, nonce: str | None) -> Expected:
        issuer = str(self.metadata()["issuer"])
        client_id = self._settings.client_id
        return Expected(issuer=issuer, client_id=client_id, nonce=nonce, now=self._now())

    def _granted(self, redirect_uri: str | None, grant: str, parameters: Json) -> Json:
        address = self.metadata()["token_endpoint"]
        if faults.active("psc-secret-dans-url"):
            address += f"?client_id={self._settings.client_id}"
            address += f"&client_secret={self._settings.secret}"
        with self._session(redirect_uri) as session:
            if redirect_uri:
                parameters = {**parameters, "redirect_uri": redirect_uri}
            options = self._options()
            return dict(
                _sent(
                    lambda: session.fetch_token(address, grant_type=grant, **parameters, **options)
                )
            )

    def _tokens(self, answer: Json, before: Tokens | None) -> Tokens:
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) else 60.0
        return Tokens(
            access=str(answer.get("access_token", "")),
            refresh=str(answer.get("refresh_token") or (before.refresh if before else "")),
            id_token=str(answer.get("id_token") or (before.id_token if before else "")),
            expires_at=self._now() + seconds,
        )

    def _userinfo(self, tokens: Tokens, sub: str) -> PscIdentity:
        headers = {"Authorization": f"Bearer {tokens.access}"}
        with self._session() as session:
            address, options = self.metadata()["userinfo_endpoint"], self._options()
            answer = _sent(
                lambda: session.request("GET", address, True, headers=headers, **options)
            )
        if answer.status_code == 401:
            raise PscTokenError("jeton d'accès refusé")
        if answer.status_code != 200:
            raise PscUnavailableError(f"réponse {answer.status_code} de UserInfo")
        media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        expected = self._expected(None)
        return identity(userinfo_claims(answer.content, media, self._published, expected), sub)

    # Life of the session

    def alive(self, tokens: Tokens, sub: str) -> tuple[Tokens, PscIdentity]:
        """The tokens, renewed when the access token is over, and who they belong to (PSC-04)."""
        if faults.active("psc-session-sans-fin"):
            return tokens, PscIdentity("", sub, "")
        if self._now() < tokens.expires_at:
            try:
                return tokens, self._userinfo(tokens, sub)
            except PscTokenError:
                # Over for Pro Santé Connect though not by our clock: renewed below.
                pass
        if faults.active("psc-sans-renouvellement"):
            raise PscTokenError("jeton d'accès échu")
        renewed = self.renewed(tokens, sub)
        return renewed, self._userinfo(renewed, sub)

    def renewed(self, tokens: Tokens, sub: str) -> Tokens:
        """New tokens from the refresh token; PscTokenError when the session is over there."""
        answer = self._granted(None, "refresh_token", {"refresh_token": tokens.refresh})
        found = self._tokens(answer, tokens)
        if isinstance(answer.get("id_token"), str):
            claims = verified(answer["id_token"], self._published, self._expected(None))
            if claims["sub"] != sub:
                raise PscRefusedError("le jeton renouvelé est celui d'une autre personne")
        return found

    def introspected(self, tokens: Tokens) -> Json:
        """What Pro Santé Connect says of the access token (PSC-08)."""
        address = str(self.metadata()["introspection_endpoint"])
        with self._session() as session:
            if faults.active("psc-introspection-get"):
                pair = (self._settings.client_id, self._settings.secret)
                given = {"token": tokens.access}
                answer = _sent(
                    lambda: session.request(
                        "GET", address, True, auth=pair, params=given, **self._options()
                    )
                )
            else:
                answer = _sent(
                    lambda: session.introspect_token(
                        address, tokens.access, "access_token", **self._options()
                    )
                )
        if answer.status_code != 200:
            raise PscTokenError(f"introspection refusée ({answer.status_code})")
        return dict(answer.json())

    def exchanged(self, tokens: Tokens, audience: str) -> Json:
        """A token for an API, bound to our certificate (RFC 8693, PSC-10)."""
        given = {
            "subject_token": tokens.access,
            "subject_token_type": ACCESS_TYPE,
            "audience": audience,
        }
        certificate = (str(self._settings.certificate), str(self._settings.key))
        options = self._options()
        if self._settings.certificate and not faults.active("psc-echange-sans-certificat"):
            options["cert"] = certificate
        address = self.metadata()["token_endpoint"]
        with self._session() as session:
            return dict(
                _sent(lambda: session.fetch_token(address, grant_type=EXCHANGE, **given, **options))
            )

    def end_session_url(self, tokens: Tokens, back: str, state: str) -> str:
        """Where to send the browser to end the session at Pro Santé Connect (PSC-09)."""
        parameters = {"post_logout_redirect_uri": back, "state": state}
        if not faults.active("psc-deconnexion-sans-jeton"):
            parameters["id_token_hint"] = tokens.id_token
        address = str(self.metadata()["end_session_endpoint"])
        prepared = requests.Request("GET", address, params=parameters).prepare()
        return str(prepared.url)


def demand(redirect_uri: str, draw: Callable[[], str]) -> Demand:
    """A new sign-in, its state, nonce and verifier drawn."""
    made = Demand(draw(), draw(), draw(), redirect_uri)
    if faults.active("psc-state-fixe"):
        made = replace(made, state=_FIXED)
    if faults.active("psc-nonce-fixe"):
        made = replace(made, nonce=_FIXED)
    if faults.active("psc-retour-avec-parametre"):
        made = replace(made, redirect_uri=f"{redirect_uri}?origine=dui")
    return made


def _sent(call: Callable[[], Any]) -> Any:
    """Do a call; its failures become ours, without what was sent."""
    try:
        return call()
    except requests.RequestException as error:
        text = f"liaison avec Pro Santé Connect rompue ({type(error).__name__})"
        raise PscUnavailableError(text) from error
    except AuthlibBaseError as error:
        raise PscTokenError(f"Pro Santé Connect refuse : {str(error.error)[:60]}") from error
    except ValueError as error:
        raise PscUnavailableError("réponse de Pro Santé Connect illisible") from error
