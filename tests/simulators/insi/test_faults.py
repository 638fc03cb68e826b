"""Each named fault of INSi, over the wire, for one person or for all."""

from __future__ import annotations

import time

import pytest
import requests
from lxml import etree

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import ConfigurationProblem
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.insi.faults import FAULTS
from harness.simulators.loop import ServiceLoop
from harness.validators.ins.matricule import is_valid_matricule
from tests.simulators.soap import VERIFICATION, Client, by_traits, verification

TIQ = "RESULTAT/INDIVIDU/TIQ"
ACTIVE = "RESULTAT/INDIVIDU/INSACTIF/IdIndividu"


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("date-00", f"{TIQ}/DateNaissance", "1979-00-00"),
        ("nom-vide", f"{TIQ}/NomNaissance", ""),
        ("prenoms-vides", f"{TIQ}/ListePrenom", ""),
        ("sexe-vide", f"{TIQ}/Sexe", ""),
        ("plusieurs", "RESULTAT/CR/CodeCR", "02"),
        ("aucune", "RESULTAT/CR/CodeCR", "01"),
    ],
)
def test_a_fault_of_content_changes_its_trait_alone(
    insi: InsiSimulator, client: Client, camille: Person, name: str, path: str, expected: str
) -> None:
    insi.fails_with(name, camille)
    answer = client.search(camille)
    assert answer.status == 200
    assert answer.text(path) == expected
    (call,) = insi.journal
    assert call.fault == name
    assert set(call.check.artefacts) == {"request"}  # our own fault is not judged


def test_the_wrong_key_is_wrong_and_the_number_is_kept(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.fails_with("cle-fausse", camille)
    answer = client.search(camille)
    number, key = answer.text(f"{ACTIVE}/NumIdentifiant"), answer.text(f"{ACTIVE}/Cle")
    assert number == camille.matricule[:13]
    assert 1 <= int(key) <= 97
    assert not is_valid_matricule(number + key)


def test_the_soap_fault_is_that_of_insi_06(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.fails_with("faute-soap", camille)
    answer = client.search(camille)
    assert answer.status == 500
    assert answer.text("Fault/Code/Subcode/Value") == "siram_40"
    error = answer.root.find(".//{*}Erreur")
    assert error is not None
    assert error.get("code") == "insi_102"
    assert error.get("severite")
    assert insi.journal[0].code == ""


def test_the_malformed_answer_is_no_xml(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.fails_with("xml-malforme", camille)
    answer = client.search(camille)
    assert answer.status == 200
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)


def test_a_cut_connection_gives_no_answer_and_is_filed(
    insi: InsiSimulator, client: Client, camille: Person, recorder: Recorder
) -> None:
    insi.fails_with("connexion-coupee", camille)
    with pytest.raises(requests.ConnectionError):
        client.search(camille)
    (call,) = insi.journal
    assert (call.status, call.answer, call.fault) == (0, None, "connexion-coupee")
    assert recorder.exchanges[0][1].response == b""
    insi.works(camille)
    assert client.search(camille).code == "00"


def test_no_answer_lasts_until_the_client_gives_up_and_holds_nobody_else(
    insi: InsiSimulator, igc: TestIgc, client: Client, camille: Person, people: dict[str, Person]
) -> None:
    insi.knows(people["corse-2a"])
    insi.fails_with("sans-reponse", camille)
    with pytest.raises(requests.ReadTimeout):
        client.post(by_traits(camille), timeout=0.2)
    other = Client(insi, igc)
    assert other.search(people["corse-2a"]).code == "00"
    other.close()
    assert insi.calls_for(camille)[0].status == 0


def test_no_answer_has_a_deadline(
    loop: ServiceLoop, igc: TestIgc, people: dict[str, Person]
) -> None:
    with InsiSimulator(loop, igc, Recorder(), silence=0.1) as insi:
        insi.fails_with("sans-reponse")
        client = Client(insi, igc)
        with pytest.raises(requests.ConnectionError):
            client.search(people["corse-2a"])
        client.close()


def test_stop_does_not_wait_for_a_held_connection(
    loop: ServiceLoop, igc: TestIgc, people: dict[str, Person]
) -> None:
    insi = InsiSimulator(loop, igc, Recorder()).start()
    insi.fails_with("sans-reponse")
    client = Client(insi, igc)
    with pytest.raises(requests.ReadTimeout):
        client.post(by_traits(people["corse-2a"]), timeout=0.1)
    start = time.monotonic()
    insi.stop()
    insi.stop()
    assert time.monotonic() - start < 2
    client.close()


def test_a_slow_answer_is_right_and_late(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.fails_with("reponse-lente", camille, delay=0.15)
    start = time.monotonic()
    assert client.search(camille).code == "00"
    assert time.monotonic() - start >= 0.15
    assert insi.journal[0].fault == "reponse-lente"


def test_a_fault_touches_its_person_alone_until_works(
    insi: InsiSimulator, client: Client, camille: Person, people: dict[str, Person]
) -> None:
    other = people["corse-2a"]
    insi.knows(other)
    insi.fails_with("aucune", camille)
    assert [client.search(camille).code, client.search(camille).code] == ["01", "01"]
    assert client.search(other).code == "00"
    insi.works(camille)
    assert client.search(camille).code == "00"


def test_a_fault_for_all_yields_to_the_latest_and_ends_with_works(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.fails_with("aucune")
    insi.fails_with("plusieurs", camille)
    assert client.search(camille).code == "02"
    insi.works(camille)
    assert client.search(camille).code == "01"
    insi.works()
    assert client.search(camille).code == "00"


def test_a_fault_that_changes_nothing_is_not_named(
    insi: InsiSimulator, client: Client, camille: Person
) -> None:
    insi.forgets(camille)
    insi.fails_with("nom-vide", camille)
    assert client.search(camille).code == "01"
    insi.fails_with("plusieurs", camille)
    assert client.post(verification(camille), VERIFICATION).code == "01"
    assert [call.fault for call in insi.journal] == ["", ""]


def test_an_unknown_fault_lists_the_known_ones(insi: InsiSimulator) -> None:
    with pytest.raises(ConfigurationProblem, match="« plusieurs »") as problem:
        insi.fails_with("plusieur")
    assert all(fault.name in str(problem.value) for fault in FAULTS)


def test_every_fault_says_in_french_what_insi_does() -> None:
    assert len(FAULTS) >= 12
    assert all(fault.description.startswith("INSi ") for fault in FAULTS)
