"""The catalogue of seeded faults: name, theme, behaviour changed, and the rules that catch it."""

from __future__ import annotations

from demo_dui.fault import Fault, of_theme
from demo_dui.fault_list_access import ACCESS
from demo_dui.fault_list_audit import AUDIT
from demo_dui.fault_list_exchanges import EXCHANGES
from demo_dui.fault_list_psc import PSC
from demo_dui.fault_list_site import SITE

_STATUS = of_theme(
    "statut",
    ("statut-defaut-valide", "Une identité créée reçoit le statut « validée ».", "IDN-07"),
    ("statut-defaut-recupere", "Une identité créée reçoit le statut « récupérée ».", "IDN-07"),
    ("insi-qualifie-sans-controle", "L'appel INSi rend « qualifiée » sans contrôle.", "IDN-09"),
    ("insi-laisse-provisoire", "Après INSi, une identité provisoire le reste.", "IDN-09"),
    (
        "piece-laisse-provisoire",
        "Après contrôle de la pièce, le statut reste provisoire.",
        "IDN-10",
    ),
    ("piece-qualifie-sans-insi", "La pièce seule rend l'identité « qualifiée ».", "IDN-10"),
    ("recuperee-jamais-qualifiee", "Récupérée puis contrôlée : reste récupérée.", "IDN-11"),
    ("validee-jamais-qualifiee", "Validée puis INSi : l'identité reste validée.", "IDN-11"),
    ("historique-absent", "Les changements de statut ne sont pas historisés.", "IDN-15"),
    ("historique-ancien-faux", "L'historique répète le nouveau statut comme ancien.", "IDN-15"),
    ("historique-sans-auteur", "L'historique ne nomme pas le responsable.", "IDN-15"),
    ("historique-sans-date", "L'historique ne porte pas de date.", "IDN-15"),
)

_FIELDS = of_theme(
    "champs",
    ("perd-nom-naissance", "Le nom de naissance saisi n'est pas conservé.", "IDN-01"),
    ("perd-premier-prenom", "Le premier prénom saisi n'est pas conservé.", "IDN-01"),
    ("perd-liste-prenoms", "La liste des prénoms saisie n'est pas conservée.", "IDN-01"),
    ("perd-date-naissance", "La date de naissance saisie n'est pas conservée.", "IDN-01"),
    ("perd-sexe", "Le sexe saisi n'est pas conservé.", "IDN-01"),
    ("perd-lieu-naissance", "Le code du lieu saisi n'est pas conservé.", "IDN-01"),
    ("perd-nom-utilise", "Le nom utilisé saisi n'est pas conservé.", "IDN-01"),
    ("perd-prenom-utilise", "Le prénom utilisé saisi n'est pas conservé.", "IDN-01"),
    ("nom-utilise-obligatoire", "La création exige le nom utilisé.", "IDN-06"),
    ("prenom-utilise-obligatoire", "La création exige le prénom utilisé.", "IDN-06"),
    ("creation-sans-nom", "La création passe sans nom de naissance.", "IDN-05"),
    ("creation-sans-prenom", "La création passe sans premier prénom.", "IDN-05"),
    ("creation-sans-date", "La création passe sans date de naissance.", "IDN-05"),
    ("creation-sans-sexe", "La création passe sans sexe.", "IDN-05"),
    ("creation-sans-lieu", "La création passe sans code du lieu de naissance.", "IDN-05"),
    ("lieu-inconnu-refuse", "La création refuse le code 99999 d'un lieu inconnu.", "IDN-06"),
)

