"""Reads the samples of the rules: `fixtures/messages/<format>/{conformes,fautifs/<rule-id>}`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.model.artefact import (
    FHIR_MEDIA_TYPE,
    HL7V2_MEDIA_TYPE,
    RELEVE_MEDIA_TYPE,
    SOAP_MEDIA_TYPE,
    Artefact,
)
from harness.model.check import SUBJECT, Check, Settings

MESSAGES = Path(__file__).parents[2] / "fixtures" / "messages"
_MEDIA_TYPES = {
    ".er7": HL7V2_MEDIA_TYPE,
    ".json": FHIR_MEDIA_TYPE,
    ".xml": SOAP_MEDIA_TYPE,
    ".pdf": "application/pdf",
}


def sample_check(path: Path) -> Check:
    """Return the check that a sample file stands for."""
    if not path.name.endswith(".check.json"):
        media_type = _MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        return Check.of(Artefact(path.name, path.read_bytes(), media_type))
    record = json.loads(path.read_text(encoding="utf-8"))
    settings = {
        k: tuple(v) if isinstance(v, list) else v for k, v in record.get("settings", {}).items()
    }
    return Check(
        {role: _artefact(path, role, entry) for role, entry in record["artefacts"].items()},
        record.get("expected", {}),
        Settings(**settings),
    )


def _artefact(path: Path, role: str, entry: dict[str, Any]) -> Artefact:
    if "file" in entry:
        return sample_check(path.parent / entry["file"]).artefacts[SUBJECT]
    text = entry["text"] if "text" in entry else json.dumps(entry["json"], ensure_ascii=False)
    return Artefact(
        f"{path.name} ({role})", text.encode(), entry.get("media_type", RELEVE_MEDIA_TYPE)
    )


def conforming(format_name: str) -> list[Path]:
    """Return the conforming samples of a format."""
    return _files(MESSAGES / format_name / "conformes")


def faulty(format_name: str, rule_id: str) -> list[Path]:
    """Return the samples that a rule must fault."""
    return _files(MESSAGES / format_name / "fautifs" / rule_id)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file())
