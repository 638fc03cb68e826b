"""A second reader of HL7 v2 messages, hl7apy, asked only about their structure.

Two readers that share no code seldom make the same mistake: where they disagree, a person reads
the message again. A disagreement is never a finding against the vendor, for hl7apy errs as well.
Its own `validate()` condemns genuine French messages and is never called; its grouping drops
the Z segments (`find_groups=False`), and it knows no PRT before version 2.7: those are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from harness.judging import FileJudgement
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.identity import shortened
from harness.model.problems import Unreadable
from harness.model.results import ScenarioResult
from harness.model.verdict import Verdict
from harness.validators.hl7v2.reader import STANDARD_MSH2, Message, Segment, read_message

READER = "hl7apy"
PRE_ADOPTED = frozenset({"PRT"})
"""Segments of HL7 2.9 that the CDA volets use in 2.5 and 2.6."""
MAX_REMARKS = 5
"""Remarks kept of one message, and messages named in the note of a run."""
_DECLARATION = "à relire, sans constat contre l'éditeur"
_MATRICULE = re.compile(r"[0-9]{5}[0-9AB]{2,}[0-9]{6,}")
_EMPTY_END = re.compile(r"[\^&\s]+$")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the second reader says of a message, in French."""

    remarks: tuple[str, ...] = ()
    """Where the readers disagree; empty when they agree."""
    left_out: tuple[str, ...] = ()
    """Names of the segments that the second reader was not asked about."""

    @property
    def agrees(self) -> bool:
        """Return True when the two readers see the same structure."""
        return not self.remarks

    def record(self) -> dict[str, Any]:
        """Return the JSON record of the opinion."""
        return {
            "reader": READER,
            "agrees": self.agrees,
            "remarks": list(self.remarks),
            "left_out": list(self.left_out),
        }


def second_opinion(artefact: Artefact) -> Opinion | None:
    """Ask hl7apy about a message; None for bytes that our own reader cannot read."""
    try:
        message = read_message(artefact)
    except Unreadable:
        return None
    left_out = tuple(dict.fromkeys(n for n in _names(message.segments) if n in PRE_ADOPTED))
    asked = [one for one in message.segments if one.name not in PRE_ADOPTED]
    remarks = [*_remarks(message, asked)]
    if len(remarks) > MAX_REMARKS:
        more = len(remarks) - MAX_REMARKS
        remarks = [*remarks[:MAX_REMARKS], f"et {more} autre(s) écart(s)"]
    return Opinion(tuple(remarks), left_out)


def _remarks(message: Message, asked: list[Segment]) -> Iterator[str]:
    from hl7apy.parser import parse_message

    text = _text(message, asked)
    try:
        other = parse_message(text, find_groups=False)
        theirs = [(one.name, _fields(one)) for one in other.children]
    except Exception as error:
        # Bytes of a vendor in a library of others, which raises its own errors and, on odd input,
        # any of Python's: whatever it is, it is an opinion, and must not stop the judgement.
        yield f"{READER} refuse le message ({type(error).__name__} : {_discreet(str(error))})"
        return
    yield from _against_structure(message, asked)
    names = _names(asked)
    if [name for name, _ in theirs] != names:
        yield (
            f"segments lus {_discreet(', '.join(name for name, _ in theirs))} par {READER}, "
            f"{_discreet(', '.join(names))} par le banc"
        )
        return
    for ours, (_, fields) in zip(asked, theirs, strict=True):
        # MSH counts its separators as fields, and a Z segment has no type known to hl7apy.
        if ours.name != "MSH" and not ours.name.startswith("Z"):
            yield from _against_fields(ours, fields)


def _text(message: Message, asked: list[Segment]) -> str:
    """Return the segments asked about, separators in place, as `read_message` received them."""
    lines = [line for line in message.wire.text.split("\r") if line]
    kept = [line for line in lines if line[:3] not in PRE_ADOPTED]
    if message.encoding_characters != STANDARD_MSH2:
        # Judged by V2-ENC-01: the structure is read by the separators that the message follows.
        marks = asked[0].marks
        used = marks.component + marks.repetition + marks.escape + marks.subcomponent
        kept[0] = kept[0].replace(message.encoding_characters, used, 1)
    return "\r".join(kept)


def _names(segments: Iterable[Segment]) -> list[str]:
    return [one.name for one in segments]


def _fields(segment: Any) -> dict[int, list[str]]:
    """Return the valued repetitions of each field of a segment of hl7apy."""
    found: dict[int, list[str]] = {}
    for field in segment.children:
        number = str(field.name).rpartition("_")[2]
        if number.isdecimal():
            found.setdefault(int(number), []).append(_plain(field.to_er7()))
    return found


