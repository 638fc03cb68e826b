"""Exports are opened within limits; their files, their persons and their notice are understood."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.artefact import Artefact
from harness.model.check import Check, Judgement
from harness.model.problems import Unreadable
from harness.validators.engine import judge, rules_named, rules_of
from harness.validators.export import archive as limits
from harness.validators.export.archive import Member
from harness.validators.export.formats import read_file
from harness.validators.export.names import NamedFile, named_files
from harness.validators.export.reader import Export, Guide, read_export
from harness.validators.export.traits import agrees
from tests.validators.export.write_samples import (
    CSV_FILES,
    HISTORY,
    HOLDER_JSON,
    IPP,
    NOTICE,
    PERSONS,
    QUALIFIED,
    archive,
    bundle,
    changed,
    patient,
)


def piece(content: bytes, name: str = "export") -> Artefact:
    return Artefact(name, content, "application/octet-stream")


def judged(files: dict[str, Any], *ids: str, **expected: Any) -> Judgement:
    return judge(Check.of(piece(archive(files)), **expected), rules_named(*ids))


def found(judgement: Judgement) -> list[str]:
    return [finding.at for outcome in judgement.outcomes for finding in outcome.findings]


def test_bomb_is_refused_before_it_swells() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for number in range(4):
            target.writestr(f"{number}.json", b"[" + b" " * 3_000_000)
    with pytest.raises(Unreadable, match="enfle"):
        read_export(piece(content.getvalue()))


@pytest.mark.parametrize(("name", "limit"), [("MAX_MEMBERS", 2), ("MAX_ARCHIVE", 100)])
def test_limits_are_said(monkeypatch: pytest.MonkeyPatch, name: str, limit: int) -> None:
    monkeypatch.setattr(limits, name, limit)
    with pytest.raises(Unreadable, match="le banc lit un export d'essai"):
        read_export(piece(archive(CSV_FILES)))


def test_member_that_cannot_be_taken_is_kept_with_its_reason() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        link = zipfile.ZipInfo("lien")
        link.external_attr = 0o120777 << 16
        for name in ("/racine.json", "C:/disque.json", "a/../../b.json", link, "x.json"):
            target.writestr(name, "{}")
    files = {one.name: one.problem for one in read_export(piece(content.getvalue())).files}
    assert [name for name, problem in files.items() if not problem] == ["x.json"]


def test_damaged_member_and_damaged_archive_are_told_apart() -> None:
    content = archive({"a.json": "{}" * 50})
    place = content.index(b"a.json") + 8
    damaged = content[:place] + b"\xff\xff\xff" + content[place + 3 :]
    assert "abîmé" in read_export(piece(damaged)).files[0].problem
    for broken in (content[:40], b"PK\x03\x04", b"", b"PK\x05\x06" + b"\0" * 18):
        with pytest.raises(Unreadable):
            read_export(piece(broken))


@given(content=st.binary(max_size=400), zipped=st.booleans())
def test_any_bytes_are_judged_or_refused(content: bytes, zipped: bool) -> None:
    whole = archive({"a.json": content, "notice.html": content}) if zipped else content
    for one in (whole, whole[:-3]):
        artefacts = {"subject": piece(one), "documentation": piece(content)}
        judge(Check(artefacts, {"persons": PERSONS}), rules_of("export"), named=False)


@pytest.mark.parametrize(
    ("name", "content", "format_name"),
    [
        ("a.json", b'{"resourceType": "Patient"}', "FHIR"),
        ("a.ndjson", b'{"resourceType": "Patient"}\n{"resourceType": "Patient"}', "FHIR"),
        ("", b'{"resourceType": "Bundle"}', "FHIR"),
        ("a.json", b"[1]", "JSON"),
        ("a.csv", b"a;b\n1;2\n", "CSV"),
        ("a.xml", b"<a b='1'><c>2</c><c>3</c></a>", "XML"),
        ("a.cda", b"<?xml version='1.0'?><ClinicalDocument/>", "XML"),
        ("a.htm", b"<!DOCTYPE html><p>x", "HTML"),
        ("a.er7", b"MSH|^~\\&|\rPID|1", "texte"),
        ("a.pdf", b"%PDF-1.4\n%%EOF", "PDF"),
        ("a.dcm", b"\0" * 128 + b"DICM", "DICOM"),
        ("a.bin", b"\0\1\2\3", ""),
    ],
)
def test_format_is_known_by_the_bytes(name: str, content: bytes, format_name: str) -> None:
    file = read_file(Member(name, content))
    assert (file.format, file.problem) == (format_name, "")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"\xe9{}"),
        ("a.json", b"[" * 100_000),
        ("a.xml", b"<a>"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
        ("a.pdf", b"%PDF-1.4 coup"),
        ("a.csv", b"a;b\n1;2;3\n"),
        ("a.txt", b""),
    ],
)
def test_file_that_cannot_be_read_says_why(name: str, content: bytes) -> None:
    assert read_file(Member(name, content)).problem


@pytest.mark.parametrize(
    ("trait", "expected", "written"),
    [
        ("birth_date", "1979-03-28", "28/03/1979"),
        ("birth_date", "1979-03-28", "19790328"),
        ("birth_date", "1979-03-28", "1979-03-28T00:00:00Z"),
        ("sex", "F", "Féminin"),
        ("sex", "M", "male"),
        ("matricule", "279035121518989", "2 79 03 51 215 189 89"),
        ("oid", "1.2.250.1.213.1.4.10", "urn:oid:1.2.250.1.213.1.4.10"),
        ("birth_name", "D'ARC-EN CIEL", "D’ARC-EN CIEL"),
        ("birth_given_names", "ANNE MARIE", "ANNE, MARIE"),
    ],
)
def test_usual_notations_agree(trait: str, expected: str, written: str) -> None:
    assert agrees(trait, expected, written)
    assert not agrees(trait, expected, f"{written}X") or trait == "birth_date"


def test_empty_or_other_date_never_agrees() -> None:
    assert not agrees("birth_date", "1979-03-28", "")
    assert not agrees("birth_date", "1979-00-28", "x")
    assert not agrees("birth_date", "1979-03-28", "29/03/1979")


def guide_of(text: str) -> Guide:
    return Guide((read_file(Member("LISEZ-MOI.txt", text.encode())),))


def test_notice_names_files_and_forms_of_files() -> None:
    text = "`traces.json`, patients/<ipp>.xml, lot-*.csv, IPP.pdf ; https://exemple.org/autre.json"
    named = named_files(guide_of(text))
    assert [(one.written, one.literal) for one in named] == [
        ("IPP.pdf", False),
        ("lot-*.csv", False),
        ("patients/<ipp>.xml", False),
        ("traces.json", True),
    ]


def test_form_of_a_name_fits_its_files_alone() -> None:
    paths = Export("e", tuple(read_file(Member(n, b"{}")) for n in ("p/42.xml", "q/z.json"))).paths
    form = NamedFile("p/<ipp>.xml", False)
    assert [form.fits(path) for path in paths.values()] == [True, False]


def test_notice_in_pdf_is_read() -> None:
    import typst

    source = "#set page(width: 600pt)\n" + "\\\n".join(
        line.replace("<", "\\<").replace("_", "\\_") for line in NOTICE.splitlines() if line
    )
    pdf = typst.compile(source.encode())
    files = {"notice.pdf": pdf, **{k: v for k, v in CSV_FILES.items() if "LISEZ" not in k}}
    files = {name.removeprefix("export/"): content for name, content in files.items()}
    assert found(judged(files, "POR-02", "POR-05", persons=PERSONS)) == []


def test_notice_in_an_office_format_is_unreadable_not_absent() -> None:
    office = archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
    judgement = judged({"notice.docx": office, "a.json": "{}"}, "POR-02")
    assert judgement.verdict == "INCONCLUSIVE" and "PDF" in judgement.reason


def test_place_that_names_nothing_of_the_export_is_a_warning() -> None:
    vague = changed(CSV_FILES, "export/LISEZ-MOI.txt", "patients.csv, colonne insee", "voir écran")
    judgement = judged(vague, "POR-02", persons=PERSONS)
    assert judgement.verdict == "CONFORM"
    assert found(judgement) == ["documentation, « code du lieu de naissance »"]


def test_person_without_local_identifier_is_found_by_name_and_date() -> None:
    files = {"p.json": bundle(HISTORY, patient("", QUALIFIED))}
    for private_id in (IPP, ""):
        person = {"private_id": private_id, "traits": QUALIFIED}
        assert found(judged(files, "POR-01", persons=[person])) == []


def test_nested_record_is_taken_whole_and_no_further() -> None:
    names = {key: QUALIFIED[key] for key in ("birth_name", "birth_given_names", "used_name")}
    rest = {key: value for key, value in QUALIFIED.items() if key not in names}
    mine = {"ids": [{"type": "ipp", "valeur": IPP}], "noms": names, "naissance": rest}
    other = {"ids": [{"valeur": "Z"}], "noms": {"birth_name": "AUTRE"}, "naissance": {}}
    person = {"private_id": IPP, "traits": QUALIFIED}
    files = {"p.json": json.dumps({"patients": [mine, other]})}
    assert found(judged(files, "POR-01", persons=[person])) == []
    lost = {**mine, "noms": {**names, "birth_name": ""}}
    thief = {**other, "noms": {"birth_name": QUALIFIED["birth_name"]}}
    files = {"p.json": json.dumps({"patients": [lost, thief]})}
    assert found(judged(files, "POR-01", persons=[person])) == [
        "p.json · patients[0] (nom de naissance)"
    ]


def test_history_of_another_person_is_not_taken_for_hers() -> None:
    swapped = changed(CSV_FILES, "export/statuts.csv", "\n7;", "\n9;")
    artefacts = {
        "subject": piece(archive(swapped)),
        "holder": Artefact("releve", json.dumps(HOLDER_JSON).encode(), "application/json"),
    }
    judgement = judge(Check(artefacts, {"persons": PERSONS}), rules_named("POR-04"))
    assert len(found(judgement)) == 2
