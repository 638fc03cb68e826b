"""Traces as syslog messages of RFC 5424 whose text is a DICOM AuditMessage (PS3.15, A.5)."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from demo_dui import faults
from demo_dui.audit import AuditLine
from demo_dui.audit_fhir import code_of
from demo_dui.audit_kinds import kind_of

_FACILITY = 10  # security and authorization messages, as PS3.15 A.6 asks
_SEVERITIES = {"0": 5, "4": 4, "8": 3}  # notice, warning, error
_HEADER = "demo-dui demo_dui {pid} DICOM+RFC3881 -"
# RFC 5424 §6.4: a text in UTF-8 starts with the byte order mark.
_MARK = "\ufeff"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def messages(lines: Iterable[AuditLine]) -> Iterator[str]:
    """One syslog message a line of text."""
    header = _HEADER.format(pid=os.getpid())
    for line in lines:
        priority = _FACILITY * 8 + _SEVERITIES[line.outcome]
        if faults.active("journal-syslog-pri"):
            priority += 192
        yield f"<{priority}>1 {line.recorded or '-'} {header} {_MARK}{audit_message(line)}\n"


def audit_message(line: AuditLine) -> str:
    """The AuditMessage of a trace, XML on one line."""
    root = ET.Element("AuditMessage")
    _identification(root, line)
    if line.author and not faults.active("journal-syslog-sans-auteur"):
        _participant(root, line)
    if not faults.active("journal-sans-origine"):
        named = {"AuditEnterpriseSiteID": "demo_dui", "AuditSourceID": "demo_dui"}
        source = ET.SubElement(root, "AuditSourceIdentification", named)
        ET.SubElement(source, "AuditSourceTypeCode", _code("4", "Application Server", "DCM"))
    if line.person:
        _object(root, line.person, "1", "1", _code("2", "Patient Number", "RFC-3881"), {})
    told = {"origine": line.origin, "demande": line.request, "réponse": line.answer}
    kept = {name: value for name, value in told.items() if value}
    if kept:
        _object(root, f"trace {line.id}", "2", "13", _code("12", "URI", "RFC-3881"), kept)
    return ET.tostring(root, encoding="unicode").replace("\r", "&#13;").replace("\n", "&#10;")


def _identification(root: ET.Element, line: AuditLine) -> None:
    kind = kind_of(line.action)
    given = {"EventActionCode": kind.action}
    if line.occurred and not faults.active("journal-syslog-sans-date"):
        given["EventDateTime"] = line.occurred
    if line.result:
        given["EventOutcomeIndicator"] = line.outcome
    node = ET.SubElement(root, "EventIdentification", given)
    ET.SubElement(node, "EventID", _code(kind.code, kind.name, "DCM"))
    ET.SubElement(node, "EventTypeCode", _code(code_of(line.action), line.action, "DEMO_DUI"))
    told = " : ".join(filter(None, (line.result, line.detail)))
    if told:
        ET.SubElement(node, "EventOutcomeDescription").text = _clean(told)


def _participant(root: ET.Element, line: AuditLine) -> None:
    given = {"UserID": _clean(line.author), "UserIsRequestor": "true"}
    if line.address:
        given |= {"NetworkAccessPointID": line.address, "NetworkAccessPointTypeCode": "2"}
    node = ET.SubElement(root, "ActiveParticipant", given)
    if line.role:
        ET.SubElement(node, "RoleIDCode", _code(line.role, line.role, "DEMO_DUI"))


def _object(
    root: ET.Element, name: str, kind: str, role: str, code: dict[str, str], told: dict[str, str]
) -> None:
    node = ET.SubElement(
        root,
        "ParticipantObjectIdentification",
        ParticipantObjectID=_clean(name),
        ParticipantObjectTypeCode=kind,
        ParticipantObjectTypeCodeRole=role,
    )
    ET.SubElement(node, "ParticipantObjectIDTypeCode", code)
    for label, value in told.items():
        content = base64.b64encode(value.encode("utf-8", "replace")).decode()
        ET.SubElement(node, "ParticipantObjectDetail", {"type": label, "value": content})


def _code(code: str, text: str, system: str) -> dict[str, str]:
    return {
        "csd-code": _clean(code),
        "codeSystemName": system,
        "originalText": _clean(text),
    }


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
