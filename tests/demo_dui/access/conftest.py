"""Fixtures: a mail server with STARTTLS, an SMS gateway and an Annuaire over TLS, a user's door."""

from __future__ import annotations

import email
import json
import queue
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from aiosmtpd.controller import Controller

SITE_PASSWORD, SMS_KEY = "mot-de-passe-fictif", "cle-fictive"
STRONG, STRONGER, PATIENT_STRONG = "Sapin-Bleu-42", "Cerise-Noire-58", "48151623"
PRIVILEGED = "Grand-Sapin-Bleu-42"
CODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
PEOPLE = {
    "810000000011": ("MERCIER", "ALICE", "10"),
    "810000000029": ("MERCIER", "ALICE", "10"),
    "810000000037": ("LAMBERT", "HUGO", "60"),
    "810000000045": ("ROUSSEAU", "ÉLISE", "93"),
}
"""Fictitious professionals of the Annuaire: two bear the same names and the same profession."""


class Messages:
    """What reached people: a queue by address or number."""

    def __init__(self) -> None:
        self._queues: dict[str, queue.Queue[str]] = {}

    def box(self, to: str) -> queue.Queue[str]:
        """The messages to one address, oldest first."""
        return self._queues.setdefault(to, queue.Queue())

    def next(self, to: str) -> str:
        """The next message to an address; AssertionError when none comes in two seconds."""
        try:
            return self.box(to).get(timeout=2)
        except queue.Empty:
            raise AssertionError(f"nothing reached {to}") from None

    def code(self, to: str) -> str:
        """The code of the next message."""
        found = CODE.search(self.next(to))
        assert found is not None
        return found[1]

    def link(self, to: str) -> str:
        """The link of the next message."""
        found = re.search(r"https://\S+", self.next(to))
        assert found is not None
        return found[0]


@pytest.fixture(scope="session")
def messages() -> Messages:
    """What the mail server and the gateway received."""
    return Messages()


def _server_tls(pki: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "server.pem", pki / "server.key")
    return context


@pytest.fixture(scope="session")
def smtp(pki: Path, messages: Messages) -> Iterator[str]:
    """A mail server on loopback that wants STARTTLS; its `host:port`."""

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            content = email.message_from_bytes(envelope.content)
            text = content.get_payload(decode=True).decode()
            for to in envelope.rcpt_tos:
                messages.box(to).put(text)
            return "250 OK"

    class OnAnyPort(Controller):
        def _trigger_server(self) -> None:
            assert self.server is not None
            self.port = self.server.sockets[0].getsockname()[1]
            super()._trigger_server()

    controller = OnAnyPort(
        Handler(), "127.0.0.1", 0, tls_context=_server_tls(pki), require_starttls=True
    )
    controller.start()
    assert controller.server is not None
    yield f"127.0.0.1:{controller.server.sockets[0].getsockname()[1]}"
    controller.stop()


def _https(pki: Path, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.socket = _server_tls(pki).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Quiet(BaseHTTPRequestHandler):
    def answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def sms(pki: Path, messages: Messages) -> Iterator[str]:
    """An SMS gateway on loopback; its address."""

    class Handler(_Quiet):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["Authorization"] != f"Bearer {SMS_KEY}":
                self.answer(401, {})
                return
            messages.box(body["to"]).put(body["text"])
            self.answer(202, {"id": "1"})

    server = _https(pki, Handler)
    yield f"https://127.0.0.1:{server.server_port}/sms"
    server.shutdown()


@pytest.fixture(scope="session")
def annuaire(pki: Path) -> Iterator[str]:
    """An Annuaire Santé on loopback, by its FHIR API; the base of it."""
    system = "urn:oid:1.2.250.1.71.4.2.1"

    def practitioner(national_id: str) -> dict[str, Any]:
        family, given, profession = PEOPLE[national_id]
        coding = {"system": "https://mos.esante.gouv.fr/NOS/TRE-G15-ProfessionSante"}
        return {
            "resourceType": "Practitioner",
            "id": national_id,
            "identifier": [{"system": system, "value": national_id}],
            "name": [{"family": family, "given": [given]}],
            "qualification": [{"code": {"coding": [coding | {"code": profession}]}}],
        }

    class Handler(_Quiet):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query).get("identifier", [""])[0]
            found = [practitioner(one) for one in PEOPLE if asked.rpartition("|")[2] == one]
            if "/Practitioner?" not in self.path:
                found = []
            entries = [{"resource": one, "search": {"mode": "match"}} for one in found]
            now = datetime.now(UTC).isoformat()
            bundle = {"resourceType": "Bundle", "type": "searchset", "meta": {"lastUpdated": now}}
            self.answer(200, bundle | {"total": len(found), "entry": entries})

    server = _https(pki, Handler)
    yield f"https://127.0.0.1:{server.server_port}/fhir/v2"
    server.shutdown()


