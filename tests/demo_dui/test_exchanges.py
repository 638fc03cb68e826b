"""Print, messages, identities of other domains, export: each check fails under its faults."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from typing import Any

import pypdfium2
import pytest
import zxingcpp

ADT_A28, ADT_A31 = "ADT^A28^ADT_A05", "ADT^A31^ADT_A05"


def printed(desk: Any, patient_id: str) -> tuple[str, list[str]]:
    """Text and DataMatrix contents of the identity sheet."""
    answer = desk.call("GET", f"/patients/{patient_id}/impression.pdf")
    assert answer.headers["Content-Type"] == "application/pdf", answer.text
    page = pypdfium2.PdfDocument(answer.content)[0]
    picture = page.render(scale=200 / 72).to_pil().convert("L")
    codes = [code.bytes.decode() for code in zxingcpp.read_barcodes(picture)]
    return str(page.get_textpage().get_text_range()), codes


def sheet_of_a_qualified_identity(desk: Any) -> None:
    patient_id = desk.qualified()
    text, codes = printed(desk, patient_id)
    for words in (
        "Nom de naissance : PAT-TROIS",
        "Premier prénom de naissance : DOMINIQUE",
        "Date de naissance : 28/03/1979",
        "Sexe : Féminin",
        f"{desk.matricule} NIR",
        "INS à scanner",
    ):
        assert re.search(rf"{words}\s", text), text
    content = (
        "IS01" + "0" * 22 + f"S1{desk.matricule}S2{desk.oid}S3DOMINIQUE MARIE-LOUISE\x1d"
        "S4PAT-TROIS\x1dS5FS628-03-1979S763220"
    )
    assert codes == [content]
    again = desk.call("GET", f"/api/patients/{patient_id}/impression.pdf")
    assert again.content == desk.call("GET", f"/patients/{patient_id}/impression.pdf").content


def sheet_of_another_identity_has_no_ins(desk: Any) -> None:
    for patient_id in (desk.create(), desk.recovered()):
        text, codes = printed(desk, patient_id)
        assert codes == [] and desk.matricule not in text and "PAT-TROIS" in text


def sheet_follows_the_setting(desk: Any) -> None:
    patient_id = desk.create()
    assert "Nom utilisé" not in printed(desk, patient_id)[0]
    desk.sets(printed_traits=["used_name", "birth_place_code"])
    text, _ = printed(desk, patient_id)
    assert "Nom utilisé : D'ARC" in text and "63220" in text


def message_of(desk: Any, partner: Any, patient_id: str, kind: str) -> str:
    answer = desk.call("POST", f"/api/patients/{patient_id}/message", json={"type": kind})
    assert answer.json()["ack"] == "AA", answer.text
    while answer.json()["control_id"] not in (sent := partner.received.get(timeout=5).decode()):
        pass
    return str(sent)


def messages_bear_the_patient(desk: Any, partner: Any) -> None:
    recovered, qualified = desk.recovered(), desk.qualified()
    kinds = {"ORM": "ORM^O01^ORM_O01", "SIU": "SIU^S12^SIU_S12", "ORU": "ORU^R01^ORU_R01"}
    for kind, code in kinds.items():
        sent = message_of(desk, partner, qualified, kind)
        assert f"|{code}|" in sent and f"{desk.matricule}^^^ASIP-SANTE-INS-NIR&{desk.oid}" in sent
        assert "PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^L" in sent and "|VALI|" in sent
        sent = message_of(desk, partner, recovered, kind)
        assert desk.matricule not in sent and "|PAT-TROIS^" in sent and "|PROV|" in sent
    wrong = desk.call("POST", f"/api/patients/{qualified}/message", json={"type": "ADT"})
    assert wrong.status_code == 422


def business_messages_are_taken(desk: Any) -> None:
    for kind in ("ORM^O01^ORM_O01", "SIU^S12^SIU_S12", "ORU^R01^ORU_R01"):
        pi = f"B{kind[:3]}"
        desk.receive(ADT_A28, pi, ins=False, pid32="PROV")
        assert desk.receive(kind, pi)[0] == "AA"
        (kept,) = desk.of_private_id(pi)
        assert (kept["status"], kept["matricule"]) == ("qualifiée", desk.matricule)
        assert desk.receive(kind, pi, ins=False, pid32="")[0] == "AA"
        (kept,) = desk.of_private_id(pi)
        assert kept["matricule"] == desk.matricule
        lines = desk.traces(kept["id"], action="réception de message")
        assert [line["sender"] for line in lines] == ["GAM BANC", "GAM BANC"]
        assert desk.receive(kind, f"N{kind[:3]}")[0] == "AA"
        assert desk.of_private_id(f"N{kind[:3]}")[0]["status"] == "qualifiée"


def ins_of_another_domain_is_verified(desk: Any) -> None:
    desk.insi.will_answer(desk.verdict("00"))
    assert desk.receive(ADT_A28, "E1", domain="AILLEURS")[0] == "AA"
    (kept,) = desk.of_private_id("E1")
    assert (kept["status"], kept["matricule"]) == ("récupérée", desk.matricule)
    assert kept["history"][0]["to"] == "récupérée"
    body = desk.insi.requests[0][1].decode()
    assert "verifierInsAvecTraitsIdentite" in body and f">{desk.matricule[:13]}<" in body
    # Already retrieved: not verified again, and a flow without INS brings nothing.
    assert desk.receive(ADT_A31, "E1", domain="AILLEURS")[0] == "AA"
    assert len(desk.insi.requests) == 1 and desk.of_private_id("E1")[0]["status"] == "récupérée"
    assert desk.receive(ADT_A28, "E2", ins=False, domain="AILLEURS")[0] == "AA"


def verification_ok_completes_a_known_identity(desk: Any) -> None:
    patient_id = desk.create()
    desk.call("POST", f"/api/patients/{patient_id}/verification", json={"document": "PA"})
    desk.insi.will_answer(desk.verdict("00"))
    desk.receive(ADT_A28, "E3", domain="AILLEURS")
    assert desk.read(patient_id)["status"] == "qualifiée" and desk.of_private_id("E3") == []


def unknown_person_ko_is_created_without_ins(desk: Any) -> None:
    for pi, answers in (("K1", [desk.verdict("01")]), ("K2", [None])):
        desk.dui.control("POST", "/control/reset")
        desk.insi.will_answer(*answers)
        assert desk.receive(ADT_A28, pi, domain="AILLEURS")[0] == "AA"
        (kept,) = desk.of_private_id(pi)
        assert (kept["status"], kept["matricule"], kept["oid"]) == ("provisoire", None, None)
        assert [w["patient_id"] for w in works(desk)] == [kept["id"]]


def works(desk: Any) -> list[dict[str, Any]]:
    return list(desk.call("GET", "/api/worklist").json()["entries"])


def known_person_ko_is_not_updated(desk: Any) -> None:
    patient_id = desk.create(used_name="INCHANGE")
    desk.insi.will_answer(desk.verdict("01"))
    assert desk.receive(ADT_A28, "K3", domain="AILLEURS")[0] == "AA"
    kept = desk.read(patient_id)
    assert (kept["status"], kept["matricule"]) == ("provisoire", None)
    assert kept["used_name"] == "INCHANGE" and desk.of_private_id("K3") == []
    (work,) = works(desk)
    assert (work["patient_id"], work["reason"]) == (patient_id, "verification-ko")
    assert (work["source"], work["message_id"]) == ("AILLEURS", "M-K3-ADT^A28")
    session = desk.dui.signed_in()
    shown = session.get(f"{desk.dui.url}/liste-de-travail", timeout=10).text
    assert "AILLEURS" in shown and 'role="alert"' in shown and "M-K3" in shown
    assert "À traiter" in session.get(f"{desk.dui.url}/patients/{patient_id}", timeout=10).text
    assert desk.call("POST", f"/api/worklist/{work['id']}/done").status_code == 200
    assert desk.call("POST", f"/api/worklist/{work['id']}/done").status_code == 404
    assert works(desk)[0]["done_by"] == "pro.martin"


def own_identity_ko_is_downgraded(desk: Any) -> None:
    for patient_id, status in ((desk.recovered(), "provisoire"), (desk.qualified(), "validée")):
        path = f"/api/patients/{patient_id}/insi-verification"
        desk.insi.will_answer(desk.verdict("00"))
        assert desk.call("POST", path).json()["outcome"] == "verified"
        desk.insi.will_answer(None)
        assert desk.call("POST", path).json()["outcome"] == "fault"
        assert desk.read(patient_id)["matricule"] == desk.matricule
        desk.insi.will_answer(desk.verdict("01"))
        answer = desk.call("POST", path).json()
        kept = answer["identity"]
        assert (answer["code"], answer["outcome"]) == ("01", "downgraded")
        assert (kept["status"], kept["matricule"], kept["oid"]) == (status, None, None)
        assert works(desk)[0]["patient_id"] == patient_id
        assert desk.call("POST", path).json()["outcome"] == "refused"


def contract_of_trust_keeps_the_qualification(desk: Any) -> None:
    desk.sets(trust_contracts=["AMI"])
    assert desk.receive(ADT_A28, "C1", domain="AMI")[0] == "AA"
    kept = desk.of_private_id("C1")[0]
    assert (kept["status"], kept["matricule"]) == ("qualifiée", desk.matricule)
    assert desk.insi.requests == []


def exported(desk: Any) -> dict[str, Any]:
    answer = desk.call("GET", "/api/export")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert all(file.endswith((".md", ".json")) for file in files)
    return {name: content.decode() for name, content in files.items()}


def export_is_whole_and_documented(desk: Any) -> None:
    qualified = desk.qualified(nss="2790351215189")
    recovered = desk.recovered(birth_name="RECUPERE")
    files = exported(desk)
    assert "Place de chaque donnée" in files["LISEZ-MOI.md"] and "2 patient(s)" in files[
        "LISEZ-MOI.md"
    ]  # fmt: skip
    assert "lieu de naissance" in files["LISEZ-MOI.md"]
    explained = [name for name in files if name != "LISEZ-MOI.md"]
    assert all(name in files["LISEZ-MOI.md"] for name in explained)
    assert None not in [json.loads(files[name]) for name in explained]
    actions = {trace["action"] for trace in json.loads(files["traces.json"])}
    assert {"création d'identité", "appel INSi"} <= actions
    bundle = json.loads(files["tddui-bundle.json"])
    assert bundle["type"] == "transaction"
    assert {entry["request"]["method"] for entry in bundle["entry"]} == {"POST"}
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    resources = [entry["resource"] for entry in bundle["entry"]]
    patients = [one for one in resources if one["resourceType"] == "Patient"]
    documents = [one for one in resources if one["resourceType"] == "DocumentReference"]
    assert len(patients) == len(documents) == 2
    assert {one["subject"]["reference"] for one in documents} <= urls
    with_ins, without = patients
    assert without["name"][0]["family"] == "RECUPERE"
    assert [i["value"] for i in with_ins["identifier"]][1:] == [desk.matricule]
    assert len(without["identifier"]) == 1 and "_birthDate" in without
    local = f"3999999999/{desk.read(recovered)['private_id']}"
    assert without["identifier"][0]["value"] == local
    content = base64.b64decode(documents[0]["content"][0]["attachment"]["data"])
    record = json.loads(content)
    assert record["identite"]["nss"] == "2790351215189"
    assert [c["new"] for c in record["historique_du_statut"]] == ["récupérée", "qualifiée"]
    assert record["identite"]["id"] == qualified


CHECKS: dict[Any, str] = {
    sheet_of_a_qualified_identity: (
        "impression-sans-nom impression-sans-premier-prenom impression-sans-date "
        "impression-sans-sexe impression-nom-altere impression-sans-matricule "
        "impression-matricule-sans-nature impression-datamatrix-absent datamatrix-entete-faux "
        "datamatrix-bloc-inconnu datamatrix-cle-fausse datamatrix-oid-faux datamatrix-minuscules "
        "datamatrix-sexe-inconnu datamatrix-date-iso datamatrix-lieu-court "
        "datamatrix-sans-separateur datamatrix-autre-nom"
    ),
    sheet_of_another_identity_has_no_ins: (
        "impression-matricule-recuperee impression-datamatrix-recuperee"
    ),
    sheet_follows_the_setting: "impression-reglage-sans-effet",
    messages_bear_the_patient: "message-sans-ins message-ins-recuperee message-autre-nom",
    business_messages_are_taken: (
        "reception-orm-refusee reception-siu-refusee reception-oru-refusee "
        "reception-metier-cree-doublon reception-metier-sans-ins"
    ),
    ins_of_another_domain_is_verified: (
        "verification-tiers-absente verification-tiers-qualifiee verification-ok-sans-ins"
    ),
    verification_ok_completes_a_known_identity: "verification-ok-sans-ins",
    unknown_person_ko_is_created_without_ins: (
        "verification-ko-garde-ins verification-ko-inconnu-rejete verification-ko-sans-liste"
    ),
    known_person_ko_is_not_updated: (
        "verification-ko-met-a-jour verification-ko-sans-liste liste-travail-vide-ecran"
    ),
    own_identity_ko_is_downgraded: (
        "verification-propre-ko-ignoree verification-propre-ko-garde-matricule "
        "verification-propre-ok-retrograde"
    ),
    contract_of_trust_keeps_the_qualification: "contrat-sans-effet",
    export_is_whole_and_documented: (
        "export-patient-oublie export-sans-lisez-moi export-traces-absentes "
        "export-historique-absent export-bundle-collection export-methode-put "
        "export-reference-rompue export-identifiant-local-nu export-ins-recuperee "
        "export-sans-ordre-naissance export-ins-en-double export-nom-coupe "
        "export-donnee-non-expliquee export-json-coupe export-format-ferme "
        "export-fichier-non-explique"
    ),
}
PAIRS = [(fault, check) for check, faults in CHECKS.items() for fault in faults.split()]


def run(check: Any, desk: Any, partner: Any) -> None:
    more = (partner,) if check is messages_bear_the_patient else ()
    check(desk, *more)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_healthy(check: Any, desk: Any, partner: Any) -> None:
    run(check, desk, partner)


@pytest.mark.parametrize(("fault", "check"), PAIRS, ids=lambda v: v if isinstance(v, str) else "")
def test_fault_breaks_its_check(fault: str, check: Any, desk: Any, partner: Any) -> None:
    desk.dui.fault(fault)
    with pytest.raises((AssertionError, LookupError, TypeError, ValueError)):
        run(check, desk, partner)


def test_a_slave_takes_its_gap_as_it_is(start: Any, insi: Any) -> None:
    insi.will_answer()
    slave = start("--role", "esclave")
    content = (
        "MSH|^~\\&|GAM|AILLEURS|DPI|DUI|20260101||ADT^A28^ADT_A05|S1|T|2.5^FRA^2.11\rEVN||20260101"
        "\rPID|1||S1^^^AILLEURS&ailleurs.example.org&DNS^PI~279035121518989^^^"
        "ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||PAT-TROIS^DOMINIQUE^DOMINIQUE^^^^L||"
        "19790328|F|||^^^^^^BDL^^63220|||||||||||||||||||||VALI\rPV1|1|N\r"
    )
    assert b"MSA|AA" in slave.mllp(content.encode())
    (kept,) = slave.call("GET", "/api/patients", params={"private_id": "S1"}).json()["patients"]
    assert kept["status"] == "qualifiée" and insi.requests == []
