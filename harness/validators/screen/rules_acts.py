"""Rules on the pages where identities are changed, proved and listed: edition, settings, work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import FIELD_LABELS, STRICT_TRAITS, IdentityStatus
from harness.model.releve import ScreenField, ScreenReleve
from harness.validators import Check, Finding, Level, rule
from harness.validators.screen import reader
from harness.validators.screen.reader import PATIENT_PAGE

EDITION_PAGE, SETTINGS_PAGE, WORK_PAGE = "modification", "reglages", "liste de travail"
_HOLDING = (IdentityStatus.RECUPEREE, IdentityStatus.QUALIFIEE)
_LOCK = re.compile(r"verrouill|lecture seule|non modifiable|protege")
_LOCK_NOTE = re.compile(r"\W*(?:verrouill|lecture seule|non modifiable|protégé).*", re.IGNORECASE)
_TRUST = re.compile(r"confiance")
_AUTOMATIC = re.compile(r"automati")
_CONTRACT = re.compile(r"contrat.*confiance|confiance.*contrat")
_INS = re.compile(r"\bins\b|identite nationale de sante")
_STATE = re.compile(r"attribut|statut de l identite")
_SEVERAL = 2


class LockedField(NamedTuple):
    """A strict trait of an identity récupérée or qualifiée on the page of change."""

    trait: str
    field: ScreenField


class Expected(NamedTuple):
    """A page and what it must tell."""

    page: ScreenReleve
    text: str


def _settings(check: Check) -> Iterator[ScreenReleve]:
    page = reader.page(check, SETTINGS_PAGE)
    if page is not None:
        yield page


def locked_fields(check: Check) -> Iterator[LockedField]:
    """Yield each strict trait on the page of change of an identity that holds an INS (`status`)."""
    page = reader.page(check, EDITION_PAGE)
    if page is None or reader.expected_status(check) not in _HOLDING:
        return
    for field in page.fields:
        # « Nom de naissance – verrouillé (INS) » names the birth name.
        bare = ScreenField(_LOCK_NOTE.sub("", field.label).strip(), field.value)
        trait = reader.trait_of(bare)
        if trait in STRICT_TRAITS:
            yield LockedField(trait, field)


@rule(
    "IHM-10",
    cites=("INS 30", "INS/va1.47"),
    each=locked_fields,
    lists=("screen_labels",),
)
def lock_is_visible(locked: LockedField, check: Check) -> Iterator[Finding]:
    """A locked trait is shown as locked: read-only, and said so in words."""
    field = locked.field
    said = _LOCK.search(reader.plain(field.label)) or _LOCK.search(reader.plain(field.value))
    if said:
        return
    where = FIELD_LABELS[locked.trait]
    if field.editable:
        yield Finding(
            where,
            "un champ montré verrouillé : l'identité porte une INS",
            "un champ qui se présente comme modifiable",
            "L'utilisateur n'apprend-il le verrou qu'au refus ?",
        )
    else:
        yield Finding(
            where,
            "le verrou dit en toutes lettres à côté du champ",
            "un champ grisé, sans un mot",
            "Le verrou se comprend-il sans la couleur ?",
            Level.WARNING,
        )


def reimbursement_fields(check: Check) -> Iterator[ScreenField]:
    """Yield the fields of a patient's page that show the number of reimbursement (`nss`)."""
    page, wanted = reader.page(check, PATIENT_PAGE), str(check.expected.get("nss") or "")
    for field in () if page is None or not wanted else page.fields:
        if wanted in reader.squeezed(field.value):
            yield field


@rule("IHM-11", cites=("INS 1", "INS/va1.56"), each=reimbursement_fields)
def reimbursement_number_is_not_called_ins(field: ScreenField, check: Check) -> Iterator[Finding]:
    """The number of reimbursement stands under a label that does not say INS."""
    if _INS.search(reader.plain(field.label)):
        yield Finding(
            field.label,
            "un libellé sans le mot INS, par exemple « Numéro de sécurité sociale »",
            f"« {field.label} »",
            "Ce numéro peut-il être pris pour le matricule INS ?",
        )


def proof_settings(check: Check) -> Iterator[ScreenReleve]:
    """Yield the settings page."""
    return _settings(check)


