"""The audit repository: exports, search with bounds, nothing altered; and its seeded faults."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from demo_dui.fault_list_audit import AUDIT
from demo_dui.store import Store
from demo_dui.traces import Trace
from tests.demo_dui.conftest import MATRICULE, PASSWORD

COLUMNS = "date;heure_acte;auteur;role;action;personne;resultat;origine;detail;demande;reponse;id"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
Check = Callable[[Any], None]


def export(desk: Any, form: str, by: str = "pro.martin", **params: str) -> str:
    answer = desk.call("GET", f"/api/audit.{form}", by, params=params)
    assert answer.status_code == 200, answer.text
    return str(answer.content.decode("utf-8"))


def lines(desk: Any, by: str = "pro.martin") -> list[dict[str, str]]:
    return [json.loads(line) for line in export(desk, "jsonl", by).splitlines()]


def of(desk: Any, action: str) -> list[dict[str, str]]:
    return [line for line in lines(desk) if line["action"] == action]


def events(desk: Any, **params: str) -> dict[str, Any]:
    day = datetime.now(UTC)
    window = [("date", f"ge{day - timedelta(days=1):%Y-%m-%d}")]
    window += [("date", f"le{day + timedelta(days=1):%Y-%m-%d}")]
    answer = desk.call("GET", "/fhir/AuditEvent", params=[*window, *params.items()])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


# Checks: each one passes on the healthy software and fails under its faults.


def each_sign_in_is_traced(desk: Any) -> None:
    session = desk.dui.signed_in()
    session.get(f"{desk.dui.url}/logout", timeout=10)
    wrong = {"username": "pro.martin", "password": "faux"}
    assert desk.dui.browser().post(f"{desk.dui.url}/login", data=wrong).status_code == 401
    assert [line["resultat"] for line in of(desk, "connexion")] == ["ok", "échec"]
    (out,) = of(desk, "déconnexion")
    assert out["auteur"] == "pro.martin"


def each_business_act_is_traced(desk: Any) -> None:
    patient = desk.create()
    note = {"text": "Visite faite."}
    document = {"title": "Compte rendu", "text": "Rien à signaler."}
    assert desk.call("POST", f"/api/patients/{patient}/notes", json=note).status_code == 201
    answer = desk.call("POST", f"/api/patients/{patient}/documents", json=document)
    assert answer.status_code == 201
    assert desk.call("GET", "/api/good-practices/message-securise").status_code == 200
    assert desk.call("GET", "/api/patients", "sec.petit").status_code == 403
    body = {"users": {"inf.roux": "soignant"}}
    assert desk.call("PUT", "/api/rights", "admin.leroy", json=body).status_code == 200
    told = [(t["action"], t["auteur"], t["personne"], t["role"]) for t in lines(desk)][1:]
    assert told == [
        ("note de visite", "pro.martin", patient, "soignant"),
        ("dépôt de document", "pro.martin", patient, "soignant"),
        ("consultation de bonne pratique", "pro.martin", "", "soignant"),
        ("accès refusé", "sec.petit", "", "secrétariat"),
        ("changement de droits", "admin.leroy", "", "administrateur"),
    ]


def each_trace_is_whole(desk: Any) -> None:
    started = datetime.now(UTC)
    patient = desk.create()
    assert desk.call("POST", f"/api/patients/{patient}/notes", json={}).status_code == 422
    made, refused = lines(desk)
    assert (made["auteur"], made["personne"], made["resultat"]) == ("pro.martin", patient, "ok")
    assert refused["resultat"] == "refus"
    for line in (made, refused):
        assert INSTANT.fullmatch(line["date"]), line
        assert INSTANT.fullmatch(line["heure_acte"]), line
        recorded, occurred = (datetime.fromisoformat(line[n]) for n in ("date", "heure_acte"))
        assert started - timedelta(seconds=1) <= occurred <= recorded, line
        assert recorded <= datetime.now(UTC)
        assert line["origine"].startswith("127.0.0.1 python-requests"), line
    assert made["demande"] == "POST /api/patients"


def no_secret_is_kept(desk: Any) -> None:
    session = desk.dui.signed_in()
    patient = desk.create()
    address = f"{desk.dui.url}/patients/{patient}?jeton=secret-fictif"
    assert session.get(address, timeout=10).status_code == 200
    typed = {"username": "pro.martin", "password": "essai-fictif"}
    desk.dui.browser().post(f"{desk.dui.url}/login", data=typed, timeout=10)
    whole = export(desk, "jsonl")
    for secret in ("secret-fictif", "essai-fictif", PASSWORD, session.cookies["session"]):
        assert secret not in whole


def matricules_are_shortened(desk: Any) -> None:
    patient = desk.recovered()
    desk.call("POST", f"/api/patients/{patient}/diffusion", json={"event": "A31"})
    (sending,) = desk.traces(patient, action="diffusion d'identité")
    assert f"{MATRICULE[:4]}…{MATRICULE[-2:]}" in sending["detail"]
    (call,) = desk.traces(patient, action="appel INSi")
    assert MATRICULE[:13] in call["answer"]
    for form in ("jsonl", "csv", "ndjson"):
        told = export(desk, form)
        assert f"{MATRICULE[:4]}…" in told
        assert MATRICULE[:13] not in told
    syslog = export(desk, "syslog")
    for found in re.findall(r'ParticipantObjectDetail type="[^"]*" value="([^"]*)"', syslog):
        assert MATRICULE[:13] not in base64.b64decode(found).decode()


def lines_follow_each_other(desk: Any) -> None:
    for _ in range(3):
        desk.create()
    told = lines(desk)
    assert [int(line["id"]) for line in told] == sorted(int(line["id"]) for line in told)
    assert [line["date"] for line in told] == sorted(line["date"] for line in told)


def nobody_alters_a_trace(desk: Any) -> None:
    desk.create()
    (before,) = lines(desk)
    path = f"/api/audit/{before['id']}"
    for by in ("pro.martin", "super.lefevre", "admin.leroy", "sec.petit"):
        for method in ("PUT", "DELETE"):
            answer = desk.call(method, path, by, json={"detail": "autre"})
            assert answer.status_code == 405, answer.text
            assert "ajout seul" in answer.json()["error"]
    assert desk.call("DELETE", f"/fhir/AuditEvent/{before['id']}").status_code == 405
    assert desk.call("GET", path).json() == before
    attempts = of(desk, "tentative d'altération des traces")
    assert [one["resultat"] for one in attempts] == ["refus"] * 9
    state = desk.call("GET", "/api/audit/integrity").json()
    assert state["intact"] is True and state["count"] > 9


def nothing_is_invented(desk: Any) -> None:
    patient = desk.create()
    desk.call("POST", f"/api/patients/{patient}/notes", json={"text": "Visite."})
    assert [line["action"] for line in lines(desk)] == ["création d'identité", "note de visite"]


def audit_events_hold_their_profile(desk: Any) -> None:
    patient = desk.create()
    bundle = events(desk)
    assert (bundle["type"], bundle["total"]) == ("searchset", 1)
    (event,) = [entry["resource"] for entry in bundle["entry"]]
    assert event["meta"]["profile"][0].endswith("/tde-auditevent")
    assert event["period"]["start"] <= event["recorded"]
    assert [one["display"] for one in event["subtype"]] == ["création d'identité"]
    (agent,) = event["agent"]
    assert agent["who"]["identifier"]["value"] == "pro.martin"
    assert agent["requestor"] is True
    assert event["source"]["observer"]["type"] == "Device"
    assert event["entity"][0]["what"]["reference"] == f"Patient/{patient}"
    assert desk.call("GET", f"/fhir/AuditEvent/{event['id']}").json() == event


def syslog_lines_are_right(desk: Any) -> None:
    patient = desk.create()
    (line,) = export(desk, "syslog").splitlines()
    found = re.fullmatch(
        r"<(\d{1,3})>1 (\S+) (\S+) (\S+) (\d+) (\S+) - \ufeff(<AuditMessage.*)", line
    )
    assert found and int(found[1]) <= 191 and INSTANT.fullmatch(found[2])
    root = ET.fromstring(found[7])
    identification = root.find("EventIdentification")
    assert identification is not None
    assert INSTANT.fullmatch(identification.attrib["EventDateTime"])
    participant = root.find("ActiveParticipant")
    assert participant is not None and participant.attrib["UserID"] == "pro.martin"
    person = root.find("ParticipantObjectIdentification")
    assert person is not None and person.attrib["ParticipantObjectID"] == patient


def tables_are_readable(desk: Any) -> None:
    wrong = {"username": 'a;b "c"', "password": "faux"}
    assert desk.dui.browser().post(f"{desk.dui.url}/login", data=wrong).status_code == 401
    told = export(desk, "csv")
    assert told.splitlines()[0] == COLUMNS
    (row,) = csv.DictReader(io.StringIO(told), delimiter=";")
    assert row["auteur"] == 'a;b "c"'
    assert None not in row
    assert [line["auteur"] for line in lines(desk)][:1] == ['a;b "c"']


CHECKS: dict[Check, str] = {
    each_sign_in_is_traced: (
        "journal-connexion-absente journal-echec-connexion-absent journal-deconnexion-absente"
    ),
    each_business_act_is_traced: (
        "journal-note-absente journal-document-absent journal-bonne-pratique-absente "
        "journal-droits-absents journal-refus-absent"
    ),
    each_trace_is_whole: (
        "journal-autre-auteur journal-sans-auteur journal-autre-personne journal-sans-personne "
        "journal-sans-resultat journal-sans-origine journal-echec-note-ok journal-avant-acte "
        "journal-heure-decalee journal-sans-fuseau"
    ),
    no_secret_is_kept: "journal-requete-entiere journal-mot-de-passe",
    matricules_are_shortened: "journal-matricule-entier",
    lines_follow_each_other: "journal-desordre",
    nobody_alters_a_trace: "journal-modifiable journal-effacable",
    nothing_is_invented: "journal-trace-inventee journal-trace-en-double",
    audit_events_hold_their_profile: (
        "journal-sans-heure-acte journal-fhir-deux-sous-types journal-fhir-trois-agents "
        "journal-fhir-sans-observateur"
    ),
    syslog_lines_are_right: (
        "journal-syslog-pri journal-syslog-sans-date journal-syslog-sans-auteur"
    ),
    tables_are_readable: "journal-csv-separateur journal-json-coupe",
}
CASES = [(check, fault) for check, listed in CHECKS.items() for fault in listed.split()]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_audit(check: Check, desk: Any) -> None:
    check(desk)


@pytest.mark.parametrize(("check", "fault"), CASES, ids=[fault for _, fault in CASES])
def test_fault_is_seen(check: Check, fault: str, desk: Any) -> None:
    desk.dui.fault(fault)
    with pytest.raises((AssertionError, ValueError, KeyError)):
        check(desk)


def test_every_fault_is_observed() -> None:
    elsewhere = {"journal-message-absent", "journal-message-echec-absent"}
    assert {fault.name for fault in AUDIT} == {fault for _, fault in CASES} | elsewhere


# What no fault changes


def test_search_asks_for_bounds(desk: Any) -> None:
    for query in ({}, {"date": "ge2026-01-01"}, {"date": "le2026-01-01"}):
        answer = desk.call("GET", "/fhir/AuditEvent", params=query)
        assert answer.status_code == 400
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_exports_ask_for_the_right_to_traces(desk: Any) -> None:
    paths = ("/api/audit.csv", "/api/audit.ndjson", "/fhir/AuditEvent?date=2026-01-01")
    for path in (*paths, "/api/audit/1", "/api/audit/integrity"):
        assert desk.call("GET", path, "inf.roux").status_code == 403, path
        assert desk.call("GET", path, "sec.petit").status_code == 403, path


def test_administrator_reads_no_value_of_a_person(desk: Any) -> None:
    patient = desk.recovered()
    desk.call("PUT", f"/api/patients/{patient}", json={"used_name": "AUTRE"})
    told = export(desk, "csv", "admin.leroy")
    assert "appel INSi" in told and "used_name" in told
    assert "AUTRE" not in told and "NomNaissance" not in told


def test_bounds_hold(desk: Any) -> None:
    desk.create()
    (first,) = lines(desk)
    desk.create()
    until = export(desk, "jsonl", until=first["date"]).splitlines()
    assert [json.loads(line)["id"] for line in until] == [first["id"]]
    after = export(desk, "jsonl", since=first["date"])
    assert json.loads(after.splitlines()[0])["action"] == "création d'identité"
    assert export(desk, "jsonl", since="2999-01-01") == ""
    assert export(desk, "csv", since="", until="2000-01-01").splitlines() == [COLUMNS]
    wrong = desk.call("GET", "/api/audit.csv", params={"since": "hier"})
    assert wrong.status_code == 400 and "since" in wrong.json()["error"]


def test_search_pages_and_filters(desk: Any) -> None:
    patients = [desk.create() for _ in range(5)]
    first = events(desk, _count="2")
    assert (first["total"], len(first["entry"])) == (5, 2)
    links = {link["relation"]: link["url"] for link in first["link"]}
    assert "page=2" in links["next"]
    last = events(desk, _count="4", page="2", patient=patients[4])
    assert last["total"] == 1
    day = datetime.now(UTC).date().isoformat()
    for name in ("period-start", "TDE_AuditEvent_period-start"):
        found = events(desk, **{name: f"ge{day}", "patient": f"Patient/{patients[0]}"})
        assert [e["resource"]["entity"][0]["what"]["reference"] for e in found["entry"]] == [
            f"Patient/{patients[0]}"
        ]
    recorded = first["entry"][0]["resource"]["recorded"]
    for prefix, kept in (("gt", 4), ("ge", 5)):
        bounds = [("date", f"{prefix}{recorded}"), ("date", "lt2999-01-01")]
        answer = desk.call("GET", "/fhir/AuditEvent", params=[*bounds, ("_count", "9")])
        actions = [one["resource"]["subtype"][0]["display"] for one in answer.json()["entry"]]
        assert actions.count("création d'identité") == kept, prefix
    for wrong in ({"_count": "0"}, {"inconnu": "1"}, {"date": "ne2026-01-01"}):
        answer = desk.call("GET", "/fhir/AuditEvent", params={"date": day} | wrong)
        assert answer.status_code == 400, wrong


def test_formulas_and_lines_are_harmless(desk: Any) -> None:
    wrong = {"username": "=HYPERLINK(1)\r\nx", "password": "faux"}
    desk.dui.browser().post(f"{desk.dui.url}/login", data=wrong)
    (row,) = csv.DictReader(io.StringIO(export(desk, "csv"), newline=""), delimiter=";")
    assert row["auteur"].startswith("'=HYPERLINK")
    syslog = export(desk, "syslog").splitlines()
    assert all(line.startswith("<") for line in syslog)


def test_database_refuses_to_alter(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.log("pro.martin", "connexion")
    store.traces.add(Trace(by="pro.martin", action="connexion", after={"a": "é"}))
    other = sqlite3.connect(tmp_path / "demo.sqlite", isolation_level=None)
    for statement in ("UPDATE trace SET \"by\" = 'x'", "DELETE FROM trace"):
        with pytest.raises(sqlite3.IntegrityError, match="ajout seul"):
            other.execute(statement)
    assert store.traces.broken_at() is None
    other.executescript("DROP TRIGGER trace_no_change; UPDATE trace SET detail='x' WHERE seq=2;")
    assert store.traces.broken_at() == "2"
    other.close()
    store.close()


def test_older_journal_is_completed(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "demo.sqlite", isolation_level=None)
    columns = "action patient_id result detail code mode partner sender recipient message_id"
    columns += " before after answer at"
    names = ", ".join(f"{name} TEXT" for name in columns.split())
    old.execute(f'CREATE TABLE trace (seq INTEGER PRIMARY KEY AUTOINCREMENT, "by" TEXT, {names})')
    old.close()
    store = Store(tmp_path)
    store.log("pro.martin", "connexion")
    assert [trace.origin for trace in store.traces.read()] == ["système"]
    store.close()
