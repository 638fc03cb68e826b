"""Rules on the status of an identity: default, transitions, history (règles 20 and 21)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from harness.model.identity import IdentityStatus
from harness.model.releve import IdentityReleve, StatusChange
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Change

PROVISOIRE, RECUPEREE = IdentityStatus.PROVISOIRE, IdentityStatus.RECUPEREE
VALIDEE, QUALIFIEE = IdentityStatus.VALIDEE, IdentityStatus.QUALIFIEE
_YEAR = re.compile(r"\d{4}|\d{2}/\d{2}/\d{2}")


class NewEntries(NamedTuple):
    """A change of status and the history entries that appeared with it."""

    old: str
    new: str
    entries: tuple[StatusChange, ...]


def created(check: Check) -> Iterator[IdentityReleve]:
    """Yield a new identity: expected status provisoire, and no role `before`."""
    identity = reader.current(check)
    wanted = reader.status_of(reader.word(check, "status_to", "status"))
    if identity is not None and wanted is PROVISOIRE and "before" not in check.artefacts:
        yield identity


@rule("IDN-07", cites=("INS 22", "INS/va1.45"), each=created)
def new_identity_is_provisional(identity: IdentityReleve, check: Check) -> Iterator[Finding]:
    """An identity just created has the status provisoire."""
    if reader.status_of(identity.status) is not PROVISOIRE:
        yield Finding(
            "statut de l'identité",
            PROVISOIRE.value,
            identity.status or "vide",
            "Le statut par défaut dépend-il de ce qui a été saisi ?",
        )


def transition(
    old: frozenset[IdentityStatus], new: IdentityStatus
) -> Callable[[Check], Iterator[Change]]:
    """Return the subjects of a rule on one transition.

    `status_to` must be `new`; `status_from` (else the status found before) must be one of `old`,
    and the identity must really have had it: otherwise the precondition is missing.
    """

    def subjects(check: Check) -> Iterator[Change]:
        change = reader.change(check)
        if change is None or reader.status_of(reader.word(check, "status_to", "status")) is not new:
            return
        found = reader.status_of(change.before.status)
        wanted = reader.status_of(reader.word(check, "status_from")) or found
        if found in old and wanted is found:
            yield change

    return subjects


def _status_finding(change: Change, wanted: IdentityStatus, hint: str) -> Iterator[Finding]:
    if reader.status_of(change.after.status) is not wanted:
        yield Finding(
            "statut de l'identité",
            f"{wanted.value} (avant : {change.before.status})",
            change.after.status or "vide",
            hint,
        )


@rule(
    "IDN-09",
    cites=("INS 23", "INS/va1.40"),
    each=transition(frozenset({PROVISOIRE}), RECUPEREE),
    overlaps=("IDN-14", "IDN-15"),
)
def insi_alone_gives_recovered(change: Change, check: Check) -> Iterator[Finding]:
    """A provisional identity becomes récupérée once INSi has answered."""
    hint = "La réponse d'INSi suffit-elle, sans contrôle de pièce, à changer le statut ?"
    yield from _status_finding(change, RECUPEREE, hint)


@rule(
    "IDN-10",
    cites=("INS 24", "INS/va1.43"),
    each=transition(frozenset({PROVISOIRE}), VALIDEE),
    overlaps=("IDN-14", "IDN-15"),
)
def document_alone_gives_validated(change: Change, check: Check) -> Iterator[Finding]:
    """A provisional identity checked by a trusted document, without INSi, becomes validée."""
    hint = "La pièce a-t-elle un haut niveau de confiance dans le paramétrage ?"
    yield from _status_finding(change, VALIDEE, hint)


@rule(
    "IDN-11",
    cites=("INS 25", "INS/va1.54"),
    each=transition(frozenset({RECUPEREE, VALIDEE}), QUALIFIEE),
    overlaps=("IDN-14", "IDN-15"),
)
def document_and_insi_give_qualified(change: Change, check: Check) -> Iterator[Finding]:
    """An identity both checked and recovered from INSi becomes qualifiée, by either route."""
    hint = "Le logiciel tient-il compte de ce qui a été fait avant (pièce ou INSi) ?"
    yield from _status_finding(change, QUALIFIEE, hint)


def full_views(check: Check) -> Iterator[IdentityReleve]:
    """Yield the identities whose status is known, read inside the software.

    The views of partners (`fhir`, `flux`) rightly withhold the INS: IDN-24 judges them.
    """
    identity = reader.current(check)
    if identity is None or identity.source in ("fhir", "flux"):
        return
    if reader.status_of(identity.status) is not None:
        yield identity


@rule(
    "IDN-14",
    cites=("INS 23", "INS 25", "INS 33"),
    each=full_views,
    overlaps=tuple(
        f"IDN-{number:02d}" for number in (1, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 22, 23)
    ),
)
def ins_goes_with_its_status(identity: IdentityReleve, check: Check) -> Iterator[Finding]:
    """Matricule and OID are held together, if and only if the status is récupérée or qualifiée."""
    due = reader.status_of(identity.status) in reader.INS_STATUSES
    for field in reader.INS_FIELDS:
        value = reader.held(identity, field)
        if bool(value) is not due:
            yield Finding(
                reader.label(field),
                f"{'renseigné' if due else 'absent'} avec le statut {identity.status}",
                reader.shown(field, value),
                "Matricule et OID sont-ils effacés, ou gardés, avec le statut ?",
            )


def historised_changes(check: Check) -> Iterator[NewEntries]:
    """Yield each real change of status whose history the driver can read."""
    change = reader.change(check)
    if change is None or change.after.history is None:
        return
    old, new = reader.status_of(change.before.status), reader.status_of(change.after.status)
    if old is None or new is None or old is new:
        return
    known = Counter(change.before.history or ())
    fresh = tuple((Counter(change.after.history) - known).elements())
    yield NewEntries(old.value, new.value, fresh)


@rule(
    "IDN-15",
    cites=("INS 26", "INS/va1.44"),
    each=historised_changes,
    overlaps=("IDN-09", "IDN-10", "IDN-11", "IDN-12", "IDN-13", "IDN-19", "IDN-22"),
)
def status_change_is_historised(change: NewEntries, check: Check) -> Iterator[Finding]:
    """Each change of status is historised with the old status, the date and who is responsible."""
    entry = next(
        (one for one in change.entries if _same_status(one.new, change.new)),
        change.entries[-1] if change.entries else None,
    )
    if entry is None:
        yield Finding(
            "historique du statut",
            f"une entrée {change.old} → {change.new}",
            "aucune entrée nouvelle",
            "Ce changement de statut passe-t-il par l'historisation ?",
        )
        return
    if not _same_status(entry.old, change.old):
        yield Finding("historique : ancien statut", change.old, entry.old or "vide")
    if not _same_status(entry.new, change.new):
        yield Finding("historique : nouveau statut", change.new, entry.new or "vide")
    if not _YEAR.search(entry.at):
        yield Finding("historique : date", "la date du changement", entry.at or "vide")
    author = reader.word(check, "author")
    if not entry.by.strip() or (author and author not in entry.by):
        yield Finding(
            "historique : responsable",
            author or "la personne ou le service responsable",
            entry.by or "vide",
            "L'utilisateur connecté est-il transmis à l'historique ?",
        )


def _same_status(text: str, status: str) -> bool:
    found = reader.status_of(text)
    return found is not None and found.value == status
