"""The IDN rules have no subject when nothing is proved, and read the words of every software."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.model.check import Check, RuleOutcome
from harness.model.identity import IdentityStatus
from harness.model.releve import AttemptReleve, IdentityReleve, Releve
from harness.validators.engine import judge, rules_named, rules_of
from harness.validators.identity.reader import status_of

IDENTITY = IdentityReleve("1", "api", status="provisoire", birth_name="LORVELAN", sex="F")
REFUSED = AttemptReleve("création", accepted=False, submitted={"birth_name": "Lorvelan"})
ACCEPTED = AttemptReleve("création", accepted=True, submitted={"birth_name": "Lorvelan"})


def outcome(rule_id: str, expected: dict[str, Any] | None = None, **roles: Releve) -> RuleOutcome:
    artefacts = {role: releve.artefact(role) for role, releve in roles.items()}
    return judge(Check(artefacts, expected or {}), rules_named(rule_id)).outcomes[0]


@pytest.mark.parametrize("rule_id", ["IDN-03", "IDN-04", "IDN-05"])
def test_refusal_without_its_permitted_twin_proves_nothing(rule_id: str) -> None:
    attempt = replace(
        REFUSED, missing="sex", submitted={"birth_name": "Lorvelan", "birth_date": "1979-13-01"}
    )
    assert outcome(rule_id, attempt=attempt).examined == 0
    assert outcome(rule_id, attempt=attempt, control=REFUSED).examined == 0
    assert outcome(rule_id, attempt=attempt, control=ACCEPTED).examined == 1


def test_unread_history_is_not_an_empty_one() -> None:
    after = replace(IDENTITY, status="validée")
    assert outcome("IDN-15", before=IDENTITY, after=after).examined == 0
    assert outcome("IDN-15", before=IDENTITY, after=replace(after, history=())).findings


def test_transition_from_another_status_is_a_missing_precondition() -> None:
    expected = {"status_from": "provisoire", "status_to": "récupérée"}
    before = replace(IDENTITY, status="validée")
    assert outcome("IDN-09", expected, before=before, after=IDENTITY).examined == 0


def test_matricule_is_due_only_under_a_status_that_holds_it() -> None:
    expected = {"traits": {"matricule": "279037505600142", "birth_name": "LORVELAN"}}
    assert outcome("IDN-01", expected, subject=IDENTITY).examined == 1
    qualified = {**expected, "status": "qualifiée"}
    assert outcome("IDN-01", qualified, subject=IDENTITY).examined == 2


def test_message_about_someone_else_proves_nothing() -> None:
    from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact

    content = b"MSH|^~\\&|A|B|C|D|2026||ADT^A31^ADT_A05|1|T|2.5\rPID|||X^^^E^PI||AUTRE^X^X^^^^L\r"
    artefacts = {
        "subject": Artefact("message", content, HL7V2_MEDIA_TYPE),
        "holder": IDENTITY.artefact("holder"),
    }
    assert judge(Check(artefacts), rules_named("IDN-25")).outcomes[0].examined == 0


@pytest.mark.parametrize("text", ["Qualifiée", "QUALIFIEE", "identité qualifiée", " qualifiee "])
def test_status_is_read_whatever_its_case_and_accents(text: str) -> None:
    assert status_of(text) is IdentityStatus.QUALIFIEE


def test_unknown_status_word_is_no_status() -> None:
    assert status_of("VALI") is None
    assert status_of("") is None


def test_identity_alone_gives_no_finding_that_needs_an_act() -> None:
    qualified = replace(IDENTITY, status="qualifiée", matricule="1", oid="2")
    judged = judge(
        Check.of(qualified.artefact("fiche")), rules_of("identity"), named=False
    ).outcomes
    assert {one.rule_id for one in judged if one.examined} == {"IDN-14"}


def test_matricules_are_shortened_in_findings() -> None:
    expected = {"traits": {"matricule": "279037505600142"}, "status": "qualifiée"}
    wrong = replace(IDENTITY, matricule="179037505600142")
    (finding,) = outcome("IDN-01", expected, subject=wrong).findings
    assert (finding.expected, finding.found) == ("2790…42", "1790…42")
