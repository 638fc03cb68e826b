"""The business doors of demo_dui: FHIR, JSON, INSi, diffusion, accounts, over real sockets."""

from __future__ import annotations

from typing import Any

import pytest

FR = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
R = 'xmlns="http://www.cnamts.fr/INSiResultat"'
MATRICULE, OID = "279035121518989", "1.2.250.1.213.1.4.10"
GIVEN_LIST = FR + "fr-core-patient-birth-list-given-name"
PLACE_URL = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"


def patient(**changes: Any) -> dict[str, Any]:
    traits = {
        "family": "PAT-TROIS",
        "given": "DOMINIQUE",
        "list": "DOMINIQUE MARIE",
        "birthDate": "1979-03-28",
        "gender": "female",
        "place": "63220",
        "used": "D'ARC",
    } | changes
    official = {
        "use": "official",
        "family": traits["family"],
        "given": [traits["given"]] if traits["given"] else [],
        "extension": [{"url": GIVEN_LIST, "valueString": traits["list"]}],
    }
    insee = {"url": FR + "fr-core-address-insee-code", "valueCoding": {"code": traits["place"]}}
    return {
        "resourceType": "Patient",
        "name": [official, {"use": "usual", "family": traits["used"]}],
        "birthDate": traits["birthDate"],
        "gender": traits["gender"],
        "extension": [{"url": PLACE_URL, "valueAddress": {"extension": [insee]}}],
    }


def found(**changes: str) -> str:
    values = {
        "number": MATRICULE[:13],
        "key": MATRICULE[13:],
        "oid": OID,
        "name": "PAT-TROIS",
        "given": "DOMINIQUE",
        "list": "DOMINIQUE MARIE-LOUISE",
        "sex": "F",
        "date": "1979/03/28",
        "place": "51215",
    } | changes
    return (
        f"<RESULTAT {R}><CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR><INDIVIDU>"
        "<INSACTIF><IdIndividu><NumIdentifiant>{number}</NumIdentifiant><Cle>{key}</Cle>"
        "</IdIndividu><OID>{oid}</OID></INSACTIF>"
        "<INSHISTO><IdIndividu><NumIdentifiant>2790351215189</NumIdentifiant><Cle>89</Cle>"
        "</IdIndividu><OID>{oid}</OID><DateDeb>1979-03-28</DateDeb></INSHISTO>"
        "<TIQ><NomNaissance>{name}</NomNaissance><Prenom>{given}</Prenom>"
        "<ListePrenom>{list}</ListePrenom><Sexe>{sex}</Sexe><DateNaissance>{date}</DateNaissance>"
        "<LieuNaissance>{place}</LieuNaissance></TIQ></INDIVIDU></RESULTAT>"
    ).format(**values)


def no_one(code: str) -> str:
    return f"<RESULTAT {R}><CR><CodeCR>{code}</CodeCR><LibelleCR>-</LibelleCR></CR></RESULTAT>"


FAULT = (
    '<s:Fault xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Code><s:Value>s:Receiver'
    "</s:Value><s:Subcode><s:Value>siram_40</s:Value></s:Subcode></s:Code><s:Detail>"
    '<Erreur severite="fatal" code="insi_102"/></s:Detail></s:Fault>'
)


def create(dui: Any, **changes: Any) -> str:
    answer = dui.call("POST", "/fhir/Patient", json=patient(**changes))
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/fhir/Patient/{answer.json()['id']}"
    return str(answer.json()["id"])


def internal(dui: Any, patient_id: str) -> dict[str, Any]:
    answer = dui.call("GET", f"/api/patients/{patient_id}")
    assert answer.status_code == 200
    return dict(answer.json())


def call_insi(dui: Any, patient_id: str) -> dict[str, Any]:
    return dict(dui.call("POST", f"/api/patients/{patient_id}/insi", json={}).json())


def verify(dui: Any, patient_id: str, document: str = "CN") -> Any:
    body = {"document": document}
    return dui.call("POST", f"/api/patients/{patient_id}/verification", json=body)


