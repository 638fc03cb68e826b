"""Live secrets are replaced by typed placeholders before a piece is hashed.

The placeholder keeps equality within a run (same secret, same placeholder) and tells nothing of
the secret: it is a keyed hash whose key never leaves the process.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_HEADERS = re.compile(
    rb"(?im)^(authorization|proxy-authorization|cookie|set-cookie|x-control-token)(:[ \t]*)"
    rb"((?:basic|bearer)[ \t]+)?([^\r\n]+)"
)
_NAMED = re.compile(
    rb'("(?:password|new_password|totp_secret|client_secret|access_token|refresh_token|id_token)"'
    rb'\s*:\s*"|[?&](?:code|id_token_hint)=)([^"&\s<>]+)'
)
"""A secret under its name, in JSON or in the query of an address."""


class Redactor:
    """Replaces registered secrets, and the usual secret headers, in bytes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, bytes] = {}
        self._veiled: dict[bytes, bytes] = {}

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} secrets)"

    def hide(self, value: str, kind: str) -> None:
        """Register a secret of a kind (`mot-de-passe`, `jeton`, `code`…); short ones are kept out.

        A value under 4 characters would blank innocent text, so it is refused (`ValueError`).
        """
        if len(value) < 4:
            raise ValueError("secret trop court pour être masqué sans abîmer les pièces")
        self._known[value.encode()] = self._placeholder(value.encode(), kind)

    @contextmanager
    def veil(self, values: Mapping[str, str]) -> Iterator[None]:
        """Hide values (value → kind) while the block runs, and no longer.

        For what is typed: a code of six digits, or a weak password, hidden for good would blank
        innocent text of later pieces.
        """
        before = self._veiled
        shapes = {one.encode(): kind for one, kind in values.items() if len(one) >= 4}
        marks = {value: self._placeholder(value, kind) for value, kind in shapes.items()}
        self._veiled = {**before, **marks}
        try:
            yield
        finally:
            self._veiled = before

    def clean(self, content: bytes) -> bytes:
        """Return the bytes with every known secret and secret header replaced."""
        known = {**self._veiled, **self._known}
        for value in sorted(known, key=len, reverse=True):
            content = content.replace(value, known[value])
        content = _NAMED.sub(self._hide_named, content)
        return _HEADERS.sub(self._hide_header, content)

    def clean_text(self, text: str) -> str:
        """Return the text with every known secret replaced."""
        return self.clean(text.encode()).decode()

    def _hide_named(self, match: re.Match[bytes]) -> bytes:
        name, value = match.groups()
        if value.startswith("«secret".encode()):
            return match.group(0)
        return name + self._placeholder(value, "jeton")

    def _hide_header(self, match: re.Match[bytes]) -> bytes:
        name, colon, scheme, value = match.groups()
        if value.startswith("«secret".encode()):
            return match.group(0)
        return name + colon + (scheme or b"") + self._placeholder(value, name.decode().lower())

    def _placeholder(self, value: bytes, kind: str) -> bytes:
        mark = hmac.new(self._key, value, hashlib.sha256).hexdigest()[:10]
        return f"«secret {kind} {mark}»".encode()
