"""The fixtures of sign-in: people, access, self-service, security settings."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from harness.acting import Patient
from harness.acting_access import AccessDesk
from harness.acting_audit import AuditDesk
from harness.acting_people import PeopleDesk
from harness.acting_secrets import Codes, Passwords, TargetHours
from harness.acting_security import SecurityDesk
from harness.acting_self_service import SelfServiceDesk
from harness.plugin import RUN, STATE
from harness.running import Run
from harness.targets.base import Capability


@pytest.fixture
def hours(request: pytest.FixtureRequest) -> Generator[TargetHours]:
    """The hour of the target, brought back to the real time at the end."""
    drivers = _run(request).drivers
    hours = TargetHours(drivers.clock if drivers.offers(Capability.CLOCK) else None)
    yield hours
    hours.reset()


@pytest.fixture
def passwords(request: pytest.FixtureRequest) -> Passwords:
    """Passwords drawn from the seed of the run."""
    run = _run(request)
    return Passwords(run.seed, request.node.nodeid, run.bench.recorder.redactor)


@pytest.fixture
def codes(request: pytest.FixtureRequest, hours: TargetHours) -> Codes:
    """One-time codes, as their owner reads them."""
    run = _run(request)
    delay = run.target.delay(Capability.SIGN_IN)
    return Codes(lambda: run.drivers.visits, hours, run.bench.mail, run.bench.sms, delay)


@pytest.fixture
def people(request: pytest.FixtureRequest, passwords: Passwords) -> Generator[PeopleDesk]:
    """Accounts of professionals and of patients."""
    run, cast = _run(request), request.node.stash[STATE].cast

    def patient(key: str) -> Patient:
        if not run.target.profile.is_identity_reference:
            made: Patient = request.getfixturevalue("gap").creates(key)
            return made
        made = request.getfixturevalue("identities").create(key)
        return made

    desk = PeopleDesk(run.drivers, cast, passwords, patient, run.bench.annuaire)
    yield desk
    desk.restore()


@pytest.fixture
def access(
    request: pytest.FixtureRequest, codes: Codes, passwords: Passwords, hours: TargetHours
) -> Generator[AccessDesk]:
    """Sign-in and sessions."""
    drivers = _run(request).drivers
    quiet = None if drivers.target.drivers.visitor.scripts else drivers.quiet_visitor
    desk = AccessDesk(drivers.visits, codes, passwords, hours, quiet)
    yield desk
    desk.close()


@pytest.fixture
def self_service(access: AccessDesk, codes: Codes) -> SelfServiceDesk:
    """What users do with their own account."""
    return SelfServiceDesk(access, codes)


@pytest.fixture
def security(request: pytest.FixtureRequest, hours: TargetHours) -> Generator[SecurityDesk]:
    """Delays and locks, put back at the end."""
    desk = SecurityDesk(_run(request).drivers, hours)
    yield desk
    desk.restore()


@pytest.fixture
def audit(request: pytest.FixtureRequest, passwords: Passwords) -> Generator[AuditDesk]:
    """Acts that leave traces, and the traces exported before and after them."""
    run = _run(request)
    desk = AuditDesk(run.drivers, passwords, run.bench.recorder.redactor, run.bench.mail)
    yield desk
    desk.close()


def _run(request: pytest.FixtureRequest) -> Run:
    run: Run = request.config.stash[RUN]
    return run
