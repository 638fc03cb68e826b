"""Makes the files of the test IGC, and tells whether those of a folder are whole and still good.

`igc.json` holds the digest of every file; it is replaced in one step, last, so that a folder half
written is never taken for whole. A lock keeps two processes from making the same folder at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from harness.simulators.igc.authority import TestIgc

MANIFEST = "igc.json"
LOCK = "igc.lock"
LAYOUT = 2
"""Raised when the files or the certificates change shape: an older folder is then made again."""
RENEWED_BEFORE = timedelta(days=30)
KEY_NAMES = ("root", "intermediate", "server", "client", "sign", "other-root")


@dataclass(frozen=True, slots=True)
class _Manifest:
    until: datetime
    public_names: tuple[str, ...]
    """The names last asked for."""
    files: dict[str, str]
    """Name of each file → its SHA-256."""


def ensure(igc: TestIgc) -> None:
    """Make what the folder lacks for these names. Raises `OSError` when it cannot be written."""
    if is_whole(igc) and last_names(igc.folder) == igc.public_names:
        return
    igc.folder.mkdir(parents=True, exist_ok=True)
    with _alone(igc.folder):
        manifest = _read(igc.folder)
        if manifest is None:
            _make(igc)
        else:
            _add_server(igc, manifest)


def is_whole(igc: TestIgc) -> bool:
    """Say whether the folder holds an unaltered IGC, good for these names, far from its end."""
    manifest = _read(igc.folder)
    return manifest is not None and igc.server_cert.name in manifest.files


def last_names(folder: Path) -> tuple[str, ...] | None:
    """Return the names last asked of a folder, None without a whole IGC."""
    manifest = _read(folder)
    return manifest.public_names if manifest else None


def _read(folder: Path) -> _Manifest | None:
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        until = datetime.fromisoformat(data["until"])
        whole = all(_digest(folder / name) == value for name, value in data["files"].items())
        if data["layout"] != LAYOUT or not whole or until - RENEWED_BEFORE < datetime.now(UTC):
            return None
        return _Manifest(until, tuple(data["public_names"]), data["files"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Absent, half written or altered: it is simply made again.
        return None


def _make(igc: TestIgc) -> None:
    from harness.simulators.igc import certificates as made

    now = datetime.now(UTC).replace(microsecond=0)
    keys = _new_keys()
    root = made.root(keys["root"], "TEST AC RACINE DU BANC", now)
    issuer = made.intermediate(
        keys["intermediate"], "TEST AC ELEMENTAIRE ORGANISATIONS DU BANC", root, now
    )
    other = made.root(keys["other-root"], "TEST AUTRE AC HORS CONFIANCE", now)
    period, past = made.Period.current(now), made.Period.past(now)

    def client(name: str, by: made.Issuer = issuer, when: made.Period = period) -> bytes:
        certificate = made.client_authentication(keys["client"], name, by, when)
        return _pem(certificate, by.certificate)

    revoked = made.client_authentication(keys["client"], "test-revoque", issuer, period)
    server = made.server(keys["server"], igc.public_names, issuer, period)
    sign = made.seal(keys["sign"], "test-cachet", issuer, period)
    files = {
        igc.root: _pem(root.certificate),
        igc.intermediate: _pem(issuer.certificate),
        igc.chain: _pem(issuer.certificate, root.certificate),
        igc.server_cert: _pem(server, issuer.certificate),
        igc.client_cert: client("test-client"),
        igc.sign_cert: _pem(sign, issuer.certificate),
        igc.expired_cert: client("test-expire", when=past),
        igc.revoked_cert: _pem(revoked, issuer.certificate),
        igc.other_ca_cert: client("test-autre-ac", by=other),
        igc.other_root: _pem(other.certificate),
        igc.crl: _pem(made.revocation_list(issuer, (revoked,), now)),
    }
    private = {
        igc.intermediate_key: keys["intermediate"],
        igc.server_key: keys["server"],
        igc.client_key: keys["client"],
        igc.sign_key: keys["sign"],
    }
    _store(igc, files, private, period.end)


def _store(
    igc: TestIgc,
    files: Mapping[Path, bytes],
    private: Mapping[Path, RSAPrivateKey],
    end: datetime,
) -> None:
    for path, key in private.items():
        _write_private(path, key)
    for path, content in files.items():
        path.write_bytes(content)
    digests = {path.name: _digest(path) for path in (*files, *private)}
    _write(igc.folder, _Manifest(end, igc.public_names, digests))


def _add_server(igc: TestIgc, manifest: _Manifest) -> None:
    """Certify other names under the authority of the folder; note them as the last asked for."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    from harness.simulators.igc import certificates as made

    files = dict(manifest.files)
    if igc.server_cert.name not in files:
        authority = x509.load_pem_x509_certificate(igc.intermediate.read_bytes())
        signing = load_pem_private_key(igc.intermediate_key.read_bytes(), None)
        key = load_pem_private_key(igc.server_key.read_bytes(), None)
        if not isinstance(signing, RSAPrivateKey) or not isinstance(key, RSAPrivateKey):
            raise OSError("les clés de l'IGC de test ne sont pas RSA")
        period = made.Period.current(datetime.now(UTC).replace(microsecond=0))
        issuer = made.Issuer(authority, signing)
        server = made.server(key, igc.public_names, issuer, period)
        igc.server_cert.write_bytes(_pem(server, authority))
        files[igc.server_cert.name] = _digest(igc.server_cert)
    _write(igc.folder, _Manifest(manifest.until, igc.public_names, files))


def _write(folder: Path, manifest: _Manifest) -> None:
    data = {
        "layout": LAYOUT,
        "public_names": list(manifest.public_names),
        "until": manifest.until.isoformat(),
        "files": manifest.files,
    }
    draft = folder / f"{MANIFEST}.{os.getpid()}"
    draft.write_text(json.dumps(data, indent=1, ensure_ascii=False), "utf-8")
    os.replace(draft, folder / MANIFEST)


def _new_keys() -> dict[str, RSAPrivateKey]:
    from cryptography.hazmat.primitives.asymmetric import rsa

    # OpenSSL lets go of the interpreter while it draws primes: two cores halve the wait.
    with ThreadPoolExecutor(len(KEY_NAMES)) as pool:
        drawn = pool.map(lambda _: rsa.generate_private_key(65537, 2048), KEY_NAMES)
        return dict(zip(KEY_NAMES, drawn, strict=True))


def _pem(*items: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(item.public_bytes(Encoding.PEM) for item in items)


def _write_private(path: Path, key: RSAPrivateKey) -> None:
    from cryptography.hazmat.primitives import serialization as form

    content = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    path.unlink(missing_ok=True)
    # Readable by its owner alone from its first byte; Windows keeps the rights of the folder.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system lets it go when a process dies."""
    with (folder / LOCK).open("a+b") as stream:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)  # OSError after ten seconds
            try:
                yield
            finally:
                stream.seek(0)
                msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
            yield
