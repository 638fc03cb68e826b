"""Fixtures: a test CA, an INSi over mutual TLS, an MLLP partner, and demo_dui in its process."""

from __future__ import annotations

import json
import os
import queue
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[2]
PASSWORD, TOKEN = "mot-de-passe-fictif", "jeton-fictif"
USER = ("pro.martin", PASSWORD)
INSI_BODY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(path: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    pem = serialization.Encoding.PEM
    path.with_suffix(".pem").write_bytes(certificate.public_bytes(pem))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with ca.pem, server.pem/.key (127.0.0.1) and client.pem/.key."""
    folder = tmp_path_factory.mktemp("pki")
    start = datetime.now(UTC) - timedelta(minutes=5)
    ca_key = ec.generate_private_key(ec.SECP256R1())

    def certificate(subject: str, key: ec.EllipticCurvePrivateKey, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("AC de test demo_dui"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            address = x509.IPAddress(ip_address("127.0.0.1"))
            names = x509.SubjectAlternativeName([address])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(ca_key, hashes.SHA256())

    _write(folder / "ca", certificate("AC de test demo_dui", ca_key, True), ca_key)
    for subject in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        _write(folder / subject, certificate(subject, key, False), key)
    return folder


class Insi:
    """A scripted INSi: answers the next scripted body, records each request."""

    def __init__(self) -> None:
        self.script: list[str | bytes | None] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    def will_answer(self, *bodies: str | bytes | None) -> None:
        """Body contents to answer in turn; bytes are sent raw, None cuts the connection."""
        self.script, self.requests = list(bodies), []


@pytest.fixture(scope="session")
def insi(pki: Path) -> Iterator[Insi]:
    """INSi on loopback, client certificate required."""
    scripted = Insi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            scripted.requests.append((dict(self.headers), body))
            content = scripted.script.pop(0) if scripted.script else None
            if content is None:
                self.connection.close()
                return
            answer = content if isinstance(content, bytes) else INSI_BODY.format(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    context.load_verify_locations(pki / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    scripted.url = f"https://127.0.0.1:{server.server_port}/insi"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield scripted
    server.shutdown()


@pytest.fixture(scope="session")
def partner() -> Iterator[SimpleNamespace]:
    """MLLP partner that acknowledges AA; `received` is a queue of messages (bytes)."""
    received: queue.Queue[bytes] = queue.Queue()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            content = read_frame(self.request)
            received.put(content)
            control_id = content.split(b"\r")[0].split(b"|")[9].decode()
            ack = f"MSH|^~\\&|P|P|D|D|20260101||ACK^A28^ACK|1|T|2.5^FRA^2.11\rMSA|AA|{control_id}\r"
            self.request.sendall(b"\x0b" + ack.encode() + b"\x1c\r")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(address=f"127.0.0.1:{server.server_address[1]}", received=received)
    server.shutdown()
    server.server_close()


def read_frame(connection: socket.socket) -> bytes:
    """One MLLP frame without its envelope."""
    data = b""
    while not data.endswith(b"\x1c\r"):
        chunk = connection.recv(65536)
        if not chunk:
            break
        data += chunk
    return data[1:-2]


class Running:
    """A running demo_dui and the ways to speak to it."""

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any], pki: Path) -> None:
        self.process, self.ready = process, ready
        self.url, self.control_url = ready["http"], ready["control"]
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = str(pki / "ca.pem")
        self.http.auth = USER

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """An HTTPS call as pro.martin."""
        return self.http.request(method, self.url + path, timeout=10, **options)

    def browser(self) -> requests.Session:
        """A session of its own, without credentials, that keeps cookies."""
        session = requests.Session()
        session.trust_env = False
        session.verify = self.http.verify
        return session

    def signed_in(self, login: str = USER[0], password: str = PASSWORD) -> requests.Session:
        """A browser session after the sign-in form."""
        session = self.browser()
        form = {"username": login, "password": password}
        answer = session.post(f"{self.url}/login", data=form, timeout=10)
        assert answer.status_code == 200, answer.text
        return session

    def control(self, method: str, path: str, **options: Any) -> requests.Response:
        """A control call with the token."""
        headers = {"X-Control-Token": TOKEN}
        url = self.control_url + path
        return requests.request(method, url, headers=headers, timeout=10, **options)

    def fault(self, name: str | None) -> None:
        """Switch a seeded fault."""
        assert self.control("POST", "/control/fault", json={"fault": name}).status_code == 200

    def mllp(self, content: bytes) -> bytes:
        """Send one framed message, give back the acknowledgement."""
        host, port = self.ready["mllp"].split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"\x0b" + content + b"\x1c\r")
            return read_frame(connection)


TRAITS = {
    "birth_name": "PAT-TROIS",
    "first_birth_given_name": "DOMINIQUE",
    "birth_given_names": "DOMINIQUE MARIE-LOUISE",
    "birth_date": "1979-03-28",
    "sex": "F",
    "birth_place_code": "63220",
    "used_name": "D'ARC",
    "used_given_name": "DOMI",
}
MATRICULE, OID = "279035121518989", "1.2.250.1.213.1.4.10"
RESULT = "http://www.cnamts.fr/INSiResultat"
UNIT_RESULT = "http://www.cnamts.fr/INSiLot2/REPUnitaire"


class Desk:
    """What a professional does over the business API, with the answers of INSi scripted."""

    matricule, oid, traits = MATRICULE, OID, TRAITS

    def __init__(self, dui: Running, insi: Insi) -> None:
        self.dui, self.insi = dui, insi

    def call(self, method: str, path: str, by: str = USER[0], **options: Any) -> requests.Response:
        """An API call as a user; all have the same password."""
        return self.dui.call(method, path, auth=(by, PASSWORD), **options)

    def create(self, **changes: str | None) -> str:
        """A new identity; gives its id."""
        answer = self.call("POST", "/api/patients", json=TRAITS | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def recovered(self, **changes: str | None) -> str:
        """An identity with the INS that INSi gave."""
        patient_id = self.create(**changes)
        self.insi.will_answer(self.found(**changes))
        answer = self.call("POST", f"/api/patients/{patient_id}/insi", json={})
        assert answer.json()["outcome"] == "updated", answer.text
        return patient_id

    def qualified(self, **changes: str | None) -> str:
        """A recovered identity whose document was then checked."""
        patient_id = self.recovered(**changes)
        body = {"document": "PA"}
        self.call("POST", f"/api/patients/{patient_id}/verification", json=body)
        return patient_id

    def read(self, patient_id: str) -> dict[str, Any]:
        """The internal view."""
        return dict(self.call("GET", f"/api/patients/{patient_id}").json())

    def traces(self, patient_id: str | None = None, **equal: str) -> list[dict[str, Any]]:
        """The traces, those on a patient and with these values when given."""
        params = {"patient": patient_id} if patient_id else {}
        entries = self.call("GET", "/api/journal", params=params).json()["entries"]
        return [e for e in entries if all(e[name] == value for name, value in equal.items())]

    def sets(self, **values: Any) -> None:
        """Change settings."""
        answer = self.call("PUT", "/api/settings", json=values)
        assert answer.status_code == 200, answer.text

    @staticmethod
    def found(**changes: str | None) -> str:
        """An INSi answer 00 for the traits of a new identity."""
        traits = {name: value or "" for name, value in (TRAITS | changes).items()}
        return (
            f'<RESULTAT xmlns="{RESULT}"><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR>'
            f"<INDIVIDU><INSACTIF><IdIndividu><NumIdentifiant>{MATRICULE[:13]}</NumIdentifiant>"
            f"<Cle>{MATRICULE[13:]}</Cle></IdIndividu><OID>{OID}</OID></INSACTIF><TIQ>"
            f"<NomNaissance>{traits['birth_name']}</NomNaissance>"
            f"<Prenom>{traits['first_birth_given_name']}</Prenom>"
            f"<ListePrenom>{traits['birth_given_names']}</ListePrenom><Sexe>{traits['sex']}</Sexe>"
            f"<DateNaissance>{traits['birth_date']}</DateNaissance>"
            f"<LieuNaissance>{traits['birth_place_code']}</LieuNaissance></TIQ></INDIVIDU></RESULTAT>"
        )

    @staticmethod
    def verdict(code: str) -> str:
        """The answer of a verification."""
        return (
            f'<RESULTAT xmlns="{UNIT_RESULT}"><CR><CodeCR>{code}</CodeCR>'
            "<LibelleCR>-</LibelleCR></CR></RESULTAT>"
        )

    def receive(
        self, kind: str, pi: str, ins: bool = True, pid32: str = "VALI", domain: str = "BANC"
    ) -> list[str]:
        """Send a message of a domain; MSA-1 and the segments of its acknowledgement."""
        identifiers = f"{pi}^^^{domain}&{domain.lower()}.example.org&DNS^PI"
        if ins:
            identifiers += f"~{MATRICULE}^^^ASIP-SANTE-INS-NIR&{OID}&ISO^INS"
        traits = TRAITS
        lines = [
            f"MSH|^~\\&|GAM|{domain}|DPI|DUI|20260101||{kind}|M-{pi}-{kind[:7]}|T|2.5^FRA^2.11"
            "|||||FRA|UNICODE UTF-8|FR",
            "EVN||20260101||||20260101",
            f"PID|1||{identifiers}||{traits['birth_name']}^{traits['first_birth_given_name']}"
            f"^{traits['birth_given_names']}^^^^L||19790328|F|||^^^^^^BDL^^63220"
            f"|||||||||||||||||||||{pid32}|20260101",
            "PV1|1|N",
        ]
        answer = self.dui.mllp(("\r".join(lines) + "\r").encode()).decode()
        segments = answer.strip("\r").split("\r")
        return [segments[1].split("|")[1], *segments]

    def of_private_id(self, pi: str) -> list[dict[str, Any]]:
        """Identities with this local identifier."""
        answer = self.call("GET", "/api/patients", params={"private_id": pi})
        return list(answer.json()["patients"])


Starter = Callable[..., Running]


@pytest.fixture(scope="module")
def start(
    pki: Path, insi: Insi, partner: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Starter]:
    """Start demo_dui processes; all are stopped when the module ends."""
    started: list[subprocess.Popen[str]] = []

    def starter(*extra: str) -> Running:
        state = tmp_path_factory.mktemp("state")
        options = {
            "--state": state,
            "--tls-cert": pki / "server.pem",
            "--tls-key": pki / "server.key",
            "--insi-url": insi.url,
            "--insi-ca": pki / "ca.pem",
            "--insi-cert": pki / "client.pem",
            "--insi-key": pki / "client.key",
            "--insi-timeout": "1",
            "--partner": partner.address,
        }
        words = [str(word) for pair in options.items() for word in pair]
        environment = os.environ | {
            "DEMO_DUI_PASSWORD": PASSWORD,
            "DEMO_DUI_CONTROL_TOKEN": TOKEN,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "demo_dui", *words, "--exit-on-stdin-eof", *extra],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        return Running(process, json.loads(process.stdout.readline()), pki)

    yield starter
    for process in started:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="module")
def running(start: Starter) -> Running:
    """One demo_dui, référentiel d'identités, for the module."""
    return start()


@pytest.fixture
def dui(running: Running) -> Running:
    """The module's demo_dui, healthy and empty."""
    running.fault(None)
    return running


@pytest.fixture
def desk(dui: Running, insi: Insi) -> Desk:
    """The professional at work on the module's demo_dui."""
    insi.will_answer()
    return Desk(dui, insi)
