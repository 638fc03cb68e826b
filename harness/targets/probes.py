"""The checks of `banc doctor`: one function each, harmless for the target.

A check returns its state, what was seen and what to do; a `BancProblem` is a problem too.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from harness.evidence.recorder import Recorder
from harness.model.problems import TargetUnreachable, UnexpectedAnswer
from harness.targets.target import NO_CREDENTIALS, Credentials, Target
from harness.targets.tls import client_context, handshake, network_reason

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from harness.targets.http_client import HttpClient

Outcome = tuple[Literal["ok", "problem", "skipped"], str, str]
Check = Callable[[], Outcome]
MAX_CLOCK_SKEW = 60
"""Seconds between the target's clock and ours."""
SOON = 30
"""Days before the end of a certificate from which we warn."""
NOBODY = "BANC-DOCTEUR-0"
"""A local identifier that no patient has."""
ANY_STATUS = frozenset(range(200, 600))
_INSTALL = "installez Chromium, Chrome ou Edge, ou indiquez-le dans drivers.screens.browser"

DEPENDS_ON: dict[str, tuple[str, ...]] = {
    "Port HTTP": ("Nom de l'hôte HTTP",),
    "TLS": ("Nom de l'hôte HTTP", "Port HTTP"),
    "Connexion API (http)": ("Nom de l'hôte HTTP", "Port HTTP", "TLS"),
    "Connexion API (fhir)": ("Nom de l'hôte HTTP", "Port HTTP", "TLS"),
    "Connexion écrans": ("Nom de l'hôte HTTP", "Port HTTP", "TLS"),
    "Horloge": ("Nom de l'hôte HTTP", "Port HTTP", "TLS"),
    "Port MLLP": ("Nom de l'hôte MLLP",),
    "Acquittement MLLP": ("Nom de l'hôte MLLP", "Port MLLP"),
}
"""A problem of a label is only the consequence of a problem of these."""


@dataclass(frozen=True)
class _Probes:
    target: Target
    delay: float

    def name(self, host: str) -> Outcome:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise TargetUnreachable(f"{host} : {network_reason(error)}") from error
        return "ok", f"{host} → {found[0][4][0]}", ""

    def port(self, host: str, port: int) -> Outcome:
        try:
            socket.create_connection((host, port), self.delay).close()
        except OSError as error:
            raise TargetUnreachable(f"{host}:{port} : {network_reason(error)}") from error
        return "ok", f"{host}:{port} accepte les connexions", ""

    def tls(self, host: str, port: int) -> Outcome:
        met = handshake(host, port, client_context(self.target.endpoints), self.delay)
        end = _loaded(met.leaf).not_valid_after_utc
        detail = (
            f"{met.facts.version}, {met.facts.cipher}, certificat valable jusqu'au {end:%d/%m/%Y}"
        )
        return "ok", detail, _renewal(end)

    def client_certificate(self) -> Outcome:
        client_context(self.target.endpoints)  # refuses a key that is not the certificate's
        path = self.target.endpoints.client_cert
        return _dates(path) if path else ("skipped", "aucun dans le fichier de cible", "")

    def client_authorities(self) -> Outcome:
        for path in self.target.simulators.extra_client_ca:
            state, detail, advice = _dates(path)
            if state == "problem":
                return state, detail, advice
        count = len(self.target.simulators.extra_client_ca)
        return "ok", f"{count} lue(s), en cours de validité", ""

    def mllp(self) -> Outcome:
        from harness.simulators.loop import ServiceLoop
        from harness.targets.mllp import MllpClient
        from harness.targets.pam_messages import harmless

        with ServiceLoop() as loop:
            client = MllpClient(
                loop,
                Recorder(),
                self.target.endpoints.mllp_address,
                delay=self.delay - 0.5,
                connect_delay=self.delay - 0.5,
            )
            ack, _ = client.send(harmless(self.target.drivers.hl7v2))
            client.close()
        lines = ack.decode("latin-1").replace("\n", "\r").split("\r")
        msa = next((line.split("|") for line in lines if line.startswith("MSA|")), None)
        if msa is None:
            raise UnexpectedAnswer(
                "la réponse ne contient pas de segment MSA. À faire : vérifiez que endpoints.mllp "
                "est bien le port HL7 du logiciel"
            )
        return "ok", f"message d'essai acquitté ({msa[1] if len(msa) > 1 else 'MSA-1 vide'})", ""

    def fhir_sign_in(self) -> Outcome:
        options = self.target.drivers.fhir
        with _session(self.target, options.credentials, self.delay) as client:
            answer = client.send(
                "GET",
                f"{options.base}/Patient",
                headers={"Accept": "application/fhir+json", **options.headers},
                params={"identifier": f"{options.private_id_system}|{NOBODY}"},
            )
            answer.json("du FHIR JSON")
        return "ok", f"{answer.label} avec {_who(options.credentials)}", ""

    def http_sign_in(self) -> Outcome:
        from harness.targets.http import HttpApi

        options = self.target.drivers.http
        asked = next((one for one in ("find", "search", "read") if one in options.operations), "")
        if not asked or options.operations[asked].method != "GET":
            return "skipped", "aucune opération de lecture à essayer (find, search, read)", ""
        with _session(self.target, options.credentials, self.delay) as client:
            answer = HttpApi(client, options).probe(asked, id=NOBODY, private_id=NOBODY)
        return "ok", f"{answer.label} avec {_who(options.credentials)}", ""

    def screens_sign_in(self) -> Outcome:
        from harness.targets.html_screens import HtmlScreens

        options = self.target.drivers.screens
        if options.sign_in is None:
            return "skipped", "pas de page de connexion décrite (drivers.screens.sign_in)", ""
        with _session(self.target, NO_CREDENTIALS, self.delay) as client:
            HtmlScreens(client, options).sign_in()
        return "ok", f"page {options.sign_in.path}, avec {_who(options.credentials)}", ""

    def browser(self) -> Outcome:
        from harness.targets.browser import find_browser

        found = find_browser(self.target.drivers.screens.browser)
        if found is None:
            detail = "aucun navigateur : le HTML tiendra lieu de capture, verdict « À relire »"
            return "problem", detail, _INSTALL
        return "ok", f"{found}", ""

    def clock(self) -> Outcome:
        with _session(self.target, NO_CREDENTIALS, self.delay) as client:
            answer = client.send("GET", "/", accept_statuses=ANY_STATUS)
        written = next((v for k, v in answer.headers.items() if k.lower() == "date"), "")
        try:
            theirs = parsedate_to_datetime(written)
        except ValueError:
            return "skipped", "la cible ne donne pas l'heure (en-tête Date)", ""
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=UTC)
        gap = abs((datetime.now(UTC) - theirs).total_seconds())
        if gap > MAX_CLOCK_SKEW:
            detail = f"{gap:.0f} s d'écart avec la cible (au plus {MAX_CLOCK_SKEW} attendues)"
            return "problem", detail, "mettez les deux machines à l'heure (NTP)"
        return "ok", f"{gap:.0f} s d'écart avec la cible", ""

    def own_port(self, name: str, port: int) -> Outcome:
        place = f"{self.target.simulators.bind}:{port}"
        try:
            with socket.create_server((self.target.simulators.bind, port)):
                return "ok", f"{place} peut être ouvert", ""
        except OSError as error:
            advice = f"libérez ce port, ou changez simulators.ports.{name} ou simulators.bind"
            return "problem", f"{place} ne peut pas être ouvert ({error.strerror})", advice


