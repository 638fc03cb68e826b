"""Rules on the messages that transmit a CDA: order, demand, header, document (V2-MDM-01 to 04)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.identity import shortened
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.documents import (
    Document,
    document_messages,
    names_lps,
    readable_documents,
)
from harness.validators.hl7v2.reader import Identifier, Message, Segment

STANDARD = "volet CDA-R2 en HL7 v2 2.1.3"
MDM_EVENTS = {"T02": ("NW", "F"), "T10": ("RO", "C"), "T04": ("CA", "D")}
"""Event of an MDM → ORC-1 and OBX-11: first sending, replacement, deletion."""
REPLACEMENT = "T10"
DOCUMENT_SYSTEMS = ("LN", "TRE_A05")


@rule("V2-MDM-01", each=document_messages, standard=f"{STANDARD}, structure des messages")
def document_follows_its_order(message: Message, check: Check) -> Iterator[Finding]:
    """ORC and OBR come once each, TXA once in an MDM alone, all before the document."""
    wanted = {"ORC": 1, "OBR": 1, "TXA": 1 if message.type == "MDM" else 0}
    for name, count in wanted.items():
        found = len(message.named(name))
        if found != count:
            yield Finding(
                at=name,
                expected=f"{count} segment {name} dans un {message.type}" if count else "absent",
                found=f"{found} segment(s)" if found else "absent",
                hint="La demande de traitement du document est-elle entière et unique ?",
            )
    held = message.documents
    if not held:
        yield Finding(
            at="OBX",
            expected="un premier OBX de type ED, qui porte le document",
            found="aucun document",
            hint="Le document est-il joint au message, même pour une suppression ?",
        )
        return
    names = [segment.name for segment in message.segments]
    first = message.segments.index(held[0].segment)
    for name in wanted:
        if name in names and names.index(name) > first:
            yield Finding(
                at=name,
                expected=f"{name} avant l'OBX du document",
                found="après",
                hint="Les segments sont-ils émis dans l'ordre de la structure du message ?",
            )


def demands(check: Check) -> Iterator[tuple[Message, Segment, Document]]:
    """Yield each document with the ORC segment that says what to do of it."""
    for message in document_messages(check):
        order = message.first("ORC")
        for document in message.documents if order is not None else ():
            assert order is not None
            yield message, order, document


@rule("V2-MDM-02", each=demands, standard=f"{STANDARD}, ORC-1, OBX-11 et évènement")
def demand_is_coherent(
    subject: tuple[Message, Segment, Document], check: Check
) -> Iterator[Finding]:
    """ORC-1, OBX-11 and the event say the same: sending, replacement or deletion."""
    message, order, document = subject
    found = (order.value(1), document.segment.value(11))
    if message.type == "MDM":
        expected = MDM_EVENTS.get(message.event)
        wrong = expected is not None and found != expected
        words = f"{' et '.join(expected or ())} avec l'évènement {message.event}"
    else:
        wrong = found not in MDM_EVENTS.values()
        words = "NW et F, RO et C, ou CA et D"
    if wrong:
        yield Finding(
            at=f"ORC-1 et {document.segment.path(11)}",
            expected=words,
            found=" et ".join(value[:20] or "vide" for value in found),
            hint="Une incohérence fait rejeter le message par la plateforme : que demande-t-on ?",
        )


def document_headers(check: Check) -> Iterator[tuple[Message, Segment]]:
    """Yield the TXA segments of an MDM."""
    for message in document_messages(check):
        if message.type == "MDM":
            for segment in message.named("TXA"):
                yield message, segment


@rule("V2-MDM-03", each=document_headers, standard=f"{STANDARD}, table TXA")
def document_header_is_whole(subject: tuple[Message, Segment], check: Check) -> Iterator[Finding]:
    """TXA names the document (TXA-12), the one that it replaces (TXA-13), TEXT and AU."""
    message, txa = subject
    fixed = {1: "1", 3: "TEXT", 17: "AU"}
    for number, wanted in fixed.items():
        value = txa.value(number)
        if value != wanted:
            old = number == 17 and value == "LA"
            yield Finding(
                at=txa.path(number),
                expected=wanted,
                found=value[:30] or "vide",
                hint="LA vient des versions anciennes du volet : laquelle l'interface suit-elle ?"
                if old
                else "La valeur fixée par le volet est-elle émise ?",
                level=Level.WARNING if old and names_lps(message) else None,
            )
    needed = {12: "l'identifiant unique du document"}
    if message.event == REPLACEMENT:
        needed[13] = "l'identifiant du document remplacé"
    for number, label in needed.items():
        if not txa.value(number):
            yield Finding(
                at=txa.path(number),
                expected=label,
                found="vide",
                hint="L'identifiant est-il celui de l'en-tête du CDA, racine et extension ?",
            )


def first_documents(check: Check) -> Iterator[tuple[Message, Document | None]]:
    """Yield each document; None when the first OBX of the message holds none."""
    for message in document_messages(check):
        held = message.documents
        first = message.first("OBX")
        if first is not None and (not held or held[0].segment is not first):
            yield message, None
        for document in held:
            yield message, document


@rule(
    "V2-MDM-04",
    each=first_documents,
    standard=f"{STANDARD}, OBX du document",
    overlaps=("V2-MDM-01",),
)
def document_is_a_coded_cda(
    subject: tuple[Message, Document | None], check: Check
) -> Iterator[Finding]:
    """The first OBX holds the CDA: type ED, the code of OBR-4, XML in base64 that decodes."""
    message, document = subject
    if document is None:
        yield Finding(
            at="OBX-2",
            expected="ED dans le premier OBX, qui porte le document",
            found=str(message.named("OBX")[0].value(2))[:20] or "vide",
            hint="Les métadonnées passent-elles avant le document ?",
        )
        return
    yield from _document_code(message, document)
    value = document.value
    kind = "TEXT" if message.type == "ORU" else "text"
    for rank, wanted in ((2, kind), (3, "XML"), (4, "Base64")):
        if value.value(rank) != wanted:
            yield Finding(
                at=f"{document.segment.path(5)}.{rank}",
                expected=f"{wanted} dans un {message.type}",
                found=value.value(rank)[:30] or "vide",
                hint="OBX-5 est-il de la forme ^type^XML^Base64^données ?",
            )
    if document.read.problem:
        yield Finding(
            at=f"{document.segment.path(5)}.5",
            expected="un document CDA (ClinicalDocument, urn:hl7-org:v3) en base64",
            found=document.read.problem,
            hint="Le document est-il encodé entier, sans coupure ni mise en forme ?",
        )


def _document_code(message: Message, document: Document) -> Iterator[Finding]:
    segment = document.segment
    code, system = segment.value(3), segment.value(3, 3)
    ordered = message.first("OBR")
    wanted = None if ordered is None else (ordered.value(4), ordered.value(4, 3))
    if wanted is not None and (code, system) != wanted:
        yield Finding(
            at=segment.path(3),
            expected=f"le code d'OBR-4 ({wanted[0][:20] or 'vide'}, {wanted[1][:20] or 'vide'})",
            found=f"{code[:20] or 'vide'}, {system[:20] or 'vide'}",
            hint="OBR-4 et OBX-3 sont-ils tirés du type du document ?",
        )
    if system not in DOCUMENT_SYSTEMS:
        yield Finding(
            at=f"{segment.path(3)}.3",
            expected=" ou ".join(DOCUMENT_SYSTEMS),
            found=system[:20] or "vide",
            hint="Le système de codage du type de document est-il émis ?",
        )


@rule("V2-PID-21", each=readable_documents, standard=f"{STANDARD}, PID-3 et patientRole/id")
def document_is_of_the_same_patient(document: Document, check: Check) -> Iterator[Finding]:
    """PID-3 holds the same set of identifiers as recordTarget/patientRole/id of the CDA."""
    sent = [one for pid in document.message.pids for one in pid.identifiers if one.value]
    held = document.read.patient_ids
    place = f"{document.segment.path(5)} (CDA, recordTarget/patientRole/id)"
    for one in sent:
        if not any(_same(one, cda.root, cda.extension) for cda in held):
            yield Finding(
                at=one.path,
                expected="un identifiant présent aussi dans le CDA joint",
                found=f"{_shown(one.value)} sous {one.oid or one.authority or 'aucune autorité'},"
                " absent du CDA",
                hint="Le document joint est-il bien celui de ce patient ?",
            )
    for cda in held:
        authority = cda.root[:60] or "aucune racine"
        if not any(_same(one, cda.root, cda.extension) for one in sent):
            yield Finding(
                at=place,
                expected="un identifiant présent aussi en PID-3",
                found=f"{_shown(cda.extension or cda.root)} sous {authority}, absent de PID-3",
                hint="PID-3 reprend-il tous les identifiants du document ?",
            )


def _same(one: Identifier, root: str, extension: str) -> bool:
    """Compare by OID and value; an authority that is no OID leaves the value alone to compare."""
    if not extension:
        return one.value == root
    return one.value == extension and (one.oid == root or one.oid_type != "ISO")


def _shown(value: str) -> str:
    return shortened(value[:40]) if value else "vide"
