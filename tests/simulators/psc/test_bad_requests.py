"""Wrong requests: refused, told why, and never sent to an address that nobody registered."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

import pytest
import requests

from harness.model.problems import ConfigurationProblem, HarnessFault
from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.psc import PscSimulator
from tests.simulators.psc.browser import CALLBACK, CHALLENGE, CLIENT, Browser, Party, query_of


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "inconnu"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": f"{CALLBACK}?a=1"},
        {"redirect_uri": "https://127.0.0.1:9/PSC/callback"},
        {"redirect_uri": "https://ailleurs.invalid/psc/callback"},
    ],
)
def test_an_unknown_client_or_address_is_never_redirected_to(
    browser: Browser, party: Party, changes: dict[str, str | None]
) -> None:
    answer = browser.get(party.authorization(**changes))
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "court", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_of_a_known_client_is_told_to_it(
    psc: PscSimulator, browser: Browser, party: Party, changes: dict[str, str], error: str
) -> None:
    answer = browser.get(party.authorization(state="etat", **changes))
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    told = query_of(answer.headers["Location"])
    assert (told["error"], told["state"]) == (error, "etat")
    assert psc.calls[-1].error == error


def test_a_repeated_parameter_is_refused(browser: Browser, party: Party) -> None:
    answer = browser.get(f"{party.authorization()}&nonce=un-autre")
    assert query_of(answer.headers["Location"])["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "inventé"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "inventé"}, "invalid_grant"),
    ],
)
def test_a_wrong_token_request_is_refused(party: Party, form: dict[str, str], error: str) -> None:
    answer = party.call("token", **form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_code_wants_the_redirect_uri_of_its_request(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    answer = party.redeem(callback, redirect_uri=f"{CALLBACK}2")
    assert answer.json()["error"] == "invalid_grant"


def test_a_refresh_cannot_widen_the_scope(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    callback = browser.sign_in(party.authorization(scope="openid"), doctor)
    refresh = party.redeem(callback).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    assert party.call("token", scope="openid scope_all", **form).json()["error"] == "invalid_scope"


@pytest.mark.parametrize("token", ["", "inventé", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_userinfo_wants_a_token_of_ours(party: Party, token: str) -> None:
    answer = party.userinfo(token.encode().decode("latin-1"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def post(psc: PscSimulator, igc: TestIgc, body: bytes, media: str) -> requests.Response:
    return requests.post(
        f"{psc.issuer}/protocol/openid-connect/token",
        data=body,
        headers={"Content-Type": media},
        verify=str(igc.chain),
        timeout=10,
    )


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"grant_type": "authorization_code"}', "application/json"),
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00" * 50, "application/x-www-form-urlencoded"),
        (b"a" * (2 * 1024 * 1024), "application/x-www-form-urlencoded"),
        (b"Authorization", "text/plain"),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    psc: PscSimulator, igc: TestIgc, party: Party, body: bytes, media: str
) -> None:
    answer = post(psc, igc, body, media)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_request", "invalid_client")
    assert party.call("token", grant_type="x").status_code == 400  # still there


@pytest.mark.parametrize("value", ["Basic", "Basic %%%", "Basic 4pyT", "Bearer x", "Digest a"])
def test_an_unreadable_authorization_is_refused(party: Party, value: str) -> None:
    answer = party.call(
        "token", secret="", headers={"Authorization": value}, grant_type="authorization_code"
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_unknown_address_and_a_wrong_method_are_told(party: Party) -> None:
    assert party.call("jetons").status_code == 404
    answer = party.call("token", method="GET")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_an_answer_to_no_page_is_refused(psc: PscSimulator, igc: TestIgc) -> None:
    url = f"{psc.authorization_endpoint}/consentement"
    answer = requests.post(url, data={"demande": "x"}, verify=str(igc.chain), timeout=10)
    assert answer.status_code == 400
    assert "Recommencez" in answer.text


def test_a_page_ends(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    page = browser.get(party.authorization())
    psc.clock.advance(1801)
    values = {"moyen": "CPS", "professionnel": doctor.national_id}
    assert browser.press(page, "S'identifier", **values).status_code == 400


def test_names_are_escaped_in_the_pages(psc: PscSimulator, browser: Browser, party: Party) -> None:
    from harness.targets.target_access import PscClient

    psc.register(
        PscClient(
            client_id='<img src="x">',
            client_secret=CLIENT.client_secret,
            redirect_uris=(CALLBACK,),
        )
    )
    for page in (
        browser.get(party.authorization(client_id='<img src="x">')),
        browser.get(party.authorization(client_id="<script>")),
    ):
        assert "<img" not in page.text
        assert "<script" not in page.text


def test_a_client_that_stops_in_its_body_holds_nobody(
    psc: PscSimulator, igc: TestIgc, party: Party
) -> None:
    context = ssl.create_default_context(cafile=str(igc.chain))
    address = urlsplit(psc.issuer)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), 5) as raw:
        with context.wrap_socket(raw, server_hostname=address.hostname) as stopped:
            head = f"POST {address.path}/protocol/openid-connect/token HTTP/1.1\r\nHost: x\r\n"
            stopped.sendall(f"{head}Content-Length: 100\r\n\r\nabc".encode())
            assert party.call("token", grant_type="x").status_code == 400


def test_a_port_that_is_taken_is_told(loop: ServiceLoop, igc: TestIgc, psc: PscSimulator) -> None:
    from harness.evidence.recorder import Recorder

    taken = int(urlsplit(psc.issuer).port or 0)
    with pytest.raises(HarnessFault, match=f"{taken}"):
        PscSimulator(loop, igc, Recorder(), port=taken).start()


def test_before_start_there_is_no_address(loop: ServiceLoop, igc: TestIgc) -> None:
    from harness.evidence.recorder import Recorder

    idle = PscSimulator(loop, igc, Recorder())
    for name in ("issuer", "discovery_url", "authorization_endpoint"):
        with pytest.raises(HarnessFault, match="start"):
            getattr(idle, name)


def test_who_is_unknown_cannot_be_renamed(psc: PscSimulator, doctor: Professional) -> None:
    from dataclasses import replace

    with pytest.raises(ConfigurationProblem, match="knows"):
        psc.renames(replace(doctor, rpps="99700000001"))
