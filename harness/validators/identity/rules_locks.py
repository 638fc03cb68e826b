"""Rules on changes of traits: locks, super-users, downgrade, propagation (règles 26 and 27)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import STRICT_TRAITS, IdentityStatus
from harness.model.releve import AttemptReleve
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Act, Change
from harness.validators.identity.sent_traits import SentTraits, sent_traits, wrong_traits

COMPLEMENTARY = ("used_name", "used_given_name")
_BELOW = {
    IdentityStatus.RECUPEREE: IdentityStatus.PROVISOIRE,
    IdentityStatus.QUALIFIEE: IdentityStatus.VALIDEE,
}
_SUPER = "super-utilisateur"


class TraitChange(NamedTuple):
    """A change of one trait that somebody asked for, and the identity before and after."""

    field: str
    given: str
    attempt: AttemptReleve
    change: Change

    @property
    def kept(self) -> str:
        """Return what the identity holds after."""
        return reader.held(self.change.after, self.field)


class Propagation(NamedTuple):
    """A change that a partner must be told, and the message that told it, if there was one."""

    strict: bool
    told: SentTraits | None


def _changes(check: Check, act: Act, fields: tuple[str, ...]) -> Iterator[TraitChange]:
    change = reader.change(check)
    if change is None or change.attempt is None or not reader.is_about(check, act):
        return
    if reader.status_of(change.before.status) not in reader.INS_STATUSES:
        return
    for field in fields:
        given = change.attempt.submitted.get(field, "")
        if given and given != reader.held(change.before, field):
            yield TraitChange(field, given, change.attempt, change)


def ordinary_strict_changes(check: Check) -> Iterator[TraitChange]:
    """Yield a strict trait that an ordinary user asked to change.

    The same user must have changed something else (role `control`): else the refusal is no lock.
    """
    if reader.word(check, "user") != _SUPER and reader.refusable(check) is not None:
        yield from _changes(check, Act.STRICT_TRAIT, STRICT_TRAITS)


@rule("IDN-35", cites=("INS 29", "INS/va1.18"), each=ordinary_strict_changes)
def strict_traits_are_locked(asked: TraitChange, check: Check) -> Iterator[Finding]:
    """Strict traits of an identity récupérée or qualifiée do not change for an ordinary user."""
    hint = "Le verrou est-il tenu par le serveur, pour chacun des traits stricts ?"
    if asked.attempt.accepted and asked.kept == asked.given:
        yield Finding(
            reader.label(asked.field),
            f"refus : trait strict d'une identité {asked.change.before.status}",
            f"modifié en « {asked.kept} »",
            hint,
        )
        return
    yield from reader.differences(
        asked.change.before, asked.change.after, (*STRICT_TRAITS, *reader.INS_FIELDS), hint
    )


def complementary_changes(check: Check) -> Iterator[TraitChange]:
    """Yield a complementary trait that an ordinary user asked to change."""
    if reader.word(check, "user") != _SUPER:
        yield from _changes(check, Act.OTHER_TRAIT, COMPLEMENTARY)


@rule("IDN-36", cites=("INS 31", "INS 29", "INS/va1.48"), each=complementary_changes)
def complementary_traits_stay_editable(asked: TraitChange, check: Check) -> Iterator[Finding]:
    """Used name and used given name of an identity récupérée or qualifiée stay editable."""
    if not asked.attempt.accepted or asked.kept != asked.given:
        yield Finding(
            reader.label(asked.field),
            f"modification acceptée : « {asked.given} »",
            f"« {asked.kept} »"
            if asked.attempt.accepted
            else f"refusée : {asked.attempt.message or 'sans motif'}",
            "Le verrou ne porte-t-il que sur les traits stricts ?",
        )


def privileged_changes(check: Check) -> Iterator[TraitChange]:
    """Yield a strict trait that a super-user changed."""
    if reader.word(check, "user") == _SUPER:
        yield from _changes(check, Act.STRICT_TRAIT, STRICT_TRAITS)


@rule(
    "IDN-37",
    cites=("INS 32", "INS 33", "INS/va1.60"),
    each=privileged_changes,
    overlaps=("IDN-14", "IDN-15"),
)
def strict_change_downgrades(asked: TraitChange, check: Check) -> Iterator[Finding]:
    """A strict trait changed by a super-user erases the INS and takes the status one step down."""
    if not asked.attempt.accepted or asked.kept != asked.given:
        yield Finding(
            reader.label(asked.field),
            f"« {asked.given} », changé par un super-utilisateur",
            f"« {asked.kept} » {asked.attempt.message}".strip(),
            "Le super-utilisateur peut-il changer un trait strict ?",
        )
        return
    change = asked.change
    before = reader.status_of(change.before.status)
    if before is not None:
        hint = "Récupérée devient provisoire, qualifiée devient validée : est-ce le cas ?"
        yield from reader.status_is(change.after, _BELOW[before], hint)
    why = "par le changement d'un trait strict"
    yield from reader.ins_erased(change.after, why, "L'INS est-elle invalidée en entier ?")


def used_name_changes(check: Check) -> Iterator[Change]:
    """Yield a change of used name or used given name that was accepted, whoever made it."""
    for asked in _changes(check, Act.OTHER_TRAIT, COMPLEMENTARY):
        if asked.attempt.accepted:
            yield asked.change
            return


@rule(
    "IDN-38",
    cites=("INS 32", "INS/va1.60"),
    each=used_name_changes,
    overlaps=("IDN-14", "IDN-15"),
)
def used_name_changes_nothing_else(change: Change, check: Check) -> Iterator[Finding]:
    """Changing the used name has no effect on the status, on the INS or on the strict traits."""
    fields = (*reader.INS_FIELDS, *STRICT_TRAITS)
    hint = "Tout changement est-il traité comme celui d'un trait strict ?"
    yield from reader.differences(change.before, change.after, fields, hint)


def propagations(check: Check) -> Iterator[Propagation]:
    """Yield a change that was accepted, with what the partner was told (`subject`, or `silence`).

    Role `silence` is an attempt to wait for a message that did not come.
    """
    waited = check.read(AttemptReleve.parse, "silence")
    told = next(sent_traits(check, role="after"), None)
    if told is None and waited is None:
        return
    for act, fields in ((Act.STRICT_TRAIT, STRICT_TRAITS), (Act.OTHER_TRAIT, COMPLEMENTARY)):
        for asked in _changes(check, act, fields):
            if asked.attempt.accepted:
                yield Propagation(act is Act.STRICT_TRAIT, told)
                return


@rule("IDN-48", cites=("INS/va1.60",), each=propagations)
def change_is_propagated(change: Propagation, check: Check) -> Iterator[Finding]:
    """A changed trait is sent to the partners: A47 for a strict trait, A31 for the used name."""
    due = "A47" if change.strict else "A31"
    if change.told is None:
        yield Finding(
            "message au partenaire", f"un {due}", "aucun message",
            "La modification déclenche-t-elle un envoi ?",
        )  # fmt: skip
        return
    event = change.told.event
    if event != due:
        yield Finding("MSH-9", f"événement {due}", event or "vide", "Quel trait a changé ?")
    yield from wrong_traits(change.told)
    for one in change.told.pid.ins_identifiers:
        if not change.told.identity.matricule:
            yield Finding(
                one.path,
                "aucune INS : elle vient d'être effacée",
                one.shortened,
                "Le message est-il écrit après l'effacement ?",
            )
