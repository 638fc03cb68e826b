"""Rules on the identifiers of an FR Core Patient: the INS slices and the local identifier."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.identity import shortened
from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.reader import (
    FR_0203,
    HL7_0203,
    INS_SYSTEMS,
    INS_TYPES,
    IdentifierView,
    PatientView,
    code_lists,
    patients,
)
from harness.validators.ins.matricule import matricule_key

STANDARD = "FR Core 2.1.0 et 2.2.0, profil fr-core-patient-ins"
_NAMES = {oid: code for code, oid in INS_TYPES.items()}


def every_identifier(check: Check) -> Iterator[IdentifierView]:
    """Yield each identifier of each Patient."""
    for patient in patients(check):
        yield from patient.identifiers


def local_identifiers(check: Check) -> Iterator[IdentifierView]:
    """Yield the identifiers of type PI."""
    return (one for one in every_identifier(check) if one.is_of_type("PI"))


def validated_strictly(check: Check) -> Iterator[PatientView]:
    """Yield the Patients with status VALI, when they are judged by FR Core 2.2.0."""
    if check.settings.fr_core == "2.2.0":
        yield from (one for one in patients(check) if "VALI" in one.statuses)


@rule(
    "FR-PAT-01",
    standard=STANDARD,
    each=patients,
    overlaps=("FR-PAT-03", "FR-PAT-04"),
    lists=("fhir_identity",),
)
def identifiers_fill_their_slices(patient: PatientView, check: Check) -> Iterator[Finding]:
    """A Patient has an identifier, and each INS has the type, value and use of its slice."""
    if not patient.identifiers:
        yield Finding(
            f"{patient.path}.identifier",
            "au moins un identifiant",
            "aucun",
            "L'identifiant local (PI) est-il exporté ?",
        )
    for one in patient.ins_identifiers:
        yield from _slice_faults(one, check.settings.fr_core)


def _slice_faults(one: IdentifierView, version: str) -> Iterator[Finding]:
    if not one.ins_type:
        yield Finding(
            f"{one.path}.type",
            f"type {_NAMES.get(one.oid, 'INS-…')} du système {FR_0203}",
            _types(one),
            "Le type de l'INS est-il pris dans le système de codes de FR Core ?",
        )
    if not one.value:
        yield Finding(
            f"{one.path}.value", "le matricule", "vide", "Faut-il émettre l'INS sans lui ?"
        )
    if version == "2.1.0":
        uses = code_lists(version).ins_use.get(one.ins_type, ())
        if one.use and uses and one.use not in uses:
            yield _wrong_use(one, uses)
        return
    if not one.system:
        yield Finding(f"{one.path}.system", f"urn:oid:{INS_TYPES.get(one.ins_type, '…')}", "absent")
    uses = code_lists(version).ins_use.get(one.ins_type, ())
    if uses and one.use not in uses:
        yield _wrong_use(one, uses)


def _wrong_use(one: IdentifierView, uses: tuple[str, ...]) -> Finding:
    return Finding(
        f"{one.path}.use",
        f"use {' ou '.join(uses)} pour {one.ins_type}",
        one.use or "absent",
        "L'emploi de l'identifiant suit-il la version de FR Core choisie ?",
    )


def _types(one: IdentifierView) -> str:
    return ", ".join(f"{system}|{code}" for system, code in one.types) or "aucun type"


@rule("FR-PAT-02", standard=STANDARD, each=every_identifier, overlaps=("FR-PAT-03",))
def ins_type_and_oid_agree(one: IdentifierView, check: Check) -> Iterator[Finding]:
    """The type code of an INS and the OID of its system name the same nature of matricule."""
    if one.ins_type and one.system and one.oid != INS_TYPES[one.ins_type]:
        yield Finding(
            f"{one.path}.system",
            f"urn:oid:{INS_TYPES[one.ins_type]} pour le type {one.ins_type}",
            one.system,
            "Le type ou l'OID est-il resté celui d'un autre environnement ?",
        )
    elif check.settings.fr_core != "2.1.0" and one.is_of_type("NH") and one.oid in INS_SYSTEMS:
        yield Finding(
            f"{one.path}.system",
            "pour un NSS de facturation (NH), urn:oid:1.2.250.1.213.1.4.13 ou .14",
            one.system,
            "Le NSS est-il exporté comme le voulait FR Core 2.1.0 ?",
        )


@rule(
    "FR-PAT-03",
    standard=f"{STANDARD}, invariant fr-core-1",
    each=patients,
    overlaps=("FR-PAT-01", "FR-PAT-02", "FR-PAT-04"),
)
def validated_identity_carries_an_ins(patient: PatientView, check: Check) -> Iterator[Finding]:
    """A Patient whose identity status is VALI carries an INS of one of the four systems."""
    if "VALI" not in patient.statuses:
        return
    strict = check.settings.fr_core != "2.1.0"
    held = [one for one in patient.identifiers if one.oid in INS_SYSTEMS and one.is_ins]
    good = [one for one in held if not strict or _counts_in_2_2(one)]
    if not good:
        yield Finding(
            f"{patient.path}.identifier",
            "une INS (OID .8, .9, .10 ou .11)" + (" avec use official" if strict else ""),
            f"statut VALI et {len(held)} INS qui compte" if not held else _uses(held),
            "L'identité est-elle qualifiée ? Sinon, le statut à émettre est PROV.",
        )
    elif not strict and all(one.ins_type == "INS-NIR-DEMO" for one in good):
        yield Finding(
            good[0].path,
            "un OID que l'invariant publié en 2.1.0 connaît (.8, .9, .10)",
            "seulement l'OID de démonstration .11, oublié par cet invariant",
            "Le destinataire valide-t-il avec FR Core 2.1.0 ? Il refusera ce patient à tort.",
            Level.WARNING,
        )


def _counts_in_2_2(one: IdentifierView) -> bool:
    return one.use == "official" and (one.oid != INS_TYPES["INS-NIR"] or one.ins_type == "INS-NIR")


def _uses(held: list[IdentifierView]) -> str:
    return "statut VALI et " + ", ".join(
        f"{one.ins_type or 'INS sans type'} avec use {one.use or 'absent'}" for one in held
    )


@rule(
    "FR-PAT-04",
    standard="FR Core 2.2.0, profil fr-core-patient-ins, invariant fr-core-2",
    each=validated_strictly,
    overlaps=("FR-PAT-01", "FR-PAT-03", "FR-PAT-10"),
)
def validated_identity_has_one_official_identifier(
    patient: PatientView, check: Check
) -> Iterator[Finding]:
    """With status VALI exactly one identifier has use official: the INS."""
    official = [one for one in patient.identifiers if one.use == "official"]
    if len(official) != 1:
        yield Finding(
            f"{patient.path}.identifier",
            "exactement un identifiant avec use official",
            ", ".join(f"{one.path} ({_types(one)})" for one in official) or "aucun",
            "Un NSS ou un identifiant local est-il aussi marqué official ?",
        )


@rule(
    "FR-PAT-10",
    standard=STANDARD,
    each=local_identifiers,
    overlaps=("FR-PAT-04",),
    lists=("fhir_identity",),
)
def local_identifier_is_complete(one: IdentifierView, check: Check) -> Iterator[Finding]:
    """A local identifier (PI) has its type system, an assigning system, a value and its use."""
    if (HL7_0203, "PI") not in one.types:
        yield Finding(
            f"{one.path}.type",
            f"PI du système {HL7_0203}",
            _types(one),
            "Quel système type le PI ?",
        )
    for label, value in (("system", one.system), ("value", one.value)):
        if not value:
            yield Finding(
                f"{one.path}.{label}",
                f"{label} renseigné pour le PI",
                "absent",
                "Quelle autorité attribue cet identifiant ?",
            )
    version = check.settings.fr_core
    uses = code_lists(version).pi_use
    if one.use not in uses and not (version == "2.1.0" and not one.use):
        yield Finding(f"{one.path}.use", f"use {' ou '.join(uses)}", one.use or "absent")


@rule("FR-PAT-11", standard="Référentiel INS : matricule de 15 caractères et sa clé", each=patients)
def ins_is_plausible(patient: PatientView, check: Check) -> Iterator[Finding]:
    """The matricule has 15 characters and its key; the list of names begins with the given name."""
    for one in patient.ins_identifiers:
        if one.value:
            yield from _matricule_faults(one)
    for name in patient.official_names:
        for listed in name.birth_lists:
            if name.given and listed and not _begins_with(listed, name.given[0]):
                yield Finding(
                    f"{name.path}.extension",
                    f"liste des prénoms qui commence par « {name.given[0]} »",
                    listed,
                    "La liste vient-elle de ListePrenom ?",
                )


def _matricule_faults(one: IdentifierView) -> Iterator[Finding]:
    if len(one.value) != 15:
        yield Finding(
            f"{one.path}.value",
            "15 caractères (13 et la clé)",
            f"{shortened(one.value)} ({len(one.value)} caractères)",
            "La clé est-elle jointe aux 13 premiers caractères ?",
        )
        return
    try:
        key = matricule_key(one.value[:13])
    except ValueError:
        key = ""
    if one.value[13:] != key:
        yield Finding(
            f"{one.path}.value",
            f"clé {key}" if key else "13 chiffres (2A ou 2B admis) puis la clé",
            f"{shortened(one.value)}, clé {one.value[13:]}",
            "Un caractère du matricule a-t-il été altéré ?",
        )


def _begins_with(listed: str, given: str) -> bool:
    return listed == given or listed.startswith(given + " ")
