"""Named faults of Pro Santé Connect: one function a fault, on what the provider was to answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from harness.simulators.fault_table import unknown_fault
from harness.simulators.psc.keys import Signer
from harness.simulators.psc.userinfo import UserInfo
from harness.simulators.psc.wire import Refusal, Reply, Trace

SLOW = 2.0
"""Seconds of `reponse-lente` unless told otherwise."""
BACK_CHANNEL = ("token", "userinfo", "introspection")
"""Endpoints that the faults of the network touch."""


@dataclass(frozen=True, slots=True)
class IdToken:
    """An ID token before it is signed: header, claims, and which key will sign."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signer: Signer = "current"

    def saying(self, **claims: Any) -> IdToken:
        """Return the token with other claims."""
        return replace(self, claims={**self.claims, **claims})


Callback = dict[str, str]
"""Parameters of the redirection to the client."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its name, its French sentence, and what it alters (exactly one of the four)."""

    name: str
    description: str
    callback: Callable[[Callback], Callback] | None = None
    id_token: Callable[[IdToken], IdToken] | None = None
    userinfo: Callable[[UserInfo], UserInfo] | None = None
    answer: Callable[[str, Reply], Reply] | None = None

    @property
    def foreign_key(self) -> bool:
        """Say whether the fault signs with a key that is not published."""
        return self.name in ("kid-inconnu", "signature-fausse")


FAULTS: dict[str, Fault] = {}


def fault_named(name: str) -> Fault:
    """Return a fault. Raises `ConfigurationProblem` listing the names for an unknown one."""
    if name not in FAULTS:
        raise unknown_fault("Pro Santé Connect", name, FAULTS)
    return FAULTS[name]


T = TypeVar("T", bound=Callable[..., Any])


def _fault(name: str, altered: str, description: str) -> Callable[[T], T]:
    def register(alter: T) -> T:
        made: dict[str, Any] = {altered: alter}
        FAULTS[name] = Fault(name, description, **made)
        return alter

    return register


# -- the redirection to the client ------------------------------------------------------------


@_fault("state-faux", "callback", "Le retour porte un autre state que celui de la demande.")
def wrong_state(callback: Callback) -> Callback:
    """Send back a state that the client never chose."""
    return {**callback, "state": uuid.uuid4().hex}


@_fault("refus-utilisateur", "callback", "Le professionnel refuse : error=access_denied.")
def refused_by_user(callback: Callback) -> Callback:
    """Answer access_denied even to a person who agreed."""
    return _error(callback, "access_denied", "refus du professionnel")


@_fault("erreur-serveur", "callback", "Le retour porte error=server_error.")
def server_error(callback: Callback) -> Callback:
    """Answer server_error in place of a code."""
    return _error(callback, "server_error", "erreur interne du fournisseur")


def _error(callback: Callback, error: str, description: str) -> Callback:
    kept = {name: value for name, value in callback.items() if name in ("state", "iss")}
    return {"error": error, "error_description": description, **kept}


# -- the ID token -----------------------------------------------------------------------------


@_fault("nonce-faux", "id_token", "Le jeton d'identité porte un autre nonce.")
def wrong_nonce(token: IdToken) -> IdToken:
    """Say a nonce that the client never chose."""
    return token.saying(nonce=uuid.uuid4().hex)


@_fault("emetteur-faux", "id_token", "Le jeton d'identité vient d'un autre émetteur.")
def wrong_issuer(token: IdToken) -> IdToken:
    """Say another issuer, under a domain that never resolves."""
    return token.saying(iss="https://autre-emetteur.invalid/auth/realms/esante-wallet")


@_fault("audience-fausse", "id_token", "Le jeton d'identité est destiné à un autre client.")
def wrong_audience(token: IdToken) -> IdToken:
    """Say another client as audience and authorized party."""
    return token.saying(aud="un-autre-client", azp="un-autre-client")


@_fault("jeton-expire", "id_token", "Le jeton d'identité est expiré depuis une heure.")
def expired(token: IdToken) -> IdToken:
    """Move every date of the token back, its end an hour ago."""
    life = token.claims["exp"] - token.claims["iat"]
    moved = {
        name: token.claims[name] - 3600 - life
        for name in ("iat", "exp", "auth_time")
        if name in token.claims
    }
    return token.saying(**moved)


@_fault("acr-insuffisant", "id_token", "Le niveau d'authentification est sous eidas1.")
def acr_too_low(token: IdToken) -> IdToken:
    """Say the level 0 of OpenID Connect Core §2: less than any level of assurance."""
    return token.saying(acr="0")


@_fault("kid-inconnu", "id_token", "Le jeton d'identité est signé d'une clé non publiée.")
def unknown_kid(token: IdToken) -> IdToken:
    """Sign with a key that is not published and name it."""
    return replace(token, header={**token.header, "kid": uuid.uuid4().hex}, signer="foreign")


@_fault("signature-fausse", "id_token", "La signature du jeton d'identité est fausse.")
def wrong_signature(token: IdToken) -> IdToken:
    """Sign with a key that is not published under the name of the published one."""
    return replace(token, signer="foreign")


@_fault("alg-none", "id_token", "Le jeton d'identité n'est pas signé (alg none).")
def not_signed(token: IdToken) -> IdToken:
    """Leave the token unsigned."""
    return replace(token, signer="none")


# -- UserInfo ---------------------------------------------------------------------------------


