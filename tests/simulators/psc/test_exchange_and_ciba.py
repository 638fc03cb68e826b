"""Introspection, token exchange over mutual TLS, CIBA in poll mode."""

from __future__ import annotations

import pytest

from harness.model.problems import Inconclusive
from harness.model.professional import Professional
from harness.simulators.psc import PscSimulator
from tests.simulators.psc.browser import Browser, Party

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
CIBA = "urn:openid:params:grant-type:ciba"


@pytest.fixture
def tokens(browser: Browser, party: Party, doctor: Professional) -> dict[str, str]:
    return dict(party.redeem(browser.sign_in(party.authorization(), doctor)).json())


def test_introspection_names_the_person_for_an_access_token_only(
    psc: PscSimulator, party: Party, doctor: Professional, tokens: dict[str, str]
) -> None:
    access = party.call("token/introspect", token=tokens["access_token"]).json()
    refresh = party.call("token/introspect", token=tokens["refresh_token"]).json()
    assert access["active"] is refresh["active"] is True
    assert access["SubjectNameID"] == doctor.national_id
    assert "SubjectNameID" not in refresh
    psc.clock.advance(121)
    late = party.call("token/introspect", token=tokens["access_token"]).json()
    assert late == {"active": False}


def test_introspection_wants_a_client_and_post(party: Party, tokens: dict[str, str]) -> None:
    form = {"token": tokens["access_token"]}
    assert party.call("token/introspect", secret="", **form).status_code == 401
    assert party.call("token/introspect", method="GET", **form).status_code == 405
    assert party.call("token/introspect", token="inventé").json() == {"active": False}


def test_an_exchange_gives_a_token_bound_to_the_certificate(
    psc: PscSimulator, party: Party, tokens: dict[str, str]
) -> None:
    form = {
        "grant_type": EXCHANGE,
        "subject_token": tokens["access_token"],
        "subject_token_type": ACCESS,
        "audience": "api-du-banc",
    }
    bare = party.call("token", **form)
    assert bare.json()["error"] == "invalid_request"
    assert "mTLS" in bare.json()["error_description"]

    answer = party.call("token", certificate=True, **form).json()
    assert (answer["issued_token_type"], answer["token_type"]) == (ACCESS, "Bearer")
    told = party.call("token/introspect", token=answer["access_token"]).json()
    call = next(one for one in reversed(psc.calls) if one.endpoint == "token")
    assert told["aud"] == "api-du-banc"
    assert told["cnf"] == {"x5t#S256": call.answered["cnf"]}
    # What is exchanged opens the API, not UserInfo.
    assert party.userinfo(answer["access_token"], certificate=True).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"subject_token": "inventé"}, "invalid_grant"),
        ({"subject_token_type": "urn:autre"}, "invalid_request"),
        ({"audience": ""}, "invalid_target"),
    ],
)
def test_a_wrong_exchange_is_refused(
    party: Party, tokens: dict[str, str], changes: dict[str, str], error: str
) -> None:
    form = {
        "grant_type": EXCHANGE,
        "subject_token": tokens["access_token"],
        "subject_token_type": ACCESS,
        "audience": "api-du-banc",
        **changes,
    }
    assert party.call("token", certificate=True, **form).json()["error"] == error


def test_an_ended_token_is_not_exchanged(
    psc: PscSimulator, party: Party, tokens: dict[str, str]
) -> None:
    psc.clock.advance(121)
    form = {"subject_token": tokens["access_token"], "subject_token_type": ACCESS}
    answer = party.call(
        "token", certificate=True, grant_type=EXCHANGE, audience="api-du-banc", **form
    )
    assert answer.json()["error"] == "invalid_grant"


def ask(party: Party, who: Professional) -> dict[str, str]:
    answer = party.call(
        "ext/ciba/auth",
        scope="openid scope_all",
        acr_values="eidas1",
        login_hint=who.national_id,
        binding_message="42",
    )
    assert answer.status_code == 200
    return {"grant_type": CIBA, "auth_req_id": answer.json()["auth_req_id"]}


def test_ciba_waits_for_the_professional(
    psc: PscSimulator, party: Party, nurse: Professional
) -> None:
    poll = ask(party, nurse)
    assert party.call("token", **poll).json()["error"] == "authorization_pending"
    assert party.call("token", **poll).json()["error"] == "slow_down"
    psc.clock.advance(11)
    psc.approves(nurse)
    tokens = party.call("token", **poll).json()
    known = party.userinfo(tokens["access_token"]).json()
    assert (known["SubjectNameID"], known["authMode"]) == (nurse.national_id, "MOBILE")
    assert party.call("token", **poll).json()["error"] == "invalid_grant"


def test_ciba_is_denied(psc: PscSimulator, party: Party, nurse: Professional) -> None:
    poll = ask(party, nurse)
    psc.denies(nurse)
    assert party.call("token", **poll).json()["error"] == "access_denied"


def test_ciba_expires(psc: PscSimulator, party: Party, nurse: Professional) -> None:
    poll = ask(party, nurse)
    psc.clock.advance(121)
    assert party.call("token", **poll).json()["error"] == "expired_token"
    with pytest.raises(Inconclusive, match="aucune demande CIBA"):
        psc.approves(nurse)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"login_hint": "899999999999"}, "unknown_user_id"),
        ({"login_hint": ""}, "invalid_request"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"secret": "faux"}, "invalid_client"),
    ],
)
def test_a_wrong_ciba_request_is_refused(
    party: Party, nurse: Professional, changes: dict[str, str], error: str
) -> None:
    form = {"scope": "openid", "login_hint": nurse.national_id, **changes}
    assert party.call("ext/ciba/auth", **form).json()["error"] == error
