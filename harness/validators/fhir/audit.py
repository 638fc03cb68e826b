"""Read the traces of TDE: AuditEvents in FHIR, and AuditMessages in XML behind a syslog header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT
from harness.model.problems import Unreadable
from harness.validators import Check
from harness.validators.fhir.document import Document, Resource, document, is_audit_message

if TYPE_CHECKING:
    from lxml import etree

TDE = "https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/"
AUDIT_EVENT = TDE + "tde-auditevent"
RESULTS = TDE + "TDEBundleResultatReponseRechercheTraces"
STANDARD = "TDE 2.0.0"
ROLES = (SUBJECT, "request", "answer")
_HEADER = re.compile(rb"<(\d{1,3})>(\d+) (\S+) (\S+) (\S+) (\S+) (\S+) ")
_CODES = ("csd-code", "code")


@dataclass(frozen=True, slots=True)
class SyslogHeader:
    """The RFC 5424 header; '' stands for an absent (`-`) field."""

    priority: int
    version: str
    timestamp: str
    host: str


@dataclass(frozen=True, slots=True)
class AuditMessage:
    """What FR-TDE-05 sees of an AuditMessage."""

    header: SyslogHeader | None
    has_odd_header: bool
    """Bytes come before the XML that are no RFC 5424 header."""
    event_codes: tuple[str, ...]
    event_at: str
    users: tuple[str, ...]
    """UserID of each ActiveParticipant, '' when it has none."""


def is_judged(check: Check) -> bool:
    """Tell whether the version of TDE that the check follows is one that the rules know."""
    return check.settings.tde.startswith("2.")


def audit_events(check: Check) -> Iterator[tuple[Document, Resource]]:
    """Yield the AuditEvents of every role that are not under another guide's profile."""
    if not is_judged(check):
        return
    for role in ROLES:
        found = document(check, role)
        for one in found.of_kind("AuditEvent") if found else ():
            if found is not None and (not one.profiles or one.declares(AUDIT_EVENT)):
                yield found, one


def audit_messages(check: Check) -> Iterator[AuditMessage]:
    """Yield the AuditMessage of the role `subject`."""
    found = check.read(read_audit_message) if is_judged(check) else None
    if found is not None:
        yield found


def read_audit_message(artefact: Artefact) -> AuditMessage | None:
    """Parse an AuditMessage, leniently on the names of the code attributes; None for other bytes.

    Raises `Unreadable` for XML that cannot be parsed.
    """
    if not is_audit_message(artefact.content):
        return None
    content = artefact.content.removeprefix(b"\xef\xbb\xbf").lstrip()
    starts = [content.find(mark) for mark in (b"<?xml", b"<AuditMessage")]
    start = min(place for place in starts if place >= 0)
    root = message_root(artefact.name, content[start:].rstrip(b"\x00\r\n "))
    found = _HEADER.match(content[:start])
    header = None if found is None else _header(found)
    return message_elements(root, header, has_odd_header=start > 0 and found is None)


def message_elements(
    root: etree._Element, header: SyslogHeader | None, *, has_odd_header: bool
) -> AuditMessage:
    """Return the elements of an AuditMessage that FR-TDE-05 asks for."""
    event = root.find("EventIdentification")
    return AuditMessage(
        header,
        has_odd_header,
        event_codes=tuple(code_of(one) for one in root.iterfind("EventIdentification/EventID")),
        event_at="" if event is None else event.get("EventDateTime", ""),
        users=tuple(one.get("UserID", "") for one in root.iterfind("ActiveParticipant")),
    )


def message_root(name: str, content: bytes) -> etree._Element:
    """Parse the XML of an AuditMessage, without entities, DTD nor network.

    Raises `Unreadable` for XML that cannot be parsed and for a DOCTYPE.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"{name} : AuditMessage illisible ({error})") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(f"{name} : DOCTYPE interdit dans un AuditMessage")
    return root


def _header(found: re.Match[bytes]) -> SyslogHeader:
    priority, version, timestamp, host = (
        one.decode("utf-8", "replace") for one in found.groups()[:4]
    )
    return SyslogHeader(int(priority), version, timestamp.strip("-"), host.strip("-"))


def code_of(element: etree._Element) -> str:
    """Return the code of a coded element, under either of its attribute names; '' without."""
    return next((element.get(name, "") for name in _CODES if element.get(name)), "")
