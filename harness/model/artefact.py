"""Captured bytes and the exchanges they come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

RELEVE_MEDIA_TYPE = "application/vnd.banc.releve+json"
HL7V2_MEDIA_TYPE = "x-application/hl7-v2+er7"
FHIR_MEDIA_TYPE = "application/fhir+json"
SOAP_MEDIA_TYPE = "application/soap+xml"


@dataclass(frozen=True)
class Artefact:
    """Named bytes, their media type and where they come from.

    `origin` says in which exchange or on which page they were captured (free French text).
    """

    name: str
    content: bytes = field(repr=False)
    media_type: str
    origin: str = ""
    exchange: int | None = None
    """Sequence number of the exchange in the journal, when there is one."""

    @cached_property
    def sha256(self) -> str:
        """Return the lower-case hexadecimal SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What was negotiated on one connection."""

    version: str
    cipher: str
    client_subject: str = ""
    client_issuer: str = ""
    server_subject: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as they crossed the wire.

    `protocol` is `https`, `mllp`, `soap`…; `speaker` and `listener` name the parties
    (`banc`, `cible`, `INSi (simulateur)`). An empty `response` means that none came.
    """

    at: datetime
    protocol: str
    speaker: str
    listener: str
    request: bytes = field(repr=False)
    response: bytes = field(repr=False)
    request_type: str
    response_type: str
    label: str
    """One line for the reader: `POST /fhir/Patient → 201`."""
    tls: TlsFacts | None = None
