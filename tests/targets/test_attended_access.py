"""Sign-in, accounts and settings by a person: told what to do, believed on what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.access import OPENED, SECOND_FACTOR, ProfessionalReleve
from harness.model.problems import CapabilityMissing
from harness.model.professional import Professional
from harness.model.releve import AttemptReleve
from harness.simulators.loop import ServiceLoop
from harness.targets.access_base import ProfessionalAccess
from harness.targets.base import PatientRef
from tests.targets.test_attended import Operator

DOCTOR = Professional("k", "99700000001", "DURAND", "ANNE", "10", "Médecin", speciality="SM54")
FIELDS = 12


def test_a_sign_in_by_a_person(loop: ServiceLoop, tmp_path: Path) -> None:
    capture = tmp_path / "ecran.png"
    capture.write_bytes(b"\x89PNG")
    someone = Operator(
        loop,
        *("oui", "", "9", "3"),
        *("non", "Code refusé", "3"),
        *("oui", "", "1", str(capture), "non", "", "2"),
    )
    visits = someone.drivers.visits
    user = visits.start()
    asked = visits.walk(user, "sign_in", user="durand", secret="sésame-1234")
    assert visits.stage(asked) == SECOND_FACTOR
    wrong = visits.walk(user, "second_factor", code="000000")
    assert not visits.accepted(wrong) and wrong.releve.alerts == ("Code refusé",)
    opened = visits.walk(user, "second_factor", code="271828")
    assert visits.stage(opened) == OPENED and user.here == opened
    picture = user.picture("accueil")
    assert picture.degraded and picture.image.content == b"\x89PNG"
    (reached,) = visits.reach(user, "patient")
    assert not reached.open and user.here == opened
    shown = someone.shown.getvalue()
    assert "navigation privée" in shown and "identifiant : durand" in shown
    assert "répondez par un numéro de 1 à 6" in shown
    with pytest.raises(CapabilityMissing, match=r"capabilities\.sign_in"):
        visits.session(user)


def test_codes_are_read_by_the_person(loop: ServiceLoop) -> None:
    visits = Operator(loop, "271828", "https://x.example.org/r?j=1", "CLE").drivers.visits
    assert visits.code_in("code 314159") == "314159" and visits.code_in("") == "271828"
    assert visits.link_in("") == "https://x.example.org/r?j=1"
    assert visits.describes("revoke") and not visits.describes("voler")


def test_accounts_by_a_person(loop: ServiceLoop) -> None:
    copied = ["899700000001", "DURAND", *[""] * (FIELDS - 2)]
    someone = Operator(
        loop,
        *("oui", "", "12"),
        *("non", "Doublon", "12 14"),
        *copied,
        *("a@x.mssante.fr", "service", "A", ""),
    )
    people = someone.drivers.people
    access = ProfessionalAccess(login="adurand", password="sésame-1234")
    opened = people.create_professional(DOCTOR, access)
    assert opened.id == "12" and "sésame" not in opened.releve.content.decode()
    twin = people.create_professional(DOCTOR, ProfessionalAccess(login="adurand2"))
    assert twin.duplicates == ("12", "14") and not twin.accepted
    releve = ProfessionalReleve.parse(people.professional("12"))
    assert releve.national_id == "899700000001" and releve.local == {"service": "A"}
    assert "nom d'exercice : DURAND" in someone.shown.getvalue()


def test_settings_and_acts_by_a_person(loop: ServiceLoop) -> None:
    drivers = Operator(loop, "oui", "", "non", "Interdit").drivers
    assert drivers.security.lock_policy(3, 900).accepted
    attempt = drivers.actions.note(PatientRef("7", "IPP-7"), "vu")
    releve = AttemptReleve.parse(attempt.releve)
    assert (releve.act, releve.accepted, releve.message) == ("note de visite", False, "Interdit")


def test_traces_handed_over(loop: ServiceLoop, tmp_path: Path) -> None:
    export = tmp_path / "traces.csv"
    export.write_bytes(b"date;auteur\n")
    drivers = Operator(loop, "non", "oui", str(export)).drivers
    with pytest.raises(CapabilityMissing, match="syslog"):
        drivers.audit.take("syslog")
    (traces,) = drivers.audit.take("csv")
    assert traces.content == b"date;auteur\n" and traces.media_type == "text/csv"


def test_the_directory_by_a_person(loop: ServiceLoop) -> None:
    drivers = Operator(loop, "oui", "", "2026-03-02T09:00+01:00", "API").drivers
    state = drivers.directory.status()
    assert (state.loaded_at, state.source) == ("2026-03-02T09:00+01:00", "API")
