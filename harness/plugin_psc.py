"""The fixtures of Pro Santé Connect and of the Annuaire Santé."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from harness.acting_directory import DirectoryDesk
from harness.acting_people import PeopleDesk
from harness.acting_psc import PscDesk
from harness.acting_secrets import Passwords, TargetHours
from harness.model.problems import CapabilityMissing
from harness.plugin import run_of, state_of


@pytest.fixture
def psc(
    request: pytest.FixtureRequest, people: PeopleDesk, hours: TargetHours
) -> Generator[PscDesk]:
    """Pro Santé Connect, simulated, and sign-ins through it."""
    run = run_of(request)
    drivers, simulator = run.drivers, run.bench.psc
    if simulator is None:
        raise CapabilityMissing("Pro Santé Connect n'est pas simulé pour cette cible")
    desk = PscDesk(
        simulator, drivers.visits, lambda: drivers.psc, people, run.bench.annuaire, hours
    )
    yield desk
    desk.restore()


@pytest.fixture
def annuaire(
    request: pytest.FixtureRequest, passwords: Passwords, hours: TargetHours
) -> Generator[DirectoryDesk]:
    """The Annuaire Santé, simulated, and what the software takes of it."""
    run = run_of(request)
    if run.bench.annuaire is None:
        raise CapabilityMissing("l'Annuaire Santé n'est pas simulé pour cette cible")
    cast = state_of(request).cast
    desk = DirectoryDesk(run.drivers, run.bench.annuaire, cast, passwords, hours)
    yield desk
    desk.restore()
