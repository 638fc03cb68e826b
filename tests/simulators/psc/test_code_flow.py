"""The code flow: discovery, pages, code, tokens, UserInfo, refresh, end of session."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from joserfc.jwk import KeySet

from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.psc import PscSimulator
from tests.simulators.psc.browser import (
    AFTER_LOGOUT,
    CALLBACK,
    CHALLENGE,
    VERIFIER,
    Browser,
    Party,
    query_of,
)


def document(psc: PscSimulator, igc: TestIgc, name: str) -> dict[str, object]:
    url = f"{psc.issuer}/.well-known/{name}"
    answer = requests.get(url, verify=str(igc.chain), timeout=10)
    assert answer.status_code == 200
    return dict(answer.json())


def id_token_of(psc: PscSimulator, igc: TestIgc, tokens: dict[str, str]) -> jwt.Token:
    certs = f"{psc.issuer}/protocol/openid-connect/certs"
    keys = requests.get(certs, verify=str(igc.chain), timeout=10).json()
    return jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), ["RS256"])


@pytest.mark.parametrize("name", ["wallet-openid-configuration", "openid-configuration"])
def test_discovery_names_the_endpoints(psc: PscSimulator, igc: TestIgc, name: str) -> None:
    found = document(psc, igc, name)
    assert psc.discovery_url == f"{psc.issuer}/.well-known/wallet-openid-configuration"
    assert found["issuer"] == psc.issuer
    assert found["authorization_endpoint"] == psc.authorization_endpoint
    assert found["token_endpoint"] == f"{psc.issuer}/protocol/openid-connect/token"
    assert found["code_challenge_methods_supported"] == ["S256"]


def test_the_pages_are_on_another_host_and_port_than_the_issuer(psc: PscSimulator) -> None:
    pages, issuer = urlsplit(psc.authorization_endpoint), urlsplit(psc.issuer)
    assert pages.hostname != issuer.hostname
    assert pages.port != issuer.port


@pytest.mark.parametrize(("means", "acr"), [("CPS", "eidas3"), ("e-CPS", "eidas2")])
def test_a_professional_signs_in(
    psc: PscSimulator,
    igc: TestIgc,
    browser: Browser,
    party: Party,
    doctor: Professional,
    means: str,
    acr: str,
) -> None:
    asked = party.authorization(state="etat-1", nonce="nonce-1")
    callback = browser.sign_in(asked, doctor, means)
    assert callback.startswith(f"{CALLBACK}?")
    assert query_of(callback)["state"] == "etat-1"

    tokens = party.redeem(callback).json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 120)
    claims = id_token_of(psc, igc, tokens).claims
    assert claims["iss"] == psc.issuer
    assert claims["aud"] == claims["azp"] == party.client.client_id
    assert (claims["nonce"], claims["acr"]) == ("nonce-1", acr)
    assert claims["exp"] - claims["iat"] == 120

    known = party.userinfo(tokens["access_token"]).json()
    assert known["sub"] == claims["sub"] != known["SubjectNameID"]
    assert known["SubjectNameID"] == doctor.national_id
    assert known["family_name"] == doctor.exercise_name
    assert known["authMode"] == {"CPS": "CARD", "e-CPS": "MOBILE"}[means]
    assert known["SubjectRole"] == [f"{doctor.profession}^1.2.250.1.213.1.1.5.5"]
    exercises = known["SubjectRefPro"]["exercices"]
    assert [one["codeSavoirFaire"] for one in exercises] == [doctor.speciality]


def test_two_places_of_exercise_are_two_activities(
    browser: Browser, party: Party, busy_doctor: Professional
) -> None:
    tokens = party.redeem(browser.sign_in(party.authorization(), busy_doctor)).json()
    (exercise,) = party.userinfo(tokens["access_token"]).json()["SubjectRefPro"]["exercices"]
    places = [one["raisonSocialeSite"] for one in exercise["activities"]]
    assert places == [one.structure_name for one in busy_doctor.activities]


def test_openid_alone_gives_the_minimal_userinfo(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    callback = browser.sign_in(party.authorization(scope="openid"), doctor)
    known = party.userinfo(party.redeem(callback).json()["access_token"]).json()
    assert set(known) == {"sub", "preferred_username", "given_name", "family_name"}


def test_a_test_account_of_a_vendor_is_no_rpps(
    psc: PscSimulator, browser: Browser, party: Party, nurse: Professional
) -> None:
    psc.knows(nurse, origin="EDIT")
    page = browser.get(party.authorization())
    consent = browser.press(page, "S'identifier", moyen="CPS", professionnel=f"ANS{nurse.rpps}")
    callback = browser.press(consent, "Continuer").headers["Location"]
    known = party.userinfo(party.redeem(callback).json()["access_token"]).json()
    assert known["SubjectNameID"] == f"ANS{nurse.rpps}"
    assert known["otherIds"] == [
        {"identifiant": f"ANS{nurse.rpps}", "origine": "EDIT", "qualite": 1}
    ]


def test_a_renamed_professional_keeps_the_national_id(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    def identity() -> dict[str, str]:
        callback = browser.sign_in(party.authorization(prompt="login"), doctor)
        return dict(party.userinfo(party.redeem(callback).json()["access_token"]).json())

    before = identity()
    psc.renames(doctor)
    after = identity()
    assert before["sub"] != after["sub"]
    assert before["preferred_username"] != after["preferred_username"]
    assert before["SubjectNameID"] == after["SubjectNameID"] == doctor.national_id


def test_a_code_serves_once_and_its_replay_revokes_the_tokens(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    tokens = party.redeem(callback).json()
    assert party.userinfo(tokens["access_token"]).status_code == 200
    again = party.redeem(callback)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (61, 400)])
def test_a_code_lasts_a_minute(
    psc: PscSimulator,
    browser: Browser,
    party: Party,
    doctor: Professional,
    seconds: int,
    status: int,
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    psc.clock.advance(seconds)
    assert party.redeem(callback).status_code == status


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"code_verifier": VERIFIER}, 200),
        ({}, 400),
        ({"code_verifier": "w" * 43}, 400),
    ],
)
def test_pkce_is_honoured_when_it_is_sent(
    browser: Browser,
    party: Party,
    doctor: Professional,
    changes: dict[str, str],
    status: int,
) -> None:
    asked = party.authorization(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert party.redeem(browser.sign_in(asked, doctor), **changes).status_code == status


def test_the_access_token_lasts_120_seconds_and_is_refreshed(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    tokens = party.redeem(browser.sign_in(party.authorization(), doctor)).json()
    psc.clock.advance(121)
    late = party.userinfo(tokens["access_token"])
    assert late.status_code == 401
    assert 'error="invalid_token"' in late.headers["WWW-Authenticate"]

    refreshed = party.call(
        "token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    ).json()
    assert refreshed["refresh_token"] != tokens["refresh_token"]
    assert party.userinfo(refreshed["access_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_the_session(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    tokens = party.redeem(browser.sign_in(party.authorization(), doctor)).json()
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    newer = party.call("token", **form).json()
    assert party.call("token", **form).json()["error"] == "invalid_grant"
    assert party.userinfo(newer["access_token"]).status_code == 401


def test_a_refresh_token_ends(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    tokens = party.redeem(browser.sign_in(party.authorization(), doctor)).json()
    psc.clock.advance(1801)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert party.call("token", **form).json()["error"] == "invalid_grant"


def test_single_sign_on_skips_the_first_page_until_logout(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    tokens = party.redeem(browser.sign_in(party.authorization(), doctor)).json()
    assert "Continuer" in browser.get(party.authorization()).text
    assert "S'identifier</button>" in browser.get(party.authorization(prompt="login")).text
    silent = browser.get(party.authorization(prompt="none")).headers["Location"]
    assert "code" in query_of(silent)

    answer = party.call(
        "logout",
        method="GET",
        secret="",
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri=AFTER_LOGOUT,
        state="retour-1",
    )
    assert answer.headers["Location"] == f"{AFTER_LOGOUT}?state=retour-1"
    assert "S'identifier</button>" in browser.get(party.authorization()).text
    assert party.userinfo(tokens["access_token"]).status_code == 401
    silent = browser.get(party.authorization(prompt="none")).headers["Location"]
    assert query_of(silent)["error"] == "login_required"


@pytest.mark.parametrize("hint", ["", "pas-un-jeton"])
def test_logout_wants_one_of_our_id_tokens(party: Party, hint: str) -> None:
    answer = party.call("logout", method="GET", secret="", id_token_hint=hint)
    assert answer.status_code == 400
    assert "id_token_hint" in answer.text


def test_logout_goes_back_to_a_registered_address_only(
    browser: Browser, party: Party, doctor: Professional
) -> None:
    tokens = party.redeem(browser.sign_in(party.authorization(), doctor)).json()
    answer = party.call(
        "logout",
        method="GET",
        secret="",
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri="https://ailleurs.invalid/",
    )
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert party.userinfo(tokens["access_token"]).status_code == 200


def test_a_rotation_changes_the_key_and_keeps_the_former_one_published(
    psc: PscSimulator, igc: TestIgc, browser: Browser, party: Party, doctor: Professional
) -> None:
    before = party.redeem(browser.sign_in(party.authorization(), doctor)).json()
    psc.rotate_keys()
    asked = party.authorization(prompt="login")
    after = party.redeem(browser.sign_in(asked, doctor)).json()
    first, second = (id_token_of(psc, igc, one) for one in (before, after))
    assert first.header["kid"] != second.header["kid"]
    psc.rotate_keys()
    with pytest.raises(InvalidKeyIdError):
        id_token_of(psc, igc, before)


def test_the_person_may_refuse(browser: Browser, party: Party, doctor: Professional) -> None:
    page = browser.identify(party.authorization(state="etat-2"), doctor)
    answer = query_of(browser.press(page, "Refuser").headers["Location"])
    assert (answer["error"], answer["state"]) == ("access_denied", "etat-2")


def test_the_pages_of_a_browser_serve_no_other(
    igc: TestIgc, browser: Browser, party: Party, doctor: Professional
) -> None:
    page = browser.get(party.authorization())
    thief = Browser(igc)
    values = {"moyen": "CPS", "professionnel": doctor.national_id}
    answer = thief.press(page, "S'identifier", **values)
    thief.close()
    assert answer.status_code == 400
    assert browser.press(page, "S'identifier", **values).status_code == 200


def test_an_unknown_professional_is_asked_again(browser: Browser, party: Party) -> None:
    page = browser.get(party.authorization())
    again = browser.press(page, "S'identifier", moyen="CPS", professionnel="899999999999")
    assert again.status_code == 400
    assert 'role="alert"' in again.text
