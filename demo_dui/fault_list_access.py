"""Seeded faults of who may come in: sign-in, second factor, passwords, life of accounts."""

from __future__ import annotations

from demo_dui.fault import of_theme

_SIGN_IN = of_theme(
    "connexion",
    ("blocage-absent", "Les échecs ne bloquent jamais le compte.", "AUT-16"),
    ("blocage-seuil-quadruple", "Le compte se bloque après quatre fois trop d'échecs.", "AUT-16"),
    ("blocage-laisse-bon-secret", "Bloqué, le compte s'ouvre au bon mot de passe.", "AUT-16"),
    ("blocage-rouvert-aussitot", "Le compte bloqué se rouvre sans attendre.", "AUT-16"),
    ("blocage-definitif", "Le compte bloqué ne se rouvre jamais.", "AUT-17"),
    ("deconnexion-cookie-vivant", "Le cookie d'avant la déconnexion ouvre encore.", "AUT-19"),
    ("inactivite-jamais", "L'inactivité ne déconnecte jamais.", "AUT-20"),
    ("inactivite-delai-double", "L'inactivité déconnecte au double du délai.", "AUT-20"),
    ("inactivite-delai-moitie", "L'inactivité déconnecte à la moitié du délai.", "AUT-20"),
    ("inactivite-depuis-connexion", "Le délai court depuis la connexion.", "AUT-20"),
    ("matricule-refuse", "Le matricule INS n'est pas admis comme identifiant.", "AUT-30"),
    ("reglage-inactivite-absent", "La page ne montre pas le délai d'inactivité.", "AUT-33"),
    ("reglage-renouvellement-absent", "La page ne montre pas les renouvellements.", "AUT-33"),
)

_SECOND_FACTOR = of_theme(
    "second-facteur",
    ("second-facteur-jamais-demande", "Le mot de passe seul ouvre tout.", "AUT-06 AUT-07"),
    ("second-facteur-page-contournable", "Avant le code, les pages s'ouvrent par URL.", "AUT-07"),
    ("second-facteur-compte-ouvert", "Avant le code, la page du compte s'ouvre.", "AUT-07"),
    ("second-facteur-api-contournable", "Avant le code, l'API s'ouvre.", "AUT-07"),
    ("second-facteur-code-faux-accepte", "N'importe quels six chiffres passent.", "AUT-08"),
    ("second-facteur-code-perime", "Un code TOTP de plusieurs minutes passe.", "AUT-09"),
    ("second-facteur-renvoi-garde-ancien", "Le code d'avant le renvoi passe encore.", "AUT-09"),
    ("second-facteur-code-envoye-perime", "Un code envoyé ne périme pas.", "AUT-09"),
    ("second-facteur-code-rejoue", "Un code TOTP déjà utilisé passe.", "AUT-10"),
    ("second-facteur-code-envoye-rejoue", "Un code envoyé déjà utilisé passe.", "AUT-10"),
    ("second-facteur-code-d-autrui", "Le code d'un autre compte passe.", "AUT-11"),
    ("second-facteur-essais-illimites", "Les codes faux ne sont pas limités.", "AUT-12"),
    ("second-facteur-essais-douze", "Douze codes faux sont admis.", "AUT-12"),
    ("second-facteur-cookie-garde", "Le cookie d'avant le code reste bon après.", "AUT-13"),
    ("second-facteur-enrolement-sans-preuve", "L'enrôlement accepte un code faux.", "AUT-14"),
    ("second-facteur-ancien-appareil-vivant", "L'appareil perdu ouvre encore.", "AUT-15"),
    ("second-facteur-nouveau-perdu", "Le nouvel appareil n'ouvre pas.", "AUT-15"),
    ("second-facteur-secours-reutilisable", "Un code de secours sert deux fois.", "AUT-15"),
)

