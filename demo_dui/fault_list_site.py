"""Seeded faults of the site's side: rights, traces, search, locks, attributes, justificatifs."""

from __future__ import annotations

from demo_dui.fault import of_theme

_RIGHTS = of_theme(
    "droits",
    ("droits-page-ouverte", "La fiche s'ouvre à un profil sans droit d'accès.", "AUT-01"),
    ("droits-api-ouverte", "L'API rend la personne à un profil sans droit.", "AUT-02"),
    ("droits-fhir-ouvert", "FHIR rend la personne à un profil sans droit.", "AUT-02"),
    ("droits-recherche-ouverte", "La recherche s'ouvre à un profil sans droit.", "AUT-02"),
    ("droits-insi-ouvert", "Un profil sans droit INSi appelle INSi.", "AUT-03"),
    ("droits-refus-bavard", "La page de refus nomme la personne.", "AUT-01 AUT-02"),
    ("droits-changement-sans-effet", "Un changement de droits n'a pas d'effet.", "AUT-02"),
    ("droits-gestion-ouverte", "Un profil sans gestion change les droits.", "AUT-04"),
    ("droits-traces-ouvertes", "Les traces se lisent sans le droit.", "AUT-05"),
    ("droits-reglage-absent", "La page des droits ne montre aucun profil.", "IHM-13"),
)

_TRACES = of_theme(
    "traces",
    ("traces-consultation-absente", "La consultation d'une fiche n'est pas tracée.", "TRA-01"),
    ("traces-auteur-generique", "La trace ne nomme pas l'utilisateur.", "TRA-01 TRA-02 TRA-03"),
    ("traces-sans-date", "La trace n'est pas datée.", "TRA-01 TRA-02 TRA-03"),
    ("traces-insi-absente", "L'appel INSi n'est pas tracé.", "TRA-02 TRA-04 TRA-05"),
    ("traces-insi-sans-code", "La trace INSi ne porte pas le code.", "TRA-04"),
    ("traces-insi-sans-mode", "La trace INSi ne dit pas le mode d'appel.", "TRA-04"),
    ("traces-insi-sans-reponse", "La réponse d'INSi n'est pas gardée.", "TRA-05"),
    ("traces-modification-absente", "Une modification n'est pas tracée.", "TRA-03"),
    ("traces-modification-sans-nature", "La trace ne dit pas ce qui a changé.", "TRA-03"),
    ("traces-partenaire-absente", "Un envoi au partenaire n'est pas tracé.", "TRA-06"),
    ("traces-sans-destinataire", "La trace d'envoi ne nomme pas le destinataire.", "TRA-06"),
    ("traces-reception-absente", "Une réception n'est pas tracée.", "TRA-08"),
)

_SEARCH = of_theme(
    "recherche",
    ("recherche-date-ignoree", "La date de naissance ne filtre pas.", "IDN-27"),
    ("recherche-premier-seul", "Seul un des homonymes est rendu.", "IDN-27"),
    ("recherche-nom-entier", "Les premières lettres ne suffisent pas.", "IDN-27"),
    ("recherche-nom-naissance-ignore", "Le nom de naissance n'est pas cherché.", "IDN-27"),
    ("recherche-nom-utilise-ignore", "Le nom utilisé n'est pas cherché.", "IDN-27"),
    ("recherche-prenom-utilise-ignore", "Le prénom utilisé n'est pas cherché.", "IDN-27"),
    ("recherche-premier-prenom-ignore", "Le premier prénom n'est pas cherché.", "IDN-27"),
    ("recherche-liste-prenoms-ignoree", "Les autres prénoms ne sont pas cherchés.", "IDN-27"),
    ("recherche-matricule-jamais-trouvee", "Un matricule juste ne trouve rien.", "IDN-28"),
    ("recherche-cle-ignoree", "Une clé fausse n'arrête pas la recherche.", "IDN-29"),
    ("recherche-matricule-sans-cle", "Un matricule sans clé est cherché.", "IDN-29"),
    ("recherche-trait-union-sensible", "Le trait d'union compte.", "IDN-27"),
    ("recherche-apostrophe-sensible", "L'apostrophe compte.", "IDN-27"),
    ("recherche-double-trait-sensible", "Le double trait d'union compte.", "IDN-27"),
    ("recherche-accents-sensible", "Les accents saisis comptent.", "IDN-27"),
)

