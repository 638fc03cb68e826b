"""Rules on the justificatifs of an identity and on what goes beside it (règles 1 and 19)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import IdentityStatus, shortened
from harness.model.releve import AttemptReleve, IdentityReleve
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Act

_LOW = "faible"


class Declared(NamedTuple):
    """What was said beside the traits at the creation, and the identity that should hold it."""

    given: str
    identity: IdentityReleve


class LowTrust(NamedTuple):
    """A validation asked on a justificatif of low trust, and the identity after it."""

    attempt: AttemptReleve
    before: IdentityReleve
    after: IdentityReleve


class AtCreation(NamedTuple):
    """An identity just created with a justificatif, and the status due by the settings."""

    why: str
    identity: IdentityReleve
    due: IdentityStatus


def _declared(check: Check, key: str) -> Iterator[Declared]:
    identity, given = reader.current(check), reader.word(check, key)
    if identity is not None and given:
        yield Declared(given, identity)


def declared_proofs(check: Check) -> Iterator[Declared]:
    """Yield the kind of justificatif given at the creation (`proof`)."""
    return _declared(check, "proof")


@rule("IDN-31", cites=("INS 18", "INS/va1.23"), each=declared_proofs)
def kind_of_proof_is_recorded(declared: Declared, check: Check) -> Iterator[Finding]:
    """The kind of justificatif, or of electronic identification, is recorded with the identity."""
    if declared.identity.proof != declared.given:
        yield Finding(
            "nature du justificatif",
            declared.given,
            declared.identity.proof or "vide",
            "La nature du justificatif est-elle enregistrée avec l'identité ?",
        )


def low_trust_validations(check: Check) -> Iterator[LowTrust]:
    """Yield a manual validation on a justificatif of low trust (`trust`).

    Its permitted twin, on one of high trust, must have been accepted (role `control`).
    """
    change, attempt = reader.change(check), reader.refusable(check)
    if change is None or attempt is None or not reader.is_about(check, Act.MANUAL_VALIDATION):
        return
    if reader.word(check, "trust") == _LOW:
        yield LowTrust(attempt, change.before, change.after)


@rule("IDN-32", cites=("INS 20", "INS 19", "INS/va1.55", "INS/va1.26"), each=low_trust_validations)
def validation_needs_high_trust(low: LowTrust, check: Check) -> Iterator[Finding]:
    """An identity is validated by hand only on a justificatif of high trust."""
    hint = "Le degré de confiance réglé par le site est-il relu au moment de valider ?"
    document = low.attempt.submitted.get("document", "")
    if low.attempt.accepted:
        yield Finding(
            "validation manuelle",
            f"refusée sur le justificatif « {document} », de confiance faible",
            "acceptée",
            hint,
        )
    yield from reader.differences(low.before, low.after, (), hint)


def registered_numbers(check: Check) -> Iterator[Declared]:
    """Yield the social-security number given for reimbursement (`nss`)."""
    return _declared(check, "nss")


@rule("IDN-46", cites=("INS 1", "INS/va1.56"), each=registered_numbers, overlaps=("IDN-14",))
def reimbursement_number_has_its_own_field(declared: Declared, check: Check) -> Iterator[Finding]:
    """The social-security number is kept in its own field, and never as the matricule INS."""
    identity = declared.identity
    if identity.nss != declared.given:
        yield Finding(
            "numéro de sécurité sociale (remboursement)",
            shortened(declared.given),
            shortened(identity.nss) if identity.nss else "vide",
            "Le numéro saisi est-il enregistré dans son propre champ ?",
        )
    if identity.matricule == declared.given:
        yield Finding(
            reader.label("matricule"),
            "autre chose que le numéro de remboursement, qui peut être celui d'un ouvrant droit",
            shortened(identity.matricule),
            "Le matricule INS ne vient-il que d'INSi ou d'un flux qualifié ?",
        )


def automatic_validations(check: Check) -> Iterator[AtCreation]:
    """Yield the identities created with the automatism on, off, and on with a low trust."""
    if not reader.is_about(check, Act.AUTOMATIC_VALIDATION):
        return
    cases = (
        ("automatism", "automatisme actif, confiance haute", IdentityStatus.VALIDEE),
        ("without", "automatisme coupé", IdentityStatus.PROVISOIRE),
        ("low_trust", "automatisme actif, confiance faible", IdentityStatus.PROVISOIRE),
    )
    for role, why, due in cases:
        identity = check.read(IdentityReleve.parse, role)
        if identity is not None:
            yield AtCreation(why, identity, due)


@rule("IDN-47", cites=("INS 21", "INS/va1.33", "INS/va1.55"), each=automatic_validations)
def automatic_validation_can_be_switched(created: AtCreation, check: Check) -> Iterator[Finding]:
    """Automatic validation follows its setting and the trust of the justificatif."""
    if reader.status_of(created.identity.status) is not created.due:
        yield Finding(
            f"statut à la création ({created.why})",
            created.due.value,
            created.identity.status or "vide",
            "Le réglage est-il relu à chaque création ?",
        )
