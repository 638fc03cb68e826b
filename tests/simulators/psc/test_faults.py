"""Each named fault: what the target receives, and that the journal names it."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet

from harness.model.problems import ConfigurationProblem
from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.psc import PscSimulator
from harness.simulators.psc.faults import FAULTS
from tests.simulators.psc.browser import Browser, Party, query_of


@pytest.fixture
def keys(psc: PscSimulator, igc: TestIgc) -> KeySet:
    certs = f"{psc.issuer}/protocol/openid-connect/certs"
    return KeySet.import_key_set(requests.get(certs, verify=str(igc.chain), timeout=10).json())


def tokens_of(browser: Browser, party: Party, who: Professional, **asked: str) -> dict[str, str]:
    return dict(party.redeem(browser.sign_in(party.authorization(**asked), who)).json())


def part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def test_the_wrong_state_comes_back(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    psc.fails_with("state-faux")
    answer = query_of(browser.sign_in(party.authorization(state="le-vrai"), doctor))
    assert answer["state"] != "le-vrai"
    assert "code" in answer
    assert psc.calls[-1].fault == "state-faux"


@pytest.mark.parametrize(
    ("fault", "error"),
    [("refus-utilisateur", "access_denied"), ("erreur-serveur", "server_error")],
)
def test_the_callback_says_an_error(
    psc: PscSimulator,
    browser: Browser,
    party: Party,
    doctor: Professional,
    fault: str,
    error: str,
) -> None:
    psc.fails_with(fault)
    answer = query_of(browser.sign_in(party.authorization(state="etat"), doctor))
    assert (answer["error"], answer["state"], "code" in answer) == (error, "etat", False)
    call = psc.calls[-1]
    assert (call.endpoint, call.error, call.fault) == ("wallet", error, fault)


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("nonce-faux", "nonce"),
        ("emetteur-faux", "iss"),
        ("audience-fausse", "aud"),
        ("acr-insuffisant", "acr"),
    ],
)
def test_one_claim_of_the_id_token_is_wrong_and_its_signature_right(
    psc: PscSimulator,
    browser: Browser,
    party: Party,
    doctor: Professional,
    keys: KeySet,
    fault: str,
    name: str,
) -> None:
    right = jwt.decode(tokens_of(browser, party, doctor, nonce="n")["id_token"], keys).claims
    psc.fails_with(fault)
    wrong = jwt.decode(tokens_of(browser, party, doctor, nonce="n")["id_token"], keys).claims
    call = psc.calls[-1]
    assert wrong[name] != right[name]
    assert (call.fault, call.answered[name]) == (fault, wrong[name])
    assert psc.delivered(call.sign_in).id_token[name] == wrong[name]


def test_the_id_token_is_expired(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional, keys: KeySet
) -> None:
    psc.fails_with("jeton-expire")
    claims = jwt.decode(tokens_of(browser, party, doctor)["id_token"], keys).claims
    assert claims["iat"] < claims["exp"] < time.time() - 3000


def test_the_key_is_unknown(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional, keys: KeySet
) -> None:
    psc.fails_with("kid-inconnu")
    with pytest.raises(InvalidKeyIdError):
        jwt.decode(tokens_of(browser, party, doctor)["id_token"], keys)


def test_the_signature_is_wrong(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional, keys: KeySet
) -> None:
    psc.fails_with("signature-fausse")
    token = tokens_of(browser, party, doctor)["id_token"]
    assert part(token, 0)["kid"] in {key.kid for key in keys.keys}
    with pytest.raises(BadSignatureError):
        jwt.decode(token, keys)


def test_the_id_token_is_not_signed(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    psc.fails_with("alg-none")
    token = tokens_of(browser, party, doctor)["id_token"]
    assert (part(token, 0)["alg"], token.split(".")[2]) == ("none", "")
    assert psc.calls[-1].answered["alg"] == "none"


def test_userinfo_is_of_someone_else(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    psc.fails_with("userinfo-autre-personne")
    tokens = tokens_of(browser, party, doctor)
    other = party.userinfo(tokens["access_token"]).json()
    assert other["sub"] != part(tokens["id_token"], 1)["sub"]
    assert other["SubjectNameID"] != doctor.national_id
    assert psc.calls[-1].answered["SubjectNameID"] == other["SubjectNameID"]


def test_userinfo_is_of_the_last_known_of_the_others(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    neighbour = replace(doctor, rpps="99700000021", exercise_name="VOISIN")
    psc.knows(neighbour)
    psc.fails_with("userinfo-autre-personne", doctor)
    tokens = tokens_of(browser, party, doctor)
    other = party.userinfo(tokens["access_token"]).json()
    assert (other["SubjectNameID"], other["family_name"]) == (neighbour.national_id, "VOISIN")


def test_userinfo_is_a_signed_jwt(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional, keys: KeySet
) -> None:
    psc.fails_with("userinfo-signe")
    answer = party.userinfo(tokens_of(browser, party, doctor)["access_token"])
    assert answer.headers["Content-Type"] == "application/jwt"
    claims = jwt.decode(answer.text, keys, ["RS256"]).claims
    assert (claims["iss"], claims["SubjectNameID"]) == (psc.issuer, doctor.national_id)


def test_userinfo_has_one_exercise_more(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    psc.fails_with("plusieurs-exercices")
    known = party.userinfo(tokens_of(browser, party, doctor)["access_token"]).json()
    first, second = known["SubjectRefPro"]["exercices"]
    assert (
        first["activities"][0]["raisonSocialeSite"]
        != (second["activities"][0]["raisonSocialeSite"])
    )


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [("jeton-refuse", 400, "invalid_grant"), ("indisponible", 503, "http_503")],
)
def test_the_token_endpoint_refuses(
    psc: PscSimulator,
    browser: Browser,
    party: Party,
    doctor: Professional,
    fault: str,
    status: int,
    error: str,
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    psc.fails_with(fault)
    assert party.redeem(callback).status_code == status
    call = psc.calls[-1]
    assert (call.error, call.fault, "access_token" in call.answered) == (error, fault, False)


def test_a_slow_answer_is_right(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    psc.fails_with("reponse-lente", delay=0.3)
    start = time.monotonic()
    assert party.redeem(callback).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_no_answer_ends_with_the_client_that_leaves(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional, igc: TestIgc
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    psc.fails_with("sans-reponse")
    before = psc.mark()
    with pytest.raises(requests.exceptions.Timeout):
        requests.post(
            f"{psc.issuer}/protocol/openid-connect/token",
            data={
                "grant_type": "authorization_code",
                "code": query_of(callback)["code"],
                "redirect_uri": "https://127.0.0.1:9/psc/callback",
            },
            auth=(party.client.client_id, party.client.client_secret),
            verify=str(igc.chain),
            timeout=0.5,
        )
    call = psc.wait_for_call("token", 5.0, before)
    assert (call.status, call.fault) == (0, "sans-reponse")


def test_a_fault_touches_the_professional_that_it_names(
    psc: PscSimulator,
    browser: Browser,
    party: Party,
    doctor: Professional,
    nurse: Professional,
) -> None:
    psc.fails_with("alg-none", doctor)
    asked = {"prompt": "login"}
    assert part(tokens_of(browser, party, nurse, **asked)["id_token"], 0)["alg"] == "RS256"
    assert part(tokens_of(browser, party, doctor, **asked)["id_token"], 0)["alg"] == "none"
    psc.works(doctor)
    assert part(tokens_of(browser, party, doctor, **asked)["id_token"], 0)["alg"] == "RS256"


def test_a_request_that_is_wrong_by_itself_is_told_so_under_a_fault(
    psc: PscSimulator, party: Party
) -> None:
    psc.fails_with("indisponible")
    answer = party.call("token", grant_type="authorization_code", code="inventé")
    assert answer.json()["error"] == "invalid_grant"
    assert psc.calls[-1].fault == ""


def test_an_unknown_fault_is_refused_with_the_nearest_name(psc: PscSimulator) -> None:
    with pytest.raises(ConfigurationProblem, match="Vouliez-vous dire « nonce-faux »"):
        psc.fails_with("nonce-fau")


def test_every_fault_says_what_it_does() -> None:
    for fault in FAULTS.values():
        hooks = (fault.callback, fault.id_token, fault.userinfo, fault.answer)
        assert sum(one is not None for one in hooks) == 1
        assert fault.description.endswith(".")
