"""Certificates of the test IGC: subjects, key usages and extensions of C-01 and C-02."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

TEST_POLICY = ObjectIdentifier("1.2.250.1.213.1.7.2.1.1.1.1")
"""Certificate policy of the organisation certificates of test (C-02)."""
CRL_URL = "http://igc.banc.invalid/CRL/ACI-EL-ORG-TEST.crl"
"""Distribution point of our CRL. The `.invalid` domain never resolves (RFC 2606): nobody fetches
the list of the real authority by mistake; whoever wants ours loads the file `.crl`."""
VALIDITY = timedelta(days=3 * 365)
BACKDATING = timedelta(days=1)
"""A clock late by some hours must still accept a certificate made just now."""
AUTHORITY_VALIDITY = timedelta(days=10 * 365)

OWNER = "BANC DE CONFORMITE - TEST"
UNIT = "IGC DU BANC - TEST"
STRUCTURE = "3TEST0000000000"
"""OU of a structure (C-01: a prefix, then its identifier): letters keep it from being real."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority: its certificate and the key that signs for it."""

    certificate: x509.Certificate
    key: RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Period:
    """When a certificate is valid (aware UTC instants)."""

    start: datetime
    end: datetime

    @classmethod
    def current(cls, now: datetime, length: timedelta = VALIDITY) -> Period:
        """Return a period that holds now."""
        return cls(now - BACKDATING, now + length)

    @classmethod
    def past(cls, now: datetime) -> Period:
        """Return a period of the usual length that ended a month ago."""
        end = now - timedelta(days=30)
        return cls(end - VALIDITY, end)


def authority_name(common_name: str) -> x509.Name:
    """Return the subject of an authority, in the shape of the issuer of C-01."""
    return _name("FR", ((NameOID.ORGANIZATION_NAME, OWNER),), UNIT, common_name)


def organisation_name(common_name: str) -> x509.Name:
    """Return the subject of an organisation certificate: C, ST, O, OU, CN (C-01)."""
    return _name(
        "FR",
        (
            (NameOID.STATE_OR_PROVINCE_NAME, "Paris (75)"),
            (NameOID.ORGANIZATION_NAME, OWNER),
        ),
        STRUCTURE,
        common_name,
    )


def _name(
    country: str, middle: tuple[tuple[ObjectIdentifier, str], ...], unit: str, common_name: str
) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, country),
        *middle,
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common_name),
    )
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def root(key: RSAPrivateKey, common_name: str, now: datetime) -> Issuer:
    """Return a self-signed authority that may sign other authorities."""
    name = authority_name(common_name)
    builder = _builder(name, name, key, key, Period.current(now, AUTHORITY_VALIDITY))
    return Issuer(_authority(builder, key, path_length=1), key)


def intermediate(key: RSAPrivateKey, common_name: str, above: Issuer, now: datetime) -> Issuer:
    """Return an authority signed by `above` that signs end certificates only."""
    builder = _builder(
        authority_name(common_name),
        above.certificate.subject,
        key,
        above.key,
        Period.current(now, AUTHORITY_VALIDITY),
    )
    return Issuer(_authority(builder, above.key, path_length=0), key)


def client_authentication(
    key: RSAPrivateKey, common_name: str, issuer: Issuer, period: Period
) -> x509.Certificate:
    """Return an ORG AUTH_CLI certificate: digitalSignature, clientAuth (C-02)."""
    return _organisation(
        key,
        common_name,
        issuer,
        period,
        _usage("digital_signature"),
        ExtendedKeyUsageOID.CLIENT_AUTH,
    )


def seal(key: RSAPrivateKey, common_name: str, issuer: Issuer, period: Period) -> x509.Certificate:
    """Return an ORG SIGN certificate (cachet): nonRepudiation, emailProtection (C-02)."""
    return _organisation(
        key,
        common_name,
        issuer,
        period,
        _usage("digital_signature", "content_commitment"),
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
    )


def server(
    key: RSAPrivateKey, public_names: tuple[str, ...], issuer: Issuer, period: Period
) -> x509.Certificate:
    """Return a server certificate for these DNS names and IP addresses.

    It carries no CRL distribution point: a client that insists on fetching one would fail on an
    address that does not exist, and blame the server.
    """
    name = organisation_name(public_names[0][:64])
    builder = _builder(name, issuer.certificate.subject, key, issuer.key, period)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature", "key_encipherment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(one) for one in public_names]),
            critical=False,
        )
    )
    return builder.sign(issuer.key, hashes.SHA256())


def revocation_list(
    issuer: Issuer, revoked: tuple[x509.Certificate, ...], now: datetime
) -> x509.CertificateRevocationList:
    """Return the CRL of an authority, valid as long as what it signs."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now - BACKDATING)
        .next_update(now + VALIDITY)
        .add_extension(_authority_identifier(issuer.key), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for certificate in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(certificate.serial_number)
            .revocation_date(now - BACKDATING)
            .build()
        )
    return builder.sign(issuer.key, hashes.SHA256())


def _organisation(
    key: RSAPrivateKey,
    common_name: str,
    issuer: Issuer,
    period: Period,
    usage: x509.KeyUsage,
    purpose: ObjectIdentifier,
) -> x509.Certificate:
    name = organisation_name(common_name)
    point = x509.DistributionPoint(
        full_name=[x509.UniformResourceIdentifier(CRL_URL)],
        relative_name=None,
        reasons=None,
        crl_issuer=None,
    )
    builder = (
        _builder(name, issuer.certificate.subject, key, issuer.key, period)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(TEST_POLICY, None)]), critical=False
        )
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
    )
    return builder.sign(issuer.key, hashes.SHA256())


def _authority(
    builder: x509.CertificateBuilder, signing_key: RSAPrivateKey, *, path_length: int
) -> x509.Certificate:
    return (
        builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(signing_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: RSAPrivateKey,
    issuer_key: RSAPrivateKey,
    period: Period,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(period.start)
        .not_valid_after(period.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_authority_identifier(issuer_key), critical=False)
    )


def _authority_identifier(key: RSAPrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _usage(*granted: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in granted for name in every})


def _general_name(public_name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(public_name))
    except ValueError:
        return x509.DNSName(public_name)
