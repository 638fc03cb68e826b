"""What crosses the wire: a request as read, a reply as decided, and what the journal will say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from harness.model.artefact import TlsFacts

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@dataclass(frozen=True)
class Asked:
    """A request as it came. `host` is `name:port`; `certificate` is DER, empty without one."""

    at: datetime
    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes = field(repr=False)
    raw_head: bytes = field(repr=False)
    tls: TlsFacts | None = None
    certificate: bytes = field(default=b"", repr=False)
    problem: str = ""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters in order: those of the form for POST, of the query otherwise."""
        if self.method != "POST":
            return parse_qsl(self.query, keep_blank_values=True)
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters by name, the first value of each."""
        found: dict[str, str] = {}
        for name, value in self.pairs:
            found.setdefault(name, value)
        return found

    @property
    def repeated(self) -> str:
        """Return the name of a parameter that is there twice (RFC 6749 §3.1), or ''."""
        names = [name for name, _ in self.pairs]
        return next((name for name in names if names.count(name) > 1), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: `silent` holds the connection without a byte, `delay` is in seconds."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    delay: float = 0.0
    silent: bool = False
    error: str = ""
    """OAuth error that the body says, for the journal."""

    @classmethod
    def json(cls, data: Mapping[str, Any], status: int = 200, **headers: str) -> Reply:
        """Answer JSON that no cache keeps; `WWW_Authenticate` gives `WWW-Authenticate`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = json.dumps(data, ensure_ascii=False).encode()
        return cls(status, {"Content-Type": "application/json", **NO_STORE, **named}, body)

    @classmethod
    def redirect(cls, address: str, parameters: Mapping[str, str]) -> Reply:
        """Answer 302 to an address, with parameters added to its query."""
        mark = "&" if "?" in address else "?"
        target = f"{address}{mark}{urlencode(parameters)}" if parameters else address
        return cls(302, {"Location": target, **NO_STORE})


class Refusal(Exception):
    """The provider refuses: `error` is an OAuth error code, `description` says why in French."""

    def __init__(self, error: str, description: str, status: int = 400, **headers: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status
        self.headers = headers

    def reply(self) -> Reply:
        """Return the JSON answer of RFC 6749 §5.2."""
        data = {"error": self.error, "error_description": self.description}
        return replace(Reply.json(data, self.status, **self.headers), error=self.error)


@dataclass
class Trace:
    """What an endpoint says of a call, for the journal; filled while it is served."""

    endpoint: str = ""
    client_id: str = ""
    client_auth: str = ""
    error: str = ""
    sign_in: str = ""
    fault: str = ""
    rpps: str = ""
    """Whom the call is about, so that a fault of that professional may alter the answer."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Added to those of the request: what stands in a header (`access_token`)."""
    answered: dict[str, str] = field(default_factory=dict)
