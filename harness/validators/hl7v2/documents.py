"""The documents that a message carries in its OBX segments, and the patient ids of a CDA.

A document is an OBX of type ED whose data is not the body of a mail. Its base64 is decoded and
its XML parsed once, under limits: what cannot be read gives a French `problem`, never an error.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from harness.model.check import Check
from harness.validators.hl7v2.reader import Message, cda_messages
from harness.validators.hl7v2.segments import Repetition, Segment

if TYPE_CHECKING:
    from lxml import etree

CDA_NAMESPACE = "urn:hl7-org:v3"
LPS_VOLET = "CISIS_CDA_HL7_LPS"
MAIL_BODY = "CORPSMAIL"
MAX_DOCUMENT = 12_000_000
"""Bytes of a decoded document: a CDA with an embedded PDF stays well below."""
_CDA = "{" + CDA_NAMESPACE + "}"
_BLANKS = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class CdaPatientId:
    """An id of recordTarget/patientRole: OID (or UUID) and value, as written."""

    root: str
    extension: str


@dataclass(frozen=True)
class ReadDocument:
    """What became of the bytes: the patient ids, or why there are none."""

    problem: str = ""
    """Why the data is not a readable CDA, in French; '' when it is one."""
    patient_ids: tuple[CdaPatientId, ...] = ()


@dataclass(frozen=True)
class Document:
    """A document and the OBX segment that holds it."""

    segment: Segment
    message: Message

    @property
    def value(self) -> Repetition:
        """Return OBX-5 (type ED: source, type, subtype, encoding, data)."""
        found = self.segment.repetitions(5)
        return found[0] if found else Repetition(self.segment.path(5), "", self.segment.marks)

    @cached_property
    def read(self) -> ReadDocument:
        """Return the document decoded and parsed."""
        return _read(self.value.value(5))


def documents_of(message: Message) -> tuple[Document, ...]:
    """Return the documents of a message, in order (`Message.documents` keeps them)."""
    return tuple(Document(one, message) for one in message.named("OBX") if is_document(one))


def is_document(segment: Segment) -> bool:
    """Return True for an OBX that holds a document: type ED, said to be XML or in first place."""
    if segment.value(2) != "ED" or segment.value(3).startswith(MAIL_BODY):
        return False
    return segment.occurrence == 1 or segment.value(5, 3).upper() == "XML"


def document_messages(check: Check) -> Iterator[Message]:
    """Yield the message when it transmits a document (MDM, ORU of a CDA volet), not a receipt."""
    return (message for message in cda_messages(check) if not message.is_zam)


def to_platform(check: Check) -> Iterator[Message]:
    """Yield the message when it goes from the creator to the platform (PFI), which demands more."""
    return (message for message in document_messages(check) if not names_lps(message))


def names_lps(message: Message) -> bool:
    """Return True when MSH-21 names the volet from the platform to the consumer (LPS)."""
    return any(one.value(2) == LPS_VOLET for one in message.header.repetitions(21))


def documents(check: Check) -> Iterator[Document]:
    """Yield every document of a document message."""
    for message in document_messages(check):
        yield from message.documents


def readable_documents(check: Check) -> Iterator[Document]:
    """Yield the documents that are a readable CDA; the others are for V2-MDM-04."""
    return (one for one in documents(check) if not one.read.problem)


def _read(data: str) -> ReadDocument:
    if not data:
        return ReadDocument("aucune donnée en OBX-5.5")
    try:
        encoded = data.encode("ascii").translate(None, _BLANKS)
        content = binascii.a2b_base64(encoded, strict_mode=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        return ReadDocument(f"base64 illisible ({error})")
    if len(content) > MAX_DOCUMENT:
        return ReadDocument(f"document de {len(content)} octets, au-delà de {MAX_DOCUMENT}")
    return _parsed(content)


def _parsed(content: bytes) -> ReadDocument:
    from lxml import etree

    try:
        root = etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        return ReadDocument(f"XML illisible ({str(error)[:120]})")
    if root.getroottree().docinfo.doctype:
        return ReadDocument("DOCTYPE interdit dans un document CDA")
    if root.tag != f"{_CDA}ClinicalDocument":
        return ReadDocument(f"racine « {str(root.tag)[:60]} », et non celle d'un CDA")
    return ReadDocument("", tuple(_patient_ids(root)))


def _patient_ids(root: etree._Element) -> Iterator[CdaPatientId]:
    for target in root.iterchildren(f"{_CDA}recordTarget"):
        for role in target.iterchildren(f"{_CDA}patientRole"):
            for one in role.iterchildren(f"{_CDA}id"):
                known = one.get("root", "").strip()
                if known or not one.get("nullFlavor"):
                    yield CdaPatientId(known, one.get("extension", "").strip())


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
