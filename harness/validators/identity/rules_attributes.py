"""Rules on the attributes douteuse and fictive of an identity (règle 25)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import IdentityStatus
from harness.model.releve import AttemptReleve, IdentityReleve
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Act
from harness.validators.rights.reader import silence

DOUBTFUL = ("douteuse", "fictive")


class Marked(NamedTuple):
    """An identity that was marked, before and after."""

    attribute: str
    before: IdentityReleve
    after: IdentityReleve


class BlockedCall(NamedTuple):
    """A call asked for a marked identity, and how many calls about it reached INSi."""

    attribute: str
    attempt: AttemptReleve
    received: int


def marked_identities(check: Check) -> Iterator[Marked]:
    """Yield an identity marked douteuse or fictive (`attribute`)."""
    change, attribute = reader.change(check), reader.word(check, "attribute")
    if change is not None and reader.is_about(check, Act.ATTRIBUTE) and attribute in DOUBTFUL:
        yield Marked(attribute, change.before, change.after)


@rule(
    "IDN-33",
    cites=("INS 27", "INS 33", "INS/va1.44"),
    each=marked_identities,
    overlaps=("IDN-14", "IDN-15"),
)
def doubtful_identity_is_provisional(marked: Marked, check: Check) -> Iterator[Finding]:
    """An identity marked douteuse or fictive bears the mark, is provisoire and loses its INS."""
    if marked.attribute not in {one.casefold() for one in marked.after.attributes}:
        yield Finding(
            "attributs de l'identité", marked.attribute, " ".join(marked.after.attributes) or "vide"
        )
    hint = "L'attribut ramène-t-il l'identité à provisoire, d'où qu'elle vienne ?"
    yield from reader.status_is(marked.after, IdentityStatus.PROVISOIRE, hint)
    why = f"par l'attribut « {marked.attribute} »"
    yield from reader.ins_erased(marked.after, why, "Matricule et OID sont-ils effacés ensemble ?")


def blocked_calls(check: Check) -> Iterator[BlockedCall]:
    """Yield a call asked for a marked identity, between a permitted call and a closing one."""
    attribute = reader.word(check, "attribute")
    if reader.is_about(check, Act.ATTRIBUTE) and attribute in DOUBTFUL:
        for found in silence(check):
            yield BlockedCall(attribute, found.attempt, found.about_forbidden)


@rule("IDN-34", cites=("INS 28", "INS/va1.20"), each=blocked_calls)
def doubtful_identity_does_not_reach_insi(call: BlockedCall, check: Check) -> Iterator[Finding]:
    """A call to INSi for an identity douteuse or fictive is refused, and nothing reaches INSi."""
    if call.received:
        yield Finding(
            "appels reçus par INSi",
            f"aucun pour une identité {call.attribute}",
            f"{call.received} appel(s)",
            "L'attribut bloque-t-il l'appel lui-même, ou seulement son bouton ?",
        )
    if call.attempt.accepted:
        yield Finding("appel INSi", "refusé", "accepté", "Un refus est-il rendu à qui appelle ?")
