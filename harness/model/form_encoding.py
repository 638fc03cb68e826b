"""How a value travels in a form: browsers and Python do not write it the same."""

from __future__ import annotations

from urllib.parse import quote


def as_a_browser_sends_it(value: str) -> str:
    """Return a value as a browser writes it in a form (URL standard, not RFC 3986).

    `*` stays as it is, `~` does not: `urllib.parse.quote_plus` writes both the other way.
    """
    return quote(value, safe="*").replace("~", "%7E").replace("%20", "+")
