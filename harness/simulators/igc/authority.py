"""The test IGC on disk: made once in a folder, read back while it is still good."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from harness.model.problems import ConfigurationProblem, HarnessFault

_DNS_NAME = re.compile(r"(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?)+")


@dataclass(frozen=True)
class TestIgc:
    """The files of the test IGC in a folder (PEM); each property is a path.

    `chain` is intermediate + root, what a peer trusts; `server_cert` and the client certificates
    carry the intermediate after them, as a TLS peer sends them. The expired, revoked and
    other-authority certificates all go with `client_key`.
    """

    __test__ = False  # pytest must not take the name for a class of tests

    folder: Path
    public_names: tuple[str, ...]

    @classmethod
    def create(
        cls, folder: Path, public_names: tuple[str, ...] = ("localhost", "127.0.0.1")
    ) -> TestIgc:
        """Return the IGC of the folder, made if it is absent, altered or near its end.

        Other names only get their own server certificate: the root that a vendor installed stays
        good. Several processes may share a folder. Raises `ConfigurationProblem` for a name that
        is neither DNS nor IP, `HarnessFault` when the folder cannot be written.
        """
        from harness.simulators.igc import store

        for name in public_names or ("",):
            _check_name(name)
        igc = cls(folder, tuple(public_names))
        try:
            store.ensure(igc)
        except OSError as error:
            raise HarnessFault(
                f"l'IGC de test ne peut pas être écrite dans {folder} ({error}) : vérifiez les "
                "droits et la place libre"
            ) from error
        return igc

    @classmethod
    def load(cls, folder: Path) -> TestIgc:
        """Return the IGC of a folder, for the names last asked of it.

        Raises `HarnessFault` when it is absent, altered or ended.
        """
        from harness.simulators.igc import store

        names = store.last_names(folder)
        if names is None or not store.is_whole(cls(folder, names)):
            raise HarnessFault(
                f"pas d'IGC de test utilisable dans {folder} (absente, modifiée ou expirée) : "
                "supprimez le dossier, le banc en fera une nouvelle"
            )
        return cls(folder, names)

    @property
    def root(self) -> Path:
        """Root certificate: the one a vendor installs."""
        return self.folder / "racine.pem"

    @property
    def intermediate(self) -> Path:
        """Certificate of the authority of organisations."""
        return self.folder / "ac-organisations.pem"

    @property
    def intermediate_key(self) -> Path:
        """Private key of that authority, kept to certify other server names."""
        return self.folder / "ac-organisations.key"

    @property
    def chain(self) -> Path:
        """Intermediate and root together, as trusted by a peer."""
        return self.folder / "chaine.pem"

    @property
    def server_cert(self) -> Path:
        """Server certificate for `public_names`, intermediate after it."""
        token = hashlib.sha256("\n".join(self.public_names).encode()).hexdigest()[:12]
        return self.folder / f"serveur-{token}.pem"

    @property
    def server_key(self) -> Path:
        """Private key of the server."""
        return self.folder / "serveur.key"

    @property
    def client_cert(self) -> Path:
        """ORG AUTH_CLI certificate, intermediate after it."""
        return self.folder / "org-auth-cli.pem"

    @property
    def client_key(self) -> Path:
        """Private key of the client certificate, and of the three wrong ones."""
        return self.folder / "org-auth-cli.key"

    @property
    def sign_cert(self) -> Path:
        """ORG SIGN certificate (cachet)."""
        return self.folder / "org-sign.pem"

    @property
    def sign_key(self) -> Path:
        """Private key of the cachet."""
        return self.folder / "org-sign.key"

    @property
    def expired_cert(self) -> Path:
        """Client certificate that ended a month ago (key: `client_key`)."""
        return self.folder / "org-auth-cli-expire.pem"

    @property
    def revoked_cert(self) -> Path:
        """Client certificate named by `crl` (key: `client_key`)."""
        return self.folder / "org-auth-cli-revoque.pem"

    @property
    def other_ca_cert(self) -> Path:
        """Client certificate of an authority that nobody trusts (key: `client_key`)."""
        return self.folder / "autre-ac-client.pem"

    @property
    def other_root(self) -> Path:
        """Root of that other authority."""
        return self.folder / "autre-ac-racine.pem"

    @property
    def crl(self) -> Path:
        """CRL of the intermediate, in PEM."""
        return self.folder / "ac-organisations.crl.pem"


def _check_name(name: str) -> None:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if not _DNS_NAME.fullmatch(name):
            raise ConfigurationProblem(
                f"public_name « {name} » n'est ni un nom DNS ni une adresse IP : écrivez le nom "
                "par lequel votre logiciel joint le banc, par exemple banc.exemple.fr"
            ) from None
