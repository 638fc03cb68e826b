"""What the AUT rules read of a check.

Roles: `answer` (what a profile without the right received by API) or `page` (what it saw),
`control` (the same, for a profile that has the right), `attempt` and `control` for an act, `calls`
(what reached the simulator of a service), `journal` and its `control`. Expected values: `traits`,
and for AUT-03 `people` (`forbidden`, `twin`, `marker`: private identifiers).
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.model.artefact import RELEVE_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.identity import FIELD_LABELS, shortened
from harness.model.releve import AttemptReleve, CallsReleve, ScreenReleve
from harness.validators.rights import access_reader
from harness.validators.screen.reader import plain

_NAMING = ("matricule", "birth_name", "birth_date", "used_name")
_SHORTEST = 3
"""Letters under which a name may be part of any word of a page."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What somebody received: its text, and the traits of the person that it gives away."""

    where: str
    given_away: tuple[str, ...]
    """Names of fields."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A forbidden call, and the calls that reached the service around it."""

    attempt: AttemptReleve
    about_forbidden: int


def without_the_right(check: Check, role: str) -> Iterator[Reached]:
    """Yield what was received without the right, if the control shows that there was to receive.

    The control must give the birth name away: otherwise silence proves nothing.
    """
    subject, control = check.artefacts.get(role), check.artefacts.get("control")
    if subject is None or control is None:
        return
    if "birth_name" in _given_away(control, check):
        yield Reached(subject.name, _given_away(subject, check))


def shown(field: str, check: Check) -> str:
    """Return a trait as a finding shows it, with its label."""
    value = _traits(check).get(field, "")
    return f"{FIELD_LABELS[field]} {shortened(value) if field == 'matricule' else value}"


def silence(check: Check) -> Iterator[Silence]:
    """Yield a forbidden call when its twin and a later marker both reached the service."""
    attempt = access_reader.releve(check, AttemptReleve, "attempt")
    control = access_reader.releve(check, AttemptReleve, "control")
    calls = access_reader.releve(check, CallsReleve, "calls")
    people = check.expected.get("people")
    if attempt is None or control is None or calls is None or not isinstance(people, Mapping):
        return
    about = [one.private_id for one in calls.calls]
    twin, marker = str(people.get("twin", "")), str(people.get("marker", ""))
    if not control.accepted or twin not in about or marker not in about:
        return
    if about.index(twin) < len(about) - 1 - about[::-1].index(marker):
        yield Silence(attempt, about.count(str(people.get("forbidden", ""))))


def _given_away(artefact: Artefact, check: Check) -> tuple[str, ...]:
    text = _text(artefact)
    plain_text, squeezed = f" {plain(text)} ", "".join(text.split())
    found = []
    for field in _NAMING:
        value = _traits(check).get(field, "")
        if field == "matricule":
            seen = bool(value) and value in squeezed
        elif field == "birth_date":
            seen = bool(value) and any(form in text for form in _dates(value))
        else:
            seen = len(value) >= _SHORTEST and f" {plain(value)} " in plain_text
        if seen:
            found.append(field)
    return tuple(found)


def _dates(iso: str) -> tuple[str, ...]:
    year, _, rest = iso.partition("-")
    month, _, day = rest.partition("-")
    return iso, f"{day}/{month}/{year}", f"{year}{month}{day}"


def _text(artefact: Artefact) -> str:
    if artefact.media_type == RELEVE_MEDIA_TYPE:
        page = ScreenReleve.parse(artefact)
        values = [field.value for field in page.fields]
        return "\n".join([page.title, page.text, *values, *page.alerts])
    raw = artefact.content.decode("utf-8", "replace")
    try:
        # JSON may write an apostrophe or an accent as \u0027: read, then written plainly.
        return json.dumps(json.loads(raw), ensure_ascii=False)
    except ValueError:
        return html.unescape(raw)


def _traits(check: Check) -> dict[str, str]:
    value = check.expected.get("traits")
    return {str(k): str(v or "") for k, v in value.items()} if isinstance(value, Mapping) else {}
