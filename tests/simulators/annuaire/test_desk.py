"""The desk of the Annuaire tells which calls were answered rightly, and moves both clocks."""

from __future__ import annotations

from typing import Any, cast

import pytest

from harness.acting_directory import DAY, HOMONYMS, DirectoryDesk
from harness.acting_secrets import TargetHours
from harness.cast import Cast
from harness.model.professional import Professional
from harness.model.releve import CallsReleve
from harness.simulators.annuaire import AnnuaireSimulator
from tests.simulators.annuaire.conftest import Get


class Clock:
    """What the target's clock is told."""

    def __init__(self) -> None:
        self.offset = 0

    def shift(self, seconds: int) -> None:
        self.offset = seconds

    def reset(self) -> None:
        self.offset = 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(annuaire: AnnuaireSimulator, clock: Clock) -> DirectoryDesk:
    nobody = cast(Any, None)  # the software and its passwords play no part here
    return DirectoryDesk(nobody, annuaire, Cast(7, "desk"), nobody, TargetHours(clock))


def asked(desk: DirectoryDesk, since: int) -> list[tuple[str, str]]:
    calls = CallsReleve.parse(desk.calls(since)).calls
    return [(one.private_id, one.operation) for one in calls]


def test_a_call_tells_whom_it_asked_for(
    desk: DirectoryDesk, get: Get, doctor: Professional, nurse: Professional
) -> None:
    since = desk.mark()
    get("Practitioner", identifier=f"{doctor.rpps},{nurse.rpps}")
    get("Practitioner", name=doctor.exercise_name)
    assert asked(desk, since) == [
        (doctor.rpps, "recherche"),
        (nurse.rpps, "recherche"),
        ("", "recherche"),
    ]
    assert len(desk.exchanges(since)) == 4


def test_a_call_that_failed_refreshed_nothing(
    desk: DirectoryDesk, get: Get, doctor: Professional
) -> None:
    since = desk.mark()
    with desk.failing("donnees-anciennes"):
        get("Practitioner", identifier=doctor.rpps)
    with desk.failing("erreur-500"):
        get("Practitioner", identifier=doctor.rpps)
    get("Practitioner", identifier=doctor.rpps, key="autre")
    assert asked(desk, since) == []


def test_homonyms_are_more_than_a_page(desk: DirectoryDesk, get: Get) -> None:
    people = desk.knows_homonyms("medecin")
    assert len({one.rpps for one in people}) == HOMONYMS
    assert len(desk.publishing(people)["mailboxes"]) == HOMONYMS
    bundle = get("Practitioner", name=people[0].exercise_name).json()
    assert bundle["total"] == HOMONYMS
    assert any(link["relation"] == "next" for link in bundle["link"])


def test_time_passes_on_both_sides(
    desk: DirectoryDesk, annuaire: AnnuaireSimulator, clock: Clock
) -> None:
    before = annuaire.clock.now()
    desk.later(32)
    assert clock.offset == 32 * DAY
    assert (annuaire.clock.now() - before).days == 32
    desk.restore()
    assert (annuaire.clock.now() - before).days == 0
