"""Judging a Bundle of 200 FHIR entries by every rule, against fhir.resources' R4B parsing of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.interleaved import medians
from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_of

TRANSFER = Path(__file__).parents[1] / "fixtures/messages/fhir/conformes/transfert-tddui.json"
ENTRIES = 200
ROUNDS = 15


def bundle(entries: int = ENTRIES) -> bytes:
    """Return a transfer of that many entries: the sample's, again and again under fresh names."""
    sample = json.loads(TRANSFER.read_text(encoding="utf-8"))
    listed: list[Any] = []
    while len(listed) < entries:
        text = json.dumps(sample["entry"], ensure_ascii=False)
        listed += json.loads(text.replace("urn:uuid:5c1a0000", f"urn:uuid:5c1a{len(listed):04x}"))
    sample["entry"] = listed[:entries]
    return json.dumps(sample, ensure_ascii=False).encode()


def patients_only(entries: int = ENTRIES) -> bytes:
    """Return a Bundle of Patients with an INS alone: the dearest entries to judge."""
    sample = json.loads(TRANSFER.read_text(encoding="utf-8"))
    patient = sample["entry"][1]["resource"]
    del patient["managingOrganization"]
    sample["type"] = "searchset"
    sample["meta"] = {"profile": []}
    sample["entry"] = [{"resource": patient} for _ in range(entries)]
    return json.dumps(sample, ensure_ascii=False).encode()


def measure(rounds: int = ROUNDS) -> dict[str, float | str]:
    """Return the medians in milliseconds and their ratio, both measured in turn in this run.

    Ours is reading the bytes and judging by every rule of the format, from a new check each time;
    the baseline is `Bundle.model_validate_json` of fhir.resources (R4B) on the same bytes.
    `patients_ms` is ours on as many Patients, whose structure costs the most.
    """
    from fhir.resources.R4B.bundle import Bundle

    content, patients = bundle(), patients_only()
    rules = rules_of("fhir")

    def judged(body: bytes) -> None:
        check = Check.of(Artefact("lot.json", body, FHIR_MEDIA_TYPE))
        if judge(check, rules, named=False).verdict is not Verdict.CONFORM:
            raise AssertionError("le lot de mesure n'est plus conforme")

    acts: dict[str, Callable[[], object]] = {
        "ours": lambda: judged(content),
        "patients": lambda: judged(patients),
        "theirs": lambda: Bundle.model_validate_json(content),
    }
    median = medians(acts, rounds)
    return {
        "median_ms": round(median["ours"], 3),
        "baseline": "fhir.resources R4B Bundle",
        "baseline_ms": round(median["theirs"], 3),
        "ratio": round(median["ours"] / median["theirs"], 4),
        "patients_ms": round(median["patients"], 3),
    }


if __name__ == "__main__":
    print(measure())
