"""Rules on the fields of an identity: kept as given, refused when they must be (règles 1 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import COMPULSORY_AT_CREATION
from harness.model.releve import AttemptReleve
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Kept

_R1 = ("INS 1", "INS/va1.56")
_LONG = 54


class GivenName(NamedTuple):
    """A name that holds a sign or a length that the guide admits, and what became of it."""

    field: str
    given: str
    kept: Kept | None
    attempt: AttemptReleve | None


class Refusal(NamedTuple):
    """An attempt that must be refused, and the value for which it must be."""

    field: str
    value: str
    attempt: AttemptReleve


def given_fields(check: Check) -> Iterator[Kept]:
    """Yield each field of `traits` that was given, with the identity that should hold it.

    The matricule and its OID count only for a status that holds them: `status_to` or `status`
    when expected, else that of the identity.
    """
    identity = reader.current(check)
    if identity is None:
        return
    status = reader.status_of(reader.word(check, "status_to", "status") or identity.status)
    for field, given in reader.texts(check, "traits").items():
        if given and (field not in reader.INS_FIELDS or status in reader.INS_STATUSES):
            yield Kept(field, given, identity)


@rule(
    "IDN-01",
    cites=_R1,
    each=given_fields,
    overlaps=("IDN-02", "IDN-08", "IDN-14", "IDN-16", "IDN-17", "IDN-18", "IDN-21", "IDN-23"),
)
def given_field_is_kept(kept: Kept, check: Check) -> Iterator[Finding]:
    """Each of the ten fields that is given is kept as given."""
    if kept.held != kept.given:
        yield Finding(
            reader.label(kept.field),
            reader.shown(kept.field, kept.given),
            reader.shown(kept.field, kept.held),
            "Le champ est-il enregistré, puis relu, sans transformation ?",
        )


def biting_names(check: Check) -> Iterator[GivenName]:
    """Yield each name of `traits` with a hyphen, an apostrophe, a space, or 54 characters."""
    identity, act = reader.current(check), reader.attempt(check)
    if identity is None and act is None:
        return
    traits = reader.texts(check, "traits")
    for field in reader.NAME_FIELDS:
        given = traits.get(field, "")
        admitted = not _refused_signs(given)
        if admitted and (set(given) & set("-' ") or len(given) >= _LONG):
            kept = Kept(field, given, identity) if identity else None
            yield GivenName(field, given, kept, act)


@rule("IDN-02", cites=_R1, each=biting_names, overlaps=("IDN-01", "IDN-06", "IDN-21"))
def admitted_characters_are_kept(name: GivenName, check: Check) -> Iterator[Finding]:
    """A name with a hyphen, an apostrophe, a space or 54 characters is accepted and kept."""
    if name.attempt is not None and not name.attempt.accepted:
        yield Finding(
            reader.label(name.field),
            f"« {name.given} » ({len(name.given)} caractères) accepté",
            f"refusé : {name.attempt.message or 'sans message'}",
            "Le contrôle de saisie admet-il tiret, apostrophe, espace et 54 caractères ?",
        )
    elif name.kept is not None and name.kept.held != name.given:
        yield Finding(
            reader.label(name.field),
            f"« {name.given} »",
            f"« {name.kept.held} »",
            "Le nom est-il coupé, ou un signe remplacé, à l'enregistrement ?",
        )


def _refused_signs(name: str) -> str:
    return "".join(sorted({char for char in name if char.islower() or ord(char) > 126}))


def forbidden_names(check: Check) -> Iterator[Refusal]:
    """Yield the attempt for each name given with a lower-case letter, an accent or a diacritic."""
    act = reader.refusable(check)
    if act is None:
        return
    for field, given in reader.submitted(check).items():
        if field in reader.NAME_FIELDS and _refused_signs(given):
            yield Refusal(field, given, act)


@rule("IDN-03", cites=_R1, each=forbidden_names)
def lower_case_and_accents_are_refused(refusal: Refusal, check: Check) -> Iterator[Finding]:
    """A name with lower case, accents or diacritics is refused, never kept nor quietly cleaned."""
    if refusal.attempt.accepted:
        identity = reader.current(check)
        kept = "" if identity is None else f", conservé « {reader.held(identity, refusal.field)} »"
        yield Finding(
            reader.label(refusal.field),
            f"refus de « {refusal.value} » (signes refusés : {_refused_signs(refusal.value)})",
            f"accepté{kept}",
            "La saisie est-elle convertie au lieu d'être refusée ?",
        )


def impossible_dates(check: Check) -> Iterator[Refusal]:
    """Yield the attempt whose birth date has a day outside 1–31 or a month outside 1–12."""
    act = reader.refusable(check)
    date = reader.submitted(check).get("birth_date", "")
    if act is not None and date and _is_impossible(date):
        yield Refusal("birth_date", date, act)


def _is_impossible(date: str) -> bool:
    parts = date.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return False
    return not (1 <= int(parts[1]) <= 12 and 1 <= int(parts[2]) <= 31)


@rule("IDN-04", cites=_R1, each=impossible_dates)
def impossible_birth_date_is_refused(refusal: Refusal, check: Check) -> Iterator[Finding]:
    """A birth date with a day outside 1–31 or a month outside 1–12 is refused."""
    if refusal.attempt.accepted:
        identity = reader.current(check)
        kept = f", conservée « {identity.birth_date} »" if identity is not None else ""
        yield Finding(
            reader.label("birth_date"),
            f"refus de « {refusal.value} »",
            f"acceptée{kept}",
            "La date est-elle contrôlée par le serveur, et non par la page seule ?",
        )


def incomplete_creations(check: Check) -> Iterator[Refusal]:
    """Yield the attempt that left one compulsory trait empty (`missing`)."""
    act = reader.refusable(check)
    if act is None:
        return
    missing = act.missing or reader.word(check, "missing")
    if missing in COMPULSORY_AT_CREATION:
        yield Refusal(missing, "", act)


@rule("IDN-05", cites=("INS 11", "INS/va1.21"), each=incomplete_creations)
def incomplete_creation_is_refused(refusal: Refusal, check: Check) -> Iterator[Finding]:
    """The creation of an identity is refused when one of the five compulsory traits is empty."""
    if refusal.attempt.accepted:
        yield Finding(
            reader.label(refusal.field),
            "création refusée sans ce trait",
            f"acceptée ({refusal.attempt.code or 'sans code'})",
            "Le trait est-il exigé par le serveur, et non par la page seule ?",
        )


def minimal_creations(check: Check) -> Iterator[AttemptReleve]:
    """Yield the attempt that gave the five compulsory traits and no used name."""
    act = reader.attempt(check)
    if act is None or act.missing or reader.word(check, "missing"):
        return
    given = reader.submitted(check)
    complete = all(given.get(field) for field in COMPULSORY_AT_CREATION)
    extra = given.get("used_name") or given.get("used_given_name")
    several = given.get("birth_given_names", "") not in ("", given.get("first_birth_given_name"))
    sound = not any(_refused_signs(given.get(field, "")) for field in reader.NAME_FIELDS)
    if complete and sound and not extra and not several and not _is_impossible(given["birth_date"]):
        yield act


@rule("IDN-06", cites=("INS 12", "INS/va1.22"), each=minimal_creations, overlaps=("IDN-02",))
def five_traits_suffice(act: AttemptReleve, check: Check) -> Iterator[Finding]:
    """A creation with the five compulsory traits and nothing else is accepted."""
    if not act.accepted:
        yield Finding(
            act.act,
            "création acceptée avec les cinq traits obligatoires seuls",
            f"refusée : {act.message or act.code or 'sans message'}",
            "Un autre champ est-il obligatoire ?",
        )
