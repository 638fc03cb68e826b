"""Seeded faults of Pro Santé Connect and of the Annuaire Santé."""

from __future__ import annotations

from demo_dui.fault import of_theme

_DIRECTORY = of_theme(
    "annuaire",
    ("annuaire-donnees-anciennes", "Des données de plus d'un mois servent.", "ANU-01"),
    ("annuaire-date-perimee", "La fiche date ses données de plus d'un mois.", "ANU-01"),
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

_DEMAND = of_theme(
    "psc",
    ("psc-state-fixe", "Le state est le même à chaque demande.", "PSC-01"),
    ("psc-nonce-fixe", "Le nonce est le même à chaque demande.", "PSC-01"),
    ("psc-portee-minimale", "La portée demandée est openid seul.", "PSC-01"),
    ("psc-acr-absent", "acr_values n'est pas demandé.", "PSC-01"),
    ("psc-retour-avec-parametre", "redirect_uri porte un paramètre.", "PSC-01"),
    ("psc-state-ignore", "Le state du retour n'est pas comparé.", "PSC-02"),
    ("psc-code-rejoue", "Un retour rejoué ouvre une session.", "PSC-02"),
    ("psc-secret-dans-url", "Le secret part dans l'adresse, sans Basic.", "PSC-02"),
    ("psc-erreur-ouvre", "Un retour en erreur ouvre la session d'avant.", "PSC-02"),
    ("psc-erreur-muette", "Un retour en erreur donne une page vide.", "PSC-02"),
    ("psc-exercice-tronque", "Le nom de la structure est coupé au premier mot.", "PSC-06"),
    ("psc-ancien-hote", "La configuration nomme l'ancien bac à sable.", "PSC-11"),
)

_TOKEN = of_theme(
    "psc-jeton",
    ("psc-nonce-ignore", "Le nonce du jeton n'est pas comparé.", "PSC-03"),
    ("psc-alg-none-accepte", "Un jeton sans signature (none) est accepté.", "PSC-03"),
    ("psc-kid-inconnu-accepte", "Un jeton de clé inconnue est accepté.", "PSC-03"),
    ("psc-signature-ignoree", "Une signature fausse est acceptée.", "PSC-03"),
    ("psc-emetteur-ignore", "Un autre émetteur est accepté.", "PSC-03"),
    ("psc-audience-ignoree", "Un jeton pour un autre client est accepté.", "PSC-03"),
    ("psc-echeance-ignoree", "Un jeton expiré est accepté.", "PSC-03"),
    ("psc-acr-ignore", "Un niveau sous eidas1 est accepté.", "PSC-03"),
    ("psc-acr-exact", "Un niveau au-dessus d'eidas1 est refusé.", "PSC-03"),
    ("psc-cle-jamais-relue", "Une clé renouvelée n'est pas relue.", "PSC-03"),
    ("psc-sans-renouvellement", "Le jeton échu n'est pas renouvelé.", "PSC-04"),
    ("psc-session-sans-fin", "Le jeton échu sert encore.", "PSC-04"),
    ("psc-userinfo-jwt-refuse", "UserInfo signé n'est pas lu.", "PSC-04"),
    ("psc-userinfo-autre-accepte", "UserInfo d'une autre personne est accepté.", "PSC-04"),
    ("psc-introspection-get", "L'introspection est un GET.", "PSC-08"),
    ("psc-echange-sans-certificat", "L'échange de jeton est sans certificat.", "PSC-10"),
)

_ACCOUNT = of_theme(
    "psc-compte",
    ("psc-compte-par-sub", "Le compte est tenu par sub.", "PSC-05"),
    ("psc-compte-par-nom", "Le compte est tenu par preferred_username.", "PSC-05"),
    ("psc-inconnu-cree", "Un professionnel inconnu reçoit un compte.", "PSC-05"),
    ("psc-compte-separe", "Pro Santé Connect ouvre un autre compte.", "AUT-36"),
    ("psc-premier-exercice", "Le premier exercice est pris sans demander.", "PSC-07"),
    ("psc-exercice-oublie", "L'exercice choisi n'est pas gardé.", "PSC-07"),
    ("psc-deconnexion-locale-absente", "La session locale reste ouverte.", "PSC-09"),
    ("psc-deconnexion-muette", "Pro Santé Connect n'est pas prévenu.", "PSC-09"),
    ("psc-deconnexion-sans-jeton", "La déconnexion part sans id_token_hint.", "PSC-09"),
    ("psc-deconnexion-state-ignore", "Le state de déconnexion est ignoré.", "PSC-09"),
)

PSC = (*_DEMAND, *_TOKEN, *_ACCOUNT, *_DIRECTORY)
