"""Walking through sign-in pages: same journeys in the browser and without one, nothing leaked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.evidence.redaction import Redactor
from harness.model.access import OPENED, REFUSED, SECOND_FACTOR, SIGN_IN
from harness.model.problems import CapabilityMissing
from harness.model.releve import ScreenReleve
from harness.simulators.loop import ServiceLoop
from harness.targets.access_visits import Visits
from harness.targets.base import Capability
from harness.targets.drivers import Drivers
from harness.targets.html_visitor import HtmlVisitor
from harness.targets.target import Drivers as DriverTables
from harness.targets.target import Endpoints, Target
from harness.targets.visit_pages import jar_of
from harness.targets.visiting import Cookie, Peer, UnreadablePage, Visiting
from tests.targets.sign_in_site import CODE, KEY, OPTIONS, PASSWORD, TOKEN, TwoFactors, shown
from tests.targets.sites import Pki, Site, server_context, target_at
from tests.targets.test_screens import browser


@pytest.fixture
def software() -> TwoFactors:
    return TwoFactors()


@pytest.fixture
def site(serve: Callable[..., Site], pki: Pki, software: TwoFactors) -> Site:
    return serve(software, server_context(pki))


def target_of(site: Site, pki: Pki, way: str) -> Target:
    ends = Endpoints(base_url=site.url, ca_file=pki.path("ca"))
    tables = DriverTables(visitor=replace(OPTIONS, way=way))
    named = {Capability.SIGN_IN: "visitor"}
    target = target_at(site.url, endpoints=ends, drivers=tables, capabilities=named)
    return replace(target, delays={"default": 5.0})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "run")


@pytest.fixture(params=["browser", "html"])
def drivers(
    request: pytest.FixtureRequest, site: Site, pki: Pki, journal: Journal, loop: ServiceLoop
) -> Iterator[Drivers]:
    if request.param == "browser":
        browser()
    opened = Drivers(target_of(site, pki, request.param), Recorder(journal), loop)
    yield opened
    opened.close()


@pytest.fixture
def visits(drivers: Drivers) -> Visiting:
    return drivers.visits


def filed(journal: Journal) -> bytes:
    return b"\n".join(one.read_bytes() for one in journal.folder.rglob("*") if one.is_file())


def test_two_factors_then_out(visits: Visiting, journal: Journal, software: TwoFactors) -> None:
    user = visits.start()
    refused = visits.walk(user, "sign_in", user="durand", secret="autre mot de passe")
    assert (visits.stage(refused), refused.status) == (REFUSED, 401)
    assert refused.releve.alerts == ("Refusé",) and not visits.accepted(refused)

    asked = visits.walk(user, "sign_in", user="durand", secret=PASSWORD)
    assert visits.stage(asked) == SECOND_FACTOR and asked.controls == ("code",)
    assert [one.rpartition("/")[2] for one in asked.chain] == ["login", "code"]
    assert software.forms[-1] == {"qui": "durand", "mdp": PASSWORD, "csrf": "xyz"}
    reached = visits.reach(user, "patient")
    assert [(one.address, one.way, one.open) for one in reached] == [
        ("/compte", "page", False),
        ("/api/moi", "api", False),
    ]
    early = visits.session(user)

    wrong = visits.walk(user, "second_factor", code="000000")
    assert visits.stage(wrong) == SECOND_FACTOR and not visits.accepted(wrong)
    opened = visits.walk(user, "second_factor", code=CODE)
    assert visits.stage(opened) == OPENED and visits.accepted(opened)
    assert all(one.open for one in visits.reach(user, "patient", patient_id="7"))
    assert user.here.url == opened.url
    assert visits.account(user, "patient") == {"login": "durand", "email": ""}

    thief = visits.start()
    thief.carry(early)
    assert not any(one.open for one in visits.reach(thief, "patient"))
    thief.carry(visits.session(user))
    assert any(one.open for one in visits.reach(thief, "patient"))

    assert visits.stage(visits.walk(user, "sign_out")) == SIGN_IN
    assert visits.session(user) == ()
    kept = filed(journal)
    assert b"mot+de+passe" not in kept and CODE.encode() + b"&" not in kept
    assert b"code=\xc2\xab" in kept  # a placeholder in its place
    assert b"s=attente" not in kept and b"s=ouvert" not in kept


def test_the_second_button_of_a_form(visits: Visiting, software: TwoFactors) -> None:
    user = visits.start()
    visits.walk(user, "sign_in", user="durand", secret=PASSWORD)
    visits.walk(user, "resend_code")
    assert software.forms[-1]["encore"] == "1"


def test_lists_boxes_and_what_is_shown_once(visits: Visiting, journal: Journal) -> None:
    user = visits.start()
    visits.walk(user, "sign_in", user="durand", secret=PASSWORD)
    visits.walk(user, "second_factor", code=CODE)
    shown_once = visits.walk(user, "choose_factor")
    assert visits.read(shown_once, "choose_factor", "totp_secret") == KEY
    picture = user.picture("enrôlement")
    releve = ScreenReleve.parse(picture.releve)
    assert releve.page == "enrôlement" and releve.fields[0].value == "•••"
    assert KEY.encode() not in picture.image.content + picture.releve.content
    assert picture.degraded == (picture.image.media_type == "text/html")
    assert visits.read(user.here, "choose_factor", "totp_secret") == KEY
    done = visits.walk(user, "confirm_factor")
    assert visits.accepted(done)
    with pytest.raises(CapabilityMissing, match=r"choose_factor\.reads\.autre"):
        visits.read(shown_once, "choose_factor", "autre")
    with pytest.raises(UnreadablePage, match="ne montre rien sous « Clé »"):
        visits.read(done, "choose_factor", "totp_secret")
    # The exchange that brought the key was filed before anybody could know that it was secret.
    assert KEY.encode() not in journal.redactor.clean(KEY.encode())


def test_what_was_typed_is_a_secret(visits: Visiting, software: TwoFactors) -> None:
    software.odd["POST /login"] = shown(f"<p>Vous avez tapé {PASSWORD}.</p>".replace("&", "&amp;"))
    user = visits.start()
    with pytest.raises(UnreadablePage) as caught:
        visits.walk(user, "sign_in", user="durand", secret=PASSWORD)
    (picture,) = caught.value.screens
    assert b"mot de passe &" not in picture.image.content + picture.releve.content


def test_links_of_mails(visits: Visiting, site: Site, journal: Journal) -> None:
    text = f"Bonjour,\nvoyez https://ailleurs.example.org ou {site.url}/reinit?jeton={TOKEN}.\n"
    link = visits.link_in(text)
    assert link == f"{site.url}/reinit?jeton={TOKEN}"
    assert visits.link_in("rien") == "" and visits.code_in("rien 12345678") == ""
    assert visits.code_in("Votre code : 271828.") == CODE
    user = visits.start()
    visit = visits.walk(user, "reset_password", link=link, new_secret="nouveau secret")
    assert TOKEN not in " ".join((*visit.chain, visit.url, visit.releve.url))
    assert TOKEN.encode() not in filed(journal) and b"nouveau+secret" not in filed(journal)


def test_a_secret_is_hidden_as_it_is_sent(visits: Visiting, journal: Journal) -> None:
    # What a browser and Python write differently in a form.
    visits.walk(visits.start(), "sign_in", user="durand", secret="Etoile*tilde~plus+ espace")
    assert b"Etoile" not in filed(journal)
    assert b"durand" in filed(journal)


def test_words_of_the_path_of_a_link_are_no_secret(
    visits: Visiting, site: Site, journal: Journal
) -> None:
    link = f"{site.url}/reinitialisation-du-secret/{TOKEN}?jeton=abcdefgh1"
    with pytest.raises(UnreadablePage):  # the site has no such page: what was typed is known
        visits.walk(visits.start(), "reset_password", link=link, new_secret="nouveau secret")
    assert journal.redactor.clean(b"POST /reinitialisation-du-secret").endswith(b"-du-secret")
    assert TOKEN.encode() not in filed(journal)


def test_absent_journeys_and_pages_are_named(visits: Visiting) -> None:
    user = visits.start()
    with pytest.raises(CapabilityMissing, match=r"drivers\.visitor\.journeys\.revoke\]"):
        visits.walk(user, "revoke", means="totp")
    assert visits.describes("sign_in") and not visits.describes("revoke")
    with pytest.raises(CapabilityMissing, match=r"drivers\.visitor\.protected\.professional"):
        visits.reach(user, "professional")
    with pytest.raises(CapabilityMissing, match=r"drivers\.visitor\.account_page\.professional"):
        visits.account(user, "professional")
    with pytest.raises(UnreadablePage, match="aucune page n'est ouverte"):
        visits.walk(user, "second_factor", code=CODE)


def test_a_partner_that_is_named_is_followed(
    drivers: Drivers, site: Site, software: TwoFactors, serve: Callable[..., Site], pki: Pki
) -> None:
    def partner(handler: object, body: bytes) -> None:
        answer(handler, body)

    answer = shown(f'<form action="{site.url}/retour"><button>Continuer</button></form>')
    other = serve(partner, server_context(pki))
    software.partner = other.url
    drivers.meets(Peer.at(f"{other.url}/realms/x", "Pro Santé Connect", pki.path("ca")))
    visits = drivers.visits
    user = visits.start()
    there = visits.walk(user, "psc_start")
    assert there.url.startswith(other.url) and "1234" not in there.url
    assert visits.stage(there) == SIGN_IN
    assert user.press("Continuer").releve.text.strip().endswith("Revenu")
    listeners = {one.listener for _, one in drivers._recorder.exchanges}
    assert listeners == {"cible", "Pro Santé Connect"}


def test_a_stranger_is_not_followed(
    visits: Visiting, software: TwoFactors, serve: Callable[..., Site], pki: Pki
) -> None:
    other = serve(shown("<p>Piège</p>"), server_context(pki))
    software.partner = other.url
    user = visits.start()
    with pytest.raises(UnreadablePage, match=r"drivers\.visitor\.hosts"):
        visits.walk(user, "psc_start")


@pytest.mark.parametrize(
    ("host", "domain"), [("localhost", "localhost"), ("app.example.org", ".example.org")]
)
def test_the_session_is_known_by_its_host(host: str, domain: str) -> None:
    visitor = HtmlVisitor(target_at(f"https://{host}:8443"), Recorder(), 2.0)
    visits = Visits(target_at(f"https://{host}:8443"), Redactor(), lambda: visitor)
    ours, theirs = Cookie("s", "1", domain), Cookie("s", "2", "sso.example.com")
    visitor.carry((ours, theirs))
    assert visits.session(visitor) == (ours,)


def test_a_cookie_is_sent_to_a_host_without_a_dot() -> None:
    from requests import Request, Session

    session = Session()
    session.cookies = jar_of((Cookie("s", "1", "localhost"),))
    prepared = session.prepare_request(Request("GET", "https://localhost:8443/x"))
    assert prepared.headers["Cookie"] == "s=1"
