"""Rules on the Patients of a transfer of DUI data (TDDUI)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from harness.model.identity import shortened
from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.document import Document, Resource
from harness.validators.fhir.elements import count, listed, objects, text, type_codes
from harness.validators.fhir.reader import IdentifierView, PatientView, patient_view
from harness.validators.fhir.tddui import (
    BIRTH_ORDER,
    LOCAL_USERS,
    PATIENT,
    PATIENT_INS,
    STANDARD,
    TDDUI,
    declaring,
)

_LOCAL = re.compile(r"3(?:\d{2}|2[AB])\d{7}/\S.*\Z")
_GENDERS = ("male", "female", "unknown")


def patients_with_ins(check: Check) -> Iterator[tuple[Document, Resource]]:
    """Yield the Patients that declare tddui-patient-ins."""
    return declaring(check, "Patient", PATIENT_INS)


def patients_without_ins(check: Check) -> Iterator[tuple[Document, Resource]]:
    """Yield the Patients that declare tddui-patient."""
    return declaring(check, "Patient", PATIENT)


def local_identifiers(check: Check) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path, identifier) of each local identifier of a TDDUI Patient."""
    for canonical in (PATIENT_INS, PATIENT):
        for _, one in declaring(check, "Patient", canonical):
            for index, identifier in enumerate(listed(one.data, "identifier")):
                if _is_local(identifier):
                    yield f"{one.path}.identifier[{index}]", identifier


def _has_type(identifier: object, code: str) -> bool:
    return any(found == code for _, found in type_codes(identifier))


def _is_local(identifier: object) -> bool:
    return _has_type(identifier, "PLI") or text(identifier, "system") == LOCAL_USERS


@rule("FR-DUI-04", standard=f"{STANDARD}, profil tddui-patient-ins", each=patients_with_ins)
def patient_with_ins_fills_its_slices(
    sending: tuple[Document, Resource], check: Check
) -> Iterator[Finding]:
    """One INS of each nature, one usual name, one local identifier and one MDPH number at most."""
    found, one = sending
    view = patient_view(found, one)
    yield from _repeated(view)
    for code, word in (("PLI", "identifiant local (PLI)"), ("PIN", "numéro d'origine (PIN, MDPH)")):
        held = [
            (index, identifier)
            for index, identifier in enumerate(listed(one.data, "identifier"))
            if (_is_local(identifier) if code == "PLI" else _has_type(identifier, code))
        ]
        if len(held) > 1:
            yield Finding(f"{one.path}.identifier", f"au plus un {word}", f"{len(held)}")
        for index, identifier in held:
            yield from _slice_faults(f"{one.path}.identifier[{index}]", identifier, code)


def _repeated(view: PatientView) -> Iterator[Finding]:
    natures = Counter(identifier.ins_type for identifier in view.ins_identifiers)
    for nature, times in natures.items():
        if times > 1:
            yield Finding(
                f"{view.path}.identifier",
                f"au plus un identifiant {nature}",
                ", ".join(_told(i) for i in view.ins_identifiers if i.ins_type == nature),
                "Un ancien matricule est-il envoyé avec l'actuel ?",
            )
    usual = [name for name in view.names if name.use == "usual"]
    if len(usual) > 1:
        yield Finding(f"{view.path}.name", "au plus un nom avec use usual", f"{len(usual)}")


def _told(identifier: IdentifierView) -> str:
    return shortened(identifier.value) if identifier.value else "sans valeur"


def _slice_faults(path: str, identifier: object, code: str) -> Iterator[Finding]:
    for name in ("system", "value"):
        if not text(identifier, name):
            yield Finding(
                f"{path}.{name}", f"{name} renseigné", "absent", "Qui attribue l'identifiant ?"
            )
    if not any(s.startswith(TDDUI) and c == code for s, c in type_codes(identifier)):
        yield Finding(
            f"{path}.type",
            f"{code} du système d'identifiants de TDDUI ({TDDUI}CodeSystem/…)",
            ", ".join(f"{s}#{c}" for s, c in type_codes(identifier)) or "sans type",
            "L'émetteur suit-il l'exemple du guide, qui garde le PI de HL7 ?",
            Level.WARNING,
        )


@rule("FR-DUI-05", standard=f"{STANDARD}, identifiant local de l'usager", each=local_identifiers)
def local_identifier_starts_with_its_finess(
    sending: tuple[str, Mapping[str, Any]], check: Check
) -> Iterator[Finding]:
    """A local identifier is 3, the FINESS number, a slash and the number in the establishment."""
    path, identifier = sending
    value, system = text(identifier, "value"), text(identifier, "system")
    if value and not _LOCAL.match(value):
        yield Finding(
            f"{path}.value",
            "3 + FINESS (9 caractères) + « / » + numéro local",
            value[:60],
            "Le numéro FINESS de l'établissement précède-t-il le numéro local ?",
        )
    if system and system != LOCAL_USERS:
        yield Finding(f"{path}.system", LOCAL_USERS, system[:120], "Le système est-il le bon ?")


@rule("FR-DUI-06", standard=f"{STANDARD}, profil tddui-patient", each=patients_without_ins)
def patient_without_ins_has_its_traits(
    sending: tuple[Document, Resource], check: Check
) -> Iterator[Finding]:
    """A Patient without INS has birth date and order, one official name, a sex, and no INS."""
    found, one = sending
    view = patient_view(found, one)
    if not view.birth_date:
        yield Finding(f"{one.path}.birthDate", "une date de naissance", "absente")
    orders = [
        extension
        for extension in objects(one.data.get("_birthDate"), "extension")
        if text(extension, "url") == BIRTH_ORDER
    ]
    if len(orders) != 1:
        yield Finding(
            f"{one.path}.birthDate.extension(tddui-birth-order)",
            "exactement un rang de naissance",
            f"{len(orders)}",
            "L'extension est-elle portée par birthDate (_birthDate en JSON) ?",
        )
    if len(view.official_names) != 1:
        yield Finding(
            f"{one.path}.name",
            "exactement un nom avec use official",
            f"{len(view.official_names)} sur {count(one.data, 'name')}",
        )
    if view.gender not in _GENDERS:
        yield Finding(f"{one.path}.gender", ", ".join(_GENDERS), view.gender or "absent")
    for identifier in view.ins_identifiers:
        yield Finding(
            identifier.path,
            "aucune INS sous le profil tddui-patient",
            f"{identifier.ins_type or identifier.oid} {_told(identifier)}",
            "Le profil attendu est-il tddui-patient-ins ?",
        )
