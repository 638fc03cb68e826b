"""Rights, traces, search, locks, attributes, justificatifs: each check fails under its faults.

A check is a function that raises AssertionError when the behaviour is not there. Healthy, all
pass; under each seeded fault named beside it, the check must fail.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

WORDS = ("PAT-TROIS", "DOMINIQUE", "28/03/1979", "1979-03-28")


def page(desk: Any, path: str, by: str = "pro.martin") -> requests.Response:
    return desk.dui.signed_in(by).get(f"{desk.dui.url}{path}", timeout=10)


def page_is_refused_without_right(desk: Any) -> None:
    answer = page(desk, f"/patients/{desk.create()}", "sec.petit")
    assert answer.status_code == 403 and 'role="alert"' in answer.text
    assert not any(word in answer.text for word in WORDS)


def api_is_refused_without_right(desk: Any) -> None:
    patient_id = desk.create()
    for path in (f"/api/patients/{patient_id}", f"/fhir/Patient/{patient_id}", "/api/patients"):
        answer = desk.call("GET", path, "sec.petit")
        assert answer.status_code == 403 and not any(word in answer.text for word in WORDS)


def insi_is_a_right_of_its_own(desk: Any) -> None:
    patient_id = desk.create()
    desk.insi.will_answer(desk.found())
    assert desk.call("GET", f"/api/patients/{patient_id}", "inf.roux").status_code == 200
    refused = desk.call("POST", f"/api/patients/{patient_id}/insi", "inf.roux", json={})
    assert refused.status_code == 403 and desk.insi.requests == []
    traced = desk.traces(patient_id, action="accès refusé")
    assert [line["by"] for line in traced] == ["inf.roux"]


def rights_are_changed_by_the_manager_alone(desk: Any) -> None:
    patient_id = desk.create()
    body = {"users": {"sec.petit": "infirmier"}}
    assert desk.call("PUT", "/api/rights", json=body).status_code == 403
    changed = desk.call("PUT", "/api/rights", "admin.leroy", json=body)
    assert changed.json()["users"]["sec.petit"] == "infirmier"
    assert desk.call("GET", f"/api/patients/{patient_id}", "sec.petit").status_code == 200
    none_left = {"profiles": {"soignant": []}}
    assert desk.call("PUT", "/api/rights", "admin.leroy", json=none_left).status_code == 422
    assert desk.call("GET", f"/api/patients/{patient_id}", "admin.leroy").status_code == 403


def rights_are_shown_and_traces_kept_from_others(desk: Any) -> None:
    shown = page(desk, "/rights").text
    assert "Appeler le téléservice INSi" in shown and "infirmier : Appeler" in shown
    assert desk.call("GET", "/api/journal", "inf.roux").status_code == 403
    patient_id = desk.create()
    read = desk.call("GET", "/api/journal", "admin.leroy", params={"patient": patient_id})
    assert read.json()["entries"] and not any(word in read.text for word in WORDS)


def reading_and_changes_are_traced(desk: Any) -> None:
    patient_id = desk.create()
    desk.call("GET", f"/api/patients/{patient_id}", "pro.durand")
    desk.call("PUT", f"/api/patients/{patient_id}", json={"used_name": "DURAND"})
    (read,) = desk.traces(patient_id, action="consultation d'identité")
    assert read["by"] == "pro.durand" and read["at"].startswith("20")
    (change,) = desk.traces(patient_id, action="modification d'identité")
    assert change["before"] == {"used_name": "D'ARC"}
    assert change["after"] == {"used_name": "DURAND"}
    shown = page(desk, f"/patients/{patient_id}/traces").text
    assert "pro.durand" in shown and "DURAND" in shown
    assert "pro.durand" in page(desk, "/journal").text


def calls_of_insi_are_traced(desk: Any) -> None:
    patient_id = desk.recovered()
    desk.insi.will_answer(desk.verdict("00"))
    desk.call("POST", f"/api/patients/{patient_id}/insi-verification", "pro.durand")
    (call,) = desk.traces(patient_id, action="appel INSi")
    assert (call["by"], call["code"], call["mode"]) == ("pro.martin", "00", "traits")
    assert desk.matricule[:13] in call["answer"] and call["patient_id"] == patient_id
    (check,) = desk.traces(patient_id, action="vérification INSi")
    assert (check["by"], check["code"], check["mode"]) == ("pro.durand", "00", "verification")


def exchanges_are_traced(desk: Any) -> None:
    patient_id = desk.create(private_id="T1")
    sent = desk.call("POST", f"/api/patients/{patient_id}/diffusion", json={"event": "A28"})
    (line,) = desk.traces(patient_id, action="diffusion d'identité")
    assert line["message_id"] == sent.json()["control_id"] and line["partner"]
    assert (line["sender"], line["recipient"]) == ("DUI-DEMO", "PARTENAIRE")
    desk.receive("ADT^A31^ADT_A05", "T1", ins=False, pid32="PROV")
    (line,) = desk.traces(patient_id, action="réception d'identité")
    assert (line["sender"], line["recipient"]) == ("GAM BANC", "DPI DUI")
    assert line["message_id"] == "M-T1-ADT^A31"


def search_finds_by_date_and_letters(desk: Any) -> None:
    one = desk.create(birth_name="D'ARTAGNAN--BRE-HAT", used_name="MARTIN")
    others = {"used_given_name": None, "birth_given_names": "ZOE ANNE"}
    two = desk.create(birth_name="MARTINEZ", used_name=None, first_birth_given_name="ZOE", **others)
    desk.create(birth_name="MARTIN", birth_date="1980-01-01")

    def ids(**criteria: str) -> list[str]:
        given = {"birth_date": "1979-03-28", **criteria}
        return sorted(desk.call("GET", "/api/patients", params=given).json()["ids"])

    assert ids() == sorted([one, two])
    assert ids(family="MART") == sorted([one, two]) and ids(family="MARTINE") == [two]
    assert ids(family="dartagnan-b") == [one] and ids(family="D'ARTAGNAN--BRE") == [one]
    assert ids(family="DARTAGNAN BREHAT") == [one] and ids(family="d’artàgnan") == [one]
    assert ids(given="DOMI") == [one] and ids(given="MARIELOUISE") == [one]
    assert ids(given="ZO") == [two] and ids(given="ANNE") == [two] and ids(given="XAV") == []
    shown = page(desk, "/patients/search?birth_date=1979-03-28&family=MART").text
    assert "2 patient(s)" in shown and f"/patients/{one}" in shown


def search_reaches_used_and_given_names_apart(desk: Any) -> None:
    used = {"used_name": "XAVIER", "used_given_name": "LILI"}
    one = desk.create(birth_name="BERNARD", birth_given_names="DOMINIQUE IRIS", **used)
    for criteria in (
        {"family": "XAV"},
        {"given": "LIL"},
        {"given": "IRIS"},
        {"family": "BERN"},
        {"given": "DOM"},
    ):
        found = desk.call("GET", "/api/patients", params={"birth_date": "1979-03-28", **criteria})
        assert found.json()["ids"] == [one], criteria


def search_by_matricule_checks_it_first(desk: Any) -> None:
    patient_id, right = desk.recovered(), desk.matricule
    found = desk.call("GET", "/api/patients", params={"matricule": right})
    assert found.json()["ids"] == [patient_id]
    for wrong in (right[:13], right[:13] + "88"):
        refused = desk.call("GET", "/api/patients", params={"matricule": wrong})
        assert refused.status_code == 400 and "ids" not in refused.json()
        shown = page(desk, f"/patients/search?matricule={wrong}").text
        assert 'role="alert"' in shown and "trouvé" not in shown


def locks_hold_for_ordinary_users(desk: Any) -> None:
    for patient_id in (desk.recovered(), desk.qualified()):
        path = f"/api/patients/{patient_id}"
        assert desk.call("PUT", path, json={"birth_name": "AUTRE"}).status_code == 422
        kept = desk.call("PUT", path, json={"used_name": "LIBRE"})
        assert kept.status_code == 200 and kept.json()["identity"]["matricule"]
        shown = page(desk, f"/patients/{patient_id}/edit").text
        assert shown.count("verrouillé (INS)") == 5 and 'name="birth_name"' not in shown
        assert 'name="used_name"' in shown


def first_name_follows_the_list(desk: Any) -> None:
    names = {"first_birth_given_name": "DOMINIQUE", "birth_given_names": "DOMINIQUE MARIE LOUISE"}
    patient_id = desk.recovered(**names)
    path = f"/api/patients/{patient_id}"
    for first in ("DOMINIQUE MARIE", "DOMINIQUE"):
        answer = desk.call("PUT", path, json={"first_birth_given_name": first})
        assert answer.status_code == 200 and answer.json()["identity"]["status"] == "récupérée"
    for first in ("MARIE", "DOMINIQUE-MARIE"):
        answer = desk.call("PUT", path, json={"first_birth_given_name": first})
        assert answer.status_code == 422 and "début de la liste" in answer.json()["error"]
    session = desk.dui.signed_in()
    told = session.post(
        f"{desk.dui.url}/patients/{patient_id}/edit",
        data={"first_birth_given_name": "MARIE"},
        timeout=10,
    )
    assert told.status_code == 422 and "début de la liste" in told.text


def super_user_downgrades_and_the_partner_knows(desk: Any, partner: Any) -> None:
    for patient_id, status in ((desk.recovered(), "provisoire"), (desk.qualified(), "validée")):
        path = f"/api/patients/{patient_id}"
        before = desk.read(patient_id)
        used = desk.call("PUT", path, "super.lefevre", json={"used_name": "LIBRE"}).json()
        assert used["identity"]["status"] == before["status"]
        assert used["identity"]["matricule"] == desk.matricule
        sent = message_of(partner, used["diffusion"]["control_id"])
        assert "ADT^A31^ADT_A05" in sent and "LIBRE" in sent
        strict = desk.call("PUT", path, "super.lefevre", json={"birth_name": "AUTRE"}).json()
        kept = strict["identity"]
        assert (kept["status"], kept["matricule"], kept["oid"]) == (status, None, None)
        assert kept["history"][-1]["by"] == "super.lefevre"
        sent = message_of(partner, strict["diffusion"]["control_id"])
        assert "ADT^A47^ADT_A30" in sent and "|AUTRE^" in sent and desk.matricule not in sent


def message_of(partner: Any, control_id: str) -> str:
    while control_id not in (sent := partner.received.get(timeout=2).decode()):
        pass
    return str(sent)


def attributes_lead_back_to_provisoire(desk: Any) -> None:
    for name in ("douteuse", "fictive"):
        for patient_id in (desk.recovered(), desk.qualified()):
            path = f"/api/patients/{patient_id}"
            marked = desk.call("POST", f"{path}/attributes", json={name: True}).json()["identity"]
            told = (marked["status"], marked["matricule"], marked["oid"])
            assert told == ("provisoire", None, None)
            desk.insi.will_answer(desk.found())
            assert desk.call("POST", f"{path}/insi", json={}).json()["outcome"] == "refused"
            assert desk.insi.requests == []
            shown = page(desk, f"/patients/{patient_id}").text
            assert f'role="alert">Identité {name}' in shown
            both = {"douteuse": True, "fictive": True}
            assert desk.call("POST", f"{path}/attributes", json=both).status_code == 422


def justificatif_is_recorded_and_only_high_trust_validates(desk: Any) -> None:
    patient_id = desk.create(justificatif="PC", nss="2790351215189")
    kept = desk.read(patient_id)
    assert (kept["justificatif"], kept["status"]) == ("PC", "provisoire")
    assert (kept["nss"], kept["matricule"]) == ("2790351215189", None)
    shown = page(desk, f"/patients/{patient_id}").text
    assert "Numéro de sécurité sociale (remboursement)" in shown
    path = f"/api/patients/{patient_id}/verification"
    assert desk.call("POST", path, json={"document": "PC"}).status_code == 422
    assert desk.call("POST", path, json={"document": "ZZ"}).status_code == 422
    proofs = [{"code": "ZZ", "label": "Carte du site", "trust": "haut"}]
    desk.sets(justificatifs=proofs)
    assert desk.call("POST", path, json={"document": "PA"}).status_code == 422
    checked = desk.call("POST", path, json={"document": "ZZ"}).json()["identity"]
    assert checked["status"] == "validée"


def automatic_validation_obeys_its_switch(desk: Any) -> None:
    assert desk.read(desk.create(justificatif="PA"))["status"] == "provisoire"
    desk.sets(auto_validation=True)
    kept = desk.read(desk.create(justificatif="PA"))
    assert kept["status"] == "validée" and kept["history"][0]["to"] == "validée"
    assert desk.read(desk.create(justificatif="PC"))["status"] == "provisoire"
    assert desk.read(desk.create())["status"] == "provisoire"


def settings_are_offered(desk: Any) -> None:
    shown = page(desk, "/settings").text
    for words in ("Valider automatiquement", "Degré de confiance", "Imprimer : Nom utilisé"):
        assert words in shown
    assert "contrat de confiance" in shown
    session, url = desk.dui.signed_in(), f"{desk.dui.url}/settings"
    form = {"section": "justificatifs", "code": ["PA", "XX", ""], "label": ["P", "X", ""]}
    session.post(url, data=form | {"trust": ["haut", "faible", "faible"]}, timeout=10)
    form = {"section": "impression", "printed_traits": ["used_name"]}
    session.post(url, data=form, timeout=10)
    form = {"section": "echanges", "trusted_domains": "BANC\r\nAUTRE", "trust_contracts": ""}
    session.post(url, data=form, timeout=10)
    kept = desk.call("GET", "/api/settings").json()
    assert [p["code"] for p in kept["justificatifs"]] == ["PA", "XX"]
    assert kept["printed_traits"] == ["used_name"] and not kept["propagate_changes"]
    assert kept["trusted_domains"] == ["BANC", "AUTRE"]
    for wrong in ({"inconnu": 1}, {"auto_validation": 1}, {"printed_traits": ["nss"]},
                  {"justificatifs": []}, {"justificatifs": [{"code": "A"}]}):  # fmt: skip
        assert desk.call("PUT", "/api/settings", json=wrong).status_code == 422


CHECKS: dict[Any, str] = {
    page_is_refused_without_right: "droits-page-ouverte droits-refus-bavard",
    api_is_refused_without_right: (
        "droits-api-ouverte droits-fhir-ouvert droits-recherche-ouverte droits-refus-bavard"
    ),
    insi_is_a_right_of_its_own: "droits-insi-ouvert",
    rights_are_changed_by_the_manager_alone: (
        "droits-changement-sans-effet droits-gestion-ouverte"
    ),
    rights_are_shown_and_traces_kept_from_others: "droits-reglage-absent droits-traces-ouvertes",
    reading_and_changes_are_traced: (
        "traces-consultation-absente traces-auteur-generique traces-sans-date "
        "traces-modification-absente traces-modification-sans-nature"
    ),
    calls_of_insi_are_traced: (
        "traces-insi-absente traces-insi-sans-code traces-insi-sans-mode "
        "traces-insi-sans-reponse traces-verification-absente"
    ),
    exchanges_are_traced: (
        "traces-partenaire-absente traces-sans-destinataire traces-reception-absente"
    ),
    search_finds_by_date_and_letters: (
        "recherche-date-ignoree recherche-premier-seul recherche-nom-entier "
        "recherche-nom-utilise-ignore recherche-trait-union-sensible "
        "recherche-apostrophe-sensible recherche-double-trait-sensible recherche-accents-sensible"
    ),
    search_reaches_used_and_given_names_apart: (
        "recherche-nom-naissance-ignore recherche-prenom-utilise-ignore "
        "recherche-liste-prenoms-ignoree recherche-premier-prenom-ignore"
    ),
    search_by_matricule_checks_it_first: (
        "recherche-matricule-jamais-trouvee recherche-cle-ignoree recherche-matricule-sans-cle"
    ),
    locks_hold_for_ordinary_users: (
        "verrou-recuperee-absent verrou-qualifiee-absent verrou-nom-utilise verrou-invisible"
    ),
    first_name_follows_the_list: "prenom-incoherent-accepte prenom-verrouille",
    super_user_downgrades_and_the_partner_knows: (
        "super-garde-statut super-garde-matricule super-garde-oid super-tout-provisoire "
        "nom-utilise-retrograde propagation-absente propagation-a31-pour-strict "
        "propagation-anciens-traits propagation-ins-gardee"
    ),
    attributes_lead_back_to_provisoire: (
        "attribut-douteuse-garde-statut attribut-fictive-garde-statut attribut-garde-matricule "
        "attribut-garde-oid attribut-douteuse-appelle-insi attribut-fictive-appelle-insi "
        "attribut-invisible attribut-paire-interdite"
    ),
    justificatif_is_recorded_and_only_high_trust_validates: (
        "justificatif-non-enregistre justificatif-faible-valide justificatif-liste-figee "
        "nss-perdu nss-dans-matricule nss-libelle-ins"
    ),
    automatic_validation_obeys_its_switch: (
        "validation-auto-toujours validation-auto-jamais validation-auto-faible"
    ),
    settings_are_offered: (
        "reglage-justificatifs-absent reglage-validation-auto-absent reglage-impression-absent "
        "reglage-contrats-absent"
    ),
}
PAIRS = [(fault, check) for check, faults in CHECKS.items() for fault in faults.split()]


def run(check: Any, desk: Any, partner: Any) -> None:
    more = (partner,) if check is super_user_downgrades_and_the_partner_knows else ()
    check(desk, *more)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_healthy(check: Any, desk: Any, partner: Any) -> None:
    run(check, desk, partner)


@pytest.mark.parametrize(("fault", "check"), PAIRS, ids=lambda v: v if isinstance(v, str) else "")
def test_fault_breaks_its_check(fault: str, check: Any, desk: Any, partner: Any) -> None:
    desk.dui.fault(fault)
    with pytest.raises((AssertionError, KeyError, TypeError, ValueError)):
        run(check, desk, partner)
