"""What the tests of the drivers share: answers of small servers, and a target to point at them."""

from __future__ import annotations

import http.server
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.model.profile import IdentityReference, Profile
from harness.targets.target import Endpoints, Software, Target

Answering = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


@dataclass(frozen=True)
class Pki:
    """PEM files of a private authority."""

    folder: Path

    def path(self, name: str) -> Path:
        """Return the path of a PEM file."""
        return self.folder / f"{name}.pem"


@dataclass
class Site:
    """A small HTTP(S) server whose answer is chosen by the test."""

    answer: Answering
    url: str = ""
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


def reply(
    status: int, content_type: str, body: bytes, headers: dict[str, str] | None = None
) -> Answering:
    """Return an answering function that always says the same."""

    def answer(handler: http.server.BaseHTTPRequestHandler, _body: bytes) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": content_type, **(headers or {})}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def reply_json(status: int, document: Any, content_type: str = "application/json") -> Answering:
    """Return an answering function that says JSON."""
    return reply(status, content_type, json.dumps(document).encode())


def server_context(pki: Pki, name: str = "server") -> ssl.SSLContext:
    """Return the context of a server that shows a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.path(name), pki.path("key"))
    return context


PROFILE = Profile(
    identity_reference=IdentityReference.RI_HORS_ETABLISSEMENT,
    ins_applicable=True,
    professional_access=True,
    patient_access=True,
)


def target_at(url: str = "", **changes: Any) -> Target:
    """Return a target at an address, with short delays."""
    target = Target(
        software=Software(vendor="V", product="P", version="1"),
        referentials=("dmn-1.2.2",),
        endpoints=Endpoints(base_url=url),
        delays={"default": 2.0, "connect": 1.0},
        path=Path("cible.toml"),
        profile=PROFILE,
    )
    return replace(target, **changes)
