"""Recognise each file of an export by its bytes, and read the open formats that carry data.

JSON, CSV and XML give one same tree: dictionaries, lists and texts. Formats that only carry a
document (PDF, image…) are recognised, not searched.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.validators.export.archive import Member, is_zip

if TYPE_CHECKING:
    from lxml import etree

UNKNOWN = ""
DATA = frozenset({"FHIR", "JSON", "XML", "CSV"})
"""Formats whose content is a tree that the rules search."""
DEPTH = 200
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
_CLOSED: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format d'Office (OLE)"),
    (b"\x00\x01\x00\x00Standard ", "base Microsoft Access"),
    (b"\xac\xed\x00\x05", "objets sérialisés de Java"),
    (b"TAPE\x00\x00", "sauvegarde de SQL Server"),
    (b"PGDMP", "sauvegarde binaire de PostgreSQL"),
)
"""First bytes → a format that only its own software reads."""
_HTML = re.compile(rb"<(?:!doctype html|html)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export. `tree` is what a file of data holds, None for another."""

    name: str
    format: str
    content: bytes = field(repr=False)
    tree: Any = field(default=None, repr=False)
    problem: str = ""
    """Why it cannot be read (French)."""
    closed: str = ""
    """Name of the closed format that it is in."""

    @property
    def said_format(self) -> str:
        """Return the format as a reader is told it."""
        return self.closed or self.format or "non reconnu"

    @property
    def text(self) -> str:
        """Return the content as text, whatever its charset."""
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


def read_file(member: Member) -> ExportFile:
    """Recognise and read a file. A file that cannot be read says why; nothing is raised."""
    name, content = member.name, member.content
    if member.problem or not content.strip():
        return ExportFile(name, UNKNOWN, content, problem=member.problem or "fichier vide")
    for mark, closed in _CLOSED:
        if content.startswith(mark):
            return ExportFile(name, UNKNOWN, content, closed=closed)
    binary = _binary(content)
    if binary:
        cut = binary == "PDF" and b"%%EOF" not in content[-2048:]
        return ExportFile(name, binary, content, problem="PDF incomplet" if cut else "")
    return _textual(name, content)


def _binary(content: bytes) -> str:
    for mark, word in _MARKS:
        if content.startswith(mark):
            return word
    if content[128:132] == b"DICM":
        return "DICOM"
    if content[8:12] == b"WEBP":
        return "image"
    head = content[:4096]
    return "bureautique" if is_zip(content) and any(mark in head for mark in _OFFICE) else ""


def _textual(name: str, content: bytes) -> ExportFile:
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if suffix in {"json", "ndjson"}:
            return ExportFile(name, "JSON", content, problem="JSON qui n'est pas en UTF-8")
        text = content.decode("latin-1")
    if suffix in {"json", "ndjson", "jsonl"} or (not suffix and head[:1] in (b"{", b"[")):
        return _json(name, content, text, suffix != "json")
    if _HTML.match(head):
        return ExportFile(name, "HTML", content)
    if suffix == "xml" or head.startswith(b"<?xml"):
        return _xml(name, content)
    if _CONTROL.search(text):
        return ExportFile(name, UNKNOWN, content)
    if suffix in {"csv", "tsv"}:
        return _csv(name, content, text)
    if head[:1] == b"{" and b'"resourceType"' in content:
        return _json(name, content, text, False)
    return ExportFile(name, "texte", content)


def _json(name: str, content: bytes, text: str, by_line: bool) -> ExportFile:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        try:
            lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            lines = []
        if not (by_line and lines):
            where = (error.lineno, error.colno) if isinstance(error, json.JSONDecodeError) else ()
            why = "ligne {}, colonne {}".format(*where) if where else "nombre ou imbrication"
            return ExportFile(name, "JSON", content, problem=f"JSON illisible : {why}"[:160])
        tree = lines
    first = tree[0] if isinstance(tree, list) and tree else tree
    is_fhir = isinstance(first, dict) and isinstance(first.get("resourceType"), str)
    return ExportFile(name, "FHIR" if is_fhir else "JSON", content, tree)


def _csv(name: str, content: bytes, text: str) -> ExportFile:
    header = text.partition("\n")[0]
    sign = max(";,\t|", key=header.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if row]
    except csv.Error as error:
        return ExportFile(name, "CSV", content, problem=f"CSV illisible : {error}")
    names = rows[0]
    odd = next((n for n, row in enumerate(rows, 1) if len(row) != len(names)), 0)
    if odd:
        why = f"ligne {odd} : {len(rows[odd - 1])} colonnes au lieu de {len(names)}"
        return ExportFile(name, "CSV", content, problem=why)
    return ExportFile(
        name, "CSV", content, [dict(zip(names, row, strict=True)) for row in rows[1:]]
    )


@cache
def _parser() -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _xml(name: str, content: bytes) -> ExportFile:
    from lxml import etree

    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        return ExportFile(name, "XML", content, problem=f"XML illisible : {error}"[:160])
    if root.getroottree().docinfo.doctype:
        return ExportFile(name, "XML", content, problem="XML avec un DOCTYPE, que le banc refuse")
    return ExportFile(name, "XML", content, {_local(root.tag): _tree(root, 0)})


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _tree(element: etree._Element, depth: int) -> Any:
    """Return an element as a text when it holds only that, else as a dictionary of its parts."""
    text = (element.text or "").strip()
    if depth > DEPTH or (not len(element) and not element.attrib):
        return text
    parts: dict[str, Any] = {_local(key): str(value) for key, value in element.attrib.items()}
    if text:
        parts["#text"] = text
    for child in element:
        name, value = _local(child.tag), _tree(child, depth + 1)
        known = parts.get(name)
        if known is None:
            parts[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            parts[name] = [known, value]
    return parts
