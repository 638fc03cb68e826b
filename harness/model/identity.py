"""Identity values: persons, the traits of the INS, statuses and the OIDs of the matricule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

OID_NIR = "1.2.250.1.213.1.4.8"
OID_NIA = "1.2.250.1.213.1.4.9"
OID_NIR_TEST = "1.2.250.1.213.1.4.10"
OID_NIR_DEMO = "1.2.250.1.213.1.4.11"
OID_INS_C = "1.2.250.1.213.1.4.2"
INS_OIDS: dict[str, str] = {
    OID_NIR: "NIR",
    OID_NIA: "NIA",
    OID_NIR_TEST: "NIR (test)",
    OID_NIR_DEMO: "NIR (démonstration)",
}
"""OID of an INS → nature of the matricule, as shown to a reader."""
PRODUCTION_OIDS = frozenset({OID_NIR, OID_NIA})

STRICT_TRAITS = ("birth_name", "birth_given_names", "birth_date", "sex", "birth_place_code")
COMPULSORY_AT_CREATION = (
    "birth_name",
    "first_birth_given_name",
    "birth_date",
    "sex",
    "birth_place_code",
)
TEN_FIELDS = (
    "matricule",
    "oid",
    "birth_name",
    "birth_given_names",
    "first_birth_given_name",
    "birth_date",
    "sex",
    "birth_place_code",
    "used_name",
    "used_given_name",
)
FIELD_LABELS: dict[str, str] = {
    "matricule": "matricule INS",
    "oid": "OID",
    "birth_name": "nom de naissance",
    "birth_given_names": "prénom(s) de naissance",
    "first_birth_given_name": "premier prénom de naissance",
    "birth_date": "date de naissance",
    "sex": "sexe",
    "birth_place_code": "code du lieu de naissance",
    "used_name": "nom utilisé",
    "used_given_name": "prénom utilisé",
}
UNKNOWN_PLACE = "99999"


class IdentityStatus(StrEnum):
    """Status of an identity (règle 20 of the guide INS); the value is the French word."""

    PROVISOIRE = "provisoire"
    RECUPEREE = "récupérée"
    VALIDEE = "validée"
    QUALIFIEE = "qualifiée"


@dataclass(frozen=True, slots=True)
class PastMatricule:
    """An entry of INSHISTO: a former matricule with its period (ISO dates)."""

    matricule: str
    oid: str
    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A fictitious person as the banc means it: what is typed, sent, and known to INSi.

    `birth_date` is ISO `AAAA-MM-JJ` (its parts may be `00` or absurd on purpose); `sex` is `M` or
    `F`; `matricule` has 15 characters under `oid`. Empty strings mean "not given".
    """

    key: str
    birth_name: str
    birth_given_names: tuple[str, ...]
    birth_date: str
    sex: str
    birth_place_code: str
    used_name: str = ""
    used_given_name: str = ""
    matricule: str = ""
    oid: str = OID_NIR_TEST
    first_given_name: str | None = None
    """First birth given name when it must differ from the head of the list (faulty on purpose)."""
    former: tuple[PastMatricule, ...] = ()
    card_serial: str = ""
    private_id: str = ""
    """Local identifier (IPP), unique in a run."""

    @property
    def first_birth_given_name(self) -> str:
        """Return the first birth given name: that forced, else the head of the list, else ''."""
        if self.first_given_name is not None:
            return self.first_given_name
        return self.birth_given_names[0] if self.birth_given_names else ""

    def without(self, trait: str) -> Person:
        """Return the same person with one trait left empty (a name of `COMPULSORY_AT_CREATION`)."""
        if trait == "first_birth_given_name":
            return replace(self, birth_given_names=(), first_given_name="")
        changes: dict[str, Any] = {trait: () if trait == "birth_given_names" else ""}
        return replace(self, **changes)

    def traits(self) -> dict[str, str]:
        """Return the ten fields by name, list of given names blank-separated, for expectations."""
        return {
            "matricule": self.matricule,
            "oid": self.oid if self.matricule else "",
            "birth_name": self.birth_name,
            "birth_given_names": " ".join(self.birth_given_names),
            "first_birth_given_name": self.first_birth_given_name,
            "birth_date": self.birth_date,
            "sex": self.sex,
            "birth_place_code": self.birth_place_code,
            "used_name": self.used_name,
            "used_given_name": self.used_given_name,
        }


def shortened(matricule: str) -> str:
    """Return a matricule as consoles and reports show it: `2790…89`."""
    return f"{matricule[:4]}…{matricule[-2:]}" if len(matricule) > 6 else "…"
