"""A run under pytest: selection, workbench, console, reports and exit code."""

from __future__ import annotations

import os
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from harness.catalogue import Catalogue, load_catalogue
from harness.dossier import Dossier
from harness.model.problems import ConfigurationProblem, HarnessFault
from harness.model.results import ScenarioResult
from harness.model.verdict import Verdict, exit_code
from harness.session import (
    Applicable,
    Item,
    Selection,
    Session,
    applicable,
    failed_items,
    known_ids,
    selected,
)

if TYPE_CHECKING:
    from harness.cast import Cast
    from harness.reporting.allure import AllureWriter
    from harness.reporting.console import Console
    from harness.targets.drivers import Drivers
    from harness.targets.target import Target
    from harness.workbench import Workbench

INTERRUPTED = 130
QUIET: ContextVar[bool] = ContextVar("quiet", default=False)
"""True while `play` drives pytest: its terminal is off and the console of the banc speaks."""
CTRL_C: ContextVar[bool] = ContextVar("ctrl_c", default=False)
"""True once Ctrl-C stopped pytest, which ends by the code of a wrong usage then."""


class Run:
    """One run. The workbench is opened for it, or lent by who runs many (mutants)."""

    def __init__(
        self,
        target_file: Path,
        reports: Path,
        selection: Selection,
        *,
        seed: int | None = None,
        attended: bool = False,
        strict: bool = False,
        lent: Workbench | None = None,
    ) -> None:
        self._target_file = target_file
        self._reports = reports
        self._selection = selection
        self._seed = seed
        self._attended = attended
        self._strict = strict
        self._lent = lent
        self._session: Session | None = None
        self._writer: AllureWriter | None = None
        self._console: Console | None = None
        self._catalogue = load_catalogue()
        self.interrupted = False
        self.finished = False

    @property
    def opened(self) -> bool:
        """Say whether scenarios were about to be played."""
        return self._session is not None

    @property
    def session(self) -> Session:
        """Return the session. Raises `HarnessFault` before `open`."""
        if self._session is None:
            raise HarnessFault("l'exécution n'est pas ouverte")
        return self._session

    @property
    def bench(self) -> Workbench:
        """Return the workbench of the run. Only a controller has none, and it plays nothing."""
        return cast("Workbench", self.session.bench)

    @property
    def target(self) -> Target:
        """Return the target under test."""
        return self.session.target

    @property
    def seed(self) -> int:
        """Return the seed of the persons of this run."""
        return self.bench.seed if self._seed is None else self._seed

    @property
    def drivers(self) -> Drivers:
        """Return the drivers of the target."""
        assert self.bench.drivers is not None
        return self.bench.drivers

    @property
    def results(self) -> list[ScenarioResult]:
        """Return the results filed so far."""
        return self.session.results

    def select(self, items: list[Item]) -> frozenset[str]:
        """Return the ids of the items chosen. Raises `ConfigurationProblem` for unknown ids."""
        known_ids(self._selection.requirements, self._catalogue)
        source = self._selection.failed_from
        failed = failed_items(source) if source else None
        chosen = frozenset(item.id for item in items if selected(item, self._selection, failed))
        if not chosen:
            raise ConfigurationProblem(_nothing_selected(self._selection, self._catalogue))
        return chosen

    def open(self, total: int) -> None:
        """Open the workbench and begin. Raises `ConfigurationProblem` or `HarnessFault`."""
        from harness.workbench import Workbench

        bench = self._lent or Workbench(
            self._target_file, self._reports, self._seed, attended=self._attended
        )
        self._session = Session(bench, self._catalogue)
        if self._lent is None:
            self._begin_reports(total)

    def _begin_reports(self, total: int) -> None:
        from harness.reporting.console import Console

        self._begin_allure(self.bench.folder)
        self._console = Console(clean=self.bench.recorder.redactor.clean)
        self._console.begin(total, self.target.name)

    def _begin_allure(self, folder: Path) -> None:
        from harness.reporting.allure import AllureWriter
        from harness.reporting.report_writer import ALLURE_RESULTS

        self._writer = AllureWriter(folder / ALLURE_RESULTS, self.bench.recorder.redactor.clean)

    def applicable(self, item: Item) -> Applicable:
        """Return what of an item applies to the target."""
        return applicable(item, self.target, self._catalogue)

    def adopt_insi(self, dossier: Dossier, cast: Cast) -> None:
        """File what INSi received from this scenario's persons: nothing to remember to call."""
        if self.bench.insi is None:
            return
        for person in cast.persons:
            for call in self.bench.insi.calls_for(person):
                dossier.adopt(
                    f"Appel à INSi ({call.operation})",
                    call.check.artefacts,
                    call.judgement,
                )

    def file(
        self,
        item: Item,
        kept: Applicable,
        dossier: Dossier,
        outcome: tuple[Verdict, str],
        started: datetime,
        duration: float,
    ) -> None:
        """File the result of an item in the session, in Allure and on the console."""
        self.keep(self.session.result(item, kept, dossier, outcome, started, duration), dossier)

    def keep(self, result: ScenarioResult, dossier: Dossier) -> None:
        """Keep a result where others read it: Allure, the console."""
        if self._writer:
            self._writer.scenario(result, dossier.steps, self._catalogue)
        if self._console:
            self._console.scenario_done(result, len(self.results))

    def finish(self) -> int:
        """Write the reports, print the summary and return the exit code."""
        self.session.interrupted = self.interrupted
        report = self.session.report()
        verdicts = [result.verdict for result in report.scenarios]
        if self._strict:
            verdicts += [r.verdict for r in report.requirements if r.verdict is Verdict.NOT_RUN]
        code = exit_code(verdicts, strict=self._strict)
        if not verdicts:
            code = exit_code([Verdict.INCONCLUSIVE])
        if self.interrupted:
            code = INTERRUPTED
        if self._lent is None:
            self._write(code)
        self.finished = True
        return code

    def _write(self, code: int) -> None:
        from harness.reporting.report_writer import write_reports
        from harness.second_opinion import note_of_a_run

        bench = self.bench
        try:
            self.session.notes.extend(filter(None, [note_of_a_run(self.results)]))
            paths = write_reports(
                self.session.report(),
                bench.folder,
                writer=self._writer,
                node=os.environ.get("BANC_NODE"),
                allure=os.environ.get("BANC_ALLURE"),
                clean=bench.recorder.redactor.clean,
            )
        except KeyboardInterrupt:
            bench.journal.record("interrupted", {"exit_code": INTERRUPTED})
            print(f"Rapports interrompus : ce qui est déjà écrit est dans {bench.folder}.")
            raise
        if self.interrupted:
            # No footer: the run did not finish, and its journal must say so.
            bench.journal.record("interrupted", {"exit_code": code})
        else:
            counts = {str(verdict): n for verdict, n in paths.report.counts.items()}
            bench.journal.close({"verdicts": counts, "exit_code": code})
        if self._console:
            self._console.summary(paths.report, paths, code)

    def close(self) -> None:
        """Stop what this run started; a lent workbench stays open."""
        if self._session is not None and self._lent is None:
            self.bench.close()


