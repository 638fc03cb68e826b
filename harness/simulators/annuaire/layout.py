"""Names of the Annuaire Santé: profiles, systems, code lists, columns of the extraction.

The README of this folder says which are published and which are assumed.
"""

from __future__ import annotations

API_PATH = "/fhir/v2"
EXTRACTION_PATH = "/extraction/PS_LibreAcces"
KEY_HEADER = "ESANTE-API-KEY"
PAGE = "_page"
PAGE_SIZE = 50
"""Entries of a page unless `_count` asks for fewer."""

_FR_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition"
_ANNUAIRE = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition"
PROFILES = {
    "Practitioner": (
        f"{_FR_CORE}/fr-core-practitioner|2.2.0",
        f"{_ANNUAIRE}/as-dp-practitioner|1.2.0",
    ),
    "PractitionerRole": (
        f"{_FR_CORE}/fr-core-practitioner-role|2.2.0",
        f"{_ANNUAIRE}/as-dp-practitionerrole|1.2.0",
    ),
    "Organization": (
        f"{_FR_CORE}/fr-core-organization|2.2.0",
        f"{_ANNUAIRE}/as-dp-organization|1.2.0",
    ),
}
SOURCE = "https://annuaire.sante.fr"
IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
IDNPS_SYSTEM = "urn:oid:1.2.250.1.71.4.2.1"
IDNST_SYSTEM = "urn:oid:1.2.250.1.71.4.2.2"
RPPS_SYSTEM = "https://rpps.esante.gouv.fr"
FINESS_SYSTEM = "https://finess.esante.gouv.fr"
EMAIL_TYPE = f"{_FR_CORE}/fr-core-contact-point-email-type"
MAILBOX_METADATA = f"{_ANNUAIRE}/as-ext-mailbox-mss-metadata"


def nos(table: str) -> str:
    """Return the system of a table of the NOS: `TRE_G15-ProfessionSante`…"""
    return f"https://mos.esante.gouv.fr/NOS/{table}/FHIR/{table.replace('_', '-', 1)}"


PROFESSION = nos("TRE_G15-ProfessionSante")
CATEGORY = nos("TRE_R09-CategorieProfessionnelle")
SKILL_TYPE = nos("TRE_R04-TypeSavoirFaire")
SPECIALITY = nos("TRE_R38-SpecialiteOrdinale")
ACTIVITY_KIND = nos("TRE_R22-GenreActivite")
MODE = nos("TRE_R23-ModeExercice")
SECTOR = nos("TRE_R02-SecteurActivite")
MAIL_SERVICE = nos("TRE_R256-TypeMessagerie")
MAILBOX_KIND = nos("TRE_R257-TypeBAL")

CATEGORIES = {"C": "Civil", "M": "Militaire", "E": "Etudiant"}
MODES = {"L": "Libéral", "S": "Salarié", "B": "Bénévole"}
SECTORS = {"SA05": "Centre de santé", "SA07": "Cabinet individuel"}
ORDINAL_SPECIALITY = ("S", "Spécialité ordinale")
CARE_ACTIVITY = "GENR01"

COLUMNS = (
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Libellé civilité d'exercice",
    "Code civilité",
    "Libellé civilité",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Libellé profession",
    "Code catégorie professionnelle",
    "Libellé catégorie professionnelle",
    "Code type savoir-faire",
    "Libellé type savoir-faire",
    "Code savoir-faire",
    "Libellé savoir-faire",
    "Code mode exercice",
    "Libellé mode exercice",
    "Numéro SIRET site",
    "Numéro SIREN site",
    "Numéro FINESS site",
    "Numéro FINESS établissement juridique",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Enseigne commerciale site",
    "Complément destinataire (coord. structure)",
    "Complément point géographique (coord. structure)",
    "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)",
    "Code type de voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
    "Mention distribution (coord. structure)",
    "Bureau cedex (coord. structure)",
    "Code postal (coord. structure)",
    "Code commune (coord. structure)",
    "Libellé commune (coord. structure)",
    "Code pays (coord. structure)",
    "Libellé pays (coord. structure)",
    "Téléphone (coord. structure)",
    "Téléphone 2 (coord. structure)",
    "Télécopie (coord. structure)",
    "Adresse e-mail (coord. structure)",
    "Code Département (structure)",
    "Libellé Département (structure)",
    "Ancien identifiant de la structure",
    "Autorité d'enregistrement",
    "Code secteur d'activité",
    "Libellé secteur d'activité",
    "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
    "Code rôle",
    "Libellé rôle",
    "Code genre activité",
    "Libellé genre activité",
)
"""Columns of `PS_LibreAcces_Personne_activite`, in order."""
