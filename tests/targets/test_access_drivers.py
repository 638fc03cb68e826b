"""Accounts, directory, settings, clock, actions, traces and PSC by declared operations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.access import ProfessionalReleve
from harness.model.problems import CapabilityMissing, Inconclusive, UnexpectedAnswer
from harness.model.professional import Professional
from harness.model.releve import AttemptReleve
from harness.simulators.loop import ServiceLoop
from harness.targets.access_base import PatientAccess, ProfessionalAccess
from harness.targets.base import Capability, PatientRef
from harness.targets.drivers import Drivers
from harness.targets.html_visitor import HtmlVisitor
from harness.targets.target import Credentials, HttpOptions, Operation
from harness.targets.target import Drivers as DriverTables
from harness.targets.visiting import Cookie
from tests.targets.sites import Answering, Site, reply, reply_json, target_at

DOCTOR = Professional("k", "99700000001", "DURAND", "ANNE", "10", "Médecin", speciality="SM54")
PATIENT = PatientRef("7", "IPP-7")
SECRET = "Un-mot-de-passe-1234"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CREATED = {"id": "id", "login": "login", "totp_secret": "cle", "duplicates": "doublons"}
CREATED["message"] = "erreur"
RECORD = {"id": "id", "national_id": "rpps", "mailboxes": "bals", "local": "propre"}
STATE = {"loaded_at": "le", "source": "par", "count": "nb", "message": "erreur"}
TOLD = {"message": "erreur"}


def operation(method: str, path: str, **others: Any) -> Operation:
    return Operation(method=method, path=path, **others)


OPERATIONS = {
    "professional_create": operation(
        "POST",
        "/pro",
        json={"rpps": "{national_id}", "mdp": "{password}", "propre": "{local}"},
        answer=CREATED,
    ),
    "professional_read": operation("GET", "/pro/{id}", answer=RECORD),
    "professionals_list": operation("GET", "/pro", items="tous", answer=RECORD),
    "professional_update": operation(
        "PUT", "/pro/{id}", json={"profil": "{profile}", "service": "{local_service}"}, answer=TOLD
    ),
    "patient_access": operation(
        "POST", "/acces", json={"p": "{patient_id}", "vu": "{identity_check}"}, answer=CREATED
    ),
    "account_identity": operation("PUT", "/acces/{id}", json={"nom": "{birth_name}"}, answer=TOLD),
    "directory_refresh": operation("POST", "/annuaire", json={"par": "{way}"}, answer=STATE),
    "directory_status": operation("GET", "/annuaire", answer=STATE),
    "correspondent_create": operation("POST", "/corr", json={"i": "{national_id}"}, answer=CREATED),
    "correspondent_read": operation("GET", "/corr/{id}", answer=RECORD),
    "mailboxes": operation(
        "GET", "/bal", query={"nom": "{name}"}, items="bals", answer={"address": "a", "holder": "h"}
    ),
    "idle_delay": operation("PUT", "/r", json={"inactif": "{seconds}"}, answer=TOLD),
    "lock_policy": operation("PUT", "/r", json={"n": "{tries}", "s": "{seconds}"}, answer=TOLD),
    "renewal_delay": operation("PUT", "/r", json={"jours": {"{means}": "{days}"}}, answer=TOLD),
    "directory_frequency": operation("PUT", "/r", json={"j": "{days}"}, answer=TOLD),
    "clock": operation("POST", "/h", json={"decalage": "{seconds}"}, answer=TOLD),
    "note_create": operation("POST", "/p/{id}/notes", json={"t": "{text}"}, answer=TOLD),
    "document_create": operation("POST", "/p/{id}/docs", json={"t": "{title}"}, answer=TOLD),
    "mailing_create": operation(
        "POST", "/p/{id}/mails", json={"a": "{to}"}, refusal=(502,), answer=TOLD
    ),
    "good_practice_read": operation("GET", "/bp/{key}"),
    "audit_fhir": operation("GET", "/audit?date=ge{since}&page={page}"),
    "audit_csv": operation("GET", "/audit.csv?du={since}&au={until}"),
    "audit_alter": operation("PUT", "/audit/{id}", json={}, refusal=(405,)),
    "audit_erase": operation("DELETE", "/audit/{id}", refusal=(405,)),
    "psc_session": operation(
        "GET", "/psc", answer={"national_id": "id", "access_token": "jeton", "expires_at": "fin"}
    ),
}
OFFERED = (
    *(Capability.PEOPLE, Capability.DIRECTORY, Capability.SECURITY, Capability.CLOCK),
    *(Capability.ACTIONS, Capability.AUDIT, Capability.PSC),
)


@pytest.fixture
def site(serve: Callable[..., Site]) -> Site:
    return serve(reply_json(200, {}))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "run")


@pytest.fixture
def drivers(site: Site, loop: ServiceLoop, journal: Journal) -> Iterator[Drivers]:
    users = {"administrateur": Credentials(user="admin", secret="secret-admin")}
    tables = DriverTables(http=HttpOptions(operations=OPERATIONS, users=users))
    named = dict.fromkeys(OFFERED, "http")
    target = target_at(site.url, capabilities=named, drivers=tables)
    opened = Drivers(target, Recorder(journal), loop)
    yield opened
    opened.close()


def body(site: Site) -> Any:
    return json.loads(site.seen[-1][3])


def refused(releve: Any) -> AttemptReleve:
    parsed = AttemptReleve.parse(releve)
    assert not parsed.accepted
    return parsed


def test_a_professional_is_opened_read_and_changed(
    drivers: Drivers, site: Site, journal: Journal
) -> None:
    people = drivers.people
    site.answer = reply_json(201, {"id": 12, "login": "adurand", "cle": KEY})
    access = ProfessionalAccess(login="adurand", password=SECRET, local={"service": "A"})
    assert SECRET not in repr(access)
    opened = people.create_professional(DOCTOR, access)
    assert (opened.accepted, opened.id, opened.totp_secret) == (True, "12", KEY)
    assert body(site) == {"rpps": DOCTOR.national_id, "mdp": SECRET, "propre": {"service": "A"}}
    assert site.seen[-1][2]["Authorization"].startswith("Basic ")
    kept = b"".join(one.read_bytes() for one in journal.folder.rglob("*") if one.is_file())
    assert SECRET.encode() not in kept
    assert KEY not in repr(opened) and SECRET not in opened.releve.content.decode()

    site.answer = reply_json(409, {"erreur": "doublon", "doublons": ["12"]})
    twin = people.create_professional(DOCTOR, ProfessionalAccess(login="adurand2"))
    assert twin.duplicates == ("12",) and refused(twin.releve).message == "doublon"

    record = {"id": "12", "rpps": DOCTOR.national_id, "bals": ["a@x.mssante.fr"]}
    site.answer = reply_json(200, {**record, "propre": {"service": "A"}})
    releve = ProfessionalReleve.parse(people.professional("12"))
    assert releve.national_id == DOCTOR.national_id and releve.local == {"service": "A"}
    assert releve.mailboxes == ("a@x.mssante.fr",)
    site.answer = reply_json(200, {"tous": [record]})
    assert [one.record_id for one in people.professionals().records] == ["12"]
    site.answer = reply_json(200, {})
    changed = people.update_professional("12", {"profile": "infirmier", "local.service": "B"})
    assert changed.accepted and body(site) == {"profil": "infirmier", "service": "B"}


def test_an_access_needs_a_check_of_identity(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(422, {"erreur": "vérifiez l'identité"})
    opened = drivers.people.create_patient_access(PATIENT, PatientAccess(login="x"))
    assert refused(opened.releve).message == "vérifiez l'identité" and "vu" not in body(site)
    changed = drivers.people.change_identity("3", {"birth_name": "X"}, "CN")
    assert refused(changed.releve).submitted == {"birth_name": "X", "identity_check": "CN"}


def test_a_creation_without_an_id_is_told(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(201, {})
    with pytest.raises(UnexpectedAnswer, match=r"answer\.id"):
        drivers.people.create_patient_access(PATIENT, PatientAccess(login="x"))


def test_the_directory_says_what_it_holds(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(200, {"le": "2026-03-02T09:00:00Z", "par": "api", "nb": 3})
    state = drivers.directory.refresh("api")
    assert (state.loaded_at, state.source, state.count) == ("2026-03-02T09:00:00Z", "api", "3")
    assert body(site) == {"par": "api"} and drivers.directory.status().accepted
    site.answer = reply_json(201, {"id": "c1"})
    assert drivers.directory.create_correspondent(DOCTOR.national_id).id == "c1"
    site.answer = reply_json(200, {"id": "c1", "bals": []})
    assert ProfessionalReleve.parse(drivers.directory.correspondent("c1")).mailboxes == ()
    site.answer = reply_json(200, {"bals": [{"a": "a@x.mssante.fr", "h": "DURAND"}]})
    (found,) = drivers.directory.mailboxes("DUR").found
    assert (found.address, found.holder, found.national_id) == ("a@x.mssante.fr", "DURAND", "")


def test_settings_keep_their_numbers(drivers: Drivers, site: Site) -> None:
    assert drivers.security.idle_delay(60).accepted and body(site) == {"inactif": 60}
    assert drivers.security.lock_policy(3, 900).accepted and body(site) == {"n": 3, "s": 900}
    drivers.security.renewal_delay("totp", 1)
    assert body(site) == {"jours": {"totp": 1}}
    site.answer = reply_json(422, {"erreur": "trop court"})
    assert refused(drivers.security.directory_frequency(0).releve).message == "trop court"


def test_the_clock_is_put_ahead_and_back(drivers: Drivers, site: Site) -> None:
    drivers.clock.shift(900)
    assert drivers.clock.offset == 900 and body(site) == {"decalage": 900}
    site.answer = reply_json(422, {"erreur": "interdit ici"})
    with pytest.raises(Inconclusive, match="interdit ici"):
        drivers.clock.shift(1800)
    assert drivers.clock.offset == 900
    site.answer = reply_json(200, {})
    drivers.clock.reset()
    assert drivers.clock.offset == 0 and body(site) == {"decalage": 0}


def test_an_address_that_is_not_there_is_not_a_refusal(drivers: Drivers, site: Site) -> None:
    site.answer = reply(404, "text/html", b"<p>Absent</p>")
    with pytest.raises(UnexpectedAnswer, match="404"):
        drivers.security.idle_delay(60)
    with pytest.raises(UnexpectedAnswer, match="404"):
        drivers.actions.note(PATIENT, "vu")


def test_actions_are_named_by_their_act(drivers: Drivers, site: Site) -> None:
    acts = drivers.actions
    made = [
        acts.note(PATIENT, "vu"),
        acts.document(PATIENT, "CR", "texte"),
        acts.good_practice("7"),
    ]
    assert [AttemptReleve.parse(one.releve).act for one in made] == [
        "note de visite",
        "dépôt de document",
        "consultation de bonne pratique",
    ]
    assert AttemptReleve.parse(made[0].releve).patient_id == "7"
    site.answer = reply_json(502, {"erreur": "serveur de messagerie absent"})
    assert refused(acts.mailing(PATIENT, "a@b.fr", "o", "t").releve).code == "502"
    site.answer = reply(403, "text/html", b"<p>Non</p>")
    assert not drivers.actions_as("administrateur").note(PATIENT, "vu").accepted


def test_traces_come_out_page_by_page(drivers: Drivers, site: Site) -> None:
    def bundle(number: int) -> Answering:
        more = [{"relation": "next", "url": "x"}] if number < 3 else []
        document = {"resourceType": "Bundle", "link": more, "entry": [number]}
        return reply_json(200, document, "application/fhir+json")

    site.answer = lambda handler, sent: bundle(int(handler.path[-1]))(handler, sent)
    audit = drivers.audit
    assert audit.forms() == ("fhir", "csv")
    pages = audit.take("fhir", "2026-03-02T09:00:00+01:00")
    assert [json.loads(one.content)["entry"] for one in pages] == [[1], [2], [3]]
    assert "ge2026-03-02T09%3A00%3A00%2B01%3A00" in site.seen[0][1]
    site.answer = reply(200, "text/csv", b"date;auteur\n")
    (table,) = audit.take("csv")
    assert table.media_type == "text/csv" and site.seen[-1][1] == "/audit.csv?du=&au="
    with pytest.raises(CapabilityMissing, match="audit_syslog"):
        audit.take("syslog")


def test_a_trace_that_cannot_be_altered(drivers: Drivers, site: Site) -> None:
    site.answer = reply_json(405, {})
    assert refused(drivers.audit.alter("3").releve).code == "405"
    site.answer = reply(204, "application/json", b"")
    assert drivers.audit.alter("3").accepted


def test_a_psc_session_is_asked_with_the_cookies_of_the_visitor(
    drivers: Drivers, site: Site
) -> None:
    visitor = HtmlVisitor(drivers.target, Recorder(), 2.0)
    visitor.carry((Cookie("s", "ouvert", "127.0.0.1", "/", secure=False),))
    site.answer = reply_json(200, {"id": "899700000001", "jeton": "abc", "fin": "bientôt"})
    answer = drivers.psc.session(visitor)
    assert answer.accepted and dict(answer.values) == {
        "national_id": "899700000001",
        "expires_at": "bientôt",
    }
    assert site.seen[-1][2]["Cookie"] == "s=ouvert" and "Authorization" not in site.seen[-1][2]
    site.answer = reply(401, "text/html", b"<p>Fini</p>")
    assert not drivers.psc.session(visitor).accepted
