"""PSC-01 tells a fresh value from a guessable one, and a reload from a second sign-in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.model.access import OidcCall, OidcReleve
from harness.model.check import Check
from harness.model.finding import Level
from harness.validators.engine import judge, rules_named

CALLBACK = "https://dui.example.org/psc/callback"
CLIENT = {"client_id": "dui", "redirect_uris": [CALLBACK], "pkce": True}
ASKED = {
    "response_type": "code",
    "client_id": "dui",
    "redirect_uri": CALLBACK,
    "scope": "openid scope_all",
    "acr_values": "eidas1",
    "state": "Zk3vQ8yT1mWc5RbN7xLd",
    "nonce": "pH2sGf9KjUq4VeXo6AiC",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}
OTHER = {"state": "m9BtYw4EzJr1HnSk8DgP", "nonce": "c5LxFv7QaOu2TiMy3RWd"}


def request(seq: int, sign_in: str, **changes: str) -> OidcCall:
    parameters = {**ASKED, **changes}
    return OidcCall(
        seq=seq,
        at="2026-03-02T09:15:00+00:00",
        endpoint="authorize",
        host="localhost:8444",
        method="GET",
        parameters=parameters,
        sign_in=sign_in,
    )


def findings(*calls: OidcCall, **client: Any) -> list[tuple[str, Level | None]]:
    releve = OidcReleve(
        "https://127.0.0.1:8443/auth", "https://localhost:8444/auth", {**CLIENT, **client}, calls
    )
    check = Check({"psc": releve.artefact("PSC")})
    (outcome,) = judge(check, rules_named("PSC-01"), named=False).outcomes
    assert outcome.examined == len(calls)
    return [(one.at.rpartition(", ")[2], one.level) for one in outcome.findings]


def test_two_fresh_requests_are_right() -> None:
    assert findings(request(1, "a"), request(4, "b", **OTHER)) == []


def test_a_reloaded_page_is_the_same_sign_in() -> None:
    both = [("state", None), ("nonce", None)]
    granted = replace(request(1, "a"), answered={"code": "[code:1]"})
    assert findings(request(1, "a"), request(2, "b")) == []
    assert findings(granted, request(2, "b")) == both
    other = {"code_challenge": "x" * 43}
    assert findings(request(1, "a"), request(2, "b", **other)) == both
    # Without a sign-in to tell them apart, a repeated value is a repeated value.
    assert findings(request(1, ""), request(2, "")) == both


@pytest.mark.parametrize(
    ("former", "now", "wrong"),
    [
        ("a8f5f167f44f4964", "0cc175b9c0f1b6a8", False),
        (
            "eyJhbGciOiJIUzI1NiJ9.cH2sGf9K.Zk3vQ8yT1m",
            "eyJhbGciOiJIUzI1NiJ9.c5LxFv7Q.m9BtYw4E",
            False,
        ),
        ("1772442900001-session", "1772442900417-session", True),
        ("0b5e3a52-6c1f-4f4e-9d0a-000000000001", "0b5e3a52-6c1f-4f4e-9d0a-000000000002", True),
        ("session-de-Claire", "session-de-Claire", True),
    ],
)
def test_a_value_must_change_by_more_than_a_counter(former: str, now: str, wrong: bool) -> None:
    second = {**OTHER, "state": now}
    found = findings(request(1, "a", state=former), request(2, "b", **second))
    assert found == ([("state", None)] if wrong else [])


@pytest.mark.parametrize("value", ["", "abcdef", "aaaaaaaaaaaaaaaaaaaa", "0101010101010101"])
def test_a_guessable_value_is_refused(value: str) -> None:
    assert findings(request(1, "a", nonce=value)) == [("nonce", None)]


def test_pkce_is_a_warning_and_only_when_offered() -> None:
    assert findings(request(1, "a", code_challenge="", code_challenge_method="")) == [
        ("code_challenge", Level.WARNING)
    ]
    assert findings(request(1, "a", code_challenge_method=""), pkce=False) == []


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ("redirect_uri", CALLBACK + "/"),
        ("redirect_uri", CALLBACK.upper()),
        ("scope", "openid"),
        ("scope", "scope_all openid"),
        ("scope", "openid scope_all offline_access"),
        ("acr_values", "eidas1 eidas2"),
    ],
)
def test_addresses_and_levels_are_compared_to_the_letter(changed: str, value: str) -> None:
    accepted = changed == "scope" and "scope_all" in value
    assert findings(request(1, "a", **{changed: value})) == ([] if accepted else [(changed, None)])
