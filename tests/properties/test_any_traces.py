"""Any bytes given as traces are read or refused in words, and every line is accounted for."""

from __future__ import annotations

import io
import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.check import Check
from harness.model.problems import Unreadable
from harness.validators.engine import judge, rules_of
from harness.validators.traces.columns import Reading
from harness.validators.traces.stream import read_batches, recognised
from tests.validators.traces import exports as e

RULES = [one for one in rules_of("traces") if one.stream is not None]
WHOLE = {name: write(*e.DAY_OF_WORK).encode() for name, write in e.FORMATS.items()}


def judged(content: bytes) -> int:
    """Return how many lines were accounted for: read, or named as broken."""
    batches = read_batches(io.BytesIO(content), Reading())
    judgement = judge(Check({}, {"acts": e.ACTS}), RULES, named=False, batches=batches)
    outcomes = {one.rule_id: one for one in judgement.outcomes}
    for outcome in judgement.outcomes:
        for finding in outcome.findings:
            assert finding.at and finding.expected and finding.found
    return outcomes["TRA-28"].examined


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert recognised(content) in (
        "",
        *{"CSV", "JSON par ligne"},
        "syslog RFC 5424",
        "AuditEvent FHIR",
    )
    judged(content)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(WHOLE)), seed=st.integers(0, 10**9), count=st.integers(1, 8))
def test_damaged_exports_are_read_or_refused(name: str, seed: int, count: int) -> None:
    draw, content = random.Random(seed), bytearray(WHOLE[name])
    for _ in range(count):
        start = draw.randrange(len(content))
        content[start : start + draw.choice((0, 1, 5, 300))] = draw.choice(
            (b"", b"\xff", b'"', b"\n", b"{", b"]", b";;", b"\\", b"<", b"9999 <1>1 ", b"\x00")
        )
    judged(bytes(content))


@settings(max_examples=60, deadline=None)
@given(bad=st.sets(st.integers(0, len(e.DAY_OF_WORK) - 1)), name=st.sampled_from(["csv", "ndjson"]))
def test_every_line_is_read_or_named(bad: set[int], name: str) -> None:
    head, *lines = (["", *WHOLE[name].decode().splitlines()], WHOLE[name].decode().splitlines())[
        name == "csv"
    ]
    hurt = [line[:40] if number in bad else line for number, line in enumerate(lines)]
    text = "\n".join([head, *hurt] if head else hurt)
    found = list(read_batches(io.BytesIO(text.encode()), Reading()))
    first = 2 if head else 1
    assert {line.number - first for batch in found for line in batch.broken} == bad
    assert sum(len(batch.events) for batch in found) == len(lines) - len(bad)


@settings(max_examples=80, deadline=None)
@given(
    values=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=40),
        min_size=len(e.COLUMNS),
        max_size=len(e.COLUMNS),
    )
)
def test_any_text_comes_back_as_it_was_written(values: list[str]) -> None:
    row = dict(zip(e.COLUMNS, values, strict=True))
    for write in (e.as_csv, e.as_json_lines):
        if write is e.as_csv and any("\n" in one for one in values):
            continue
        try:
            found = [
                event
                for batch in read_batches(io.BytesIO(write(row).encode()), Reading())
                for event in batch.events
            ]
        except Unreadable as problem:
            raise AssertionError(f"{problem} : {json.dumps(row)}") from problem
        told = [(one.author, one.action, one.detail) for one in found]
        assert told == [(row["auteur"], row["action"], row["detail"])]
