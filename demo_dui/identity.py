"""Frozen values of an identity, and the arithmetic of the matricule INS."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from demo_dui.status import Status

OID_NATURE = {
    "1.2.250.1.213.1.4.8": "NIR",
    "1.2.250.1.213.1.4.9": "NIA",
    "1.2.250.1.213.1.4.10": "NIR",
    "1.2.250.1.213.1.4.11": "NIR",
}
OID_NIA = "1.2.250.1.213.1.4.9"
OID_NIR_TEST = "1.2.250.1.213.1.4.10"
OID_INS_C = "1.2.250.1.213.1.4.2"

MATRICULE = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8}", re.ASCII)
STRICT_TRAITS = (
    "birth_name",
    "birth_given_names",
    "first_birth_given_name",
    "birth_date",
    "sex",
    "birth_place_code",
)
LOCAL_SYSTEM = "https://dui-demonstration.example.org/ipp"
LOCAL_AUTHORITY = "DUI-DEMO&dui-demonstration.example.org&DNS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The traits of a person: ISO birth date, sex M, F or U, five-character INSEE place code."""

    birth_name: str | None = None
    first_birth_given_name: str | None = None
    birth_given_names: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    birth_place_code: str | None = None
    used_name: str | None = None
    used_given_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a user or a business client asks to record: traits, local identifiers, justificatif.

    `proof` is the code of the kind of justificatif shown; `nss` the number used for billing.
    """

    traits: Traits
    private_id: str | None = None
    private_system: str | None = None
    nss: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An identity as the store keeps it. `insi_on` and `document_on` are ISO dates.

    `proof` is the kind of justificatif shown at creation, `document` the one that validated.
    """

    id: str
    private_id: str
    private_system: str = LOCAL_SYSTEM
    private_authority: str = LOCAL_AUTHORITY
    former_private_id: str | None = None
    status: Status = Status.PROVISOIRE
    traits: Traits = field(default_factory=Traits)
    matricule: str | None = None
    oid: str | None = None
    nss: str | None = None
    attributes: tuple[str, ...] = ()
    proof: str | None = None
    document: str | None = None
    document_on: str | None = None
    insi_on: str | None = None
    method: str = "SM"
    created_on: str = ""
    updated_at: str = ""

    @property
    def nature(self) -> str | None:
        """NIR or NIA, told by the OID; None without a matricule."""
        return OID_NATURE.get(self.oid) if self.oid else None

    @property
    def shareable_matricule(self) -> bool:
        """True when the INS may leave the software: qualified identity only (règle 28)."""
        return self.status is Status.QUALIFIEE and bool(self.matricule and self.oid)


def key_of(number: str) -> str:
    """Two-digit key of the 13 first characters of a matricule (2A read 19, 2B read 18)."""
    digits = number.replace("2A", "19", 1) if number[5:7] == "2A" else number
    digits = digits.replace("2B", "18", 1) if number[5:7] == "2B" else digits
    return f"{97 - int(digits) % 97:02d}"


def matricule_is_right(matricule: str) -> bool:
    """Tell whether the 15 characters are well formed and the key agrees."""
    return bool(MATRICULE.fullmatch(matricule)) and key_of(matricule[:13]) == matricule[13:]


def with_wrong_key(matricule: str) -> str:
    """The same matricule with another key: used by seeded faults alone."""
    return f"{matricule[:13]}{(int(matricule[13:]) % 97) + 1:02d}"
