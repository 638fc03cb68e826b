"""Rule on the syslog form of traces: RFC 5424 frame and DICOM AuditMessage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.validators import Finding
from harness.validators.engine import streaming_rule
from harness.validators.fhir.audit import AuditMessage
from harness.validators.traces.event import Batch, Wire
from harness.validators.traces.over_traces import OverTraces
from harness.validators.traces.stream import batches

_HIGHEST_PRIORITY = 191
_TIMESTAMP = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII
)
Gap = tuple[str, str, str]


@streaming_rule(
    "TRA-27",
    each=batches,
    standard="RFC 5424, RFC 6587 ; TDE 2.0.0, DICOM AuditMessage (PS3.15 A.5)",
    overlaps=("TRA-09", "TRA-12", "TRA-14", "TRA-24"),
)
class SyslogIsWellFormed(OverTraces):
    """A syslog line has its frame, and its AuditMessage has its event, users and source."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the syslog lines of a batch."""
        for event in batch.events:
            if event.wire is None:
                continue
            self.examined += 1
            for what, expected, found in _gaps(event.wire):
                yield Finding(
                    batch.at(event.number, what),
                    expected,
                    found,
                    "Le transport suit-il encore l'ancien syslog (RFC 3164) ?"
                    if what == "en-tête"
                    else "",
                )


def _gaps(wire: Wire) -> Iterator[Gap]:
    if wire.priority < 0:
        yield "en-tête", "<PRI>1 horodatage hôte application processus message", "autre forme"
    else:
        yield from _frame_gaps(wire)
    if wire.announced >= 0 and wire.announced != wire.length:
        yield "longueur annoncée", f"{wire.length} octets", f"{wire.announced}"
    if wire.message is not None:
        yield from _message_gaps(wire.message)
        if not wire.source:
            yield "AuditSourceIdentification/@AuditSourceID", "le système qui trace", "absent"


def _frame_gaps(wire: Wire) -> Iterator[Gap]:
    if wire.priority > _HIGHEST_PRIORITY:
        yield "PRI", f"une priorité de 0 à {_HIGHEST_PRIORITY}", str(wire.priority)
    if wire.version != "1":
        yield "version", "1", wire.version
    if not _TIMESTAMP.fullmatch(wire.timestamp):
        expected = "AAAA-MM-JJTHH:MM:SS[.fraction] et un fuseau"
        yield "horodatage", expected, wire.timestamp[:60] or "absent"
    for name, value in (("hôte", wire.host), ("application", wire.application)):
        if not value:
            yield name, f"le nom de l'{name}", "absent"


def _message_gaps(message: AuditMessage) -> Iterator[Gap]:
    if len(message.event_codes) != 1 or not message.event_codes[0]:
        found = ", ".join(message.event_codes) or "absent"
        yield "EventIdentification/EventID", "un code d'événement", found
    if not message.event_at:
        yield "EventIdentification/@EventDateTime", "l'instant de l'événement", "absent"
    if not message.users or not all(message.users):
        expected = "l'identifiant de chaque participant"
        yield "ActiveParticipant/@UserID", expected, "absent"
