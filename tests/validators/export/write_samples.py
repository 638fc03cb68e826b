"""Writes the samples of the POR rules, when run as a module: each is one line of a table below."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

from tests.validators.samples import MESSAGES

FOLDER = MESSAGES / "export"
OID = "1.2.250.1.213.1.4.10"
IPP, OTHER = "BANC0000000000042", "BANC0000000000043"
QUALIFIED = {
    "matricule": "279035121518989",
    "oid": OID,
    "birth_name": "D'ARC-EN CIEL",
    "birth_given_names": "ANNE-LISE MARIE",
    "first_birth_given_name": "ANNE-LISE",
    "birth_date": "1979-03-28",
    "sex": "F",
    "birth_place_code": "51215",
    "used_name": "MARTIN",
    "used_given_name": "LISE",
}
PROVISIONAL = {
    **QUALIFIED,
    **{"matricule": "", "oid": "", "birth_name": "DURAND", "birth_date": "1980-11-02"},
    **{"first_birth_given_name": "CAMILLE", "birth_given_names": "CAMILLE", "sex": "M"},
    **{"used_name": "", "used_given_name": ""},
}
PERSONS = [
    {"private_id": IPP, "traits": QUALIFIED},
    {"private_id": OTHER, "traits": PROVISIONAL},
]
HISTORY = [
    {"at": "2026-04-02T08:00:00Z", "by": "pro.martin", "old": "provisoire", "new": "récupérée"},
    {"at": "2026-04-03T09:30:00Z", "by": "pro.durand", "old": "récupérée", "new": "qualifiée"},
]
HOLDER = {"kind": "identité", "patient_id": "7", "source": "api", "private_id": IPP}
HOLDER_JSON = {**HOLDER, "status": "qualifiée", "history": HISTORY, **QUALIFIED}
NOTICE = """Export de portabilité, menu Administration, bouton « Exporter ».
patients.csv (CSV, UTF-8) : une ligne par patient.
statuts.csv : historique du statut, colonne patient_id.
soins.json (JSON) : suivi de chaque patient. courriers/<ipp>.pdf : courriers, en PDF.
journal.csv : accès au dossier.

