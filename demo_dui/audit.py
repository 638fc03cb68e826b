"""A trace as the exports tell it: flat, matricules shortened, the bounds read from the query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from demo_dui import faults
from demo_dui.trace_words import FAILURES, REFUSALS
from demo_dui.traces import Bounds, Trace

# A matricule INS: 13 characters, then its key or not; never inside a longer number.
_MATRICULE = re.compile(
    r"(?<![0-9A-Za-z.])([1-8]\d{3})\d(?:\d\d|2[AB])\d{6}(?:(?P<key>\d\d)(?![0-9A-Za-z])|(?!\d))"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class WrongBoundError(ValueError):
    """A bound of time is not a date or an instant; the message says which, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One trace in an export. Instants ISO, UTC; a text that does not apply is empty.

    `recorded` is when the trace was written, `occurred` when the act began; `person` is the id of
    the patient; `request` and `answer` what was asked of a peer or of the software, and answered.
    """

    id: str
    recorded: str
    occurred: str
    author: str
    role: str
    action: str
    person: str
    result: str
    origin: str
    detail: str
    request: str
    answer: str

    @property
    def outcome(self) -> str:
        """AuditEvent.outcome: 0 done, 4 refused, 8 failed for another reason."""
        if self.result in REFUSALS:
            return "4"
        return "8" if self.result in FAILURES else "0"

    @property
    def address(self) -> str:
        """Network address of the origin, empty for the system itself."""
        first = self.origin.partition(" ")[0]
        return first if "." in first or ":" in first else ""


def lines(traces: Iterable[Trace], personal: bool) -> Iterator[AuditLine]:
    """The traces as exports tell them; a reader without access to identities gets no values."""
    for trace in traces:
        line = _line(trace, personal)
        if faults.active("journal-desordre") and int(line.id) % 2:
            line = replace(line, recorded=_earlier(line.recorded), occurred=_earlier(line.occurred))
        yield line


def _earlier(written: str) -> str:
    """An instant of a minute and a half before: used by a seeded fault alone."""
    return beside(written, -90_000)


def _line(trace: Trace, personal: bool) -> AuditLine:
    detail = "; ".join(filter(None, (trace.detail, _exchange(trace), _values(trace, personal))))
    return AuditLine(
        id=trace.id,
        recorded=trace.at,
        occurred=trace.occurred_at or "",
        author=trace.by,
        role=trace.role or "",
        action=trace.action,
        person=trace.patient_id or "",
        result=trace.result,
        origin=trace.origin or "",
        detail=shortened(detail),
        request=shortened(trace.request or ""),
        answer=shortened(trace.answer or "") if personal else "",
    )


def _exchange(trace: Trace) -> str:
    named = {
        "émetteur": trace.sender,
        "destinataire": trace.recipient,
        "message": trace.message_id,
        "mode": trace.mode,
        "code": trace.code,
    }
    return "; ".join(f"{name} {value}" for name, value in named.items() if value)


def _values(trace: Trace, personal: bool) -> str:
    before, after = trace.before or {}, trace.after or {}
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not personal:
        return ", ".join(names)
    return "; ".join(f"{name} : {before.get(name)} → {after.get(name)}" for name in names)


def shortened(text: str) -> str:
    """The text with each matricule cut to its first four and last two characters."""
    if faults.active("journal-matricule-entier"):
        return text
    return _MATRICULE.sub(lambda found: f"{found[1]}…{found[0][-2:]}", text)


def bounds(query: Mapping[str, str]) -> Bounds:
    """The bounds `since` and `until` of a query; an empty one means everything.

    WrongBoundError for anything but a date or an instant.
    """
    return Bounds(
        since=instant(query.get("since", ""), "since"),
        until=instant(query.get("until", ""), "until", end=True),
    )


def instant(text: str, name: str, end: bool = False) -> str:
    """A date or an instant in the form of the journal; a date is its first or last millisecond."""
    if not text:
        return ""
    try:
        # In a query a bare + arrives as a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        wanted = "AAAA-MM-JJ ou AAAA-MM-JJThh:mm:ssZ"
        raise WrongBoundError(f"{name} : « {text[:40]} » refusé, attendu {wanted}.") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if end and _DATE.fullmatch(text):
        moment += timedelta(days=1, milliseconds=-1)
    elif end and not moment.microsecond:
        # A bound to the second holds the whole second (FHIR, precision of a date).
        moment += timedelta(milliseconds=999)
    return _written(moment)


def beside(instant: str, milliseconds: int) -> str:
    """The instant some milliseconds later (earlier when negative); an empty one stays so."""
    if not instant:
        return ""
    return _written(datetime.fromisoformat(instant) + timedelta(milliseconds=milliseconds))


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
