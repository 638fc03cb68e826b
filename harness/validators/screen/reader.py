"""What the IHM rules read of a page: its labels matched to the traits, its values normalised.

Roles: `subject` (the page), `settings` (the settings page), `attempt` (the act that was refused).
Expected values: `traits`, `status`, `missing`, `insi`, `cause`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from harness.model.artefact import RELEVE_MEDIA_TYPE
from harness.model.check import SUBJECT, Check
from harness.model.identity import FIELD_LABELS, INS_OIDS, IdentityStatus
from harness.model.releve import AttemptReleve, ScreenField, ScreenReleve

PATIENT_PAGE, CREATION_PAGE, ACCOUNT_PAGE = "patient", "creation", "compte"
_PARENTHESES = re.compile(r"\([^()]*\)\s*[:*]*\s*$")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_FRENCH_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SEXES = {"masculin": "M", "homme": "M", "m": "M", "feminin": "F", "femme": "F", "f": "F"}


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The labels that name one trait, those that are ambiguous, the words that blame it."""

    labels: frozenset[str]
    ambiguous: frozenset[str]
    cause: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One trait as a page shows it. `field` is None when no label names the trait."""

    trait: str
    field: ScreenField | None
    ambiguous: ScreenField | None = None


@cache
def label_rows() -> Mapping[str, LabelRow]:
    """Return the table of labels by trait."""
    path = Path(__file__).parents[2] / "terminology" / "screen_labels.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        trait: LabelRow(
            frozenset(row["labels"]),
            frozenset(row.get("ambiguous", ())),
            tuple(row.get("cause", ())),
        )
        for trait, row in data.items()
        if isinstance(row, dict)
    }


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Return a text in lower case without accents or punctuation, its blanks single."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe"))
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_WORD.sub(" ", letters.casefold()).strip()


def label_forms(label: str) -> frozenset[str]:
    """Return the plain label, with and without its closing parenthesis."""
    return frozenset({plain(label), plain(_PARENTHESES.sub("", label))})


def page(check: Check, *kinds: str, role: str = SUBJECT) -> ScreenReleve | None:
    """Return the page of a role, when it is one of these kinds (any kind when none is given)."""
    artefact = check.artefacts.get(role)
    if artefact is None or artefact.media_type != RELEVE_MEDIA_TYPE:
        return None
    releve = check.read(ScreenReleve.parse, role)
    if releve is None or (kinds and plain(releve.page) not in kinds):
        return None
    return releve


def attempt(check: Check) -> AttemptReleve | None:
    """Return the act of role `attempt`."""
    return check.read(AttemptReleve.parse, "attempt")


def find(releve: ScreenReleve, trait: str) -> Shown:
    """Return the field whose label names the trait, and the one whose label is ambiguous."""
    row = label_rows()[trait]
    named = next((f for f in releve.fields if label_forms(f.label) & row.labels), None)
    vague = next((f for f in releve.fields if label_forms(f.label) & row.ambiguous), None)
    return Shown(trait, named, vague)


def shown_as(releve: ScreenReleve, trait: str) -> ScreenField | None:
    """Return the first field that shows a trait, by a clear label or else by an ambiguous one.

    Only the first: the tables that follow (history, past matricules) reuse the same words.
    """
    shown = find(releve, trait)
    return shown.field or shown.ambiguous


def is_blank(value: str) -> bool:
    """Tell whether a value is empty, or words that stand for nothing."""
    return not value.strip() or plain(value) in label_rows()["empty"].labels


def trait_of(field: ScreenField) -> str:
    """Return the trait that a label names, clearly or not; '' for another field."""
    forms = label_forms(field.label)
    rows = {name: row for name, row in label_rows().items() if name in FIELD_LABELS}
    clear = (trait for trait, row in rows.items() if forms & row.labels)
    vague = (trait for trait, row in rows.items() if forms & row.ambiguous)
    return next(clear, "") or next(vague, "")


def traits(check: Check) -> dict[str, str]:
    """Return the expected traits, {} when none is given."""
    value = check.expected.get("traits")
    return {str(k): str(v or "") for k, v in value.items()} if isinstance(value, Mapping) else {}


def expected_status(check: Check) -> IdentityStatus | None:
    """Return the status expected (`status`), None when none is given."""
    return named_status(str(check.expected.get("status") or ""))


def named_status(text: str) -> IdentityStatus | None:
    """Return the status that a text names, None when it names none or several."""
    words = set(plain(text).split())
    found = [one for one in IdentityStatus if plain(one.value) in words]
    return found[0] if len(found) == 1 else None


def normalised(trait: str, value: str) -> str:
    """Return a shown value in the form of the model: ISO date, M or F, matricule without blanks."""
    text = " ".join(value.split())
    if trait == "birth_date":
        french = _FRENCH_DATE.search(text)
        iso = _ISO_DATE.search(text)
        return "-".join(reversed(french.groups())) if french else iso.group() if iso else text
    if trait == "sex":
        first = plain(text).split()
        return _SEXES.get(first[0], text) if first else ""
    if trait == "birth_given_names":
        return " ".join(text.replace(",", " ").split())
    return text


def squeezed(text: str) -> str:
    """Return a text without any blank, to find a matricule shown in groups."""
    return "".join(text.split())


def nature_of(oid: str) -> str:
    """Return NIR or NIA for the OID of an INS, '' for another OID."""
    return INS_OIDS.get(oid, "")[:3]


def cause_words(check: Check) -> tuple[str, ...]:
    """Return the words of which one must be in an alert: `cause`, else by `missing` or `insi`."""
    cause = check.expected.get("cause")
    if isinstance(cause, str):
        return (plain(cause),) if cause else ()
    if isinstance(cause, list):
        return tuple(plain(str(one)) for one in cause)
    act = attempt(check)
    missing = str(check.expected.get("missing") or "") or ("" if act is None else act.missing)
    blamed = (missing,) if missing else tuple(_unfit_traits(check.expected.get("insi")))
    rows = label_rows()
    return tuple(word for trait in blamed if trait in rows for word in rows[trait].cause)


def _unfit_traits(insi: object) -> Iterator[str]:
    if not isinstance(insi, Mapping):
        return
    parts = str(insi.get("birth_date") or "").replace("/", "-").split("-")
    if "00" in parts[1:]:
        yield "birth_date"
    for trait in ("birth_name", "birth_given_names", "sex"):
        if trait in insi and not insi[trait]:
            yield trait
