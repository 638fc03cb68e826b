"""The provider behind the two ports: what it knows, and the addresses of its endpoints."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from harness.simulators.clock import Clock
from harness.simulators.psc.clients import Clients
from harness.simulators.psc.faults import Faults
from harness.simulators.psc.grants import Grants
from harness.simulators.psc.keys import SigningKeys
from harness.simulators.psc.people import People

if TYPE_CHECKING:
    from harness.simulators.psc.ciba import CibaRequest

from harness.simulators.psc.capped import Capped

REALM = "/auth/realms/esante-wallet"
PROTOCOL = f"{REALM}/protocol/openid-connect"


class Provider:
    """State of the simulator. The service calls it under one lock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.keys = SigningKeys()
        self.people = People()
        self.clients = Clients()
        self.grants = Grants()
        self.faults = Faults()
        self.ciba: Capped[str, CibaRequest] = Capped()
        self.base = ""
        """`https://host:port` of the issuer, known once it listens."""
        self.wallet = ""
        """`https://host:port` of the pages."""

    @property
    def issuer(self) -> str:
        """Return the issuer identifier."""
        return f"{self.base}{REALM}"

    @property
    def authorization_endpoint(self) -> str:
        """Return the address of the authorization page, on the wallet's host."""
        return f"{self.wallet}/auth"

    def endpoint(self, name: str) -> str:
        """Return the address of a protocol endpoint (`token`, `certs`…)."""
        return f"{self.base}{PROTOCOL}/{name}"

    @property
    def audiences(self) -> tuple[str, ...]:
        """Return what the assertion of a client may name besides the issuer."""
        return (
            self.endpoint("token"),
            self.endpoint("token/introspect"),
            self.endpoint("ext/ciba/auth"),
        )

    @staticmethod
    def thumbprint(certificate: bytes) -> str:
        """Return `x5t#S256` of a DER certificate (RFC 8705 §3.1), '' without one."""
        if not certificate:
            return ""
        digest = hashlib.sha256(certificate).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
