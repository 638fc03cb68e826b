"""Recognise the format of a file from its bytes: cheap, never parsing the whole."""

from __future__ import annotations

import re

from harness.model.artefact import (
    FHIR_MEDIA_TYPE,
    HL7V2_MEDIA_TYPE,
    RELEVE_MEDIA_TYPE,
    SOAP_MEDIA_TYPE,
)

MEDIA_TYPES: dict[str, str] = {
    "hl7v2": HL7V2_MEDIA_TYPE,
    "fhir": FHIR_MEDIA_TYPE,
    "insi": SOAP_MEDIA_TYPE,
    "identity": RELEVE_MEDIA_TYPE,
    "screen": RELEVE_MEDIA_TYPE,
    "datamatrix": "application/pdf",
    "rights": RELEVE_MEDIA_TYPE,
    "traces": RELEVE_MEDIA_TYPE,
    "export": "application/zip",
    "oidc": RELEVE_MEDIA_TYPE,
    "directory": RELEVE_MEDIA_TYPE,
}
"""Format that a file can be judged as → media type of its artefact."""
RELEVE = "releve"
"""What `--as` may say for a relevé, whose kind then decides which rules judge it."""
ROLES: dict[str, tuple[str, str]] = {
    "identité": ("identity", "subject"),
    "tentative": ("identity", "attempt"),
    "compte": ("identity", "account"),
    "écran": ("screen", "subject"),
    "recherche": ("identity", "search"),
    "traces": ("traces", "after"),
    "appels": ("rights", "calls"),
    "accès": ("rights", "attempt"),
    "messages reçus": ("rights", "contact"),
    "professionnel": ("directory", "record"),
    "échanges PSC": ("oidc", "psc"),
}
"""Kind of a relevé → the format that judges it and the role that it plays there."""

_HEAD = 4096
_BLANKS = b"\xef\xbb\xbf\x0b \t\r\n"
_KIND = re.compile(rb'"kind"\s*:\s*"([^"]{1,20})"')
_RESOURCE = re.compile(rb'"resourceType"\s*:')
_EXTENSIONS = {".er7": "hl7v2", ".hl7": "hl7v2"}


def detect(content: bytes, name: str = "") -> str:
    """Return the format of a file (a key of `MEDIA_TYPES`), '' when none is recognised.

    The bytes decide; the extension only helps for an HL7 file whose beginning is damaged.
    """
    head = content[:_HEAD].lstrip(_BLANKS)
    if head.startswith(b"%PDF-"):
        return "datamatrix"
    if content.startswith(b"PK\x03\x04"):
        return "export"
    if head.startswith((b"MSH", b"FHS", b"BHS")):
        return "hl7v2"
    if head.startswith((b"{", b"[")):
        return _json_format(content)
    if head.startswith(b"<"):
        if b"<AuditMessage" in head:
            return "fhir"
        return "insi" if _is_soap(content[: _HEAD * 4]) else ""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    return _EXTENSIONS.get(suffix, "")


def releve_kind(content: bytes) -> str:
    """Return the kind of a relevé (`identité`, `écran`…), '' when the bytes are not one.

    The kind is among the first keys of a relevé: only the beginning is read.
    """
    found = _KIND.search(content[:_HEAD])
    kind = found.group(1).decode("utf-8", "replace") if found else ""
    return kind if kind in ROLES else ""


def is_export_of_traces(head: bytes, *, too_big: bool = False) -> bool:
    """Tell whether the beginning of a file is that of an export of traces.

    A Bundle of AuditEvents is left to the rules of FHIR, unless the file is `too_big` for them.
    """
    from harness.validators.traces.stream import recognised

    if recognised(head):
        return True
    return too_big and b'"AuditEvent"' in head


def _json_format(content: bytes) -> str:
    kind = releve_kind(content)
    if kind and not _RESOURCE.search(content[:_HEAD]):
        return ROLES[kind][0]
    return "fhir" if _RESOURCE.search(content) else ""


def _is_soap(head: bytes) -> bool:
    return b"Envelope" in head or b"INSi" in head