_CHARACTERS = of_theme(
    "caracteres",
    ("minuscules-acceptees", "Les minuscules sont acceptées en base.", "IDN-03"),
    ("accents-acceptes", "Les lettres accentuées sont acceptées en base.", "IDN-03"),
    ("accents-effaces", "Les accents saisis sont effacés sans le dire.", "IDN-03"),
    ("apostrophe-refusee", "L'apostrophe est refusée dans un nom.", "IDN-02"),
    ("tiret-refuse", "Le trait d'union est refusé dans un nom.", "IDN-02"),
    ("espace-refuse", "L'espace est refusé dans un nom de naissance.", "IDN-02"),
    ("tiret-change-en-espace", "Le trait d'union est conservé comme un espace.", "IDN-02"),
    ("noms-coupes-a-30", "Les noms sont coupés à 30 caractères.", "IDN-02"),
    ("noms-longs-refuses", "Un nom de plus de 30 caractères est refusé.", "IDN-02"),
    ("mois-13-accepte", "Un mois au-delà de 12 est accepté.", "IDN-04"),
    ("jour-32-accepte", "Un jour au-delà de 31 est accepté.", "IDN-04"),
    ("jour-00-accepte", "Un jour 00 est accepté.", "IDN-04"),
)

_SENDING = of_theme(
    "transmission",
    ("matricule-emis-recuperee", "Le matricule part en HL7 v2 dès « récupérée ».", "V2-PID-09"),
    ("matricule-jamais-emis", "Qualifiée : le matricule ne part pas en HL7 v2.", "IDN-26"),
    ("pid32-prov-qualifiee", "PID-32 vaut PROV pour une identité qualifiée.", "V2-PID-09"),
    ("pid32-vide-qualifiee", "PID-32 est vide pour une identité qualifiée.", "V2-PID-09"),
    ("pid32-code-qual", "PID-32 porte en plus le code QUAL, inconnu.", "V2-PID-18"),
    ("oid-ins-c", "Le matricule part sous l'OID de l'ancien INS-C.", "V2-PID-03"),
    ("matricule-tronque", "Le matricule part sans sa clé (13 caractères).", "V2-PID-03"),
    ("matricule-espaces", "Le matricule part avec un espace avant la clé.", "V2-PID-03"),
    ("cle-fausse", "Le matricule part avec une clé fausse.", "V2-PID-05"),
    ("deux-ins", "L'INS part en double, comme NIR et comme NIA.", "V2-PID-08"),
    ("bdl-absent", "Le lieu de naissance (BDL) n'est pas transmis.", "V2-PID-15"),
    ("liste-prenoms-non-emise", "XPN.3, la liste des prénoms, n'est pas émise.", "V2-PID-11"),
    ("type-nom-absent", "XPN.7, le type du nom, n'est pas émis.", "V2-PID-10"),
    ("nom-utilise-en-pid6", "Le nom utilisé est émis en PID-6.", "V2-PID-12"),
    ("date-naissance-tirets", "PID-7 est émis sous la forme AAAA-MM-JJ.", "V2-PID-13"),
    ("sexe-code-h", "PID-8 porte H quel que soit le sexe.", "V2-PID-14"),
    ("nationalite-pid10", "PID-10, interdit en France, est renseigné.", "V2-PID-01"),
    ("autorite-pi-absente", "L'identifiant local part sans autorité.", "V2-PID-02"),
    ("type-pi-absent", "L'identifiant local part sans type.", "V2-PID-02"),
    ("msh2-tilde", "MSH-2 porte le tilde typographique U+02DC.", "V2-ENC-01"),
    ("charset-menti", "Octets ISO 8859-15 annoncés comme UTF-8 en MSH-18.", "V2-ENC-04"),
    ("msh17-absent", "MSH-17 (pays) n'est pas émis.", "V2-ENC-05"),
    ("msh12-deux-parties", "MSH-12 n'a que deux composantes.", "V2-VER-01"),
    ("msh21-absent", "MSH-21 n'est pas émis.", "V2-VER-02"),
    ("msh9-incomplet", "MSH-9 n'a pas sa troisième partie.", "V2-VER-04"),
    ("msh11-inconnu", "MSH-11 porte une valeur hors de P, T, D.", "V2-VER-05"),
    ("evn3-rempli", "EVN-3 est rempli pour un événement passé.", "V2-EVT-04"),
    ("zfd5-absent", "ZFD-5 n'est pas émis.", "V2-ZFD-01"),
    ("zfd6-absent", "ZFD-6, la date d'appel INSi, n'est pas émis.", "V2-ZFD-01"),
    ("fhir-matricule-recuperee", "FHIR rend le matricule dès « récupérée ».", "IDN-24"),
    ("fhir-matricule-absent", "FHIR ne rend pas l'INS d'une identité qualifiée.", "FR-PAT-03"),
    ("fhir-statut-toujours-vali", "FHIR rend VALI quel que soit le statut.", "FR-PAT-03"),
    ("fhir-type-ins-incoherent", "Le type FHIR est INS-NIR sous l'OID de test.", "FR-PAT-02"),
    ("fhir-cle-fausse", "FHIR rend le matricule avec une clé fausse.", "FR-PAT-11"),
    ("fhir-pi-officiel", "FHIR rend l'identifiant local comme officiel.", "FR-PAT-10"),
    ("fhir-liste-prenoms-absente", "FHIR ne rend pas la liste des prénoms.", "FR-PAT-07"),
    ("fhir-lieu-absent", "FHIR ne rend pas le lieu de naissance.", "FR-PAT-06"),
    ("fhir-sexe-other", "FHIR rend le sexe « other ».", "FR-PAT-08"),
    ("fhir-pi-sans-systeme", "FHIR rend l'identifiant local sans system.", "FR-PAT-10"),
)

