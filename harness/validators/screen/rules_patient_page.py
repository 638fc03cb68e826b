"""Rules on the page of a patient and of an account: what is shown, how, and of whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import FIELD_LABELS, IdentityStatus, shortened
from harness.model.releve import ScreenField, ScreenReleve
from harness.validators import Check, Finding, rule
from harness.validators.screen import reader
from harness.validators.screen.reader import ACCOUNT_PAGE, PATIENT_PAGE, Shown

_LISTS = ("screen_labels",)
_R3 = ("INS 2", "INS/va1.36")
COMPULSORY_ON_SCREEN = ("birth_name", "first_birth_given_name", "birth_date", "sex")
OPTIONAL_ON_SCREEN = (
    "matricule",
    "oid",
    "birth_given_names",
    "birth_place_code",
    "used_name",
    "used_given_name",
)
_MATRICULE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}")
_NATURE = re.compile(r"NI[RA]")
_FRENCH_DATE = re.compile(r"\d{2}/\d{2}/\d{4}(?!\d)")
_HOLDING = (IdentityStatus.RECUPEREE, IdentityStatus.QUALIFIEE)


class MatriculeShown(NamedTuple):
    """The field of a page that shows a matricule, and the field that follows it."""

    field: ScreenField
    following: ScreenField | None


class OptionalTrait(NamedTuple):
    """An optional trait that the identity has, the patient's page and that of the settings."""

    trait: str
    page: ScreenReleve
    settings: ScreenReleve | None


class ValueShown(NamedTuple):
    """A value of a page and the one that the identity holds."""

    trait: str
    field: ScreenField
    held: str


def compulsory_traits(check: Check) -> Iterator[Shown]:
    """Yield the four compulsory traits of a patient's page."""
    page = reader.page(check, PATIENT_PAGE)
    if page is not None:
        for trait in COMPULSORY_ON_SCREEN:
            yield reader.find(page, trait)


@rule("IHM-01", cites=_R3, each=compulsory_traits, lists=_LISTS, overlaps=("IHM-05", "IHM-09"))
def compulsory_trait_is_shown_clearly(shown: Shown, check: Check) -> Iterator[Finding]:
    """Birth name, first given name, date and sex are shown under a label without ambiguity."""
    label = FIELD_LABELS[shown.trait]
    if shown.field is None and shown.ambiguous is not None:
        yield Finding(
            shown.ambiguous.label,
            f"le libellé « {label} », ou un autre aussi clair",
            f"« {shown.ambiguous.label} »",
            "Un lecteur distingue-t-il le trait de naissance du trait utilisé ?",
        )
    elif shown.field is None:
        yield Finding(label, "affiché", "absent", "Ce trait est-il toujours affiché ?")
    elif reader.is_blank(shown.field.value):
        yield Finding(
            shown.field.label,
            "une valeur",
            shown.field.value or "vide",
            "Le trait est-il relu de l'identité ?",
        )


def matricules_shown(check: Check) -> Iterator[MatriculeShown]:
    """Yield the matricule that a patient's page shows."""
    page = reader.page(check, PATIENT_PAGE)
    field = None if page is None else reader.shown_as(page, "matricule")
    if page is None or field is None or not _MATRICULE.search(reader.squeezed(field.value)):
        return
    index = page.fields.index(field)
    yield MatriculeShown(field, next(iter(page.fields[index + 1 : index + 2]), None))


@rule("IHM-02", cites=_R3, each=matricules_shown, lists=_LISTS)
def matricule_is_followed_by_its_nature(shown: MatriculeShown, check: Check) -> Iterator[Finding]:
    """The matricule shown is followed by its nature, NIR or NIA."""
    text = reader.squeezed(shown.field.value)
    match = _MATRICULE.search(text)
    said = _NATURE.findall(text[match.end() :]) if match else []
    if not said and shown.following is not None:
        natures = reader.label_rows()["nature"].labels
        if reader.label_forms(shown.following.label) & natures:
            said = _NATURE.findall(shown.following.value)
    wanted = reader.nature_of(reader.traits(check).get("oid", ""))
    if not said or (wanted and said[0] != wanted):
        yield Finding(
            shown.field.label,
            f"le matricule suivi de sa nature ({wanted or 'NIR ou NIA'})",
            said[0] if said else "sans nature",
            "La nature est-elle tirée de l'OID ?",
        )


def patient_pages(check: Check) -> Iterator[ScreenReleve]:
    """Yield the page of a patient."""
    page = reader.page(check, PATIENT_PAGE)
    if page is not None:
        yield page


