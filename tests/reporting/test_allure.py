"""An Allure result holds the steps, the checks in four slots, the proofs, and no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.redaction import Redactor
from harness.model.artefact import Artefact
from harness.model.problems import HarnessFault
from harness.model.results import FiledProof, RunReport, ScenarioResult
from harness.model.verdict import Verdict
from harness.reporting.allure import AllureWriter

MATRICULE = "279031234567823"


def _written(folder: Path, result: ScenarioResult, *more: Any, **options: Any) -> dict[str, Any]:
    AllureWriter(folder, **options).scenario(result, *more)
    (path,) = folder.glob("*-result.json")
    data: dict[str, Any] = json.loads(path.read_bytes())
    return data


def _steps(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for step in node.get("steps", ()):
        yield step
        yield from _steps(step)


def _attachments(node: dict[str, Any]) -> list[dict[str, Any]]:
    nodes = [node, *_steps(node)]
    return [one for each in nodes for one in each.get("attachments", ())]


def _one(report: RunReport, verdict: Verdict) -> ScenarioResult:
    return next(one for one in report.scenarios if one.verdict is verdict)


def test_a_non_conformity_shows_its_findings_in_four_slots(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    data = _written(tmp_path, _one(report, Verdict.NON_CONFORM), steps, catalogue)
    names = [one["name"] for one in _steps(data)]
    assert (
        "Erreur — PID-3[2] — attendu : aucun matricule INS tant que PID-32 ne contient pas VALI · "
        "constaté : 2790…23 avec PID-32 = PROV · La pièce d'identité a-t-elle été contrôlée avant "
        "l'émission ? · règle V2-PID-09 · INS/va1.53, INS 34"
    ) in names
    assert data["statusDetails"]["message"].startswith("Non conforme — ")
    assert "· règle V2-PID-09" in data["statusDetails"]["trace"]


def test_a_success_is_said_and_an_empty_slot_too(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    data = _written(tmp_path, _one(report, Verdict.CONFORM), steps, catalogue)
    names = [one["name"] for one in _steps(data)]
    assert "V2-PID-05 — conforme, aucun constat (2 sujets examinés)" in names
    assert "V2-ZFD-01 — conforme, 1 avertissement (1 sujet examiné)" in names
    empty = "INS 25.1.2 — Lien de la validation Gazelle — emplacement vide, pièce à fournir"
    assert empty in names


def test_rules_that_examined_nothing_are_never_shown_as_passed(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    data = _written(tmp_path, _one(report, Verdict.INCONCLUSIVE), steps, catalogue)
    idle = {one["name"]: one["status"] for one in _steps(data) if one["name"].startswith("V2-")}
    assert idle == {
        "V2-ACK-03 — sans sujet : rien à examiner dans cette pièce": "failed",
        "V2-ACK-04 — illisible : acquittement tronqué": "failed",
    }


def test_labels_name_referential_family_exigence_scenario_and_proof(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    data = _written(tmp_path, _one(report, Verdict.NON_CONFORM), steps, catalogue)
    labels = {(one["name"], one["value"]) for one in data["labels"]}
    assert {
        ("parentSuite", "DMN 1.2.2 + Ségur DUI"),
        ("suite", "INS · INS/va1"),
        ("requirement", "INS/va1.53"),
        ("scenario", "INS 34.1"),
        ("proof", "INS 34.1.1"),
        ("tag", "INS 34"),
        ("severity", "critical"),
    } <= labels
    tree = ("parentSuite", "suite", "subSuite", "epic", "feature", "story")
    assert all([name for name, _ in labels].count(one) == 1 for one in tree)
    assert "links" not in data


def test_each_attachment_is_a_file_of_its_own(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    # The generator loses a file that two steps refer to.
    data = _written(tmp_path, _one(report, Verdict.NON_CONFORM), steps, catalogue)
    sources = [one["source"] for one in _attachments(data)]
    assert len(sources) == len(set(sources)) > 8
    assert all((tmp_path / one).stat().st_size for one in sources)


def test_a_heavy_picture_is_written_once(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    heavy = Artefact("fiche", b"\x89PNG\r\n\x1a\n" + bytes(90_000), "image/png", "écran")
    twins = tuple(FiledProof(one, "Fiche", (heavy,)) for one in ("INS 34.1.1", "INS/va1.53.01.01"))
    shown = replace(steps[0], attachments=(heavy,))
    result = replace(_one(report, Verdict.CONFORM), proofs=twins, checks=())
    data = _written(tmp_path, result, (shown,), catalogue)
    sizes = [path.stat().st_size for path in tmp_path.glob("*-attachment.*")]
    assert sum(size > 80_000 for size in sizes) == 1
    assert "INS 34.1.1, INS/va1.53.01.01 — Fiche" in [one["name"] for one in _steps(data)]
    pointer = next(one for one in _attachments(data) if one["name"] == "fiche")
    assert "déjà montrée" in (tmp_path / pointer["source"]).read_text(encoding="utf-8")


def test_markup_of_the_vendor_is_escaped_and_never_attached_as_a_page(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    spiteful = replace(_one(report, Verdict.REVIEW), reason="<script>alert(1)</script>")
    data = _written(tmp_path, spiteful, steps, catalogue)
    assert "<script" not in data["descriptionHtml"]
    assert "&lt;script&gt;" in data["descriptionHtml"]
    assert {one["type"] for one in _attachments(data)} <= {"text/plain", "image/png"}


def test_matricules_are_shortened_in_text_and_whole_in_pieces(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    data = _written(tmp_path, _one(report, Verdict.NON_CONFORM), steps, catalogue)
    assert MATRICULE not in json.dumps(data)
    pieces = [path.read_bytes() for path in tmp_path.glob("*-attachment.txt")]
    assert any(MATRICULE.encode() in one for one in pieces)


def test_secrets_never_reach_the_folder(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    redactor = Redactor()
    redactor.hide("hunter2-secret", "mot-de-passe")
    leaking = Artefact("requête", b"GET / HTTP/1.1\r\nlogin=hunter2-secret\r\n", "message/http")
    result = replace(
        _one(report, Verdict.INCONCLUSIVE),
        reason="refus pour hunter2-secret",
        proofs=(FiledProof("INS 45.1.1", "Requête", (leaking,)),),
    )
    step = replace(steps[0], message="hunter2-secret refusé")
    _written(tmp_path, result, (step,), catalogue, clean=redactor.clean)
    assert not [one for one in tmp_path.iterdir() if b"hunter2-secret" in one.read_bytes()]


def test_an_exigence_unknown_to_the_catalogue_is_shown_by_its_id(
    report: RunReport, steps: Any, catalogue: Any, tmp_path: Path
) -> None:
    odd = replace(_one(report, Verdict.CONFORM), requirement_ids=("INS 999",))
    data = _written(tmp_path, odd, steps, catalogue)
    assert "INS 999" in data["descriptionHtml"]


def test_the_environment_reads_back(report: RunReport, tmp_path: Path) -> None:
    writer = AllureWriter(tmp_path)
    odd = replace(report, services={"INSi = réel": "C:\\banc\nligne"})
    writer.finish(odd)
    text = (tmp_path / "environment.properties").read_text(encoding="utf-8")
    assert "Service\\ \\:\\ INSi\\ \\=\\ réel = C:\\\\banc ligne\n" in text
    assert "Cible = DUI d'essai 3.2\n" in text


def test_a_folder_that_cannot_be_made_is_our_fault(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("occupé")
    with pytest.raises(HarnessFault, match="écriture impossible"):
        AllureWriter(tmp_path / "fichier" / "allure-results")
