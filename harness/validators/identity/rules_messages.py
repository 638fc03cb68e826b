"""Rules on messages other than identity flows: ORM, SIU and ORU, in and out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import TEN_FIELDS
from harness.model.releve import SearchReleve
from harness.validators import Check, Finding, rule
from harness.validators.hl7v2.reader import read_message
from harness.validators.identity import reader
from harness.validators.identity.reader import Act, Change
from harness.validators.identity.sent_traits import SentTraits, sent_traits, wrong_traits

_ACCEPTED = ("AA", "CA")
_IDENTITY_FLOW = "ADT"


class Answered(NamedTuple):
    """A message about a known person: its acknowledgement, who bears its identifier after it."""

    code: str
    change: Change
    bearers: tuple[str, ...] | None


def answered_messages(check: Check) -> Iterator[Answered]:
    """Yield a message about a known person, by its acknowledgement (role `ack`).

    Role `search` tells who bears the local identifier after it, when the target can say.
    """
    change = reader.change(check)
    if change is None or not reader.is_about(check, Act.MESSAGE):
        return
    ack = check.read(read_message, "ack")
    msa = None if ack is None else ack.first("MSA")
    found = check.read(SearchReleve.parse, "search")
    if ack is not None:
        code = "" if msa is None else msa.value(1)
        yield Answered(code, change, None if found is None else found.found)


@rule("IDN-49", cites=("INS/va1.16", "INS/va1.69", "INS/va1.72"), each=answered_messages)
def message_is_borne_by_the_known_person(answered: Answered, check: Check) -> Iterator[Finding]:
    """An ORM, SIU or ORU about a known person is accepted and leaves the identity as it was."""
    if answered.code not in _ACCEPTED:
        yield Finding(
            "MSA-1", "AA", answered.code or "absent", "Le type de message est-il pris en charge ?"
        )
    old, new = answered.change.before, answered.change.after
    records = (new.patient_id,) if answered.bearers is None else answered.bearers
    if records != (old.patient_id,):
        yield Finding(
            "dossiers de la personne",
            f"le seul dossier {old.patient_id}",
            ", ".join(records) or "aucun",
            "Un doublon a-t-il été créé ?",
        )
    hint = "Un message qui n'est pas un flux d'identité change-t-il l'identité ?"
    yield from reader.differences(old, new, TEN_FIELDS, hint)


def business_messages(check: Check) -> Iterator[SentTraits]:
    """Yield each PID, naming the holder, of a message that is no identity flow."""
    return (one for one in sent_traits(check, role="holder") if one.kind != _IDENTITY_FLOW)


@rule("IDN-50", cites=("INS/va1.61", "INS/va1.71"), each=business_messages)
def message_tells_the_right_person(sent: SentTraits, check: Check) -> Iterator[Finding]:
    """An ORM, SIU or ORU carries the traits of the identity that the software holds."""
    yield from wrong_traits(sent)
