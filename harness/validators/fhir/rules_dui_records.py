"""Rules on the records of a transfer of DUI data (TDDUI): stays, events, answers, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.document import Document, Resource
from harness.validators.fhir.elements import (
    count,
    listed,
    objects,
    target_of,
    text,
    type_codes,
    type_named,
)
from harness.validators.fhir.tddui import (
    ANSWERS,
    DOCUMENT,
    EVENT,
    STANDARD,
    STAY,
    STAYS,
    declaring,
    is_tddui,
    sent,
)

Sending = tuple[Document, Resource]
_STAY_NUMBER = re.compile(r"3(?:\d{2}|2[AB])\d{7}/\S+-SEJOUR-\S+\Z")
_STAY_TYPES = "tddui-encounter-identifier"
_EVENT_STATUSES = ("planned", "triaged", "finished", "cancelled")
_ANSWER_STATUSES = ("in-progress", "completed", "amended")
_PROFESSIONALS = frozenset({"Practitioner", "PractitionerRole"})
_RESPONSIBLE = "responsible"
_ONE, _MANY = 1, -1


def stays(check: Check) -> Iterator[Sending]:
    """Yield the stays."""
    return declaring(check, "Encounter", STAY)


def events(check: Check) -> Iterator[Sending]:
    """Yield the events."""
    return declaring(check, "Encounter", EVENT)


def answers(check: Check) -> Iterator[Sending]:
    """Yield the answers to questionnaires."""
    return declaring(check, "QuestionnaireResponse", ANSWERS)


def documents(check: Check) -> Iterator[Sending]:
    """Yield the documents, when they are judged by TDDUI 1.x."""
    if not check.settings.tddui.startswith("1."):
        return
    for found in sent(check):
        for one in found.of_kind("DocumentReference"):
            if one.declares(DOCUMENT) or is_tddui(one):
                yield found, one


def _bounds(one: Resource, name: str, least: int, most: int) -> Iterator[Finding]:
    times = count(one.data, name)
    if times < least or (most != _MANY and times > most):
        yield Finding(
            f"{one.path}.{name}",
            f"{least}..{'*' if most == _MANY else most} occurrence",
            f"{times}",
            "L'élément est-il exporté par le logiciel ?" if times < least else "",
        )


@rule("FR-DUI-07", standard=f"{STANDARD}, profil tddui-encounter-sejour", each=stays)
def stay_has_its_number_and_its_place(sending: Sending, check: Check) -> Iterator[Finding]:
    """A stay has one stay number, a person and the organisation that welcomes them."""
    found, one = sending
    yield from _bounds(one, "identifier", 1, _MANY)
    yield from _bounds(one, "subject", 1, _ONE)
    yield from _bounds(one, "serviceProvider", 1, _ONE)
    numbers = [
        (index, identifier)
        for index, identifier in enumerate(listed(one.data, "identifier"))
        if any(code == "SEJ" for _, code in type_codes(identifier))
    ]
    if count(one.data, "identifier") and len(numbers) != 1:
        yield Finding(
            f"{one.path}.identifier",
            "exactement un numéro de séjour (type SEJ)",
            f"{len(numbers)}",
            "Le type SEJ est-il posé sur l'identifiant du séjour ?",
        )
    for index, identifier in numbers:
        yield from _stay_number_faults(f"{one.path}.identifier[{index}]", identifier)
    yield from _provider_faults(found, one)


def _stay_number_faults(path: str, identifier: Mapping[str, Any]) -> Iterator[Finding]:
    if not any(s.endswith(_STAY_TYPES) for s, c in type_codes(identifier) if c == "SEJ"):
        yield Finding(
            f"{path}.type",
            f"SEJ du système {_STAY_TYPES}",
            ", ".join(f"{s}#{c}" for s, c in type_codes(identifier)),
        )
    if text(identifier, "system") != STAYS:
        yield Finding(f"{path}.system", STAYS, text(identifier, "system")[:120] or "absent")
    value = text(identifier, "value")
    if not _STAY_NUMBER.match(value):
        # The guide shows this shape by an example: an empty value alone is a fault.
        yield Finding(
            f"{path}.value",
            "3 + FINESS + « / » + numéro local + « -SEJOUR-n »",
            value[:80] or "absent",
            "Le numéro du séjour suit-il la forme du guide ?",
            Level.WARNING if value else None,
        )


def _provider_faults(found: Document, one: Resource) -> Iterator[Finding]:
    reference = text(one.data, "serviceProvider", "reference")
    kind = _kind_of(found, reference)
    if kind and kind != "Organization":
        yield Finding(
            f"{one.path}.serviceProvider.reference",
            "une Organization (tddui-organization)",
            f"{kind} ({reference[:80]})",
        )


def _kind_of(found: Document, reference: str) -> str:
    target = target_of(found, reference)
    return type_named(reference) if target is None else target.kind


@rule("FR-DUI-08", standard=f"{STANDARD}, profil tddui-encounter-evenement", each=events)
def event_is_dated_and_part_of_a_stay(sending: Sending, check: Check) -> Iterator[Finding]:
    """An event has one number, a person, a start, an end, a known status, and belongs to a stay."""
    found, one = sending
    yield from _bounds(one, "identifier", 1, _ONE)
    yield from _bounds(one, "subject", 1, _ONE)
    yield from _bounds(one, "location", 0, _ONE)
    for name in ("start", "end"):
        if not text(one.data, "period", name):
            yield Finding(f"{one.path}.period.{name}", "une date", "absente")
    status = text(one.data, "status")
    if status not in _EVENT_STATUSES:
        yield Finding(f"{one.path}.status", " ou ".join(_EVENT_STATUSES), status or "absent")
    yield from _stay_faults(found, one)


def _stay_faults(found: Document, one: Resource) -> Iterator[Finding]:
    reference = text(one.data, "partOf", "reference")
    if not count(one.data, "partOf"):
        yield Finding(
            f"{one.path}.partOf",
            "le séjour dont l'événement fait partie",
            "absent",
            "L'événement est-il hors de tout séjour ?",
            Level.WARNING,
        )
        return
    stay = target_of(found, reference)
    kind = _kind_of(found, reference)
    wrong = kind not in ("", "Encounter")
    if wrong or (stay is not None and not stay.declares(STAY)):
        declared = ", ".join(stay.profiles) if stay is not None else ""
        yield Finding(
            f"{one.path}.partOf.reference",
            "un séjour (tddui-encounter-sejour)",
            f"{kind} {declared}".strip()[:120],
        )


@rule("FR-DUI-09", standard=f"{STANDARD}, profil tddui-questionnaire-response", each=answers)
def answers_are_identified_and_signed(sending: Sending, check: Check) -> Iterator[Finding]:
    """An evaluation has its number, questionnaire, person, items, a status and a professional."""
    found, one = sending
    for name, least, most in (
        ("identifier", 1, _ONE),
        ("questionnaire", 1, _ONE),
        ("subject", 1, _ONE),
        ("item", 1, _MANY),
        ("encounter", 0, _ONE),
    ):
        yield from _bounds(one, name, least, most)
    status = text(one.data, "status")
    if status not in _ANSWER_STATUSES:
        yield Finding(f"{one.path}.status", " ou ".join(_ANSWER_STATUSES), status or "absent")
    if not _is_borne(found, one):
        # The text of this rule is newer than 2.0.0 and was not read: it never makes an error.
        yield Finding(
            f"{one.path}.author",
            "un professionnel : source, author ou participant responsable",
            "aucun",
            "Qui porte l'évaluation ?",
            Level.WARNING,
        )


def _is_borne(found: Document, one: Resource) -> bool:
    named = [text(one.data, name, "reference") for name in ("source", "author")]
    if any(_kind_of(found, reference) in _PROFESSIONALS for reference in named if reference):
        return True
    return any(
        _RESPONSIBLE in str(extension).lower() and "Practitioner" in str(extension)
        for extension in objects(one.data, "extension")
    )


@rule("FR-DUI-10", standard="TDDUI 1.1.0, profil tddui-document-reference", each=documents)
def document_carries_its_bytes(sending: Sending, check: Check) -> Iterator[Finding]:
    """A document of TDDUI 1.x has its master identifier and one content, whose bytes it holds."""
    _, one = sending
    for name, least, most in (
        ("masterIdentifier", 1, _ONE),
        ("identifier", 0, 0),
        ("category", 0, _ONE),
        ("content", 1, _ONE),
    ):
        yield from _bounds(one, name, least, most)
    if text(one.data, "status") != "current":
        yield Finding(f"{one.path}.status", "current", text(one.data, "status") or "absent")
    for index, content in enumerate(objects(one.data, "content")):
        attachment = content.get("attachment")
        path = f"{one.path}.content[{index}].attachment"
        for name in ("contentType", "data", "title"):
            if not text(attachment, name):
                yield Finding(f"{path}.{name}", f"{name} renseigné", "absent")
        if count(attachment, "url"):
            yield Finding(f"{path}.url", "absent : les octets sont dans data", "présent")
