"""What Allure shows of the whole run: its categories, its environment and what executed it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from harness.model.results import RunReport
from harness.model.verdict import VERDICT_TABLE
from harness.reporting.wording import flat


def categories() -> list[dict[str, object]]:
    """Return one category a verdict; they match on the first word of the status message."""
    return [
        {
            "name": row.word,
            "description": row.meaning,
            "matchedStatuses": [row.allure],
            "messageRegex": f"^{row.word} — .*",
        }
        for row in VERDICT_TABLE
        if row.allure
    ]


def write_run_files(folder: Path, report: RunReport) -> None:
    """Write `categories.json`, `environment.properties` and `executor.json`.

    Raises `OSError` when the folder cannot be written.
    """
    _write_json(folder / "categories.json", categories())
    lines = (f"{_key(name)} = {_value(value)}\n" for name, value in _environment(report))
    (folder / "environment.properties").write_text("".join(lines), encoding="utf-8", newline="\n")
    _write_json(
        folder / "executor.json",
        {
            "name": "Banc de conformité",
            "type": "banc",
            "buildName": f"graine {report.seed}",
            "buildOrder": 1,
            "reportName": f"Banc de conformité — {report.target}",
        },
    )


def _environment(report: RunReport) -> Iterator[tuple[str, str]]:
    yield "Cible", report.target
    yield "Éditeur", report.vendor
    yield "Fichier de la cible", report.target_file
    yield "Début (UTC)", f"{report.started:%d/%m/%Y %H:%M:%S}"
    yield "Fin (UTC)", f"{report.ended:%d/%m/%Y %H:%M:%S}"
    yield "Graine", str(report.seed)
    yield from ((f"Version : {name}", value) for name, value in report.versions.items())
    yield from ((f"Profil : {name}", value) for name, value in report.profile.items())
    yield from ((f"Service : {name}", value) for name, value in report.services.items())
    yield from ((f"Remarque {number}", note) for number, note in enumerate(report.notes, 1))
    if report.interrupted:
        yield "Exécution", "interrompue avant la fin"


def _key(text: str) -> str:
    escaped = _value(text)
    for char in " :=#!":
        escaped = escaped.replace(char, f"\\{char}")
    return escaped


def _value(text: str) -> str:
    return (flat(text) or "non renseigné").replace("\\", "\\\\")


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8", newline="\n")
