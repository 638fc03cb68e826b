"""Rules on what a profile without a right can reach (règle 4)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.releve import AttemptReleve, TraceReleve
from harness.validators import Check, Finding, rule
from harness.validators.rights import access_reader, reader
from harness.validators.rights.reader import Reached, Silence

RIGHTS_CHANGE = "changement de droits"


def pages(check: Check) -> Iterator[Reached]:
    """Yield the page that a profile without the right was shown."""
    yield from reader.without_the_right(check, "page")


@rule("AUT-01", cites=("INS 5", "INS/va1.50"), each=pages)
def page_gives_nothing_away(reached: Reached, check: Check) -> Iterator[Finding]:
    """A profile without the right to the identity does not reach the person's data by a page."""
    yield from _given_away(reached, check)


def answers(check: Check) -> Iterator[Reached]:
    """Yield the answer that a profile without the right received from an interface."""
    yield from reader.without_the_right(check, "answer")


@rule("AUT-02", cites=("INS 5", "INS/va1.50"), each=answers)
def interface_gives_nothing_away(reached: Reached, check: Check) -> Iterator[Finding]:
    """A profile without the right to the identity does not reach the person's data by an API."""
    yield from _given_away(reached, check)


def _given_away(reached: Reached, check: Check) -> Iterator[Finding]:
    for field in reached.given_away:
        yield Finding(
            reached.where,
            "aucune donnée de la personne pour un profil sans ce droit",
            reader.shown(field, check),
            "Le droit est-il contrôlé à cette adresse, et le refus tait-il la personne ?",
        )


@rule("AUT-03", cites=("INS 6", "INS/va1.32"), each=reader.silence)
def insi_is_closed_without_the_right(silence: Silence, check: Check) -> Iterator[Finding]:
    """A profile without the right to INSi cannot call it: refused, and nothing reached INSi."""
    if silence.attempt.accepted:
        yield Finding(
            "appel à INSi",
            "un refus",
            f"accepté ({silence.attempt.code or 'sans code'})",
            "Le droit d'appeler INSi est-il distinct du droit d'accès à l'identité ?",
        )
    if silence.about_forbidden:
        yield Finding(
            "appels reçus par INSi",
            "aucun appel pour cette personne",
            f"{silence.about_forbidden} appel(s)",
            "Le droit est-il contrôlé avant l'envoi ?",
        )


def changes_of_rights(check: Check) -> Iterator[AttemptReleve]:
    """Yield a change of rights by who may not make it, when its permitted twin was accepted."""
    attempt = access_reader.releve(check, AttemptReleve, "attempt")
    if attempt is None or attempt.act != RIGHTS_CHANGE:
        return
    control = access_reader.releve(check, AttemptReleve, "control")
    if control is not None and control.accepted:
        yield attempt


@rule("AUT-04", cites=("INS 5", "INS/va1.50"), each=changes_of_rights)
def rights_are_changed_by_their_keeper(attempt: AttemptReleve, check: Check) -> Iterator[Finding]:
    """A profile that does not manage rights cannot change them."""
    if attempt.accepted:
        yield Finding(
            "changement de droits",
            "un refus",
            f"accepté ({attempt.code or 'sans code'})",
            "Le réglage des droits est-il réservé à un profil ?",
        )


def journals(check: Check) -> Iterator[TraceReleve]:
    """Yield the journal read without the right, when with the right it has lines (`control`)."""
    journal = access_reader.releve(check, TraceReleve, "journal")
    control = access_reader.releve(check, TraceReleve, "control")
    if journal is not None and control is not None and control.entries:
        yield journal


@rule("AUT-05", cites=("INS 5", "INS/va1.50"), each=journals)
def journal_is_closed_without_the_right(journal: TraceReleve, check: Check) -> Iterator[Finding]:
    """A profile without the right to the identity does not read the person's journal."""
    if journal.entries:
        yield Finding(
            f"journal sur le patient {journal.patient_id}",
            "un refus, ou aucune ligne",
            f"{len(journal.entries)} ligne(s)",
            "La lecture du journal demande-t-elle un droit ?",
        )
