"""Rules on passwords: strength, renewal, recovery, revocation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.access import RENEWAL, AccessReleve
from harness.model.access_cases import Act, Case
from harness.model.finding import Level
from harness.model.releve import AttemptReleve
from harness.validators import Check, Finding, rule
from harness.validators.rights import access_reader as reader
from harness.validators.rights.access_reader import Secret

PROFESSIONAL_BITS, PATIENT_BITS = 50, 27
GRID_LENGTH, GRID_CLASSES = 8, 3
"""Examples of the grid: 8 characters of 3 classes (professional), 8 digits (patient)."""
PRIVILEGED_LENGTH, PRIVILEGED_CLASSES = 15, 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A password that was submitted: the act, the description of the secret, the bound."""

    act: AttemptReleve
    secret: Secret
    bits: float


def choices(check: Check) -> Iterator[Choice]:
    """Yield a choice whose verdict the grid settles, when a strong one (`control`) is accepted."""
    bits, secret = check.expected.get("bits"), reader.secret(check.expected.get("secret"))
    if not isinstance(bits, int | float) or secret is None or _left_open(secret, bits):
        return
    for act in reader.acts(Act.CHOICE)(check):
        yield Choice(act, secret, bits)


def _left_open(secret: Secret, bits: float) -> bool:
    """Say whether a secret is under the bound and yet fits the grid's own example."""
    if secret.bits >= bits or secret.length < GRID_LENGTH:
        return False
    return bits <= PATIENT_BITS or len(secret.classes) >= GRID_CLASSES


@rule("AUT-18", cites=("IEPS 9", "IEU 10", "SSI/IE.36"), each=choices)
def weak_secret_is_refused(choice: Choice, check: Check) -> Iterator[Finding]:
    """A password under the entropy of the grid is refused (one just above may be)."""
    at = f"mot de passe de {choice.secret}"
    if choice.secret.bits < choice.bits:
        yield from reader.must_be_refused(
            choice.act,
            at,
            f"La politique mesure-t-elle longueur et classes ensemble ({choice.bits:g} bits) ?",
        )
    elif not choice.act.accepted:
        yield Finding(
            at,
            f"accepté, puisqu'il atteint {choice.bits:g} bits",
            f"refusé ({choice.act.message or choice.act.code or 'sans motif'})",
            "Votre politique est-elle volontairement plus stricte que la grille ?",
            Level.WARNING,
        )


@dataclass(frozen=True, slots=True)
class Renewal:
    """A secret that was changed: the former one, which opened before, and the new one."""

    former: AccessReleve
    new: AccessReleve


def renewals(check: Check) -> Iterator[Renewal]:
    """Yield a change of secret, when the former one opened before it (`before`)."""
    new = reader.access(check, "after")
    for former in reader.tried(Case.FORMER, twin="before")(check):
        if new is not None and new.reached:
            yield Renewal(former, new)


@rule("AUT-21", cites=("IEPS 5", "IEU 4"), each=renewals)
def renewal_takes_effect(renewal: Renewal, check: Check) -> Iterator[Finding]:
    """Once renewed, the former secret is refused and the new one opens."""
    yield from reader.must_stay_closed(
        renewal.former, "Le nouveau secret remplace-t-il l'ancien, ou s'y ajoute-t-il ?"
    )
    yield from reader.must_open(renewal.new, "Le nouveau secret est-il bien enregistré ?")


@dataclass(frozen=True, slots=True)
class Forced:
    """A means whose time is over: the sign-in before that, the one with it, and that of after."""

    before: AccessReleve
    expired: AccessReleve
    renewed: AccessReleve


def forced_renewals(check: Check) -> Iterator[Forced]:
    """Yield a sign-in by a means that is over, when it was taken before (`control`).

    Taken: it opened, or a renewal was asked already, which is a fault of its own.
    """
    before, renewed = reader.access(check, "control"), reader.access(check, "after")
    expired = reader.access(check, "attempt")
    if before is None or expired is None or renewed is None or expired.case != Case.EXPIRED:
        return
    if expired.reached and renewed.reached and (before.opened or before.stage == RENEWAL):
        yield Forced(before, expired, renewed)


@rule("AUT-22", cites=("IEPS 6", "IEU 5"), each=forced_renewals)
def renewal_can_be_imposed(forced: Forced, check: Check) -> Iterator[Finding]:
    """A means whose time is over must be renewed: before it nothing opens, after it all does."""
    yield from reader.must_open(
        forced.before,
        "Le délai appliqué est-il bien celui qui est réglé ?",
        "ouvert avant le délai",
    )
    hint = "Le délai de renouvellement est-il contrôlé à la connexion, avant d'ouvrir la session ?"
    if forced.expired.opened:
        yield from reader.must_stay_closed(forced.expired, hint)
    elif forced.expired.stage != RENEWAL:
        yield Finding(
            reader.means(forced.expired),
            f"la demande d'un renouvellement (étape « {RENEWAL} »)",
            reader.said(forced.expired),
            hint,
        )
    yield from reader.must_open(forced.renewed, "Le renouvellement est-il enregistré ?")


@rule(
    "AUT-23",
    cites=("IEPS 7", "IEU 6", "SSI/IE.35"),
    each=reader.tried(Case.REVOKED, twin="before"),
)
def revoked_means_opens_nothing(attempt: AccessReleve, check: Check) -> Iterator[Finding]:
    """A means that was revoked opens nothing any more."""
    yield from reader.must_stay_closed(
        attempt, "La révocation atteint-elle ce moyen, et les sessions qu'il avait ouvertes ?"
    )


@rule("AUT-31", cites=("IEPS 5", "IEU 4"), each=reader.acts(Act.RECOVERY))
def recovery_link_serves_once(attempt: AttemptReleve, check: Check) -> Iterator[Finding]:
    """A recovery link that was used once is refused the second time."""
    yield from reader.must_be_refused(
        attempt, "lien de récupération déjà servi", "Le jeton du lien est-il brûlé à l'usage ?"
    )


@dataclass(frozen=True, slots=True)
class PrivilegedChoice:
    """A password submitted for a privileged account; `reused` when it was that of before."""

    act: AttemptReleve
    secret: Secret
    reused: bool


def privileged_choices(check: Check) -> Iterator[PrivilegedChoice]:
    """Yield a choice for a privileged account, when a strong one (`control`) was accepted."""
    secret = reader.secret(check.expected.get("privileged"))
    if secret is None:
        return
    for act in reader.acts(Act.CHOICE)(check):
        yield PrivilegedChoice(act, secret, check.expected.get("reused") is True)


@rule("AUT-34", cites=("SSI/IAM.92",), each=privileged_choices)
def privileged_secret_is_strong(choice: PrivilegedChoice, check: Check) -> Iterator[Finding]:
    """The secret of a privileged account has 15 characters of 4 classes and was never used."""
    short = choice.secret.length < PRIVILEGED_LENGTH
    poor = len(choice.secret.classes) < PRIVILEGED_CLASSES
    if short or poor or choice.reused:
        why = "déjà employé" if choice.reused else str(choice.secret)
        yield from reader.must_be_refused(
            choice.act,
            f"mot de passe d'un compte privilégié, {why}",
            "Les comptes privilégiés ont-ils leur propre politique ?",
        )
    elif not choice.act.accepted:
        yield Finding(
            f"mot de passe d'un compte privilégié, {choice.secret}",
            "accepté : 15 caractères de 4 classes, jamais employé",
            f"refusé ({choice.act.message or choice.act.code or 'sans motif'})",
            "Votre politique est-elle volontairement plus stricte ?",
            Level.WARNING,
        )
