"""TLS to a target: a context that always verifies, and failures said in French."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
from dataclasses import dataclass

from harness.model.artefact import TlsFacts
from harness.model.problems import ConfigurationProblem, TargetUnreachable
from harness.targets.target import Endpoints

_REASONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("certificate has expired",),
        "le certificat du serveur est expiré : renouvelez-le, ou vérifiez l'horloge de ce poste",
    ),
    (
        ("certificate is not yet valid",),
        "le certificat du serveur n'est pas encore valable : vérifiez l'horloge de ce poste",
    ),
    (
        ("hostname mismatch", "ip address mismatch", "doesn't match", "is not valid for"),
        "le certificat du serveur ne porte pas le nom appelé : appelez le serveur par un nom de "
        "son certificat, ou refaites le certificat",
    ),
    (
        ("self-signed certificate", "self signed certificate", "unable to get local issuer"),
        "l'autorité qui a signé le certificat du serveur est inconnue : indiquez sa racine dans "
        "endpoints.ca_file",
    ),
    (
        (
            "certificate required",
            "alert bad certificate",
            "alert unknown ca",
            "alert certificate",
            "alert access denied",
            "alert unsupported certificate",
        ),
        "le serveur a refusé notre certificat client : vérifiez endpoints.client_cert et "
        "client_key, et que le serveur accepte leur autorité",
    ),
    (
        ("alert handshake failure", "alert protocol version", "unsupported protocol"),
        "aucune version ou suite TLS commune : le banc demande TLS 1.2 ou plus",
    ),
    (
        ("eof occurred in violation", "unexpected eof"),
        "le serveur a coupé la négociation TLS : s'il demande un certificat client, donnez-le dans "
        "endpoints.client_cert et client_key",
    ),
    (
        ("wrong version number", "http request", "record layer failure"),
        "ce port ne parle pas TLS : vérifiez https:// ou http:// et le numéro de port",
    ),
)


def tls_reason(error: BaseException | str) -> str:
    """Return what a TLS failure means and what to do, or '' when it is not one that we know."""
    text = str(error).casefold().replace("_", " ")
    for marks, reason in _REASONS:
        if any(mark in text for mark in marks):
            return reason
    return ""


def client_context(endpoints: Endpoints) -> ssl.SSLContext:
    """Return a verifying client context with the roots and the certificate of the target file.

    Raises `ConfigurationProblem` when a file cannot be used.
    """
    try:
        context = ssl.create_default_context(
            cafile=str(endpoints.ca_file) if endpoints.ca_file else None
        )
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationProblem(
            f"endpoints.ca_file : {endpoints.ca_file} n'est pas une racine lisible ({error}) ; un "
            "fichier PEM est attendu"
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoints.client_cert and endpoints.client_key:
        try:
            context.load_cert_chain(
                endpoints.client_cert, endpoints.client_key, password=_no_prompt
            )
        except (ssl.SSLError, OSError) as error:
            raise ConfigurationProblem(
                "endpoints.client_cert et client_key ne vont pas ensemble ou ne sont pas lisibles "
                f"({error}) ; deux fichiers PEM sont attendus, la clé sans mot de passe"
            ) from error
    return context


def _no_prompt() -> str:
    # Without it OpenSSL would ask for a password on the terminal and hang the run.
    return ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a verified connection showed: facts, and the leaf certificate in DER."""

    facts: TlsFacts
    leaf: bytes

    @property
    def spki_pin(self) -> str:
        """Return the base64 SHA-256 of the public key, as Chromium takes it."""
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = x509.load_der_x509_certificate(self.leaf).public_key()
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()


def handshake(host: str, port: int, context: ssl.SSLContext, timeout: float) -> Handshake:
    """Open a verified TLS connection, note what was negotiated, and close it.

    Raises `TargetUnreachable` with the reason in French.
    """
    try:
        with (
            socket.create_connection((host, port), timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            return Handshake(facts_of(wrapped), wrapped.getpeercert(binary_form=True) or b"")
    except ssl.SSLError as error:
        reason = tls_reason(error) or f"la négociation TLS a échoué ({error.reason or error})"
        raise TargetUnreachable(f"{host}:{port} : {reason}") from error
    except OSError as error:
        raise TargetUnreachable(f"{host}:{port} : {network_reason(error)}") from error


def facts_of(connection: ssl.SSLSocket | ssl.SSLObject) -> TlsFacts:
    """Return the facts of an open TLS connection."""
    cipher = connection.cipher()
    return TlsFacts(
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        server_subject=_subject(connection.getpeercert()),
    )


def _subject(certificate: object) -> str:
    if not isinstance(certificate, dict):
        return ""
    names = certificate.get("subject", ())
    return ", ".join(f"{key}={value}" for part in names for key, value in part)


def network_reason(error: BaseException) -> str:
    """Return what a network failure means and what to do."""
    if isinstance(error, TimeoutError):
        return "pas de réponse dans le délai : la cible est-elle démarrée, le pare-feu ouvert ?"
    if isinstance(error, ConnectionRefusedError):
        return "connexion refusée : rien n'écoute à cette adresse ; la cible est-elle démarrée ?"
    if isinstance(error, ConnectionError):
        return "connexion coupée par la cible avant la réponse : est-elle tombée en route ?"
    if isinstance(error, socket.gaierror):
        return "nom introuvable (DNS) : vérifiez l'orthographe de l'hôte et le réseau"
    return f"réseau injoignable ({error}) : vérifiez l'adresse et le réseau"
