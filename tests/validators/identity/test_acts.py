"""The rules on changes, attributes and other domains have no subject when nothing is proved."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.model.check import Check, RuleOutcome
from harness.model.identity import OID_NIR_TEST
from harness.model.releve import AttemptReleve, IdentityReleve, Releve, ScreenField, ScreenReleve
from harness.validators.engine import judge, rules_named

MATRICULE = "279037505600142"
RECOVERED = IdentityReleve(
    "1",
    "api",
    status="récupérée",
    matricule=MATRICULE,
    oid=OID_NIR_TEST,
    birth_name="LORVELAN",
    birth_given_names="MAELLE JEANNE",
    first_birth_given_name="MAELLE",
    used_name="ARVENNES",
)
PROVISIONAL = replace(RECOVERED, status="provisoire", matricule="", oid="")
REFUSED = AttemptReleve("modification", accepted=False, submitted={"birth_name": "LEVERRIER"})
ACCEPTED = replace(REFUSED, accepted=True)
STRICT = {"act": "trait strict"}


def outcome(rule_id: str, expected: dict[str, Any] | None = None, **roles: Releve) -> RuleOutcome:
    artefacts = {role: releve.artefact(role) for role, releve in roles.items()}
    return judge(Check(artefacts, expected or {}), rules_named(rule_id)).outcomes[0]


def test_a_lock_is_proved_only_by_a_user_who_can_change_something() -> None:
    roles = {"before": RECOVERED, "after": RECOVERED, "attempt": REFUSED}
    assert outcome("IDN-35", STRICT, **roles).examined == 0
    assert outcome("IDN-35", STRICT, **roles, control=REFUSED).examined == 0
    assert outcome("IDN-35", STRICT, **roles, control=ACCEPTED).examined == 1
    assert outcome("IDN-35", {**STRICT, "user": "super-utilisateur"}, **roles).examined == 0


@pytest.mark.parametrize("rule_id", ["IDN-35", "IDN-37"])
def test_an_identity_without_ins_has_no_lock(rule_id: str) -> None:
    roles = {"before": PROVISIONAL, "after": PROVISIONAL, "attempt": ACCEPTED, "control": ACCEPTED}
    user = "super-utilisateur" if rule_id == "IDN-37" else "ordinaire"
    assert outcome(rule_id, {**STRICT, "user": user}, **roles).examined == 0


@pytest.mark.parametrize(
    ("first", "accepted", "faults"),
    [
        ("MAELLE", True, 0),
        ("MAELLE JEANNE", True, 0),
        ("MAEL", True, 1),
        ("JEANNE", True, 1),
        ("JEANNE", False, 0),
        ("MAELLE JEANNE", False, 1),
    ],
)
def test_a_first_given_name_is_coherent_by_whole_given_names(
    first: str, accepted: bool, faults: int
) -> None:
    attempt = AttemptReleve(
        "modification", accepted=accepted, submitted={"first_birth_given_name": first}
    )
    after = replace(RECOVERED, first_birth_given_name=first) if accepted else RECOVERED
    found = outcome(
        "IDN-30",
        {"act": "premier prénom"},
        before=RECOVERED,
        after=after,
        attempt=attempt,
        control=ACCEPTED,
    )
    assert found.examined == 1 and len(found.findings) == faults


def test_calls_received_prove_silence_only_between_their_ends() -> None:
    from harness.model.releve import CallSeen, CallsReleve

    people = {"twin": "A", "forbidden": "B", "marker": "C"}
    expected = {"act": "attribut", "attribute": "douteuse", "people": people}

    def examined(*who: str) -> int:
        calls = CallsReleve("INSi", tuple(CallSeen("", one, "traits") for one in who))
        return outcome("IDN-34", expected, attempt=REFUSED, control=ACCEPTED, calls=calls).examined

    assert examined("A", "C") == 1
    assert examined("A") == examined("C") == examined("C", "A") == 0


def test_the_absence_of_an_identity_is_a_finding_and_not_a_missing_subject() -> None:
    expected = {"act": "autre domaine", "verification": "ko", "traits": {"birth_name": "X"}}
    absent = AttemptReleve("lecture", accepted=False)
    assert len(outcome("IDN-40", expected, attempt=absent).findings) == 1
    assert outcome("IDN-40", expected).examined == 0
    assert outcome("IDN-40", {**expected, "verification": "ok"}, attempt=absent).examined == 0


def page(*fields: ScreenField, kind: str = "patient", text: str = "") -> ScreenReleve:
    return ScreenReleve(kind, "", "", "", fields=fields, text=text)


def test_an_attribute_offered_by_a_box_is_not_said() -> None:
    box = ScreenField("Identité douteuse", "oui", editable=True)
    past = ScreenField("Motif", "attribut douteuse")
    sex = ScreenField("Sexe", "F")
    expected = {"attribute": "douteuse"}
    silent = page(box, past, text="Identité douteuse\nattribut douteuse")
    assert outcome("IHM-17", expected, subject=silent).errors
    said = page(box, past, sex, text="Attribut : douteuse\nIdentité douteuse\nF")
    assert not outcome("IHM-17", expected, subject=said).errors


def test_a_lock_of_a_provisional_identity_is_not_looked_for() -> None:
    form = page(ScreenField("Nom de naissance", "X", editable=True), kind="modification")
    assert outcome("IHM-10", {"status": "provisoire"}, subject=form).examined == 0
    assert outcome("IHM-10", {"status": "récupérée"}, subject=form).errors
