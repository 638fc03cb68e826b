"""TDDUI transfers and TDE traces: what is examined, by which version, and odd shapes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.check import Check, Settings
from harness.validators.engine import judge, rules_of
from tests.validators.samples import MESSAGES, sample_check

CONFORMING = MESSAGES / "fhir" / "conformes"
TRANSFER = json.loads((CONFORMING / "transfert-tddui.json").read_text(encoding="utf-8"))


def examined(check: Check) -> dict[str, int]:
    outcomes = judge(check, rules_of("fhir"), named=False).outcomes
    assert not [one.unreadable for one in outcomes if one.unreadable]
    return {one.rule_id: one.examined for one in outcomes if one.examined}


def check_of(data: Any, **settings: Any) -> Check:
    artefact = Artefact("r.json", json.dumps(data).encode(), FHIR_MEDIA_TYPE)
    return Check({"subject": artefact}, {}, Settings(**settings))


def findings(check: Check, rule: str) -> list[tuple[str, str]]:
    outcomes = judge(check, rules_of("fhir"), named=False).outcomes
    return [(f.at, f.found) for one in outcomes if one.rule_id == rule for f in one.findings]


def test_every_part_of_a_transfer_is_examined() -> None:
    counts = examined(check_of(TRANSFER))
    assert counts["FR-DUI-01"] == 1
    assert counts["FR-DUI-03"] == len(TRANSFER["entry"])
    assert {counts[f"FR-DUI-0{n}"] for n in (4, 6, 7, 8, 9)} == {1}
    assert counts["FR-DUI-05"] == 2
    assert counts["FR-PAT-07"] == 1, "a tddui-patient carries no INS: FR-PAT does not judge it"


def test_version_1_judges_documents_alone() -> None:
    document = {"resourceType": "DocumentReference", "meta": {"profile": [
        "https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition/tddui-document-reference"
    ]}}  # fmt: skip
    assert set(examined(check_of(document, tddui="1.1.0"))) == {"FR-DUI-10"}
    assert examined(check_of(document)) == {}
    assert not [rule for rule in examined(check_of(TRANSFER, tddui="1.1.0")) if "DUI" in rule]


@pytest.mark.parametrize("kind", ["searchset", "history", "transaction-response"])
def test_a_bundle_that_is_not_sent_is_no_transfer(kind: str) -> None:
    bundle = {**TRANSFER, "type": kind, "meta": {}}
    assert "FR-DUI-01" not in examined(check_of(bundle))


def test_references_may_name_an_entry_by_type_and_id_or_by_absolute_url() -> None:
    bundle = json.loads(json.dumps(TRANSFER))
    bundle["entry"][0]["fullUrl"] = "https://producteur.example/fhir/Organization/f1"
    bundle["entry"][1]["resource"]["id"] = "u1"
    text = json.dumps(bundle)
    for number, name in ((1, "Organization/f1"), (2, "Patient/u1")):
        fragment = f'"reference": "urn:uuid:5c1a0000-0000-4000-8000-{number:012d}"'
        assert fragment in text
        text = text.replace(fragment, f'"reference": "{name}"')
    assert findings(check_of(json.loads(text)), "FR-DUI-03") == []


def test_an_absolute_reference_outside_the_transfer_is_only_remarked_on() -> None:
    text = json.dumps(TRANSFER).replace("urn:uuid:5c1a0000-0000-4000-8000-000000000099", "unused")
    bundle = json.loads(text)
    bundle["entry"][4]["resource"]["subject"]["reference"] = "https://dpi.example/fhir/Patient/3"
    outcomes = judge(check_of(bundle), rules_of("fhir"), named=False).outcomes
    outcome = next(one for one in outcomes if one.rule_id == "FR-DUI-03")
    assert outcome.findings and not outcome.errors


@pytest.mark.parametrize(
    ("recorded", "start", "wrong"),
    [
        ("2026-03-02T09:15:00+01:00", "2026-03-02T08:15:00Z", False),
        ("2026-03-02T08:14:59.5Z", "2026-03-02T09:15:00+01:00", True),
        ("2026-03-02T09:15:00Z", "2026-03-02", False),
        ("2026-03-01T23:15:00Z", "2026-03-02", True),
        ("2026-03-02T09:15:60Z", "2026-03", False),
        ("2026-03-02T09:15:60Z", "2026-03-02T09:15:59Z", False),
        ("hier", "2026-03-02", True),
        ("2026-03-02", "2026-03-02", True),
    ],
)
def test_a_trace_is_recorded_after_the_event(recorded: str, start: str, wrong: bool) -> None:
    trace = json.loads((CONFORMING / "trace-tde.json").read_text(encoding="utf-8"))
    trace |= {"recorded": recorded, "period": {"start": start}}
    assert bool(findings(check_of(trace), "FR-TDE-02")) is wrong


def test_a_trace_of_another_guide_is_not_judged() -> None:
    trace = {"resourceType": "AuditEvent", "meta": {"profile": ["urn:autre"]}}
    assert examined(check_of(trace)) == {}
    assert "FR-TDE-01" in examined(check_of({"resourceType": "AuditEvent"}))


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("GET /fhir/AuditEvent?date=2026-03-02", 0),
        ("GET /fhir/AuditEvent?date=ge2026-03-01", 1),
        ("GET /fhir/AuditEvent?date=ge2026-03-01&date=le2026-03-31&patient.identifier=x", 0),
        ("GET /fhir/AuditEvent?date=ge2026-03-01&date=le2026-03-31&couleur=rouge", 1),
        ("GET /fhir/AuditEvent", 1),
        ("DELETE /fhir/AuditEvent/1", 1),
    ],
)  # fmt: skip
def test_search_of_traces_bounds_its_dates(line: str, count: int) -> None:
    request = Artefact("r", f"{line} HTTP/1.1\r\nHost: t\r\n\r\n".encode(), "message/http")
    assert len(findings(Check({"request": request}), "FR-TDE-03")) == count


@pytest.mark.parametrize("path", sorted(CONFORMING.glob("message-d-audit*.xml")))
def test_audit_message_is_read_leniently(path: Any) -> None:
    assert examined(sample_check(path)) == {"FR-TDE-05": 1}


def test_audit_message_with_a_doctype_is_refused() -> None:
    evil = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><AuditMessage>&e;</AuditMessage>'
    artefact = Artefact("a.xml", b'<?xml version="1.0"?>' + evil, "application/xml")
    outcomes = judge(Check({"subject": artefact}), rules_of("fhir"), named=False).outcomes
    said = [one.unreadable for one in outcomes if one.unreadable]
    assert said and all("DOCTYPE" in one or "illisible" in one for one in said)


ODD: list[Any] = [None, 3, "x", [], {}, [None], [3], [[]], {"reference": 3}, [{"coding": 3}], True]
NAMES = (
    "meta", "identifier", "subject", "serviceProvider", "partOf", "period", "item", "agent",
    "source", "entity", "recorded", "content", "extension", "status", "author", "type",
)  # fmt: skip


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
def test_odd_shapes_never_stop_a_rule(version: str) -> None:
    trace = json.loads((CONFORMING / "trace-tde.json").read_text(encoding="utf-8"))
    sent = [one["resource"] for one in TRANSFER["entry"]] + [trace]
    sent = [one for one in sent if one["resourceType"] != "Patient"]
    for resource in sent:
        for name in NAMES:
            for odd in ODD:
                bundle = {**TRANSFER, "entry": [{"resource": {**resource, name: odd}}, odd]}
                examined(check_of(bundle, tddui=version, fr_core="2.2.0"))