def test_created_identity_keeps_its_traits_and_is_provisoire(dui: Any) -> None:
    kept = internal(dui, create(dui))
    assert kept["status"] == "provisoire"
    assert (kept["birth_name"], kept["used_name"]) == ("PAT-TROIS", "D'ARC")
    assert (kept["first_birth_given_name"], kept["birth_given_names"]) == (
        "DOMINIQUE",
        "DOMINIQUE MARIE",
    )
    assert (kept["birth_date"], kept["sex"], kept["birth_place_code"]) == (
        "1979-03-28",
        "F",
        "63220",
    )
    assert kept["matricule"] is None and kept["history"] == []


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ({"family": ""}, "family"),
        ({"given": "", "list": ""}, "given"),
        ({"birthDate": None}, "birthDate"),
        ({"gender": None}, "gender"),
        ({"place": None}, "birthPlace"),
        ({"family": "Pat-Trois"}, "family"),
        ({"family": "PÂT"}, "family"),
        ({"family": "PAT3"}, "family"),
        ({"birthDate": "1979-13-28"}, "birthDate"),
        ({"birthDate": "1979-03-32"}, "birthDate"),
        ({"birthDate": "1979-02-30"}, "birthDate"),
        ({"birthDate": "2999-01-01"}, "birthDate"),
        ({"gender": "other"}, "gender"),
        ({"place": "6322"}, "birthPlace"),
        ({"list": "MARIE DOMINIQUE"}, "birth-list-given-name"),
    ],
)
def test_creation_is_refused_and_names_the_element(
    dui: Any, change: dict[str, Any], expression: str
) -> None:
    answer = dui.call("POST", "/fhir/Patient", json=patient(**change))
    assert answer.status_code == 422
    issues = answer.json()["issue"]
    assert [issue for issue in issues if expression in issue["expression"][0]], issues


@pytest.mark.parametrize("name", ["D'ARTAGNAN DE L'HERAULT", "MARTIN--DURAND", "A" * 54, "B" * 100])
def test_admitted_names_are_kept(dui: Any, name: str) -> None:
    assert internal(dui, create(dui, family=name))["birth_name"] == name


def test_used_name_and_known_place_are_optional(dui: Any) -> None:
    create(dui, used="", place="99999")


def test_malformed_requests_and_unknown_users_are_told_apart(dui: Any) -> None:
    assert dui.call("POST", "/fhir/Patient", data="{").status_code == 400
    assert dui.call("POST", "/fhir/Patient", json={"resourceType": "Bundle"}).status_code == 400
    assert (
        dui.call("POST", "/fhir/Patient", json={"resourceType": "Patient", "name": 3}).status_code
        == 400
    )
    assert dui.call("GET", "/fhir/Patient/999999").status_code == 404
    assert dui.browser().get(f"{dui.url}/fhir/Patient/1", timeout=10).status_code == 401
    wrong = dui.browser().get(f"{dui.url}/fhir/Patient/1", auth=("pro.martin", "x"), timeout=10)
    assert wrong.status_code == 401


def test_insi_then_document_leads_to_qualifiee_and_shares_the_ins_only_then(
    dui: Any, insi: Any, partner: Any
) -> None:
    patient_id = create(dui)
    insi.will_answer(found())
    answer = call_insi(dui, patient_id)
    assert (answer["code"], answer["outcome"]) == ("00", "updated"), answer
    kept = answer["identity"]
    assert kept["status"] == "récupérée"
    assert (kept["matricule"], kept["oid"], kept["nature"]) == (MATRICULE, OID, "NIR")
    assert kept["birth_given_names"] == "DOMINIQUE MARIE-LOUISE"
    assert (kept["birth_place_code"], kept["birth_date"]) == ("51215", "1979-03-28")
    assert kept["inshisto"][0]["start"] == "1979-03-28"
    shared = dui.call("GET", f"/fhir/Patient/{patient_id}").json()
    assert MATRICULE not in str(shared) and OID not in str(shared)
    assert b"^INS" not in diffuse(dui, patient_id, partner)

    assert verify(dui, patient_id).json()["identity"]["status"] == "qualifiée"
    shared = dui.call("GET", f"/fhir/Patient/{patient_id}").json()
    assert [i["value"] for i in shared["identifier"] if i["use"] == "official"] == [MATRICULE]
    sent = diffuse(dui, patient_id, partner).decode()
    assert f"{MATRICULE}^^^ASIP-SANTE-INS-NIR&{OID}&ISO^INS" in sent
    assert "|VALI|" in sent and "\rZFD||||N|INSI|20" in sent and "^^^^^^BDL^^51215" in sent
    changes = internal(dui, patient_id)["history"]
    assert [(c["from"], c["to"], c["by"]) for c in changes] == [
        ("provisoire", "récupérée", "pro.martin"),
        ("récupérée", "qualifiée", "pro.martin"),
    ]


