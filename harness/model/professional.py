"""Professionals of the Annuaire Santé as the banc means them: fictitious, with activities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activity:
    """One place of exercise: its structure (FINESS géographique) and the role held there."""

    id: str
    """Technical identifier of the situation d'exercice."""
    structure_id: str
    """National identifier: 1 + FINESS (9 characters)."""
    structure_name: str
    sector: str = "SA07"
    """Code of TRE-R02-SecteurActivite (`SA07` cabinet individuel)."""
    mode: str = "S"
    """Code of TRE-R23-ModeExercice: `L` libéral, `S` salarié."""


@dataclass(frozen=True, slots=True)
class Professional:
    """A fictitious professional; `national_id` (PS_IdNat) is 8 followed by the 11 digits of RPPS.

    `profession` is a code of TRE-G15-ProfessionSante (`10` médecin, `60` infirmier), `category` of
    TRE-R09-CategorieProfessionnelle (`C` civil), `speciality` of TRE-R38-SpecialiteOrdinale
    (`SM54` médecine générale) or empty.
    """

    key: str
    rpps: str
    exercise_name: str
    exercise_given_name: str
    profession: str
    profession_label: str
    category: str = "C"
    speciality: str = ""
    speciality_label: str = ""
    activities: tuple[Activity, ...] = ()
    mailboxes: tuple[str, ...] = ()
    """MSSanté addresses, fictitious domain under `.mssante.fr`."""

    @property
    def national_id(self) -> str:
        """Return PS_IdNat: 8 + RPPS, 12 digits."""
        return f"8{self.rpps}"

    def traits(self) -> dict[str, str]:
        """Return what the software must hold of them, by name, for expectations."""
        return {
            "national_id": self.national_id,
            "exercise_name": self.exercise_name,
            "exercise_given_name": self.exercise_given_name,
            "profession": self.profession,
            "speciality": self.speciality,
            "category": self.category,
        }
