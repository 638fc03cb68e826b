"""Words that say what was special in a sign-in by Pro Santé Connect (`AccessReleve.case`).

Those of the first group are also the names of the simulator's faults: a rule finds the fault that
was delivered in the calls (`OidcCall.fault`) under the very same word.
"""

from __future__ import annotations

from enum import StrEnum


class PscCase(StrEnum):
    """What was special in a sign-in by Pro Santé Connect; '' when nothing was."""

    NONCE = "nonce-faux"
    ISSUER = "emetteur-faux"
    KEY = "kid-inconnu"
    UNSIGNED = "alg-none"
    SIGNATURE = "signature-fausse"
    EXPIRED = "jeton-expire"
    AUDIENCE = "audience-fausse"
    LOW_ACR = "acr-insuffisant"
    STATE = "state-faux"
    USER_REFUSAL = "refus-utilisateur"
    SERVER_ERROR = "erreur-serveur"
    SLOW = "reponse-lente"
    SILENT = "sans-reponse"
    CODE_REFUSED = "jeton-refuse"
    UNAVAILABLE = "indisponible"
    OTHER_USERINFO = "userinfo-autre-personne"
    SIGNED_USERINFO = "userinfo-signe"

    REPLAYED = "retour rejoué"
    """The address of a callback already used, opened again."""
    ROTATED = "clés renouvelées"
    HIGHER_ACR = "acr supérieur"
    """A card: a higher level than the one asked for."""
    RENAMED = "sub et preferred_username changés"
    UNKNOWN = "professionnel sans compte"
    SEVERAL = "plusieurs exercices"
    """Just after the consent of somebody who has several activities."""
    LAPSED = "jeton d'accès échu"
    SIGNED_OUT = "cookie d'avant la déconnexion"
    FOREIGN_RETURN = "state de déconnexion faux"


ID_TOKEN_FAULTS = frozenset(
    {
        PscCase.NONCE,
        PscCase.ISSUER,
        PscCase.KEY,
        PscCase.UNSIGNED,
        PscCase.SIGNATURE,
        PscCase.EXPIRED,
        PscCase.AUDIENCE,
        PscCase.LOW_ACR,
    }
)
"""Faults of the ID token: each must be refused."""
REFUSALS = frozenset(
    {
        PscCase.USER_REFUSAL,
        PscCase.SERVER_ERROR,
        PscCase.SILENT,
        PscCase.CODE_REFUSED,
        PscCase.UNAVAILABLE,
    }
)
"""Sign-ins that Pro Santé Connect did not grant: nothing opens, and the user is told."""
