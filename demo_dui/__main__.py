"""Command line of the DUI: `python -m demo_dui --state DIR …`; errors in French, exit code 2."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sqlite3
import sys
from pathlib import Path
from typing import NoReturn

from demo_dui.app import Secrets, Settings, run
from demo_dui.contact import ContactSettings
from demo_dui.insi_client import InsiSettings
from demo_dui.mllp import MllpClient
from demo_dui.psc_settings import DirectorySettings, PscSettings

_FILES = (
    *("tls_cert", "tls_key", "insi_ca", "insi_cert", "insi_key"),
    *("psc_ca", "psc_cert", "psc_key", "annuaire_ca"),
    *("smtp_ca", "sms_ca"),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo_dui", description="DUI de démonstration.")
    parser.add_argument("--host", default="127.0.0.1", help="adresse d'écoute (boucle locale)")
    parser.add_argument("--http-port", type=int, default=0, help="port HTTPS (0 : libre)")
    parser.add_argument("--mllp-port", type=int, default=0, help="port MLLP (0 : libre)")
    parser.add_argument("--control-port", type=int, default=0, help="port de commande (0 : libre)")
    parser.add_argument("--state", type=Path, required=True, help="dossier de la base")
    parser.add_argument("--role", choices=("ri", "esclave"), default="ri")
    parser.add_argument("--tls-cert", type=Path, help="certificat serveur, PEM")
    parser.add_argument("--tls-key", type=Path, help="clé du certificat serveur, PEM")
    parser.add_argument("--insi-url", help="adresse https du téléservice INSi")
    parser.add_argument("--insi-ca", type=Path, help="autorité du serveur INSi, PEM")
    parser.add_argument("--insi-cert", type=Path, help="certificat client INSi, PEM")
    parser.add_argument("--insi-key", type=Path, help="clé du certificat client INSi, PEM")
    parser.add_argument("--insi-timeout", type=float, default=3.0, help="délai d'INSi, secondes")
    parser.add_argument("--partner", help="partenaire MLLP, HÔTE:PORT")
    parser.add_argument("--exit-on-stdin-eof", action="store_true", help="arrêt à la fin de stdin")
    _psc_arguments(parser)
    _contact_arguments(parser)
    return parser


def _psc_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of Pro Santé Connect and of the Annuaire Santé; absent, they answer 503."""
    psc = parser.add_argument_group("Pro Santé Connect et Annuaire Santé")
    psc.add_argument("--psc-discovery", help="adresse https du document de découverte PSC")
    psc.add_argument("--psc-ca", type=Path, help="autorité du serveur PSC, PEM")
    psc.add_argument("--psc-client-id", help="identifiant de client PSC")
    psc.add_argument("--psc-cert", type=Path, help="certificat client PSC (échange de jeton), PEM")
    psc.add_argument("--psc-key", type=Path, help="clé du certificat client PSC, PEM")
    psc.add_argument("--annuaire-url", help="adresse https de l'API FHIR de l'Annuaire Santé")
    psc.add_argument("--annuaire-extraction", help="adresse https de l'extraction (ZIP)")
    psc.add_argument("--annuaire-ca", type=Path, help="autorité du serveur de l'Annuaire, PEM")


def _contact_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("courriel, SMS, horloge")
    group.add_argument("--smtp", help="serveur de courriel, HÔTE:PORT (STARTTLS)")
    group.add_argument("--smtp-ca", type=Path, help="autorité du serveur de courriel, PEM")
    group.add_argument("--sms-url", help="adresse https de la passerelle SMS")
    group.add_argument("--sms-ca", type=Path, help="autorité de la passerelle SMS, PEM")
    group.add_argument("--test-clock", action="store_true", help="offre POST /api/test/clock")


def _contact(arguments: argparse.Namespace) -> ContactSettings:
    if arguments.smtp and not re.fullmatch(r".+:[0-9]{1,5}", arguments.smtp):
        _fail("--smtp : HÔTE:PORT attendu.")
    if arguments.sms_url and not arguments.sms_url.startswith("https://"):
        _fail("--sms-url doit commencer par https://, la passerelle reçoit des codes.")
    return ContactSettings(
        smtp=arguments.smtp,
        smtp_ca=arguments.smtp_ca,
        sms_url=arguments.sms_url,
        sms_ca=arguments.sms_ca,
        sms_key=os.environ.get("DEMO_DUI_SMS_KEY", ""),
    )