@rule("IHM-12", cites=("INS 19", "INS/va1.26"), each=proof_settings)
def proofs_and_their_trust_can_be_set(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The settings show the list of justificatifs with the trust level of each, to be changed."""
    levels = [one for one in page.fields if _is_level(one)]
    if len(levels) < _SEVERAL:
        yield Finding(
            f"page {page.page}",
            "la liste des justificatifs, chacun avec son degré de confiance",
            f"{len(levels)} degré(s) de confiance affiché(s)",
            "Le réglage est-il sur une autre page ?",
        )
    elif not any(one.editable for one in levels):
        yield Finding(
            f"page {page.page}",
            "des degrés de confiance qui se règlent",
            "une liste qui ne se modifie pas",
            "Le réglage demande-t-il un autre droit ?",
        )


def _is_level(field: ScreenField) -> bool:
    label = reader.plain(field.label)
    checkbox = field.value in ("oui", "non")
    return bool(_TRUST.search(label)) and not _CONTRACT.search(label) and not checkbox


def work_pages(check: Check) -> Iterator[Expected]:
    """Yield the work list page and what may name the datum there (`datum`)."""
    page, names = reader.page(check, WORK_PAGE), check.expected.get("datum")
    if page is not None and isinstance(names, list | tuple):
        yield Expected(page, ", ".join(str(one) for one in names if one))


@rule("IHM-14", cites=("INS/va1.12",), each=work_pages)
def work_list_shows_the_datum(expected: Expected, check: Check) -> Iterator[Finding]:
    """The page of the work list shows the datum that was not integrated."""
    page = expected.page
    shown = "\n".join([page.text, *(field.value for field in page.fields), *page.alerts])
    names = expected.text.split(", ")
    if not any(name in shown for name in names):
        yield Finding(
            f"page {page.page}",
            f"une ligne sur cette donnée ({', '.join(names[:2])})",
            "rien sur elle",
            "La liste de travail montre-t-elle les données non intégrées ?",
        )


def automatism_settings(check: Check) -> Iterator[ScreenReleve]:
    """Yield the settings page."""
    return _settings(check)


@rule("IHM-15", cites=("INS 21", "INS/va1.33"), each=automatism_settings)
def automatism_can_be_switched_off(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The settings show the switch of the automatic validation."""
    found = [f for f in page.fields if f.editable and _AUTOMATIC.search(reader.plain(f.label))]
    if not found:
        yield Finding(
            f"page {page.page}",
            "un réglage qui coupe la validation automatique",
            "absent",
            "Le réglage est-il sur une autre page ?",
        )


def contract_settings(check: Check) -> Iterator[ScreenReleve]:
    """Yield the settings page."""
    return _settings(check)


@rule("IHM-16", cites=("INS/va1.04",), each=contract_settings)
def contracts_of_trust_can_be_set(page: ScreenReleve, check: Check) -> Iterator[Finding]:
    """The settings show the domains under a contract of trust."""
    if not any(_CONTRACT.search(reader.plain(field.label)) for field in page.fields):
        yield Finding(
            f"page {page.page}",
            "le réglage des domaines sous contrat de confiance",
            "absent",
            "Le réglage est-il sur une autre page ?",
        )


def marked_pages(check: Check) -> Iterator[Expected]:
    """Yield the page of a patient marked by an attribute (`attribute`)."""
    page, attribute = reader.page(check, PATIENT_PAGE), str(check.expected.get("attribute") or "")
    if page is not None and attribute:
        yield Expected(page, attribute)


@rule("IHM-17", cites=("INS 27", "INS/va1.44"), each=marked_pages)
def attribute_is_shown(expected: Expected, check: Check) -> Iterator[Finding]:
    """The page of a patient marked douteuse or fictive says so, outside of what may be set."""
    page = expected.page
    if expected.text not in _told(page, expected.text):
        yield Finding(
            f"page {page.page}",
            f"l'attribut « {expected.text} » dit sur la fiche",
            "absent, ou seulement coché dans le formulaire qui le pose",
            "Un lecteur de la fiche sait-il que l'identité est en doute ?",
        )


def _told(page: ScreenReleve, word: str) -> str:
    """Return the text of a page where a word may be, without its controls and its tables.

    A box, ticked or not, says nothing, nor does the reason of a past change of status.
    """
    silent = [field.label if field.editable else field.value for field in page.fields]
    text = page.text.casefold()
    for part in (one.casefold() for one in (*silent, *page.buttons)):
        text = text.replace(part, " ") if word in part else text
    said = (f.value for f in page.fields if not f.editable and _STATE.search(reader.plain(f.label)))
    return "\n".join([text, *(one.casefold() for one in (*said, *page.alerts))])