Donnée                          Place
Matricule INS                 : patients.csv, colonne ins
OID                           : patients.csv, colonne oid
Nom de naissance              : patients.csv, colonne nom_naissance
Prénoms de naissance          : patients.csv, colonne prenoms
Premier prénom de naissance   : patients.csv, colonne prenom1
Date de naissance             : patients.csv, colonne ddn
Sexe                          : patients.csv, colonne sexe
Lieu de naissance             : patients.csv, colonne insee
Nom utilisé, prénom utilisé   : patients.csv, colonnes nom_utilise et prenom_utilise
"""
COLUMNS = "id;ipp;ins;oid;nom_naissance;prenom1;prenoms;ddn;sexe;insee;nom_utilise;prenom_utilise"
FIRST = "279035121518989;{};D'ARC-EN CIEL;ANNE-LISE;ANNE-LISE MARIE;28/03/1979;F;51215;MARTIN;LISE"
PATIENTS = f"""{COLUMNS}
7;{IPP};{FIRST.format(OID)}
8;{OTHER};;;DURAND;CAMILLE;CAMILLE;02/11/1980;M;51215;;
9;AUTRE1;;;MARTIN;LISE;LISE;01/01/1970;F;75056;;
"""
STATUSES = """patient_id;date;ancien;nouveau;responsable
7;02/04/2026 10:00;provisoire;récupérée;pro.martin
7;03/04/2026 11:30;récupérée;qualifiée;pro.durand
8;02/04/2026;;provisoire;pro.martin
"""
CARE = [
    {"patient_id": 7, "date": "2026-04-03", "constantes": {"poids_kg": "61,4"}},
    {"patient_id": 8, "date": "2026-04-04", "constantes": {"poids_kg": "70"}},
]
LOG = f"""date;qui;quoi
2026-04-03;pro.durand;création de {IPP} D'ARC-EN CIEL ANNE-LISE 1979-03-28
"""
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
CSV_FILES: dict[str, Any] = {
    "export/LISEZ-MOI.txt": NOTICE,
    "export/patients.csv": PATIENTS,
    "export/statuts.csv": STATUSES,
    "export/soins.json": json.dumps(CARE),
    f"export/courriers/{IPP}.pdf": PDF,
    "export/journal.csv": LOG,
}
ENTERED = [{"private_id": IPP, "what": "poids relevé", "value": "61,4"}]
_FR = "https://hl7.fr/ig/fhir/core/StructureDefinition"


def patient(ipp: str, traits: dict[str, str]) -> dict[str, Any]:
    """Return a FHIR Patient with the traits."""
    given = [
        {
            "url": f"{_FR}/fr-core-patient-birth-list-given-name",
            "valueString": traits["birth_given_names"],
        }
    ]
    first = [traits["first_birth_given_name"]]
    names: list[dict[str, Any]] = [
        {"use": "official", "family": traits["birth_name"], "given": first, "extension": given}
    ]
    if traits["used_name"]:
        usual = {
            "use": "usual",
            "family": traits["used_name"],
            "given": [traits["used_given_name"]],
        }
        names.append(usual)
    identifiers = [{"system": "https://exemple.org/ipp", "value": f"3999999999/{ipp}"}]
    if traits["matricule"]:
        identifiers.append({"system": f"urn:oid:{OID}", "value": traits["matricule"]})
    place = {"url": f"{_FR}/insee", "valueCoding": {"code": traits["birth_place_code"]}}
    return {
        "resourceType": "Patient",
        "identifier": identifiers,
        "name": names,
        "gender": {"F": "female", "M": "male"}[traits["sex"]],
        "birthDate": traits["birth_date"],
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
                "valueAddress": {"extension": [place]},
            }
        ],
    }


def bundle(history: list[dict[str, str]], *patients: dict[str, Any]) -> str:
    """Return a Bundle with patients, and the document of the first one."""
    record = base64.b64encode(json.dumps({"historique": history}).encode()).decode()
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": "urn:uuid:0"},
        "content": [{"attachment": {"contentType": "application/json", "data": record}}],
    }
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": one} for n, one in enumerate(patients)]
    whole = [*entries, {"fullUrl": "urn:uuid:d", "resource": document}]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": whole})


GUIDE = """# Export
Par l'API `/export`. `dossiers.json` : Bundle FHIR, en JSON.
| donnée | place |
|---|---|
| matricule INS, OID | `Patient.identifier` |
| nom de naissance, premier prénom, prénoms | `Patient.name` |
| nom utilisé et prénom utilisé | `Patient.name` |
| date de naissance | `Patient.birthDate` |
| sexe | `Patient.gender` |
| lieu de naissance | extension patient-birthPlace |
"""
BOTH = (patient(IPP, QUALIFIED), patient(OTHER, PROVISIONAL))
FHIR_FILES: dict[str, Any] = {"README.md": GUIDE, "dossiers.json": bundle(HISTORY, *BOTH)}
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<usagers><usager><ipp>{IPP}</ipp><etatCivil ins="279035121518989" oid="{OID}">
<nomNaissance>D'ARC-EN CIEL</nomNaissance><premierPrenom>ANNE-LISE</premierPrenom>
<prenoms>ANNE-LISE, MARIE</prenoms><dateNaissance>19790328</dateNaissance><sexe>Féminin</sexe>
<lieu insee="51215"/><nomUtilise>MARTIN</nomUtilise><prenomUtilise>LISE</prenomUtilise></etatCivil>
</usager><usager><ipp>{OTHER}</ipp><etatCivil><nomNaissance>DURAND</nomNaissance>
<premierPrenom>CAMILLE</premierPrenom><prenoms>CAMILLE</prenoms>
<dateNaissance>1980-11-02</dateNaissance><sexe>Masculin</sexe><lieu insee="51215"/></etatCivil>
</usager></usagers>
"""
XML_GUIDE = """Export XML, par la page Administration : un fichier XML.
Matricule INS et OID : attributs ins et oid de etatCivil
Nom de naissance : nomNaissance
Prénoms de naissance : prenoms ; premier prénom : premierPrenom
Date de naissance : dateNaissance
Sexe : balise sexe
Lieu de naissance : attribut insee de lieu
Nom utilisé et prénom utilisé : nomUtilise, prenomUtilise
"""


def archive(files: dict[str, Any]) -> bytes:
    """Return a ZIP whose bytes depend on its files alone."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, value in files.items():
            data = value if isinstance(value, bytes) else value.encode()
            target.writestr(zipfile.ZipInfo(name, (2026, 4, 1, 8, 0, 0)), data)
    return content.getvalue()


def locked(content: bytes) -> bytes:
    """Return a ZIP whose last file says that it is under a password."""
    place = content.rindex(b"PK\x01\x02") + 8
    return content[:place] + bytes([content[place] | 1]) + content[place + 1 :]


def changed(files: dict[str, Any], name: str, old: str, new: str) -> dict[str, Any]:
    """Return the files with one text of one of them replaced."""
    assert old in files[name], (name, old)
    return {**files, name: files[name].replace(old, new)}


def without(files: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the files but one."""
    return {key: value for key, value in files.items() if key != name}


