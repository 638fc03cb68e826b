"""What the provider has granted: sign-ins under way, codes, tokens, sessions of the wallet."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.simulators.psc.capped import KEPT, Capped
from harness.simulators.psc.people import Account

CODE_LIFE = 60.0
ACCESS_LIFE = 120
"""Seconds of an access token (PSC-04)."""
REFRESH_LIFE = 1800
SESSION_LIFE = 4 * 3600
"""Seconds of a session of the wallet, and of the refresh tokens that it gave (supposed)."""
REQUEST_LIFE = 1800.0
"""Seconds that a person has to identify and consent."""

CARD, MOBILE = "CPS", "e-CPS"
MEANS = (CARD, MOBILE)
ACR = {CARD: "eidas3", MOBILE: "eidas2"}
"""Level given for each means; at least eidas1, whatever was asked (PSC-03)."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid authorization request, waiting for a person."""

    id: str
    """Of the sign-in that it begins."""
    client_id: str
    redirect_uri: str
    scope: str
    state: str
    nonce: str
    code_challenge: str
    prompt: str
    browser: str = field(repr=False)
    """Value of the cookie of the browser that asked: no other may go on."""
    expires: float = 0.0


@dataclass(slots=True)
class WalletSession:
    """A browser session at the wallet: single sign-on until it ends."""

    sid: str
    """Said in tokens; the cookie holds another secret, the key of the store."""
    account: Account
    means: str
    since: float
    consents: set[str] = field(default_factory=set)
    """Clients that the person let in."""


@dataclass(slots=True)
class SignIn:
    """One person let into one client, and what was delivered for it."""

    id: str
    client_id: str
    scope: str
    nonce: str
    account: Account
    means: str
    auth_time: float
    sid: str
    redirect_uri: str = ""
    code_challenge: str = ""
    revoked: bool = False
    id_token: dict[str, Any] = field(default_factory=dict)
    """Claims of the last ID token, as a fault may have altered them."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    fault: str = ""

    @property
    def card(self) -> bool:
        """Return True when the person used a card."""
        return self.means == CARD

    @property
    def rpps(self) -> str:
        """Return the RPPS of who signed in: the name by which faults know them."""
        return self.account.professional.rpps


CodeState = Literal["premier usage", "déjà utilisé", "expiré", "d'un autre client", "inconnu"]


@dataclass(slots=True)
class _Code:
    sign_in: SignIn
    expires: float
    used: bool = False


@dataclass(slots=True)
class Token:
    """An access or a refresh token that was given out; its value is not kept, its digest is."""

    kind: Literal["access", "refresh", "exchanged"]
    sign_in: SignIn
    client_id: str
    scope: str
    issued: float
    expires: float
    thumbprint: str = ""
    """`x5t#S256` of the certificate it is bound to, '' for a bearer token."""
    audience: str = ""
    used: bool = False
    """A refresh token that gave its successor."""


class Grants:
    """The stores of the provider; each forgets its oldest entries beyond `KEPT`."""

    def __init__(self) -> None:
        self.requests: Capped[str, AuthorizationRequest] = Capped()
        self.sessions: Capped[str, WalletSession] = Capped()
        self.sign_ins: Capped[str, SignIn] = Capped()
        self._codes: Capped[bytes, _Code] = Capped()
        self._tokens: Capped[bytes, Token] = Capped(2 * KEPT)
        self._count = 0

    def next_id(self) -> str:
        """Return the name of a new sign-in."""
        self._count += 1
        return f"connexion-{self._count}"

    # -- codes --------------------------------------------------------------------------------

    def new_code(self, sign_in: SignIn, now: float) -> str:
        """Return a code, good once and for `CODE_LIFE` seconds."""
        code = secrets.token_urlsafe(32)
        self._codes.put(_digest(code), _Code(sign_in, now + CODE_LIFE))
        return code

    def peek(self, code: str) -> SignIn | None:
        """Return the sign-in of a code without using it."""
        found = self._codes.get(_digest(code))
        return found.sign_in if found else None

    def use_code(self, code: str, client_id: str, now: float) -> tuple[CodeState, SignIn | None]:
        """Use a code: its state, and its sign-in when it is known.

        A code used again revokes what it gave (RFC 6749 §4.1.2).
        """
        found = self._codes.get(_digest(code))
        if found is None:
            return "inconnu", None
        if found.sign_in.client_id != client_id:
            return "d'un autre client", None
        if found.used:
            found.sign_in.revoked = True
            return "déjà utilisé", found.sign_in
        found.used = True
        return ("expiré" if now > found.expires else "premier usage"), found.sign_in

    # -- tokens -------------------------------------------------------------------------------

    def keep(self, value: str, token: Token) -> None:
        """Remember a token that is given out."""
        self._tokens.put(_digest(value), token)

    def token(self, value: str, now: float) -> Token | None:
        """Return a token that is still good, of any kind."""
        found = self._tokens.get(_digest(value))
        if found is None or found.used or found.sign_in.revoked or now >= found.expires:
            return None
        return found

    def access(self, value: str, now: float) -> Token | None:
        """Return an access token of Pro Santé Connect that is still good."""
        found = self.token(value, now)
        return found if found is not None and found.kind == "access" else None

    def refresh(self, value: str, client_id: str, now: float) -> tuple[Token | None, str]:
        """Use a refresh token of a client: the token, or None and why in French.

        Used again after it gave its successor, it revokes the whole sign-in (RFC 9700 §4.14.2).
        """
        found = self._tokens.get(_digest(value))
        if found is None or found.kind != "refresh" or found.client_id != client_id:
            return None, "jeton de rafraîchissement inconnu de ce client"
        if found.used:
            found.sign_in.revoked = True
            return None, "jeton de rafraîchissement déjà utilisé : la session est révoquée"
        if found.sign_in.revoked:
            return None, "session terminée ou révoquée"
        if now >= found.expires:
            return None, "jeton de rafraîchissement expiré"
        found.used = True
        return found, ""

    # -- sessions -----------------------------------------------------------------------------

    def end_session(self, sid: str) -> None:
        """End a session of the wallet: single sign-on is over, its tokens are revoked."""
        for sign_in in self.sign_ins:
            if sign_in.sid == sid:
                sign_in.revoked = True
        self.sessions.drop(lambda session: session.sid == sid)

    @property
    def sizes(self) -> dict[str, int]:
        """Return how many entries each store holds."""
        return {
            "requests": len(self.requests),
            "sessions": len(self.sessions),
            "sign_ins": len(self.sign_ins),
            "codes": len(self._codes),
            "tokens": len(self._tokens),
        }


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()
