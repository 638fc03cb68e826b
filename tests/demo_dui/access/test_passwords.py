"""Passwords over real sockets: strength, renewal, recovery, privileged accounts, revocation."""

from __future__ import annotations

from typing import Any

from tests.demo_dui.access.checks import healthy_and_broken

ADDRESS = "alice@banc.example.org"
STRONG, STRONGER, PATIENT_STRONG = "Sapin-Bleu-42", "Cerise-Noire-58", "48151623"
PRIVILEGED = ("Grand-Sapin-Bleu-42", "Petit-Sapin-Vert-57", "Vieux-Chêne-Roux-68")


def changed(visitor: Any, old: str, new: str) -> bool:
    """Change a password; True when it was accepted."""
    form = {"old_password": old, "new_password": new, "confirm": new}
    answer = visitor.post("/compte/mot-de-passe", **form)
    accepted = bool(answer.status_code == 200)
    assert (bool(visitor.notice), bool(visitor.alert)) == (accepted, not accepted)
    return accepted


def weak_passwords_of_professionals_are_refused(counter: Any) -> None:
    visitor = counter.enter(counter.professional())
    for weak in ("aB3$eF7", "abcd1234", "481516234215162", "sapinbleux", ""):
        assert not changed(visitor, STRONG, weak), weak
    for strong in ("aB3$eF7h", "4815162342151623", "sapinbleuvert"):
        assert changed(visitor, STRONG, strong), strong
        assert changed(visitor, strong, STRONG)


def weak_passwords_of_patients_are_refused(counter: Any) -> None:
    visitor = counter.enter(counter.patient())
    for weak in ("4815162", "sapin", "aB3$"):
        assert not changed(visitor, PATIENT_STRONG, weak), weak
    assert changed(visitor, PATIENT_STRONG, "15162342")


def weak_passwords_are_refused_by_the_api_too(counter: Any) -> None:
    assert counter.professional(password="abcd1234").answer.status_code == 422
    assert counter.patient(password="4815162").answer.status_code == 422
    assert counter.patient().answer.status_code == 201


def renewed_password_replaces_the_old_one(counter: Any) -> None:
    account = counter.professional()
    visitor = counter.enter(account)
    other = counter.enter(account)
    assert changed(visitor, STRONG, STRONGER) and visitor.is_in and not other.is_in
    assert not counter.enter(account).is_in
    assert counter.enter(account, STRONGER).is_in
    assert not changed(visitor, STRONG, "Autre-Secret-77")


def renewal_is_imposed_before_anything_opens(counter: Any) -> None:
    counter.sets(renewal_days={"mot-de-passe-professionnel": 30})
    account = counter.professional()
    assert counter.enter(account).is_in
    counter.later(31 * 86_400)
    visitor = counter.enter(account)
    assert visitor.path == "/compte/renouvellement" and not visitor.is_in
    assert visitor.session.get(f"{counter.dui.url}/api/patients", timeout=10).status_code == 401
    basic = counter.dui.call("GET", "/api/patients", auth=(account.login, STRONG))
    assert basic.status_code == 401
    for wrong in (STRONG, "abcd1234"):
        refused = visitor.post("/compte/renouvellement", new_password=wrong, confirm=wrong)
        assert refused.status_code == 422 and visitor.alert
    visitor.post("/compte/renouvellement", new_password=STRONGER, confirm=STRONGER)
    assert visitor.is_in and counter.enter(account, STRONGER).is_in


def recovery_link_serves_once_and_not_for_long(counter: Any) -> None:
    account = counter.professional()
    counter.verified(account, ADDRESS)
    visitor = counter.visitor()
    told = [visitor.post("/acces/recuperation", username=who).text for who in ("alice", "bob")]
    assert told[0] == told[1] and visitor.notice
    link = counter.messages.link(ADDRESS)
    assert visitor.get(link).status_code == 200
    assert visitor.post(link, new_password="faible", confirm="faible").status_code == 422
    assert visitor.post(link, new_password=STRONGER, confirm=STRONGER).status_code == 200
    assert counter.enter(account, STRONGER).is_in and not counter.enter(account).is_in
    assert visitor.post(link, new_password=STRONG, confirm=STRONG).status_code == 410
    assert visitor.alert and not counter.enter(account).is_in


