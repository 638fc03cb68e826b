"""Live secrets are replaced by typed placeholders before a piece is hashed.

The placeholder keeps equality within a run (same secret, same placeholder) and tells nothing of
the secret: it is a keyed hash whose key never leaves the process. Secrets that a target file names
are registered; tokens and OAuth parameters are known by their shape and their name, since a run
sees thousands of them and each serves once.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
_CODE = re.compile(rb"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])")
"""A one-time code, as a mail or an SMS writes it."""
_WORD = rb"[A-Za-z0-9_~%+-]+(?:\.[A-Za-z0-9_~%+-]+)*"
_JETON = re.compile(rb"(?<![A-Za-z0-9_])(jeton=)(" + _WORD + rb")")
_LINK = re.compile(rb"(https?://[^/\s<>\"']+)([^\s<>\"']+)")
_LONG = re.compile(rb"(?<=[/=])(?=[A-Za-z_~%+.-]*[0-9])" + _WORD)
"""A value or a path segment with a digit in it, which a link may carry as its secret."""
LINK_SECRET = 16
"""Characters from which such a part of a link is taken for a secret."""
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
_REGION = (
    rb"(?!</title)(<.{1,4000}?)"
    rb"(?=<dt\b|</dl\b|</table\b|</tr\b|</section\b|</form\b|<label\b|<h[1-6]\b|<p\b|\Z)"
)
"""What belongs to a label in a page: up to the next one, or to the end of what holds both."""
_VALUES = re.compile(
    rb"(\bvalue=[\"'])([^\"'<>]{4,})|(?<=>)\s*([^\s<>][^<>]{2,}[^\s<>])(?=\s*<|\s*\Z)"
)
"""A value of a control, or a text between two tags."""
_TYPED = re.compile(rb'("(?:password|new_password|totp_secret)"\s*:\s*")([^"\\]+)')
"""What a person types or keeps, under its name in JSON."""


class Redactor:
    """Replaces registered secrets, secret headers, tokens and OAuth parameters, in bytes."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, bytes] = {}
        self._veiled: dict[bytes, bytes] = {}
        self._beside: dict[bytes, re.Pattern[bytes]] = {}

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} secrets)"

    def hide(self, value: str, kind: str) -> None:
        """Register a secret of a kind (`mot-de-passe`, `jeton`, `code`…); short ones are kept out.

        A value under 4 characters would blank innocent text, so it is refused (`ValueError`).
        """
        if len(value) < 4:
            raise ValueError("secret trop court pour être masqué sans abîmer les pièces")
        self._known[value.encode()] = self._placeholder(value.encode(), kind)

    def hide_beside(self, label: str) -> None:
        """Hide, from now on, the value that a page shows next to a label: a key, spare codes.

        Such a secret is drawn by the software: nobody knows it before the page that shows it.
        """
        escaped = html.escape(label)
        for written in {label, escaped, escaped.replace("&#x27;", "&#39;")}:
            found = written.encode()
            self._beside[found] = re.compile(
                b"(" + re.escape(found) + rb"(?:\s|:|&nbsp;)*)" + _REGION, re.DOTALL
            )

    def fingerprint(self, value: str, kind: str) -> str:
        """Return the placeholder that stands for a secret in the pieces of the run."""
        return self._placeholder(value.encode(), kind).decode()

    def found_in(self, content: bytes) -> tuple[str, ...]:
        """Return the registered secrets that the bytes hold, for a rule to fault them."""
        return tuple(one.decode("utf-8", "replace") for one in self._known if one in content)

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
        """Return the bytes with every known secret, secret header and OAuth secret replaced."""
        known = {**self._veiled, **self._known} if self._veiled else self._known
        for value in sorted(known, key=len, reverse=True):
            content = content.replace(value, known[value])
        for label, shown in self._beside.items():
            if label in content:
                content = shown.sub(self._hide_shown, content)
        if b"password" in content or b"totp_secret" in content:
            content = _TYPED.sub(self._hide_typed, content)
        if b"jeton=" in content:
            content = _JETON.sub(self._hide_token, content)
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
                self.hide(found.decode(), _TOKEN)
        return where + self.clean(rest)

    def _hide_token(self, match: re.Match[bytes]) -> bytes:
        return match.group(1) + self._placeholder(match.group(2), _TOKEN)

    def _hide_shown(self, match: re.Match[bytes]) -> bytes:
        label, region = match.groups()

        def replace(found: re.Match[bytes]) -> bytes:
            before, value = found.group(1) or b"", found.group(2) or found.group(3)
            return before + (value if _PLACED in value else self._placeholder(value, "clé"))

        return bytes(label + _VALUES.sub(replace, region))

    def _hide_typed(self, match: re.Match[bytes]) -> bytes:
        name, value = match.groups()
        if value.startswith(_PLACED):
            return match.group(0)
        return name + self._placeholder(value, "mot-de-passe")

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
