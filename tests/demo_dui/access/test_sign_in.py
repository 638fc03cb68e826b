"""Lock-out, reopening, sign-out, idleness, matricule, delays: each check fails under its faults.

A check is a function that raises AssertionError when the behaviour is not there. Healthy, all
pass; under each seeded fault named beside it, the check must fail.
"""

from __future__ import annotations

from typing import Any

import pytest

MATRICULE = "279035121518989"


def failures_lock_even_for_the_right_secret(counter: Any) -> None:
    account = counter.professional()
    visitor = counter.visitor()
    for _ in range(5):
        assert visitor.sign_in(account.login, "Faux-Secret-12").status_code in {401, 403}
    refused = visitor.sign_in(account.login, account.password)
    assert refused.status_code == 403 and "bloqué" in visitor.alert and not visitor.is_in
    basic = counter.dui.call("GET", "/api/patients", auth=(account.login, account.password))
    assert basic.status_code == 403
    assert [line["by"] for line in counter.traces("blocage de compte")] == [account.login]


def locked_account_reopens_after_the_delay(counter: Any) -> None:
    account = counter.professional()
    for _ in range(5):
        counter.visitor().sign_in(account.login, "Faux-Secret-12")
    counter.later(890)
    assert counter.visitor().sign_in(account.login, account.password).status_code == 403
    counter.later(20)
    visitor = counter.visitor()
    visitor.sign_in(account.login, account.password)
    assert visitor.is_in


def logout_kills_the_session(counter: Any) -> None:
    visitor = counter.enter(counter.patient())
    thief = visitor.thief()
    assert thief.is_in
    assert visitor.get("/logout").url.endswith("/login")
    assert not thief.is_in and not visitor.is_in


def idle_session_closes_and_activity_keeps_it(counter: Any) -> None:
    counter.sets(idle_seconds=600)
    visitor = counter.enter(counter.patient())
    for _ in range(3):
        counter.later(590)
        assert visitor.is_in
    counter.later(610)
    assert not visitor.is_in


def matricule_identifies_a_linked_account(counter: Any, insi: Any, desk: Any) -> None:
    account = counter.patient()
    patient_id = account.answer.json()["patient_id"]
    traits = {"birth_name": "PAT-SIX", "first_birth_given_name": "ZOE", "birth_given_names": "ZOE"}
    traits |= {"birth_date": "1988-05-17", "birth_place_code": "75056"}
    insi.will_answer(desk.found(**traits))
    called = counter.call("POST", f"/api/patients/{patient_id}/insi", "pro.martin", json={})
    assert called.json()["outcome"] == "updated"
    counter.call("POST", f"/api/accounts/{account.id}/link", "pro.martin", json={})
    visitor = counter.visitor()
    visitor.sign_in(MATRICULE, account.password)
    visitor.give_code(counter.code(account))
    assert visitor.is_in
    visitor.get("/compte")
    assert visitor.reads("Identifiant") == account.login
    assert visitor.reads("Identifiant national") == MATRICULE


def delays_are_shown_and_changed_on_the_page(counter: Any) -> None:
    visitor = counter.visitor()
    visitor.sign_in("pro.martin", "mot-de-passe-fictif")
    text = visitor.get("/settings").text.replace("&#39;", "'")
    for label in (
        "Déconnexion après inactivité (secondes)",
        "Blocage après échecs",
        "Durée de blocage (secondes)",
        "Renouvellement du mot de passe des usagers (jours)",
        "Renouvellement du mot de passe des professionnels (jours)",
    ):
        assert label in text, label
    form = {"section": "securite", "idle_seconds": "60", "renewal:totp": "9"}
    visitor.post("/settings", **form)
    kept = counter.call("GET", "/api/settings").json()
    assert (kept["idle_seconds"], kept["renewal_days"]["totp"]) == (60, 9)
    assert kept["renewal_days"]["mot-de-passe-usager"] == 365
    for wrong in ({"idle_seconds": 0}, {"renewal_days": {"x": 1}}, {"lock_after": True}):
        assert counter.call("PUT", "/api/settings", json=wrong).status_code == 422


