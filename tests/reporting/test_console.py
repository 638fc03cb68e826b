"""The console says everything in French, on any terminal, and obeys nothing that it prints."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import pytest

from harness.model.results import RunReport
from harness.model.verdict import Verdict
from harness.reporting.console import Console


def _summary(report: RunReport, code: int = 1) -> str:
    stream = io.StringIO()
    Console(stream).summary(report, None, code)
    return stream.getvalue()


def test_progress_is_one_line_an_item(report: RunReport) -> None:
    stream = io.StringIO()
    console = Console(stream)
    console.begin(48, report.target)
    console.scenario_done(report.scenarios[0], 12)
    console.scenario_done(report.scenarios[6], 13)
    begun, first, second = stream.getvalue().splitlines()
    assert begun == "Banc de conformité — cible : DUI d'essai 3.2 — 48 éléments"
    assert first.startswith("[12/48] Conforme ")
    assert "INS 25.1" in first
    assert second.startswith("[13/48] Non concluant ")
    assert second.endswith("cible muette sur MLLP")


def test_the_summary_gives_slots_reasons_and_missing_proofs(report: RunReport) -> None:
    text = _summary(report)
    assert (
        "    PID-3[2] — attendu : aucun matricule INS tant que PID-32 ne contient pas VALI · "
        "constaté : 2790…23 avec PID-32 = PROV · La pièce d'identité a-t-elle été contrôlée avant "
        "l'émission ? · règle V2-PID-09 · INS/va1.53, INS 34\n"
    ) in text
    assert "Non concluants\n  INS 45.1" in text
    assert "  INS 39\n    hors établissement (source : FAQ de l'ANS)\n" in text
    assert "pièce à fournir\n  INS 25 : INS 25.1.2 (lien Gazelle)" in text
    assert "DMN 1.2.2 (3) : Non conforme 1 · Conforme 1 · Sans objet 1" in text
    assert "Aucun navigateur" in text
    assert text.endswith("Code de sortie 1 : au moins une non-conformité.\n")


def test_terminal_escapes_and_matricules_of_the_vendor_do_not_pass(report: RunReport) -> None:
    text = _summary(report)
    assert "\x1b" not in text
    assert "\x00" not in text
    assert "279031234567823" not in text
    assert "2790…23" in text


def test_an_interrupted_run_says_so(report: RunReport) -> None:
    text = _summary(replace(report, interrupted=True), 130)
    assert "Exécution interrompue" in text
    assert "Code de sortie 130" in text


def test_a_run_without_anything_still_counts(report: RunReport) -> None:
    text = _summary(replace(report, scenarios=(), requirements=(), notes=()), 4)
    assert "Verdicts (0 éléments" in text
    assert text.count(" 0   ") == len(Verdict)


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252", "utf-8"])
def test_a_console_without_utf8_does_not_stop_the_run(report: RunReport, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n")
    Console(stream).summary(report, None, 1)
    stream.flush()
    assert b"Non-conformit" in raw.getvalue()


def test_a_terminal_gets_colours_but_no_markup(report: RunReport) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    console = Console(stream)
    console.say("[bold]crochets du fournisseur[/bold]")
    console.summary(report, None, 1)
    assert "[bold]crochets du fournisseur[/bold]" in stream.getvalue()
    assert "PID-3[2]" in stream.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "")


def test_rich_is_loaded_for_terminals_only() -> None:
    code = (
        "import sys, io; from harness.reporting.console import Console;"
        "Console(io.StringIO()).say('x'); sys.exit('rich' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reader_that_goes_away_does_not_stop_the_run(report: RunReport) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    console = Console(Gone())
    console.begin(1, report.target)
    console.summary(report, None, 0)
