"""Words that say what was special in an access or an act, shared by who acts and who judges."""

from __future__ import annotations

from enum import StrEnum


class Case(StrEnum):
    """What was special in a sign-in (`AccessReleve.case`); '' when nothing was."""

    ABSENT = "absent"
    """The first factor alone: no code was given."""
    WRONG = "faux"
    OLD = "ancien"
    REPLAYED = "rejoué"
    ANOTHERS = "d'un autre"
    EXHAUSTED = "essais épuisés"
    """The right code, after too many wrong ones."""
    EARLY_COOKIE = "cookie d'avant le second facteur"
    UNPROVED = "second facteur non prouvé"
    LOST = "appareil perdu"
    FAILURES = "après échecs"
    """The right secret, after too many wrong ones."""
    REOPENED = "après le délai de blocage"
    SIGNED_OUT = "cookie d'avant la déconnexion"
    IDLE = "après inactivité"
    FORMER = "ancien mot de passe"
    EXPIRED = "moyen échu"
    REVOKED = "moyen révoqué"
    MATRICULE = "matricule"


class Act(StrEnum):
    """What was attempted (`AttemptReleve.act`) on an account, or on what opens it."""

    ENROLMENT = "enrôlement d'un second facteur"
    CHOICE = "choix d'un mot de passe"
    CONTACT = "confirmation d'un contact"
    RECOVERY = "usage d'un lien de récupération"
    PROFESSIONAL = "création d'un compte de professionnel"
    OPENING = "ouverture d'un compte d'usager"
    ATTRIBUTES = "changement d'attributs d'identité"
    REQUEST = "demande de changement d'attributs"
    REVOCATION = "révocation"
    LOSS = "perte d'appareil, par un code de secours"
