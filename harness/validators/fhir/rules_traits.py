"""Rules on the traits of an FR Core Patient: names, sex, birth, and the identity's reliability."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from harness.model.identity import UNKNOWN_PLACE
from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.reader import (
    COMMUNES,
    FR_CORE,
    CodedPlace,
    NameView,
    PartView,
    PatientView,
    ReliabilityView,
    code_lists,
    patients,
)
from harness.validators.fhir.rules_identifiers import STANDARD, validated_strictly

_INSEE = re.compile(r"(?:\d{5}|2[AB]\d{3})\Z")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?\Z")
_GENDERS = ("male", "female", "unknown")
_PART_KINDS = {
    "methodCollection": "Coding",
    "dateCollection": "Date",
    "identityStatus": "Coding",
    "validationDate": "Date",
    "validationMode": "Coding",
}


@rule(
    "FR-PAT-05",
    standard="FR Core 2.2.0, profil fr-core-patient-ins, invariant fr-core-3",
    each=validated_strictly,
    level=Level.WARNING,
)
def validated_birth_place_is_known(patient: PatientView, check: Check) -> Iterator[Finding]:
    """With status VALI the birth commune is not the code of an unknown place."""
    for place in patient.birth_places:
        if any(code == UNKNOWN_PLACE for _, code in place.codes):
            yield Finding(
                place.path,
                "un code de commune ou de pays connu",
                UNKNOWN_PLACE,
                "INSi a-t-il rendu le lieu de naissance ?",
            )


@rule("FR-PAT-06", standard=STANDARD, each=patients, lists=("fhir_identity",))
def birth_place_has_its_insee_code(patient: PatientView, check: Check) -> Iterator[Finding]:
    """The birth place is given once, with one INSEE code from TRE-R13-CommuneOM."""
    if len(patient.birth_places) != 1:
        yield Finding(
            f"{patient.path}.extension(patient-birthPlace)",
            "exactement un lieu de naissance",
            f"{len(patient.birth_places)} lieu(x)",
            "Le lieu de naissance est-il repris dans la ressource ?",
        )
    for place in patient.birth_places:
        yield from _place_faults(place)


def _place_faults(place: CodedPlace) -> Iterator[Finding]:
    if not place.has_address:
        yield Finding(place.path, "une valeur valueAddress", "absente")
        return
    if len(place.codes) != 1:
        yield Finding(
            f"{place.path}.extension(fr-core-address-insee-code)",
            "exactement un code INSEE",
            f"{len(place.codes)} code(s)",
            "Le code du lieu est-il porté par l'adresse de naissance ?",
        )
    for system, code in place.codes:
        if system != COMMUNES:
            yield Finding(
                f"{place.path}.extension.valueCoding.system",
                COMMUNES,
                system or "absent",
                "Le système est-il TRE-R13-Commune au lieu de TRE-R13-CommuneOM ?",
            )
        if not _INSEE.match(code):
            yield Finding(
                f"{place.path}.extension.valueCoding.code",
                "code INSEE de 5 caractères (2A et 2B admis, 99xxx à l'étranger)",
                code or "vide",
                "Un code postal ou un libellé est-il pris pour le code INSEE ?",
            )


@rule("FR-PAT-07", standard=STANDARD, each=patients)
def official_name_is_the_birth_name(patient: PatientView, check: Check) -> Iterator[Finding]:
    """One official name: birth name, first birth given name, and the list in its extension."""
    names = patient.official_names
    if len(names) != 1:
        yield Finding(
            f"{patient.path}.name",
            "exactement un nom avec use official",
            f"{len(names)}",
            "Le nom de naissance est-il exporté avec use official ?",
        )
    for name in names:
        yield from _name_faults(name)
    for name in patient.names:
        if name.prefixes > 1:
            yield Finding(f"{name.path}.prefix", "au plus un préfixe", f"{name.prefixes}")


def _name_faults(name: NameView) -> Iterator[Finding]:
    if not name.family:
        yield Finding(f"{name.path}.family", "le nom de naissance", "vide")
    if len(name.given) != 1:
        yield Finding(
            f"{name.path}.given",
            "le premier prénom de naissance, seul",
            ", ".join(name.given) or "aucun",
            "Les autres prénoms sont-ils dans l'extension de la liste ?",
        )
    if len(name.birth_lists) != 1 or not name.birth_lists[0].strip():
        yield Finding(
            f"{name.path}.extension(fr-core-patient-birth-list-given-name)",
            "une liste des prénoms de naissance, séparés par un blanc",
            f"{len(name.birth_lists)} liste(s)" if name.birth_lists != ("",) else "liste vide",
            "La liste des prénoms est-elle gardée par le logiciel ?",
        )


@rule("FR-PAT-08", standard=STANDARD, each=patients)
def sex_and_birth_date_are_given(patient: PatientView, check: Check) -> Iterator[Finding]:
    """The gender is male, female or unknown, and the birth date is given."""
    if patient.gender not in _GENDERS:
        yield Finding(
            f"{patient.path}.gender",
            "male, female ou unknown",
            patient.gender or "absent",
            "Le sexe M ou F de l'INS est-il bien traduit ?",
        )
    if not _is_date(patient.birth_date):
        yield Finding(
            f"{patient.path}.birthDate",
            "une date FHIR (AAAA-MM-JJ)",
            patient.birth_date or "absente",
            "La date est-elle émise dans le format d'affichage ?",
        )


def _is_date(text: str) -> bool:
    if not _DATE.match(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


@rule("FR-PAT-09", standard=STANDARD, each=patients, lists=("fhir_identity",))
def identity_reliability_is_well_formed(patient: PatientView, check: Check) -> Iterator[Finding]:
    """The identity's reliability has known parts, each at most once, with codes of its lists."""
    if not patient.reliabilities and check.settings.fr_core == "2.1.0":
        yield Finding(
            f"{patient.path}.extension(fr-core-identity-reliability)",
            "au moins une extension de fiabilité de l'identité",
            "aucune",
            "Le statut de l'identité est-il exporté ?",
        )
    for one in patient.reliabilities:
        yield from _repeated_parts(one)
        for part in one.parts:
            yield from _part_faults(part, check.settings.fr_core)


