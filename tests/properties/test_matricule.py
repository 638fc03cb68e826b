"""The matricule of any fictitious person passes; one character changed, it always fails.

97 is prime and divides neither 10 nor any difference of two digits, nor the step between a digit
and a Corsican letter: no single change can leave the key right. The tests below show it on every
place and sign rather than by argument.
"""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cast import Cast, _templates
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_named
from harness.validators.ins.matricule import KEY_MODULUS, is_valid_matricule, parse_matricule

A31 = (
    Path(__file__).parents[2] / "fixtures/messages/hl7v2/conformes/a31_ins_valide.er7"
).read_bytes()
SIGNS = string.digits + string.ascii_letters + " -/|٣２²é"
KEYS = sorted(_templates())

persons = st.builds(
    lambda seed, key: Cast(seed, "propriété").person(key),
    st.integers(0, 2**32),
    st.sampled_from(KEYS),
)


@settings(max_examples=150, deadline=None)
@given(persons)
def test_matricule_of_any_person_passes(person) -> None:  # type: ignore[no-untyped-def]
    for matricule in (person.matricule, *(past.matricule for past in person.former)):
        assert is_valid_matricule(matricule)
        parts = parse_matricule(matricule)
        assert parts is not None
        assert parts.place == person.birth_place_code
        assert parts.month_is_known_form


@pytest.mark.parametrize("key", KEYS)
def test_any_single_change_of_it_fails(key: str) -> None:
    matricule = Cast(7, "propriété").person(key).matricule
    for place in range(15):
        for sign in SIGNS:
            changed = matricule[:place] + sign + matricule[place + 1 :]
            assert is_valid_matricule(changed) == (changed == matricule), (place, sign)
        assert not is_valid_matricule(matricule[:place] + matricule[place + 1 :])
        assert not is_valid_matricule(matricule[:place] + "0" + matricule[place:])


def test_no_difference_of_two_signs_is_a_multiple_of_the_modulus() -> None:
    digits = {abs(a - b) * 10**rank for rank in range(13) for a in range(10) for b in range(10)}
    assert all(step % KEY_MODULUS for step in digits - {0})
    # In place 6, after a 2: 2A counts as 19, 2B as 18, and 2 followed by a digit as 20 to 29.
    corsican = {(a - b) * 10**6 for a in (18, 19, *range(20, 30)) for b in (18, 19) if a != b}
    assert all(step % KEY_MODULUS for step in corsican)


@pytest.mark.parametrize("department", ["2A", "2B", *(f"{n:02d}" for n in range(20, 30)), "97"])
def test_every_department_and_its_neighbours_fail_when_changed(department: str) -> None:
    from harness.validators.ins.matricule import matricule_key

    body = f"28407{department}004117"
    matricule = body + matricule_key(body)
    for place in range(15):
        for sign in string.digits + "AB":
            changed = matricule[:place] + sign + matricule[place + 1 :]
            assert is_valid_matricule(changed) == (changed == matricule)


@settings(max_examples=60, deadline=None)
@given(persons, st.integers(0, 14), st.sampled_from(string.digits + "AB"))
def test_rules_see_the_change_in_a_message(  # type: ignore[no-untyped-def]
    person, place: int, sign: str
) -> None:
    matricule = person.matricule
    changed = matricule[:place] + sign + matricule[place + 1 :]
    for sent, right in ((matricule, True), (changed, changed == matricule)):
        content = A31.replace(b"284072A00411793", sent.encode())
        check = Check.of(Artefact("message.er7", content, HL7V2_MEDIA_TYPE))
        verdict = judge(check, rules_named("V2-PID-03", "V2-PID-05"), named=False).verdict
        assert (verdict is Verdict.CONFORM) == right
