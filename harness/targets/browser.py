"""The installed browser: found, started with nothing that calls home, tied to the target's key."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.model.problems import TargetUnreachable
from harness.targets.target import Endpoints, Target
from harness.targets.tls import client_context, handshake
from harness.targets.visiting import Peer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_MAC = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "Chromium/Application/chrome.exe",
)
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def find_browser(chosen: Path | None = None) -> Path | None:
    """Return the executable of Chromium, Chrome or Edge: the chosen one, else the first found."""
    if chosen is not None:
        return chosen
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return next((path for path in _usual_places() if path.is_file()), None)


def _usual_places() -> list[Path]:
    if sys.platform == "darwin":
        return [Path(one) for one in _MAC]
    if sys.platform == "win32":
        roots = [
            os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        ]
        return [Path(root) / one for root in roots if root for one in _WINDOWS]
    return []


def launch(
    playwright: Playwright, executable: Path, target: Target, peers: tuple[Peer, ...] = ()
) -> Browser:
    """Start the browser for a target, and for those whom its pages lead to.

    With a private authority (`endpoints.ca_file`), the chain, the dates and the name are verified
    by us, and the browser is told to take that very public key and no other; the same for the
    private root of a peer. Raises `TargetUnreachable` when the certificate of the target does not
    verify or the browser does not start.
    """
    from playwright.sync_api import Error

    logging.getLogger("asyncio").addFilter(_worth_telling)
    flags = list(_FLAGS)
    getuid = getattr(os, "getuid", None)  # absent on Windows
    if getuid is not None and getuid() == 0:
        flags.append("--no-sandbox")
    pins = _pins(target, peers)
    if pins:
        flags.append(f"--ignore-certificate-errors-spki-list={','.join(pins)}")
    proxy = target.proxy.https or target.proxy.http
    if not proxy:
        flags.append("--no-proxy-server")
    try:
        return playwright.chromium.launch(
            executable_path=executable,
            headless=True,
            args=flags,
            proxy={"server": proxy} if proxy else None,
        )
    except Error as error:
        raise TargetUnreachable(
            f"le navigateur {executable} n'a pas démarré : {str(error).splitlines()[0]}. "
            "Indiquez-en un autre dans drivers.screens.browser"
        ) from error


def _worth_telling(record: logging.LogRecord) -> bool:
    # Ctrl-C reaches the browser's own process too: that it left is no news, and not ours to print.
    return "Connection closed while reading from the driver" not in record.getMessage()


def _pins(target: Target, peers: tuple[Peer, ...]) -> list[str]:
    delay, ends = target.delay("connect"), target.endpoints
    pins = [_pin(ends, delay)]
    for one in peers:
        # A peer that is down must not blind the pages of the target: it is told when it is met.
        with contextlib.suppress(TargetUnreachable):
            pins.append(_pin(Endpoints(base_url=one.origin, ca_file=one.ca_file), delay))
    return [one for one in dict.fromkeys(pins) if one]


def _pin(endpoints: Endpoints, delay: float) -> str:
    parts = urlsplit(endpoints.base_url)
    if parts.scheme != "https" or endpoints.ca_file is None:
        return ""
    context = client_context(endpoints)
    return handshake(parts.hostname or "", parts.port or 443, context, delay).spki_pin