_PASSWORDS = of_theme(
    "mots-de-passe",
    ("mdp-sans-controle", "Aucun mot de passe n'est jugé trop faible.", "AUT-18"),
    ("mdp-sept-caracteres", "Professionnel : 7 caractères de 4 classes passent.", "AUT-18"),
    ("mdp-deux-classes", "Professionnel : 8 caractères de 2 classes passent.", "AUT-18"),
    ("mdp-quinze-chiffres", "Professionnel : 15 chiffres passent.", "AUT-18"),
    ("mdp-dix-minuscules", "Professionnel : 10 minuscules passent.", "AUT-18"),
    ("mdp-usager-sept-chiffres", "Usager : 7 chiffres passent.", "AUT-18"),
    ("renouvellement-ancien-accepte", "L'ancien mot de passe ouvre encore.", "AUT-21"),
    ("renouvellement-nouveau-perdu", "Le nouveau mot de passe n'est pas gardé.", "AUT-21"),
    ("renouvellement-impose-absent", "Le renouvellement n'est jamais imposé.", "AUT-22"),
    ("renouvellement-impose-contournable", "Le renouvellement s'évite par URL.", "AUT-22"),
    ("renouvellement-en-boucle", "Renouvelé, le mot de passe reste à renouveler.", "AUT-22"),
    ("recuperation-lien-reutilisable", "Le lien de récupération sert deux fois.", "AUT-31"),
    ("mdp-privilegie-ordinaire", "Administrateur : la règle ordinaire suffit.", "AUT-34"),
    ("mdp-privilegie-quatorze", "Administrateur : 14 caractères passent.", "AUT-34"),
    ("mdp-privilegie-trois-classes", "Administrateur : 3 classes passent.", "AUT-34"),
    ("mdp-privilegie-reemploi", "Administrateur : un ancien mot de passe repasse.", "AUT-34"),
)

_ACCOUNTS = of_theme(
    "comptes",
    ("revocation-mdp-sans-effet", "Révoqué, le mot de passe ouvre encore.", "AUT-23"),
    ("revocation-totp-sans-effet", "Révoqué, le second facteur ouvre encore.", "AUT-23"),
    ("revocation-psc-sans-effet", "Révoqué, Pro Santé Connect ouvre encore.", "AUT-23"),
    ("revocation-sessions-vivantes", "La révocation laisse les sessions ouvertes.", "AUT-23"),
    ("revocation-lien-sans-effet", "Le lien de révocation ne révoque rien.", "AUT-23"),
    ("contact-sans-code", "L'adresse et le numéro sont pris sans code.", "AUT-24"),
    ("contact-code-quelconque", "N'importe quel code confirme un contact.", "AUT-24"),
    ("contact-bon-code-refuse", "Le bon code ne confirme pas un contact.", "AUT-24"),
    (
        "contact-nouveau-utilise-avant",
        "La récupération écrit aussi à l'adresse en cours.",
        "AUT-25",
    ),
    ("contact-non-verifie-utilise", "La récupération écrit à un courriel non vérifié.", "AUT-25"),
    ("doublon-accepte", "Un second compte s'ouvre pour le même professionnel.", "AUT-26"),
    ("attributs-nom-perdu", "Le nom d'exercice n'est pas gardé.", "AUT-27"),
    ("attributs-prenom-perdu", "Le prénom d'exercice n'est pas gardé.", "AUT-27"),
    ("attributs-profession-perdue", "La profession n'est pas gardée.", "AUT-27"),
    ("ouverture-sans-controle", "Un compte s'ouvre sans contrôle d'identité.", "AUT-28"),
    ("ouverture-controle-non-trace", "Le contrôle d'identité n'est pas tracé.", "AUT-28"),
    ("identite-sans-controle", "L'identité du compte change sans contrôle.", "AUT-29"),
    ("identite-sans-avertissement", "Personne n'est averti du changement.", "AUT-29"),
    ("identite-page-directe", "L'usager change seul son identité.", "AUT-29"),
    ("profil-sans-effet", "Le changement de profil n'a pas d'effet.", "AUT-32"),
    ("comptes-extraction-incomplete", "Un compte manque à l'extraction.", "AUT-35"),
)

ACCESS = (*_SIGN_IN, *_SECOND_FACTOR, *_PASSWORDS, *_ACCOUNTS)
