"""The status machine of an identity (règles 20, 25 and 27 of the Guide d'implémentation INS)."""

from __future__ import annotations

from enum import StrEnum

from demo_dui import faults


class Status(StrEnum):
    """The four statuses, in the words shown to the user."""

    PROVISOIRE = "provisoire"
    RECUPEREE = "récupérée"
    VALIDEE = "validée"
    QUALIFIEE = "qualifiée"


WITH_INS = frozenset({Status.RECUPEREE, Status.QUALIFIEE})


def at_creation() -> Status:
    """Default status of a new identity."""
    if faults.active("statut-defaut-valide"):
        return Status.VALIDEE
    if faults.active("statut-defaut-recupere"):
        return Status.RECUPEREE
    return Status.PROVISOIRE


def after_insi(status: Status) -> Status:
    """Status once an INSi answer was taken."""
    if status is Status.PROVISOIRE and faults.active("insi-qualifie-sans-controle"):
        return Status.QUALIFIEE
    if status is Status.PROVISOIRE and faults.active("insi-laisse-provisoire"):
        return Status.PROVISOIRE
    if status is Status.VALIDEE and faults.active("validee-jamais-qualifiee"):
        return Status.VALIDEE
    return {
        Status.PROVISOIRE: Status.RECUPEREE,
        Status.VALIDEE: Status.QUALIFIEE,
    }.get(status, status)


def after_check(status: Status) -> Status:
    """Status once a high-trust document was checked."""
    if status is Status.PROVISOIRE and faults.active("piece-laisse-provisoire"):
        return Status.PROVISOIRE
    if status is Status.PROVISOIRE and faults.active("piece-qualifie-sans-insi"):
        return Status.QUALIFIEE
    if status is Status.RECUPEREE and faults.active("recuperee-jamais-qualifiee"):
        return Status.RECUPEREE
    return {
        Status.PROVISOIRE: Status.VALIDEE,
        Status.RECUPEREE: Status.QUALIFIEE,
    }.get(status, status)


def without_ins(status: Status) -> Status:
    """Status once the INS is invalidated: a strict trait was changed, or the check failed."""
    return {
        Status.RECUPEREE: Status.PROVISOIRE,
        Status.QUALIFIEE: Status.VALIDEE,
    }.get(status, status)
