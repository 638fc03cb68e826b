"""A demo_dui started by hand, as a vendor starts his software: the banc did not start it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.simulators.igc import TestIgc
from harness.simulators.insi.service import PATH
from harness.workbench import IGC_FOLDER
from tests.e2e.command import DEMO, ROOT

PASSWORD = "mot-de-passe-du-dehors"


@dataclass(frozen=True)
class Outside:
    """A running demo_dui, the target file and the variables that lead a run to it."""

    target: Path
    environ: dict[str, str]


@pytest.fixture(scope="module")
def igc() -> TestIgc:
    """Give the test authority of this checkout, that a run presents too."""
    return TestIgc.create(IGC_FOLDER)


@pytest.fixture(scope="module")
def outside(igc: TestIgc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """Start demo_dui on its own store, kept for the whole module and never reset."""
    with started_outside(tmp_path_factory.mktemp("dehors"), igc, igc.client_cert) as running:
        yield running


@contextmanager
def started_outside(folder: Path, igc: TestIgc, insi_certificate: Path) -> Iterator[Outside]:
    """Start demo_dui with its store in `folder`; it shows INSi the certificate given."""
    insi, mllp = _free_ports(2)
    options = {
        "--state": folder,
        "--tls-cert": igc.server_cert,
        "--tls-key": igc.server_key,
        "--insi-url": f"https://127.0.0.1:{insi}{PATH}",
        "--insi-ca": igc.root,
        "--insi-cert": insi_certificate,
        "--insi-key": igc.client_key,
        "--insi-timeout": "1.5",
        "--partner": f"127.0.0.1:{mllp}",
    }
    words = [str(word) for pair in options.items() for word in pair]
    process = subprocess.Popen(
        [sys.executable, "-m", "demo_dui", *words, "--exit-on-stdin-eof"],
        cwd=ROOT,
        env={**os.environ, "DEMO_DUI_PASSWORD": PASSWORD},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        environ = {
            "BANC_DEMO_URL": ready["http"],
            "BANC_DEMO_MLLP": ready["mllp"],
            "BANC_DEMO_CA": str(igc.root),
            "BANC_DEMO_USER": "pro.martin",
            "BANC_DEMO_PASSWORD": PASSWORD,
        }
        yield Outside(_target(folder, insi, mllp), environ)
    finally:
        process.terminate()
        process.wait(10)


def _target(folder: Path, insi: int, mllp: int) -> Path:
    ours, free = f"{{ insi = {insi}, mllp = {mllp} }}", "{ insi = 0, mllp = 0 }"
    written = DEMO.read_text(encoding="utf-8")
    assert free in written
    path = folder / "dehors.toml"
    path.write_text(written.replace(free, ours), encoding="utf-8")
    return path


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]
