"""Rules on the values of the traits (règles 1 and 5): what is refused, and why, in French."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from demo_dui import faults
from demo_dui.identity import Traits

LABELS = {
    "birth_name": "Nom de naissance",
    "first_birth_given_name": "Premier prénom de naissance",
    "birth_given_names": "Prénoms de naissance",
    "birth_date": "Date de naissance",
    "sex": "Sexe",
    "birth_place_code": "Lieu de naissance (code INSEE)",
    "used_name": "Nom utilisé",
    "used_given_name": "Prénom utilisé",
}
COMPULSORY = ("birth_name", "first_birth_given_name", "birth_date", "sex", "birth_place_code")
NAMES = (
    "birth_name",
    "first_birth_given_name",
    "birth_given_names",
    "used_name",
    "used_given_name",
)
LONGEST_NAME = 100
_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER_CASE = frozenset("abcdefghijklmnopqrstuvwxyz")
_ACCENTED = frozenset("ÀÂÄÃÇÉÈÊËÎÏÑÔÖÕÙÛÜŸŒÆàâäãçéèêëîïñôöõùûüÿœæ")
_PLACE = re.compile(r"([0-9]{2}|2A|2B)[0-9]{3}")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# Fault that drops the compulsory nature of a field.
_OPTIONAL_BY_FAULT = {
    "birth_name": "creation-sans-nom",
    "first_birth_given_name": "creation-sans-prenom",
    "birth_date": "creation-sans-date",
    "sex": "creation-sans-sexe",
    "birth_place_code": "creation-sans-lieu",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a field was refused; `field` is empty when the whole request is at fault."""

    field: str
    message: str


class RefusedError(Exception):
    """An action was refused; `refusals` says why, field by field."""

    def __init__(self, *refusals: Refusal, forbidden: bool = False) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals))
        self.refusals = refusals
        self.forbidden = forbidden


def plain_capitals(text: str) -> str:
    """Capitals without accents: `Hélène` gives `HELENE`."""
    spelled = text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae").replace("Æ", "AE")
    decomposed = unicodedata.normalize("NFD", spelled.replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).upper()


def completed(traits: Traits) -> Traits:
    """Traits with the list of given names, which defaults to the first one."""
    if faults.active("accents-effaces"):
        traits = replace(traits, **{name: _unaccented(getattr(traits, name)) for name in NAMES})
    if traits.birth_given_names or not traits.first_birth_given_name:
        return traits
    return replace(traits, birth_given_names=traits.first_birth_given_name)


def _unaccented(text: str | None) -> str | None:
    if text is None:
        return None
    return "".join(plain_capitals(c) if c in _ACCENTED else c for c in text)


def refusals(traits: Traits) -> list[Refusal]:
    """Everything that forbids recording these traits; an empty list means they are accepted."""
    found = [_missing(field) for field in compulsory() if not getattr(traits, field)]
    for field in NAMES:
        value = getattr(traits, field)
        if value:
            found += _refused_name(field, value)
    found += _refused_date(traits.birth_date)
    found += _refused_sex(traits.sex)
    found += _refused_place(traits.birth_place_code)
    found += _refused_list(traits)
    return found


def compulsory() -> tuple[str, ...]:
    """Fields without which a creation is refused: the five of règle 5, and no other."""
    fields = tuple(f for f in COMPULSORY if not faults.active(_OPTIONAL_BY_FAULT[f]))
    if faults.active("nom-utilise-obligatoire"):
        return (*fields, "used_name")
    if faults.active("prenom-utilise-obligatoire"):
        return (*fields, "used_given_name")
    return fields


def _missing(field: str) -> Refusal:
    return Refusal(field, f"{LABELS[field]} : champ obligatoire, il est vide. Renseignez-le.")


def _allowed_characters(field: str) -> frozenset[str]:
    allowed = _CAPITALS | {" ", "'", "-"}
    if faults.active("minuscules-acceptees"):
        allowed |= _LOWER_CASE
    if faults.active("accents-acceptes"):
        allowed |= _ACCENTED
    if faults.active("apostrophe-refusee"):
        allowed -= {"'"}
    if faults.active("tiret-refuse"):
        allowed -= {"-"}
    if faults.active("espace-refuse") and field == "birth_name":
        allowed -= {" "}
    return allowed


def _refused_name(field: str, value: str) -> list[Refusal]:
    label = LABELS[field]
    longest = 30 if faults.active("noms-longs-refuses") else LONGEST_NAME
    if len(value) > longest:
        text = f"{label} : {len(value)} caractères, {longest} au plus sont admis."
        return [Refusal(field, text)]
    unexpected = sorted(set(value) - _allowed_characters(field))
    if unexpected:
        shown = ", ".join(f"« {c} »" for c in unexpected[:5])
        text = (
            f"{label} : caractère non admis ({shown}). Attendu : lettres capitales A à Z sans "
            "accent, espace, apostrophe, trait d'union. Corrigez la saisie."
        )
        return [Refusal(field, text)]
    if not any(c.isalpha() for c in value):
        return [Refusal(field, f"{label} : au moins une lettre est attendue.")]
    return []


def _refused_date(value: str | None) -> list[Refusal]:
    if not value:
        return []
    label = LABELS["birth_date"]
    parts = _DATE.fullmatch(value)
    if not parts:
        text = f"{label} : « {value[:20]} » n'est pas une date. Attendu : AAAA-MM-JJ."
        return [Refusal("birth_date", text)]
    year, month, day = (int(part) for part in parts.groups())
    if month > 12 and faults.active("mois-13-accepte"):
        return []
    if day > 31 and faults.active("jour-32-accepte"):
        return []
    if day == 0 and faults.active("jour-00-accepte"):
        return []
    if not 1 <= month <= 12:
        return [Refusal("birth_date", f"{label} : mois {month:02d} refusé, attendu 01 à 12.")]
    if not 1 <= day <= 31:
        return [Refusal("birth_date", f"{label} : jour {day:02d} refusé, attendu 01 à 31.")]
    try:
        born = date(year, month, day)
    except ValueError:
        return [Refusal("birth_date", f"{label} : le {value} n'existe pas au calendrier.")]
    if born > date.today():
        return [Refusal("birth_date", f"{label} : le {value} est dans le futur.")]
    return []


def _refused_sex(value: str | None) -> list[Refusal]:
    if not value or value in {"M", "F", "U"}:
        return []
    text = f"{LABELS['sex']} : « {value[:10]} » refusé, attendu M (masculin) ou F (féminin)."
    return [Refusal("sex", text)]


def _refused_place(value: str | None) -> list[Refusal]:
    unknown = value == "99999" and faults.active("lieu-inconnu-refuse")
    if not value or (_PLACE.fullmatch(value) and not unknown):
        return []
    text = (
        f"{LABELS['birth_place_code']} : « {value[:10]} » refusé. Attendu : les 5 caractères du "
        "code INSEE (99xxx à l'étranger, 99999 si le lieu est inconnu)."
    )
    return [Refusal("birth_place_code", text)]


def _refused_list(traits: Traits) -> list[Refusal]:
    first, given = traits.first_birth_given_name, traits.birth_given_names
    if not first or not given or starts_with_given_name(given, first):
        return []
    text = (
        f"{LABELS['birth_given_names']} : la liste doit commencer par le premier prénom "
        f"« {first} ». Corrigez l'un des deux champs."
    )
    return [Refusal("birth_given_names", text)]


def starts_with_given_name(given_names: str, first: str) -> bool:
    """Tell whether the blank-separated list begins with this whole given name."""
    return given_names == first or given_names.startswith(f"{first} ")
