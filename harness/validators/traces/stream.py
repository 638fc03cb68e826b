"""Exported traces as batches, whatever their format, from a stream or from a check."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

from harness.model.check import Check
from harness.validators.traces.columns import Reading, tells_traces
from harness.validators.traces.event import CSV, FHIR, JSON_LINES, LINE, SYSLOG, Batch
from harness.validators.traces.lines import Progress, silent, text_blocks
from harness.validators.traces.reader_csv import csv_batches
from harness.validators.traces.reader_json import element_batches, json_line_batches
from harness.validators.traces.reader_syslog import syslog_batches

AUDIT, EARLIER = "audit", "before"
"""Roles: the exported traces under judgement; those exported before the acts of the scenario.

Several exports of the same acts have a name each (`audit-csv`, `before-csv`…), and the pages of one
a number (`audit-fhir`, `audit-fhir-2`…).
"""
_HEAD = 1 << 16
_FIRST = 2_000
"""Characters in which the keys of the first object of a list are looked for."""
_SYSLOG = re.compile(r"(?:\d{1,7} )?<\d{1,3}>")
_LONE_MESSAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<AuditMessage")
_KEYS = re.compile(r'"([^"\\]{1,40})"\s*:')
_PAGE = re.compile(r"-\d+$")


def batches(check: Check) -> Iterator[Batch]:
    """Yield the batches of the exports under judgement, one export after the other."""
    yield from batches_of(check, AUDIT)


def batches_of(check: Check, role: str) -> Iterator[Batch]:
    """Yield the batches of `role` and of its exports (`role-…`), read as the check expects.

    `source` is the name of the export without its role: '' for `audit`, `-csv` for `audit-csv`.
    """
    roles = [one for one in check.artefacts if one == role or one.startswith(f"{role}-")]
    reading = Reading.expected(check.expected)
    for one in roles:
        artefact = check.artefacts[one]
        source = _PAGE.sub("", one.removeprefix(role))
        title = artefact.name if len(roles) > 1 else ""
        for batch in read_batches(io.BytesIO(artefact.content), reading):
            yield batch._replace(source=source, title=title)


def read_batches(
    stream: BinaryIO, reading: Reading, progress: Progress = silent
) -> Iterator[Batch]:
    """Yield the traces of a stream in batches of about a thousand, never holding it whole.

    An empty text is an export without a trace. Raises `Unreadable` for what is no export.
    """
    blocks = text_blocks(stream, reading.encoding, progress)
    head = ""
    while len(head) < _HEAD and (block := next(blocks, "")):
        head += block
    if head.strip():
        yield from _reader(head)(chain([head], blocks), reading)
    else:
        yield Batch(JSON_LINES, LINE, [], [])


def _reader(head: str) -> Callable[[Iterator[str], Reading], Iterator[Batch]]:
    start = head.lstrip()
    if _SYSLOG.match(start) or _LONE_MESSAGE.match(start):
        return syslog_batches
    if start.startswith("["):
        return element_batches
    if start.startswith("{"):
        return element_batches if _is_one_object(start) else json_line_batches
    return csv_batches


def _is_one_object(start: str) -> bool:
    """Tell whether a JSON text is one object over the whole file, and not one a line."""
    lines = [line for line in start.splitlines()[:50] if line.strip()]
    if sum(line.startswith("{") for line in lines) > 1:
        return False
    bundle = re.search(r'"resourceType"\s*:\s*"Bundle"', start)
    return bundle is not None or not lines[0].rstrip().endswith("}")


def recognised(content: bytes) -> str:
    """Return the format of traces that the beginning of a file shows, '' when it shows none.

    A lone AuditMessage and a FHIR resource are left to the rules of FHIR, except a Bundle or an
    array cut by the end of the bytes given: nobody could hold it whole.
    """
    text = content[:_HEAD].decode("utf-8", "replace").removeprefix("\ufeff").lstrip()
    if _SYSLOG_LINES.match(text):
        lone = "<AuditMessage" in text and len(_SYSLOG_LINES.findall(text)) == 1
        return "" if lone and text.startswith("<") else SYSLOG
    if text.startswith("{"):
        lines = text.splitlines()
        if _is_one_object(text):
            return ""
        if '"resourceType"' in lines[0]:
            return FHIR if '"AuditEvent"' in lines[0] and len(lines) > 1 else ""
        return JSON_LINES if tells_traces(_KEYS.findall(lines[0])) else ""
    if text.startswith("["):
        if '"AuditEvent"' in text:
            return FHIR
        return JSON_LINES if tells_traces(_KEYS.findall(text[:_FIRST])) else ""
    header = text.partition("\n")[0].strip()
    return CSV if _is_header(header) else ""


_SYSLOG_LINES = re.compile(r"(?m)^(?:\d{1,7} )?<\d{1,3}>\d{1,2} \S+T\S+ ")


def _is_header(line: str) -> bool:
    names = (line.replace('"', "").split(delimiter) for delimiter in ";,\t|")
    return any(len(one) > 2 and tells_traces(one) for one in names)
