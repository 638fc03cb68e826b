"""The acts on identities: by declared operations, by a person, and what other domains send."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest

from harness.evidence.recorder import Recorder
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing, UnexpectedAnswer
from harness.model.releve import AttemptReleve, WorkListReleve
from harness.simulators.loop import ServiceLoop
from harness.targets.attended import Terminal
from harness.targets.attended_acts import AttendedActs
from harness.targets.base import Capability, PatientRef
from harness.targets.business_messages import BUSINESS, build_business
from harness.targets.drivers import Drivers
from harness.targets.http import HttpApi
from harness.targets.http_acts import HttpActs
from harness.targets.http_client import HttpClient
from harness.targets.pam_messages import Identification, build, read_header
from harness.targets.target import (
    DOMAINS,
    NO_CREDENTIALS,
    Domain,
    Hl7v2Options,
    HttpOptions,
    Operation,
)
from harness.targets.target import Drivers as DriverTables
from harness.validators.engine import judge, rules_of
from harness.validators.ins.matricule import matricule_key
from tests.targets.sites import Site, reply_json, target_at

Serve = Callable[..., Site]
PATIENT = PatientRef("7", "IPP-7")
PERSON = Person(
    "k",
    "DURAND",
    ("ANNE",),
    "1990-02-03",
    "F",
    "63220",
    matricule=f"2900263220001{matricule_key('2900263220001')}",
    private_id="IPP-7",
)
OPERATIONS = {
    "update": Operation(method="PUT", path="/p/{id}", json={"nom": "{used_name}"}),
    "register": Operation(
        method="POST", path="/p", json={"piece": "{document}", "nss": "{nss}"}, answer={"id": "cle"}
    ),
    "attributes": Operation(
        method="POST", path="/p/{id}/a", json={"douteuse": "{douteuse}", "fictive": "{fictive}"}
    ),
    "automatic_validation": Operation(method="PUT", path="/r", json={"auto": "{enabled}"}),
    "document_trust": Operation(method="PUT", path="/r/{document}", json={"niveau": "{level}"}),
    "trust_contracts": Operation(method="PUT", path="/r", json={"liés": "{domains}"}),
    "work_list": Operation(path="/l", items="lignes", answer={"text": "quoi", "patient_id": "qui"}),
    "ins_verification": Operation(method="POST", path="/p/{id}/v", answer={"code": "cr"}),
    "send_message": Operation(
        method="POST", path="/p/{id}/m", json={"type": "{kind}"}, answer={"control_id": "msh10"}
    ),
}


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve(reply_json(200, {}))


@pytest.fixture
def acts(site: Site, recorder: Recorder) -> HttpActs:
    client = HttpClient(target_at(site.url), recorder, NO_CREDENTIALS, 2.0)
    return HttpActs(HttpApi(client, HttpOptions(operations=OPERATIONS)))


def sent(site: Site) -> object:
    return json.loads(site.seen[-1][3])


def test_settings_and_attributes_keep_their_json_type(acts: HttpActs, site: Site) -> None:
    acts.switch_automatic_validation(False)
    assert sent(site) == {"auto": False}
    acts.trust_domains(["CLINIQUE"])
    assert sent(site) == {"liés": ["CLINIQUE"]}
    acts.trust_domains([])
    assert sent(site) == {"liés": []}
    acts.set_trust("PA", high=False)
    assert sent(site) == {"niveau": "faible"}
    attempt = acts.mark(PATIENT, "douteuse")
    assert sent(site) == {"douteuse": True}
    assert AttemptReleve.parse(attempt.releve).act == "attribut"


def test_registration_files_what_goes_beside_the_traits(acts: HttpActs, site: Site) -> None:
    site.answer = reply_json(201, {"cle": 9})
    attempt = acts.register(PERSON, "PA", "255")
    assert attempt.patient == PatientRef("9", "IPP-7")
    submitted = AttemptReleve.parse(attempt.releve).submitted
    assert (submitted["proof"], submitted["nss"]) == ("PA", "255")
    site.answer = reply_json(201, {})
    with pytest.raises(UnexpectedAnswer, match=r"answer\.id"):
        acts.register(PERSON)


def test_work_list_message_and_verification_are_read(acts: HttpActs, site: Site) -> None:
    site.answer = reply_json(200, {"lignes": [{"quoi": "INS non confirmée", "qui": 7}]})
    entries = WorkListReleve.parse(acts.work_list()).entries
    assert [(one.text, one.patient_id) for one in entries] == [("INS non confirmée", "7")]
    site.answer = reply_json(200, {"msh10": "M1"})
    assert acts.send_message(PATIENT, "ORU") == "M1"
    site.answer = reply_json(409, {"cr": "01"})
    attempt = acts.verify_ins(PATIENT)
    assert not attempt.accepted and AttemptReleve.parse(attempt.releve).code == "01"


@pytest.mark.parametrize(
    "change",
    [
        lambda acts: acts.switch_automatic_validation(True),
        lambda acts: acts.trust_domains(["X"]),
        lambda acts: acts.set_trust("PA", high=True),
    ],
    ids=["automatism", "contracts", "trust"],
)
def test_a_setting_that_is_refused_is_no_precondition(
    acts: HttpActs, site: Site, change: Callable[[HttpActs], None]
) -> None:
    site.answer = reply_json(422, {"erreur": "non"})
    with pytest.raises(UnexpectedAnswer):
        change(acts)


def test_the_role_must_be_in_the_file(site: Site, loop: ServiceLoop) -> None:
    target = target_at(
        site.url,
        capabilities={Capability.EDITING: "http"},
        drivers=DriverTables(http=HttpOptions(operations=OPERATIONS)),
    )
    drivers = Drivers(target, Recorder(), loop)
    assert drivers.acts(Capability.EDITING).update(PATIENT, {"used_name": "X"}).accepted
    with pytest.raises(CapabilityMissing, match="super"):
        drivers.acts(Capability.EDITING, "super")
    with pytest.raises(CapabilityMissing, match=r"capabilities\.messages"):
        drivers.acts(Capability.MESSAGES)
    drivers.close()


def test_a_person_does_each_act() -> None:
    answers = ["oui", "", "oui", "oui", "oui", "ligne 1", "7", "", "non", "KO", "oui", ""]
    shown = io.StringIO()
    source = io.StringIO("".join(f"{one}\n" for one in answers))
    acts = AttendedActs(Terminal(source, shown, 2.0), "super")
    assert acts.update(PATIENT, {"used_name": "X"}).accepted
    acts.switch_automatic_validation(False)
    acts.set_trust("PA", high=False)
    acts.trust_domains(["CLINIQUE"])
    assert WorkListReleve.parse(acts.work_list()).entries[0].patient_id == "7"
    assert not acts.verify_ins(PATIENT).accepted
    assert acts.mark(PATIENT, "fictive").accepted
    assert acts.send_message(PATIENT, "ORM") == ""
    assert "super-utilisateur" in shown.getvalue() and "« fictive »" in shown.getvalue()


@pytest.mark.parametrize("kind", BUSINESS)
def test_business_messages_are_conform_and_bear_the_patient(kind: str) -> None:
    control_id, content = build_business(PERSON, Identification(kind), Hl7v2Options())
    header = read_header(content)
    assert header is not None and header.control_id == control_id
    assert header.identifiers == ("IPP-7",)
    check = Check.of(Artefact("m", content, HL7V2_MEDIA_TYPE))
    judgement = judge(check, rules_of("hl7v2"), named=False)
    assert not [outcome.rule_id for outcome in judgement.outcomes if outcome.errors]


def test_another_domain_speaks_in_its_own_name() -> None:
    own = Hl7v2Options()
    _, content = build(PERSON, Identification("A28"), own.speaking_for("tiers"))
    assert DOMAINS["tiers"].authority.encode() in content and own.authority.encode() not in content
    assert own.speaking_for("") is own
    named = Hl7v2Options(domains={"tiers": Domain(facility="F", authority="F&f.example.org&DNS")})
    assert named.speaking_for("tiers").sending_facility == "F"
    assert named.speaking_for("contrat").sending_facility == "CLINIQUE-LIEE"
