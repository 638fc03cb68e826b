"""Screens on a small page, in the browser and without one: same relevés, same refusals."""

from __future__ import annotations

import http.server
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing, TargetUnreachable, UnexpectedAnswer
from harness.model.releve import AttemptReleve, ScreenReleve, SearchReleve
from harness.targets.base import AccountRef, PatientRef, Screen, Screens
from harness.targets.browser import find_browser
from harness.targets.browser_pages import MAX_IMAGE_BYTES
from harness.targets.html_screens import HtmlScreens
from harness.targets.http_client import HttpClient
from harness.targets.page_reading import Place, read_html, releve_of
from harness.targets.screens import BrowserScreens
from harness.targets.target import (
    NO_CREDENTIALS,
    Credentials,
    Drivers,
    Endpoints,
    ScreenOptions,
    SignInPage,
    Target,
)
from tests.targets.sites import Pki, Site, reply, server_context, target_at

SECRET = "sésame ouvre-toi"
PERSON = Person("k", "DURAND", ("ANNE", "LISE"), "1990-01-02", "F", "63220")
PATIENT = """<!DOCTYPE html><html lang="fr"><head><title>Fiche</title></head><body><main>
<h1>DURAND</h1><p role="alert">INSi ne répond pas</p><p style="display:none">caché</p>
<dl><dt>Nom de naissance :</dt><dd>DURAND</dd><dt>IPP</dt><dd>I-7</dd></dl>
<table><thead><tr><th>Ancien statut</th><th>Auteur</th></tr></thead>
<tr><td>provisoire</td><td>moi</td></tr></table>
<table><tr><th>Sexe</th><td>F</td></tr></table>
<form method="post" action="/p/7/insi"><button>Appeler INSi</button></form>
</main></body></html>"""
FORM = """<!DOCTYPE html><html lang="fr"><head><title>Création</title></head><body><main>
{alert}<form method="post" action="/p/new">
<label for="n">Nom de naissance *</label><input id="n" name="nom" required>
<label>Date de naissance <input name="ne" type="date" required></label>
<label for="s">Sexe</label><select id="s" name="sexe" required><option value="">Choisir</option>
<option value="2">Féminin</option></select><input name="jeton" type="hidden" value="x">
<label for="u">Nom utilisé</label><input id="u" name="utilise">
<button type="submit">Enregistrer</button></form></main></body></html>"""
LOGIN = """<html><body><main><form method="post" action="/login"><input name="qui">
<input name="mdp" type="password"><button>Entrer</button></form></main></body></html>"""


SEARCH = """<html><body><nav><a href="/p/1">Récent</a></nav><main>{alert}<form action="/cherche">
<label>Naissance <input name="ne" type="date"></label><label>Nom <input name="nom"></label>
<button>Chercher</button></form>{found}</main></body></html>"""


