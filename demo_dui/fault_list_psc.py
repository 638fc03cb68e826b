"""Seeded faults of Pro Santé Connect and of the Annuaire Santé."""

from __future__ import annotations

from demo_dui.fault import of_theme

_DIRECTORY = of_theme(
    "annuaire",
    ("annuaire-donnees-anciennes", "Des données de plus d'un mois servent.", "ANU-01"),
    ("annuaire-date-absente", "La fiche ne dit pas la date de ses données.", "ANU-01"),
    ("annuaire-profession-perdue", "La profession n'est pas reprise.", "ANU-02 ANU-03"),
    ("annuaire-specialite-perdue", "La spécialité n'est pas reprise.", "ANU-02 ANU-03"),
    ("annuaire-categorie-perdue", "La catégorie n'est pas reprise.", "ANU-02 ANU-03"),
    ("annuaire-prenom-perdu", "Le prénom d'exercice n'est pas repris.", "ANU-02 ANU-03"),
    ("annuaire-nom-sans-tiret", "Le nom d'exercice est repris altéré.", "ANU-02 ANU-03"),
    ("annuaire-identifiant-perdu", "La fiche donne le RPPS sans le 8.", "ANU-02 ANU-03"),
    (
        "annuaire-correspondant-sans-identifiant",
        "Le correspondant n'a pas d'identifiant national.",
        "ANU-03",
    ),
    ("annuaire-local-ecrase", "La mise à jour efface les données locales.", "ANU-04"),
    ("annuaire-local-melange", "Une donnée locale prend la place de l'Annuaire.", "ANU-04"),
    ("annuaire-adresse-devinee", "L'adresse MSSanté est composée, non trouvée.", "ANU-05"),
    ("annuaire-premiere-page", "Seule la première page est lue.", "ANU-05"),
    ("annuaire-frequence-sans-effet", "La fréquence réglée n'a pas d'effet.", "ANU-06"),
    ("annuaire-reglage-absent", "La fréquence ne se règle pas.", "ANU-06"),
    ("annuaire-mise-a-jour-sans-effet", "La mise à jour ne change rien.", "ANU-07"),
    ("annuaire-mise-a-jour-partielle", "La mise à jour ne change que l'adresse.", "ANU-07"),
    ("annuaire-correspondant-fige", "Un correspondant n'est jamais mis à jour.", "ANU-07"),
    ("annuaire-sans-recherche", "Le compte est créé sans consulter l'Annuaire.", "ANU-08"),
)

PSC = (*_DIRECTORY,)
