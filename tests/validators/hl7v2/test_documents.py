"""What the samples of V2-MDM do not show: bytes that bite, families, authorities, limits."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from harness.model.verdict import Verdict
from harness.validators.hl7v2 import documents
from harness.validators.hl7v2.reader import read_message
from tests.validators.hl7v2.judged import CONFORMING, artefact, errors, examined, judged, warned

MDM = (CONFORMING / "mdm_t02_document.er7").read_bytes()
ORU = (CONFORMING / "oru_r01_document.er7").read_bytes()
CDA = base64.b64decode(MDM.partition(b"Base64^")[2].partition(b"|")[0])
DOCUMENT_RULES = {f"V2-MDM-{n:02d}" for n in range(1, 8)} | {"V2-PID-21"}


def carrying(cda: bytes) -> bytes:
    return MDM.replace(base64.b64encode(CDA), base64.b64encode(cda))


@pytest.mark.parametrize("path", sorted(CONFORMING.glob("*_document.er7")), ids=lambda p: p.name)
def test_whole_document_message_is_examined_and_conform(path: Path) -> None:
    judgement = judged(path.read_bytes())
    wanted = DOCUMENT_RULES - ({"V2-MDM-03"} if path.name.startswith("oru") else set())
    assert wanted <= examined(judgement)
    assert judgement.verdict is Verdict.CONFORM


def test_unreadable_document_is_for_one_rule_alone() -> None:
    judgement = judged(MDM.replace(b"Base64^PD94", b"Base64^P!94"))
    assert {rule for rule, _ in errors(judgement)} == {"V2-MDM-04"}
    assert "V2-PID-21" not in examined(judgement)


@pytest.mark.parametrize(
    ("cda", "word"),
    [
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + CDA[39:], "DOCTYPE"),
        (
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
            b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><ClinicalDocument>&c;</ClinicalDocument>',
            "DOCTYPE",
        ),
        (b"<ClinicalDocument/>", "racine"),
        (b"\x00\x01\x02", "XML"),
        (b"<a>" * 400 + b"</a>" * 400, "XML"),
        (CDA.replace(b"UTF-8", b"UTF-16"), "XML"),
    ],
)
def test_document_that_bites_is_told_and_not_followed(cda: bytes, word: str) -> None:
    message = read_message(artefact(carrying(cda)))
    assert word in message.documents[0].read.problem
    assert {rule for rule, _ in errors(judged(carrying(cda)))} == {"V2-MDM-04"}


def test_document_beyond_the_limit_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", len(CDA) - 1)
    assert "au-delà" in read_message(artefact(MDM)).documents[0].read.problem


def test_empty_document_is_said_so() -> None:
    empty = MDM.replace(base64.b64encode(CDA), b"")
    assert errors(judged(empty)) == [("V2-MDM-04", "OBX-5.5")]


def test_both_documents_of_an_oru_are_judged() -> None:
    line = next(one for one in ORU.split(b"\r") if one.startswith(b"OBX|1|"))
    other = line.replace(b"OBX|1|", b"OBX|2|")
    assert errors(judged(ORU.replace(line, line + b"\r" + other))) == []
    stranger = CDA.replace(b"151113523804273", b"284072A00411793")
    wrong = other.replace(base64.b64encode(CDA), base64.b64encode(stranger))
    judgement = judged(ORU.replace(line, line + b"\r" + wrong))
    assert {rule for rule, _ in errors(judgement)} == {"V2-PID-21"}


def test_authority_that_is_no_oid_leaves_the_value_to_compare() -> None:
    local = MDM.replace(b"GAP-FICTIF&2.999.1.1&ISO^PI~", b"GAP-FICTIF&000897406&N^PI~")
    assert errors(judged(local)) == []
    assert {rule for rule, _ in errors(judged(local.replace(b"F000102", b"F000103")))} == {
        "V2-PID-21"
    }


def test_id_without_extension_is_compared_by_its_root() -> None:
    uuid = b"7d44a0c2-1b3c-4a77-8a33-0f6c1d8f1c11"
    cda = CDA.replace(b'root="2.999.1.1" extension="F000102"', b'root="' + uuid + b'"')
    sent = carrying(cda).replace(b"F000102^^^GAP-FICTIF&2.999.1.1&ISO", uuid + b"^^^GAP-FICTIF")
    assert errors(judged(sent)) == []


def test_ids_in_a_comment_or_without_value_do_not_count() -> None:
    extra = b'<patientRole><!--id root="2.999.9" extension="Y"/--><id nullFlavor="UNK"/>'
    assert errors(judged(carrying(CDA.replace(b"<patientRole>", extra)))) == []


def test_no_finding_shows_a_whole_matricule() -> None:
    stranger = carrying(CDA.replace(b"151113523804273", b"284072A00411793"))
    for outcome in judged(stranger).outcomes:
        for found in outcome.findings:
            assert "284072A004117" not in f"{found.expected} {found.found} {found.hint}"
            assert "1511135238042" not in f"{found.expected} {found.found} {found.hint}"


def test_forms_of_version_2_0_are_warnings() -> None:
    older = MDM.replace(b"expandedYes-NoIndicator", b"HL70136")
    older = older.replace(b"^participation|", b"^HL70912|")
    judgement = judged(older)
    assert errors(judgement) == []
    assert {"V2-MDM-05", "V2-MDM-06"} <= warned(judgement)


def test_mail_body_before_the_metadata_is_a_warning() -> None:
    lines = ORU.split(b"\r")
    body = next(one for one in lines if b"|CORPSMAIL_PS^" in one)
    lines.remove(body)
    place = next(rank for rank, one in enumerate(lines) if b"|MASQUE_PS^" in one)
    lines.insert(place, body)
    judgement = judged(b"\r".join(lines))
    assert errors(judgement) == []
    assert "V2-MDM-05" in warned(judgement)


def test_document_hidden_from_the_patient_should_not_go_to_them() -> None:
    hidden = MDM.replace(b"par le patient^MetaDMPMSS||N", b"par le patient^MetaDMPMSS||Y")
    assert "V2-MDM-07" in warned(judged(hidden))


def test_lps_volet_owes_no_metadata_of_the_platform() -> None:
    seen = examined(judged((CONFORMING / "mdm_t02_volet_lps.er7").read_bytes()))
    assert {"V2-MDM-05", "V2-MDM-07"} & seen == set()
    assert {"V2-MDM-01", "V2-MDM-06", "V2-PID-21"} <= seen


def test_plain_oru_is_not_condemned_and_a_pdf_is_no_cda() -> None:
    judgement = judged((CONFORMING / "oru_r01_resultats_sans_profil.er7").read_bytes())
    assert errors(judgement) == []
    assert {"V2-PID-02", "V2-PID-10", "V2-PID-13"} <= warned(judgement)
    assert not DOCUMENT_RULES & examined(judgement)


@pytest.mark.parametrize("name", ["oru_r01_resultats", "siu_s12_rendez_vous", "orm_o01_demande"])
def test_ins_in_any_message_binds_its_patient_segment(name: str) -> None:
    content = (CONFORMING / f"{name}_avec_ins.er7").read_bytes()
    seen = examined(judged(content))
    assert {f"V2-PID-{n:02d}" for n in (*range(2, 6), 8, 9, 10, 11, 13, 14, 15)} <= seen
    untyped = content.replace(b"^L||19511130", b"||19511130")
    assert {rule for rule, _ in errors(judged(untyped))} == {"V2-PID-10"}