_P, _N, _S = "export/patients.csv", "export/LISEZ-MOI.txt", "export/statuts.csv"
_BAD_NAME = (patient(IPP, {**QUALIFIED, "birth_name": "D ARC"}), BOTH[1])
_LINES = PATIENTS.splitlines(keepends=True)
ARCHIVES: dict[str, bytes] = {
    "conformes/csv": archive(CSV_FILES),
    "conformes/fhir": archive(FHIR_FILES),
    "fautifs/POR-01/sans-le-dernier-patient": archive(
        {**CSV_FILES, _P: "".join(one for one in _LINES if OTHER not in one)}
    ),
    "fautifs/POR-01/nom-altere": archive(
        {**FHIR_FILES, "dossiers.json": bundle(HISTORY, *_BAD_NAME)}
    ),
    "fautifs/POR-01/sans-lieu-de-naissance": archive(changed(CSV_FILES, _P, ";51215", ";")),
    "fautifs/POR-01/dans-le-journal-seul": archive(
        {**CSV_FILES, _P: "".join(one for one in _LINES if IPP not in one)}
    ),
    "fautifs/POR-02/sans-documentation": archive(without(CSV_FILES, _N)),
    "fautifs/POR-02/donnee-non-nommee": archive(
        changed(CSV_FILES, _N, "Lieu de naissance             : patients.csv, colonne insee\n", "")
    ),
    "fautifs/POR-03/json-coupe": archive({**CSV_FILES, "export/soins.json": '[{"patient_id": 7,'}),
    "fautifs/POR-03/csv-boiteux": archive(
        changed(CSV_FILES, "export/journal.csv", ";pro.durand", "")
    ),
    "fautifs/POR-03/format-ferme": archive(
        {**CSV_FILES, "export/courriers/2.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40}
    ),
    "fautifs/POR-03/mot-de-passe": locked(archive({**CSV_FILES, "export/courriers/3.pdf": PDF})),
    "fautifs/POR-03/chemin-dehors": archive({**CSV_FILES, "export/courriers/../../../4.pdf": PDF}),
    "fautifs/POR-04/sans-historique": archive({**FHIR_FILES, "dossiers.json": bundle([], *BOTH)}),
    "fautifs/POR-04/sans-responsable": archive(
        changed(changed(CSV_FILES, _S, "pro.durand", ""), _S, "pro.martin", "")
    ),
    "fautifs/POR-04/donnee-de-sante-absente": archive(
        {**CSV_FILES, "export/soins.json": json.dumps(CARE[1:])}
    ),
    "fautifs/POR-05/fichier-non-documente": archive({**CSV_FILES, "export/extra.json": "[]"}),
    "fautifs/POR-05/fichier-annonce-absent": archive(without(CSV_FILES, "export/journal.csv")),
}
ALONE: dict[str, tuple[str, str]] = {
    "conformes/xml-seul": (XML, XML_GUIDE),
    "fautifs/POR-02/format-non-dit": (XML, XML_GUIDE.replace("XML", "")),
    "fautifs/POR-01/date-alteree": (XML.replace("19790328", "19790329"), XML_GUIDE),
}
"""Samples of one file alone, with the documentation handed apart."""


def check(artefacts: dict[str, Any], name: str) -> str:
    """Return the record of a sample."""
    expected: dict[str, Any] = {"persons": PERSONS}
    if "xml" not in name and "POR-02/format" not in name and "POR-01/date" not in name:
        artefacts |= {"holder": {"json": HOLDER_JSON}}
    if name in {"conformes/csv", "fautifs/POR-04/donnee-de-sante-absente"}:
        expected["entered"] = ENTERED
    record = {"artefacts": artefacts, "expected": expected}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every sample."""
    zips = FOLDER / "archives"
    zips.mkdir(parents=True, exist_ok=True)
    for name, content in ARCHIVES.items():
        file = name.replace("conformes/", "").replace("fautifs/", "").replace("/", "-")
        (zips / f"{file}.zip").write_bytes(content)
        up = "../" * name.count("/")
        write(name, {"subject": {"file": f"{up}archives/{file}.zip"}})
    for name, (content, guide) in ALONE.items():
        artefacts = {
            "subject": {"text": content, "media_type": "application/xml"},
            "documentation": {"text": guide, "media_type": "text/plain"},
        }
        write(name, artefacts)


def write(name: str, artefacts: dict[str, Any]) -> None:
    """Write the record of one sample."""
    path = FOLDER / f"{name}.check.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(check(artefacts, name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
