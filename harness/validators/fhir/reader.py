"""Read FHIR JSON into a frozen view of the Patients that it holds.

A fault of base R4 structure is a resource that no R4 reader can read: `Unreadable`, naming the
path (`structure.py`). The faults that a rule of ours judges (`birthDate`, `gender`) are left to
that rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.identity import (
    OID_INS_C,
    OID_NIA,
    OID_NIR,
    OID_NIR_DEMO,
    OID_NIR_TEST,
)
from harness.validators.fhir.document import Document, Resource, document, read_document
from harness.validators.fhir.structure import require_patient

FR_CORE = "https://hl7.fr/ig/fhir/core/"
FR_0203 = FR_CORE + "CodeSystem/fr-core-cs-v2-0203"
HL7_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
INSEE_CODE = FR_CORE + "StructureDefinition/fr-core-address-insee-code"
RELIABILITY = FR_CORE + "StructureDefinition/fr-core-identity-reliability"
GIVEN_LIST = FR_CORE + "StructureDefinition/fr-core-patient-birth-list-given-name"
COMMUNES = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"

INS_TYPES: dict[str, str] = {
    "INS-NIR": OID_NIR,
    "INS-NIA": OID_NIA,
    "INS-NIR-TEST": OID_NIR_TEST,
    "INS-NIR-DEMO": OID_NIR_DEMO,
}
"""Type code of an INS slice → its OID."""
INS_SYSTEMS = frozenset(INS_TYPES.values())
TDDUI_PATIENT = "https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition/tddui-patient"
_SCALARS = ("Coding", "Date", "DateTime", "Code", "String", "CodeableConcept", "Uri")


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """One `Patient.identifier`; empty strings mean absent."""

    path: str
    use: str
    system: str
    value: str
    types: tuple[tuple[str, str], ...]
    """(system, code) of each coding of the type."""

    @property
    def oid(self) -> str:
        """Return the OID of the system, '' when it is not a `urn:oid:`."""
        return self.system.removeprefix("urn:oid:") if self.system.startswith("urn:oid:") else ""

    @property
    def ins_type(self) -> str:
        """Return the INS type code of FR Core (`INS-NIR-TEST`…), '' when it has none."""
        return next((c for s, c in self.types if s == FR_0203 and c in INS_TYPES), "")

    def is_of_type(self, code: str) -> bool:
        """Tell whether a coding of the type has this code, whatever its system."""
        return any(found == code for _, found in self.types)

    @property
    def is_ins(self) -> bool:
        """Tell whether it is meant as an INS: by its type, or by its OID when not a billing NSS."""
        return bool(self.ins_type) or (self.oid in INS_SYSTEMS and not self.is_of_type("NH"))

    @property
    def is_old_ins_c(self) -> bool:
        """Tell whether it is the abandoned INS-C."""
        return self.oid == OID_INS_C


@dataclass(frozen=True, slots=True)
class NameView:
    """One `Patient.name`."""

    path: str
    use: str
    family: str
    given: tuple[str, ...]
    prefixes: int
    birth_lists: tuple[str, ...]
    """Values of the extension that holds the list of birth given names."""


@dataclass(frozen=True, slots=True)
class CodedPlace:
    """A birth place extension: (system, code) of each INSEE code that its address carries."""

    path: str
    has_address: bool
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of an identity reliability: its value as (kind, system, code or text)."""

    path: str
    url: str
    kind: str
    """`Coding`, `Date`… the suffix of `value[x]`; '' without a value."""
    system: str
    value: str


@dataclass(frozen=True, slots=True)
class ReliabilityView:
    """One identity reliability extension."""

    path: str
    parts: tuple[PartView, ...]

    def values(self, url: str) -> tuple[str, ...]:
        """Return the codes or texts of the parts with this url."""
        return tuple(part.value for part in self.parts if part.url == url)


