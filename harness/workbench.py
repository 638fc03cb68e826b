"""Everything that a run holds open: journal, simulators, drivers and, if embedded, the target."""

from __future__ import annotations

import os
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.problems import HarnessFault
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.loop import ServiceLoop
from harness.targets.configuration import load_target
from harness.targets.drivers import Drivers
from harness.targets.target import Simulators, Target
from harness.targets.tls import client_context

if TYPE_CHECKING:
    from harness.demo import EmbeddedTarget
    from harness.doctor import Line

ROOT = Path(__file__).parent.parent
IGC_FOLDER = ROOT / ".banc" / "igc"
"""The test certification authority of this checkout: kept, so that a vendor installs it once."""


class Workbench:
    """Opened once a run; the simulators start once and the connections are reused.

    Opening raises `ConfigurationProblem` for a wrong target file and `HarnessFault` for ours.
    """

    def __init__(
        self,
        target_file: Path,
        reports: Path,
        seed: int | None = None,
        *,
        attended: bool = False,
        folder: Path | None = None,
        pieces: Path | None = None,
    ) -> None:
        """Open everything. `folder` and `pieces` are given to a worker, whose run has them."""
        self.target_file = target_file
        self.seed = secrets.randbelow(2**31) if seed is None else seed
        self.demo: EmbeddedTarget | None = None
        environ = dict(os.environ)
        embedded = _embedded(target_file, environ)
        self.target: Target | None = None if embedded else load_target(target_file)
        if self.target:
            client_context(self.target.endpoints)  # certificates that cannot be used: said now
        self.folder = folder or new_run_folder(reports)
        self.journal = Journal(self.folder, pieces=pieces)
        self.recorder = Recorder(self.journal)
        self.loop = ServiceLoop().start()
        self.drivers: Drivers | None = None
        self.insi: InsiSimulator | None = None
        try:
            self._open(environ, embedded, attended)
        except BaseException:  # Ctrl-C included: nothing that was started may outlive us
            self.close()
            raise

    def _open(self, environ: dict[str, str], embedded: bool, attended: bool) -> None:
        simulators = self.target.simulators if self.target else None
        self.igc = TestIgc.create(IGC_FOLDER, public_names=public_names(simulators))
        self.insi = InsiSimulator(
            self.loop,
            self.igc,
            self.recorder,
            host=simulators.bind if simulators else "127.0.0.1",
            port=simulators.ports.insi if simulators else 0,
            extra_client_ca=simulators.extra_client_ca if simulators else (),
        )
        self.insi.start()
        if embedded:
            self._start_demo(environ)
        assert self.target is not None
        for secret in self.target.secrets:
            self.recorder.redactor.hide(secret, "secret")
        self.drivers = Drivers(self.target, self.recorder, self.loop, attended=attended)
        if self.demo:
            self.demo.sends_to("{}:{}".format(*self.drivers.listener.address))
        self.journal.record(
            "run",
            {
                "target": self.target.name,
                "target_file": self.target_file.name,
                "seed": self.seed,
                "services": self.services,
                "demo_pid": self.demo.pid if self.demo else None,
            },
        )

    def _start_demo(self, environ: dict[str, str]) -> None:
        from harness.demo import EmbeddedTarget, role_of

        assert self.insi is not None
        state = self.folder / "demo_dui"
        self.demo = EmbeddedTarget(self.igc, self.insi.url, state, role_of(self.target_file))
        self.target = load_target(self.target_file, {**environ, **self.demo.environ})

    def reconnect(self, *, browser: bool) -> None:
        """Open the drivers anew: a store that was emptied no longer knows their sessions.

        Without `browser`, pages are read as HTML and their pictures are left to be reviewed.
        """
        assert self.drivers is not None and self.target is not None
        self.drivers.close()
        self.drivers = Drivers(self.target, self.recorder, self.loop, browser=browser)
        if self.demo:
            self.demo.sends_to("{}:{}".format(*self.drivers.listener.address))

    @property
    def services(self) -> dict[str, str]:
        """Return each national service, said simulated or real, and its address."""
        return {"INSi": f"simulé, {self.insi.url}"} if self.insi else {}

    def close(self) -> None:
        """Stop everything that was started, in the reverse order. May be called twice."""
        if self.drivers:
            self.drivers.close()
        if self.demo:
            self.demo.stop()
        if self.insi:
            self.insi.stop()
        self.loop.stop()
        self.drivers = self.demo = self.insi = None


def diagnosed(target_file: Path) -> list[Line]:
    """Return the doctor's lines about a target; the embedded demo is started for the visit."""
    from harness.doctor import diagnose

    environ = dict(os.environ)
    if not _embedded(target_file, environ):
        return diagnose(target_file)
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(target_file, Path(folder))
        try:
            assert bench.demo is not None
            return diagnose(target_file, {**environ, **bench.demo.environ})
        finally:
            bench.close()
            bench.journal.close({"doctor": target_file.name})


def _embedded(target_file: Path, environ: dict[str, str]) -> bool:
    from harness.demo import is_embedded

    return is_embedded(target_file, environ)


def public_names(simulators: Simulators | None) -> tuple[str, ...]:
    """Return the names that the simulators' server certificate bears."""
    names = ("localhost", "127.0.0.1")
    if simulators is None or simulators.public_name in names:
        return names
    return (simulators.public_name, *names)


def new_run_folder(reports: Path) -> Path:
    """Return a new folder for a run; two runs started in the same second get two.

    Raises `HarnessFault` when the folder of reports cannot be written.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for suffix in ("", *(f"-{number}" for number in range(2, 100))):
        folder = reports / f"{stamp}{suffix}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if folder.is_dir():
                continue
            raise HarnessFault(f"{folder} existe et n'est pas un dossier") from None
        except OSError as error:
            raise HarnessFault(
                f"le dossier des rapports {reports} ne peut être écrit ({error}) : vérifiez les "
                "droits et la place libre, ou choisissez-en un autre avec --reports"
            ) from error
        return folder
    raise HarnessFault(f"trop d'exécutions dans {reports} à la même seconde")