_INSI = of_theme(
    "insi",
    ("insi-prenom-usuel", "Les prénoms viennent de Prenom, non de ListePrenom.", "IDN-08"),
    ("insi-lieu-non-recopie", "Le lieu rendu par INSi n'est pas repris.", "IDN-08"),
    ("insi-matricule-perdu", "Le matricule rendu par INSi n'est pas conservé.", "IDN-08"),
    ("insi-oid-perdu", "L'OID rendu par INSi n'est pas conservé.", "IDN-08"),
    ("insi-garde-date-00", "Une date INSi à 00 est acceptée.", "IDN-12"),
    ("insi-garde-nom-vide", "Un nom INSi vide est accepté.", "IDN-13"),
    ("insi-garde-prenoms-vides", "Des prénoms INSi vides sont acceptés.", "IDN-13"),
    ("insi-garde-sexe-vide", "Un sexe INSi vide est accepté.", "IDN-13"),
    ("insi-ignore-cle", "La clé du matricule INSi n'est pas contrôlée.", "IDN-22"),
    ("insi-statut-sur-01", "Le statut change malgré un code INSi 01.", "IDN-19"),
    ("insi-statut-sur-02", "Le statut change malgré un code INSi 02.", "IDN-19"),
    ("insi-statut-sur-faute", "Le statut change malgré une faute INSi.", "IDN-19"),
    ("insi-efface-lieu-sur-01", "Un code INSi 01 efface le lieu de naissance.", "IDN-19"),
    ("insi-date-francaise", "La requête INSi porte la date JJ/MM/AAAA.", "INSI-03"),
    ("insi-sexe-absent", "La requête INSi ne porte pas le sexe.", "INSI-03"),
    ("insi-sexe-chiffre", "La requête INSi porte le sexe 1 ou 2.", "INSI-03"),
    ("insi-sans-contexte-lps", "La requête INSi n'a pas de ContexteLPS.", "INSI-02"),
    ("insi-sans-contexte-bam", "La requête INSi n'a pas de ContexteBAM.", "INSI-02"),
    ("insi-message-id-nu", "Le MessageID ne commence pas par uuid:.", "INSI-02"),
    ("insi-action-fausse", "L'action WS-Addressing n'est pas celle du service.", "INSI-01"),
)

