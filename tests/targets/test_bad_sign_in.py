"""Sign-in pages that cannot be walked through: never a verdict on the software, always a reason."""

from __future__ import annotations

import http.server
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.dossier import Dossier
from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.check import Settings
from harness.model.verdict import Verdict
from harness.simulators.loop import ServiceLoop
from harness.targets.drivers import Drivers
from harness.targets.visiting import UnreadablePage, Visiting
from tests.targets.sign_in_site import LOGIN, PASSWORD, TwoFactors, sent, shown
from tests.targets.sites import Answering, Pki, Site, reply, server_context
from tests.targets.test_screens import browser
from tests.targets.test_visits import target_of

DELAY = 2.0
FIELDS = '<input name="qui"><input name="mdp" type="password"><button>Entrer</button>'


def form(extra: str) -> Answering:
    return shown(f'<form method="post" action="/login">{FIELDS}{extra}</form>')


def slow(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    time.sleep(DELAY + 1)  # the slowness is the very subject
    handler.close_connection = True


def long_page(handler: http.server.BaseHTTPRequestHandler, body: bytes) -> None:
    shown(f"<p>Long</p><!-- {'long ' * 2_200_000} -->")(handler, body)


BAD: dict[str, tuple[str, Answering, str]] = {
    "erreur du serveur": ("GET /login", shown("<h1>Oups</h1>", 500), "500.*en erreur"),
    "redirection sans fin": ("GET /login", sent("/login"), "redirections.*cookies"),
    "redirection à deux": ("POST /login", sent("/boucle"), "redirections.*cookies"),
    "aucun cookie": ("POST /login", sent("/login"), "aucun témoin de session.*session_cookie"),
    "reCAPTCHA": ("GET /login", form('<div class="g-recaptcha"></div>'), r"captcha \(reCAPTCHA\)"),
    "hCaptcha": (
        "GET /login",
        form('<iframe src="https://hcaptcha.com/x"></iframe>'),
        r"captcha \(hCaptcha\).*clés de test",
    ),
    "Turnstile": ("GET /login", form('<div class="cf-turnstile">x</div>'), r"\(Turnstile\)"),
    "image à recopier": (
        "GET /login",
        form('<img src="/captcha.png" alt=""><input name="captcha_reponse">'),
        r"captcha \(captcha\)",
    ),
    "champ obligatoire": (
        "GET /login",
        form('<label>Site <input name="site" required></label>'),
        "champ obligatoire « site ».*ajoutez « site » à `fill`",
    ),
    "liste obligatoire": (
        "GET /login",
        form('<select name="site" required><option value="">–</option></select>'),
        "champ obligatoire « site »",
    ),
    "champ absent": (
        "GET /login",
        shown('<form><input name="login"><button>Entrer</button></form>'),
        "aucun formulaire n'a « qui », « mdp » ; champs vus : « login »",
    ),
    "bouton absent": (
        "GET /login",
        shown(LOGIN.format(alert="").replace("Entrer", "Valider")),
        "boutons : « Valider ».*un bouton « Entrer »",
    ),
    "autre type": ("GET /login", reply(200, "application/pdf", b"%PDF-1.4 x"), "une page HTML"),
    "JSON": ("GET /login", reply(200, "application/json", b'{"a": 1}'), "application/json reçu"),
    "trop long": ("GET /login", long_page, "10 Mo"),
    "trop lent": ("GET /login", slow, "délai|en 2 s"),
    "trop lent à répondre": ("POST /login", slow, "délai|en 2 s"),
    "page vide": ("GET /login", reply(204, "text/html", b""), "204|à la place d'une page"),
}
NOTHING_SHOWN = {"redirection sans fin", "autre type", "trop long", "trop lent", "page vide"}


@pytest.fixture(scope="module")
def software() -> TwoFactors:
    return TwoFactors()


@pytest.fixture(scope="module", params=["browser", "html"])
def drivers(
    request: pytest.FixtureRequest,
    serve_long: Callable[..., Site],
    software: TwoFactors,
    pki: Pki,
    loop: ServiceLoop,
) -> Iterator[Drivers]:
    if request.param == "browser":
        browser()
    site = serve_long(software, server_context(pki))
    target = replace(target_of(site, pki, request.param), delays={"default": DELAY})
    opened = Drivers(target, Recorder(), loop)
    yield opened
    opened.close()


@pytest.fixture
def visits(drivers: Drivers, software: TwoFactors) -> Iterator[Visiting]:
    software.odd.clear()
    yield drivers.visits
    drivers.visits.close()


@pytest.mark.parametrize("name", BAD)
def test_bad_page_is_inconclusive_and_says_why(
    visits: Visiting, software: TwoFactors, name: str
) -> None:
    where, answer, said = BAD[name]
    software.odd[where] = answer
    software.odd["GET /boucle"] = sent("/boucle/2")
    software.odd["GET /boucle/2"] = sent("/boucle")
    user = visits.start()
    with pytest.raises(UnreadablePage, match=f"(?s){said}") as caught:
        visits.walk(user, "sign_in", user="durand", secret=PASSWORD)
    message = str(caught.value)
    assert "Attendu" in message or "attendu" in message or "délai" in message
    assert PASSWORD not in message
    # Where a page was shown, its picture goes with the reason.
    assert caught.value.screens or name in NOTHING_SHOWN


def test_a_captcha_that_the_journey_answers_is_no_obstacle(
    visits: Visiting, software: TwoFactors
) -> None:
    software.odd["GET /login"] = form('<input name="captcha">')
    user = visits.start()
    user.open("/login")
    user.submit({"qui": "durand", "mdp": PASSWORD, "captcha": "test"})
    assert software.forms[-1]["captcha"] == "test"


def test_the_step_shows_what_was_there(
    visits: Visiting, software: TwoFactors, tmp_path: Path
) -> None:
    software.odd["POST /login"] = shown("<h1>Oups</h1>", 500)
    dossier = Dossier("essai", Journal(tmp_path / "run"), Settings())
    with (
        pytest.raises(UnreadablePage) as caught,
        dossier.step("Ouvrir une session"),
        dossier.step("Se connecter"),
    ):
        visits.walk(visits.start(), "sign_in", user="durand", secret=PASSWORD)
    (around,) = dossier.steps
    (picture,) = caught.value.screens
    assert picture.image in around.children[0].attachments and not around.attachments
    verdict, reason = dossier.conclude(caught.value)
    assert verdict is Verdict.INCONCLUSIVE and "500" in reason
