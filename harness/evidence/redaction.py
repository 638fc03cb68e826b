"""Live secrets are replaced by typed placeholders before a piece is hashed.

The placeholder keeps equality within a run (same secret, same placeholder) and tells nothing of
the secret: it is a keyed hash whose key never leaves the process. Secrets that a target file names
are registered; tokens and OAuth parameters are known by their shape and their name, since a run
sees thousands of them and each serves once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from urllib.parse import unquote_to_bytes

_TOKEN = "jeton"
SECRET_PARAMETERS = {
    "access_token": _TOKEN,
    "refresh_token": _TOKEN,
    "id_token": _TOKEN,
    "id_token_hint": _TOKEN,
    "subject_token": _TOKEN,
    "actor_token": _TOKEN,
    "client_assertion": _TOKEN,
    "auth_req_id": _TOKEN,
    "token": _TOKEN,
    "client_secret": "secret-client",
    "code_verifier": "verifieur",
    "code": "code",
}
"""OAuth parameter → kind of its placeholder. One kind for all tokens: the access token that is
answered, introspected and exchanged has the same placeholder everywhere."""

_HEADERS = re.compile(
    rb"(?im)^(authorization|proxy-authorization|cookie|set-cookie|x-control-token)(:[ \t]*)"
    rb"((?:basic|bearer)[ \t]+)?([^\r\n]+)"
)
_JWT = re.compile(rb"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*(?:\.[\w-]+){0,2}", re.ASCII)
# Of common words: secret only inside a form or a query of OAuth, beside one of its companions.
_COMMON = ("code", "token")
_OWN = "|".join(name for name in SECRET_PARAMETERS if name not in _COMMON).encode()
# A name begins a parameter, plain or inside another address (percent-encoded once more).
_BEGIN = rb"(?:(?<![\w-])|(?<=%3F)|(?<=%26)|(?<=%23))"
_VALUE = rb"(?:(=)([^&\s\"'<>#]+)|(%3D)((?:(?!%26|%23)[^&\s\"'<>#])+))"
_FORM = re.compile(_BEGIN + rb"(" + _OWN + rb")" + _VALUE)
_COMMON_FORM = re.compile(_BEGIN + rb"(" + "|".join(_COMMON).encode() + rb")" + _VALUE)
_JSON = re.compile(rb'"(' + _OWN + rb')(\\*"\s*:\s*\\*")([^"\\]+)')
_COMPANIONS = re.compile(
    _BEGIN + rb"(?:state|session_state|grant_type|code_verifier|redirect_uri|token_type_hint"
    rb"|client_id)(?:=|%3D)"
)
_BREAKS = (b" ", b"\n", b"\r", b"\t", b'"', b"'", b"<", b">", b"{", b"}", b"(", b")", b"\\")
"""What ends a query or a form in a text."""
_RUN = re.compile(rb"[^\s\"'<>{}()\\]*")
_HEAD = 4000
"""Bytes at the beginning of a content among which the address of a request stands."""
_PLACED = "«secret".encode()


class Redactor:
    """Replaces registered secrets, secret headers, tokens and OAuth parameters, in bytes."""

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

    def fingerprint(self, value: str, kind: str) -> str:
        """Return the placeholder that stands for a secret in the pieces of the run."""
        return self._placeholder(value.encode(), kind).decode()

    def clean(self, content: bytes) -> bytes:
        """Return the bytes with every known secret, secret header and OAuth secret replaced."""
        for value in sorted(self._known, key=len, reverse=True):
            content = content.replace(value, self._known[value])
        # Plain searches first: most contents hold none of it, and skip the patterns. Each name of
        # SECRET_PARAMETERS holds one of these words.
        if b"eyJ" in content:
            content = _JWT.sub(self._hide_jwt, content)
        if (
            b"oken" in content
            or b"code" in content
            or b"client_" in content
            or b"auth_r" in content
        ):
            content = _FORM.sub(self._hide_parameter, content)
            content = _JSON.sub(self._hide_member, content)
            content = self._without_common(content)
        return _HEADERS.sub(self._hide_header, content)

    def clean_text(self, text: str) -> str:
        """Return the text with every known secret replaced."""
        return self.clean(text.encode()).decode()

    def _hide_header(self, match: re.Match[bytes]) -> bytes:
        name, colon, scheme, value = match.groups()
        if value.startswith(_PLACED):
            return match.group(0)
        if (scheme or b"").strip().lower() == b"bearer":
            return name + colon + scheme + self._placeholder(value, _TOKEN)
        return name + colon + (scheme or b"") + self._placeholder(value, name.decode().lower())

    def _hide_jwt(self, match: re.Match[bytes]) -> bytes:
        return self._placeholder(match.group(), _TOKEN)

    def _hide_parameter(self, match: re.Match[bytes]) -> bytes:
        name, equals, plain, nested_equals, nested = match.groups()
        value = unquote_to_bytes((plain or nested).replace(b"+", b" "))
        if nested:
            value = unquote_to_bytes(value)
        if value.startswith(_PLACED):
            return match.group(0)
        kind = SECRET_PARAMETERS[name.decode()]
        return name + (equals or nested_equals) + self._placeholder(value, kind)

    def _without_common(self, content: bytes) -> bytes:
        """Hide `code=` and `token=` where a companion stands in the same query or form."""
        introspected = b"/introspect" in content[:_HEAD]
        end, oauth = 0, False

        def replace(match: re.Match[bytes]) -> bytes:
            nonlocal end, oauth
            if match.start() >= end:  # each query is looked at once, however many names it has
                start = max(content.rfind(one, end, match.start()) for one in _BREAKS) + 1
                run = _RUN.match(content, match.start())
                end = run.end() if run else match.end()
                oauth = introspected or bool(_COMPANIONS.search(content, max(start, 0), end))
            return self._hide_parameter(match) if oauth else match.group(0)

        return _COMMON_FORM.sub(replace, content)

    def _hide_member(self, match: re.Match[bytes]) -> bytes:
        name, middle, value = match.groups()
        if value.startswith(_PLACED):
            return match.group(0)
        return b'"' + name + middle + self._placeholder(value, SECRET_PARAMETERS[name.decode()])

    def _placeholder(self, value: bytes, kind: str) -> bytes:
        mark = hmac.new(self._key, value, hashlib.sha256).hexdigest()[:10]
        return f"«secret {kind} {mark}»".encode()
