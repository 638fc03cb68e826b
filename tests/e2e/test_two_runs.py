"""Two runs in a row against the same software, its store not emptied, say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command import banc, only_run, run_json
from tests.e2e.conftest import Outside

pytestmark = pytest.mark.xdist_group("e2e-two-runs")


def test_second_night_meets_no_patient_of_the_first(outside: Outside, tmp_path: Path) -> None:
    found = []
    for night in ("première", "seconde"):
        reports = tmp_path / night
        # Typed, received and sent; called from INSi: all the ways by which a patient comes.
        wanted = ("INS 1", "INS 34", "INS 45")
        chosen = [word for one in wanted for word in ("--requirement", one)]
        ended = banc(
            "run", outside.target, "--reports", reports, *chosen, cwd=tmp_path, env=outside.environ
        )
        assert ended.code == 0, ended.text
        run = run_json(only_run(reports))
        assert "demo_dui" not in {path.name for path in only_run(reports).iterdir()}
        found.append(run)
    first, second = found
    assert first["seed"] != second["seed"]
    verdicts = [{one["id"]: one["verdict"] for one in run["scenarios"]} for run in found]
    assert verdicts[0] == verdicts[1]
    assert len(verdicts[0]) > 15
    assert first["verdicts"] == second["verdicts"]
    assert set(verdicts[0].values()) <= {"CONFORM", "REVIEW", "NOT_APPLICABLE"}
