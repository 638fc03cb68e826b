"""Signing keys of the provider: the current one, the one before, and one never published."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

ALGORITHM = "RS256"
Signer = Literal["current", "foreign", "none"]
"""`foreign` signs with a key that is not published; `none` does not sign at all."""


class SigningKeys:
    """RSA keys. A rotation keeps the former key published, so that its tokens still verify."""

    def __init__(self) -> None:
        from joserfc.jwk import OctKey

        self._published: list[RSAKey] = [new_key()]
        self._foreign: RSAKey | None = None
        self._own = OctKey.generate_key(512)

    def rotate(self, key: RSAKey) -> None:
        """Sign with this key from now on; only the one before stays published with it."""
        self._published = [key, self._published[0]]

    @property
    def current_kid(self) -> str:
        """Return the `kid` of the key that signs."""
        return str(self._published[0].kid)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys, current first (RFC 7517)."""
        return {
            "keys": [
                key.as_dict(private=False, use="sig", alg=ALGORITHM) for key in self._published
            ]
        }

    def sign(self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        """Return a JWT signed by the current key."""
        return self.sign_as("current", {"kid": self.current_kid, **(header or {})}, claims)

    def sign_as(self, signer: Signer, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """Return a JWT with this header, signed by a key of the kind asked."""
        if signer == "none":
            parts = ({"typ": "JWT", **header, "alg": "none"}, claims)
            return ".".join(_base64(json.dumps(dict(part)).encode()) for part in parts) + "."
        from joserfc import jwt

        key = self._published[0] if signer == "current" else self._foreign_key()
        return jwt.encode({"alg": ALGORITHM, **header}, dict(claims), key)

    def sign_for_ourselves(self, claims: Mapping[str, Any]) -> str:
        """Return a JWT under a secret of ours (HS512): nobody else can verify it."""
        from joserfc import jwt

        return jwt.encode({"alg": "HS512"}, dict(claims), self._own, ["HS512"])

    def read(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a JWT that one of our published keys signed, else None."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            return dict(jwt.decode(token, KeySet(list(self._published)), [ALGORITHM]).claims)
        except (JoseError, ValueError):  # ValueError: what is not a JWT at all
            return None

    def prepare_foreign(self) -> None:
        """Draw the unpublished key now: a fault will need it and the loop must not wait."""
        self._foreign_key()

    def _foreign_key(self) -> RSAKey:
        if self._foreign is None:
            self._foreign = new_key()
        return self._foreign


def new_key() -> RSAKey:
    """Draw an RSA key; this takes some tenths of a second."""
    from joserfc.jwk import RSAKey

    return RSAKey.generate_key(2048, auto_kid=True)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
