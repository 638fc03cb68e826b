"""The fixtures of Pro Santé Connect and of the Annuaire Santé."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from harness.acting_access import AccessDesk
from harness.acting_directory import DirectoryDesk
from harness.acting_people import PeopleDesk
from harness.acting_psc import PscDesk
from harness.acting_secrets import Passwords, TargetHours
from harness.model.problems import CapabilityMissing
from harness.plugin import RUN, STATE
from harness.running import Run


@pytest.fixture
def psc(
    request: pytest.FixtureRequest, access: AccessDesk, people: PeopleDesk, hours: TargetHours
) -> Generator[PscDesk]:
    """Pro Santé Connect, simulated, and sign-ins through it."""
    run: Run = request.config.stash[RUN]
    if run.bench.psc is None:
        raise CapabilityMissing("Pro Santé Connect n'est pas simulé pour cette cible")
    desk = PscDesk(
        run.bench.psc,
        access,
        people,
        lambda: run.drivers.psc,
        run.bench.annuaire,
        hours,
        request.node.stash[STATE].cast,
    )
    yield desk
    desk.restore()


@pytest.fixture
def annuaire(
    request: pytest.FixtureRequest, passwords: Passwords, hours: TargetHours
) -> Generator[DirectoryDesk]:
    """The Annuaire Santé, simulated, and what the software takes of it."""
    run: Run = request.config.stash[RUN]
    if run.bench.annuaire is None:
        raise CapabilityMissing("l'Annuaire Santé n'est pas simulé pour cette cible")
    cast = request.node.stash[STATE].cast
    desk = DirectoryDesk(run.drivers, run.bench.annuaire, cast, passwords, hours)
    yield desk
    desk.restore()
