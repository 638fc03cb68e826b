"""The embedded target: `demo_dui` in its own process, spoken to over sockets only."""

from __future__ import annotations

import json
import os
import queue
import secrets
import subprocess
import sys
import threading
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests

from harness.model.problems import HarnessFault
from harness.simulators.igc import TestIgc

ROOT = Path(__file__).parent.parent
START_DEADLINE = 20.0
"""Seconds given to the process to say that it listens."""
_MARK = "env:BANC_DEMO_URL"


def is_embedded(target_file: Path, environ: Mapping[str, str]) -> bool:
    """Say whether a target file means the embedded demo, which must then be started.

    It does when its base URL is `env:BANC_DEMO_URL` and nobody set that variable. An unreadable
    file is not: reading it properly will say what is wrong.
    """
    if "BANC_DEMO_URL" in environ:
        return False
    try:
        written = tomllib.loads(target_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    endpoints = written.get("endpoints")
    return isinstance(endpoints, dict) and endpoints.get("base_url") == _MARK


def role_of(target_file: Path) -> str:
    """Return the role that the demo plays for a target file: `ri` or `esclave`."""
    profile = tomllib.loads(target_file.read_text(encoding="utf-8")).get("profile", {})
    return "esclave" if profile.get("identity_reference") == "esclave" else "ri"


class EmbeddedTarget:
    """A running demo_dui. Stop it with `stop`; it also ends when the harness dies."""

    def __init__(self, igc: TestIgc, insi_url: str, state: Path, role: str) -> None:
        """Start the process and wait until it listens.

        Raises `HarnessFault` with what the process said when it does not start in time.
        """
        self._control_token = secrets.token_urlsafe(24)
        password, patient_password = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
        state.mkdir(parents=True, exist_ok=True)
        self._log = state / "demo_dui.log"
        self._process = self._launch(
            [
                *("--state", str(state), "--role", role, "--exit-on-stdin-eof"),
                *("--tls-cert", str(igc.server_cert), "--tls-key", str(igc.server_key)),
                *("--insi-url", insi_url, "--insi-ca", str(igc.root)),
                *("--insi-cert", str(igc.client_cert), "--insi-key", str(igc.client_key)),
                *("--insi-timeout", "1.5"),
            ],
            {
                "DEMO_DUI_PASSWORD": password,
                "DEMO_DUI_PATIENT_PASSWORD": patient_password,
                "DEMO_DUI_CONTROL_TOKEN": self._control_token,
            },
        )
        ready = self._await_ready()
        self._control = str(ready["control"])
        self.environ: dict[str, str] = {
            "BANC_DEMO_URL": str(ready["http"]),
            "BANC_DEMO_MLLP": str(ready["mllp"]),
            "BANC_DEMO_CA": str(igc.root),
            "BANC_DEMO_USER": "pro.martin",
            "BANC_DEMO_PASSWORD": password,
        }
        """What `load_target` finds for the `env:…` values of the file."""

    @property
    def pid(self) -> int:
        """Return the process id of the demo."""
        return self._process.pid

    def sends_to(self, address: str) -> None:
        """Tell the demo where its partner listens (`host:port`)."""
        self._call("POST", "/control/partner", {"address": address})

    def set_fault(self, name: str | None) -> None:
        """Switch a seeded fault on (or all off) and empty the store."""
        self._call("POST", "/control/fault", {"fault": name})

    def faults(self) -> list[dict[str, Any]]:
        """Return the seeded faults: name, theme, line, expected rule ids."""
        found: list[dict[str, Any]] = self._call("GET", "/control/faults", None)["faults"]
        return found

    def stop(self) -> None:
        """End the process; killed when it does not end by itself in 5 seconds."""
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)

    def _launch(self, arguments: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
        python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "demo_dui", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **environ, "PYTHONPATH": python_path},
            )

    def _await_ready(self) -> dict[str, Any]:
        lines: queue.Queue[bytes] = queue.Queue()
        stream = self._process.stdout
        assert stream is not None
        threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
        try:
            ready: dict[str, Any] = json.loads(lines.get(timeout=START_DEADLINE))
        except (queue.Empty, ValueError) as error:
            self.stop()
            said = self._log.read_text(encoding="utf-8", errors="replace")[-800:]
            raise HarnessFault(f"demo_dui n'a pas démarré ; il a dit : {said or 'rien'}") from error
        return ready

    def _call(self, method: str, path: str, body: object) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method,
                self._control + path,
                json=body,
                headers={"X-Control-Token": self._control_token},
                timeout=10,
            )
        if answer.status_code != requests.codes.ok:
            raise HarnessFault(f"commande {path} de demo_dui : {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found