class Software:
    """A software of a few pages behind a sign-in form."""

    def __init__(self) -> None:
        self.sessions = 0
        self.created: dict[str, str] = {}
        self.pressed = 0

    def __call__(self, handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
        form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        signed = f"s={self.sessions}" in (handler.headers.get("Cookie") or "") and self.sessions
        self._route(handler, handler.command, handler.path, form, bool(signed))(handler, body)

    def _route(
        self, handler: Any, command: str, path: str, form: dict[str, str], signed: bool
    ) -> Callable[..., None]:
        if (command, path) == ("POST", "/login"):
            if form.get("mdp") != SECRET:
                return page(LOGIN, 401)
            self.sessions += 1
            cookie = f"s={self.sessions}; HttpOnly; Path=/"
            return redirect("/p/7", {"Set-Cookie": cookie})
        if path == "/login":
            return page(LOGIN)
        if not signed:
            return redirect("/login")
        if (command, path) == ("POST", "/p/7/insi"):
            self.pressed += 1
            return redirect("/p/7")
        if (command, path) == ("POST", "/p/new"):
            self.created = form
            if form.get("sexe") and form.get("ne", "")[5:7] < "13":
                return redirect("/p/7")
            return page(FORM.format(alert='<p role="alert">Refusé</p>'), 422)
        if path == "/p/8":
            return page("<main>Accès refusé</main>", 403)
        if path.startswith("/cherche"):
            return page(searched(parse_qs(path.partition("?")[2])))
        pages = {"/p/7": PATIENT, "/p/new": FORM.format(alert="")}
        return page(pages[path]) if path in pages else page("<main>Absent</main>", 500)


def page(text: str, status: int = 200) -> Callable[..., None]:
    return reply(status, "text/html; charset=utf-8", text.encode())


def searched(criteria: dict[str, list[str]]) -> str:
    if not criteria:
        return SEARCH.format(alert="", found="")
    if criteria.get("nom") == ["X"]:
        return SEARCH.format(alert='<p role="alert">Nom trop court</p>', found="")
    found = '<a href="/p/7">DURAND</a> <a href="/p/new">Nouveau</a> <a href="/p/9">DURANT</a>'
    return SEARCH.format(alert="", found=found)


def redirect(place: str, headers: dict[str, str] | None = None) -> Callable[..., None]:
    return reply(303, "text/html", b"", {"Location": place, **(headers or {})})


OPTIONS = ScreenOptions(
    credentials=Credentials(user="moi", secret=SECRET),
    sign_in=SignInPage(path="/login", user_field="qui", secret_field="mdp"),
    pages={
        "patient": "/p/{id}",
        "creation": "/p/new",
        "account": "/compte/{id}",
        "search": "/cherche",
    },
    search={"birth_date": "ne", "name": "nom"},
    form={"birth_name": "nom", "birth_date": "ne", "sex": "sexe", "used_name": "utilise"},
    options={"sex": {"F": "2"}},
    buttons={"create": "Enregistrer", "insi": "Appeler INSi", "verification": "Valider"},
    private_id_label="IPP",
)


@pytest.fixture(scope="module")
def software() -> Software:
    return Software()


def target_of(site: Site, pki: Pki, options: ScreenOptions = OPTIONS) -> Target:
    ends = Endpoints(base_url=site.url, ca_file=pki.path("ca"))
    target = target_at(site.url, endpoints=ends, drivers=Drivers(screens=options))
    return replace(target, delays={"default": 10.0}, secrets=(SECRET,))


def browser() -> Path:
    found = find_browser()
    if found is None:
        if os.environ.get("BANC_EXIGE_NAVIGATEUR") == "1":
            pytest.fail("BANC_EXIGE_NAVIGATEUR=1 : aucun navigateur n'est installé")
        pytest.skip("aucun navigateur installé : captures non essayées")
    return found


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(params=["navigateur", "html"])
def screens(
    request: pytest.FixtureRequest, serve: Callable[..., Site], pki: Pki, recorder: Recorder
) -> Iterator[tuple[Screens, Software]]:
    software = Software()
    target = target_of(serve(software, server_context(pki)), pki)
    opened: Screens
    if request.param == "navigateur":
        opened = BrowserScreens(target, recorder, browser())
    else:
        client = HttpClient(target, recorder, NO_CREDENTIALS, 5.0)
        opened = HtmlScreens(client, OPTIONS)
    yield opened, software
    opened.close()


def read(screen: Screen) -> ScreenReleve:
    return ScreenReleve.parse(screen.releve)


def values(releve: ScreenReleve) -> dict[str, str]:
    return {one.label: one.value for one in releve.fields}


def test_a_page_is_read_and_pictured(screens: tuple[Screens, Software]) -> None:
    opened, _ = screens
    shown = opened.patient(PatientRef("7"))
    releve = read(shown)
    assert values(releve) == {
        "Nom de naissance": "DURAND",
        "IPP": "I-7",
        "Ancien statut": "provisoire",
        "Auteur": "moi",
        "Sexe": "F",
    }
    assert (releve.page, releve.title) == ("patient", "Fiche")
    assert releve.alerts == ("INSi ne répond pas",)
    assert releve.buttons == ("Appeler INSi",)
    assert "DURAND" in releve.text
    assert releve.url in shown.image.origin and "UTC" in shown.image.origin
    if shown.degraded:
        assert shown.image.media_type == "text/html"
        assert shown.image.content == PATIENT.encode()
    else:
        assert shown.image.content.startswith(b"\x89PNG")
        assert len(shown.image.content) < MAX_IMAGE_BYTES
        assert "caché" not in releve.text

    form = read(opened.creation_form())
    assert [(one.label, one.required) for one in form.fields] == [
        ("Nom de naissance", True),
        ("Date de naissance", True),
        ("Sexe", True),
        ("Nom utilisé", False),
    ]


def test_an_identity_is_created_by_the_form(screens: tuple[Screens, Software]) -> None:
    opened, software = screens
    attempt, screen = opened.create(PERSON)
    assert attempt.accepted and attempt.patient == PatientRef("7", "I-7")
    assert read(screen).page == "patient"
    assert software.created["nom"] == "DURAND" and software.created["sexe"] == "2"

    refused, screen = opened.create(PERSON.without("sex"))
    assert not refused.accepted and read(screen).alerts == ("Refusé",)
    assert AttemptReleve.parse(refused.releve).message == "Refusé"
    assert AttemptReleve.parse(refused.releve).missing == "sex"

    absurd, _ = opened.create(replace(PERSON, birth_date="1990-13-41"))
    assert not absurd.accepted and software.created["ne"] == "1990-13-41"


def test_a_button_is_pressed_and_what_is_missing_is_told(
    screens: tuple[Screens, Software],
) -> None:
    opened, software = screens
    assert read(opened.press(PatientRef("7"), "insi")).alerts and software.pressed == 1
    with pytest.raises(UnexpectedAnswer, match="Valider"):
        opened.press(PatientRef("7"), "verification")
    with pytest.raises(CapabilityMissing, match="settings"):
        opened.settings()
    with pytest.raises(UnexpectedAnswer, match="500"):
        opened.account(AccountRef("1", "x"))


def test_a_lost_session_is_opened_again(
    screens: tuple[Screens, Software], recorder: Recorder
) -> None:
    opened, software = screens
    opened.patient(PatientRef("7"))
    software.sessions += 1  # the session is lost: the driver signs in again
    assert values(read(opened.patient(PatientRef("7"))))["IPP"] == "I-7"
    kept = [recorder.redactor.clean(one.request) for _, one in recorder.exchanges]
    assert any("«secret mot-de-passe".encode() in one for one in kept)
    assert len(recorder.exchanges) >= 6


def test_search_lists_the_patients_it_links_to(screens: tuple[Screens, Software]) -> None:
    opened, _ = screens
    answer, screen = opened.search(birth_date="1990-01-02", name="DUR")
    assert (
        answer.patients == (PatientRef("7"), PatientRef("9")) and read(screen).page == "recherche"
    )
    assert SearchReleve.parse(answer.releve).accepted
    refused = SearchReleve.parse(opened.search(name="X")[0].releve)
    assert (refused.accepted, refused.message, refused.found) == (False, "Nom trop court", ())
    with pytest.raises(CapabilityMissing, match=r"drivers\.screens\.search\.matricule"):
        opened.search(matricule="1")


def test_closed_page_is_shown_as_it_is(screens: tuple[Screens, Software]) -> None:
    opened, _ = screens
    closed = read(opened.reach(PatientRef("8")))
    assert closed.page == "patient" and "Accès refusé" in closed.text
    assert "DURAND" in read(opened.reach(PatientRef("7"))).text
    with pytest.raises(UnexpectedAnswer):
        opened.patient(PatientRef("8"))


def test_two_users_share_one_browser(
    serve: Callable[..., Site], pki: Pki, recorder: Recorder
) -> None:
    target = target_of(serve(Software(), server_context(pki)), pki)
    one = BrowserScreens(target, recorder, browser())
    other = BrowserScreens(target, recorder, browser(), OPTIONS.credentials, one)
    try:
        assert "DURAND" in read(other.reach(PatientRef("7"))).text
        assert "DURAND" in read(one.patient(PatientRef("7"))).text
    finally:
        other.close()
        one.close()


def test_wrong_password_is_told(serve: Callable[..., Site], pki: Pki, recorder: Recorder) -> None:
    options = replace(OPTIONS, credentials=Credentials(user="moi", secret="mauvais mot"))
    target = target_of(serve(Software(), server_context(pki)), pki, options)
    html = HtmlScreens(HttpClient(target, recorder, NO_CREDENTIALS, 5.0), options)
    with pytest.raises(UnexpectedAnswer, match=r"drivers\.screens\.credentials"):
        html.patient(PatientRef("7"))
    opened = BrowserScreens(target, recorder, browser())
    try:
        with pytest.raises(UnexpectedAnswer, match=r"drivers\.screens\.credentials"):
            opened.patient(PatientRef("7"))
    finally:
        opened.close()


def test_page_that_never_shows_its_content_is_told(
    serve: Callable[..., Site], pki: Pki, recorder: Recorder
) -> None:
    options = replace(OPTIONS, ready="#absent")
    target = target_of(serve(Software(), server_context(pki)), pki, options)
    opened = BrowserScreens(replace(target, delays={"default": 0.5}), recorder, browser())
    try:
        with pytest.raises(UnexpectedAnswer, match=r"drivers\.screens\.ready"):
            opened.patient(PatientRef("7"))
    finally:
        opened.close()


def test_browser_never_opens_what_does_not_verify(
    serve: Callable[..., Site], pki: Pki, recorder: Recorder
) -> None:
    site = serve(Software(), server_context(pki, "expired"))
    opened = BrowserScreens(target_of(site, pki), recorder, browser())
    try:
        with pytest.raises(TargetUnreachable, match="expiré"):
            opened.patient(PatientRef("7"))
    finally:
        opened.close()
    assert site.seen == []


def test_browser_says_that_the_target_is_dead(
    recorder: Recorder,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    target = target_at(f"http://127.0.0.1:{port}", drivers=Drivers(screens=OPTIONS))
    opened = BrowserScreens(target, recorder, browser())
    try:
        with pytest.raises(TargetUnreachable, match="connexion refusée"):
            opened.patient(PatientRef("7"))
    finally:
        opened.close()


@pytest.mark.parametrize("content", [b"", b"\x00\xff junk", b"<dl><dd>seul</dd></dl>", b"<p>"])
def test_any_bytes_read_as_html(content: bytes) -> None:
    releve = releve_of(Place("patient", "u", "2025-01-01"), read_html(content))
    assert releve.fields == ()
