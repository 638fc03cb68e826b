"""The profile of a target decides what applies; what does not says why, and by which source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import DEMO, TARGETS, banc, only_run, run_json

IEU = {f"IEU {number}" for number in range(1, 13)}

pytestmark = pytest.mark.xdist_group("e2e-applicability")


def _run(target: Path, cwd: Path, wanted: str = "INS 45") -> dict[str, Any]:
    # A few scenarios are enough: what applies is told of every exigence.
    ended = banc("run", target, "--reports", target.stem, "--requirement", wanted, cwd=cwd)
    assert ended.code == 0, ended.text
    return run_json(only_run(cwd / target.stem))


def _excluded(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = {one["id"]: one for one in run["requirements"] if one["verdict"] == "NOT_APPLICABLE"}
    for one in found.values():
        assert one["reason"] and one["source"], one
        assert one["declaration"], one
    return found


def test_applicable_sets_follow_the_profile(tmp_path: Path) -> None:
    without_ins = tmp_path / "sans-ins.toml"
    written = DEMO.read_text(encoding="utf-8")
    assert "ins_applicable = true" in written
    without_ins.write_text(
        written.replace("ins_applicable = true", "ins_applicable = false"), encoding="utf-8"
    )
    ri = _excluded(_run(DEMO, tmp_path))
    slave_run = _run(TARGETS / "demo-dmn-esclave.toml", tmp_path, "INS 1")
    slave = _excluded(slave_run)
    bare_run = _run(without_ins, tmp_path)
    bare = _excluded(bare_run)
    assert "IEU 2" in slave and "IEU 2" not in ri
    assert {"IEU 7", "IEU 8"} <= set(bare)
    assert not {"IEU 7", "IEU 8"} & (set(ri) | set(slave))
    assert len({frozenset(one) for one in (ri, slave, bare)}) == 3
    assert "esclave" in slave["IEU 2"]["reason"]
    assert "INS" in bare["IEU 8"]["reason"]
    # Held to one referential, a run says nothing of the other.
    assert {one["referential"] for one in slave_run["requirements"]} == {"dmn-1.2.2"}
    # Scenarios that the profile excludes are told too, and the others were played.
    for run, played in ((slave_run, True), (bare_run, False)):
        skipped = [one for one in run["scenarios"] if one["verdict"] == "NOT_APPLICABLE"]
        assert skipped and all(one["reason"] and not one["applicable"] for one in skipped)
        assert (run["verdicts"]["CONFORM"] > 0) == played


def test_without_patient_access_every_ieu_row_is_out_with_its_reason(tmp_path: Path) -> None:
    target = tmp_path / "sans-usager.toml"
    written = DEMO.read_text(encoding="utf-8")
    assert "patient_access = true" in written
    target.write_text(
        written.replace("patient_access = true", "patient_access = false"), encoding="utf-8"
    )
    run = _run(target, tmp_path, "IEU 9")
    out = _excluded(run)
    assert set(out) >= IEU
    assert {out[one]["reason"] for one in IEU} == {"aucun usager n'accède au logiciel"}
    played = [one for one in run["scenarios"] if IEU & set(one["requirements"])]
    # A scenario that a Ségur exigence asks for as well is played for that one alone.
    assert played and not any(IEU & set(one["applicable"]) for one in played)
    assert all(one["verdict"] == "NOT_APPLICABLE" for one in played if not one["applicable"])
    drafts = {path.stem for path in (only_run(tmp_path / target.stem) / "declarations").iterdir()}
    assert {"IEU-9", "IEU-1"} <= drafts


def test_a_simple_declaration_form_leaves_the_second_factor_out(tmp_path: Path) -> None:
    target = tmp_path / "declaration-simple.toml"
    written = DEMO.read_text(encoding="utf-8")
    assert "simple_declaration_only = false" in written
    target.write_text(
        written.replace("simple_declaration_only = false", "simple_declaration_only = true"),
        encoding="utf-8",
    )
    out = _excluded(_run(target, tmp_path, "IEU 9"))
    assert "formulaire" in out["IEU 9"]["reason"]
    assert "FAQ-ANS" in out["IEU 9"]["source"]
