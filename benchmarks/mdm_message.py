"""Judging one MDM of 330 kB with its CDA by every rule, against hl7apy's parsing of it.

The message is the published replacement of the ANS when `BANC_EXEMPLES` names the folder of the
examples; else one of ours, made of the same size. `message` says which one was measured.
"""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from benchmarks.interleaved import medians
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_of

PUBLISHED = "hl7v2/mdm_t10_cda_v21_rplc.er7"
OWN = Path(__file__).parents[1] / "fixtures/messages/hl7v2/conformes/mdm_t10_remplacement.er7"
SIZE = 330_000
"""Bytes of the published message, which ours is brought to."""
ROUNDS = 20
_DOCUMENT = re.compile(rb"(?<=\^XML\^Base64\^)[A-Za-z0-9+/=]+")
_TEXT = b"Repas pris en commun."


def message() -> tuple[str, bytes]:
    """Return the message to measure and where it comes from, in French."""
    examples = os.environ.get("BANC_EXEMPLES", "")
    published = Path(examples) / PUBLISHED
    if examples and published.is_file():
        return "exemple publié", published.read_bytes()
    return "message du banc (BANC_EXEMPLES absent)", own_message()


def own_message(size: int = SIZE) -> bytes:
    """Return our own MDM, its document lengthened until the message has about `size` bytes."""
    content = OWN.read_bytes()

    def lengthened(found: re.Match[bytes]) -> bytes:
        document = base64.b64decode(found.group())
        more = max(0, size - len(content)) * 3 // 4
        text = (_TEXT + b"\n") * (more // (len(_TEXT) + 1))
        return base64.b64encode(document.replace(_TEXT, text + _TEXT, 1))

    return _DOCUMENT.sub(lengthened, content, count=1)


def measure(rounds: int = ROUNDS) -> dict[str, float | str]:
    """Return the medians in milliseconds and their ratio, both measured in turn in this run.

    Ours is reading the bytes and judging by every rule, the document decoded and parsed, from a
    new check each time; the baseline is `hl7apy.parser.parse_message` of the same text, which
    leaves the document in its base64.
    """
    from hl7apy.parser import parse_message

    source, content = message()
    text = content.decode().replace("\r\n", "\r").replace("\n", "\r")
    rules = rules_of("hl7v2")

    def ours() -> None:
        check = Check.of(Artefact("mdm.er7", content, HL7V2_MEDIA_TYPE), transport="file")
        judgement = judge(check, rules, named=False)
        examined = {one.rule_id for one in judgement.outcomes if one.examined}
        if judgement.verdict is not Verdict.CONFORM or "V2-PID-21" not in examined:
            raise AssertionError("le message de mesure n'est plus conforme")

    def theirs() -> None:
        parse_message(text)

    median = medians({"ours": ours, "theirs": theirs}, rounds, warm_up=2)
    return {
        "median_ms": round(median["ours"], 3),
        "baseline": "hl7apy.parse_message",
        "baseline_ms": round(median["theirs"], 3),
        "ratio": round(median["ours"] / median["theirs"], 4),
        "message": source,
        "kilobytes": len(content) // 1000,
    }


if __name__ == "__main__":
    print(measure())
