"""Small HTTPS servers that answer badly, with the certificates of an authority of their own."""

from __future__ import annotations

import http.server
import ipaddress
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Answering = Callable[[http.server.BaseHTTPRequestHandler], None]
KEY = "cle.pem"
ROOT = "racine.pem"


def make_certificates(folder: Path) -> None:
    """Write `racine.pem`, `serveur.pem`, `expire.pem` (both for 127.0.0.1) and their key."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / KEY).write_bytes(pem)
    _certify(folder / ROOT, "Autorité du serveur", root_key, root_key, 30)
    _certify(folder / "serveur.pem", "serveur", key, root_key, 30)
    _certify(folder / "expire.pem", "serveur", key, root_key, -2)


def _certify(
    path: Path,
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: int,
) -> None:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name("Autorité du serveur"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(key is issuer_key, None), critical=True)
    )
    if key is not issuer_key:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    certificate = builder.sign(issuer_key, hashes.SHA256())
    path.write_bytes(certificate.public_bytes(Encoding.PEM))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass(frozen=True)
class Server:
    """A running server; `stop` ends it."""

    url: str
    stop: Callable[[], None]


def serve(answer: Answering, folder: Path, certificate: str = "serveur.pem") -> Server:
    """Serve every request by the same answer, over TLS, on a free port of the loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

        do_GET = do_POST = do_PUT = _any

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that leaves is the very subject."""

    server = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / certificate, folder / KEY)
    # The handshake is left to the thread of the connection: one that fails stops nobody else.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return Server(f"https://127.0.0.1:{server.server_address[1]}", stop)


def says(status: int, content_type: str, body: bytes) -> Answering:
    """Return an answer that is always the same."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hangs_up(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Promise a body and leave half way."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": ')
    handler.close_connection = True