class Lent:
    """A pytest plugin that lends an open workbench to a run (used by `banc mutants`).

    Each run has its own seed, so that its persons are not those of the run before.
    """

    NAME = "banc-lent"

    def __init__(self, bench: Workbench, seed: int) -> None:
        self.__name__ = self.NAME
        self.bench = bench
        self.seed = seed
        self.run: Run | None = None


def prepared_run(config: pytest.Config) -> Run:
    """Return the run that the options of pytest describe.

    Raises `ConfigurationProblem` when workers are asked for a target that cannot have several.
    """
    option = config.option
    selection = Selection(tuple(option.requirement), tuple(option.theme), option.failed_from)
    told = getattr(config, "workerinput", None)
    if told is not None or getattr(option, "numprocesses", None):
        from harness.workers import Controller, Worker

        if told is not None:
            return Worker(option.target, selection, told)
        return Controller(
            option.target, option.reports, selection, seed=option.seed, strict=bool(option.strict)
        )
    lent = config.pluginmanager.get_plugin(Lent.NAME)
    run = Run(
        option.target,
        option.reports,
        selection,
        seed=lent.seed if lent else option.seed,
        attended=option.attended,
        strict=bool(option.strict),  # pytest has this option: we give it one more meaning
        lent=lent.bench if lent else None,
    )
    if lent:
        lent.run = run
    return run


def play(
    arguments: list[str],
    *,
    scenarios: tuple[str, ...] = (),
    plugins: list[object] | None = None,
    workers: int = 1,
) -> int:
    """Play scenarios through pytest with the console of the banc, and return the exit code.

    `arguments` are those of `pytest scenarios`; `scenarios` are files below that folder, all of
    them when empty. More than one of the `workers` needs the embedded demo.
    """
    root = Path(__file__).parent.parent
    paths = [str(root / "scenarios" / name) for name in scenarios or ("",)]
    token = QUIET.set(True)
    CTRL_C.set(False)
    try:
        code = pytest.main(
            [
                *paths,
                f"--rootdir={root}",
                f"--confcutdir={root}",
                *("-p", "no:terminal", "-p", "no:cacheprovider"),
                *(("-n", str(workers)) if workers > 1 else ("-p", "no:xdist")),
                # Ctrl-C may fall where an object is half made: its end is no news to the user.
                *("-W", "ignore::pytest.PytestUnraisableExceptionWarning"),
                *arguments,
            ],
            plugins=plugins,
        )
    finally:
        QUIET.reset(token)
    return INTERRUPTED if CTRL_C.get() else int(code)


def _nothing_selected(selection: Selection, catalogue: Catalogue) -> str:
    reasons = []
    for wanted in selection.requirements:
        found = catalogue.requirement_of(wanted)
        reasons.append(f"{wanted} : {found.coverage_reason or 'aucun scénario ne la joue'}")
    if selection.themes:
        known = sorted(p.name for p in (Path(__file__).parent.parent / "scenarios").iterdir())
        reasons.append(f"thème {', '.join(selection.themes)} (connus : {', '.join(known)})")
    if selection.failed_from:
        reasons.append(f"aucun échec dans {selection.failed_from}")
    return "aucun scénario à jouer — " + " ; ".join(reasons or ["aucun scénario trouvé"])