def _fail(message: str) -> NoReturn:
    print(f"demo_dui : {message}", file=sys.stderr)
    raise SystemExit(2)


def _insi(arguments: argparse.Namespace) -> InsiSettings | None:
    if not arguments.insi_url:
        return None
    if not arguments.insi_url.startswith("https://"):
        _fail("--insi-url doit commencer par https://, INSi exige TLS mutuel.")
    return InsiSettings(
        url=arguments.insi_url,
        ca=arguments.insi_ca,
        certificate=arguments.insi_cert,
        key=arguments.insi_key,
        timeout=arguments.insi_timeout,
    )


def _psc(arguments: argparse.Namespace) -> PscSettings | None:
    if not arguments.psc_discovery:
        return None
    _https(arguments, "psc_discovery")
    secret = os.environ.get("DEMO_DUI_PSC_SECRET", "")
    if not arguments.psc_client_id or not secret:
        _fail("--psc-discovery demande --psc-client-id et la variable DEMO_DUI_PSC_SECRET.")
    return PscSettings(
        discovery=arguments.psc_discovery,
        ca=arguments.psc_ca,
        client_id=arguments.psc_client_id,
        secret=secret,
        certificate=arguments.psc_cert,
        key=arguments.psc_key,
    )


def _directory(arguments: argparse.Namespace) -> DirectorySettings | None:
    if not arguments.annuaire_url and not arguments.annuaire_extraction:
        return None
    for name in ("annuaire_url", "annuaire_extraction"):
        _https(arguments, name)
    return DirectorySettings(
        url=arguments.annuaire_url,
        extraction=arguments.annuaire_extraction,
        ca=arguments.annuaire_ca,
        api_key=os.environ.get("DEMO_DUI_ANNUAIRE_KEY", ""),
    )


def _https(arguments: argparse.Namespace, name: str) -> None:
    value = getattr(arguments, name)
    if value and not value.startswith("https://"):
        _fail(f"--{name.replace('_', '-')} doit commencer par https:// : {value[:60]}.")


def _partner(address: str | None) -> MllpClient | None:
    try:
        return MllpClient.of(address) if address else None
    except ValueError as error:
        _fail(f"--partner {error}")


def _settings(arguments: argparse.Namespace) -> Settings:
    for name in _FILES:
        path = getattr(arguments, name)
        if path is not None and not path.is_file():
            _fail(f"--{name.replace('_', '-')} : fichier absent ({path}).")
    return Settings(
        host=arguments.host,
        http_port=arguments.http_port,
        mllp_port=arguments.mllp_port,
        control_port=arguments.control_port,
        state=arguments.state,
        role=arguments.role,
        tls_certificate=arguments.tls_cert,
        tls_key=arguments.tls_key,
        insi=_insi(arguments),
        partner=_partner(arguments.partner),
        psc=_psc(arguments),
        directory=_directory(arguments),
        exit_on_stdin_eof=arguments.exit_on_stdin_eof,
        contact=_contact(arguments),
        test_clock=arguments.test_clock,
    )


def _secrets() -> Secrets:
    password = os.environ.get("DEMO_DUI_PASSWORD", "")
    if not password:
        _fail("variable d'environnement DEMO_DUI_PASSWORD absente : mot de passe des utilisateurs.")
    token = os.environ.get("DEMO_DUI_CONTROL_TOKEN", "")
    return Secrets(password, token)


async def _main(settings: Settings, secrets: Secrets) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            # Windows: no handler in the loop; Ctrl-C still ends the run below.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    await run(settings, secrets, stop)


def main() -> int:
    """Start the DUI and serve until told to stop."""
    settings, secrets = _settings(_parser().parse_args()), _secrets()
    try:
        asyncio.run(_main(settings, secrets))
    except (OSError, sqlite3.Error) as error:
        _fail(f"démarrage impossible : {error}. Vérifiez les ports, le dossier et les certificats.")
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
