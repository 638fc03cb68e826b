"""The matricule's arithmetic: key, shape, place codes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.identity import INS_OIDS
from harness.validators.ins.matricule import (
    is_insee_place,
    is_valid_matricule,
    matricule_key,
    nature_of,
    parse_matricule,
    place_is_abroad,
)

ALPHABET = "0123456789AB"
DEPARTMENTS = st.one_of(st.sampled_from(["2A", "2B"]), st.integers(1, 99).map("{:02d}".format))


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.integers(0, 10**count - 1).map(lambda number: f"{number:0{count}d}")


@st.composite
def matricules(draw: st.DrawFn) -> str:
    """Draw a matricule of the right shape with its right key."""
    body = draw(_digits(5)) + draw(DEPARTMENTS) + draw(_digits(6))
    return body + matricule_key(body)


@pytest.mark.parametrize("matricule", ["186022A21532523", "295109912611193", "279035121518989"])
def test_published_matricules_are_valid(matricule: str) -> None:
    assert is_valid_matricule(matricule)


def test_corsica_counts_2a_as_19_and_2b_as_18() -> None:
    assert matricule_key("284072A004117") == matricule_key("2840719004117")
    assert matricule_key("284072B004117") == matricule_key("2840718004117")


@settings(max_examples=60, deadline=None)
@given(matricules())
def test_generated_matricule_is_valid(matricule: str) -> None:
    assert is_valid_matricule(matricule)
    parts = parse_matricule(matricule)
    assert parts is not None and "".join(parts) == matricule


@settings(max_examples=60, deadline=None)
@given(matricules(), st.integers(0, 14), st.sampled_from(ALPHABET))
def test_any_single_change_is_seen(matricule: str, position: int, sign: str) -> None:
    changed = matricule[:position] + sign + matricule[position + 1 :]
    assert is_valid_matricule(changed) == (changed == matricule)


@pytest.mark.parametrize(
    "text",
    ["", "2790351215189", "279035121518989 ", "2790351215189 89", "27903512151898٩", "x" * 15],
)
def test_wrong_shapes_are_not_matricules(text: str) -> None:
    assert not is_valid_matricule(text)
    assert parse_matricule(text) is None


@pytest.mark.parametrize("text", ["", "27903512151", "2840720A4117x", "²790351215189"])
def test_key_of_a_wrong_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="13 premiers"):
        matricule_key(text)


@pytest.mark.parametrize("code", ["01004", "2A004", "2B033", "97411", "99109", "99999", "75056"])
def test_insee_places(code: str) -> None:
    assert is_insee_place(code)


@pytest.mark.parametrize("code", ["", "2A04", "2C004", "00123", "750056", "2a004", "FRANC"])
def test_other_texts_are_no_insee_place(code: str) -> None:
    assert not is_insee_place(code)


def test_abroad_is_a_country_and_not_the_unknown_place() -> None:
    assert place_is_abroad("99109")
    assert not place_is_abroad("99999")
    assert not place_is_abroad("75056")


def test_nature_comes_from_the_oid() -> None:
    assert [nature_of(oid) for oid in INS_OIDS] == list(INS_OIDS.values())
    assert nature_of("1.2.3") == ""


@pytest.mark.parametrize(
    ("month", "real", "known"),
    [("07", 7, True), ("20", None, True), ("42", None, True), ("45", None, False)],
)
def test_months(month: str, real: int | None, known: bool) -> None:
    body = f"284{month}2A004117"
    parts = parse_matricule(body + matricule_key(body))
    assert parts is not None
    assert (parts.real_month, parts.month_is_known_form) == (real, known)