def _repeated_parts(one: ReliabilityView) -> Iterator[Finding]:
    for url, count in Counter(part.url for part in one.parts).items():
        if url in _PART_KINDS and count > 1:
            yield Finding(f"{one.path}.extension({url})", "au plus une fois", f"{count} fois")


def _part_faults(part: PartView, version: str) -> Iterator[Finding]:
    kind = _PART_KINDS.get(part.url)
    if kind is None:
        # comment and dateInterrogationINSi belong to the branch after 2.2.0.
        yield Finding(
            part.path,
            f"une partie connue : {', '.join(_PART_KINDS)}",
            part.url or "sans url",
            "La ressource suit-elle une version plus récente de FR Core ?",
            Level.WARNING,
        )
    elif part.kind != kind:
        yield Finding(
            part.path, f"value{kind}", f"value{part.kind}" if part.kind else "sans valeur"
        )
    elif kind == "Date" and not _is_date(part.value):
        yield Finding(part.path, "une date FHIR (AAAA-MM-JJ)", part.value)
    elif part.url in ("identityStatus", "methodCollection"):
        yield from _code_faults(part, version)
    elif part.url == "validationMode" and part.value not in code_lists(version).validation_mode:
        yield Finding(
            part.path,
            f"une pièce admise : {', '.join(code_lists(version).validation_mode)}",
            part.value or "vide",
            "La pièce a-t-elle un haut niveau de confiance ?",
        )


def _code_faults(part: PartView, version: str) -> Iterator[Finding]:
    lists = code_lists(version)
    if part.url == "identityStatus":
        system, codes = "CodeSystem/fr-core-cs-v2-0445", lists.identity_status
    else:
        system, codes = "CodeSystem/fr-core-cs-method-collection", lists.method_collection
    if part.system != FR_CORE + system:
        # The binding is extensible: another system is allowed when no code fits.
        yield Finding(
            part.path,
            FR_CORE + system,
            part.system or "sans système",
            "Aucun code de FR Core ne convient-il ?",
            Level.WARNING,
        )
    elif part.value not in codes:
        yield Finding(
            part.path,
            f"un code de {system.rpartition('/')[2]}",
            part.value or "vide",
            "RECUP et QUAL n'existent ni en 2.1.0 ni en 2.2.0 : le statut est-il PROV ou VALI ?",
        )


@rule(
    "FR-PAT-12",
    standard="FR Core, branche principale après 2.2.0 (invariants citant le RNIV, EXI SI 09)",
    each=patients,
    level=Level.WARNING,
)
def doubtful_identity_stays_provisional(patient: PatientView, check: Check) -> Iterator[Finding]:
    """A doubtful or fictitious identity has status PROV, and is never both."""
    remarks = set(patient.statuses) | {
        code for one in patient.reliabilities for code in one.values("comment")
    }
    flagged = sorted(remarks & {"DOUT", "FICT"})
    if len(flagged) == 2:
        yield Finding(f"{patient.path}.extension", "DOUT ou FICT, jamais les deux", "DOUT et FICT")
    if flagged and "VALI" in remarks:
        yield Finding(
            f"{patient.path}.extension",
            f"statut PROV pour une identité {flagged[0]}",
            f"VALI avec {flagged[0]}",
            "L'attribut a-t-il fait revenir l'identité au statut provisoire ?",
        )