@dataclass(frozen=True, slots=True)
class PatientView:
    """What the FR-PAT rules see of a Patient."""

    path: str
    identifiers: tuple[IdentifierView, ...]
    names: tuple[NameView, ...]
    gender: str
    birth_date: str
    birth_places: tuple[CodedPlace, ...]
    reliabilities: tuple[ReliabilityView, ...]

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return every identityStatus code, in order."""
        return tuple(code for one in self.reliabilities for code in one.values("identityStatus"))

    @property
    def ins_identifiers(self) -> tuple[IdentifierView, ...]:
        """Return the identifiers meant as an INS."""
        return tuple(one for one in self.identifiers if one.is_ins)

    @property
    def official_names(self) -> tuple[NameView, ...]:
        """Return the names with use official."""
        return tuple(name for name in self.names if name.use == "official")


def patients(check: Check) -> tuple[PatientView, ...]:
    """Return the Patients of the role `subject` (a Patient, or those of a Bundle).

    A tddui-patient is left out: it carries no INS, and the rules FR-DUI judge it.
    Raises `Unreadable` for bytes that are not FHIR JSON.
    """
    found = document(check)
    return () if found is None else found.view(_patients)


def read_patients(artefact: Artefact) -> tuple[PatientView, ...]:
    """Parse FHIR JSON; another resource than Patient or Bundle gives an empty tuple.

    Raises `Unreadable` for broken JSON, JSON that is no FHIR resource, or a Patient that base R4
    refuses.
    """
    return _patients(read_document(artefact))


def _patients(found: Document) -> tuple[PatientView, ...]:
    return tuple(
        found.view(_views)[one.path]
        for one in found.of_kind("Patient")
        if not one.declares(TDDUI_PATIENT)
    )


def patient_view(found: Document, one: Resource) -> PatientView:
    """Return the view of a Patient of a document.

    Raises `Unreadable` for a document that holds a Patient that base R4 refuses.
    """
    return found.view(_views)[one.path]


def _views(found: Document) -> Mapping[str, PatientView]:
    return {one.path: _view(found.name, one) for one in found.of_kind("Patient")}


def _view(name: str, resource: Resource) -> PatientView:
    data, path = resource.data, resource.path
    require_patient(name, data, path)
    extensions = _dicts(data, "extension", path)
    return PatientView(
        path=path,
        identifiers=tuple(_identifier(p, one) for p, one in _dicts(data, "identifier", path)),
        names=tuple(_name(p, one) for p, one in _dicts(data, "name", path)),
        gender=_text(data.get("gender")),
        birth_date=_text(data.get("birthDate")),
        birth_places=tuple(_place(p, e) for p, e in extensions if e.get("url") == BIRTH_PLACE),
        reliabilities=tuple(
            _reliability(p, e) for p, e in extensions if e.get("url") == RELIABILITY
        ),
    )


def _dicts(data: Mapping[str, Any], key: str, path: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (f"{path}.{key}[{index}]", one)
        for index, one in enumerate(data.get(key) or [])
        if isinstance(one, dict)
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _codings(concept: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(concept, dict):
        return ()
    return tuple(
        (_text(one.get("system")), _text(one.get("code"))) for one in concept.get("coding") or []
    )


def _identifier(path: str, data: Mapping[str, Any]) -> IdentifierView:
    return IdentifierView(
        path=path,
        use=_text(data.get("use")),
        system=_text(data.get("system")),
        value=_text(data.get("value")),
        types=_codings(data.get("type")),
    )


def _name(path: str, data: Mapping[str, Any]) -> NameView:
    return NameView(
        path=path,
        use=_text(data.get("use")),
        family=_text(data.get("family")),
        given=tuple(_text(one) for one in data.get("given") or [] if one),
        prefixes=len(data.get("prefix") or []),
        birth_lists=tuple(
            _text(one.get("valueString"))
            for _, one in _dicts(data, "extension", path)
            if one.get("url") == GIVEN_LIST
        ),
    )


def _place(path: str, extension: Mapping[str, Any]) -> CodedPlace:
    address = extension.get("valueAddress")
    if not isinstance(address, dict):
        return CodedPlace(path, False, ())
    codes = []
    for _, inner in _dicts(address, "extension", path):
        if inner.get("url") == INSEE_CODE:
            coding = inner.get("valueCoding") or {}
            codes.append((_text(coding.get("system")), _text(coding.get("code"))))
    return CodedPlace(f"{path}.valueAddress", True, tuple(codes))


def _reliability(path: str, extension: Mapping[str, Any]) -> ReliabilityView:
    return ReliabilityView(
        path, tuple(_part(p, one) for p, one in _dicts(extension, "extension", path))
    )


def _part(path: str, data: Mapping[str, Any]) -> PartView:
    url = _text(data.get("url"))
    for kind in _SCALARS:
        value = data.get(f"value{kind}")
        if value is None:
            continue
        if kind == "CodeableConcept":
            system, code = next(iter(_codings(value)), ("", ""))
            return PartView(path, url, kind, system, code)
        if isinstance(value, dict):
            return PartView(path, url, kind, _text(value.get("system")), _text(value.get("code")))
        return PartView(path, url, kind, "", _text(value))
    return PartView(path, url, "", "", "")


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The codes that one version of FR Core admits."""

    identity_status: frozenset[str]
    method_collection: frozenset[str]
    validation_mode: tuple[str, ...]
    pi_use: tuple[str, ...]
    ins_use: Mapping[str, tuple[str, ...]]


@cache
def code_lists(version: str) -> CodeLists:
    """Return the code lists of a version of FR Core (`2.1.0` or `2.2.0`).

    Raises `KeyError` for another version.
    """
    path = Path(__file__).parents[2] / "terminology" / "fhir_identity.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    of_version = data[version]
    return CodeLists(
        identity_status=frozenset(data["identity_status"]),
        method_collection=frozenset(data["method_collection"]),
        validation_mode=tuple(of_version["validation_mode"]),
        pi_use=tuple(of_version["pi_use"]),
        ins_use={code: tuple(uses) for code, uses in of_version["ins_use"].items()},
    )