@_fault("userinfo-autre-personne", "userinfo", "UserInfo décrit une autre personne que le jeton.")
def someone_else(info: UserInfo) -> UserInfo:
    """Answer the identity of somebody else who is known, else one whose last digit differs."""
    if info.another:
        return replace(info, claims=info.another)
    claims = dict(info.claims)
    other = _next_digit(str(claims.get("SubjectNameID") or claims["preferred_username"]))
    claims.update(sub=f"f:{uuid.uuid4()}:{other}", preferred_username=other)
    if "SubjectNameID" in claims:
        claims["SubjectNameID"] = other
        claims["otherIds"] = [{**one, "identifiant": other} for one in claims["otherIds"]]
    return replace(info, claims=claims)


def _next_digit(identifier: str) -> str:
    last = identifier[-1]
    return identifier[:-1] + (str((int(last) + 1) % 10) if last.isdigit() else "0")


@_fault("userinfo-signe", "userinfo", "UserInfo est un JWT signé (variante permise, PSC-04).")
def signed_userinfo(info: UserInfo) -> UserInfo:
    """Answer the same claims as a signed JWT: right, in another format."""
    return replace(info, signed=True)


@_fault("plusieurs-exercices", "userinfo", "UserInfo porte un exercice de plus (PSC-07).")
def several_exercises(info: UserInfo) -> UserInfo:
    """Add an exercise to the first, in another structure."""
    reference = info.claims.get("SubjectRefPro")
    if not reference or not reference["exercices"]:
        return info
    first = reference["exercices"][0]
    places = [
        {
            **one,
            "identifiantTechniqueDeLaStructure": f"{one['identifiantTechniqueDeLaStructure']}9",
            "raisonSocialeSite": f"{one['raisonSocialeSite']} BIS",
        }
        for one in first["activities"][:1]
    ]
    exercises = [*reference["exercices"], {**first, "activities": places}]
    return replace(
        info, claims={**info.claims, "SubjectRefPro": {**reference, "exercices": exercises}}
    )


# -- the answer of the back channel -----------------------------------------------------------


@_fault("jeton-refuse", "answer", "Le point de jetons répond invalid_grant.")
def token_refused(endpoint: str, reply: Reply) -> Reply:
    """Refuse the code or the refresh token."""
    if endpoint != "token":
        return reply
    return Refusal("invalid_grant", "code ou jeton refusé par le fournisseur").reply()


@_fault("indisponible", "answer", "Pro Santé Connect répond 503.")
def unavailable(endpoint: str, reply: Reply) -> Reply:
    """Answer 503 without JSON."""
    text = {"Content-Type": "text/plain; charset=utf-8"}
    return Reply(503, text, b"Service indisponible\n", error="http_503")


@_fault("reponse-lente", "answer", "Pro Santé Connect répond juste, mais tard.")
def slow_answer(endpoint: str, reply: Reply) -> Reply:
    """Answer rightly after a delay."""
    return replace(reply, delay=SLOW)


@_fault("sans-reponse", "answer", "Pro Santé Connect reçoit la demande et ne répond jamais.")
def no_answer(endpoint: str, reply: Reply) -> Reply:
    """Hold the connection until the client gives up or the deadline passes."""
    return replace(reply, silent=True)


# -- those in force ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Active:
    fault: Fault
    rpps: str
    """Whom it touches, '' for everybody."""
    delay: float | None


class Faults:
    """The faults in force, newest first."""

    def __init__(self) -> None:
        self._active: list[_Active] = []

    def add(self, name: str, rpps: str = "", delay: float | None = None) -> None:
        """Put a fault on a professional (by RPPS), or on everybody."""
        self._active.insert(0, _Active(fault_named(name), rpps, delay))

    def clear(self, rpps: str = "") -> None:
        """Take away the faults of a professional, every one when nobody is named."""
        self._active = [one for one in self._active if rpps and one.rpps != rpps]

    def callback(self, callback: Callback, trace: Trace) -> Callback:
        """Return the redirection's parameters as the faults make them."""
        for one in self._of(trace):
            if one.fault.callback:
                trace.fault = one.fault.name
                return one.fault.callback(callback)
        return callback

    def id_token(self, token: IdToken, trace: Trace) -> IdToken:
        """Return the ID token as the faults make it."""
        for one in self._of(trace):
            if one.fault.id_token:
                trace.fault = one.fault.name
                return one.fault.id_token(token)
        return token

    def userinfo(self, info: UserInfo, trace: Trace) -> UserInfo:
        """Return UserInfo as the faults make it."""
        for one in self._of(trace):
            if one.fault.userinfo:
                trace.fault = one.fault.name
                info = one.fault.userinfo(info)
        return info

    def answer(self, reply: Reply, trace: Trace) -> Reply:
        """Return the answer of a back-channel endpoint as the faults make it.

        Only what would have been served is altered: a wrong request is told what is wrong in it.
        """
        if trace.endpoint not in BACK_CHANNEL or reply.status != 200:
            return reply
        for one in self._of(trace):
            if one.fault.answer:
                changed = one.fault.answer(trace.endpoint, reply)
                if changed == reply:
                    continue
                trace.fault = one.fault.name
                if changed.delay and one.delay is not None:
                    return replace(changed, delay=one.delay)
                return changed
        return reply

    def _of(self, trace: Trace) -> list[_Active]:
        return [one for one in self._active if one.rpps in ("", trace.rpps)]
