"""Traces as CSV and as JSON lines, under the same French names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from demo_dui import faults
from demo_dui.audit import AuditLine

COLUMNS = {
    "date": "recorded",
    "heure_acte": "occurred",
    "auteur": "author",
    "role": "role",
    "action": "action",
    "personne": "person",
    "resultat": "result",
    "origine": "origin",
    "detail": "detail",
    "demande": "request",
    "reponse": "answer",
    "id": "id",
}
# A cell that starts so would be a formula in a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(line: AuditLine) -> dict[str, str]:
    """A trace under the names of the columns."""
    return {column: getattr(line, name) for column, name in COLUMNS.items()}


def csv_rows(lines: Iterable[AuditLine]) -> Iterator[str]:
    """The header, then one row a trace; `;` between, quotes where a cell needs them."""
    yield ";".join(COLUMNS) + "\r\n"
    bare = faults.active("journal-csv-separateur")
    for line in lines:
        cells = [_cell(value) for value in as_json(line).values()]
        if bare:
            yield ";".join(cells) + "\r\n"
            continue
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=";").writerow(cells)
        yield buffer.getvalue()


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def json_lines(lines: Iterable[AuditLine]) -> Iterator[str]:
    """One JSON object a line."""
    held = ""
    for line in lines:
        yield held
        held = json.dumps(as_json(line), ensure_ascii=False) + "\n"
    yield held[: len(held) // 2] if faults.active("journal-json-coupe") else held
