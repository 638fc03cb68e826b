"""Arithmetic and shape of a matricule INS. Pure functions on strings, standard library only.

A matricule has 15 characters: sex (1), year (2), month (2), birth place (5: INSEE code of the
commune or country), order (3), key (2). In Corsica the place begins with `2A` or `2B`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from harness.model.identity import INS_OIDS, UNKNOWN_PLACE

KEY_MODULUS = 97
_BODY = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}", re.ASCII)
_PLACE = re.compile(r"(?:0[1-9]|[1-9][0-9]|2[AB])[0-9]{3}", re.ASCII)
_CORSICA = {"2A": "19", "2B": "18"}
_FICTITIOUS_MONTHS = frozenset({20, *range(30, 43), *range(50, 100)})


class Matricule(NamedTuple):
    """The parts of a well-formed matricule, as strings."""

    sex: str
    year: str
    month: str
    place: str
    order: str
    key: str

    @property
    def real_month(self) -> int | None:
        """Return the calendar month 1–12, or None for a fictitious month (unknown birth month)."""
        month = int(self.month)
        return month if 1 <= month <= 12 else None

    @property
    def month_is_known_form(self) -> bool:
        """Return True for 01–12 and for the fictitious months 20, 30–42 and 50–99."""
        return self.real_month is not None or int(self.month) in _FICTITIOUS_MONTHS

    @property
    def sex_letter(self) -> str:
        """Return `M` or `F` by the first digit (1 and 7, 2 and 8), or '' when it says neither."""
        return {"1": "M", "7": "M", "2": "F", "8": "F"}.get(self.sex, "")


def matricule_key(first13: str) -> str:
    """Return the two-digit key of the first 13 characters: 97 − (number modulo 97).

    `2A` counts as 19 and `2B` as 18 in the place. Raises `ValueError` when the text is not 13
    characters of the shape.
    """
    if not _BODY.fullmatch(first13):
        raise ValueError("les 13 premiers caractères d'un matricule étaient attendus")
    department = first13[5:7]
    number = first13[:5] + _CORSICA.get(department, department) + first13[7:]
    return f"{KEY_MODULUS - int(number) % KEY_MODULUS:02d}"


def parse_matricule(text: str) -> Matricule | None:
    """Return the parts of a matricule of the right shape, whatever its key; None otherwise."""
    if not _WHOLE.fullmatch(text):
        return None
    return Matricule(text[0], text[1:3], text[3:5], text[5:10], text[10:13], text[13:])


def is_valid_matricule(text: str) -> bool:
    """Return True for 15 characters of the right shape with the right key."""
    return bool(_WHOLE.fullmatch(text)) and matricule_key(text[:13]) == text[13:]


def nature_of(oid: str) -> str:
    """Return the nature of a matricule by its OID (`NIR`, `NIA`, `NIR (test)`…), '' if unknown."""
    return INS_OIDS.get(oid, "")


def is_insee_place(code: str) -> bool:
    """Return True for the shape of an INSEE birth place: 5 characters, `2A`/`2B`, 99xxx, 99999."""
    return bool(_PLACE.fullmatch(code))


def place_is_abroad(code: str) -> bool:
    """Return True for a country code (99xxx) other than the unknown place 99999."""
    return is_insee_place(code) and code.startswith("99") and code != UNKNOWN_PLACE
