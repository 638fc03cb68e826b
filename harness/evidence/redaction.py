"""Live secrets are replaced by typed placeholders before a piece is hashed.

The placeholder keeps equality within a run (same secret, same placeholder) and tells nothing of
the secret: it is a keyed hash whose key never leaves the process.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_HEADERS = re.compile(
    rb"(?im)^(authorization|proxy-authorization|cookie|set-cookie|x-control-token)(:[ \t]*)"
    rb"((?:basic|bearer)[ \t]+)?([^\r\n]+)"
)
_CODE = re.compile(rb"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])")
"""A one-time code, as a mail or an SMS writes it."""
_TOKEN = rb"[A-Za-z0-9_~%+-]+(?:\.[A-Za-z0-9_~%+-]+)*"
_JETON = re.compile(rb"(?<![A-Za-z0-9_])(jeton=)(" + _TOKEN + rb")")
_LINK = re.compile(rb"(https?://[^/\s<>\"']+)([^\s<>\"']+)")
_LONG = re.compile(rb"(?<=[/=])(?=[A-Za-z_~%+.-]*[0-9])" + _TOKEN)
"""A value or a path segment with a digit in it, which a link may carry as its secret."""
LINK_SECRET = 16
"""Characters from which such a part of a link is taken for a secret."""


class Redactor:
    """Replaces registered secrets, and the usual secret headers, in bytes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, bytes] = {}

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} secrets)"

    def hide(self, value: str, kind: str) -> None:
        """Register a secret of a kind (`mot-de-passe`, `jeton`, `code`…); short ones are kept out.

        A value under 4 characters would blank innocent text, so it is refused (`ValueError`).
        """
        if len(value) < 4:
            raise ValueError("secret trop court pour être masqué sans abîmer les pièces")
        self._known[value.encode()] = self._placeholder(value.encode(), kind)

    def clean(self, content: bytes) -> bytes:
        """Return the bytes with every known secret and secret header replaced."""
        for value in sorted(self._known, key=len, reverse=True):
            content = content.replace(value, self._known[value])
        content = _JETON.sub(self._hide_token, content)
        return _HEADERS.sub(self._hide_header, content)

    def clean_message(self, text: str) -> str:
        """Return the text of a mail or an SMS without its one-time codes nor its links' tokens.

        The tokens are hidden wherever they come back from then on; the codes are too short for it.
        """
        cleaned = _LINK.sub(self._clean_link, text.encode())
        cleaned = _CODE.sub(lambda found: self._placeholder(found.group(), "code"), cleaned)
        return self.clean(cleaned).decode()

    def clean_text(self, text: str) -> str:
        """Return the text with every known secret replaced."""
        return self.clean(text.encode()).decode()

    def _clean_link(self, match: re.Match[bytes]) -> bytes:
        where, rest = match.groups()
        for found in _LONG.findall(rest):
            if len(found) >= LINK_SECRET:
                self.hide(found.decode(), "jeton")
        return where + self.clean(rest)

    def _hide_token(self, match: re.Match[bytes]) -> bytes:
        return match.group(1) + self._placeholder(match.group(2), "jeton")

    def _hide_header(self, match: re.Match[bytes]) -> bytes:
        name, colon, scheme, value = match.groups()
        if value.startswith("«secret".encode()):
            return match.group(0)
        return name + colon + (scheme or b"") + self._placeholder(value, name.decode().lower())

    def _placeholder(self, value: bytes, kind: str) -> bytes:
        mark = hmac.new(self._key, value, hashlib.sha256).hexdigest()[:10]
        return f"«secret {kind} {mark}»".encode()