class Counter:
    """What users and administrators do with accounts, over real sockets."""

    def __init__(self, dui: Any, messages: Messages) -> None:
        self.dui, self.messages = dui, messages
        self._offset = 0.0

    # Business clients

    def call(self, method: str, path: str, by: str = "admin.leroy", **options: Any) -> Any:
        """An API call of a user of the site."""
        return self.dui.call(method, path, auth=(by, SITE_PASSWORD), **options)

    def later(self, seconds: float) -> None:
        """Let time pass for the software."""
        self._offset += seconds
        self.at(self._offset)

    def at(self, offset: float) -> None:
        """Set the clock of the software."""
        answer = self.call("POST", "/api/test/clock", json={"offset": offset})
        assert answer.status_code == 200, answer.text
        self._offset = offset

    def sets(self, **values: Any) -> None:
        """Change settings."""
        answer = self.call("PUT", "/api/settings", json=values)
        assert answer.status_code == 200, answer.text

    def traces(self, action: str) -> list[dict[str, Any]]:
        """The traces of an action."""
        entries = self.call("GET", "/api/journal").json()["entries"]
        return [entry for entry in entries if entry["action"] == action]

    def patient(self, login: str = "zoe", **asked: Any) -> SimpleNamespace:
        """A patient's account, TOTP unless said otherwise."""
        traits = {
            "birth_name": "PAT-SIX",
            "first_birth_given_name": "ZOE",
            "birth_date": "1988-05-17",
            "sex": "F",
            "birth_place_code": "75056",
        }
        created = self.call("POST", "/api/patients", "pro.martin", json=traits)
        body = {"password": PATIENT_STRONG, "second_factor": "totp", "identity_check": "CN"}
        body |= {"patient_id": created.json()["id"], "login": login} | asked
        body = {name: value for name, value in body.items() if value is not None}
        answer = self.call("POST", "/api/accounts", "pro.martin", json=body)
        return self._account(answer, login, body)

    def professional(self, login: str = "alice", **asked: Any) -> SimpleNamespace:
        """A professional's account."""
        body = {"national_id": "810000000011", "login": login, "password": STRONG} | asked
        body = {name: value for name, value in body.items() if value is not None}
        return self._account(self.call("POST", "/api/professionals", json=body), login, body)

    def _account(self, answer: Any, login: str, body: dict[str, Any]) -> SimpleNamespace:
        content = answer.json()
        return SimpleNamespace(
            answer=answer,
            id=content.get("id"),
            login=login,
            password=body.get("password"),
            secret=content.get("totp_secret"),
            recovery=content.get("recovery_codes", []),
        )

    # People before the pages

    def visitor(self) -> Visitor:
        """A fresh user, without cookies."""
        return Visitor(self.dui)

    def code(self, account: SimpleNamespace, periods: int = 0) -> str:
        """The TOTP code of an account, by the clock of the software."""
        return pyotp.TOTP(account.secret).at(int(time.time() + self._offset) + 30 * periods)

    def enter(self, account: SimpleNamespace, password: str | None = None) -> Visitor:
        """A user wholly signed in; each period serves once, so time passes before a TOTP code."""
        visitor = self.visitor()
        visitor.sign_in(account.login, password or account.password)
        if account.secret:
            self.later(30)
            visitor.give_code(self.code(account))
        return visitor

    def verified(
        self, account: SimpleNamespace, address: str, visitor: Visitor | None = None
    ) -> None:
        """Verify the address of an account."""
        visitor = visitor or self.enter(account)
        visitor.post("/compte/courriel", email=address)
        visitor.post("/compte/courriel/code", code=self.messages.code(address))
        assert visitor.notice


