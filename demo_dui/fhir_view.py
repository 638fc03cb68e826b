"""FR Core Patient: read from a business client, and written for the outside (règle 28 applied)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from demo_dui import faults
from demo_dui.identity import Draft, Identity, Traits, with_wrong_key
from demo_dui.naming import Refusal
from demo_dui.status import WITH_INS, Status

FR = "https://hl7.fr/ig/fhir/core"
PROFILE = f"{FR}/StructureDefinition/fr-core-patient"
PROFILE_INS = f"{FR}/StructureDefinition/fr-core-patient-ins"
RELIABILITY = f"{FR}/StructureDefinition/fr-core-identity-reliability"
GIVEN_LIST = f"{FR}/StructureDefinition/fr-core-patient-birth-list-given-name"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
INSEE = f"{FR}/StructureDefinition/fr-core-address-insee-code"
COMMUNE = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
FR_TYPES = f"{FR}/CodeSystem/fr-core-cs-v2-0203"
STATUSES = f"{FR}/CodeSystem/fr-core-cs-v2-0445"
METHODS = f"{FR}/CodeSystem/fr-core-cs-method-collection"
DOCUMENTS = f"{FR}/CodeSystem/fr-core-cs-mode-validation-identity"
INS_TYPES = {
    "1.2.250.1.213.1.4.8": "INS-NIR",
    "1.2.250.1.213.1.4.9": "INS-NIA",
    "1.2.250.1.213.1.4.10": "INS-NIR-TEST",
    "1.2.250.1.213.1.4.11": "INS-NIR-DEMO",
}
# Where a refused field sits in the resource, as FHIRPath.
EXPRESSIONS = {
    "birth_name": "Patient.name.where(use='official').family",
    "first_birth_given_name": "Patient.name.where(use='official').given",
    "birth_given_names": f"Patient.name.where(use='official').extension('{GIVEN_LIST}')",
    "birth_date": "Patient.birthDate",
    "sex": "Patient.gender",
    "birth_place_code": f"Patient.extension('{BIRTH_PLACE}').value.extension('{INSEE}')",
    "used_name": "Patient.name.where(use='usual').family",
    "used_given_name": "Patient.name.where(use='usual').given",
    "private_id": "Patient.identifier.where(type.coding.code='PI')",
}
_GENDERS = {"M": "male", "F": "female", "U": "unknown"}
# Documents that both editions of FR Core admit beside an INS.
_DOCUMENTS_OF_INS = {"PA", "CN", "AN", "LE"}
_METHOD_CODES = {"SM", "CV", "INSI", "CB", "RFID"}
Json = dict[str, Any]


class NotAPatientError(Exception):
    """The body is not a Patient resource; the message says why, in French."""


# Reading


def read(body: object) -> Draft:
    """Read a Patient resource. An INS in it is ignored: the matricule comes from INSi or a GAP."""
    if not isinstance(body, dict) or body.get("resourceType") != "Patient":
        raise NotAPatientError("le corps doit être une ressource FHIR Patient (resourceType)")
    names = [item for item in _list(body, "name") if isinstance(item, dict)]
    official = next((name for name in names if name.get("use") == "official"), {})
    usual = next((name for name in names if name.get("use") == "usual"), {})
    given = [str(item) for item in _list(official, "given")]
    listed = _text(_extension(official, GIVEN_LIST).get("valueString"))
    traits = Traits(
        birth_name=_text(official.get("family")),
        first_birth_given_name=given[0] if given else None,
        birth_given_names=listed or " ".join(given) or None,
        birth_date=_text(body.get("birthDate")),
        sex=_sex(body.get("gender")),
        birth_place_code=_place(body),
        used_name=_text(usual.get("family")),
        used_given_name=" ".join(str(item) for item in _list(usual, "given")) or None,
    )
    local = _local_identifier(body)
    system = _text(local.get("system"))
    return Draft(traits=traits, private_id=_text(local.get("value")), private_system=system)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _list(owner: Json, name: str) -> list[Any]:
    value = owner.get(name, [])
    if not isinstance(value, list):
        raise NotAPatientError(f"l'élément {name} doit être une liste")
    return value


def _extension(owner: Json, url: str) -> Json:
    for extension in _list(owner, "extension"):
        if isinstance(extension, dict) and extension.get("url") == url:
            return extension
    return {}


def _sex(gender: object) -> str | None:
    codes = {word: code for code, word in _GENDERS.items()}
    # Another word is kept as is: the rule on the trait then refuses it by name.
    return codes.get(gender, gender) if isinstance(gender, str) and gender else None


def _place(body: Json) -> str | None:
    address = _extension(body, BIRTH_PLACE).get("valueAddress")
    coding = _extension(address, INSEE).get("valueCoding") if isinstance(address, dict) else None
    return _text(coding.get("code")) if isinstance(coding, dict) else None


def _local_identifier(body: Json) -> Json:
    for identifier in _list(body, "identifier"):
        kind = identifier.get("type") if isinstance(identifier, dict) else None
        codings = kind.get("coding", []) if isinstance(kind, dict) else []
        if any(isinstance(coding, dict) and coding.get("code") == "PI" for coding in codings):
            return dict(identifier)
    return {}


# Writing


def write(identity: Identity) -> Json:
    """The Patient resource that the outside may read: INS only when the identity is qualified."""
    early = faults.active("fhir-matricule-recuperee") and identity.status in WITH_INS
    shared = (identity.shareable_matricule or early) and bool(identity.oid)
    traits = identity.traits
    place = None if faults.active("fhir-lieu-absent") else traits.birth_place_code
    resource: Json = {
        "resourceType": "Patient",
        "id": identity.id,
        "meta": {
            "lastUpdated": identity.updated_at,
            "profile": [PROFILE_INS if shared else PROFILE],
        },
        "extension": [_reliability(identity), *([_birth_place(place)] if place else [])],
        "identifier": _identifiers(identity, shared),
        "name": _names(traits),
        "gender": "other" if faults.active("fhir-sexe-other") else _GENDERS.get(traits.sex or ""),
        "birthDate": traits.birth_date,
    }
    return {name: value for name, value in resource.items() if value is not None}


def _reliability(identity: Identity) -> Json:
    qualified = identity.status is Status.QUALIFIEE
    # In this code list VALI goes with an INS (fr-core-1): "validée" without INSi stays PROV.
    vali = qualified or faults.active("fhir-statut-toujours-vali")
    parts: list[Json] = [
        {
            "url": "identityStatus",
            "valueCoding": {"system": STATUSES, "code": "VALI" if vali else "PROV"},
        },
        {"url": "dateCollection", "valueDate": identity.insi_on or identity.created_on},
    ]
    if identity.method in _METHOD_CODES:
        method = {"system": METHODS, "code": identity.method}
        parts.append({"url": "methodCollection", "valueCoding": method})
    if identity.document in _DOCUMENTS_OF_INS and identity.document_on:
        parts.append({"url": "validationDate", "valueDate": identity.document_on})
        mode = {"system": DOCUMENTS, "code": identity.document}
        parts.append({"url": "validationMode", "valueCoding": mode})
    return {"url": RELIABILITY, "extension": parts}


def _birth_place(code: str) -> Json:
    coding = {"system": COMMUNE, "code": code}
    return {
        "url": BIRTH_PLACE,
        "valueAddress": {"extension": [{"url": INSEE, "valueCoding": coding}]},
    }


def _identifiers(identity: Identity, shared: bool) -> list[Json]:
    coding = {"system": TYPES, "code": "PI", "display": "Patient internal identifier"}
    local: Json = {
        "use": "official" if faults.active("fhir-pi-officiel") else "usual",
        "type": {"coding": [coding]},
        "system": identity.private_system,
        "value": identity.private_id,
    }
    if faults.active("fhir-pi-sans-systeme"):
        del local["system"]
    if not shared or not identity.matricule or faults.active("fhir-matricule-absent"):
        return [local]
    return [local, ins_identifier(identity, identity.matricule)]


def ins_identifier(identity: Identity, value: str) -> Json:
    """The INS slice of an identity, whatever its status: the caller decides whether it leaves."""
    kind = "INS-NIR" if faults.active("fhir-type-ins-incoherent") else INS_TYPES[str(identity.oid)]
    return {
        "use": "official",
        "type": {"coding": [{"system": FR_TYPES, "code": kind}]},
        "system": f"urn:oid:{identity.oid}",
        "value": with_wrong_key(value) if faults.active("fhir-cle-fausse") else value,
    }


def _names(traits: Traits) -> list[Json]:
    official: Json = {"use": "official"}
    if traits.birth_given_names and not faults.active("fhir-liste-prenoms-absente"):
        official["extension"] = [{"url": GIVEN_LIST, "valueString": traits.birth_given_names}]
    if traits.birth_name:
        official["family"] = traits.birth_name
    if traits.first_birth_given_name:
        official["given"] = [traits.first_birth_given_name]
    names = [official]
    if traits.used_name or traits.used_given_name:
        usual: Json = {"use": "usual"}
        if traits.used_name:
            usual["family"] = traits.used_name
        if traits.used_given_name:
            usual["given"] = [traits.used_given_name]
        names.append(usual)
    return names


def bundle(identities: Iterable[Identity], base: str) -> Json:
    """A searchset Bundle; `base` is the absolute address of the FHIR endpoint."""
    entries = [
        {
            "fullUrl": f"{base}/Patient/{identity.id}",
            "resource": write(identity),
            "search": {"mode": "match"},
        }
        for identity in identities
    ]
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(entries),
        **({"entry": entries} if entries else {}),
    }


def outcome(refusals: Iterable[Refusal], code: str = "business-rule") -> Json:
    """An OperationOutcome that names each refused element, in French."""
    issues = []
    for refusal in refusals:
        issue: Json = {"severity": "error", "code": code, "diagnostics": refusal.message}
        if refusal.field in EXPRESSIONS:
            issue["expression"] = [EXPRESSIONS[refusal.field]]
        issues.append(issue)
    return {"resourceType": "OperationOutcome", "issue": issues}
