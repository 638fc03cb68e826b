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
from harness.simulated import Simulated
from harness.simulators.igc import TestIgc
from harness.targets.target_access import PscClient

ROOT = Path(__file__).parent.parent
START_DEADLINE = 20.0
"""Seconds given to the process to say that it listens."""
_MARK = "env:BANC_DEMO_URL"
PSC_CLIENT_ID = "demo-dui"


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


def stand_ins(igc: TestIgc) -> dict[str, str]:
    """Return what stands for the demo's values while no demo runs, so that its file can be read."""
    nobody = secrets.token_urlsafe(12)
    return _environ("https://127.0.0.1:1", "127.0.0.1:1", igc, nobody)


class EmbeddedTarget:
    """A running demo_dui. Stop it with `stop`; it also ends when the harness dies."""

    def __init__(self, igc: TestIgc, simulated: Simulated, state: Path, role: str) -> None:
        """Start the process, told of the simulators that run, and wait until it listens.

        Raises `HarnessFault` with what the process said when it does not start in time.
        """
        self._control_token = secrets.token_urlsafe(24)
        password, psc_secret = secrets.token_urlsafe(18), secrets.token_urlsafe(24)
        state.mkdir(parents=True, exist_ok=True)
        self._log = state / "demo_dui.log"
        self._process = self._launch(
            [
                *("--state", str(state), "--role", role, "--exit-on-stdin-eof", "--test-clock"),
                *("--tls-cert", str(igc.server_cert), "--tls-key", str(igc.server_key)),
                *_partners(igc, simulated),
            ],
            {
                "DEMO_DUI_PASSWORD": password,
                "DEMO_DUI_CONTROL_TOKEN": self._control_token,
                "DEMO_DUI_PSC_SECRET": psc_secret,
                "DEMO_DUI_ANNUAIRE_KEY": simulated.annuaire.api_key if simulated.annuaire else "",
                "DEMO_DUI_SMS_KEY": simulated.sms.key if simulated.sms else "",
            },
        )
        ready = self._await_ready()
        self._control = str(ready["control"])
        url = str(ready["http"])
        self.environ = _environ(url, str(ready["mllp"]), igc, password)
        """What `load_target` finds for the `env:…` values of the file."""
        self.psc_client = PscClient(
            client_id=PSC_CLIENT_ID,
            client_secret=psc_secret,
            redirect_uris=(f"{url}/psc/callback",),
            post_logout_redirect_uris=(f"{url}/psc/retour",),
        )
        """The demo as Pro Santé Connect must know it."""

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


def _partners(igc: TestIgc, simulated: Simulated) -> list[str]:
    """Return the options that tell the demo of the services that it may call."""
    client = (str(igc.client_cert), str(igc.client_key))
    told = ["--insi-url", simulated.insi.url, "--insi-ca", str(igc.root), "--insi-timeout", "1.5"]
    told += ["--insi-cert", client[0], "--insi-key", client[1]]
    if simulated.psc:
        told += ["--psc-discovery", simulated.psc.discovery_url, "--psc-ca", str(igc.root)]
        told += ["--psc-client-id", PSC_CLIENT_ID, "--psc-cert", client[0], "--psc-key", client[1]]
    if simulated.annuaire:
        told += ["--annuaire-url", simulated.annuaire.url, "--annuaire-ca", str(igc.root)]
        told += ["--annuaire-extraction", simulated.annuaire.extraction_url]
    if simulated.mail:
        told += ["--smtp", simulated.mail.address, "--smtp-ca", str(igc.root)]
    if simulated.sms:
        told += ["--sms-url", simulated.sms.url, "--sms-ca", str(igc.root)]
    return told


def _environ(url: str, mllp: str, igc: TestIgc, password: str) -> dict[str, str]:
    return {
        "BANC_DEMO_URL": url,
        "BANC_DEMO_MLLP": mllp,
        "BANC_DEMO_CA": str(igc.root),
        "BANC_DEMO_USER": "pro.martin",
        "BANC_DEMO_PASSWORD": password,
    }