class Visitor:
    """One user before the pages."""

    def __init__(self, dui: Any) -> None:
        self.dui, self.session = dui, dui.browser()
        self.page: requests.Response | None = None

    def get(self, path: str) -> requests.Response:
        """Open a page, redirects followed."""
        return self._kept(self.session.get(self._url(path), timeout=10))

    def post(self, path: str, **form: str) -> requests.Response:
        """Submit a form, redirects followed."""
        return self._kept(self.session.post(self._url(path), data=form, timeout=10))

    def _url(self, path: str) -> str:
        return path if path.startswith("https://") else f"{self.dui.url}{path}"

    def _kept(self, answer: requests.Response) -> requests.Response:
        self.page = answer
        return answer

    def sign_in(self, login: str, password: str) -> requests.Response:
        """Give the first factor."""
        return self.post("/login", username=login, password=password)

    def give_code(self, code: str) -> requests.Response:
        """Give the second factor."""
        return self.post("/login/second-facteur", code=code)

    @property
    def path(self) -> str:
        """Path of the page that is shown."""
        assert self.page is not None
        return urlsplit(self.page.url).path

    @property
    def alert(self) -> str:
        """The alert of the page that is shown, '' without one."""
        return self._told("alert")

    @property
    def notice(self) -> str:
        """What the page that is shown says of an accepted act, '' when it says nothing."""
        return self._told("status")

    def _told(self, role: str) -> str:
        assert self.page is not None
        found = re.search(rf'<p role="{role}">([^<]*)', self.page.text)
        return found[1] if found else ""

    def reads(self, label: str) -> str:
        """The value that the page shows under a label."""
        assert self.page is not None
        text = self.page.text.replace("&#39;", "'")
        found = re.search(rf"<dt>{re.escape(label)}</dt>\s*<dd>(.*?)</dd>", text, re.DOTALL)
        assert found is not None, f"{label} absent"
        return re.sub(r"<[^>]*>", "", found[1]).strip()

    @property
    def is_in(self) -> bool:
        """True when the account page really opens."""
        answer = self.session.get(f"{self.dui.url}/compte", timeout=10)
        return answer.url.endswith("/compte") and "Mon compte</h1>" in answer.text

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies held now."""
        return dict(self.session.cookies)

    def thief(self, cookies: dict[str, str] | None = None) -> Visitor:
        """Another browser with the cookies of this one, or with those given."""
        other = Visitor(self.dui)
        other.session.cookies.update(self.cookies if cookies is None else cookies)
        return other


@pytest.fixture(scope="module")
def running(
    start: Callable[..., Any],
    pki: Path,
    smtp: str,
    sms: str,
    annuaire: str,
) -> Any:
    """One demo_dui with every channel and the test clock, for the module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEMO_DUI_SMS_KEY", SMS_KEY)
        patch.setenv("DEMO_DUI_ANNUAIRE_KEY", "cle-fictive")
        ca = str(pki / "ca.pem")
        return start(
            *("--smtp", smtp, "--smtp-ca", ca, "--sms-url", sms, "--sms-ca", ca),
            *("--annuaire-url", annuaire, "--annuaire-ca", ca, "--test-clock"),
        )


@pytest.fixture
def counter(dui: Any, messages: Messages) -> Counter:
    """The counter of the module's demo_dui, healthy and empty."""
    return Counter(dui, messages)
