"""Judging files off line: formats recognised, bad files explained, contract of the JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.judging import (
    exit_code_of,
    judge_file,
    load_packages,
    offline_settings,
    render_text,
    visible,
)
from harness.model.check import Settings
from harness.model.problems import ConfigurationProblem
from harness.model.releve import AttemptReleve, IdentityReleve, ScreenReleve
from harness.model.verdict import Verdict
from harness.targets.configuration import load_audit_options
from harness.validators.detection import detect
from tests.validators.traces import exports as traces

MESSAGES = Path(__file__).parents[1] / "fixtures" / "messages"
GOOD_PATIENT = MESSAGES / "fhir" / "conformes" / "qualifiee.json"
BAD_PATIENT = MESSAGES / "fhir" / "fautifs" / "FR-PAT-11" / "cle-fausse.json"
GOOD_CALL = MESSAGES / "insi" / "conformes" / "recherche-par-traits.xml"

HL7 = (
    "MSH|^~\\&|A|B|C|D|20260302||ADT^A31^ADT_A05|1|T|2.5^FRA^2.11|||||FRA|UNICODE UTF-8\r"
    "PID|||X^^^E&1.2.3&ISO^PI||LORVELAN^MAELLE^MAELLE^^^^L||19790314|F\r"
)


def written(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (HL7.encode(), "x", "hl7v2"),
        (b"\x0b" + HL7.encode() + b"\x1c\r", "x", "hl7v2"),
        (b"\xef\xbb\xbf" + HL7.encode(), "x", "hl7v2"),
        (b"junk", "message.er7", "hl7v2"),
        (b'  {"resourceType" : "Patient"}', "x", "fhir"),
        (b'{"id": "1", "resourceType": "Bundle"}', "x", "fhir"),
        (GOOD_CALL.read_bytes(), "x", "insi"),
        (IdentityReleve("1", "api").artefact("a").content, "x", "identity"),
        (AttemptReleve("création", True).artefact("a").content, "x", "identity"),
        (ScreenReleve("patient", "u", "t", "a").artefact("a").content, "x", "screen"),
        (b"<ClinicalDocument/>", "x.xml", ""),
        (b'{"a": 1}', "x.json", ""),
        (b"\x00\x01", "x.bin", ""),
        (b"", "", ""),
    ],
)
def test_format_is_recognised_from_the_bytes(content: bytes, name: str, found: str) -> None:
    assert detect(content, name) == found


def test_json_line_follows_its_contract() -> None:
    record = json.loads(judge_file(BAD_PATIENT).as_json())
    assert list(record)[:4] == ["file", "format", "verdict", "rules"]
    assert (record["format"], record["verdict"]) == ("fhir", "NON_CONFORM")
    rules = {rule["id"]: rule for rule in record["rules"]}
    assert set(rules["FR-PAT-11"]) == {"id", "examined", "findings"}
    (finding,) = rules["FR-PAT-11"]["findings"]
    assert set(finding) == {"level", "at", "expected", "found", "hint"}
    assert finding["level"] == "error"
    assert [rule for rule in rules.values() if rule["findings"]] == [rules["FR-PAT-11"]]


@pytest.mark.parametrize("path", [GOOD_PATIENT, GOOD_CALL], ids=["fhir", "insi"])
def test_conforming_file_is_conform(path: Path) -> None:
    judgement = judge_file(path)
    assert (judgement.verdict, judgement.exit_code, judgement.problem) == (Verdict.CONFORM, 0, "")


def test_text_prints_the_four_slots_and_the_rules_without_subject() -> None:
    text = render_text(judge_file(BAD_PATIENT))
    line = next(line for line in text.splitlines() if "règle FR-PAT-11" in line)
    assert line.strip().startswith("Patient.identifier[0].value — attendu : clé ")
    assert " · constaté : 2790…" in line and "?" in line and "règle FR-PAT-11" in line
    assert "Non conforme" in text and "sans sujet" in text


def test_text_names_the_requirements_a_rule_cites() -> None:
    path = MESSAGES / "insi" / "fautifs" / "INSI-03" / "sexe-absent.xml"
    assert "règle INSI-03 · INS 40" in render_text(judge_file(path))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("vide.er7", b"", "vide"),
        ("binaire.bin", bytes(range(256)), "format non reconnu"),
        ("page.html", b"<!DOCTYPE html><html></html>", "format non reconnu"),
        ("coupe.json", b'{"resourceType": "Patient", "name": [', "JSON illisible"),
        ("coupe.xml", GOOD_CALL.read_bytes()[:600], "XML illisible"),
    ],
)
def test_unreadable_file_says_what_to_do(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    judgement = judge_file(written(tmp_path, name, content))
    assert said in judgement.problem
    assert judgement.exit_code == 2
    assert "Illisible" in render_text(judgement)
    assert json.loads(judgement.as_json())["problem"] == judgement.problem


def test_missing_file_folder_and_giant_are_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "introuvable" in judge_file(tmp_path / "absent.er7").problem
    assert "dossier" in judge_file(tmp_path).problem
    monkeypatch.setattr("harness.judging.MAX_BYTES", 10)
    assert "limite" in judge_file(written(tmp_path, "gros.er7", HL7)).problem


def test_format_can_be_imposed(tmp_path: Path) -> None:
    path = written(tmp_path, "x.txt", GOOD_PATIENT.read_bytes())
    assert "XML illisible" in judge_file(path, "insi").problem
    assert judge_file(path, "fhir").verdict is Verdict.CONFORM
    with pytest.raises(ConfigurationProblem, match="attendu : hl7v2"):
        judge_file(path, "cda")
    with pytest.raises(ConfigurationProblem, match="FR Core 9"):
        judge_file(path, settings=Settings(fr_core="9"))


def test_releve_is_judged_by_its_kind(tmp_path: Path) -> None:
    identity = IdentityReleve("1", "api", status="provisoire", matricule="279037505600142")
    path = written(tmp_path, "r.json", identity.artefact("a").content)
    judgement = judge_file(path, "releve")
    assert (judgement.format, judgement.verdict) == ("identity", Verdict.NON_CONFORM)
    assert "IDN-14" in render_text(judgement)
    assert "--as identity" in judge_file(path, "screen").problem


def test_resource_without_patient_is_inconclusive(tmp_path: Path) -> None:
    path = written(tmp_path, "o.json", '{"resourceType": "OperationOutcome"}')
    judgement = judge_file(path)
    assert (judgement.verdict, judgement.exit_code) == (Verdict.INCONCLUSIVE, 4)
    assert "aucune règle" in render_text(judgement)


def test_exit_code_of_several_files_is_the_worst(tmp_path: Path) -> None:
    good, bad = judge_file(GOOD_PATIENT), judge_file(BAD_PATIENT)
    missing = judge_file(tmp_path / "absent")
    assert exit_code_of([good]) == 0
    assert exit_code_of([good, missing]) == 2
    assert exit_code_of([missing, bad, good]) == 1


def test_vendor_bytes_cannot_drive_a_terminal() -> None:
    assert visible("a\x1b[31m\u202eb\né") == "a\\u001b[31m\\u202eb\\u000aé"


def test_hl7_file_with_line_feeds_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "lf.er7", HL7.replace("\r", "\n"))
    judgement = judge_file(path)
    assert (judgement.format, judgement.problem) == ("hl7v2", "")
    assert sum(one.examined for one in judgement.outcomes) > 5


PACKAGE = MESSAGES / "fhir" / "paquets" / "essai.json"
PROFILE = "https://banc.example/fhir/StructureDefinition/organisation-essai"


def organisation(tmp_path: Path, **changes: object) -> Path:
    sample = MESSAGES / "fhir" / "conformes" / "organisation-profilee.check.json"
    data = json.loads(sample.read_text(encoding="utf-8"))["artefacts"]["subject"]["json"]
    return written(tmp_path, "o.json", json.dumps({**data, **changes}))


def test_package_judges_and_tells_what_it_could_not_evaluate(tmp_path: Path) -> None:
    packages = load_packages([PACKAGE])
    judgement = judge_file(organisation(tmp_path), packages=packages)
    record = json.loads(judgement.as_json())
    assert (judgement.verdict, record["not_evaluated"]) == (Verdict.CONFORM, 2)
    assert [set(one) for one in record["not_evaluated_list"]] == [
        {"what", "why", "at", "times"}
    ] * 2
    assert "non évalué (2), ni conforme ni en erreur" in render_text(judgement)
    wrong = judge_file(organisation(tmp_path, active=False), packages=packages)
    assert wrong.verdict is Verdict.NON_CONFORM
    assert "règle FR-PRO-02" in render_text(wrong)


def test_without_package_nothing_is_said_of_profiles(tmp_path: Path) -> None:
    judgement = judge_file(organisation(tmp_path))
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert "not_evaluated" not in json.loads(judgement.as_json())
    mixed = judge_file(written(tmp_path, "m.er7", HL7), packages=load_packages([PACKAGE]))
    assert mixed.not_evaluated is None


def test_profile_can_be_imposed_on_a_file(tmp_path: Path) -> None:
    packages = load_packages([PACKAGE])
    path = organisation(tmp_path, meta={}, name=None)
    assert judge_file(path, packages=packages).verdict is Verdict.INCONCLUSIVE
    assert judge_file(path, packages=packages, profile=PROFILE).verdict is Verdict.NON_CONFORM


def test_package_options_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblem, match="lecture impossible"):
        load_packages([tmp_path / "absent.tgz"])
    with pytest.raises(ConfigurationProblem, match=r"pas un \.tgz"):
        load_packages([written(tmp_path, "p.tgz", b"\x1f\x8bxx")])
    with pytest.raises(ConfigurationProblem, match="aucun --package"):
        offline_settings(None, "2.0.0", (), PROFILE)
    settings = offline_settings("2.2.0", "9", load_packages([PACKAGE]), PROFILE)
    assert settings.fr_core == "2.2.0"
    with pytest.raises(ConfigurationProblem, match="TDDUI 9"):
        judge_file(GOOD_PATIENT, settings=settings)


def test_audit_message_is_recognised_as_a_trace() -> None:
    path = MESSAGES / "fhir" / "conformes" / "message-d-audit-syslog.xml"
    judgement = judge_file(path)
    assert (judgement.format, judgement.verdict) == ("fhir", Verdict.CONFORM)


TRACES = {"csv", "jsonl", "ndjson", "syslog", "syslog-compte"}


@pytest.mark.parametrize("name", sorted(traces.FORMATS))
def test_export_of_traces_is_judged_as_a_stream(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, f"traces-{name}", traces.FORMATS[name](*traces.DAY_OF_WORK))
    judgement = judge_file(path, None if name in TRACES else "traces")
    assert (judgement.format, judgement.verdict) == ("traces", Verdict.CONFORM)
    examined = {one.rule_id: one.examined for one in judgement.outcomes}
    assert examined["TRA-09"] == len(traces.DAY_OF_WORK)


def test_bundle_of_traces_is_left_to_fhir_unless_it_is_too_big(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "traces.json", traces.as_bundle(*traces.DAY_OF_WORK))
    assert judge_file(path).format == "fhir"
    monkeypatch.setattr("harness.judging.MAX_BYTES", 1_000)
    assert judge_file(path).format == "traces"


def test_broken_traces_are_named_and_the_rest_is_judged(tmp_path: Path) -> None:
    lines = traces.as_csv(*traces.DAY_OF_WORK).splitlines()
    lines[3] = "2026-11-22T10:14:03+01:00;coupée"
    judgement = judge_file(written(tmp_path, "traces.csv", "\n".join(lines)))
    assert judgement.verdict is Verdict.NON_CONFORM
    assert "ligne 4 — attendu : une trace lisible (CSV)" in render_text(judgement)
    examined = {one.rule_id: one.examined for one in judgement.outcomes}
    assert examined["TRA-09"] == len(traces.DAY_OF_WORK) - 1


def test_columns_of_a_target_file_are_read_without_its_secrets(tmp_path: Path) -> None:
    text = "quand;qui;quoi;resultat\n2026-11-22T10:14:00+01:00;pro.a;réglage;ok\n"
    path = written(tmp_path, "export.csv", text)
    assert "drivers.audit.columns" in judge_file(path, "traces").problem
    columns = 'recorded = "quand"\nauthor = "qui"\naction = "quoi"\n'
    target = written(tmp_path, "cible.toml", f"[drivers.audit.columns]\n{columns}")
    judgement = judge_file(path, "traces", audit=load_audit_options(target))
    assert judgement.verdict is Verdict.CONFORM


def test_wrong_columns_of_a_target_file_are_explained(tmp_path: Path) -> None:
    wrong = written(tmp_path, "cible.toml", '[drivers.audit]\ncolonnes = { recorded = "date" }\n')
    with pytest.raises(ConfigurationProblem, match=r"drivers\.audit\.colonnes"):
        load_audit_options(wrong)


def test_progress_is_told_for_a_big_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "traces.csv", traces.as_csv(*traces.DAY_OF_WORK * 500))
    judge_file(path)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("harness.judging_traces._QUIET_UNDER", 1_000)
    monkeypatch.setattr("harness.judging_traces._EVERY", 0.0)
    judge_file(path)
    told = capsys.readouterr().err.splitlines()
    assert "%" in told[0] and told[-1] == "traces.csv : 5500 traces jugées"
