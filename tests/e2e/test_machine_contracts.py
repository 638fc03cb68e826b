"""What other programs read: mutants, coverage and cards, as `docs/contrats.md` says them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.validators.engine import all_rules
from tests.e2e.command import ROOT, banc

pytestmark = pytest.mark.xdist_group("e2e-contracts")
FAULT_KEYS = {"name", "theme", "line", "expected", "caught_by", "caught"}


def test_mutants_sample(tmp_path: Path) -> None:
    ended = banc("mutants", "--sample", "2", "--seed", "1", "--json", cwd=tmp_path)
    found = json.loads(ended.out)
    assert set(found) == {"healthy", "faults"}
    assert found["healthy"] == {"errors": 0}
    rules = {one.id for one in all_rules()}
    assert len(found["faults"]) == 2
    for fault in found["faults"]:
        assert set(fault) == FAULT_KEYS
        assert fault["expected"] and set(fault["expected"]) <= rules
        assert fault["caught"] == (set(fault["expected"]) <= set(fault["caught_by"]))
    assert ended.code == (0 if all(fault["caught"] for fault in found["faults"]) else 1)
    assert "Graine 1" in ended.err  # what a person reads stays out of the JSON


def test_coverage(tmp_path: Path) -> None:
    ended = banc("coverage", "--json", cwd=tmp_path)
    assert ended.code == 0, ended.text
    found = json.loads(ended.out)
    counts = {name: found[name] for name in ("automatic", "attended", "documentary", "planned")}
    assert sum(counts.values()) == found["requirements"] > 100
    assert counts["automatic"] > 10
    assert found["scenarios"] > found["requirements"]
    assert isinstance(found["to_import"], int) and found["to_import"] > 0
    assert found["orphans"] == []
    told = banc("coverage", cwd=tmp_path)
    assert told.code == 0
    for number in (found["requirements"], found["automatic"], found["to_import"]):
        assert str(number) in told.out


@pytest.mark.parametrize(
    ("official_id", "told"),
    [
        ("INS 34", ("INS 34", "V2-PID-09", "ins/test_transmission.py", "INS/va1.53")),
        ("INS/va1.53", ("INS/va1.53", "INS 34")),
        ("INS 34.1", ("INS 34.1", "INS 34.1.1")),
        ("INS 34.1.1", ("INS 34.1.1", "INS 34.1")),
        ("V2-PID-09", ("V2-PID-09", "INS 34", "rules_")),
    ],
)
def test_show(official_id: str, told: tuple[str, ...], tmp_path: Path) -> None:
    ended = banc("show", official_id, cwd=tmp_path)
    assert ended.code == 0, ended.text
    for word in told:
        assert word in ended.out, ended.out


def test_show_an_unknown_id(tmp_path: Path) -> None:
    ended = banc("show", "V2-PID-90", cwd=tmp_path)
    assert ended.code == 2
    assert ended.out == ""
    assert "V2-PID-90" in ended.err and "Vouliez-vous dire : V2-PID-" in ended.err


def test_keys_of_the_contract_are_all_written_down() -> None:
    """The page that programs are told to trust names every key of the fault and coverage."""
    page = (ROOT / "docs" / "contrats.md").read_text(encoding="utf-8")
    for key in (*FAULT_KEYS, "healthy", "to_import", "documentary", "orphans"):
        assert f'"{key}"' in page
