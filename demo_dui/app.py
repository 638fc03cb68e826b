"""Wiring: HTTPS front, MLLP listener and control listener around one `Dui`."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
import threading
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from aiohttp import web

from demo_dui import api_clock, api_directory, control, mllp, pages_psc, pam_in, rendering
from demo_dui.accounts import Accounts
from demo_dui.clock import Clock
from demo_dui.contact import Contact, ContactSettings
from demo_dui.directory import Directory
from demo_dui.directory_client import DirectoryClient
from demo_dui.insi_client import InsiClient, InsiSettings
from demo_dui.mllp import MllpClient
from demo_dui.psc import Psc
from demo_dui.psc_client import PscClient
from demo_dui.psc_settings import DirectorySettings, PscSettings
from demo_dui.service import Dui
from demo_dui.store import Store
from demo_dui.web import ACCOUNTS, DUI, SECURE_COOKIES, security_headers, sign_in_required

LOOPBACK = "127.0.0.1"
_FRONT = (
    "api",
    "api_accounts",
    "api_actions",
    "api_audit",
    "api_directory",
    "api_people",
    "api_psc",
    "api_site",
    "pages",
    "pages_account",
    "pages_actions",
    "pages_contact",
    "pages_directory",
    "pages_enrolment",
    "pages_patient",
    "pages_psc",
    "pages_recovery",
    "pages_sign_in",
    "pages_site",
    "rest_fhir",
)
"""Modules whose `routes` make the front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything given at start; ports 0 are drawn by the system. Secrets never show in repr."""

    host: str
    http_port: int
    mllp_port: int
    control_port: int
    state: Path
    role: str
    tls_certificate: Path | None
    tls_key: Path | None
    insi: InsiSettings | None
    partner: MllpClient | None
    psc: PscSettings | None
    directory: DirectorySettings | None
    exit_on_stdin_eof: bool
    contact: ContactSettings
    test_clock: bool


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Passwords and token, from the environment."""

    password: str
    control_token: str


def front(dui: Dui, accounts: Accounts, secure: bool) -> web.Application:
    """The application of the users, the business clients and the patients."""
    application = web.Application(middlewares=[security_headers, sign_in_required])
    application[DUI] = dui
    application[ACCOUNTS] = accounts
    application[SECURE_COOKIES] = secure
    for name in _FRONT:
        application.add_routes(import_module(f"demo_dui.{name}").routes)
    rendering.prepare(application)
    return application


def control_application(dui: Dui, accounts: Accounts, token: str) -> web.Application:
    """The application of the control calls."""
    application = web.Application(middlewares=[control.token_required])
    application[DUI] = dui
    application[ACCOUNTS] = accounts
    application[control.TOKEN] = token
    application.add_routes(control.routes)
    return application


async def _listen(
    application: web.Application, host: str, port: int, tls: ssl.SSLContext | None
) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=tls)
    await site.start()
    return runner, int(runner.addresses[0][1])


def _server_tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return context


def _directory(settings: Settings, store: Store, accounts: Accounts) -> Directory:
    client = DirectoryClient(settings.directory) if settings.directory else None
    return Directory(client, store, accounts.people, accounts.clock)


def _psc(settings: Settings, dui: Dui, accounts: Accounts) -> Psc:
    client = PscClient(settings.psc, accounts.clock.now) if settings.psc else None
    return Psc(client, dui, accounts)


def _applications(
    settings: Settings, secrets: Secrets, dui: Dui, accounts: Accounts
) -> tuple[web.Application, web.Application]:
    """The front and the control, with the partners and the test door that the settings give."""
    application = front(dui, accounts, secure=settings.tls_certificate is not None)
    application[api_directory.DIRECTORY] = _directory(settings, dui.store, accounts)
    psc = _psc(settings, dui, accounts)
    application[pages_psc.PSC] = psc
    if settings.test_clock:
        application.add_routes(api_clock.routes)
    controlled = control_application(dui, accounts, secrets.control_token)
    controlled[pages_psc.PSC] = psc
    return application, controlled


async def run(settings: Settings, secrets: Secrets, stop: asyncio.Event) -> None:
    """Serve until `stop` is set; one JSON line on stdout tells the addresses."""
    store = Store(settings.state)
    insi = InsiClient(settings.insi) if settings.insi else None
    dui = Dui(store, settings.role, insi, settings.partner)
    contact = Contact(settings.contact)
    accounts = Accounts(dui, secrets.password, Clock(), contact)
    tls = _server_tls(settings)
    host = settings.host
    runners: list[web.AppRunner] = []
    try:
        application, controlled = _applications(settings, secrets, dui, accounts)
        runner, http_port = await _listen(application, host, settings.http_port, tls)
        runners.append(runner)
        runner, control_port = await _listen(controlled, LOOPBACK, settings.control_port, None)
        runners.append(runner)
        listener = await mllp.serve(
            host, settings.mllp_port, lambda content: pam_in.answer(dui, content)
        )
        mllp_port = listener.sockets[0].getsockname()[1]
        ready = {
            "http": f"{'https' if tls else 'http'}://{host}:{http_port}",
            "mllp": f"{host}:{mllp_port}",
            "control": f"http://{LOOPBACK}:{control_port}",
            "pid": os.getpid(),
        }
        print(json.dumps(ready), flush=True)
        if settings.exit_on_stdin_eof:
            _stop_at_end_of_stdin(stop)
        await stop.wait()
        listener.close()
    finally:
        for runner in runners:
            await runner.cleanup()
        await contact.close()
        store.close()


def _stop_at_end_of_stdin(stop: asyncio.Event) -> None:
    """Watch stdin from a thread of its own: pipes cannot be awaited on every platform."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        # Unbuffered: a reader that holds the buffer's lock would break the interpreter's exit.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, daemon=True).start()
