"""A refusal proves nothing unless the plain sign-in opened and the fault was really served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.model.access import ACTIVITY, AccessReleve, OidcCall, OidcReleve, Reached
from harness.model.check import Check
from harness.model.psc_cases import ID_TOKEN_FAULTS, PscCase
from harness.validators.engine import judge, rules_named

CLOSED = Reached("/patients", "page", 303, open=False)
OPEN = Reached("/api/patients", "api", 200, open=True)
CONTROL = AccessReleve(
    "899700000013", ("psc",), "ouvert", "2026-03-02T09:15:00+00:00", reached=(OPEN,)
)
TOKEN = OidcCall(
    seq=2,
    at="2026-03-02T09:15:01+00:00",
    endpoint="token",
    host="127.0.0.1:8443",
    method="POST",
    parameters={"grant_type": "authorization_code", "code": "[code:1]"},
    client_auth="client_secret_basic",
    status=200,
    answered={"expires_in": "120", "acr": "eidas1", "sub": "f:1"},
    sign_in="a",
)


def attempt(
    case: str, *, opened: bool, message: str = "refus", stage: str = "refus"
) -> AccessReleve:
    return replace(
        CONTROL,
        case=case,
        stage="ouvert" if opened else stage,
        message="" if opened else message,
        reached=(CLOSED, OPEN) if opened else (CLOSED,),
    )


def judged(
    rule: str,
    *calls: OidcCall,
    attempt: AccessReleve | None = None,
    control: AccessReleve = CONTROL,
    **expected: object,
) -> tuple[int, list[str]]:
    psc = OidcReleve("https://127.0.0.1:8443/r", "https://localhost:8444/auth", {}, calls)
    artefacts = {"psc": psc.artefact("PSC"), "control": control.artefact("jumeau")}
    if attempt is not None:
        artefacts["attempt"] = attempt.artefact("tentative")
    (outcome,) = judge(Check(artefacts, expected), rules_named(rule), named=False).outcomes
    return outcome.examined, [one.found for one in outcome.errors]


@pytest.mark.parametrize("case", sorted(ID_TOKEN_FAULTS))
def test_a_faulty_id_token_is_judged_once_it_was_served(case: str) -> None:
    served = replace(TOKEN, fault=case)
    assert judged("PSC-03", TOKEN, attempt=attempt(case, opened=True)) == (0, [])
    assert judged("PSC-03", served, attempt=attempt(case, opened=False)) == (1, [])
    examined, found = judged("PSC-03", served, attempt=attempt(case, opened=True))
    assert examined == 1
    assert found == ["ouverte (statut 200)"]


def test_a_target_that_refuses_everybody_proves_nothing() -> None:
    down = attempt("", opened=False)
    served = replace(TOKEN, fault="alg-none")
    refused = attempt("alg-none", opened=False)
    assert judged("PSC-03", served, attempt=refused, control=down) == (0, [])


def test_a_higher_level_is_judged_only_when_it_was_given() -> None:
    case = PscCase.HIGHER_ACR
    card = replace(TOKEN, answered={**TOKEN.answered, "acr": "eidas3"})
    assert judged("PSC-03", TOKEN, attempt=attempt(case, opened=False))[0] == 0
    assert judged("PSC-03", card, attempt=attempt(case, opened=True)) == (1, [])
    assert len(judged("PSC-03", card, attempt=attempt(case, opened=False))[1]) == 1


@pytest.mark.parametrize(
    ("lapsed", "later", "examined", "errors"),
    [
        (119, (), 0, 0),
        (121, (), 1, 1),
        (121, ("refresh_token",), 1, 0),
        (121, ("urn:ietf:params:oauth:grant-type:token-exchange",), 1, 1),
    ],
)
def test_refresh_is_due_once_the_token_is_over(
    lapsed: int, later: tuple[str, ...], examined: int, errors: int
) -> None:
    calls = [replace(TOKEN, seq=5, parameters={"grant_type": one}) for one in later]
    found = judged("PSC-04", TOKEN, *calls, lapsed=lapsed)
    assert (found[0], len(found[1])) == (examined, errors)


def test_a_refresh_of_another_sign_in_is_not_ours() -> None:
    other = replace(TOKEN, seq=5, sign_in="b", parameters={"grant_type": "refresh_token"})
    assert len(judged("PSC-04", TOKEN, other, lapsed=121)[1]) == 1


def test_a_code_may_be_presented_again_only_after_no_answer() -> None:
    again = replace(TOKEN, seq=3)
    assert len(judged("PSC-02", TOKEN, again)[1]) == 1
    assert judged("PSC-02", replace(TOKEN, fault="sans-reponse", status=0), again)[1] == []


def test_a_refusal_ends_by_a_page_that_says_so() -> None:
    served = replace(TOKEN, fault="jeton-refuse")
    mute = attempt("jeton-refuse", opened=False, message="")
    assert len(judged("PSC-02", served, attempt=mute)[1]) == 1
    assert judged("PSC-02", served, attempt=attempt("jeton-refuse", opened=False))[1] == []
    assert judged("PSC-02", served, attempt=attempt("jeton-refuse", opened=True))[1]


def test_a_slow_answer_may_open() -> None:
    served = replace(TOKEN, fault="reponse-lente")
    assert judged("PSC-02", served, attempt=attempt("reponse-lente", opened=True)) == (2, [])


def test_renaming_is_judged_once_two_subs_were_served() -> None:
    case = PscCase.RENAMED
    other = replace(TOKEN, seq=6, parameters={}, answered={"sub": "f:2"}, sign_in="b")
    assert judged("PSC-05", TOKEN, attempt=attempt(case, opened=False))[0] == 0
    assert len(judged("PSC-05", TOKEN, other, attempt=attempt(case, opened=False))[1]) == 1


def test_the_first_activity_is_never_taken_in_silence() -> None:
    case, offered = PscCase.SEVERAL, ["ESMS FICTIF 1", "CABINET FICTIF 2"]
    chosen = replace(CONTROL, account={"activity": "Cabinet fictif 2 (SA07)"})
    wanted = {"activities": offered, "chosen": offered[1]}
    asked = attempt(case, opened=False, message="", stage=ACTIVITY)
    assert judged("PSC-07", attempt=asked, control=chosen, **wanted) == (1, [])
    taken = attempt(case, opened=True)
    assert len(judged("PSC-07", attempt=taken, control=chosen, **wanted)[1]) == 1
    assert judged("PSC-07", attempt=asked, control=chosen, activities=offered[:1])[0] == 0
