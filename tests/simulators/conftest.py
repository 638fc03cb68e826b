"""Fixtures of the simulators' tests: a loop, an IGC, an INSi simulator on loopback, a client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.insi.seeds import read_persons
from harness.simulators.loop import ServiceLoop
from tests.simulators.soap import Client

SEEDS = Path(__file__).parents[2] / "fixtures" / "identites"


@pytest.fixture(scope="session")
def igc(tmp_path_factory: pytest.TempPathFactory) -> TestIgc:
    return TestIgc.create(tmp_path_factory.mktemp("igc"))


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    return {person.key: person for person in read_persons(SEEDS)}


@pytest.fixture(scope="session")
def loop() -> Iterator[ServiceLoop]:
    with ServiceLoop() as running:
        yield running


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def insi(loop: ServiceLoop, igc: TestIgc, recorder: Recorder) -> Iterator[InsiSimulator]:
    with InsiSimulator(loop, igc, recorder, silence=20.0) as simulator:
        yield simulator


@pytest.fixture
def client(insi: InsiSimulator, igc: TestIgc) -> Iterator[Client]:
    software = Client(insi, igc)
    yield software
    software.close()


@pytest.fixture
def camille(insi: InsiSimulator, people: dict[str, Person]) -> Person:
    insi.knows(people["durand-camille"])
    return people["durand-camille"]