def checks_of(target: Target, delay: float) -> dict[str, Check]:
    """Return the checks that apply to a target, by label, in the order of the report."""
    probes = _Probes(target, delay)
    checks: dict[str, Check] = {}
    if target.endpoints.base_url:
        checks |= _http_checks(probes)
    if target.endpoints.client_cert:
        checks["Certificat client"] = probes.client_certificate
    if target.simulators.extra_client_ca:
        checks["AC clientes admises"] = probes.client_authorities
    if target.endpoints.mllp:
        host, port = target.endpoints.mllp_address
        checks["Nom de l'hôte MLLP"] = lambda: probes.name(host)
        checks["Port MLLP"] = lambda: probes.port(host, port)
        checks["Acquittement MLLP"] = probes.mllp
    if "screens" in target.capabilities.values():
        checks["Navigateur"] = probes.browser
    ports = target.simulators.ports
    if ports.insi:
        checks["Port du simulateur INSi"] = lambda: probes.own_port("insi", ports.insi)
    if ports.mllp:
        checks["Port du partenaire MLLP"] = lambda: probes.own_port("mllp", ports.mllp)
    return checks


def _http_checks(probes: _Probes) -> dict[str, Check]:
    target = probes.target
    parts = urlsplit(target.endpoints.base_url)
    host = parts.hostname or ""
    secured = parts.scheme == "https"
    port = parts.port or (443 if secured else 80)
    used = set(target.capabilities.values())
    checks: dict[str, Check] = {}
    if not target.proxies:  # behind a proxy, the proxy resolves the name and opens the port
        checks["Nom de l'hôte HTTP"] = lambda: probes.name(host)
        checks["Port HTTP"] = lambda: probes.port(host, port)
        if secured:
            checks["TLS"] = lambda: probes.tls(host, port)
    if "fhir" in used:
        checks["Connexion API (fhir)"] = probes.fhir_sign_in
    if "http" in used:
        checks["Connexion API (http)"] = probes.http_sign_in
    if "screens" in used:
        checks["Connexion écrans"] = probes.screens_sign_in
    checks["Horloge"] = probes.clock
    return checks


def _session(target: Target, credentials: Credentials, delay: float) -> HttpClient:
    from harness.targets.http_client import HttpClient

    return HttpClient(target, Recorder(), credentials, delay)


def _who(credentials: Credentials) -> str:
    if credentials.scheme == "none":
        return "aucun identifiant"
    return f"l'utilisateur {credentials.user}" if credentials.user else "le jeton donné"


def _loaded(der: bytes) -> Certificate:
    from cryptography import x509

    return x509.load_der_x509_certificate(der)


def _dates(path: Path) -> Outcome:
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return "problem", f"{path} n'est pas un certificat lisible ({error})", "donnez un PEM"
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    now = datetime.now(UTC)
    if not start <= now <= end:
        detail = f"{path.name} : valable du {start:%d/%m/%Y} au {end:%d/%m/%Y}, donc pas ce jour"
        return "problem", detail, "renouvelez ce certificat"
    return "ok", f"{path.name} : valable jusqu'au {end:%d/%m/%Y}", _renewal(end)


def _renewal(end: datetime) -> str:
    days = (end - datetime.now(UTC)).days
    return f"il expire dans {days} jour(s) : préparez son renouvellement" if days < SOON else ""
