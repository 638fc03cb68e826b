"""Mutual TLS on real sockets: who may call INSi, who may not, and what is said of it."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import ConfigurationProblem, HarnessFault
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.loop import ServiceLoop
from tests.simulators.soap import Client


def _shake(
    insi: InsiSimulator,
    igc: TestIgc,
    certificate: Path | None,
    version: ssl.TLSVersion | None = None,
    trusted: Path | None = None,
) -> str:
    """Connect, send one byte and read: return the TLS version, or raise what TLS raised."""
    context = ssl.create_default_context(cafile=str(trusted or igc.root))
    if version is not None:
        context.minimum_version = context.maximum_version = version
    if certificate is not None:
        context.load_cert_chain(certificate, igc.client_key)
    with socket.create_connection(("127.0.0.1", insi.port), timeout=5) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as connection:
            # Under TLS 1.3 the server's refusal only shows on the first read.
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if not connection.recv(1):
                raise ConnectionError("connexion fermée sans réponse")
            return connection.version() or ""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_good_certificate_is_accepted(
    insi: InsiSimulator, igc: TestIgc, version: ssl.TLSVersion
) -> None:
    assert _shake(insi, igc, igc.client_cert, version).replace(".", "_") == version.name
    assert insi.refused == ()


@pytest.mark.parametrize(
    ("which", "alert", "reason"),
    [
        ("", "CERTIFICATE_REQUIRED", "aucun certificat"),
        ("expired_cert", "CERTIFICATE_EXPIRED", "expiré"),
        ("revoked_cert", "CERTIFICATE_REVOKED", "révoqué"),
        ("other_ca_cert", "UNKNOWN_CA", "autorité inconnue"),
    ],
)
def test_a_wrong_certificate_gets_a_tls_alert_and_the_reason_is_kept(
    insi: InsiSimulator, igc: TestIgc, which: str, alert: str, reason: str
) -> None:
    certificate = getattr(igc, which) if which else None
    with pytest.raises(ssl.SSLError) as refusal:
        _shake(insi, igc, certificate)
    assert alert in str(refusal.value)
    assert len(insi.refused) == 1
    assert reason in insi.refused[0]
    assert insi.journal == ()


def test_the_right_certificate_still_passes_after_refusals(
    insi: InsiSimulator, igc: TestIgc, client: Client, camille: Person
) -> None:
    for _ in range(3):
        with pytest.raises(ssl.SSLError):
            _shake(insi, igc, igc.revoked_cert)
    assert client.search(camille).code == "00"


def test_a_client_that_does_not_know_our_root_is_told_of(insi: InsiSimulator, igc: TestIgc) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake(insi, igc, igc.client_cert, trusted=igc.other_root)
    # The alert may still be on its way: any later connection proves that it was read.
    _shake(insi, igc, igc.client_cert)
    assert any("racine" in reason for reason in insi.refused)


def test_plain_http_is_dropped_at_once_and_told(insi: InsiSimulator) -> None:
    with socket.create_connection(("127.0.0.1", insi.port), timeout=5) as raw:
        raw.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        start = time.monotonic()
        while raw.recv(100):
            pass
        assert time.monotonic() - start < 2
    assert insi.refused == ("requête HTTP en clair sur le port HTTPS",)


def test_extra_client_ca_adds_its_clients_and_keeps_our_revocations(
    loop: ServiceLoop, igc: TestIgc
) -> None:
    with InsiSimulator(loop, igc, Recorder(), extra_client_ca=(igc.other_root,)) as insi:
        for accepted in (igc.client_cert, igc.other_ca_cert):
            assert _shake(insi, igc, accepted)
        for refused in (igc.expired_cert, igc.revoked_cert, None):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                _shake(insi, igc, refused)
        assert len(insi.refused) == 3
        assert insi.journal == ()


def test_an_extra_client_ca_that_is_no_certificate_is_named(
    loop: ServiceLoop, igc: TestIgc, tmp_path: Path
) -> None:
    wrong = tmp_path / "ca.pem"
    wrong.write_text("pas un certificat", encoding="utf-8")
    for path in (wrong, tmp_path / "absente.pem"):
        with pytest.raises(ConfigurationProblem, match=path.name):
            InsiSimulator(loop, igc, Recorder(), extra_client_ca=(path,)).start()


def test_a_port_already_taken_is_a_harness_fault(
    loop: ServiceLoop, igc: TestIgc, insi: InsiSimulator
) -> None:
    with pytest.raises(HarnessFault, match=str(insi.port)):
        InsiSimulator(loop, igc, Recorder(), port=insi.port).start()


def test_the_exchange_tells_what_tls_negotiated(
    insi: InsiSimulator, client: Client, camille: Person, recorder: Recorder
) -> None:
    client.search(camille)
    tls = recorder.exchanges[0][1].tls
    assert tls is not None
    assert tls.version in ("TLSv1.2", "TLSv1.3")
    assert tls.cipher
    assert tls.client_subject.endswith("CN=test-client")
    assert "ORGANISATIONS" in tls.client_issuer
    assert tls.server_subject.endswith("CN=localhost")