def administrators_have_a_policy_of_their_own(counter: Any) -> None:
    for weak in (STRONG, "Grand-Sapin-42", "Grand-Sapin-Bleu"):
        refused = counter.professional("admin2", profile="administrateur", password=weak)
        assert refused.answer.status_code == 422, weak
    account = counter.professional("admin2", profile="administrateur", password=PRIVILEGED[0])
    visitor, present = counter.enter(account), PRIVILEGED[0]
    for new in PRIVILEGED[1:]:
        assert changed(visitor, present, new)
        present = new
    assert not changed(visitor, present, PRIVILEGED[0])


CHECKS: dict[Any, str] = {
    weak_passwords_of_professionals_are_refused: (
        "mdp-sans-controle mdp-sept-caracteres mdp-deux-classes mdp-quinze-chiffres "
        "mdp-dix-minuscules"
    ),
    weak_passwords_of_patients_are_refused: "mdp-sans-controle mdp-usager-sept-chiffres",
    weak_passwords_are_refused_by_the_api_too: "mdp-sans-controle",
    renewed_password_replaces_the_old_one: (
        "renouvellement-ancien-accepte renouvellement-nouveau-perdu"
    ),
    renewal_is_imposed_before_anything_opens: (
        "renouvellement-impose-absent renouvellement-impose-contournable renouvellement-en-boucle"
    ),
    recovery_link_serves_once_and_not_for_long: "recuperation-lien-reutilisable",
    administrators_have_a_policy_of_their_own: (
        "mdp-privilegie-ordinaire mdp-privilegie-quatorze mdp-privilegie-trois-classes "
        "mdp-privilegie-reemploi"
    ),
}
test_healthy, test_fault_breaks_its_check = healthy_and_broken(CHECKS)


def test_an_old_second_factor_is_renewed_before_anything_opens(counter: Any) -> None:
    counter.sets(renewal_days={"totp": 30})
    account = counter.patient()
    counter.later(31 * 86_400)
    visitor = counter.enter(account)
    assert visitor.path == "/compte/renouvellement" and not visitor.is_in
    former, account.secret = account.secret, visitor.reads("Clé à saisir dans l'application")
    assert account.secret != former
    visitor.post("/compte/renouvellement", code=counter.code(account))
    assert visitor.reads("Codes de secours") and visitor.is_in
    assert counter.enter(account).is_in


def test_recovery_dies_of_age_and_needs_a_mail_server(counter: Any, start: Any) -> None:
    account = counter.professional()
    counter.verified(account, ADDRESS)
    counter.visitor().post("/acces/recuperation", username=account.login)
    link = counter.messages.link(ADDRESS)
    counter.later(901)
    assert counter.visitor().get(link).status_code == 410
    without = start()
    form = {"username": "pro.martin"}
    answer = without.browser().post(f"{without.url}/acces/recuperation", data=form, timeout=10)
    assert answer.status_code == 503 and '<p role="alert">' in answer.text


def test_a_link_never_leads_to_the_host_of_a_forged_request(counter: Any) -> None:
    account = counter.professional()
    counter.verified(account, ADDRESS)
    counter.visitor().session.post(
        f"{counter.dui.url}/acces/recuperation",
        data={"username": account.login},
        headers={"Host": "pirate.example.org"},
        timeout=10,
    )
    assert counter.messages.link(ADDRESS).startswith(f"{counter.dui.url}/acces/")


def test_the_mailbox_alone_never_gives_both_factors(counter: Any) -> None:
    account = counter.patient(second_factor="courriel", email=ADDRESS)
    visitor = counter.visitor()
    visitor.sign_in(account.login, account.password)
    visitor.give_code(counter.messages.code(ADDRESS))
    visitor.post("/acces/recuperation", username=account.login)
    link = counter.messages.link(ADDRESS)
    new = {"new_password": "15162342", "confirm": "15162342"}
    assert visitor.post(link, **new).status_code == 422
    assert visitor.post(link, **new, recovery_code=account.recovery[3]).status_code == 200


def test_a_promoted_professional_must_choose_a_privileged_password(counter: Any) -> None:
    account = counter.professional()
    path = f"/api/professionals/{account.id}"
    assert counter.call("PUT", path, json={"profile": "administrateur"}).status_code == 200
    visitor = counter.enter(account)
    assert visitor.path == "/compte/renouvellement"
    new = PRIVILEGED[0]
    visitor.post("/compte/renouvellement", new_password=new, confirm=new)
    assert visitor.is_in
