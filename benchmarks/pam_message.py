"""Judging one PAM message by every rule, against hl7apy's parsing of the same message."""

from __future__ import annotations

from pathlib import Path

from benchmarks.interleaved import medians
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_of

MESSAGE = Path(__file__).parents[1] / "fixtures/messages/hl7v2/conformes/a01_admission.er7"
ROUNDS = 40


def measure(rounds: int = ROUNDS) -> dict[str, float | str]:
    """Return the medians in milliseconds and their ratio, both measured in turn in this run.

    Ours is reading the bytes and judging by every rule, from a new check each time; the baseline
    is `hl7apy.parser.parse_message` of the same text with its default options.
    """
    from hl7apy.parser import parse_message

    content = MESSAGE.read_bytes()
    text = content.decode()
    rules = rules_of("hl7v2")

    def ours() -> None:
        check = Check.of(Artefact(MESSAGE.name, content, HL7V2_MEDIA_TYPE))
        if judge(check, rules, named=False).verdict is not Verdict.CONFORM:
            raise AssertionError("le message de mesure n'est plus conforme")

    def theirs() -> None:
        parse_message(text)

    median = medians({"ours": ours, "theirs": theirs}, rounds, warm_up=3)
    return {
        "median_ms": round(median["ours"], 3),
        "baseline": "hl7apy.parse_message",
        "baseline_ms": round(median["theirs"], 3),
        "ratio": round(median["ours"] / median["theirs"], 4),
    }


if __name__ == "__main__":
    print(measure())