def diffuse(dui: Any, patient_id: str, partner: Any, event: str = "A28") -> bytes:
    answer = dui.call("POST", f"/api/patients/{patient_id}/diffusion", json={"event": event})
    assert answer.status_code == 200 and answer.json()["ack"] == "AA", answer.text
    # Changes made before were sent too: the message of this call is the one that bears its id.
    while answer.json()["control_id"].encode() not in (sent := partner.received.get(timeout=5)):
        pass
    return bytes(sent)


def test_document_then_insi_leads_to_qualifiee(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    assert verify(dui, patient_id, "XX").status_code == 422
    assert verify(dui, patient_id).json()["identity"]["status"] == "validée"
    insi.will_answer(found())
    assert call_insi(dui, patient_id)["identity"]["status"] == "qualifiée"


@pytest.mark.parametrize(
    "change",
    [
        {"date": "1979-00-28"},
        {"date": "1979/03/00"},
        {"name": ""},
        {"list": ""},
        {"sex": ""},
        {"sex": "I"},
        {"key": "88"},
        {"oid": "1.2.3"},
        {"name": "AUTRE"},
        {"date": "1980-03-28"},
        {"list": "MARIE DOMINIQUE"},
    ],
)
def test_insi_answer_is_blocked_and_nothing_changes(
    dui: Any, insi: Any, change: dict[str, str]
) -> None:
    patient_id = create(dui)
    before = internal(dui, patient_id)
    insi.will_answer(found(**change))
    answer = call_insi(dui, patient_id)
    assert (answer["code"], answer["outcome"]) == ("00", "blocked")
    assert "refusée" in answer["message"]
    assert internal(dui, patient_id) == before


@pytest.mark.parametrize(
    ("bodies", "code", "outcome"),
    [
        ([no_one("01")], "01", "not-found"),
        ([no_one("02")] * 3, "02", "several"),
        ([FAULT], None, "fault"),
        ([None], None, "fault"),
        ([b"<pas du xml"], None, "fault"),
        ([b"<html/>"], None, "fault"),
        ([no_one("00")], None, "fault"),
    ],
)
def test_without_a_usable_answer_nothing_changes(
    dui: Any, insi: Any, bodies: list[str | bytes | None], code: str | None, outcome: str
) -> None:
    patient_id = create(dui)
    before = internal(dui, patient_id)
    insi.will_answer(*bodies)
    answer = call_insi(dui, patient_id)
    assert (answer["code"], answer["outcome"]) == (code, outcome), answer
    assert internal(dui, patient_id) == before


def test_several_is_asked_again_with_more_given_names_then_the_place(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    insi.will_answer(no_one("02"), no_one("02"), found())
    assert call_insi(dui, patient_id)["outcome"] == "updated"
    bodies = [body.decode() for _, body in insi.requests]
    assert [body.count("<Prenom>") for body in bodies] == [1, 2, 2]
    assert ["LieuNaissance" in body for body in bodies] == [False, False, True]
    headers, body = insi.requests[0]
    action = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
    assert headers["Content-Type"].startswith("application/soap+xml")
    assert action in headers["Content-Type"] and action.encode() in body
    assert b"uuid:" in body and b'Nature="CTXLPS"' in body and b'R="4"' in body


def test_doubtful_and_fictitious_identities_never_call_insi(dui: Any, insi: Any) -> None:
    for attribute in ("douteuse", "fictive"):
        patient_id = create(dui)
        insi.will_answer(found())
        call_insi(dui, patient_id)
        path = f"/api/patients/{patient_id}/attributes"
        marked = dui.call("POST", path, json={attribute: True}).json()["identity"]
        assert (marked["status"], marked["matricule"]) == ("provisoire", None)
        insi.will_answer(found())
        assert call_insi(dui, patient_id)["outcome"] == "refused" and insi.requests == []
        both = dui.call("POST", path, json={"douteuse": True, "fictive": True})
        assert both.status_code == 422


def test_strict_traits_are_locked_once_recovered(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    insi.will_answer(found())
    call_insi(dui, patient_id)
    same = {"list": "DOMINIQUE MARIE-LOUISE", "place": "51215"}
    path = f"/fhir/Patient/{patient_id}"
    assert dui.call("PUT", path, json=patient(**same, used="AUTRE")).status_code == 200
    assert dui.call("PUT", path, json=patient(**same, family="AUTRE")).status_code == 422
    kept = internal(dui, patient_id)
    assert (kept["birth_name"], kept["used_name"]) == ("PAT-TROIS", "AUTRE")
    other = ("super.lefevre", dui.http.auth[1])
    changed = patient(**same, family="AUTRE")
    assert dui.call("PUT", path, json=changed, auth=other).status_code == 200
    kept = internal(dui, patient_id)
    assert (kept["status"], kept["matricule"], kept["oid"]) == ("provisoire", None, None)


def test_search_ignores_signs_and_checks_the_matricule(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    create(dui, family="MARTIN", used="", birthDate="1979-03-28")

    def search(**criteria: str) -> list[str]:
        answer = dui.call("GET", "/fhir/Patient", params=criteria)
        assert answer.status_code == 200, answer.text
        return [entry["resource"]["id"] for entry in answer.json().get("entry", [])]

    assert len(search(birthdate="1979-03-28")) == 2
    for name in ("PATTROIS", "pat--tr", "pat'tr", "dârc", "D ARC"):
        assert search(birthdate="1979-03-28", name=name) == [patient_id], name
    insi.will_answer(found())
    call_insi(dui, patient_id)
    assert search(identifier=MATRICULE) == [patient_id]
    for wrong in (MATRICULE[:13], MATRICULE[:13] + "88"):
        assert dui.call("GET", "/fhir/Patient", params={"identifier": wrong}).status_code == 400


def test_account_is_linked_only_once_the_matricule_is_known(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    body = {"patient_id": patient_id, "login": "dominique", "identity_check": "CN"}
    account = dui.call("POST", "/api/accounts", json=body).json()
    assert account["matricule"] is None
    assert dui.call("POST", "/api/accounts", json=body).status_code == 422
    link = f"/api/accounts/{account['id']}/link"
    assert dui.call("POST", link).status_code == 409
    insi.will_answer(found())
    call_insi(dui, patient_id)
    linked = dui.call("POST", link).json()
    assert (linked["matricule"], linked["patient_id"]) == (MATRICULE, patient_id)
    assert dui.call("GET", f"/api/accounts/{account['id']}").json() == linked


def test_journal_says_who_did_what(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    insi.will_answer(no_one("01"))
    call_insi(dui, patient_id)
    entries = dui.call("GET", "/api/journal").json()["entries"]
    line = next(e for e in entries if e["action"] == "appel INSi")
    assert (line["by"], line["patient_id"]) == ("pro.martin", patient_id)
    assert (line["code"], line["mode"]) == ("01", "traits") and "CodeCR" in line["answer"]


def test_diffusion_of_each_event_has_its_own_structure(dui: Any, partner: Any) -> None:
    patient_id = create(dui)
    structures = {"A28": "ADT_A05", "A31": "ADT_A05", "A47": "ADT_A30"}
    for event, structure in structures.items():
        sent = diffuse(dui, patient_id, partner, event).decode()
        assert f"ADT^{event}^{structure}" in sent and "|PROV|" in sent
    refused = dui.call("POST", f"/api/patients/{patient_id}/diffusion", json={"event": "A99"})
    assert refused.status_code == 422


def test_partner_may_be_changed_while_running(dui: Any, partner: Any) -> None:
    patient_id = create(dui)
    path = f"/api/patients/{patient_id}/diffusion"
    for wrong in ({"address": "nulle-part"}, {"address": 3}, {}):
        assert dui.control("POST", "/control/partner", json=wrong).status_code == 400
    assert dui.control("POST", "/control/partner", json={"address": None}).status_code == 200
    assert dui.call("POST", path, json={}).status_code == 409
    told = {"address": partner.address}
    assert dui.control("POST", "/control/partner", json=told).json() == told
    assert diffuse(dui, patient_id, partner)


def test_card_search_is_another_operation_and_names_the_card(dui: Any, insi: Any) -> None:
    patient_id = create(dui)
    path = f"/api/patients/{patient_id}/insi"
    assert dui.call("POST", path, json={"mode": "vitale"}).status_code == 422
    insi.will_answer(found())
    answer = dui.call("POST", path, json={"mode": "vitale", "card": "8025000000000001"})
    assert answer.json()["outcome"] == "updated"
    assert b"RECVITALE" in insi.requests[0][1] and b"8025000000000001" in insi.requests[0][1]
