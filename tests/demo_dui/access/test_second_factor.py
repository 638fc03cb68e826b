"""Second factors over real sockets: each check passes healthy and fails under its faults."""

from __future__ import annotations

import re
from typing import Any

import requests

from tests.demo_dui.access.checks import healthy_and_broken

MAIL, PHONE = "zoe@banc.example.org", "+33639980001"
OTHER_MAIL = "noe@banc.example.org"


def begun(counter: Any, account: Any) -> Any:
    """A visitor who gave the first factor."""
    visitor = counter.visitor()
    visitor.sign_in(account.login, account.password)
    return visitor


def is_open(visitor: Any, path: str) -> bool:
    """True when an address really gives what it holds."""
    url = f"{visitor.dui.url}{path}"
    answer = visitor.session.get(url, allow_redirects=False, timeout=10)
    return bool(answer.status_code == 200)


def by_mail(counter: Any, login: str = "zoe", address: str = MAIL) -> Any:
    return counter.patient(login, second_factor="courriel", email=address)


def code_is_asked_and_first_factor_opens_nothing(counter: Any) -> None:
    account = counter.patient()
    visitor = begun(counter, account)
    assert visitor.path == "/login/second-facteur"
    for path in ("/compte", f"/accounts/{account.id}", "/compte/mot-de-passe", "/"):
        assert not is_open(visitor, path), path
    path = f"{counter.dui.url}/api/accounts/{account.id}"
    assert visitor.session.get(path, timeout=10).status_code == 401
    visitor.give_code(counter.code(account))
    assert visitor.path == f"/accounts/{account.id}"
    for path in ("/compte", f"/accounts/{account.id}", f"/api/accounts/{account.id}"):
        assert is_open(visitor, path), path


def wrong_code_is_refused(counter: Any) -> None:
    account = counter.patient()
    visitor = begun(counter, account)
    wrong = f"{(int(counter.code(account)) + 1) % 10**6:06d}"
    assert visitor.give_code(wrong).status_code == 401 and visitor.alert
    assert not visitor.is_in


def old_totp_code_is_refused_and_neighbours_pass(counter: Any) -> None:
    account = counter.patient()
    visitor = begun(counter, account)
    visitor.give_code(counter.code(account, -6))
    assert not visitor.is_in
    visitor.give_code(counter.code(account, -1))
    assert visitor.is_in


def old_sent_code_is_refused(counter: Any) -> None:
    visitor = begun(counter, by_mail(counter))
    code = counter.messages.code(MAIL)
    counter.later(301)
    visitor.give_code(code)
    assert not visitor.is_in


def code_before_a_new_sending_is_refused(counter: Any) -> None:
    visitor = begun(counter, by_mail(counter))
    former = counter.messages.code(MAIL)
    visitor.post("/login/second-facteur", resend="1")
    fresh = counter.messages.code(MAIL)
    visitor.give_code(former)
    assert fresh == former or not visitor.is_in
    visitor.give_code(fresh)
    assert visitor.is_in


def totp_code_serves_once(counter: Any) -> None:
    account = counter.patient()
    first, second = begun(counter, account), begun(counter, account)
    code = counter.code(account)
    first.give_code(code)
    assert first.is_in
    second.give_code(code)
    assert not second.is_in
    second.give_code(counter.code(account, 1))
    assert second.is_in


def sent_code_serves_once(counter: Any) -> None:
    account = by_mail(counter)
    first = begun(counter, account)
    code = counter.messages.code(MAIL)
    first.give_code(code)
    assert first.is_in
    second = begun(counter, account)
    fresh = counter.messages.code(MAIL)
    second.give_code(code)
    assert fresh == code or not second.is_in


def code_of_another_is_refused(counter: Any) -> None:
    for mine, other in (
        (counter.patient("zoe"), counter.patient("noe")),
        (by_mail(counter, "ana"), by_mail(counter, "leo", OTHER_MAIL)),
    ):
        visitor, owner = begun(counter, mine), begun(counter, other)
        if mine.secret:
            code = counter.code(other)
        else:
            counter.messages.code(MAIL)
            code = counter.messages.code(OTHER_MAIL)
        visitor.give_code(code)
        assert not visitor.is_in
        owner.give_code(code)
        assert owner.is_in


def tries_are_limited_from_one_session_to_the_next(counter: Any) -> None:
    account = counter.patient()
    wrong = f"{(int(counter.code(account)) + 1) % 10**6:06d}"
    visitor = begun(counter, account)
    for turn in range(10):
        if turn % 3 == 0:
            visitor = begun(counter, account)
        visitor.give_code(wrong)
    visitor = begun(counter, account)
    assert "bloqué" in visitor.alert
    visitor.give_code(counter.code(account))
    assert not visitor.is_in


def cookie_of_before_opens_nothing(counter: Any) -> None:
    account = counter.patient()
    visitor = begun(counter, account)
    early = visitor.cookies
    visitor.give_code(counter.code(account))
    assert visitor.is_in and visitor.cookies != early
    thief = visitor.thief(early)
    assert not thief.is_in and not is_open(thief, f"/api/accounts/{account.id}")


