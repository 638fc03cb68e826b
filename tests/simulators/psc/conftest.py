"""Fixtures: one provider for the module, put back as new before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.cast import Cast
from harness.evidence.recorder import Recorder
from harness.model.professional import Professional
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.psc import PscSimulator
from tests.simulators.psc.browser import CLIENT, Browser, Party

CAST = Cast(7, "simulateur-psc")


@pytest.fixture(scope="session")
def doctor() -> Professional:
    return CAST.professional("medecin")


@pytest.fixture(scope="session")
def nurse() -> Professional:
    return CAST.professional("infirmier")


@pytest.fixture(scope="session")
def busy_doctor() -> Professional:
    """A doctor with two places of exercise."""
    return CAST.professional("medecin-deux-exercices")


@pytest.fixture(scope="module")
def module_recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def started(loop: ServiceLoop, igc: TestIgc, module_recorder: Recorder) -> Iterator[PscSimulator]:
    with PscSimulator(loop, igc, module_recorder, silence=20.0) as simulator:
        yield simulator


@pytest.fixture
def psc(
    started: PscSimulator, doctor: Professional, nurse: Professional, busy_doctor: Professional
) -> PscSimulator:
    started.works()
    started.clock.reset()
    started.register(CLIENT)
    started.knows(doctor, nurse, busy_doctor)
    return started


@pytest.fixture
def browser(igc: TestIgc) -> Iterator[Browser]:
    person = Browser(igc)
    yield person
    person.close()


@pytest.fixture
def party(psc: PscSimulator, igc: TestIgc) -> Iterator[Party]:
    software = Party(psc, igc)
    yield software
    software.close()
