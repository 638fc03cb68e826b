"""Serves the simulators by hand until interrupted, for a vendor who works on his side."""

from __future__ import annotations

import threading
from pathlib import Path

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.artefact import Exchange
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.loop import ServiceLoop
from harness.targets.configuration import load_target
from harness.workbench import IGC_FOLDER, new_run_folder, public_names

SEEDS = Path(__file__).parent.parent / "fixtures" / "identites"


def serve(target_file: Path | None, reports: Path) -> None:
    """Serve INSi with the persons of `fixtures/identites` until Ctrl-C.

    With a target file, its `[simulators]` decide of addresses and ports. Raises
    `ConfigurationProblem` for a wrong file, `HarnessFault` when a port is taken.
    """
    options = load_target(target_file).simulators if target_file else None
    folder = new_run_folder(reports)
    recorder = Recorder(Journal(folder))
    igc = TestIgc.create(IGC_FOLDER, public_names=public_names(options))
    with ServiceLoop() as loop:
        insi = InsiSimulator(
            loop,
            igc,
            recorder,
            host=options.bind if options else "127.0.0.1",
            port=options.ports.insi if options else 0,
            extra_client_ca=options.extra_client_ca if options else (),
        )
        insi.load_seeds(SEEDS)
        insi.start()
        print(f"INSi (simulé)            {insi.url}")
        print(f"Racine à installer       {igc.root}")
        print(f"Certificat client        {igc.client_cert}")
        print(f"Clé du certificat client {igc.client_key}")
        print(f"Journal                  {folder}")
        print("Ctrl-C pour arrêter.", flush=True)
        recorder.subscribe(_tell)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Arrêt des simulateurs.")
        finally:
            insi.stop()


def _tell(seq: int, exchange: Exchange) -> None:
    print(f"{exchange.at:%H:%M:%S} {seq:>4} {exchange.label}", flush=True)
