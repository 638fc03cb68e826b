"""Seeded faults of the functional traces: what is kept, and the exports that tell it."""

from __future__ import annotations

from demo_dui.fault import of_theme

_KEPT = of_theme(
    "journal",
    ("journal-connexion-absente", "Une connexion réussie n'est pas tracée.", "TRA-19"),
    ("journal-echec-connexion-absent", "Un échec de connexion n'est pas tracé.", "TRA-19"),
    ("journal-deconnexion-absente", "La déconnexion n'est pas tracée.", "TRA-19"),
    ("journal-note-absente", "La note de visite n'est pas tracée.", "TRA-19"),
    ("journal-document-absent", "Le dépôt de document n'est pas tracé.", "TRA-19"),
    ("journal-message-absent", "L'envoi de message n'est pas tracé.", "TRA-19"),
    ("journal-message-echec-absent", "L'envoi en échec n'est pas tracé.", "TRA-19"),
    ("journal-bonne-pratique-absente", "Une bonne pratique lue n'est pas tracée.", "TRA-19"),
    ("journal-droits-absents", "Le changement de droits n'est pas tracé.", "TRA-19"),
    ("journal-refus-absent", "Une tentative refusée n'est pas tracée.", "TRA-19"),
    ("journal-autre-auteur", "La trace nomme un autre utilisateur.", "TRA-20"),
    ("journal-sans-auteur", "La trace ne nomme personne.", "TRA-09"),
    ("journal-autre-personne", "La trace nomme une autre personne prise en charge.", "TRA-21"),
    ("journal-sans-personne", "La trace ne dit pas sur qui l'acte a porté.", "TRA-11"),
    ("journal-sans-resultat", "La trace ne dit pas le résultat.", "TRA-13"),
    ("journal-sans-origine", "La trace ne dit pas d'où elle vient.", "TRA-14"),
    ("journal-echec-note-ok", "Un échec est tracé comme une réussite.", "TRA-29"),
    ("journal-avant-acte", "La trace est datée d'avant l'acte.", "TRA-16"),
    ("journal-heure-decalee", "L'heure de la trace a deux heures d'avance.", "TRA-19"),
    ("journal-sans-fuseau", "L'heure de la trace n'a pas de fuseau.", "TRA-12"),
    ("journal-trace-en-double", "Chaque trace est écrite deux fois.", "TRA-22"),
    ("journal-trace-inventee", "Une note de visite invente un dépôt de document.", "TRA-22"),
    ("journal-requete-entiere", "La trace garde la requête, codes et jetons compris.", "TRA-17"),
    ("journal-mot-de-passe", "La trace d'un échec garde le mot de passe.", "TRA-17"),
)

_EXPORTS = of_theme(
    "journal",
    ("journal-desordre", "Une trace sur deux est datée d'une minute plus tôt.", "TRA-15"),
    ("journal-matricule-entier", "L'export montre les matricules entiers.", "TRA-18"),
    ("journal-modifiable", "Un utilisateur change une trace.", "TRA-23"),
    ("journal-effacable", "Un utilisateur efface une trace.", "TRA-23"),
    ("journal-sans-heure-acte", "AuditEvent n'a pas period.start.", "FR-TDE-01"),
    ("journal-fhir-deux-sous-types", "AuditEvent a deux subtype.", "FR-TDE-01"),
    ("journal-fhir-trois-agents", "AuditEvent a trois agents.", "FR-TDE-01"),
    ("journal-fhir-sans-observateur", "AuditEvent n'a pas source.observer.", "FR-TDE-01"),
    ("journal-syslog-pri", "La priorité syslog est hors de 0 à 191.", "TRA-27"),
    ("journal-syslog-sans-date", "AuditMessage n'a pas EventDateTime.", "TRA-27"),
    ("journal-syslog-sans-auteur", "AuditMessage n'a pas d'ActiveParticipant.", "TRA-27"),
    ("journal-csv-separateur", "Le point-virgule n'est pas protégé dans le CSV.", "TRA-28"),
    ("journal-json-coupe", "La dernière ligne JSON est coupée.", "TRA-28"),
)

AUDIT = (*_KEPT, *_EXPORTS)
