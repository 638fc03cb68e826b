"""The pytest door: options, markers, fixtures, and the mapping of verdicts to outcomes.

Without `--target` the plugin stays out of the way, so that it can sit beside other tests.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.acting import AccountDesk, GapDesk, IdentityDesk, InsiDesk, ScreenDesk
from harness.acting_domains import DomainDesk, MessageDesk
from harness.acting_editing import EditingDesk, ProofDesk
from harness.acting_export import ExportDesk
from harness.acting_rights import RightsDesk
from harness.acting_search import SearchDesk
from harness.acting_traces import TraceDesk
from harness.cast import Cast
from harness.dossier import Dossier
from harness.marks import Declared
from harness.model.problems import BancProblem, CapabilityMissing, ConfigurationProblem
from harness.model.verdict import ROWS, Verdict, exit_code, worst
from harness.running import CTRL_C, INTERRUPTED, QUIET, Run, prepared_run
from harness.session import Applicable, Item

pytest_plugins = ("harness.plugin_access", "harness.plugin_psc")
USAGE = 2
RUN: pytest.StashKey[Run] = pytest.StashKey()
ITEM: pytest.StashKey[Item] = pytest.StashKey()
STATE: pytest.StashKey[State] = pytest.StashKey()


@dataclass
class State:
    """What is known of an item while it runs."""

    kept: Applicable
    cast: Cast
    dossier: Dossier
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.monotonic)
    outcome: tuple[Verdict, str] | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `banc run`."""
    group = parser.getgroup("banc", "banc de conformité")
    group.addoption("--target", type=Path, help="fichier TOML de la cible")
    group.addoption("--requirement", action="append", default=[], help="exigence ou scénario")
    group.addoption("--theme", action="append", default=[], help="dossier de scenarios/ : ins…")
    group.addoption("--failed-from", type=Path, help="dossier d'une exécution à reprendre")
    group.addoption("--attended", action="store_true", help="des personnes agissent et répondent")
    group.addoption("--reports", type=Path, default=Path("reports"), help="dossier des rapports")
    group.addoption("--seed", type=int, help="graine des identités fictives")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; open the run when a target is given."""
    config.addinivalue_line("markers", "requirement(*ids): exigences officielles vérifiées")
    config.addinivalue_line("markers", "scenario(declared): scénarios officiels joués")
    if config.option.target is None:
        return
    config.stash[RUN] = _guard(lambda: prepared_run(config))
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Gathering(config.stash[RUN]), "banc-ouvriers")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the scenarios that the user chose; refuse to play scenarios without a target."""
    scenarios = [item for item in items if item.get_closest_marker("scenario")]
    run = config.stash.get(RUN, None)
    if run is None:
        if scenarios and not config.option.collectonly:
            _refuse(
                "les scénarios ont besoin d'une cible : ajoutez --target CIBLE.toml "
                "(par exemple --target fixtures/targets/demo.toml)"
            )
        return
    for item in scenarios:
        item.stash[ITEM] = _item(item)
    kept = _guard(lambda: run.select([item.stash[ITEM] for item in scenarios]))
    chosen = [item for item in scenarios if item.stash[ITEM].id in kept]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Open the workbench just before the first scenario."""
    run = session.config.stash.get(RUN, None)
    gathering = session.config.pluginmanager.has_plugin("banc-ouvriers")
    if run is not None and not gathering and not session.config.option.collectonly:
        _guard(lambda: run.open(len(session.items)))
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Prepare the dossier of a scenario; skip it when the profile excludes it."""
    run = item.config.stash.get(RUN, None)
    if run is None or ITEM not in item.stash:
        return
    meant = item.stash[ITEM]
    cast = Cast(run.seed, meant.id, run.target.fixed_persons())
    dossier = Dossier(meant.id, run.bench.journal, run.target.settings())
    state = State(run.applicable(meant), cast, dossier)
    item.stash[STATE] = state
    if not state.kept.ids:
        state.outcome = (Verdict.NOT_APPLICABLE, state.kept.reason)
        pytest.skip(f"Sans objet — {state.kept.reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give the report the outcome of the verdict, and file the result once torn down."""
    report = yield
    run, state = item.config.stash.get(RUN, None), item.stash.get(STATE, None)
    if run is None or state is None:
        return report
    error = call.excinfo.value if call.excinfo else None
    if call.when == "call" or (call.when == "setup" and error and state.outcome is None):
        _guard(lambda: run.adopt_insi(state.dossier, state.cast))
        state.outcome = state.dossier.conclude(error)
        _apply(report, *state.outcome)
    elif call.when == "teardown":
        _finish(item, run, state, error)
    return report


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Say on the error stream why a scenario file cannot be loaded, with or without a terminal."""
    if report.failed:
        print(report.longreprtext, file=sys.stderr)


def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Note a Ctrl-C; say why the run stopped when pytest's own terminal is off."""
    if isinstance(excinfo.value, KeyboardInterrupt):
        CTRL_C.set(True)
    if QUIET.get() and isinstance(excinfo.value, pytest.exit.Exception):
        print(excinfo.value.msg, file=sys.stderr)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the reports and set the exit code of the published table."""
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    run.interrupted = CTRL_C.get()
    if not run.opened:
        if run.interrupted:
            session.exitstatus = INTERRUPTED
        elif session.testsfailed:
            session.exitstatus = exit_code([Verdict.HARNESS_ERROR])
        return
    try:
        session.exitstatus = run.finish()
    except BancProblem as problem:
        print(problem, file=sys.stderr)
        session.exitstatus = exit_code([Verdict.HARNESS_ERROR])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started, whatever happened."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.close()


class _Gathering:
    """The hooks of the controller of several workers."""

    def __init__(self, controller: Any) -> None:
        self._controller = controller

    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker its run folder and seed."""
        node.workerinput.update(self._controller.worker_input(node.gateway.id))

    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Begin once the items are known."""
        _guard(lambda: self._controller.begin(ids))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the result of an item that a worker has finished."""
        if report.when == "teardown" or report.outcome == "failed":
            _guard(lambda: self._controller.gather(report.nodeid))


@pytest.fixture
def dossier(request: pytest.FixtureRequest) -> Dossier:
    """The dossier of the scenario: steps, proofs, judgements."""
    return _state(request).dossier


@pytest.fixture
def insi(request: pytest.FixtureRequest) -> InsiDesk:
    """INSi, simulated."""
    run = _run(request)
    if run.bench.insi is None:
        raise CapabilityMissing("INSi n'est pas simulé pour cette cible")
    return InsiDesk(run.bench.insi, _state(request).cast)


@pytest.fixture
def gap(request: pytest.FixtureRequest) -> GapDesk:
    """The GAP of the target's domain: identity flows."""
    return GapDesk(_run(request).drivers, _state(request).cast)


@pytest.fixture
def identities(request: pytest.FixtureRequest, gap: GapDesk) -> IdentityDesk:
    """The identities of the target."""
    run, state = _run(request), _state(request)
    return IdentityDesk(run.drivers, state.cast, _insi_of(run, state), gap, run.target.profile)


@pytest.fixture
def screens(request: pytest.FixtureRequest) -> ScreenDesk:
    """The pages of the target."""
    run, state = _run(request), _state(request)
    return ScreenDesk(run.drivers, state.cast, _insi_of(run, state))


@pytest.fixture
def accounts(request: pytest.FixtureRequest) -> AccountDesk:
    """The accounts of patients."""
    return AccountDesk(_run(request).drivers)


@pytest.fixture
def search(request: pytest.FixtureRequest, identities: IdentityDesk, gap: GapDesk) -> SearchDesk:
    """The searches of the target."""
    run, cast = _run(request), _state(request).cast
    return SearchDesk(run.drivers, cast, identities, gap, run.target.profile)


@pytest.fixture
def rights(request: pytest.FixtureRequest) -> RightsDesk:
    """The other profiles of the target."""
    run = _run(request)
    return RightsDesk(run.drivers, _state(request).cast, run.bench.insi)


@pytest.fixture
def traces(request: pytest.FixtureRequest) -> TraceDesk:
    """The journal of the target."""
    return TraceDesk(_run(request).drivers)


@pytest.fixture
def editing(request: pytest.FixtureRequest) -> EditingDesk:
    """Changes of traits, attributes and verifications."""
    return EditingDesk(_run(request).drivers)


@pytest.fixture
def proofs(request: pytest.FixtureRequest) -> Generator[ProofDesk]:
    """Justificatifs and their settings, put back as they were at the end."""
    desk = ProofDesk(_run(request).drivers, _state(request).cast)
    yield desk
    desk.restore()


@pytest.fixture
def other_domain(request: pytest.FixtureRequest, insi: InsiDesk) -> DomainDesk:
    """Another identification domain."""
    return DomainDesk(_run(request).drivers, _state(request).cast, insi.simulator)


@pytest.fixture
def messages(request: pytest.FixtureRequest) -> MessageDesk:
    """Orders, appointments and results."""
    return MessageDesk(_run(request).drivers, _state(request).cast)


@pytest.fixture
def exports(request: pytest.FixtureRequest) -> ExportDesk:
    """The portability export of the target."""
    run = _run(request)
    return ExportDesk(run.drivers, run.target.settings())


def _run(request: pytest.FixtureRequest) -> Run:
    run: Run = request.config.stash[RUN]
    return run


def _state(request: pytest.FixtureRequest) -> State:
    state: State = request.node.stash[STATE]
    return state


def _insi_of(run: Run, state: State) -> InsiDesk | None:
    return InsiDesk(run.bench.insi, state.cast) if run.bench.insi else None


def _item(item: pytest.Item) -> Item:
    declared: Declared = next(item.iter_markers("scenario")).args[0]
    requirements = tuple(
        dict.fromkeys(arg for mark in item.iter_markers("requirement") for arg in mark.args)
    )
    scenario_id = item.nodeid.replace("\\", "/").removeprefix("scenarios/")
    module = getattr(item, "module", None)
    behaviour = (getattr(module, "__doc__", "") or "").strip().partition("\n")[0]
    case = getattr(item, "callspec", None)
    title = f"{declared.title} — {case.id}" if case else declared.title
    theme = scenario_id.partition("/")[0]
    return Item(scenario_id, behaviour, theme, requirements, replace(declared, title=title))


def _apply(report: pytest.TestReport, verdict: Verdict, reason: str) -> None:
    row = ROWS[verdict]
    text = f"{row.word} — {reason}" if reason else row.word
    if row.outcome == "passed":
        report.outcome, report.longrepr = "passed", None
    elif row.outcome == "skipped":
        report.outcome = "skipped"
        report.longrepr = (str(report.location[0]), report.location[1] or 0, text)
    else:
        report.outcome, report.longrepr = "failed", text


def _finish(item: pytest.Item, run: Run, state: State, error: BaseException | None) -> None:
    verdict, reason = state.outcome or (Verdict.HARNESS_ERROR, "le scénario n'a pas conclu")
    if error is not None:
        verdict = worst([verdict, Verdict.HARNESS_ERROR])
        reason = f"{reason} ; à la fin du scénario : {error}".lstrip(" ;")
    elapsed = time.monotonic() - state.clock
    outcome = (verdict, reason)
    _guard(
        lambda: run.file(
            item.stash[ITEM], state.kept, state.dossier, outcome, state.started, elapsed
        )
    )


def _guard(action: Any) -> Any:
    """Run an action; a problem that we can name ends pytest with its message and exit code."""
    try:
        return action()
    except ConfigurationProblem as problem:
        _refuse(str(problem))
    except BancProblem as problem:
        pytest.exit(str(problem), returncode=exit_code([Verdict.HARNESS_ERROR]))


def _refuse(message: str) -> None:
    pytest.exit(message, returncode=USAGE)
