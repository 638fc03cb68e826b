"""A small software with two factors, for the tests of the visitors: pages, cookies, stages."""

from __future__ import annotations

import http.server
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from harness.targets.target_access import Journey, JourneyStep, StageMark, VisitorOptions
from tests.targets.sites import reply

PASSWORD, CODE, KEY = "mot de passe & long", "271828", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOKEN = "jeton-de-recuperation-8f3a"
LOGIN = """{alert}<form method="post" action="/login">
<label>Identifiant <input name="qui" required></label>
<label>Mot de passe <input name="mdp" type="password" required></label>
<input type="hidden" name="csrf" value="xyz"><button>Entrer</button></form>
<a href="/sso">Autre moyen</a>"""
FACTOR = """{alert}<form method="post" action="/code"><label>Code <input name="code"></label>
<button>Valider</button><button name="encore" value="1">Renvoyer</button></form>"""
ENROLMENT = f"""<dl><dt>Clé</dt><dd>{KEY}</dd></dl><svg width="120" height="120">
<rect width="120" height="120"/></svg>
<form method="post" action="/facteur"><select name="genre"><option value="t">Application</option>
<option value="m">Courriel</option></select><input type="radio" name="ou" value="ici">
<input type="radio" name="ou" value="la"><input type="checkbox" name="lu" required>
<button>Choisir</button></form>"""


def shown(main: str, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    """Return an answer that is a page."""
    page = "<!DOCTYPE html><html lang='fr'><head><title>T</title></head><body><header>"
    page += f"<a href='/sortie'>Quitter</a></header><main>{main}</main></body></html>"
    return reply(status, "text/html; charset=utf-8", page.encode(), headers)


def sent(place: str, headers: dict[str, str] | None = None) -> Any:
    """Return an answer that redirects."""
    return reply(303, "text/html", b"", {"Location": place, **(headers or {})})


class TwoFactors:
    """Password, then a code; a new cookie at each step."""

    def __init__(self) -> None:
        self.odd: dict[str, Callable[..., None]] = {}
        """Path → what it answers instead."""
        self.forms: list[dict[str, str]] = []
        self.partner = ""

    def __call__(self, handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer a request."""
        form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        path, cookie = urlsplit(handler.path).path, handler.headers.get("Cookie") or ""
        if form:
            self.forms.append(form)
        answer = self.odd.get(f"{handler.command} {path}") or self._answer(
            handler.command, path, form, cookie
        )
        answer(handler, body)

    def _answer(self, command: str, path: str, form: dict[str, str], cookie: str) -> Any:
        if path == "/login":
            return self._login(form) if command == "POST" else shown(LOGIN.format(alert=""))
        if path == "/code":
            return self._code(form, cookie) if command == "POST" else shown(FACTOR.format(alert=""))
        if path == "/sortie":
            return sent("/login", {"Set-Cookie": "s=; Max-Age=0; Path=/"})
        if path == "/sso":
            return sent(f"{self.partner}/autorise?code=1234&state=abc")
        if path == "/retour":
            return shown("<h1>Revenu</h1>")
        if path == "/reinit":
            return shown(FACTOR.format(alert=""))
        if "s=ouvert" not in cookie:
            return (
                reply(401, "application/json", b"{}") if path.startswith("/api") else sent("/login")
            )
        if path == "/api/moi":
            return reply(200, "application/json", b'{"nom": "D"}')
        if path == "/facteur":
            return shown(ENROLMENT if command == "GET" else "<p role='status'>Fait</p>")
        return shown(
            "<dl><dt>Identifiant</dt><dd>durand</dd><dt>Code postal</dt><dd>271828</dd></dl>"
        )

    def _login(self, form: dict[str, str]) -> Any:
        if form.get("mdp") != PASSWORD:
            return shown(LOGIN.format(alert='<p role="alert">Refusé</p>'), 401)
        return sent("/code", {"Set-Cookie": "s=attente; HttpOnly; Path=/"})

    def _code(self, form: dict[str, str], cookie: str) -> Any:
        if form.get("code") != CODE or "s=attente" not in cookie:
            return shown(FACTOR.format(alert='<p role="alert">Code refusé</p>'), 403)
        return sent("/compte", {"Set-Cookie": "s=ouvert; HttpOnly; Path=/"})


def journey(*steps: JourneyStep, **reads: str) -> Journey:
    """Return a journey."""
    return Journey(steps=steps, reads=reads)


def step(open: str = "", press: str = "", **fill: str) -> JourneyStep:
    """Return a step of a journey."""
    return JourneyStep(open=open, press=press, fill=fill)


OPTIONS = VisitorOptions(
    journeys={
        "sign_in": journey(step("/login"), step(press="Entrer", qui="{user}", mdp="{secret}")),
        "second_factor": journey(step(press="Valider", code="{code}")),
        "resend_code": journey(step(press="Renvoyer")),
        "sign_out": journey(step(press="Quitter")),
        "psc_start": journey(step("/login"), step(press="Autre moyen")),
        "choose_factor": journey(step("/facteur"), totp_secret="Clé"),
        "confirm_factor": journey(step(press="Choisir", genre="Courriel", ou="la", lu="oui")),
        "reset_password": journey(step("{link}"), step(press="Valider", code="{new_secret}")),
    },
    stages=(
        StageMark(stage="second facteur", path="/code"),
        StageMark(stage="renouvellement", text="Mot de passe expiré"),
        StageMark(stage="identification", path="/login"),
    ),
    protected={"patient": ("/compte", "/dossier/{patient_id}")},
    protected_api={"patient": ("/api/moi",)},
    account_labels={"login": "Identifiant", "email": "Courriel"},
    account_page={"patient": "/compte"},
)
