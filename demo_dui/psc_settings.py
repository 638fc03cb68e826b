"""Where Pro Santé Connect and the Annuaire Santé are, and how the DUI speaks to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PscSettings:
    """The DUI as a client of Pro Santé Connect; the secret never shows in repr.

    `discovery` is the address of the discovery document, `ca` the authority of its server (PEM),
    `certificate` and `key` (PEM) those of the token exchange over mutual TLS, `timeout` in seconds.
    """

    discovery: str
    ca: Path | None
    client_id: str
    secret: str = field(repr=False)
    certificate: Path | None
    key: Path | None
    timeout: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """The Annuaire Santé: base of the FHIR API, address of the public extraction, its authority.

    Either address may be None: the other way alone is then offered. The key never shows in repr.
    """

    url: str | None
    extraction: str | None
    ca: Path | None
    api_key: str = field(repr=False)
    timeout: float = 5.0
