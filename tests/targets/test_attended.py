"""Attended steps: said in French, answered at a terminal, within a deadline."""

from __future__ import annotations

import io
import os
import socket
import threading
from pathlib import Path

import pytest

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.releve import AttemptReleve, IdentityReleve, SearchReleve, TraceReleve
from harness.simulators.loop import ServiceLoop
from harness.targets import attended
from harness.targets.attended import Terminal
from harness.targets.base import Capability, PatientRef
from harness.targets.drivers import Drivers
from harness.targets.mllp import END, START
from harness.targets.pam_messages import Identification, build
from harness.targets.target import Endpoints, Hl7v2Options
from tests.targets.sites import target_at

PERSON = Person("k", "DURAND", ("ANNE",), "1990-01-02", "F", "63220", private_id="I-7")
BY_HAND = dict.fromkeys([one for one in Capability if one is not Capability.INTAKE], "attended")


class Operator:
    """The lines that someone types, and what they were shown."""

    def __init__(self, loop: ServiceLoop, *lines: str) -> None:
        self.shown = io.StringIO()
        source = io.StringIO("".join(f"{line}\n" for line in lines))
        self.drivers: Drivers = Drivers(
            target_at(capabilities=BY_HAND, endpoints=Endpoints()),
            Recorder(),
            loop,
            terminal=Terminal(source, self.shown, 2.0),
        )


def test_creation_shows_the_values_and_files_the_answer(loop: ServiceLoop) -> None:
    someone = Operator(loop, "peut-être", "oui", "")
    attempt = someone.drivers.identities.create(PERSON)
    assert attempt.accepted and attempt.patient == PatientRef("I-7", "I-7")
    shown = someone.shown.getvalue()
    assert "ÉTAPE : créez" in shown and "nom de naissance : DURAND" in shown
    assert "nom utilisé : (laisser vide)" in shown
    assert "répondez oui ou non" in shown
    assert AttemptReleve.parse(attempt.releve).submitted == PERSON.traits()


def test_refusal_keeps_the_message_typed(loop: ServiceLoop) -> None:
    attempt = Operator(loop, "n", "Sexe obligatoire").drivers.identities.create(PERSON)
    assert not attempt.accepted and attempt.patient is None
    assert AttemptReleve.parse(attempt.releve).message == "Sexe obligatoire"


def test_identity_is_typed_field_by_field(loop: ServiceLoop) -> None:
    typed = ["", "", "DURAND", "ANNE", "ANNE", "02/01/1990", "F", "63220", "", "", "provisoire"]
    releve = IdentityReleve.parse(
        Operator(loop, *typed).drivers.identities.read(PatientRef("7", "I-7"))
    )
    assert (releve.birth_name, releve.birth_date) == ("DURAND", "1990-01-02")
    assert (releve.status, releve.source, releve.history) == ("provisoire", "écran", None)


def test_screen_is_a_file_that_must_be_read_again(loop: ServiceLoop, tmp_path: Path) -> None:
    picture = tmp_path / "fiche patient.png"
    picture.write_bytes(b"\x89PNG")
    someone = Operator(loop, str(tmp_path / "absente.png"), f'"{picture}"')
    screen = someone.drivers.screens.patient(PatientRef("7", "I-7"))
    assert screen.degraded and screen.image.content == b"\x89PNG"
    assert screen.image.media_type == "image/png"
    assert "donnez un autre chemin" in someone.shown.getvalue()


def test_search_is_typed(loop: ServiceLoop) -> None:
    someone = Operator(loop, "oui", "I-7 I-9", "non", "Clé fausse")
    found = someone.drivers.search.search(birth_date="1990-01-02", name="DUR")
    assert found.patients == (PatientRef("I-7", "I-7"), PatientRef("I-9", "I-9"))
    assert "nom (premières lettres) : DUR" in someone.shown.getvalue()
    refused = SearchReleve.parse(someone.drivers.search.search(matricule="1").releve)
    assert (refused.accepted, refused.message, refused.found) == (False, "Clé fausse", ())


