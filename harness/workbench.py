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
from harness.simulated import Needs, Simulated
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.keys import DRAWN, kept_keys
from harness.simulators.loop import ServiceLoop
from harness.targets.configuration import load_target
from harness.targets.drivers import Drivers
from harness.targets.target import Simulators, Target
from harness.targets.tls import client_context
from harness.targets.visiting import Peer

if TYPE_CHECKING:
    from harness.demo import EmbeddedTarget
    from harness.doctor import Line
    from harness.simulators.annuaire import AnnuaireSimulator
    from harness.simulators.mail import MailSimulator
    from harness.simulators.psc import PscSimulator
    from harness.simulators.sms import SmsSimulator

ROOT = Path(__file__).parent.parent
PSC_NAME = "Pro Santé Connect (simulateur)"
IGC_FOLDER = ROOT / ".banc" / "igc"
"""The test certification authority of this checkout: kept, so that a vendor installs it once."""
KEYS_FILE = ROOT / ".banc" / "cles-simulateurs.json"
"""The keys of the Annuaire and of the SMS gateway for a vendor's software: kept as well."""


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
        self.psc: PscSimulator | None = None
        self.annuaire: AnnuaireSimulator | None = None
        self.mail: MailSimulator | None = None
        self.sms: SmsSimulator | None = None
        self._simulated: Simulated | None = None
        try:
            self._open(environ, embedded, attended)
        except BaseException:  # Ctrl-C included: nothing that was started may outlive us
            self.close()
            raise

    def _open(self, environ: dict[str, str], embedded: bool, attended: bool) -> None:
        self._start_simulators()
        if embedded:
            self._start_demo(environ)
        assert self.target is not None
        for secret in self.target.secrets:
            self.recorder.redactor.hide(secret, "secret")
        self._connect(attended=attended)
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

    def _start_simulators(self) -> None:
        options = self.target.simulators if self.target else None
        needs = Needs.of_target(self.target) if self.target else Needs.of_file(self.target_file)
        # The demo is told fresh keys at each start; a vendor sets his software up once.
        keyed = self.target is not None and (needs.annuaire or needs.sms)
        self.igc = TestIgc.create(IGC_FOLDER, public_names=public_names(options))
        ours = Simulated(
            *(self.loop, self.igc, self.recorder, needs, options),
            keys=kept_keys(KEYS_FILE) if keyed else DRAWN,
        )
        self._simulated = ours.start()
        self.insi, self.psc, self.annuaire = ours.insi, ours.psc, ours.annuaire
        self.mail, self.sms = ours.mail, ours.sms
        if self.psc and options and options.psc.client_id:
            self.psc.register(options.psc)

    def _start_demo(self, environ: dict[str, str]) -> None:
        from harness.demo import EmbeddedTarget, role_of

        assert self._simulated is not None
        state = self.folder / "demo_dui"
        self.demo = EmbeddedTarget(self.igc, self._simulated, state, role_of(self.target_file))
        self.target = load_target(self.target_file, {**environ, **self.demo.environ})
        self.recorder.redactor.hide(self.demo.psc_client.client_secret, "secret")
        if self.psc:
            self.psc.register(self.demo.psc_client)

    def reconnect(self, *, browser: bool) -> None:
        """Open the drivers anew: a store that was emptied no longer knows their sessions.

        Without `browser`, pages are read as HTML and their pictures are left to be reviewed.
        """
        assert self.drivers is not None
        self.drivers.close()
        self._connect(browser=browser)

    def _connect(self, *, attended: bool = False, browser: bool = True) -> None:
        assert self.target is not None
        self.drivers = Drivers(
            self.target, self.recorder, self.loop, attended=attended, browser=browser
        )
        if self.psc:
            places = (self.psc.issuer, self.psc.authorization_endpoint)
            self.drivers.meets(*(Peer.at(one, PSC_NAME, self.igc.root) for one in places))
        if self.demo:
            self.demo.sends_to("{}:{}".format(*self.drivers.listener.address))

    @property
    def services(self) -> dict[str, str]:
        """Return each national service, said simulated or real, and its address."""
        return self._simulated.services if self._simulated else {}

    def close(self) -> None:
        """Stop everything that was started, in the reverse order. May be called twice."""
        if self.drivers:
            self.drivers.close()
        if self.demo:
            self.demo.stop()
        if self._simulated:
            self._simulated.stop()
        self.loop.stop()
        self.drivers = self.demo = self.insi = self._simulated = None
        self.psc = self.annuaire = self.mail = self.sms = None


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
            told = {**environ, **bench.demo.environ}
            return diagnose(target_file, told, services=bench.services)
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