def enrolment_wants_a_right_code(counter: Any) -> None:
    account = counter.patient(second_factor=None)
    visitor = begun(counter, account)
    assert visitor.path == "/compte/second-facteur" and not visitor.is_in
    visitor.post("/compte/second-facteur", kind="totp")
    account.secret = visitor.reads("Clé à saisir dans l'application")
    wrong = f"{(int(counter.code(account)) + 1) % 10**6:06d}"
    assert visitor.post("/compte/second-facteur", code=wrong).status_code == 422
    assert visitor.alert and not visitor.is_in
    visitor.post("/compte/second-facteur", code=counter.code(account))
    assert len(visitor.reads("Codes de secours").split()) == 8 and visitor.is_in


def lost(counter: Any, account: Any, recovery_code: str) -> Any:
    visitor = counter.visitor()
    visitor.post(
        "/acces/appareil-perdu",
        username=account.login,
        password=account.password,
        recovery_code=recovery_code,
    )
    return visitor


def lost_device_is_replaced_with_a_recovery_code(counter: Any) -> None:
    account = counter.patient()
    inside = counter.enter(account)
    visitor = lost(counter, account, account.recovery[0])
    assert visitor.path == "/compte/second-facteur" and not visitor.is_in and not inside.is_in
    old = account.secret
    visitor.post("/compte/second-facteur", kind="totp")
    account.secret = visitor.reads("Clé à saisir dans l'application")
    visitor.post("/compte/second-facteur", code=counter.code(account))
    assert visitor.is_in
    new, account.secret = account.secret, old
    assert not counter.enter(account).is_in
    account.secret = new
    assert counter.enter(account).is_in


def recovery_code_serves_once(counter: Any) -> None:
    account = counter.patient()
    assert lost(counter, account, "AAAA-AAAA-AAAA-AAAA").page.status_code == 401
    code = account.recovery[0]
    assert lost(counter, account, code.lower().replace("-", " ")).page.status_code == 200
    assert lost(counter, account, code).page.status_code == 401


CHECKS: dict[Any, str] = {
    code_is_asked_and_first_factor_opens_nothing: (
        "second-facteur-jamais-demande second-facteur-page-contournable "
        "second-facteur-compte-ouvert second-facteur-api-contournable"
    ),
    wrong_code_is_refused: "second-facteur-code-faux-accepte",
    old_totp_code_is_refused_and_neighbours_pass: "second-facteur-code-perime",
    old_sent_code_is_refused: "second-facteur-code-envoye-perime",
    code_before_a_new_sending_is_refused: "second-facteur-renvoi-garde-ancien",
    totp_code_serves_once: "second-facteur-code-rejoue",
    sent_code_serves_once: "second-facteur-code-envoye-rejoue",
    code_of_another_is_refused: "second-facteur-code-d-autrui",
    tries_are_limited_from_one_session_to_the_next: (
        "second-facteur-essais-illimites second-facteur-essais-douze"
    ),
    cookie_of_before_opens_nothing: "second-facteur-cookie-garde",
    enrolment_wants_a_right_code: "second-facteur-enrolement-sans-preuve",
    lost_device_is_replaced_with_a_recovery_code: (
        "second-facteur-ancien-appareil-vivant second-facteur-nouveau-perdu"
    ),
    recovery_code_serves_once: "second-facteur-secours-reutilisable",
}
test_healthy, test_fault_breaks_its_check = healthy_and_broken(CHECKS)


def test_sms_is_a_second_factor_and_proves_the_number(counter: Any) -> None:
    account = counter.patient(second_factor="sms", phone=PHONE)
    visitor = begun(counter, account)
    visitor.give_code(counter.messages.code(PHONE))
    assert visitor.is_in
    visitor.get("/compte")
    assert visitor.reads("Téléphone") == PHONE
    assert visitor.reads("Contacts vérifiés") == "téléphone"


def test_sendings_are_limited(counter: Any) -> None:
    visitor = begun(counter, by_mail(counter))
    statuses = [visitor.post("/login/second-facteur", resend="1").status_code for _ in range(11)]
    assert 429 in statuses and statuses[0] == 200
    while not counter.messages.box(MAIL).empty():
        counter.messages.box(MAIL).get()


def test_a_sent_factor_must_have_been_verified_once_signed_in(counter: Any) -> None:
    visitor = counter.enter(counter.patient(email=MAIL))
    refused = visitor.post("/compte/second-facteur", kind="courriel")
    assert refused.status_code == 422 and "Vérifiez d" in visitor.alert
    assert visitor.post("/compte/second-facteur", kind="empreinte").status_code == 422
    assert counter.messages.box(MAIL).empty()


def test_secrets_are_never_traced(counter: Any) -> None:
    account = counter.patient()
    visitor = begun(counter, account)
    code = counter.code(account)
    visitor.give_code(code)
    lost(counter, account, account.recovery[0])
    told = requests.get(
        f"{counter.dui.url}/api/journal",
        auth=("pro.martin", "mot-de-passe-fictif"),
        verify=counter.dui.http.verify,
        timeout=10,
    ).text
    assert "zoe" in told
    for secret in (
        account.password,
        account.secret,
        account.recovery[0],
        *visitor.cookies.values(),
    ):
        assert secret not in told
    assert not re.search(rf"(?<!\d){code}(?!\d)", told)
