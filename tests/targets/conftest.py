"""Shared pieces of the tests of the drivers: a small authority, a target, answering servers."""

from __future__ import annotations

import http.server
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from harness.evidence.recorder import Recorder
from harness.simulators.loop import ServiceLoop
from tests.targets.sites import Answering, Pki, Site


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: tuple[int, int] = (-1, 30),
    host: str = "127.0.0.1",
) -> x509.Certificate:
    now = datetime.now(UTC)
    authority = subject == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
    )
    if not authority:
        number = host[0].isdigit()
        name = x509.IPAddress(ipaddress.ip_address(host)) if number else x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    """Make an authority, a server certificate, an expired one, one of another name, a client."""
    made = Pki(tmp_path_factory.mktemp("pki"))
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "other", "leaf")}
    certificates = {
        "ca": _certificate("Autorité d'essai", keys["ca"], "Autorité d'essai", keys["ca"]),
        "other-ca": _certificate("Autre autorité", keys["other"], "Autre autorité", keys["other"]),
        "server": _certificate("serveur", keys["leaf"], "Autorité d'essai", keys["ca"]),
        "expired": _certificate(
            "serveur", keys["leaf"], "Autorité d'essai", keys["ca"], days=(-9, -2)
        ),
        "elsewhere": _certificate(
            "serveur", keys["leaf"], "Autorité d'essai", keys["ca"], host="ailleurs.example.org"
        ),
    }
    for name, certificate in certificates.items():
        made.path(name).write_bytes(certificate.public_bytes(Encoding.PEM))
    for name, key in (("key", keys["leaf"]), ("other-key", keys["other"])):
        made.path(name).write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    return made


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Give a function that starts a site; all are stopped at the end."""
    yield from _serving()


@pytest.fixture(scope="module")
def serve_long() -> Iterator[Callable[..., Site]]:
    """Give a function that starts a site for a whole module."""
    yield from _serving()


def _serving() -> Iterator[Callable[..., Site]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(answer: Answering, context: ssl.SSLContext | None = None) -> Site:
        site = Site(answer)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                site.seen.append((self.command, self.path, dict(self.headers), body))
                site.answer(self, body)

            do_GET = do_POST = do_PUT = _any

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        scheme = "https" if context else "http"
        site.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def recorder() -> Recorder:
    """Give a recorder without a journal."""
    return Recorder()


@pytest.fixture(scope="module")
def loop() -> Iterator[ServiceLoop]:
    """Give a running service loop."""
    with ServiceLoop() as running:
        yield running
