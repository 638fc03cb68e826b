"""From a DICOM AuditMessage (XML, PS3.15 A.5) to the texts of a trace, leniently."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.validators.fhir.audit import code_of
from harness.validators.screen.reader import plain

if TYPE_CHECKING:
    from lxml import etree

_PERSON = "1"
_ACCOUNT_ROLES = frozenset({"11", "24"})
"""ParticipantObjectTypeCode of a person; ParticipantObjectTypeCodeRole of a user account."""
_PLACES = {
    **dict.fromkeys(("demande", "requete", "request"), "request"),
    **dict.fromkeys(("reponse", "answer", "response"), "answer"),
    **dict.fromkeys(("compte", "account", "utilisateur"), "account"),
}


def message_values(root: etree._Element) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what an AuditMessage tells, by field of a trace, and the texts found in base64."""
    event = root.find("EventIdentification")
    author = _author(root)
    values = {
        "occurred": _of(event, "EventDateTime"),
        "action": " ".join(_displays(root, "EventTypeCode"))
        or " ".join(_displays(root, "EventID"))
        or _of(event, "EventActionCode"),
        "result": _of(event, "EventOutcomeIndicator"),
        "author": _joined(*(_of(author, name) for name in ("UserID", "AlternativeUserID"))),
        "role": _joined(*(_said(one) for one in _children(author, "RoleIDCode"))),
        "origin": _joined(
            *(_of(one, "AuditSourceID") for one in root.iterfind("AuditSourceIdentification")),
            *(_of(one, "NetworkAccessPointID") for one in root.iterfind("ActiveParticipant")),
        ),
    }
    objects, decoded = _objects(root)
    return values | objects, tuple(decoded)


def source_of(root: etree._Element) -> str:
    """Return AuditSourceID, '' without."""
    return _of(root.find("AuditSourceIdentification"), "AuditSourceID")


def _author(root: etree._Element) -> etree._Element | None:
    people = root.findall("ActiveParticipant")
    asking = [one for one in people if one.get("UserIsRequestor", "").casefold() == "true"]
    return next(iter(asking or people), None)


def _objects(root: etree._Element) -> tuple[dict[str, str], list[str]]:
    found: dict[str, list[str]] = {
        name: [] for name in ("person", "account", "request", "answer", "detail")
    }
    decoded: list[str] = []
    for one in root.iterfind("ParticipantObjectIdentification"):
        place = "detail"
        if one.get("ParticipantObjectTypeCodeRole") in _ACCOUNT_ROLES:
            place = "account"
        elif one.get("ParticipantObjectTypeCode") == _PERSON:
            place = "person"
        found[place].append(one.get("ParticipantObjectID", ""))
        for query in one.iterfind("ParticipantObjectQuery"):
            found["request"].append(_decoded(query.text or "", decoded))
        for name, value in _details(one):
            text = _decoded(value, decoded)
            found[_PLACES.get(plain(name), "detail")].append(text)
    outcomes = root.iterfind("EventIdentification/EventOutcomeDescription")
    found["detail"] += [one.text or "" for one in outcomes]
    return {name: _joined(*texts) for name, texts in found.items()}, decoded


def _details(one: etree._Element) -> Iterator[tuple[str, str]]:
    for detail in one.iterfind("ParticipantObjectDetail"):
        yield detail.get("type", ""), detail.get("value", "") or (detail.text or "")


def _decoded(text: str, decoded: list[str]) -> str:
    try:
        found = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
    decoded.append(found)
    return found


def _displays(root: etree._Element, name: str) -> list[str]:
    return [_said(one) for one in root.iterfind(f"EventIdentification/{name}")]


def _said(element: etree._Element) -> str:
    names = ("displayName", "originalText")
    shown = next((element.get(name, "") for name in names if element.get(name)), "")
    return shown or code_of(element)


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else element.findall(name)


def _of(element: etree._Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "")


def _joined(*texts: str) -> str:
    return " ".join([one for one in texts if one])
