"""Life of accounts over real sockets: opening, contacts, identity, profile, revocation."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.demo_dui.access.checks import healthy_and_broken

ADDRESS, NEW_ADDRESS = "alice@banc.example.org", "alice.bis@banc.example.org"
PHONE = "+33639980002"
STRONG, STRONGER = "Sapin-Bleu-42", "Cerise-Noire-58"
SITE = "mot-de-passe-fictif"


def asked_means(visitor: Any, means: str) -> None:
    """Revoke a means of who is signed in."""
    answer = visitor.post("/compte/moyens", means=means)
    assert answer.status_code == 200 and visitor.notice, answer.text


def revoked_password_opens_nothing(counter: Any) -> None:
    account = counter.professional()
    visitor, other = counter.enter(account), counter.enter(account)
    asked_means(visitor, "mot-de-passe")
    assert not visitor.is_in and not other.is_in
    assert not counter.enter(account).is_in
    basic = counter.dui.call("GET", "/api/patients", auth=(account.login, STRONG))
    assert basic.status_code == 401


def revoked_second_factor_opens_nothing(counter: Any) -> None:
    account = counter.patient()
    asked_means(counter.enter(account), "totp")
    visitor = counter.visitor()
    assert visitor.sign_in(account.login, account.password).status_code == 403
    assert "révoqué" in visitor.alert
    visitor.give_code(counter.code(account, 1))
    assert not visitor.is_in


def revoked_psc_is_no_means_any_more(counter: Any) -> None:
    account = counter.professional()
    visitor = counter.enter(account)
    visitor.get("/compte")
    assert "Pro Santé Connect" in visitor.reads("Moyens d'identification")
    asked_means(visitor, "psc")
    visitor.get("/compte")
    assert "Pro Santé Connect" not in visitor.reads("Moyens d'identification")
    assert visitor.post("/compte/moyens", means="psc").status_code == 422


def revocation_by_a_mailed_link(counter: Any) -> None:
    account = counter.professional()
    counter.verified(account, ADDRESS)
    inside = counter.enter(account)
    visitor = counter.visitor()
    visitor.post("/acces/revocation", username=account.login)
    link = counter.messages.link(ADDRESS)
    visitor.get(link)
    assert inside.is_in
    visitor.post(link)
    assert visitor.notice
    assert not inside.is_in and not counter.enter(account).is_in
    visitor.post("/acces/recuperation", username=account.login)
    path = f"/api/professionals/{account.id}/activation"
    assert counter.call("POST", path, json={}).status_code == 202
    activation = counter.messages.link(ADDRESS)
    assert "/acces/activation" in activation
    visitor.post(activation, new_password=STRONGER, confirm=STRONGER)
    assert counter.enter(account, STRONGER).is_in


def contact_is_verified_by_its_code(counter: Any) -> None:
    visitor = counter.enter(counter.professional())
    for kind, field, address in (("courriel", "email", ADDRESS), ("telephone", "phone", PHONE)):
        visitor.post(f"/compte/{kind}", **{field: address})
        code = counter.messages.code(address)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert visitor.post(f"/compte/{kind}/code", code=wrong).status_code == 422
        assert visitor.alert
        shown = visitor.post(f"/compte/{kind}/code", code=code)
        assert shown.status_code == 200 and visitor.notice
    assert visitor.reads("Courriel") == ADDRESS and visitor.reads("Téléphone") == PHONE
    assert visitor.reads("Contacts vérifiés") == "courriel, téléphone"


def unverified_contact_serves_for_nothing(counter: Any) -> None:
    never = counter.professional("alice", email=NEW_ADDRESS)
    counter.visitor().post("/acces/recuperation", username=never.login)
    account = counter.professional("hugo", national_id="810000000037")
    counter.verified(account, ADDRESS)
    visitor = counter.enter(account)
    visitor.post("/compte/courriel", email=NEW_ADDRESS)
    counter.messages.code(NEW_ADDRESS)
    counter.visitor().post("/acces/recuperation", username=account.login)
    assert "/acces/reinitialisation" in counter.messages.link(ADDRESS)
    assert counter.messages.box(NEW_ADDRESS).empty()


def former_address_is_told_of_the_change(counter: Any) -> None:
    account = counter.professional()
    counter.verified(account, ADDRESS)
    counter.verified(account, NEW_ADDRESS)
    assert "vient de changer" in counter.messages.next(ADDRESS)


def duplicate_is_refused(counter: Any) -> None:
    first = counter.professional()
    for login, national_id in (("alice2", "810000000011"), ("alice3", "810000000029")):
        second = counter.professional(login, national_id=national_id).answer
        assert second.status_code == 409 and second.json()["duplicates"] == [first.id]
        assert "Doublon" in second.json()["error"]
    assert counter.professional("hugo", national_id="810000000037").answer.status_code == 201
    taken = counter.professional("hugo", national_id="810000000045").answer
    assert taken.status_code == 422 and taken.json()["fields"][0]["field"] == "login"


def attributes_of_the_annuaire_are_held(counter: Any) -> None:
    account = counter.professional(local={"bureau": "B12"})
    told = account.answer.json()
    read = counter.call("GET", f"/api/professionals/{account.id}").json()
    for held in (told, read):
        assert held["national_id"] == "810000000011" and held["login"] == "alice"
        names = (held["exercise_name"], held["exercise_given_name"], held["profession"])
        assert names == ("MERCIER", "ALICE", "10")
        assert held["local"] == {"bureau": "B12"} and held["profile"] == "soignant"
        assert held["origin"] and held["updated_at"]
    visitor = counter.enter(account)
    visitor.get("/compte")
    assert visitor.reads("Identifiant national") == "810000000011"
    assert visitor.reads("Nom d'exercice") == "ALICE MERCIER"


def account_opens_only_on_a_checked_identity(counter: Any) -> None:
    for check in (None, "", "ZZ", "DE"):
        refused = counter.patient(identity_check=check).answer
        assert refused.status_code == 422 and "rifiez l'identité" in refused.json()["error"]
    assert counter.patient("zoe", identity_check="case").answer.status_code == 201
    assert counter.patient("noe", identity_check="CN").answer.status_code == 201
    told = [line["detail"] for line in counter.traces("ouverture de compte")]
    assert told == ["zoe, identité vérifiée : case", "noe, identité vérifiée : CN"]


def identity_changes_only_on_a_check(counter: Any) -> None:
    account = counter.patient(email=ADDRESS)
    counter.verified(account, ADDRESS)
    path = f"/api/accounts/{account.id}/identity"
    body = {"birth_date": "1988-05-18"}
    for check in ({}, {"identity_check": "DE"}):
        assert counter.call("PUT", path, "pro.martin", json=body | check).status_code == 422
    read = counter.call("GET", f"/api/accounts/{account.id}", "pro.martin").json()
    assert read["birth_date"] == "1988-05-17"
    done = counter.call("PUT", path, "pro.martin", json=body | {"identity_check": "PA"})
    assert done.status_code == 200 and done.json()["birth_date"] == "1988-05-18"
    line = counter.traces("changement d'attributs")[-1]
    assert line["by"] == "pro.martin" and line["detail"].endswith("PA")
    assert "vient de changer" in counter.messages.next(ADDRESS)


def patient_only_asks_for_a_correction(counter: Any) -> None:
    account = counter.patient()
    visitor = counter.enter(account)
    visitor.post("/compte/identite", birth_name="PAT-SEPT", used_name="", birth_date="1988-05-17")
    assert visitor.notice and visitor.reads("Nom de naissance") == "PAT-SIX"
    works = counter.call("GET", "/api/worklist", "pro.martin").json()["entries"]
    assert works[0]["reason"] == "correction-identite" and "PAT-SEPT" in works[0]["message"]


def profile_takes_effect_at_once(counter: Any) -> None:
    account = counter.professional()
    visitor = counter.enter(account)
    assert visitor.get("/patients").status_code == 200
    path = f"/api/professionals/{account.id}"
    changed = counter.call("PUT", path, json={"profile": "secrétariat"})
    assert changed.json()["profile"] == "secrétariat"
    assert visitor.get("/patients").status_code == 403
    assert counter.traces("changement de droits")[-1]["detail"].startswith("alice, ")


def accounts_are_extracted_to_the_last(counter: Any) -> None:
    counter.professional()
    counter.professional("hugo", national_id="810000000037", profile="infirmier")
    listed = counter.call("GET", "/api/professionals").json()["professionals"]
    profiles = {one["login"]: one["profile"] for one in listed}
    assert profiles["alice"] == "soignant" and profiles.get("hugo") == "infirmier"
    assert profiles["admin.leroy"] == "administrateur"


CHECKS: dict[Any, str] = {
    revoked_password_opens_nothing: "revocation-mdp-sans-effet revocation-sessions-vivantes",
    revoked_second_factor_opens_nothing: "revocation-totp-sans-effet",
    revoked_psc_is_no_means_any_more: "revocation-psc-sans-effet",
    revocation_by_a_mailed_link: "revocation-lien-sans-effet",
    contact_is_verified_by_its_code: (
        "contact-sans-code contact-code-quelconque contact-bon-code-refuse"
    ),
    unverified_contact_serves_for_nothing: (
        "contact-nouveau-utilise-avant contact-non-verifie-utilise"
    ),
    former_address_is_told_of_the_change: "identite-sans-avertissement",
    duplicate_is_refused: "doublon-accepte",
    attributes_of_the_annuaire_are_held: (
        "attributs-nom-perdu attributs-prenom-perdu attributs-profession-perdue"
    ),
    account_opens_only_on_a_checked_identity: (
        "ouverture-sans-controle ouverture-controle-non-trace"
    ),
    identity_changes_only_on_a_check: "identite-sans-controle identite-sans-avertissement",
    patient_only_asks_for_a_correction: "identite-page-directe",
    profile_takes_effect_at_once: "profil-sans-effet",
    accounts_are_extracted_to_the_last: "comptes-extraction-incomplete",
}
test_healthy, test_fault_breaks_its_check = healthy_and_broken(CHECKS)


@pytest.fixture(autouse=True)
def _empty_boxes(messages: Any) -> None:
    """A message of one test never answers another."""
    for address in (ADDRESS, NEW_ADDRESS, PHONE):
        while not messages.box(address).empty():
            messages.box(address).get()


def test_account_without_password_is_activated_by_mail(counter: Any) -> None:
    patient = counter.patient(password=None, second_factor=None, email=ADDRESS)
    professional = counter.professional("alice", password=None, email=NEW_ADDRESS)
    for account, address, secret in (
        (patient, ADDRESS, "15162342"),
        (professional, NEW_ADDRESS, STRONG),
    ):
        assert account.answer.status_code == 201, account.answer.text
        link = counter.messages.link(address)
        visitor = counter.visitor()
        visitor.post(link, new_password=secret, confirm=secret)
        visitor.sign_in(account.login, secret)
        staged = account is patient
        assert visitor.path == ("/compte/second-facteur" if staged else "/patients")
        assert visitor.is_in is not staged
        assert counter.visitor().get(link).status_code == 410


def test_revoking_everything_is_final_until_a_new_activation(counter: Any) -> None:
    account = counter.patient(email=ADDRESS)
    counter.verified(account, ADDRESS)
    visitor = counter.enter(account)
    told = visitor.post("/compte/moyens", all="1")
    assert told.status_code == 200 and "Tous vos accès sont révoqués" in told.text
    assert not visitor.is_in and not counter.enter(account).is_in
    path = f"/api/accounts/{account.id}/activation"
    assert counter.call("POST", path, "pro.martin", json={}).status_code == 202
    link = counter.messages.link(ADDRESS)
    visitor.post(link, new_password="15162342", confirm="15162342")
    visitor.sign_in(account.login, "15162342")
    assert visitor.path == "/compte/second-facteur"


def test_keeper_alone_manages_accounts(counter: Any) -> None:
    account = counter.professional()
    path = f"/api/professionals/{account.id}"
    for method, address in (("POST", "/api/professionals"), ("GET", path), ("PUT", path)):
        assert counter.call(method, address, "pro.martin", json={}).status_code == 403
    patient = counter.enter(counter.patient())
    url = f"{counter.dui.url}/api/professionals"
    assert patient.session.get(url, timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"national_id": "12"}, 422),
        ({"national_id": "899999999999"}, 404),
        ({"profile": "roi"}, 422),
        ({"email": "nulle-part"}, 422),
        ({"password": None}, 422),
        ({"local": {"a": 1}}, 422),
        ({"login": "pro.martin"}, 422),
    ],
)
def test_wrong_account_is_refused_with_its_field(
    counter: Any, changes: dict[str, Any], status: int
) -> None:
    body = {"national_id": "810000000011", "login": "alice", "password": STRONG} | changes
    answer = counter.call("POST", "/api/professionals", json=body)
    assert answer.status_code == status and answer.json()["error"]
    listed = counter.call("GET", "/api/professionals").json()["professionals"]
    assert "alice" not in {one["login"] for one in listed}


def test_changes_of_a_professional_are_checked(counter: Any) -> None:
    account = counter.professional(email=ADDRESS)
    path = f"/api/professionals/{account.id}"
    for wrong in ({"exercise_name": "AUTRE"}, {"profile": "roi"}, {"email": "x"}, {"local": []}):
        assert counter.call("PUT", path, json=wrong).status_code == 422, wrong
    body = {"email": NEW_ADDRESS, "local": {"bureau": "C3"}}
    kept = counter.call("PUT", path, json=body).json()
    assert (kept["email"], kept["local"]) == (NEW_ADDRESS, {"bureau": "C3"})
    assert counter.call("PUT", "/api/professionals/99999", json=body).status_code == 404
    site = counter.call("PUT", "/api/professionals/sec.petit", json={"profile": "infirmier"})
    assert site.json()["profile"] == "infirmier"


def test_the_export_names_professionals_as_the_annuaire_does(counter: Any) -> None:
    counter.professional("hugo", national_id="810000000037")
    content = counter.call("GET", "/api/export", "pro.martin").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        bundle = json.loads(archive.read("tddui-bundle.json"))
    resources = [entry["resource"] for entry in bundle["entry"]]
    known = [one for one in resources if one["resourceType"] == "Practitioner"]
    (hugo,) = [one for one in known if one["identifier"][0]["value"] == "hugo"]
    assert hugo["identifier"][1]["value"] == "810000000037"
    assert hugo["name"] == [{"family": "LAMBERT", "given": ["HUGO"]}]
