"""Rules on identities received by flow (IHE PAM): taken, kept without INS, removed, completed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harness.model.identity import IdentityStatus
from harness.model.releve import IdentityReleve
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader

_R45 = ("INS 45", "INS/va1.62")


class Intake(NamedTuple):
    """An identity received by flow: what was sent, what is held, what was held before."""

    sent: Mapping[str, str]
    held: IdentityReleve
    before: IdentityReleve | None


class Removal(NamedTuple):
    """A removal of the INS: the identity before, and after if it is still there."""

    before: IdentityReleve
    after: IdentityReleve | None


def intakes(check: Check, *kinds: str) -> Iterator[Intake]:
    """Yield the intake when the expected value `intake` is one of these ('' = not said)."""
    identity = reader.current(check)
    traits = reader.texts(check, "traits")
    if identity is not None and traits and reader.word(check, "intake") in kinds:
        yield Intake(traits, identity, reader.before(check))


def said_or_evident(check: Check, kind: str) -> bool:
    """Tell whether `intake` says this kind, or nothing contradicts it (no call, no transition)."""
    if reader.word(check, "intake") == kind:
        return True
    return reader.says_nothing_of_the_act(check) and "attempt" not in check.artefacts


def _lost_traits(sent: Mapping[str, str], held: IdentityReleve) -> Iterator[Finding]:
    for field in reader.TRAIT_FIELDS:
        if sent.get(field) and reader.held(held, field) != sent[field]:
            yield Finding(
                reader.label(field),
                sent[field],
                reader.held(held, field) or "vide",
                "Le trait reçu est-il repris du bon champ du message ?",
            )


def _ins_findings(sent: Mapping[str, str], held: IdentityReleve, hint: str) -> Iterator[Finding]:
    for field in reader.INS_FIELDS:
        if reader.held(held, field) != sent.get(field, ""):
            yield Finding(
                reader.label(field),
                reader.shown(field, sent.get(field, "")),
                reader.shown(field, reader.held(held, field)),
                hint,
            )


def validated_intakes(check: Check) -> Iterator[Intake]:
    """Yield an intake `vali`: PID-32 VALI and an INS."""
    return (one for one in intakes(check, "vali") if one.sent.get("matricule"))


@rule("IDN-16", cites=_R45, each=validated_intakes, overlaps=("IDN-01", "IDN-14", "IDN-15"))
def validated_intake_is_qualified(intake: Intake, check: Check) -> Iterator[Finding]:
    """A flow with PID-32 VALI and an INS: matricule, OID and traits kept, status qualifiée."""
    yield from _ins_findings(intake.sent, intake.held, "L'INS du flux validé est-elle reprise ?")
    yield from _lost_traits(intake.sent, intake.held)
    if reader.status_of(intake.held.status) is not IdentityStatus.QUALIFIEE:
        yield Finding(
            "statut de l'identité",
            IdentityStatus.QUALIFIEE.value,
            intake.held.status or "vide",
            "VALI avec matricule et OID est-il lu comme une identité qualifiée ?",
        )


def other_intakes(check: Check) -> Iterator[Intake]:
    """Yield an intake `non-vali`: an INS came although PID-32 is not VALI."""
    return (one for one in intakes(check, "non-vali") if one.sent.get("matricule"))


@rule("IDN-17", cites=_R45, each=other_intakes, overlaps=("IDN-01", "IDN-14"))
def unvalidated_intake_keeps_no_ins(intake: Intake, check: Check) -> Iterator[Finding]:
    """A flow whose PID-32 is not VALI: the traits are kept, the INS is not."""
    yield from _ins_findings({}, intake.held, "PID-32 est-il lu avant de reprendre l'INS ?")
    yield from _lost_traits(intake.sent, intake.held)


def removals(check: Check) -> Iterator[Removal]:
    """Yield a removal (`retrait`, or nothing said) of an INS that was held (role `before`)."""
    old = reader.before(check)
    if old is None or not old.matricule:
        return
    if not said_or_evident(check, "retrait"):
        return
    new, reading = check.read(IdentityReleve.parse, "after"), reader.attempt(check)
    # A reading that went well without giving the identity proves nothing.
    if new is not None or (reading is not None and not reading.accepted):
        yield Removal(old, new)


@rule("IDN-18", cites=_R45, each=removals, overlaps=("IDN-01", "IDN-14", "IDN-15"))
def removal_takes_only_the_ins(removal: Removal, check: Check) -> Iterator[Finding]:
    """A removal of the INS: matricule and OID are gone, the identity is still there."""
    after = removal.after
    if after is None or not (after.birth_name or after.first_birth_given_name):
        yield Finding(
            "identité",
            f"toujours là après le retrait de l'INS : {removal.before.birth_name}",
            "introuvable" if after is None else "sans traits",
            "Le retrait de l'INS est-il traité comme une suppression ?",
        )
        return
    yield from _ins_findings({}, after, "Le message sans INS efface-t-il matricule et OID ?")
    kept = {field: reader.held(removal.before, field) for field in reader.TRAIT_FIELDS}
    yield from _lost_traits(kept, after)


def flow_creations(check: Check) -> Iterator[Intake]:
    """Yield an intake `creation` (A28 of a GAP), or one of which nothing more is said."""
    if "before" in check.artefacts or "attempt" in check.artefacts:
        return iter(())
    return intakes(check, "creation", "")


@rule("IDN-21", cites=("IEU 8",), each=flow_creations, overlaps=("IDN-01", "IDN-02"))
def created_by_flow_as_sent(intake: Intake, check: Check) -> Iterator[Finding]:
    """After a creation by GAP flow (A28) the traits read back are those of the flow."""
    yield from _lost_traits(intake.sent, intake.held)


def associations(check: Check) -> Iterator[Intake]:
    """Yield an `association` (A31, or nothing said) to an identity that had no INS (`before`)."""
    if not said_or_evident(check, "association"):
        return
    for one in intakes(check, "association", ""):
        if one.before is not None and not one.before.matricule and one.sent.get("matricule"):
            yield one


@rule("IDN-23", cites=("IEU 8", *_R45), each=associations, overlaps=("IDN-01", "IDN-14", "IDN-15"))
def association_completes_the_same_record(intake: Intake, check: Check) -> Iterator[Finding]:
    """An A31 binds the INS to the identity that the A28 created: same record, traits kept."""
    old, new = intake.before, intake.held
    if old is None:
        return
    if new.patient_id != old.patient_id:
        yield Finding(
            "dossier", f"le même dossier, {old.patient_id}", new.patient_id or "vide",
            "Le patient est-il retrouvé par son identifiant local (PI) ?",
        )  # fmt: skip
    yield from _ins_findings(intake.sent, new, "L'INS va-t-elle à l'identité déjà créée ?")
    kept = {field: reader.held(old, field) for field in reader.TRAIT_FIELDS}
    yield from _lost_traits(kept, new)