@pytest.mark.parametrize(
    "written",
    [
        "at;by;action;patient_id\n2026-03-02 09:15;moi;consultation;I-7\n",
        '[{"at": "2026-03-02 09:15", "by": "moi", "action": "consultation", "patient_id": "I-7"}]',
    ],
)
def test_journal_is_a_file(loop: ServiceLoop, tmp_path: Path, written: str) -> None:
    file = tmp_path / "journal.csv"
    file.write_text(written, encoding="utf-8")
    drivers = Operator(loop, str(file)).drivers
    (line,) = TraceReleve.parse(drivers.traces.traces(PatientRef("I-7", "I-7"))).entries
    assert (line.by, line.action, line.patient_id) == ("moi", "consultation", "I-7")


def test_journal_without_its_columns_is_inconclusive(loop: ServiceLoop, tmp_path: Path) -> None:
    file = tmp_path / "journal.csv"
    file.write_text("date;qui\n1;2\n", encoding="utf-8")
    with pytest.raises(Inconclusive, match="colonnes at, by et action"):
        Operator(loop, str(file)).drivers.traces.traces(PatientRef("I-7"))


def test_another_profile_is_played_by_a_person(loop: ServiceLoop) -> None:
    someone = Operator(loop, "Accès refusé", "non", "pas de droit", "")
    attempt = someone.drivers.rights.reach("sans_acces", "read", PatientRef("I-7", "I-7"))
    assert not attempt.accepted and attempt.raw[0].content == "Accès refusé".encode()
    assert "un profil sans droit d'accès à l'identité" in someone.shown.getvalue()
    journal = TraceReleve.parse(someone.drivers.rights.journal("sans_acces", PatientRef("I-7")))
    assert journal.entries == ()


def test_deadline_counts_down_then_is_inconclusive() -> None:
    reading, writing = os.pipe()
    shown = io.StringIO()
    with os.fdopen(reading, encoding="utf-8") as source, os.fdopen(writing, "w"):
        terminal = Terminal(source, shown, 0.3, tick=0.1)
        with pytest.raises(Inconclusive, match=r"delays\.attended"):
            terminal.ask("Prêt ?")
    assert "Prêt ?  [0.3 s]" in shown.getvalue() and "il reste 0 s" in shown.getvalue()


def test_input_that_ends_is_inconclusive(loop: ServiceLoop) -> None:
    with pytest.raises(Inconclusive, match="terminée avant la réponse"):
        Operator(loop).drivers.accounts.create(PatientRef("7"), "anne")


def test_nobody_there_is_a_missing_capability(loop: ServiceLoop) -> None:
    drivers = Drivers(target_at(capabilities=BY_HAND), Recorder(), loop)
    assert not drivers.offers(Capability.SCREENS)
    with pytest.raises(CapabilityMissing, match="--attended"):
        _ = drivers.screens
    with pytest.raises(CapabilityMissing, match="--attended"):
        drivers.identities.create(PERSON)


def test_no_terminal_is_a_missing_capability(
    loop: ServiceLoop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = str(tmp_path / "tty")
    monkeypatch.setattr(attended, "_CONSOLE", (missing, missing))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    drivers = Drivers(target_at(capabilities=BY_HAND), Recorder(), loop, attended=True)
    with pytest.raises(CapabilityMissing, match="dans un terminal"):
        drivers.insi_call.call_insi(PatientRef("7"))


def test_flow_is_awaited_on_our_listener(loop: ServiceLoop) -> None:
    someone = Operator(loop)
    host, _, port = someone.drivers.partner_address().rpartition(":")
    _, content = build(PERSON, Identification("A31", "PROV", False), Hl7v2Options())

    def software() -> None:
        with socket.create_connection((host, int(port)), 2) as line:
            line.sendall(START + content + END)
            line.recv(65536)

    acting = threading.Timer(0.05, software)
    acting.start()
    message = someone.drivers.emission.emit(PatientRef("7", "I-7"))
    acting.join()
    assert message.content == content
    assert "faites émettre par le logiciel un message A31" in someone.shown.getvalue()
    someone.drivers.close()