_RECEIVING = of_theme(
    "acquittement",
    ("ack-msa2-faux", "MSA-2 ne reprend pas MSH-10 de la demande.", "V2-ACK-02"),
    ("ack-code-inconnu", "MSA-1 porte OK dans un acquittement positif.", "V2-ACK-02"),
    ("ack-aa-avec-err", "Un acquittement AA porte un segment ERR.", "V2-ACK-03"),
    ("ack-ae-sans-err", "Un acquittement AE n'a pas de segment ERR.", "V2-ACK-03"),
    ("ack-err3-inconnu", "ERR-3 porte un code hors de la table.", "V2-ACK-04"),
    ("ack-err4-inconnu", "ERR-4 porte une gravité hors de la table.", "V2-ACK-04"),
    ("ack-err5-hors-207", "ERR-5 est rempli alors que ERR-3 n'est pas 207.", "V2-ACK-05"),
    ("ack-msh9-incomplet", "MSH-9 de l'acquittement vaut ACK seul.", "V2-ACK-01"),
    ("ack-emetteur-non-inverse", "Émetteur et destinataire ne sont pas inversés.", "V2-ACK-01"),
    ("ack-msh11-non-repris", "MSH-11 de la demande n'est pas repris.", "V2-ACK-01"),
    ("reception-refuse-ins-vali", "L'INS reçu avec VALI n'est pas conservé.", "IDN-16"),
    ("reception-vali-provisoire", "VALI avec INS : le statut reste provisoire.", "IDN-16"),
    ("reception-garde-ins-prov", "L'INS reçu avec PROV est conservé.", "IDN-17"),
    ("reception-ignore-retrait", "Le retrait de l'INS est ignoré.", "IDN-18"),
    ("reception-retrait-efface-tout", "Le retrait de l'INS supprime l'identité.", "IDN-18"),
)

_SCREENS = of_theme(
    "ecran",
    ("ecran-premier-prenom-absent", "La fiche ne montre pas le premier prénom.", "IHM-01"),
    ("ecran-sexe-absent", "La fiche ne montre pas le sexe.", "IHM-01"),
    ("ecran-libelle-ambigu", "Le nom de naissance est libellé « Nom ».", "IHM-01"),
    ("ecran-matricule-sans-nature", "Le matricule est montré sans sa nature.", "IHM-02"),
    ("ecran-statut-masque", "La fiche ne montre pas le statut.", "IHM-03"),
    (
        "ecran-facultatifs-absents",
        "Traits facultatifs absents, sans réglage pour les montrer.",
        "IHM-04",
    ),
    ("ecran-date-iso", "La date de naissance est montrée AAAA-MM-JJ.", "IHM-05"),
    ("ecran-formulaire-sans-lieu", "Le formulaire ne demande pas le lieu.", "IHM-07"),
    ("ecran-nom-utilise-exige", "Le formulaire exige le nom utilisé.", "IHM-07"),
    ("ecran-alerte-absente", "Un refus n'est pas dit à l'écran.", "IHM-08"),
    ("ecran-nom-altere", "La fiche montre le nom avec une lettre en moins.", "IHM-09"),
)

_ACCOUNTS = of_theme(
    "compte",
    ("reception-perd-lieu", "Le lieu de naissance reçu n'est pas conservé.", "IDN-21"),
    ("reception-perd-sexe", "Le sexe reçu n'est pas conservé.", "IDN-21"),
    ("reception-a31-cree-doublon", "L'INS reçu par A31 va à une nouvelle identité.", "IDN-23"),
    ("compte-sans-matricule", "Le rattachement ne reprend pas le matricule.", "IDN-20"),
    ("compte-autre-personne", "Le compte est rattaché à une autre personne.", "IDN-20"),
    ("compte-matricule-altere", "Le compte reprend un autre matricule.", "IDN-20"),
    ("compte-matricule-masque", "La page du compte ne montre pas le matricule.", "IHM-06"),
)

FAULTS: tuple[Fault, ...] = (
    *_STATUS,
    *_FIELDS,
    *_CHARACTERS,
    *_SENDING,
    *_INSI,
    *_RECEIVING,
    *_SCREENS,
    *_ACCOUNTS,
    *SITE,
    *EXCHANGES,
    *AUDIT,
    *PSC,
    *ACCESS,
)
