"""The test IGC: chains, usages of C-01 and C-02, reuse, alteration, names."""

from __future__ import annotations

import ipaddress
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness.model.problems import ConfigurationProblem, HarnessFault
from harness.simulators.igc import TestIgc


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def _names(path: Path) -> list[str]:
    return [attribute.rfc4514_attribute_name for attribute in _read(path).subject]


def test_every_certificate_is_signed_by_the_authority_it_names(igc: TestIgc) -> None:
    root, organisations = _read(igc.root), _read(igc.intermediate)
    organisations.verify_directly_issued_by(root)
    for path in (igc.server_cert, igc.client_cert, igc.sign_cert, igc.expired_cert):
        _read(path).verify_directly_issued_by(organisations)
    _read(igc.other_ca_cert).verify_directly_issued_by(_read(igc.other_root))
    with pytest.raises(ValueError, match=r".+"):
        _read(igc.other_ca_cert).verify_directly_issued_by(organisations)


def test_organisation_certificates_follow_c01_and_c02(igc: TestIgc) -> None:
    client = _read(igc.client_cert)
    assert _names(igc.client_cert) == ["C", "ST", "O", "OU", "CN"]
    assert "TEST" in client.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    assert isinstance(client.public_key(), RSAPublicKey)
    assert client.public_key().key_size == 2048  # type: ignore[union-attr]
    assert client.signature_hash_algorithm is not None
    assert client.signature_hash_algorithm.name == "sha256"
    years = (client.not_valid_after_utc - client.not_valid_before_utc).days / 365
    assert 2.9 < years < 3.1
    usage = client.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and not usage.content_commitment
    purposes = client.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    policies = client.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [one.policy_identifier.dotted_string for one in policies] == [
        "1.2.250.1.213.1.7.2.1.1.1.1"
    ]
    points = client.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name is not None
    assert points[0].full_name[0].value.endswith(".crl")


def test_the_seal_signs_and_cannot_be_denied(igc: TestIgc) -> None:
    seal = _read(igc.sign_cert)
    usage = seal.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment
    purposes = seal.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]


def test_the_crl_names_the_revoked_certificate_and_it_alone(igc: TestIgc) -> None:
    crl = x509.load_pem_x509_crl(igc.crl.read_bytes())
    authority = _read(igc.intermediate).public_key()
    assert isinstance(authority, RSAPublicKey)
    assert crl.signature_hash_algorithm is not None
    authority.verify(
        crl.signature, crl.tbs_certlist_bytes, PKCS1v15(), crl.signature_hash_algorithm
    )
    assert [entry.serial_number for entry in crl] == [_read(igc.revoked_cert).serial_number]


def test_the_server_certificate_carries_dns_names_and_addresses(tmp_path: Path) -> None:
    names = ("banc.exemple.fr", "127.0.0.1", "::1")
    igc = TestIgc.create(tmp_path, names)
    san = _read(igc.server_cert).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert san.value.get_values_for_type(x509.DNSName) == ["banc.exemple.fr"]
    assert san.value.get_values_for_type(x509.IPAddress) == [
        ipaddress.ip_address("127.0.0.1"),
        ipaddress.ip_address("::1"),
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows garde les droits du dossier")
def test_private_keys_are_readable_by_their_owner_alone(igc: TestIgc) -> None:
    for path in (igc.server_key, igc.client_key, igc.sign_key, igc.intermediate_key):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_still_good_is_kept(tmp_path: Path) -> None:
    first = TestIgc.create(tmp_path).client_cert.read_bytes()
    start = time.perf_counter()
    assert TestIgc.create(tmp_path).client_cert.read_bytes() == first
    assert time.perf_counter() - start < 0.1
    assert TestIgc.load(tmp_path).public_names == ("localhost", "127.0.0.1")


def test_other_names_keep_the_root_that_was_installed(tmp_path: Path) -> None:
    first = TestIgc.create(tmp_path)
    root, server = first.root.read_bytes(), first.server_cert.read_bytes()
    other = TestIgc.create(tmp_path, ("autre.exemple.fr",))
    _read(other.server_cert).verify_directly_issued_by(_read(first.intermediate))
    san = _read(other.server_cert).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert san.value.get_values_for_type(x509.DNSName) == ["autre.exemple.fr"]
    assert TestIgc.load(tmp_path).public_names == ("autre.exemple.fr",)
    again = TestIgc.create(tmp_path)
    assert (again.root.read_bytes(), again.server_cert.read_bytes()) == (root, server)


def test_several_at_once_make_one_igc(tmp_path: Path) -> None:
    names = [("localhost",), ("localhost",), ("banc.exemple.fr",), ("127.0.0.1",)]
    with ThreadPoolExecutor(len(names)) as pool:
        made = list(pool.map(lambda one: TestIgc.create(tmp_path, one), names))
    authority = _read(made[0].intermediate)
    for igc in made:
        _read(igc.server_cert).verify_directly_issued_by(authority)
        _read(igc.client_cert).verify_directly_issued_by(authority)
    assert TestIgc.load(tmp_path).public_names in names


def test_an_altered_folder_is_refused_by_load_and_made_again_by_create(tmp_path: Path) -> None:
    igc = TestIgc.create(tmp_path)
    igc.client_key.write_text("abîmé", encoding="utf-8")
    with pytest.raises(HarnessFault, match="modifiée"):
        TestIgc.load(tmp_path)
    TestIgc.create(tmp_path)
    assert TestIgc.load(tmp_path).client_key.read_bytes().startswith(b"-----BEGIN PRIVATE KEY")


def test_an_absent_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(HarnessFault, match="pas d'IGC de test"):
        TestIgc.load(tmp_path / "absent")


@pytest.mark.parametrize("name", ["", "https://banc", "deux mots", "-banc.fr", "a" * 300])
def test_a_wrong_public_name_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationProblem, match="public_name"):
        TestIgc.create(tmp_path, (name,))
