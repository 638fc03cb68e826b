"""Traces as FHIR AuditEvent of the guide TDE 2.0.0, and the Bundle that answers a search."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from demo_dui import faults
from demo_dui.audit import AuditLine
from demo_dui.audit_kinds import DCM, kind_of

_TDE = "https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition"
PROFILE = f"{_TDE}/tde-auditevent"
BUNDLE_PROFILE = f"{_TDE}/TDEBundleResultatReponseRechercheTraces"
# Code systems of this software; example.org is reserved for examples.
ACTIONS = "https://demo-dui.example.org/CodeSystem/actions"
PROFILES = "https://demo-dui.example.org/CodeSystem/profils"
LOGINS = "https://demo-dui.example.org/comptes"
PATIENTS = "https://demo-dui.example.org/patients"
OBSERVER = {
    "type": "Device",
    "identifier": {"system": "https://demo-dui.example.org/logiciels", "value": "demo_dui"},
    "display": "DUI de démonstration",
}
Json = dict[str, Any]


def event(line: AuditLine) -> Json:
    """The AuditEvent of a trace (tde-auditevent: one subtype, period.start, agent.who)."""
    kind = kind_of(line.action)
    subtype = {"system": ACTIONS, "code": code_of(line.action), "display": line.action}
    source: Json = {"site": "demo_dui", "observer": OBSERVER}
    if faults.active("journal-fhir-sans-observateur") or faults.active("journal-sans-origine"):
        del source["observer"]
    if faults.active("journal-sans-origine"):
        del source["site"]
    found: Json = {
        "resourceType": "AuditEvent",
        "id": line.id,
        "meta": {"profile": [PROFILE]},
        "type": {"system": DCM, "code": kind.code, "display": kind.name},
        "subtype": [subtype] * (2 if faults.active("journal-fhir-deux-sous-types") else 1),
        "action": kind.action,
        "period": {"start": line.occurred, "end": line.recorded} if line.occurred else None,
        "recorded": line.recorded,
        "outcome": line.outcome if line.result else None,
        "outcomeDesc": " : ".join(filter(None, (line.result, line.detail))) or None,
        "agent": [_agent(line)] * (3 if faults.active("journal-fhir-trois-agents") else 1),
        "source": source,
        "entity": [*_person(line), *_object(line)] or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def code_of(action: str) -> str:
    """The code of an action: its words joined by dashes."""
    return "-".join(action.replace("'", " ").split())


def _agent(line: AuditLine) -> Json:
    role = {"coding": [{"system": PROFILES, "code": line.role}], "text": line.role}
    who = {"identifier": {"system": LOGINS, "value": line.author}, "display": line.author}
    network = {"address": line.address, "type": "2"}
    found = {
        "role": [role] if line.role else None,
        "who": who if line.author else None,
        "requestor": True,
        "network": network if line.address else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _person(line: AuditLine) -> Iterator[Json]:
    if not line.person:
        return
    yield {
        "what": {
            "reference": f"Patient/{line.person}",
            "identifier": {"system": PATIENTS, "value": line.person},
        },
        "type": _coding("audit-entity-type", "1", "Person"),
        "role": _coding("object-role", "1", "Patient"),
    }


def _object(line: AuditLine) -> Iterator[Json]:
    told = {"origine": line.origin, "demande": line.request, "réponse": line.answer}
    details = [{"type": name, "valueString": value} for name, value in told.items() if value]
    if details:
        yield {
            "type": _coding("audit-entity-type", "2", "System Object"),
            "name": line.action,
            "detail": details,
        }


def _coding(system: str, code: str, display: str) -> Json:
    return {
        "system": f"http://terminology.hl7.org/CodeSystem/{system}",
        "code": code,
        "display": display,
    }


def bundle(lines: Iterable[AuditLine], total: int, base: str, links: dict[str, str]) -> Json:
    """The searchset Bundle of one page; `links` gives `self`, and `next` when there is one."""
    entries = [
        {
            "fullUrl": f"{base}/AuditEvent/{line.id}",
            "resource": event(line),
            "search": {"mode": "match"},
        }
        for line in lines
    ]
    return {
        "resourceType": "Bundle",
        "meta": {"profile": [BUNDLE_PROFILE]},
        "type": "searchset",
        "total": total,
        "link": [{"relation": name, "url": url} for name, url in links.items()],
        **({"entry": entries} if entries else {}),
    }


def ndjson(lines: Iterable[AuditLine]) -> Iterator[str]:
    """One AuditEvent a line."""
    for line in lines:
        yield json.dumps(event(line), ensure_ascii=False) + "\n"
