"""Portability export (PORT 1): a ZIP with a TDDUI transaction Bundle and what explains it.

Profiles of the guide TDDUI 2.0.0 for patients, organization and practitioners. What a Patient
cannot say (history, INSi answers, billing number…) goes in one JSON document a patient, carried
by a DocumentReference. The software keeps no stay and no event: there is no Encounter.
"""

from __future__ import annotations

import base64
import io
import json
import uuid
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from demo_dui import faults, fhir_view
from demo_dui.directory_record import IDNPS
from demo_dui.identity import Identity
from demo_dui.professionals import Professional, Professionals
from demo_dui.records import KINDS
from demo_dui.service import Dui
from demo_dui.store import Store
from demo_dui.traces import now

TDDUI = "https://interop.esante.gouv.fr/ig/fhir/tddui/StructureDefinition"
LOCAL_SYSTEM = "https://identifiant-medicosocial-localusager.esante.gouv.fr"
FINESS_SYSTEM = "https://finess.esante.gouv.fr"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
# A fictitious establishment.
FINESS = "999999999"
# One name space, so that two exports of the same state give the same references.
_NAMES = uuid.UUID("5d0b5c1e-6f0e-4a53-9a36-7c1d1f0f3a11")
Json = dict[str, Any]


def archive(dui: Dui) -> bytes:
    """The whole export, as the bytes of a ZIP."""
    store = dui.store
    identities = store.identities()[::-1]
    if faults.active("export-patient-oublie"):
        identities = identities[:-1]
    files = {
        "tddui-bundle.json": bundle(dui, identities),
        "traces.json": [trace.as_journal() for trace in store.traces.read(limit=1_000_000)],
        "dossiers.json": _records(store, identities),
        "correspondants.json": [asdict(one) for one in _correspondents(store)],
        "liste-de-travail.json": [asdict(work) for work in store.works()],
        "parametres.json": store.parameters.all() | dui.rights.as_json(),
    }
    if faults.active("export-traces-absentes"):
        del files["traces.json"]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        if not faults.active("export-sans-lisez-moi"):
            target.writestr("LISEZ-MOI.md", _guide(len(identities)))
        for name, value in files.items():
            text = json.dumps(value, ensure_ascii=False, indent=1)
            if name == "parametres.json" and faults.active("export-json-coupe"):
                text = text[: len(text) // 2]
            target.writestr(name, text)
        if faults.active("export-fichier-non-explique"):
            target.writestr("interne.json", "{}")
        if faults.active("export-format-ferme"):
            target.writestr("documents.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return content.getvalue()


def _records(store: Store, identities: list[Identity]) -> Json:
    """Notes, documents and messages, by the local identifier of the person."""
    return {
        identity.private_id: {
            kind: [asdict(one) for one in store.records.of(identity.id, kind)] for kind in KINDS
        }
        for identity in identities
    }


def _correspondents(store: Store) -> list[Professional]:
    return Professionals(store.db, "correspondent").all()


def _guide(count: int) -> str:
    text = (Path(__file__).parent / "templates" / "LISEZ-MOI.md").read_text("utf-8")
    if faults.active("export-donnee-non-expliquee"):
        text = "\n".join(line for line in text.splitlines() if "lieu de naissance" not in line)
    return text.format(count=count, at=now())


def bundle(dui: Dui, identities: list[Identity]) -> Json:
    """The transaction Bundle: organization, practitioners, patients and their documents."""
    entries = [_entry("structure", _organization())]
    held = Professionals(dui.store.db)
    entries += [
        _entry(f"pro:{login}", _practitioner(login, held.of_login(login)))
        for login in dui.rights.users
    ]
    entries += [
        _entry(f"correspondant:{one.id}", _practitioner("", one))
        for one in Professionals(dui.store.db, "correspondent").all()
    ]
    for identity in identities:
        entries.append(_entry(f"patient:{identity.id}", _patient(identity)))
        entries.append(_entry(f"document:{identity.id}", _document(dui.store, identity)))
    kind = "collection" if faults.active("export-bundle-collection") else "transaction"
    return {"resourceType": "Bundle", "type": kind, "timestamp": now(), "entry": entries}


def _full_url(key: str) -> str:
    return f"urn:uuid:{uuid.uuid5(_NAMES, key)}"


def _entry(key: str, resource: Json) -> Json:
    method = "PUT" if faults.active("export-methode-put") else "POST"
    request = {"method": method, "url": resource["resourceType"]}
    return {"fullUrl": _full_url(key), "resource": resource, "request": request}


def _organization() -> Json:
    return {
        "resourceType": "Organization",
        "meta": {"profile": [f"{TDDUI}/tddui-organization"]},
        "identifier": [{"system": FINESS_SYSTEM, "value": FINESS}],
        "name": "Établissement de démonstration",
    }


def _practitioner(login: str, professional: Professional | None) -> Json:
    """A user, or a correspondant (no login): what the Annuaire says, else what the login says."""
    first, _, family = login.partition(".")
    users = "https://dui-demonstration.example.org/users"
    identifiers = [{"system": users, "value": login}] if login else []
    name: Json = {"family": family.upper() or login, "text": f"{first} {family}".strip()}
    if professional is not None:
        identifiers.append({"system": IDNPS, "value": professional.national_id})
        given = professional.exercise_given_name
        name = {"family": professional.exercise_name or "inconnu"}
        name |= {"given": [given]} if given else {}
    return {
        "resourceType": "Practitioner",
        "meta": {"profile": [f"{TDDUI}/tddui-practitioner"]},
        "identifier": identifiers,
        "name": [name],
    }


def _patient(identity: Identity) -> Json:
    """The FR Core view, under the TDDUI profile that fits: with the INS only when qualifiée."""
    resource = fhir_view.write(identity)
    with_ins = identity.shareable_matricule
    profile = "tddui-patient-ins" if with_ins else "tddui-patient"
    resource["meta"] = {"profile": [f"{TDDUI}/{profile}"]}
    resource.pop("id", None)
    if faults.active("export-nom-coupe"):
        for name in resource["name"]:
            name |= {"family": name.get("family", "")[:3]}
    for identifier in resource["identifier"]:
        if identifier["type"]["coding"][0]["code"] == "PI":
            local = "" if faults.active("export-identifiant-local-nu") else f"3{FINESS}/"
            identifier |= {"system": LOCAL_SYSTEM, "value": f"{local}{identity.private_id}"}
    if with_ins and faults.active("export-ins-en-double"):
        resource["identifier"].append(fhir_view.ins_identifier(identity, str(identity.matricule)))
    if not with_ins and identity.matricule and faults.active("export-ins-recuperee"):
        resource["identifier"].append(fhir_view.ins_identifier(identity, identity.matricule))
    if not with_ins and not faults.active("export-sans-ordre-naissance"):
        resource["_birthDate"] = {"extension": [_birth_order(identity)]}
    return resource


def _birth_order(identity: Identity) -> Json:
    """Order of birth in the register: read in the billing number, else said to be unknown."""
    url = f"{TDDUI}/tddui-birth-order"
    order = (identity.nss or "")[10:13]
    if order.isdecimal() and int(order) > 0:
        return {"url": url, "valuePositiveInt": int(order)}
    return {"url": url, "extension": [{"url": ABSENT, "valueCode": "unknown"}]}


def _document(store: Store, identity: Identity) -> Json:
    """What the software keeps of a person and that a Patient resource cannot carry."""
    content = json.dumps(_record(store, identity), ensure_ascii=False, indent=1)
    subject = "patient:0" if faults.active("export-reference-rompue") else f"patient:{identity.id}"
    attachment = {
        "contentType": "application/json",
        "data": base64.b64encode(content.encode()).decode(),
        "title": f"Dossier d'identité {identity.private_id}",
    }
    return {
        "resourceType": "DocumentReference",
        "meta": {"profile": [f"{TDDUI}/tddui-document-reference"]},
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": _full_url(identity.id)},
        "status": "current",
        "type": {"text": "Dossier d'identité"},
        "subject": {"reference": _full_url(subject)},
        "date": now(),
        "content": [{"attachment": attachment}],
    }


def _record(store: Store, identity: Identity) -> Json:
    kept = asdict(identity)
    if not identity.shareable_matricule:
        # An INS that is not qualified does not leave the software (règle 28).
        kept |= {"matricule": None, "oid": None}
    record = {
        "identite": kept,
        "historique_du_statut": [asdict(change) for change in store.status_changes(identity.id)],
        "comptes": [{"login": one.login} for one in store.accounts_of(identity.id)],
    }
    if faults.active("export-historique-absent"):
        del record["historique_du_statut"]
    if identity.shareable_matricule:
        former = [asdict(ins) for ins in store.former_ins(identity.id)]
        answers = [asdict(answer) for answer in store.insi_answers(identity.id)]
        record |= {"anciens_matricules": former, "reponses_insi": answers}
    return record
