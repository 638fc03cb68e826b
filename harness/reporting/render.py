"""Pieces made readable: what the report shows of captured bytes, never the bytes run as a page.

Vendor bytes are shown as plain text (HTML and SVG included) or, for genuine bitmap images, as
they are. The whole bytes stay in the run folder, under `pieces/<sha256>`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from harness.model.artefact import HL7V2_MEDIA_TYPE, RELEVE_MEDIA_TYPE, Artefact
from harness.reporting.render_hl7 import looks_like_hl7, render_hl7
from harness.reporting.render_releve import render_releve

TEXT = "text/plain"
SHOWN_CHARACTERS = 60_000
"""Beyond, the rendering is cut and says so: the report stays small."""
PAGE_DPI = 96
SHOWN_PAGES = 3
_RULE = "─" * 66
_BITMAPS = {
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"GIF8": ("image/gif", "gif"),
}
"""First bytes → media type and extension: the declared type is not believed."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an attachment of the report holds."""

    content: bytes
    media_type: str
    extension: str


def render(artefact: Artefact) -> Rendering:
    """Return the artefact as a bitmap as it is, or as captioned plain text. Never raises."""
    for mark, (media_type, extension) in _BITMAPS.items():
        if artefact.content.startswith(mark):
            return Rendering(artefact.content, media_type, extension)
    if artefact.content.startswith(b"%PDF-"):
        return render_pdf(artefact)
    body = _readable(artefact)
    if len(body) > SHOWN_CHARACTERS:
        body = f"{body[:SHOWN_CHARACTERS]}\n[…] affichage coupé : la pièce entière est au dossier"
    return captioned(artefact, body)


def captioned(artefact: Artefact, body: str) -> Rendering:
    """Return a text under what identifies its piece."""
    text = f"{caption(artefact)}\n{_RULE}\n{body}\n"
    return Rendering(text.encode("utf-8", "replace"), TEXT, "txt")


def render_pdf(artefact: Artefact) -> Rendering:
    """Return the first pages of a PDF as one small picture, or why it cannot be drawn."""
    from harness.model.problems import Unreadable
    from harness.validators.datamatrix.reader import page_pictures

    try:
        pages = page_pictures(artefact, PAGE_DPI, SHOWN_PAGES)
    except Unreadable as problem:
        return captioned(artefact, f"[{problem}]")
    return Rendering(pages, "image/png", "png")


def caption(artefact: Artefact) -> str:
    """Return what identifies a piece: name, origin, type, size, SHA-256 and place in the run."""
    lines = [f"Pièce    : {artefact.name}"]
    if artefact.origin:
        lines.append(f"Origine  : {artefact.origin}")
    if artefact.exchange is not None:
        lines.append(f"Échange  : n° {artefact.exchange} du journal")
    lines.append(f"Nature   : {artefact.media_type}, {len(artefact.content)} octets")
    lines.append(f"SHA-256, et nom du fichier dans pieces/ :\n  {artefact.sha256}")
    return "\n".join(lines)


def _readable(artefact: Artefact) -> str:
    content, media_type = artefact.content, artefact.media_type.partition(";")[0].strip().lower()
    if not content:
        return "(pièce vide)"
    try:
        if media_type == RELEVE_MEDIA_TYPE:
            return render_releve(content)
        if media_type == HL7V2_MEDIA_TYPE or looks_like_hl7(content):
            return render_hl7(_decoded(content))
        if media_type.endswith("json"):
            return json.dumps(json.loads(content), ensure_ascii=False, indent=2)
        if media_type.endswith("xml") and "html" not in media_type:
            return _indented_xml(content)
    except (ValueError, RecursionError) as problem:
        note = f"[illisible comme {media_type} : {problem}]"
        return f"{note}\n{_decoded(content)}"
    return _decoded(content)


def _indented_xml(content: bytes) -> str:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_blank_text=True,
    )
    try:
        tree = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise ValueError(str(problem)) from problem
    etree.indent(tree, "  ")
    return etree.tostring(tree, encoding="unicode")


def _decoded(content: bytes) -> str:
    if b"\x00" in content[:4096]:
        return _hexadecimal(content)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        return f"[octets hors UTF-8 à la position {problem.start} : affichés comme latin-1]\n" + (
            content.decode("latin-1")
        )


def _hexadecimal(content: bytes) -> str:
    shown = content[:2048]
    lines = [
        f"{offset:06x}  {shown[offset : offset + 16].hex(' ')}"
        for offset in range(0, len(shown), 16)
    ]
    left = len(content) - len(shown)
    return "\n".join([*lines, f"[…] {left} octets de plus" if left else "(fin)"])
