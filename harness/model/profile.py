"""The profile of a target: the answers that decide which exigences apply."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class IdentityReference(StrEnum):
    """Is the software a référentiel d'identités (RI), and where, or a slave of another one?"""

    RI_ETABLISSEMENT = "ri-etablissement"
    RI_HORS_ETABLISSEMENT = "ri-hors-etablissement"
    ESCLAVE = "esclave"


@dataclass(frozen=True, slots=True)
class Profile:
    """Answers of the vendor. Every answer must be given in the target file: none is guessed."""

    identity_reference: IdentityReference
    ins_applicable: bool
    professional_access: bool
    patient_access: bool
    simple_declaration_only: bool = False
    printing: bool = False
    id_copies_stored: bool = False
    apcv: bool = False
    messaging: bool = False
    dmp_feeding: bool = False
    dmp_consultation: bool = False
    hosting: bool = False
    second_factor_for_all: bool = True
    """False: the manufacturer leaves patients without second factor, and declares it."""

    @property
    def is_identity_reference(self) -> bool:
        """Return True for a référentiel d'identités, in or outside an établissement de santé."""
        return self.identity_reference is not IdentityReference.ESCLAVE