def _against_fields(ours: Segment, theirs: dict[int, list[str]]) -> Iterator[str]:
    for number in range(1, max([len(ours.fields) - 1, *theirs], default=0) + 1):
        mine = [_plain(one.text) for one in ours.repetitions(number)]
        other = theirs.get(number, [])
        if [one for one in mine if one] != [one for one in other if one]:
            pairs = list(zip_longest(mine, other, fillvalue=""))
            where = next((rank for rank, (a, b) in enumerate(pairs, 1) if a != b), 1)
            yield (
                f"{ours.path(number)}[{where}] : {len(other)} répétition(s) lue(s) par {READER}, "
                f"{len(mine)} par le banc, ou un contenu coupé autrement"
            )


def _plain(text: str) -> str:
    """Return a repetition without its empty end nor the HL7 null, which readers keep or drop."""
    text = _EMPTY_END.sub("", text.strip())
    return "" if text == '""' else text


def _discreet(text: str) -> str:
    """Return a text of the message short, and without any whole matricule."""
    return _MATRICULE.sub(lambda found: shortened(found.group()), text)[:120]


def _against_structure(message: Message, asked: list[Segment]) -> Iterator[str]:
    structure = message.header.value(9, 3)
    tables = _structure(message.header.value(12), structure)
    if tables is None:
        return
    allowed, needed = tables
    seen = _names(asked)
    for name in dict.fromkeys(seen):
        if name not in allowed and not name.startswith("Z"):
            yield f"{_discreet(name)} n'est pas de la structure {structure[:20]} selon {READER}"
    for name in needed:
        if name not in seen:
            yield f"{name} manque à la structure {structure[:20]} selon {READER}"


@cache
def _structure(version: str, name: str) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """Return the segments that a structure admits and demands; None when hl7apy has no such one."""
    from hl7apy import SUPPORTED_LIBRARIES, load_library

    if version not in SUPPORTED_LIBRARIES:
        return None
    table = load_library(version).MESSAGES.get(name)
    if table is None:
        return None
    parts = tuple(_parts(table, needed=True))
    return frozenset(one for one, _ in parts), tuple(one for one, needed in parts if needed)


def _parts(table: Any, *, needed: bool) -> Iterator[tuple[str, bool]]:
    # Entries are (name, reference, (min, max), kind); a group refers to a table of entries.
    for name, reference, (least, _), kind in table[1]:
        required = needed and least > 0
        if kind == "SEG":
            yield name, required
        else:
            yield from _parts(reference, needed=required)


def with_second_opinion(judgement: FileJudgement) -> FileJudgement:
    """Return the judgement of a file with the second opinion on its structure.

    A disagreement makes a conform file "à relire"; it adds nothing to any other verdict. Files
    that are no readable HL7 v2 message come back as they are.
    """
    if judgement.format != "hl7v2" or judgement.problem:
        return judgement
    path = Path(judgement.file)
    opinion = second_opinion(Artefact(path.name, path.read_bytes(), HL7V2_MEDIA_TYPE))
    if opinion is None:
        return judgement
    judged = replace(judgement, second_opinion=opinion.record())
    if opinion.agrees or judgement.verdict is not Verdict.CONFORM:
        return judged
    reason = f"second avis sur la structure : {' ; '.join(opinion.remarks)} ({_DECLARATION})"
    return replace(judged, verdict=Verdict.REVIEW, reason=reason)


def note_of_a_run(results: Iterable[ScenarioResult]) -> str:
    """Return the note of a run on the HL7 v2 messages of its checks; '' when it has none."""
    messages = {
        artefact.sha256: artefact
        for result in results
        for check in result.checks
        for artefact in check.artefacts.values()
        if artefact.media_type == HL7V2_MEDIA_TYPE
    }
    opinions = [(one, second_opinion(one)) for one in messages.values()]
    read = [(one, opinion) for one, opinion in opinions if opinion is not None]
    if not read:
        return ""
    apart = [(one, opinion) for one, opinion in read if not opinion.agrees]
    begin = f"Second avis sur la structure HL7 v2 ({READER}) : {len(read)} message(s) relu(s), "
    if not apart:
        return f"{begin}aucun désaccord."
    named = [f"{one.name} — {opinion.remarks[0]}" for one, opinion in apart[:MAX_REMARKS]]
    return f"{begin}{len(apart)} désaccord(s), {_DECLARATION} : {' ; '.join(named)}."
