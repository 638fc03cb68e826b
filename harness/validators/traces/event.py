"""One normal form for every exported trace, whatever its format."""

from __future__ import annotations

from typing import NamedTuple

from harness.validators.fhir.audit import AuditMessage

FIELDS = (
    *("recorded", "occurred", "action", "author", "role", "person", "account"),
    *("result", "origin", "request", "answer", "detail", "id"),
)
"""What a column of a CSV, or a key of a JSON line, may tell of a trace."""
FHIR, SYSLOG, JSON_LINES, CSV = "AuditEvent FHIR", "syslog RFC 5424", "JSON par ligne", "CSV"
STANDARD_FORMATS = frozenset({FHIR, SYSLOG})
LINE, ENTRY = "ligne", "entrée"


class Wire(NamedTuple):
    """The RFC 5424 frame of a syslog line. Texts are '' when the line does not say them."""

    priority: int
    """−1 when there is none."""
    version: str
    timestamp: str
    host: str
    application: str
    announced: int
    """Length announced by octet counting, −1 for lines ended by a newline."""
    length: int
    is_audit_message: bool
    message: AuditMessage | None
    """The elements that TDE asks of an AuditMessage; None for another content."""
    source: str
    """AuditSourceID of the AuditMessage."""


class TraceEvent(NamedTuple):
    """One trace. Texts are '' when it does not say them; instants are seconds since 1970.

    A named tuple and not a dataclass: a million are made in one pass.
    """

    number: int
    """Line of the file, or entry of a list, from 1."""
    recorded: str
    """When it was written, as written."""
    recorded_at: float | None
    """None when `recorded` gives no date with its hour; read as UTC without zone."""
    zoned: bool
    """`recorded` says its zone."""
    occurred: str
    """When the act was done, as written."""
    occurred_at: float | None
    action: str
    kinds: tuple[str, ...]
    """Kinds of `trace_words.toml` that the action tells."""
    author: str
    """Every identifier and name given of who acted, blank-separated."""
    role: str
    person: str
    """Identifiers of the person on whom it was done, blank-separated."""
    account: str
    """Identifiers of the user account on which it was done."""
    result: str
    origin: str
    request: str
    answer: str
    detail: str
    id: str
    text: str
    """Everything that the line says, escapes and base64 undone."""
    wire: Wire | None


class Broken(NamedTuple):
    """A line that no reader could read, and why."""

    number: int
    reason: str


class Batch(NamedTuple):
    """Some traces of an export, in their order, with the broken lines among them."""

    format: str
    """A word of this module: `FHIR`, `SYSLOG`, `JSON_LINES`, `CSV`."""
    unit: str
    """What the numbers count: `LINE` or `ENTRY`."""
    events: list[TraceEvent]
    broken: list[Broken]
    source: str = ""
    """Which export it is of, when a check holds several; the pages of one have the same."""
    title: str = ""
    """What findings call the artefact, when a check holds several."""

    def at(self, number: int, what: str = "") -> str:
        """Return a place as findings say it: `ligne 12 : auteur`."""
        before, after = (f"{self.title}, " if self.title else ""), (f" : {what}" if what else "")
        return f"{before}{self.unit} {number}{after}"
