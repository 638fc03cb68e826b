"""Serves the simulators by hand until interrupted, for a vendor who works on his side."""

from __future__ import annotations

import threading
from pathlib import Path

from harness.cast import Cast
from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.artefact import Exchange
from harness.model.professional import Professional
from harness.simulated import EVERYTHING, Simulated
from harness.simulators.igc import TestIgc
from harness.simulators.keys import kept_keys
from harness.simulators.loop import ServiceLoop
from harness.targets.configuration import load_target
from harness.workbench import IGC_FOLDER, KEYS_FILE, new_run_folder, public_names

SEEDS = Path(__file__).parent.parent / "fixtures" / "identites"
PROFESSIONALS = ("medecin", "medecin-deux-exercices", "infirmier", "psychologue")
"""Templates of those whom Pro Santé Connect and the Annuaire know here, the same every time."""


def serve(target_file: Path | None, reports: Path) -> None:
    """Serve every simulator, with the fictitious persons of `fixtures`, until Ctrl-C.

    With a target file, its `[simulators]` decide of addresses, ports and of the client of Pro Santé
    Connect. Raises `ConfigurationProblem` for a wrong file, `HarnessFault` when a port is taken.
    """
    options = load_target(target_file).simulators if target_file else None
    folder = new_run_folder(reports)
    recorder = Recorder(Journal(folder))
    igc = TestIgc.create(IGC_FOLDER, public_names=public_names(options))
    cast = Cast(0, "banc simulators")
    known = tuple(cast.professional(key) for key in PROFESSIONALS)
    with ServiceLoop() as loop:
        keys = kept_keys(KEYS_FILE)
        simulated = Simulated(loop, igc, recorder, EVERYTHING, options, keys).start()
        simulated.insi.load_seeds(SEEDS)
        _seed(simulated, known)
        if simulated.psc and options and options.psc.client_id:
            simulated.psc.register(options.psc)
        for label, value in _lines(simulated, igc, folder):
            print(f"{label:<25}{value}")
        for one in known:
            print(f"{one.profession_label:<25}{one.national_id} {_name(one)}")
        print("Ctrl-C pour arrêter.", flush=True)
        recorder.subscribe(_tell)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Arrêt des simulateurs.")
        finally:
            simulated.stop()


def _seed(simulated: Simulated, known: tuple[Professional, ...]) -> None:
    for directory in (simulated.psc, simulated.annuaire):
        if directory:
            directory.knows(*known)


def _lines(simulated: Simulated, igc: TestIgc, folder: Path) -> list[tuple[str, object]]:
    lines: list[tuple[str, object]] = [("INSi (simulé)", simulated.insi.url)]
    if simulated.psc:
        lines += [("Pro Santé Connect", simulated.psc.discovery_url)]
    if simulated.annuaire:
        lines += [("Annuaire Santé, API", simulated.annuaire.url)]
        lines += [("Annuaire, extraction", simulated.annuaire.extraction_url)]
    if simulated.mail:
        lines += [("Courriel (STARTTLS)", simulated.mail.address)]
    if simulated.sms:
        lines += [("SMS", simulated.sms.url)]
    return [
        *lines,
        ("Racine à installer", igc.root),
        ("Certificat client", igc.client_cert),
        ("Clé du certificat client", igc.client_key),
        ("Clés Annuaire et SMS", KEYS_FILE),
        ("Journal", folder),
    ]


def _name(one: Professional) -> str:
    return f"{one.exercise_given_name} {one.exercise_name}"


def _tell(seq: int, exchange: Exchange) -> None:
    print(f"{exchange.at:%H:%M:%S} {seq:>4} {exchange.label}", flush=True)
