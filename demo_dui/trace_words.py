"""The words of the traces: the actions, in French, and the results that are not successes."""

from __future__ import annotations

SIGN_IN, SIGN_OUT, REFUSED_ACCESS = "connexion", "déconnexion", "accès refusé"
READING, CHANGE = "consultation d'identité", "modification d'identité"
INSI_CALL, INSI_CHECK = "appel INSi", "vérification INSi"
SENDING = ("diffusion d'identité", "émission de message")
RECEPTION = ("réception d'identité", "réception de message")
RIGHTS_CHANGE, SETTING_CHANGE = "changement de droits", "changement de paramètre"
NOTE, DOCUMENT = "note de visite", "dépôt de document"
MAILING, GOOD_PRACTICE = "envoi de message", "consultation de bonne pratique"
TAMPERING, AUDIT_EXPORT = "tentative d'altération des traces", "export des traces"
DIRECTORY_CALL, DIRECTORY_REFRESH = "appel à l'Annuaire Santé", "mise à jour de l'annuaire"
MAILBOX_SEARCH = "recherche d'adresse MSSanté"
PROFESSIONAL_REFRESH = "mise à jour d'un professionnel"
CORRESPONDENT = "création de correspondant"
CORRESPONDENT_CHANGE = "attributs locaux d'un correspondant"
PSC_REFRESH, PSC_EXCHANGE = "renouvellement de jeton PSC", "échange de jeton PSC"
PSC_INTROSPECTION = "introspection de jeton PSC"

REFUSALS = frozenset({"refus", "blocage", "ko", "AE", "AR"})
FAILURES = frozenset({"échec", "sans réponse"})
BLOCKED_RESULTS = REFUSALS | FAILURES
