"""The Annuaire is the reference: what is held of it, how old it is, and what is beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.model.access import ProfessionalReleve
from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.releve import AttemptReleve, CallSeen, CallsReleve, ScreenField, ScreenReleve
from harness.validators.engine import judge, rules_named

NOW = "2026-03-31T12:00:00+00:00"
RECORD = ProfessionalReleve("7", "899700000013", "BERVILLE", "Claire", "10", "SM54", "C")
TRAITS = {"national_id": "899700000013", "exercise_name": "BERVILLE", "profession": "10"}


def judged(rule: str, artefacts: dict[str, Artefact], **expected: object) -> tuple[int, int]:
    (outcome,) = judge(Check(artefacts, expected), rules_named(rule), named=False).outcomes
    return outcome.examined, len(outcome.errors)


def record(**changes: object) -> dict[str, Artefact]:
    return {"record": replace(RECORD, **changes).artefact("fiche")}  # type: ignore[arg-type]


def calls(*national_ids: str) -> Artefact:
    seen = tuple(CallSeen(NOW, one, "Practitioner") for one in national_ids)
    return CallsReleve("Annuaire Santé", seen).artefact("appels")


def act(*, accepted: bool) -> Artefact:
    return AttemptReleve("création", accepted).artefact("tentative")


@pytest.mark.parametrize(
    ("updated_at", "expected"),
    [
        ("2026-02-28T12:00:00+00:00", (1, 0)),
        ("2026-02-28T11:59:59+00:00", (1, 1)),
        ("28/02/2026 13:30:00", (1, 0)),
        ("", (0, 0)),
        ("hier", (0, 0)),
    ],
)
def test_a_month_is_thirty_one_days(updated_at: str, expected: tuple[int, int]) -> None:
    assert judged("ANU-01", record(updated_at=updated_at), now=NOW) == expected


@pytest.mark.parametrize(
    ("days", "accepted", "called", "expected"),
    [
        (32, False, (), (1, 0)),
        (32, True, ("",), (1, 0)),
        (32, True, (), (1, 1)),
        (30, True, (), (0, 0)),
    ],
)
def test_old_data_serve_nothing_until_they_are_loaded_again(
    days: int, accepted: bool, called: tuple[str, ...], expected: tuple[int, int]
) -> None:
    artefacts = {"attempt": act(accepted=accepted), "control": act(accepted=True)}
    found = judged("ANU-01", {**artefacts, "calls": calls(*called)}, age_days=days)
    assert found == expected


def test_a_label_is_worth_its_code() -> None:
    labels = {"profession": "Médecin"}
    for held, errors in (("10", 0), ("médecin", 0), ("60", 1), ("", 1)):
        found = judged(
            "ANU-02", record(profession=held), kind="compte", professional=TRAITS, labels=labels
        )
        assert found == (3, errors)


def test_the_kind_says_which_rule_judges() -> None:
    for kind, examined in (("compte", (3, 0)), ("correspondant", (0, 3))):
        found = [
            judged(one, record(), kind=kind, professional=TRAITS) for one in ("ANU-02", "ANU-03")
        ]
        assert tuple(one[0] for one in found) == examined


def test_what_was_typed_beside_stays_beside() -> None:
    typed = {"local": {"service": "Unité des Tilleuls"}}
    assert judged("ANU-04", record(local=typed["local"]), **typed) == (1, 0)
    assert judged("ANU-04", record(), **typed) == (1, 1)
    mixed = record(local=typed["local"], exercise_name="Unité des Tilleuls")
    assert judged("ANU-04", mixed, **typed, professional=TRAITS) == (1, 1)


@pytest.mark.parametrize(
    ("label", "editable", "errors"),
    [
        ("Mise à jour depuis l'annuaire (jours)", True, 0),
        ("Fréquence de l'Annuaire Santé", True, 0),
        ("Mise à jour depuis l'annuaire (jours)", False, 1),
        ("Annuaire Santé", True, 1),
        ("Fréquence des sauvegardes", True, 1),
    ],
)
def test_the_frequency_is_a_field_to_fill(label: str, editable: bool, errors: int) -> None:
    page = ScreenReleve(
        "réglages", "", "", NOW, (ScreenField(label, "7", editable=editable),)
    ).artefact("réglages")
    assert judged("ANU-06", {"settings": page}) == (1, errors)


def test_a_search_of_the_rpps_is_a_search_of_the_national_id() -> None:
    created = {"control": act(accepted=True)}
    for asked, errors in (("899700000013", 0), ("99700000013", 0), ("899700000021", 1)):
        found = judged("ANU-08", {**created, "calls": calls(asked)}, professional=TRAITS)
        assert found == (1, errors)
    assert judged("ANU-08", {**created, "attempt": act(accepted=True)}, unknown="8") == (1, 1)
    refused = {"control": act(accepted=False), "attempt": act(accepted=False)}
    assert judged("ANU-08", refused, unknown="8") == (0, 0)