CHECKS: dict[Any, str] = {
    failures_lock_even_for_the_right_secret: (
        "blocage-absent blocage-seuil-quadruple blocage-laisse-bon-secret blocage-rouvert-aussitot"
    ),
    locked_account_reopens_after_the_delay: "blocage-definitif",
    logout_kills_the_session: "deconnexion-cookie-vivant",
    idle_session_closes_and_activity_keeps_it: (
        "inactivite-jamais inactivite-delai-double inactivite-delai-moitie "
        "inactivite-depuis-connexion"
    ),
    matricule_identifies_a_linked_account: "matricule-refuse",
    delays_are_shown_and_changed_on_the_page: (
        "reglage-inactivite-absent reglage-renouvellement-absent"
    ),
}
PAIRS = [(fault, check) for check, faults in CHECKS.items() for fault in faults.split()]


def run(check: Any, counter: Any, insi: Any, desk: Any) -> None:
    more = (insi, desk) if check is matricule_identifies_a_linked_account else ()
    check(counter, *more)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_healthy(check: Any, counter: Any, insi: Any, desk: Any) -> None:
    run(check, counter, insi, desk)


@pytest.mark.parametrize(("fault", "check"), PAIRS, ids=lambda v: v if isinstance(v, str) else "")
def test_fault_breaks_its_check(fault: str, check: Any, counter: Any, insi: Any, desk: Any) -> None:
    counter.dui.fault(fault)
    with pytest.raises(AssertionError):
        run(check, counter, insi, desk)


def test_a_stranger_and_a_known_login_are_refused_alike(counter: Any) -> None:
    account = counter.professional()
    told = []
    for login in (account.login, "personne.inconnue"):
        visitor = counter.visitor()
        for _ in range(5):
            visitor.sign_in(login, "Faux-Secret-12")
        told.append((visitor.page.status_code, visitor.alert))
    assert told[0] == told[1]


def test_basic_is_for_professionals_with_nothing_left_to_do(counter: Any) -> None:
    patient, professional = counter.patient(), counter.professional()

    def status(account: Any) -> int:
        answer = counter.dui.call("GET", "/api/patients", auth=(account.login, account.password))
        return int(answer.status_code)

    assert (status(patient), status(professional)) == (401, 200)
    visitor = counter.enter(professional)
    visitor.post("/compte/second-facteur", kind="totp")
    professional.secret = visitor.reads("Clé à saisir dans l'application")
    visitor.post("/compte/second-facteur", code=counter.code(professional))
    assert status(professional) == 401


def test_the_clock_moves_for_the_keeper_alone_and_not_without_its_option(
    counter: Any, start: Any
) -> None:
    moved = counter.call("POST", "/api/test/clock", json={"offset": 60})
    assert moved.json()["offset"] == 60
    assert counter.traces("changement de paramètre")[-1]["at"][:16] < moved.json()["now"]
    for wrong in ("60", None, True, 1e15):
        refused = counter.call("POST", "/api/test/clock", json={"offset": wrong})
        assert refused.status_code == 422
    assert counter.call("POST", "/api/test/clock", "pro.martin", json={}).status_code == 403
    without = start()
    path = f"{without.url}/api/test/clock"
    answer = without.http.post(path, json={}, auth=("admin.leroy", "mot-de-passe-fictif"))
    assert answer.status_code == 404


def test_accounts_and_their_secrets_outlive_the_process(start: Any, tmp_path: Any) -> None:
    first = start("--state", str(tmp_path))
    form = {"old_password": "mot-de-passe-fictif", "new_password": "Sapin-Bleu-42"}
    session = first.signed_in("pro.durand")
    session.post(
        f"{first.url}/compte/mot-de-passe", data=form | {"confirm": "Sapin-Bleu-42"}, timeout=10
    )
    first.process.stdin.close()
    first.process.wait(timeout=10)
    kept = (tmp_path / "demo.sqlite").read_bytes()
    assert b"Sapin-Bleu-42" not in kept and b"scrypt$" in kept
    second = start("--state", str(tmp_path))
    assert "/patients" in second.signed_in("pro.durand", "Sapin-Bleu-42").get(second.url).url


def test_a_matricule_typed_in_vain_is_traced_shortened(counter: Any) -> None:
    counter.visitor().sign_in(MATRICULE, "48151623")
    (line,) = counter.traces("connexion")
    assert (line["by"], line["result"]) == ("2790…89", "échec")
    assert MATRICULE not in counter.call("GET", "/api/journal").text
