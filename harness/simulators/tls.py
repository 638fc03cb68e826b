"""TLS side of the simulators: the client certificate, our CRL, and the refusals kept.

Python says nothing of a handshake that fails; the subclass of `SSLObject` (a documented door of
`ssl.SSLContext`) notes why, because a vendor whose certificate is refused must be told.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from harness.model.artefact import TlsFacts
from harness.model.problems import ConfigurationProblem
from harness.simulators.igc import TestIgc

ClientCertificate = Literal["required", "optional", "none"]
"""What a server asks of its clients; one that is presented is always checked."""

_REASONS = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "aucun certificat client présenté",
    "certificate has expired": "certificat client expiré",
    "certificate is not yet valid": "certificat client pas encore valable",
    "certificate revoked": "certificat client révoqué",
    "unable to get local issuer certificate": "certificat client d'une autorité inconnue du banc",
    "self-signed certificate": "certificat client d'une autorité inconnue du banc",
    "self-signed certificate in certificate chain": (
        "certificat client d'une autorité inconnue du banc"
    ),
    "TLSV1_ALERT_UNKNOWN_CA": "le client ne connaît pas la racine du banc : installez-la",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "le client refuse le certificat du simulateur",
    "SSLV3_ALERT_BAD_CERTIFICATE": "le client refuse le certificat du simulateur",
    "UNSUPPORTED_PROTOCOL": "version de TLS trop ancienne, TLS 1.2 au moins attendu",
    "HTTP_REQUEST": "requête HTTP en clair sur le port HTTPS",
}


_DEMANDS = {
    "required": ssl.CERT_REQUIRED,
    "optional": ssl.CERT_OPTIONAL,
    "none": ssl.CERT_NONE,
}


def server_context(
    igc: TestIgc,
    extra_client_ca: tuple[Path, ...],
    refused: Callable[[str], None],
    client: ClientCertificate = "required",
) -> ssl.SSLContext:
    """Return the context of a server, with what it asks of its clients' certificates.

    With `extra_client_ca` OpenSSL cannot be told to check revocation for our authority alone, so
    the serial numbers of our CRL are compared at the end of the handshake. Raises
    `ConfigurationProblem` for a file that holds no PEM certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(igc.server_cert, igc.server_key)
    context.verify_mode = _DEMANDS[client]
    context.load_verify_locations(igc.chain)
    revoked: frozenset[int] = frozenset()
    if extra_client_ca:
        for path in extra_client_ca:
            _trust(context, path)
        revoked = _serials(igc.crl)
    else:
        context.load_verify_locations(igc.crl)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    context.sslobject_class = _watched(refused, revoked, _subject(igc.server_cert))
    return context


def _trust(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationProblem(
            f"extra_client_ca : {path} n'est pas un fichier PEM d'autorité lisible ({error}) ; "
            "donnez le certificat de l'autorité qui a émis votre certificat client"
        ) from error


def _serials(crl: Path) -> frozenset[int]:
    from cryptography import x509

    listed = x509.load_pem_x509_crl(crl.read_bytes())
    return frozenset(entry.serial_number for entry in listed)


def _subject(certificate: Path) -> str:
    from cryptography import x509

    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject
    return ", ".join(part.rfc4514_string() for part in subject.rdns)


def _watched(
    refused: Callable[[str], None], revoked: frozenset[int], server_subject: str
) -> type[ssl.SSLObject]:
    class Watched(ssl.SSLObject):
        """The server's end of one connection; knows its peer once the handshake is over."""

        facts: TlsFacts | None = None
        failure: ssl.SSLError | None = None

        def do_handshake(self) -> None:
            if self.failure is not None:
                raise self.failure
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                refused(_reason(error))
                if error.reason == "HTTP_REQUEST":
                    raise  # no alert for a client that speaks no TLS
                self.failure = error
                # asyncio drops what OpenSSL left to send when a handshake fails, the TLS alert
                # included. Asking for more first makes it send the alert, so that the client
                # learns why; it then closes, or the handshake deadline does.
                raise ssl.SSLWantReadError from error
            peer = self.getpeercert() or {}
            if revoked and int(str(peer.get("serialNumber", "0")), 16) in revoked:
                refused(_REASONS["certificate revoked"])
                raise ssl.SSLError("certificate revoked")
            self.facts = _facts(self, peer, server_subject)

    return Watched


def _facts(connection: ssl.SSLObject, peer: Any, server_subject: str) -> TlsFacts:
    cipher = connection.cipher()
    return TlsFacts(
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        client_subject=_distinguished_name(peer.get("subject", ())),
        client_issuer=_distinguished_name(peer.get("issuer", ())),
        server_subject=server_subject,
    )


def _distinguished_name(parts: Any) -> str:
    short = {
        "countryName": "C",
        "stateOrProvinceName": "ST",
        "organizationName": "O",
        "organizationalUnitName": "OU",
        "commonName": "CN",
    }
    return ", ".join(f"{short.get(name, name)}={value}" for part in parts for name, value in part)


def _reason(error: ssl.SSLError) -> str:
    words = getattr(error, "verify_message", "") or error.reason or str(error)
    return _REASONS.get(words, f"négociation TLS refusée ({words})")