_LOCKS = of_theme(
    "verrous",
    ("verrou-recuperee-absent", "Récupérée : traits stricts modifiables par tous.", "IDN-35"),
    ("verrou-qualifiee-absent", "Qualifiée : traits stricts modifiables par tous.", "IDN-35"),
    ("verrou-nom-utilise", "Le nom utilisé est verrouillé lui aussi.", "IDN-36"),
    ("verrou-invisible", "La page montre modifiable un trait verrouillé.", "IHM-10"),
    ("prenom-incoherent-accepte", "Un premier prénom hors de la liste est accepté.", "IDN-30"),
    ("prenom-verrouille", "Le premier prénom ne suit plus la liste d'INSi.", "IDN-30"),
    ("super-garde-statut", "Trait strict changé : le statut reste.", "IDN-37"),
    ("super-garde-matricule", "Trait strict changé : le matricule reste.", "IDN-37"),
    ("super-garde-oid", "Trait strict changé : l'OID reste.", "IDN-37"),
    ("super-tout-provisoire", "Une qualifiée rétrogradée devient provisoire.", "IDN-37"),
    ("nom-utilise-retrograde", "Changer le nom utilisé rétrograde l'identité.", "IDN-38"),
    ("propagation-absente", "La modification n'est pas envoyée au partenaire.", "IDN-48"),
    ("propagation-a31-pour-strict", "Un trait strict changé part en A31.", "IDN-48"),
    ("propagation-anciens-traits", "Le message porte les anciens traits.", "IDN-48"),
    ("propagation-ins-gardee", "Le message porte encore l'INS effacée.", "IDN-48"),
)

_ATTRIBUTES = of_theme(
    "attributs",
    ("attribut-douteuse-garde-statut", "« douteuse » ne rend pas provisoire.", "IDN-33"),
    ("attribut-fictive-garde-statut", "« fictive » ne rend pas provisoire.", "IDN-33"),
    ("attribut-garde-matricule", "« douteuse » n'efface pas l'INS.", "IDN-33"),
    ("attribut-garde-oid", "« douteuse » n'efface pas l'OID.", "IDN-33"),
    ("attribut-douteuse-appelle-insi", "Une identité douteuse appelle INSi.", "IDN-34"),
    ("attribut-fictive-appelle-insi", "Une identité fictive appelle INSi.", "IDN-34"),
    ("attribut-invisible", "La fiche ne montre pas l'attribut.", "IHM-17"),
    ("attribut-paire-interdite", "« douteuse » et « fictive » vont ensemble.", "V2-PID-19"),
)

_PROOFS = of_theme(
    "justificatifs",
    ("justificatif-non-enregistre", "Le justificatif saisi n'est pas gardé.", "IDN-31"),
    ("justificatif-faible-valide", "Un justificatif faible valide l'identité.", "IDN-32"),
    ("justificatif-liste-figee", "La liste réglée par le site est ignorée.", "IDN-32"),
    ("validation-auto-toujours", "La validation automatique ne s'éteint pas.", "IDN-47"),
    ("validation-auto-jamais", "La validation automatique ne s'allume pas.", "IDN-47"),
    ("validation-auto-faible", "La validation automatique ignore la confiance.", "IDN-47"),
    ("reglage-justificatifs-absent", "Les justificatifs ne se règlent pas.", "IHM-12"),
    ("reglage-validation-auto-absent", "L'automatisme n'a pas de réglage.", "IHM-15"),
    ("nss-perdu", "Le numéro de sécurité sociale saisi est perdu.", "IDN-46"),
    ("nss-dans-matricule", "Le numéro de sécurité sociale va au matricule.", "IDN-46"),
    ("nss-libelle-ins", "Le numéro de remboursement est libellé « INS ».", "IHM-11"),
)

SITE = (*_RIGHTS, *_TRACES, *_SEARCH, *_LOCKS, *_ATTRIBUTES, *_PROOFS)
