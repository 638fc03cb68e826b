"""hl7apy reads the structure again: it agrees on sound messages, and never condemns a vendor."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from harness.judging import FileJudgement, judge_file, render_text
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Judgement
from harness.model.results import CheckResult, ScenarioResult
from harness.model.verdict import Verdict
from harness.second_opinion import (
    Opinion,
    _against_fields,
    note_of_a_run,
    second_opinion,
    with_second_opinion,
)
from harness.validators.hl7v2.reader import read_message

CONFORMING = Path(__file__).parents[1] / "fixtures" / "messages" / "hl7v2" / "conformes"
A31 = (CONFORMING / "a31_ins_valide.er7").read_bytes()
MATRICULE = b"284072A00411793"
EXAMPLES = os.environ.get("BANC_EXEMPLES", "")


def artefact(content: bytes, name: str = "message.er7") -> Artefact:
    return Artefact(name, content, HL7V2_MEDIA_TYPE)


def opinion(content: bytes) -> Opinion:
    found = second_opinion(artefact(content))
    assert found is not None
    return found


def judged(tmp_path: Path, content: bytes) -> FileJudgement:
    path = tmp_path / "message.er7"
    path.write_bytes(content)
    return with_second_opinion(judge_file(path))


@pytest.mark.parametrize("path", sorted(CONFORMING.glob("*.er7")), ids=lambda p: p.name)
def test_readers_agree_on_every_conforming_sample(path: Path) -> None:
    assert opinion(path.read_bytes()).remarks == ()


@pytest.mark.skipif(
    not EXAMPLES, reason="BANC_EXEMPLES ne nomme pas le dossier des exemples publiés"
)
def test_readers_agree_on_published_messages() -> None:
    for path in (Path(EXAMPLES) / "hl7v2").glob("*.er7"):
        assert opinion(path.read_bytes()).remarks == (), path.name


def test_pre_adopted_segment_is_left_out_and_said_so() -> None:
    found = opinion((CONFORMING / "mdm_t02_document.er7").read_bytes())
    assert (found.agrees, found.left_out) == (True, ("PRT",))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (A31.replace(b"\rPV1|1|N", b""), "PV1 manque"),
        (A31.replace(b"\rPV1", b"\rTXA|1|X\rPV1"), "TXA n'est pas de la structure"),
        (A31.replace(b"|2.5^FRA^2.11|", b"|9.9^FRA^2.11|"), "refuse le message"),
        (A31.replace(b"\rPV1", b"\rQQ1|1\rPV1"), "refuse le message"),
    ],
)
def test_disagreement_is_told(content: bytes, word: str) -> None:
    assert any(word in remark for remark in opinion(content).remarks)


def test_wrong_separators_are_for_the_rules_not_for_the_structure() -> None:
    assert opinion(A31.replace(b"^~\\&", "^\u02dc\\&".encode(), 1)).agrees


def test_bytes_that_are_no_message_have_no_opinion() -> None:
    assert second_opinion(artefact(b"\x00\x01")) is None


def test_remarks_are_few_and_show_no_whole_matricule() -> None:
    lines = A31.split(b"\r")
    lines[3:3] = [b"AB%d|" % n + MATRICULE for n in range(9)]
    lines.insert(2, MATRICULE + b"|1")
    found = opinion(b"\r".join(lines))
    assert 0 < len(found.remarks) <= 6
    assert MATRICULE[:13].decode() not in " ".join(found.remarks)


def test_disagreement_on_a_conform_file_is_to_be_read_never_non_conform(tmp_path: Path) -> None:
    content = A31.replace(b"\rPV1|1|N", b"")
    assert judge_file(CONFORMING / "a31_ins_valide.er7").verdict is Verdict.CONFORM
    judgement = judged(tmp_path, content)
    assert (judgement.verdict, judgement.exit_code) == (Verdict.REVIEW, 0)
    text = render_text(judgement)
    assert "À relire" in text and "PV1 manque" in text
    record = json.loads(judgement.as_json())
    assert record["verdict"] == "REVIEW"
    assert record["second_opinion"]["agrees"] is False
    assert all("PV1" not in str(rule["findings"]) for rule in record["rules"])


def test_agreement_changes_no_verdict(tmp_path: Path) -> None:
    judgement = judged(tmp_path, A31)
    assert judgement.verdict is Verdict.CONFORM
    assert "second avis (hl7apy) : même structure" in render_text(judgement)
    wrong = judged(tmp_path, A31.replace(MATRICULE, b"284072A00411791"))
    assert wrong.verdict is Verdict.NON_CONFORM
    assert wrong.second_opinion is not None and wrong.second_opinion["agrees"]


def test_other_files_have_no_second_opinion(tmp_path: Path) -> None:
    path = tmp_path / "patient.json"
    path.write_text('{"resourceType": "Patient"}', encoding="utf-8")
    assert with_second_opinion(judge_file(path)).second_opinion is None
    assert with_second_opinion(judge_file(tmp_path / "absent.er7")).second_opinion is None


def result(*messages: Artefact) -> ScenarioResult:
    judgement = Judgement((), Verdict.CONFORM)
    checks = tuple(CheckResult("Vérifier", {"subject": one}, judgement, {}) for one in messages)
    return ScenarioResult("a::b", "", "", "ins", (), (), (), Verdict.CONFORM, checks=checks)


def test_note_of_a_run_counts_each_message_once() -> None:
    note = note_of_a_run([result(artefact(A31)), result(artefact(A31, "le même"))])
    assert note.endswith("1 message(s) relu(s), aucun désaccord.")


def test_note_of_a_run_names_the_disagreement_as_to_be_read() -> None:
    note = note_of_a_run([result(artefact(A31), artefact(A31.replace(b"\rPV1|1|N", b""), "A31"))])
    assert "2 message(s) relu(s), 1 désaccord(s), à relire, sans constat" in note
    assert "A31 — PV1 manque" in note


def test_run_without_messages_has_no_note() -> None:
    assert note_of_a_run([result()]) == ""


def test_fields_split_otherwise_are_told() -> None:
    message = read_message(artefact(A31))
    pid = message.named("PID")[0]
    theirs = {number: [one.text for one in pid.repetitions(number)] for number in range(1, 40)}
    assert [*_against_fields(pid, theirs)] == []
    theirs[3] = ["~".join(theirs[3])]
    (told,) = _against_fields(pid, theirs)
    assert told.startswith("PID-3[1] : 1 répétition(s) lue(s) par hl7apy, 2 par le banc")
