"""Business acts on the record of a person, and what is traced of them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from tests.demo_dui.conftest import Desk, Insi, Running
from tests.demo_dui.national import National, connected, healthy, national

__all__ = ["connected", "healthy", "national"]
MESSAGE = {"to": "confrere@mssante.example.org", "subject": "Compte rendu", "text": "Bonjour."}


@pytest.fixture
def at_work(healthy: Running, insi: Insi) -> Desk:
    """The professional at work on a demo_dui that may send mails."""
    return Desk(healthy, insi)


def sent(desk: Desk) -> list[dict[str, Any]]:
    return desk.traces(action="envoi de message")


def message_leaves_and_is_traced(desk: Desk, national: National) -> None:
    patient, mark = desk.create(), national.mail.mark()
    answer = desk.call("POST", f"/api/patients/{patient}/mailings", json=MESSAGE)
    assert answer.status_code == 202, answer.text
    mail = national.mail.wait_for(MESSAGE["to"], 5, mark)
    assert (mail.subject, mail.text.strip()) == (MESSAGE["subject"], MESSAGE["text"])
    (trace,) = sent(desk)
    assert (trace["by"], trace["patient_id"], trace["result"]) == ("pro.martin", patient, "ok")
    assert trace["answer"].startswith("250") and trace["recipient"] == MESSAGE["to"]
    assert MESSAGE["text"] not in str(trace)


def failed_message_is_traced(desk: Desk, national: National) -> None:
    patient = desk.create()
    national.mail.fails_with("refus-destinataire")
    answer = desk.call("POST", f"/api/patients/{patient}/mailings", json=MESSAGE)
    assert answer.status_code == 502, answer.text
    (trace,) = sent(desk)
    assert trace["result"] == "échec" and trace["answer"].startswith("550")
    (kept,) = desk.call("GET", f"/api/patients/{patient}/mailings").json()["mailings"]
    assert kept["sent"] == trace["answer"]


def test_message_leaves_and_is_traced(at_work: Desk, national: National) -> None:
    message_leaves_and_is_traced(at_work, national)


def test_failed_message_is_traced(at_work: Desk, national: National) -> None:
    failed_message_is_traced(at_work, national)


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("journal-message-absent", message_leaves_and_is_traced),
        ("journal-message-echec-absent", failed_message_is_traced),
    ],
)
def test_fault_is_seen(fault: str, check: Any, at_work: Desk, national: National) -> None:
    at_work.dui.fault(fault)
    with pytest.raises((AssertionError, ValueError)):
        check(at_work, national)


def test_message_without_server_is_told(desk: Desk) -> None:
    patient = desk.create()
    answer = desk.call("POST", f"/api/patients/{patient}/mailings", json=MESSAGE)
    assert answer.status_code == 503 and "--smtp" in answer.json()["error"]
    assert [one["result"] for one in sent(desk)] == ["échec"]


@pytest.mark.parametrize(
    "change",
    [{"to": "pas une adresse"}, {"to": "a@b.fr\r\nBcc: x@y.fr"}, {"subject": "a\nb"}, {"text": ""}],
)
def test_wrong_message_is_refused(desk: Desk, change: dict[str, str]) -> None:
    patient = desk.create()
    answer = desk.call("POST", f"/api/patients/{patient}/mailings", json=MESSAGE | change)
    assert answer.status_code == 422 and answer.json()["fields"][0]["field"] in change
    assert [one["result"] for one in sent(desk)] == ["refus"]


def test_notes_and_documents_are_kept(desk: Desk) -> None:
    patient = desk.create()
    desk.call("POST", f"/api/patients/{patient}/notes", json={"text": "Vue à domicile."})
    document = {"title": "Bilan", "text": "Stable."}
    desk.call("POST", f"/api/patients/{patient}/documents", json=document)
    (note,) = desk.call("GET", f"/api/patients/{patient}/notes").json()["notes"]
    assert (note["text"], note["author"]) == ("Vue à domicile.", "pro.martin")
    (kept,) = desk.call("GET", f"/api/patients/{patient}/documents").json()["documents"]
    assert kept["title"] == "Bilan"
    assert desk.call("POST", "/api/patients/999999/notes", json={}).status_code == 404
    assert desk.call("POST", f"/api/patients/{patient}/notes", "sec.petit").status_code == 403


def test_pages_do_the_same(desk: Desk) -> None:
    patient, session = desk.create(), desk.dui.signed_in()
    address = f"{desk.dui.url}/patients/{patient}/dossier"
    for form in (
        {"kind": "note", "text": "Vue <b>ce jour</b>."},
        {"kind": "document", "title": "Bilan", "text": "Stable."},
    ):
        page = session.post(address, data=form, timeout=10)
        assert page.status_code == 200 and 'role="status"' in page.text
    assert "&lt;b&gt;" in page.text
    refused = session.post(address, data={"kind": "note", "text": " "}, timeout=10)
    assert 'role="alert"' in refused.text
    listed = session.get(f"{desk.dui.url}/bonnes-pratiques", timeout=10)
    assert "recueil-identite" in listed.text
    read = session.get(f"{desk.dui.url}/bonnes-pratiques/recueil-identite", timeout=10)
    assert "nom de naissance" in read.text
    assert session.get(f"{desk.dui.url}/bonnes-pratiques/x", timeout=10).status_code == 404
    (trace,) = desk.traces(action="consultation de bonne pratique")
    assert trace["detail"] == "recueil-identite"


def test_record_is_exported(at_work: Desk, national: National) -> None:
    doctor = national.professional()
    body = {"national_id": doctor.national_id, "local": {"service": "Équipe mobile"}}
    assert at_work.call("POST", "/api/correspondents", json=body).status_code == 201
    patient = at_work.create()
    identity = at_work.read(patient)
    at_work.call("POST", f"/api/patients/{patient}/notes", json={"text": "À exporter."})
    content = at_work.call("GET", "/api/export").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        records = json.loads(archive.read("dossiers.json"))
        (kept,) = json.loads(archive.read("correspondants.json"))
        guide = archive.read("LISEZ-MOI.md").decode()
    assert [one["text"] for one in records[identity["private_id"]]["note"]] == ["À exporter."]
    assert (kept["national_id"], kept["local"]) == (doctor.national_id, body["local"])
    assert "dossiers.json" in guide and "correspondants.json" in guide
