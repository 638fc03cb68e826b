"""Any bytes are judged or refused in words: the fuzz command in small, and what it must report."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import fuzz
from harness.fuzz_cases import _KINDS, Case, case_of, cases, samples

SEED = 20260612


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cas")


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, 10**9))
def test_any_case_is_judged_or_refused(folder: Path, number: int) -> None:
    assert fuzz.outcome_of(case_of(SEED, number), folder)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=300), format_name=st.sampled_from(["hl7v2", "fhir", "insi"]))
def test_any_bytes_of_any_extension_are_judged_or_refused(
    folder: Path, content: bytes, format_name: str
) -> None:
    assert fuzz.outcome_of(Case(1, "au hasard", format_name, content), folder)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_a_target_file_or_is_refused(folder: Path, text: str) -> None:
    content = text.encode("utf-8", "surrogatepass")
    assert fuzz.outcome_of(Case(1, "au hasard", "cible", content), folder)


def test_same_seed_gives_the_same_bytes_and_every_kind_comes() -> None:
    first = list(cases(SEED, 1500))
    # Backwards: no case may depend on those made before it.
    assert [one.content for one in first] == [
        case_of(SEED, number).content for number in reversed(range(1500))
    ][::-1]
    assert case_of(SEED, 123).content == first[123].content
    assert {one.kind for one in first} == set(_KINDS)
    assert case_of(SEED + 1, 123).content != first[123].content


def test_shares_add_up_and_each_format_has_samples() -> None:
    assert sum(weight for weight, _, _ in _KINDS.values()) == 100
    for _, format_name, _ in _KINDS.values():
        assert samples(format_name)


def test_cases_reach_the_rules_and_the_door(folder: Path) -> None:
    outcomes = Counter(fuzz.outcome_of(one, folder) for one in cases(SEED, 200))
    assert {"CONFORM", "NON_CONFORM", fuzz.REFUSED} <= set(outcomes)


def test_command_counts_every_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    progress = StringIO()
    assert fuzz.fuzz(120, SEED, tmp_path, as_json=True, progress=progress) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["cases"], record["seed"], record["failures"]) == (120, SEED, [])
    assert record["judged"] + record["refused"] == 120
    assert sum(kind["cases"] for kind in record["kinds"].values()) == 120
    assert progress.getvalue().splitlines()[-1] == "120/120 cas, 0 échec(s)"
    assert not list(tmp_path.iterdir())


def test_command_keeps_and_names_a_case_that_raises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(case: Case, folder: Path) -> str:
        raise IndexError("un défaut du banc")

    monkeypatch.setattr(fuzz, "outcome_of", broken)
    assert fuzz.fuzz(9, SEED, tmp_path, only=5, progress=StringIO()) == 3
    told = capsys.readouterr().out
    assert "IndexError : un défaut du banc" in told
    assert f"banc fuzz --seed {SEED} --case 5" in told
    kept = tmp_path / f"fuzz-{SEED}" / case_of(SEED, 5).file_name
    assert kept.read_bytes() == case_of(SEED, 5).content
