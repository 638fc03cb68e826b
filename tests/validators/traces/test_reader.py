"""What a journal says of an act: its kind, its instant, its author, whatever its wording."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.model.check import Check, Judgement
from harness.model.releve import TraceEntry, TraceReleve
from harness.validators.engine import judge, rules_named
from harness.validators.traces.reader import instants, is_of_kind

WINDOW = {"since": "2026-03-02T09:15:00+00:00", "until": "2026-03-02T09:15:10+00:00"}


def line(action: str = "consultation", **said: str) -> TraceEntry:
    told = {"at": "2026-03-02T09:15:03Z", "by": "pro.martin", "patient_id": "12", **said}
    return TraceEntry(action=action, **told)


def judged(rule: str, *lines: TraceEntry, **act: object) -> Judgement:
    after = TraceReleve("12", lines).artefact("journal")
    acts = [{"author": "pro.martin", "patient_id": "12", **act}]
    return judge(Check({"after": after}, {**WINDOW, "acts": acts}), rules_named(rule))


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Consultation d'identité", "consultation"),
        ("ACCÈS AU DOSSIER", "consultation"),
        ("Mise à jour de l'état civil", "modification"),
        ("Appel INSi", "recuperation"),
        ("Vérification INSi", "verification"),
        ("Diffusion d'identité", "emission"),
        ("Réception de message", "reception"),
    ],
)
def test_kind_is_read_in_the_action(action: str, kind: str) -> None:
    assert is_of_kind(line(action), kind)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Accès refusé", "consultation"),
        ("Vérification INSi", "recuperation"),
        ("Changement de droits", "modification"),
        ("Contrôle de la pièce", "verification"),
    ],
)
def test_neighbouring_actions_are_not_taken_for_it(action: str, kind: str) -> None:
    assert not is_of_kind(line(action), kind)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:15:03Z",
        "2026-03-02T10:15:03+01:00",
        "02/03/2026 à 10:15:03",
        "2026-03-02 09:15:03",
    ],
)
def test_usual_instants_are_understood(text: str) -> None:
    assert datetime(2026, 3, 2, 9, 15, 3, tzinfo=UTC) in instants(text)


@pytest.mark.parametrize("text", ["", "2026-03-02", "02/03/2026", "hier à 09:15", "00:15"])
def test_what_is_no_instant_is_none(text: str) -> None:
    assert instants(text) == ()


def test_lines_of_before_do_not_count() -> None:
    old = TraceReleve("12", (line(),)).artefact("journal")
    acts = [{"kind": "consultation", "author": "pro.martin", "patient_id": "12"}]
    check = Check({"before": old, "after": old}, {**WINDOW, "acts": acts})
    (outcome,) = judge(check, rules_named("TRA-01")).outcomes
    assert [one.found for one in outcome.errors] == ["aucune ligne nouvelle"]


def test_clocks_may_differ_by_two_minutes() -> None:
    near = judged("TRA-01", line(at="2026-03-02T09:17:05Z"), kind="consultation")
    far = judged("TRA-01", line(at="2026-03-02T09:18:05Z"), kind="consultation")
    assert not near.outcomes[0].errors and far.outcomes[0].errors


def test_the_line_of_the_author_is_taken_among_others() -> None:
    lines = (line(), line(by="pro.durand", at="2026-03-02T09:15:05Z"))
    assert not judged("TRA-01", *lines, kind="consultation").outcomes[0].errors


def test_a_place_code_inside_a_matricule_is_not_the_place() -> None:
    insi = {"matricule": "279037505600134", "birth_place_code": "75056"}
    found = judged("TRA-05", line("INSi", answer="279037505600134"), kind="recuperation", insi=insi)
    assert [one.expected for one in found.outcomes[0].errors] == ["75056"]


def test_nothing_expected_is_no_subject() -> None:
    after = TraceReleve("12", (line(),)).artefact("journal")
    (outcome,) = judge(Check({"after": after}), rules_named("TRA-01"), named=False).outcomes
    assert outcome.examined == 0
