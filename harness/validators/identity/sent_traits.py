"""The traits of a message compared with those of the identity that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.artefact import HL7V2_MEDIA_TYPE
from harness.model.check import SUBJECT
from harness.model.finding import Finding
from harness.model.releve import IdentityReleve
from harness.validators import Check
from harness.validators.hl7v2.reader import Pid, read_message
from harness.validators.identity import reader


class SentTraits(NamedTuple):
    """The patient segment of a message, its event, and the identity that it tells."""

    pid: Pid
    event: str
    kind: str
    identity: IdentityReleve


def sent_traits(check: Check, role: str) -> Iterator[SentTraits]:
    """Yield each PID of the message (role `subject`) that bears the local identifier of a relevé.

    `role` is that of the identity inside the software, `after` or `holder`.
    """
    identity, artefact = check.read(IdentityReleve.parse, role), check.artefacts.get(SUBJECT)
    if identity is None or artefact is None or artefact.media_type != HL7V2_MEDIA_TYPE:
        return
    message = check.read(read_message)
    for pid in () if message is None else message.pids:
        if any(one.value == identity.private_id != "" for one in pid.identifiers):
            yield SentTraits(pid, pid.message.event, pid.message.type, identity)


def wrong_traits(sent: SentTraits) -> Iterator[Finding]:
    """Yield one finding for each trait of the identity that the message says otherwise."""
    birth = next(iter(sent.pid.names_of("L")), None)
    used = next(iter(sent.pid.names_of("D")), None)
    identity = sent.identity
    said = (
        ("PID-5 (L)", "birth_name", birth.value(1) if birth else ""),
        ("PID-5 (L)", "first_birth_given_name", birth.value(2) if birth else ""),
        ("PID-5 (D)", "used_name", used.value(1) if used else ""),
        ("PID-7", "birth_date", _iso(sent.pid.segment.value(7))),
        ("PID-8", "sex", sent.pid.segment.value(8)),
    )
    for at, field, value in said:
        held = reader.held(identity, field)
        if held and value != held:
            yield Finding(
                f"{at}, {reader.label(field)}",
                held,
                value or "vide",
                "Le message est-il écrit d'après l'identité telle qu'elle est ?",
            )


def _iso(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) >= 8 else date
