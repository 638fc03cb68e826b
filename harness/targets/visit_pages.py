"""What the two visitors share: what is left out of a proof, how an unreadable page is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from harness.model.artefact import Artefact
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen
from harness.targets.visiting import Cookie

if TYPE_CHECKING:
    from requests.cookies import RequestsCookieJar

READABLE = frozenset({200, 201, 202, 400, 401, 403, 404, 405, 409, 410, 422, 423, 429})
"""Statuses of a page that a user can read: done, or refused."""
MAX_REDIRECTS = 12
"""Addresses passed through for one gesture: a sign-in by Pro Santé Connect takes six."""
UNREADABLE = "illisible"
"""Page word of the picture of what could not be walked through."""
HIDDEN = "•••"
"""What stands in a proof in place of a secret."""
PAGES = frozenset({"text/html", "application/xhtml+xml"})
ANY_STATUS = frozenset(range(200, 600))
_BARE = ".local"
_SECRET_QUERY = re.compile(
    r"(?i)^(code|jeton|token|ticket|key|cle|otp|.*(_|-)(token|code|jeton|hint|secret))$"
)
_OPAQUE = re.compile(r"[\w.~-]{20,}")
"""A query value of this shape is a token, whatever its name."""
_PAIR = re.compile(r"([^&=;]+)=([^&;]*)")


def shown_url(url: str) -> str:
    """Return an address as a proof may show it: values of secrets in the query left out."""
    before, mark, query = url.partition("#")[0].partition("?")
    return f"{before}{mark}{_PAIR.sub(_shown_pair, query)}"


def _shown_pair(pair: re.Match[str]) -> str:
    name, value = pair.groups()
    secret = _SECRET_QUERY.match(name) or _OPAQUE.fullmatch(unquote(value))
    return f"{name}={HIDDEN if secret and value else value}"


def jar_of(cookies: Iterable[Cookie]) -> RequestsCookieJar:
    """Return cookies as an HTTP session takes them."""
    from requests.cookies import RequestsCookieJar

    jar = RequestsCookieJar()
    add_cookies(jar, cookies)
    return jar


def add_cookies(jar: RequestsCookieJar, cookies: Iterable[Cookie]) -> None:
    """Put cookies in a jar."""
    for one in cookies:
        # The jar of the standard library writes a host without a dot as `localhost.local`.
        bare = one.domain and "." not in one.domain and ":" not in one.domain
        domain = f"{one.domain}{_BARE}" if bare else one.domain
        jar.set(one.name, one.value, domain=domain, path=one.path, secure=one.secure)


def cookies_of(jar: RequestsCookieJar) -> tuple[Cookie, ...]:
    """Return the cookies of a jar, as a browser names their host."""
    return tuple(
        Cookie(
            one.name, one.value or "", one.domain.removesuffix(_BARE), one.path, bool(one.secure)
        )
        for one in jar
    )


def told(where: str, seen: str, expected: str, todo: str) -> str:
    """Return the message of an unreadable page."""
    return f"{where} : {seen}. Attendu : {expected}. À faire : {todo}"


def visit_screen(
    word: str,
    releve: ScreenReleve,
    image: bytes,
    media_type: str,
    secrets: Iterable[str],
    *,
    degraded: bool = False,
) -> Screen:
    """Return a page that was visited as a proof; `secrets` are left out of relevé and HTML."""
    moment = datetime.fromisoformat(releve.at).strftime("%d/%m/%Y à %H:%M:%S UTC")
    origin = f"{releve.url}, le {moment}"
    kind = "page HTML, sans navigateur" if degraded else "capture d'écran"
    title = f"Page « {word} »"
    clean = releve.artefact(f"{title} (relevé)", origin)
    veiled = Artefact(clean.name, _without(clean.content, secrets), clean.media_type, origin)
    body = _without(image, secrets) if degraded else image
    return Screen(Artefact(f"{title} ({kind})", body, media_type, origin), veiled, degraded)


def _without(content: bytes, secrets: Iterable[str]) -> bytes:
    for one in sorted(secrets, key=len, reverse=True):
        content = content.replace(one.encode(), HIDDEN.encode())
    return content
