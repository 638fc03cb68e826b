"""How a client proves who it is at the back channel, and how a wrong one is refused."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from harness.model.problems import ConfigurationProblem
from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.psc import PscSimulator
from harness.targets.target_access import PscClient
from tests.simulators.psc.browser import AFTER_LOGOUT, CALLBACK, CLIENT, Browser, Party

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY = RSAKey.generate_key(2048, auto_kid=True)
BY_KEY = PscClient(
    client_id="dui-cle",
    auth_method="private_key_jwt",
    redirect_uris=(CALLBACK,),
    jwks=json.dumps({"keys": [KEY.as_dict(private=False)]}),
)
BY_CERTIFICATE = PscClient(
    client_id="dui-mtls", auth_method="tls_client_auth", redirect_uris=(CALLBACK,)
)


def registered(psc: PscSimulator, igc: TestIgc, client: PscClient) -> Party:
    psc.register(client)
    return Party(psc, igc, client)


def assertion(psc: PscSimulator, key: RSAKey = KEY, **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": BY_KEY.client_id,
        "sub": BY_KEY.client_id,
        "aud": f"{psc.issuer}/protocol/openid-connect/token",
        "jti": uuid.uuid4().hex,
        "exp": int(time.time()) + 60,
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    signed = jwt.encode({"alg": "RS256", "kid": key.kid}, kept, key)
    return {"secret": "", "client_assertion_type": ASSERTION, "client_assertion": signed}


def test_the_secret_goes_by_basic_or_in_the_form(
    psc: PscSimulator, browser: Browser, party: Party, doctor: Professional
) -> None:
    for form in (
        {},
        {"secret": "", "client_id": CLIENT.client_id, "client_secret": CLIENT.client_secret},
    ):
        before = psc.mark()
        callback = browser.sign_in(party.authorization(), doctor)
        assert party.redeem(callback, **form).status_code == 200
        call = psc.releve(before).calls[-1]
        assert call.client_auth == ("client_secret_post" if form else "client_secret_basic")
        assert CLIENT.client_secret not in repr(call)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"secret": "faux"}, "invalid_client"),
        ({"secret": ""}, "invalid_client"),
        ({"secret": "", "client_id": CLIENT.client_id, "client_secret": "faux"}, "invalid_client"),
        ({"secret": "", "client_id": "inconnu", "client_secret": "faux"}, "invalid_client"),
        ({"client_secret": CLIENT.client_secret}, "invalid_request"),
    ],
)
def test_a_wrong_secret_is_refused_and_the_code_still_serves(
    browser: Browser, party: Party, doctor: Professional, form: dict[str, str], error: str
) -> None:
    callback = browser.sign_in(party.authorization(), doctor)
    refused = party.redeem(callback, **form)
    assert refused.status_code in (400, 401)
    assert refused.json()["error"] == error
    assert party.redeem(callback).status_code == 200


def test_a_client_signs_its_assertion_with_its_key(
    psc: PscSimulator, igc: TestIgc, browser: Browser, doctor: Professional
) -> None:
    party = registered(psc, igc, BY_KEY)
    callback = browser.sign_in(party.authorization(), doctor)
    proof = assertion(psc)
    tokens = party.redeem(callback, **proof)
    assert tokens.status_code == 200
    assert psc.calls[-1].client_auth == "private_key_jwt"

    again = party.call(
        "token",
        grant_type="refresh_token",
        refresh_token=tokens.json()["refresh_token"],
        **proof,
    )
    assert again.json()["error"] == "invalid_client"
    assert "jti" in again.json()["error_description"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"aud": "https://ailleurs.invalid/token"}, "aud"),
        ({"exp": int(time.time()) - 120}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": int(time.time()) + 90000}, "exp"),
        ({"jti": None}, "jti"),
        ({"sub": "un-autre"}, "inconnu"),
        ({"iss": "un-autre"}, "iss"),
        ({"key": RSAKey.generate_key(2048, auto_kid=True)}, "signature"),
    ],
)
def test_a_wrong_assertion_is_refused(
    psc: PscSimulator, igc: TestIgc, changes: dict[str, Any], said: str
) -> None:
    party = registered(psc, igc, BY_KEY)
    answer = party.call("token", grant_type="authorization_code", **assertion(psc, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert said in answer.json()["error_description"]


def test_a_client_certificate_binds_the_tokens(
    psc: PscSimulator, igc: TestIgc, browser: Browser, doctor: Professional
) -> None:
    party = registered(psc, igc, BY_CERTIFICATE)
    callback = browser.sign_in(party.authorization(), doctor)
    form = {"secret": "", "client_id": BY_CERTIFICATE.client_id}
    assert party.redeem(callback, **form).json()["error"] == "invalid_client"

    tokens = party.redeem(callback, certificate=True, **form).json()
    call = psc.calls[-1]
    assert (call.client_auth, call.status) == ("tls_client_auth", 200)
    assert "CN=test-client" in call.certificate
    claims = jwt.decode(tokens["access_token"], psc_keys(psc, igc)).claims
    assert claims["cnf"] == {"x5t#S256": call.answered["cnf"]}
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.userinfo(tokens["access_token"], certificate=True).status_code == 200


def psc_keys(psc: PscSimulator, igc: TestIgc) -> Any:
    import requests
    from joserfc.jwk import KeySet

    certs = f"{psc.issuer}/protocol/openid-connect/certs"
    return KeySet.import_key_set(requests.get(certs, verify=str(igc.chain), timeout=10).json())


def test_each_client_must_authenticate_as_registered(psc: PscSimulator, igc: TestIgc) -> None:
    party = registered(psc, igc, BY_KEY)
    answer = party.call("token", grant_type="authorization_code", secret="un secret")
    assert answer.json()["error"] == "invalid_client"
    assert "private_key_jwt" in answer.json()["error_description"]


def test_a_certificate_of_another_authority_is_refused_and_said(
    psc: PscSimulator, igc: TestIgc
) -> None:
    import requests

    with pytest.raises(requests.exceptions.RequestException):
        requests.post(
            f"{psc.issuer}/protocol/openid-connect/token",
            cert=(str(igc.other_ca_cert), str(igc.client_key)),
            verify=str(igc.chain),
            timeout=10,
        )
    assert "autorité inconnue" in psc.refused[-1]


def test_a_code_of_another_client_is_refused(
    psc: PscSimulator, igc: TestIgc, browser: Browser, party: Party, doctor: Professional
) -> None:
    other = PscClient(
        client_id="un-autre-dui", client_secret="autre secret", redirect_uris=(CALLBACK,)
    )
    callback = browser.sign_in(party.authorization(), doctor)
    stranger = registered(psc, igc, other)
    assert stranger.redeem(callback).json()["error"] == "invalid_grant"
    assert psc.calls[-1].answered["code_state"] == "d'un autre client"
    assert party.redeem(callback).status_code == 200


def test_registering_again_replaces(psc: PscSimulator, browser: Browser, party: Party) -> None:
    moved = PscClient(
        client_id=CLIENT.client_id,
        client_secret=CLIENT.client_secret,
        redirect_uris=("https://127.0.0.1:9/ailleurs",),
        post_logout_redirect_uris=(AFTER_LOGOUT,),
    )
    psc.register(moved)
    assert psc.releve(psc.mark()).client["redirect_uris"] == ["https://127.0.0.1:9/ailleurs"]
    assert browser.get(party.authorization()).status_code == 400


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (PscClient(), "client_id"),
        (PscClient(client_id="a", client_secret="b"), "redirect_uris"),
        (PscClient(client_id="a", redirect_uris=(CALLBACK,)), "client_secret"),
        (
            PscClient(client_id="a", redirect_uris=(CALLBACK,), auth_method="private_key_jwt"),
            "jwks",
        ),
        (
            PscClient(
                client_id="a",
                redirect_uris=(CALLBACK,),
                auth_method="private_key_jwt",
                jwks='{"keys": [{"kty": "RSA"}]}',
            ),
            "jwks",
        ),
    ],
)
def test_a_client_that_could_never_authenticate_is_a_configuration_problem(
    psc: PscSimulator, client: PscClient, said: str
) -> None:
    with pytest.raises(ConfigurationProblem, match=said):
        psc.register(client)
