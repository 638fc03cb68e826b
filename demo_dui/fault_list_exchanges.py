"""Seeded faults of what goes in and out: print, messages, verification, export."""

from __future__ import annotations

from demo_dui.fault import of_theme

_PRINT = of_theme(
    "impression",
    ("impression-sans-nom", "Le nom de naissance n'est pas imprimé.", "IMP-01"),
    ("impression-sans-premier-prenom", "Le premier prénom n'est pas imprimé.", "IMP-01"),
    ("impression-sans-date", "La date de naissance n'est pas imprimée.", "IMP-01"),
    ("impression-sans-sexe", "Le sexe n'est pas imprimé.", "IMP-01"),
    ("impression-nom-altere", "Le nom est imprimé avec une lettre en moins.", "IMP-06"),
    ("impression-sans-matricule", "Qualifiée : le matricule n'est pas imprimé.", "IMP-02"),
    ("impression-matricule-sans-nature", "Le matricule est imprimé sans nature.", "IMP-02"),
    ("impression-matricule-recuperee", "Récupérée : le matricule est imprimé.", "IMP-03"),
    ("impression-datamatrix-recuperee", "Récupérée : le DataMatrix est imprimé.", "DM-11"),
    ("impression-datamatrix-absent", "Qualifiée : pas de DataMatrix.", "IMP-04"),
    ("impression-reglage-sans-effet", "Les traits réglés ne s'impriment pas.", "IMP-05"),
    ("reglage-impression-absent", "Les traits imprimés ne se règlent pas.", "IHM-18"),
    ("datamatrix-entete-faux", "L'en-tête du DataMatrix n'est pas IS01.", "DM-02"),
    ("datamatrix-bloc-inconnu", "Le DataMatrix porte un bloc inconnu.", "DM-03"),
    ("datamatrix-cle-fausse", "Le matricule du DataMatrix a une clé fausse.", "DM-04"),
    ("datamatrix-oid-faux", "L'OID du DataMatrix est celui de l'INS-C.", "DM-05"),
    ("datamatrix-minuscules", "Le nom du DataMatrix est en minuscules.", "DM-06"),
    ("datamatrix-sexe-inconnu", "Le sexe du DataMatrix vaut I.", "DM-07"),
    ("datamatrix-date-iso", "La date du DataMatrix est AAAA-MM-JJ.", "DM-08"),
    ("datamatrix-lieu-court", "Le lieu du DataMatrix a 4 caractères.", "DM-09"),
    ("datamatrix-sans-separateur", "Le DataMatrix n'a pas de séparateur GS.", "DM-10"),
    ("datamatrix-autre-nom", "Le DataMatrix porte un autre nom.", "DM-12"),
)

_MESSAGES = of_theme(
    "echanges",
    ("message-sans-ins", "ORM, SIU, ORU : l'INS qualifiée ne part pas.", "IDN-26"),
    ("message-ins-recuperee", "ORM, SIU, ORU : l'INS part dès « récupérée ».", "IDN-25"),
    ("message-autre-nom", "ORM, SIU, ORU : le nom n'est pas le bon.", "IDN-50"),
    ("reception-orm-refusee", "Un ORM reçu est refusé.", "IDN-49"),
    ("reception-siu-refusee", "Un SIU reçu est refusé.", "IDN-49"),
    ("reception-oru-refusee", "Un ORU reçu est refusé.", "IDN-49"),
    ("reception-metier-cree-doublon", "Un ORU sur un patient connu le double.", "IDN-49"),
)

_CHECKS = of_theme(
    "verification",
    ("traces-verification-absente", "La vérification INSi n'est pas tracée.", "TRA-07"),
    ("verification-tiers-absente", "L'INS d'un tiers n'est pas vérifiée.", "IDN-45"),
    ("verification-tiers-qualifiee", "L'INS d'un tiers est tenue pour qualifiée.", "IDN-39"),
    ("verification-ok-sans-ins", "L'INS vérifiée n'est pas conservée.", "IDN-39"),
    ("verification-ko-garde-ins", "KO, inconnu : l'INS est gardée.", "IDN-40"),
    ("verification-ko-inconnu-rejete", "KO, inconnu : l'identité n'est pas créée.", "IDN-40"),
    ("verification-ko-met-a-jour", "KO, connu : l'identité est mise à jour.", "IDN-41"),
    ("verification-ko-sans-liste", "KO : rien dans la liste de travail.", "IDN-44"),
    ("verification-propre-ko-ignoree", "KO sur notre identité : rien ne change.", "IDN-42"),
    (
        "verification-propre-ko-garde-matricule",
        "KO sur notre identité : le matricule reste.",
        "IDN-42",
    ),
    ("contrat-sans-effet", "Le contrat de confiance est ignoré.", "IDN-43"),
    ("liste-travail-vide-ecran", "La page de la liste de travail est vide.", "IHM-14"),
    ("reglage-contrats-absent", "Les contrats de confiance ne se règlent pas.", "IHM-16"),
)

_EXPORT = of_theme(
    "export",
    ("export-patient-oublie", "Un patient manque à l'export.", "POR-01"),
    ("export-sans-lisez-moi", "L'export n'est pas documenté.", "POR-02"),
    ("export-traces-absentes", "Les traces manquent à l'export.", "POR-05"),
    ("export-historique-absent", "L'historique du statut manque à l'export.", "POR-04"),
    ("export-nom-coupe", "Le nom de naissance est coupé à trois lettres.", "POR-01"),
    ("export-donnee-non-expliquee", "La notice oublie le lieu de naissance.", "POR-02"),
    ("export-json-coupe", "Un fichier JSON est coupé avant sa fin.", "POR-03"),
    ("export-format-ferme", "Un fichier est dans un format fermé.", "POR-03"),
    ("export-fichier-non-explique", "Un fichier exporté n'est pas dans la notice.", "POR-05"),
    ("export-bundle-collection", "Le Bundle n'est pas une transaction.", "FR-DUI-01"),
    ("export-methode-put", "Les entrées du Bundle sont en PUT.", "FR-DUI-01"),
    ("export-reference-rompue", "Une référence ne mène à aucune entrée.", "FR-DUI-03"),
    ("export-identifiant-local-nu", "L'identifiant local n'a pas le FINESS.", "FR-DUI-05"),
    ("export-ins-recuperee", "L'INS d'une récupérée est exportée.", "FR-DUI-06"),
    ("export-sans-ordre-naissance", "L'ordre de naissance n'est pas exporté.", "FR-DUI-06"),
    ("export-ins-en-double", "L'INS d'une qualifiée est exportée deux fois.", "FR-DUI-04"),
)

EXCHANGES = (*_PRINT, *_MESSAGES, *_CHECKS, *_EXPORT)
