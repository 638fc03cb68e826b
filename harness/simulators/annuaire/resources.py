"""FHIR resources of the Annuaire Santé (FR-AS-01 to FR-AS-03), as JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harness.model.professional import Activity, Professional
from harness.simulators.annuaire.layout import (
    ACTIVITY_KIND,
    CARE_ACTIVITY,
    CATEGORIES,
    CATEGORY,
    EMAIL_TYPE,
    FINESS_SYSTEM,
    IDENTIFIER_TYPES,
    IDNPS_SYSTEM,
    IDNST_SYSTEM,
    MAIL_SERVICE,
    MAILBOX_KIND,
    MAILBOX_METADATA,
    MODE,
    MODES,
    ORDINAL_SPECIALITY,
    PROFESSION,
    PROFILES,
    RPPS_SYSTEM,
    SECTOR,
    SECTORS,
    SKILL_TYPE,
    SOURCE,
    SPECIALITY,
)
from harness.simulators.annuaire.registry import Entry, Registry, Structure, role_id, structure_id

Json = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A FHIR resource, the professionals whom it tells of, and what it refers to."""

    body: Json = field(repr=False)
    national_ids: frozenset[str]
    references: frozenset[str] = frozenset()
    """`Practitioner/…`, `Organization/…` of its references."""

    @property
    def address(self) -> str:
        """Return `Type/id`."""
        return f"{self.body['resourceType']}/{self.body['id']}"


def all_resources(registry: Registry, kind: str) -> tuple[Resource, ...]:
    """Return every resource of a type (`Practitioner`, `PractitionerRole`, `Organization`)."""
    if kind == "Practitioner":
        return tuple(practitioner(entry) for entry in registry.entries)
    if kind == "PractitionerRole":
        return tuple(
            role(entry, activity)
            for entry in registry.entries
            for activity in entry.professional.activities
        )
    return tuple(organization(one) for one in registry.structures)


def practitioner(entry: Entry) -> Resource:
    """Return the Practitioner of a professional: identity, qualifications, MSSanté mailboxes."""
    who = entry.professional
    body = _head("Practitioner", entry.id, entry.version, entry.updated_at) | {
        "identifier": [
            _identifier(IDNPS_SYSTEM, "IDNPS", who.national_id),
            _identifier(RPPS_SYSTEM, "RPPS", who.rpps),
        ],
        "name": [
            {
                "use": "official",
                "text": f"{who.exercise_given_name} {who.exercise_name}",
                "family": who.exercise_name,
                "given": [who.exercise_given_name],
            }
        ],
        "telecom": [_mailbox(address) for address in who.mailboxes],
        "qualification": [{"code": {"coding": codings}} for codings in _qualifications(who)],
    }
    if not body["telecom"]:
        del body["telecom"]  # FHIR forbids an empty list
    return Resource(body, frozenset({who.national_id}))


def role(entry: Entry, activity: Activity) -> Resource:
    """Return the PractitionerRole of one activity."""
    person, place = f"Practitioner/{entry.id}", f"Organization/{structure_id(activity)}"
    body = _head("PractitionerRole", role_id(activity), entry.version, entry.updated_at) | {
        "identifier": [{"system": SOURCE, "value": activity.id}],
        "practitioner": {"reference": person},
        "organization": {"reference": place},
        "code": [
            {"coding": [_coding(ACTIVITY_KIND, CARE_ACTIVITY)]},
            {"coding": [_coding(MODE, activity.mode, MODES.get(activity.mode, ""))]},
        ],
    }
    return Resource(body, frozenset({entry.professional.national_id}), frozenset({person, place}))


def organization(structure: Structure) -> Resource:
    """Return the Organization of a structure."""
    activity = structure.activity
    body = _head("Organization", structure.id, 1, structure.updated_at) | {
        "identifier": [
            _identifier(IDNST_SYSTEM, "IDNST", activity.structure_id),
            _identifier(FINESS_SYSTEM, "FINEG", activity.structure_id[1:]),
        ],
        "name": activity.structure_name,
        "type": [{"coding": [_coding(SECTOR, activity.sector, SECTORS.get(activity.sector, ""))]}],
    }
    return Resource(body, structure.national_ids)


def outcome(code: str, diagnostics: str) -> Json:
    """Return an OperationOutcome of one error."""
    issue = {"severity": "error", "code": code, "diagnostics": diagnostics}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def capability(
    base: str, at: datetime, parameters: Iterable[tuple[str, Iterable[tuple[str, str]]]]
) -> Json:
    """Return the CapabilityStatement: each type with its search parameters (name, type)."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": at.isoformat(timespec="seconds"),
        "kind": "instance",
        "implementation": {"description": "Annuaire Santé simulé par le banc", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {
                        "type": kind,
                        "supportedProfile": list(PROFILES[kind]),
                        "interaction": [{"code": "read"}, {"code": "search-type"}],
                        "searchParam": [{"name": name, "type": how} for name, how in names],
                    }
                    for kind, names in parameters
                ],
            }
        ],
    }


def _head(kind: str, identifier: str, version: int, updated_at: datetime) -> Json:
    return {
        "resourceType": kind,
        "id": identifier,
        "meta": {
            "versionId": str(version),
            "lastUpdated": updated_at.isoformat(timespec="milliseconds"),
            "source": SOURCE,
            "profile": list(PROFILES[kind]),
        },
        "language": "fr",
        "active": True,
    }


def _identifier(system: str, kind: str, value: str) -> Json:
    return {
        "use": "official",
        "type": {"coding": [_coding(IDENTIFIER_TYPES, kind)]},
        "system": system,
        "value": value,
    }


def _qualifications(who: Professional) -> list[list[Json]]:
    codings = [
        [
            _coding(PROFESSION, who.profession, who.profession_label),
            _coding(CATEGORY, who.category, CATEGORIES.get(who.category, "")),
        ]
    ]
    if who.speciality:
        codings.append(
            [
                _coding(SKILL_TYPE, *ORDINAL_SPECIALITY),
                _coding(SPECIALITY, who.speciality, who.speciality_label),
            ]
        )
    return codings


def _mailbox(address: str) -> Json:
    kind = {"coding": [_coding(MAILBOX_KIND, "PER")]}
    return {
        "extension": [
            {"url": EMAIL_TYPE, "valueCoding": _coding(MAIL_SERVICE, "MSSANTE")},
            {
                "url": MAILBOX_METADATA,
                "extension": [{"url": "type", "valueCodeableConcept": kind}],
            },
        ],
        "system": "email",
        "value": address,
    }


def _coding(system: str, code: str, display: str = "") -> Json:
    return {"system": system, "code": code} | ({"display": display} if display else {})