@rule(
    "IHM-03",
    standard="Guide d'implémentation INS, règle 20 : le statut se lit sur la fiche",
    each=patient_pages,
    lists=_LISTS,
)
def status_is_shown_in_words(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The status of the identity is shown in words: provisoire, récupérée, validée, qualifiée."""
    field = reader.find(page, "status").field
    found = reader.named_status(field.value) if field else _status_in_text(page.text)
    wanted = reader.expected_status(check)
    if found is None or (wanted is not None and found is not wanted):
        shown = field.value if field is not None and field.value else "absent"
        yield Finding(
            field.label if field is not None else "statut de l'identité",
            wanted.value if wanted else "provisoire, récupérée, validée ou qualifiée",
            found.value if found else shown,
            "Le statut affiché est-il relu de l'identité ?",
        )


def _status_in_text(text: str) -> IdentityStatus | None:
    words = reader.plain(text)
    found = [one for one in IdentityStatus if f"identite {reader.plain(one.value)}" in words]
    return found[0] if len(found) == 1 else None


def optional_traits(check: Check) -> Iterator[OptionalTrait]:
    """Yield each optional trait that the identity has: `traits` says which are given.

    The matricule and its OID count only when the expected status (or, without it, the page)
    says that the identity holds them.
    """
    page, traits = reader.page(check, PATIENT_PAGE), reader.traits(check)
    if page is None or not traits:
        return
    field = reader.find(page, "status").field
    told = reader.expected_status(check) or reader.named_status(field.value if field else "")
    for trait in OPTIONAL_ON_SCREEN:
        due = told in _HOLDING or trait not in ("matricule", "oid")
        if traits.get(trait) and due:
            yield OptionalTrait(trait, page, reader.page(check, role="settings"))


@rule("IHM-04", cites=_R3, each=optional_traits, lists=_LISTS)
def optional_trait_can_be_shown(optional: OptionalTrait, check: Check) -> Iterator[Finding]:
    """Each optional trait is on the page, or a setting lets it be shown."""
    shown = reader.find(optional.page, optional.trait)
    if shown.field is not None or shown.ambiguous is not None:
        return
    settings = optional.settings
    if settings is not None:
        names = reader.label_rows()["optional_setting"].labels
        if reader.find(settings, optional.trait).field is not None:
            return
        if any(reader.label_forms(field.label) & names for field in settings.fields):
            return
    yield Finding(
        FIELD_LABELS[optional.trait],
        "affiché, ou affichable par un réglage",
        "absent de la fiche" + (" et des réglages" if settings is not None else ""),
        "Quel réglage permet d'afficher ce trait ?",
    )


def birth_dates(check: Check) -> Iterator[ScreenField]:
    """Yield the birth date that a patient's page shows; an input of the browser is no display."""
    page = reader.page(check, PATIENT_PAGE)
    field = None if page is None else reader.shown_as(page, "birth_date")
    if field is not None and not field.editable and not reader.is_blank(field.value):
        yield field


@rule("IHM-05", cites=("INS 13", "INS/va1.52"), each=birth_dates, lists=_LISTS)
def birth_date_is_shown_the_french_way(field: ScreenField, check: Check) -> Iterator[Finding]:
    """The birth date is shown JJ/MM/AAAA."""
    if not _FRENCH_DATE.match(field.value.strip()):
        yield Finding(
            field.label, "JJ/MM/AAAA", field.value, "La date est-elle mise en forme pour l'écran ?"
        )


def account_pages(check: Check) -> Iterator[ScreenReleve]:
    """Yield the page of an account."""
    page = reader.page(check, ACCOUNT_PAGE)
    if page is not None:
        yield page


@rule("IHM-06", cites=("IEU 8",), each=account_pages, lists=_LISTS, overlaps=("IHM-09",))
def account_page_shows_the_matricule(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The page of an account shows the matricule of its patient."""
    field = reader.find(page, "matricule").field
    wanted = reader.traits(check).get("matricule", "")
    shown = _MATRICULE.search(reader.squeezed(field.value if field else ""))
    if shown is None or (wanted and shown.group() != wanted):
        yield Finding(
            field.label if field else "matricule INS",
            shortened(wanted) if wanted else "le matricule de 15 caractères",
            shortened(shown.group()) if shown else "absent",
            "Le compte est-il lié au matricule de son patient ?",
        )


def values_shown(check: Check) -> Iterator[ValueShown]:
    """Yield each trait that a patient's or an account's page shows, with the value expected."""
    page, traits = reader.page(check, PATIENT_PAGE, ACCOUNT_PAGE), reader.traits(check)
    for trait, held in traits.items():
        field = None
        if page is not None and held and trait in FIELD_LABELS:
            field = reader.shown_as(page, trait)
        if field is not None and field.value.strip():
            yield ValueShown(trait, field, held)


@rule("IHM-09", cites=_R3, each=values_shown, lists=_LISTS, overlaps=("IHM-01", "IHM-06"))
def value_shown_is_that_of_the_identity(shown: ValueShown, check: Check) -> Iterator[Finding]:
    """Each value shown is that of the identity: no other person's, none altered."""
    value = reader.normalised(shown.trait, shown.field.value)
    if shown.trait == "matricule":
        match = _MATRICULE.search(reader.squeezed(shown.field.value))
        # A text such as « non disponible » is not somebody's matricule: IHM-06 judges absence.
        if match is None or match.group() == shown.held:
            return
        yield Finding(shown.field.label, shortened(shown.held), shortened(match.group()))
    elif shown.trait in ("oid", "birth_place_code"):
        if shown.held not in value:
            yield Finding(shown.field.label, shown.held, value)
    elif value != shown.held:
        yield Finding(
            shown.field.label,
            shown.held,
            value,
            "La fiche affiche-t-elle la bonne personne, sans couper ni corriger ?",
        )
