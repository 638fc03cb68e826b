"""Rules on what an INSi answer does to an identity: filled, or left exactly as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harness.model.identity import TEN_FIELDS
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Change, Kept
from harness.validators.ins.matricule import is_valid_matricule

FILLED_BY_INSI = (
    "matricule",
    "oid",
    "birth_name",
    "birth_given_names",
    "birth_date",
    "sex",
    "birth_place_code",
)
_SHARED = ("IDN-12", "IDN-13", "IDN-14", "IDN-15", "IDN-19", "IDN-22")


def filled_fields(check: Check) -> Iterator[Kept]:
    """Yield each trait of a fit INSi answer (`insi`) with the identity after it."""
    identity = reader.current(check)
    insi = reader.texts(check, "insi")
    if identity is None or not reader.is_fit(insi) or reader.word(check, "insi_failure"):
        return
    for field in FILLED_BY_INSI:
        if insi.get(field):
            value = insi[field].replace("/", "-") if field == "birth_date" else insi[field]
            yield Kept(field, value, identity)


@rule("IDN-08", cites=("INS 13", "INS/va1.52"), each=filled_fields, overlaps=("IDN-01", "IDN-14"))
def insi_answer_fills_the_identity(kept: Kept, check: Check) -> Iterator[Finding]:
    """Matricule, OID, name, given names of ListePrenom, date, sex and place come from INSi."""
    if kept.held != kept.given:
        if kept.field == "birth_given_names":
            hint = "Les prénoms viennent-ils de ListePrenom, et non de Prenom ?"
        else:
            hint = "Le trait rendu par INSi est-il repris ?"
        yield Finding(
            reader.label(kept.field),
            reader.shown(kept.field, kept.given),
            reader.shown(kept.field, kept.held),
            hint
            if kept.field == "birth_given_names"
            else "Le trait rendu par INSi est-il repris ?",
        )


def called(unfit: Callable[[Mapping[str, str]], bool]) -> Callable[[Check], Iterator[Change]]:
    """Return the subjects of a refusal: the call made (`attempt`) and an answer that is unfit.

    Without any word on the answer the call alone is judged: whatever came, nothing may change.
    """

    def subjects(check: Check) -> Iterator[Change]:
        change = reader.change(check)
        if change is None or change.attempt is None:
            return
        told = change.insi and not reader.word(check, "insi_failure") and unfit(change.insi)
        if told or reader.says_nothing_of_the_act(check):
            yield change

    return subjects


def unchanged(change: Change, hint: str) -> Iterator[Finding]:
    """Yield one finding a field, status included, that differs between before and after."""
    for field in TEN_FIELDS:
        old, new = reader.held(change.before, field), reader.held(change.after, field)
        if old != new:
            yield Finding(
                reader.label(field),
                f"inchangé : {reader.shown(field, old)}",
                reader.shown(field, new),
                hint,
            )
    if reader.status_of(change.before.status) is not reader.status_of(change.after.status):
        yield Finding(
            "statut de l'identité",
            f"inchangé : {change.before.status or 'vide'}",
            change.after.status or "vide",
            hint,
        )


def _zero_date(insi: Mapping[str, str]) -> bool:
    return reader.has_zero_part(insi.get("birth_date", ""))


def _empty_trait(insi: Mapping[str, str]) -> bool:
    names = ("birth_name", "birth_given_names", "sex")
    return any(name in insi and not insi[name] for name in names)


def _wrong_key(insi: Mapping[str, str]) -> bool:
    return bool(insi.get("matricule")) and not is_valid_matricule(insi["matricule"])


@rule("IDN-12", cites=("INS 15", "INS/va1.28"), each=called(_zero_date), overlaps=_SHARED)
def zero_date_is_refused(change: Change, check: Check) -> Iterator[Finding]:
    """An INSi answer whose birth date has 00 as day or month leaves the identity unchanged."""
    yield from unchanged(change, "La date à 00 est-elle contrôlée avant l'enregistrement ?")


@rule("IDN-13", cites=("INS 16", "INS/va1.31"), each=called(_empty_trait), overlaps=_SHARED)
def empty_trait_is_refused(change: Change, check: Check) -> Iterator[Finding]:
    """An INSi answer with an empty name, given names or sex leaves the identity unchanged."""
    yield from unchanged(change, "Un trait vide rendu par INSi bloque-t-il la reprise ?")


@rule(
    "IDN-22",
    standard="Clé du matricule INS (V2-PID-05) appliquée à la réponse d'INSi",
    each=called(_wrong_key),
    overlaps=_SHARED,
)
def wrong_key_is_refused(change: Change, check: Check) -> Iterator[Finding]:
    """An INSi answer whose matricule has a wrong key leaves the identity unchanged."""
    yield from unchanged(change, "La clé est-elle recalculée avant d'accepter le matricule ?")


def failed_calls(check: Check) -> Iterator[Change]:
    """Yield a call that gave no identity: `insi_failure`, an attempt with code 01 or 02…

    … or no word on the answer at all, as for the refusals.
    """
    change = reader.change(check)
    if change is None or change.attempt is None:
        return
    told = reader.word(check, "insi_failure") or change.attempt.code in ("01", "02")
    if told or reader.says_nothing_of_the_act(check):
        yield change


@rule(
    "IDN-19",
    standard="INSi, INSI-04 et INSI-06 : sans code 00, rien ne change",
    each=failed_calls,
    overlaps=_SHARED,
)
def failed_call_changes_nothing(change: Change, check: Check) -> Iterator[Finding]:
    """Code 01 or 02, fault, cut, timeout or malformed answer: traits and status are unchanged."""
    failure = reader.word(check, "insi_failure") or "code 01 ou 02"
    yield from unchanged(change, f"Que fait le logiciel d'une réponse « {failure} » ?")
