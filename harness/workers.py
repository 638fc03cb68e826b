"""Several workers on the embedded demo: each its own DUI, simulators, ports and journal.

The controller draws the seed and the run folder, gathers what the workers filed, writes the reports
once, and closes its journal on the heads of theirs. Only the demo can be shared out: a vendor's
software has one database and one INSi address.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.demo import is_embedded, stand_ins
from harness.evidence.journal import Journal, read_journal
from harness.evidence.recorder import Recorder
from harness.model.problems import ConfigurationProblem, HarnessFault
from harness.model.results import ScenarioResult
from harness.model.verdict import Verdict
from harness.running import Run
from harness.session import Selection, Session, known_ids
from harness.simulated import SIMULATED, Needs, names_of
from harness.simulators.igc import TestIgc
from harness.targets.configuration import load_target
from harness.workbench import IGC_FOLDER, Workbench, new_run_folder

if TYPE_CHECKING:
    from harness.dossier import Dossier
    from harness.targets.target import Target

FOLDER, SEED = "banc_folder", "banc_seed"
"""Keys under which the controller tells a worker its run folder and its seed."""


class Front:
    """What the controller knows of a run in place of a workbench: nothing is opened here."""

    def __init__(self, target_file: Path, reports: Path, seed: int | None) -> None:
        """Make the run folder and its journal.

        Raises `ConfigurationProblem` for a wrong target file, `HarnessFault` for the disk.
        """
        igc = TestIgc.create(IGC_FOLDER)  # once, so that no worker has to
        self.target_file = target_file
        self.target: Target | None = load_target(target_file, {**os.environ, **stand_ins(igc)})
        self.seed = secrets.randbelow(2**31) if seed is None else seed
        self.folder = new_run_folder(reports)
        self.journal = Journal(self.folder)
        self.recorder = Recorder(self.journal)
        needed = names_of(Needs.of_target(self.target))
        self.services = dict.fromkeys(needed, f"{SIMULATED}, un par ouvrier")

    def close(self) -> None:
        """Nothing to stop: the workers own what runs."""


class Controller(Run):
    """The run as the controller sees it: it plays nothing, it gathers."""

    def __init__(
        self,
        target_file: Path,
        reports: Path,
        selection: Selection,
        *,
        seed: int | None,
        strict: bool,
    ) -> None:
        if not is_embedded(target_file, os.environ):
            raise ConfigurationProblem(
                "-n est refusé sur cette cible : une seule base, une seule adresse INSi ; les "
                "scénarios sont joués l'un après l'autre. Relancez sans -n (les ouvriers sont "
                "réservés à la démonstration embarquée)."
            )
        super().__init__(target_file, reports, selection, seed=seed, strict=strict)
        known_ids(selection.requirements, self._catalogue)
        self._front = Front(target_file, reports, seed)
        self._expected: tuple[str, ...] = ()
        self._workers: list[str] = []

    def worker_input(self, worker: str) -> dict[str, Any]:
        """Return what a worker must be told."""
        self._workers.append(worker)
        return {FOLDER: str(self._front.folder), SEED: self._front.seed}

    def begin(self, node_ids: list[str]) -> None:
        """Begin once the workers agree on the items; called for each of them."""
        if self._session is not None:
            return
        self._expected = tuple(_item_id(one) for one in node_ids)
        self._session = Session(self._front, self._catalogue)
        self._begin_reports(len(self._expected))

    def gather(self, node_id: str) -> None:
        """Take the result that a worker filed for an item, and tell it."""
        item_id = _item_id(node_id)
        if self._session is None or any(one.id == item_id for one in self.results):
            return
        result = _filed(self._front.folder, item_id) or _lost(item_id)
        self.results.append(result)
        self.bench.journal.record(
            "verdict", {"scenario": item_id, "verdict": result.verdict, "reason": result.reason}
        )
        if self._console:
            self._console.scenario_done(result, len(self.results))

    def finish(self) -> int:
        """Put the results in the order of collection, report, and anchor the workers' journals."""
        found = {result.id: result for result in self.results}
        if not self.interrupted:
            found |= {one: _lost(one) for one in self._expected if one not in found}
        self.results[:] = [found[one] for one in self._expected if one in found]
        heads = {name: _head(self._front.folder / "ouvriers" / name) for name in self._workers}
        self.bench.journal.record("workers", heads)
        shutil.rmtree(self._front.folder / "ouvriers" / "resultats", ignore_errors=True)
        return super().finish()


class Worker(Run):
    """The run as a worker plays it: its own workbench, its results handed over by the disk."""

    def __init__(self, target_file: Path, selection: Selection, told: dict[str, Any]) -> None:
        super().__init__(target_file, Path(told[FOLDER]), selection, seed=told[SEED])
        self._name = str(told["workerid"])

    @property
    def _folder(self) -> Path:
        return self._reports / "ouvriers" / self._name

    def open(self, total: int) -> None:
        """Open a workbench of our own below the run folder, the pieces shared with the others."""
        bench = Workbench(
            self._target_file,
            self._reports,
            self._seed,
            folder=self._folder,
            pieces=self._reports / "pieces",
        )
        self._session = Session(bench, self._catalogue)
        self._begin_allure(self._reports)

    def keep(self, result: ScenarioResult, dossier: Dossier) -> None:
        """File the result for Allure, and for the controller, before pytest tells of it."""
        from harness.reporting.scrub import scrubbed

        super().keep(result, dossier)
        path = _result_path(self._reports, result.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".partiel")
        clean = self.bench.recorder.redactor.clean
        beside.write_bytes(pickle.dumps(scrubbed(result, clean)))
        beside.replace(path)

    def finish(self) -> int:
        """Close our journal; the controller reports."""
        self.finished = True
        if not self.interrupted:
            self.bench.journal.close({"worker": self._name, "scenarios": len(self.results)})
        return 0


def _item_id(node_id: str) -> str:
    return node_id.replace("\\", "/").removeprefix("scenarios/")


def _result_path(folder: Path, item_id: str) -> Path:
    return folder / "ouvriers" / "resultats" / hashlib.sha256(item_id.encode()).hexdigest()


def _filed(folder: Path, item_id: str) -> ScenarioResult | None:
    try:
        # Written a moment ago by a worker of this very run, in the folder that we made for it.
        found: ScenarioResult = pickle.loads(_result_path(folder, item_id).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, pickle.UnpicklingError, EOFError) as error:
        raise HarnessFault(f"résultat de {item_id} illisible dans {folder} : {error}") from error
    return found


def _lost(item_id: str) -> ScenarioResult:
    return ScenarioResult(
        item_id,
        item_id,
        "",
        item_id.partition("/")[0],
        (),
        (),
        (),
        Verdict.HARNESS_ERROR,
        "l'ouvrier s'est arrêté avant de conclure ; relancez sans -n",
    )


def _head(folder: Path) -> dict[str, object]:
    try:
        reading = read_journal(folder)
    except FileNotFoundError:
        return {"missing": True}
    return {"head": reading.head, "entries": len(reading.entries), "intact": reading.intact}
