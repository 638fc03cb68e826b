"""What an INSi answer does to an identity: taken, or blocked with its reason (règles 6, 11, 12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from demo_dui import faults
from demo_dui.identity import OID_NATURE, Identity, matricule_is_right
from demo_dui.insi_messages import Found, Search
from demo_dui.naming import starts_with_given_name
from demo_dui.status import after_insi

UNKNOWN_PLACE = "99999"


def searches(identity: Identity, card: str | None) -> list[Search]:
    """Searches to try in turn while INSi answers "several": more given names, then the place."""
    traits = identity.traits
    given_names = tuple((traits.birth_given_names or traits.first_birth_given_name or "").split())
    first = Search(
        birth_name=traits.birth_name or "",
        given_names=(traits.first_birth_given_name or "",),
        sex=traits.sex or "",
        birth_date=traits.birth_date or "",
        card=card,
    )
    tries = [first]
    if len(given_names) > 1:
        tries.append(replace(first, given_names=given_names))
    if traits.birth_place_code and traits.birth_place_code != UNKNOWN_PLACE:
        place = traits.birth_place_code
        tries.append(replace(first, given_names=given_names, birth_place_code=place))
    return tries


def call_refusal(identity: Identity) -> str:
    """Why INSi may not be called for this identity; empty when it may."""
    blocking = {
        "douteuse": "attribut-douteuse-appelle-insi",
        "fictive": "attribut-fictive-appelle-insi",
    }
    for attribute, fault in blocking.items():
        if attribute in identity.attributes and not faults.active(fault):
            return f"Appel INSi refusé : l'identité porte l'attribut « {attribute} »."
    traits = identity.traits
    needed = (traits.birth_name, traits.first_birth_given_name, traits.birth_date)
    if not all(needed) or traits.sex not in {"M", "F"}:
        return (
            "Appel INSi refusé : nom de naissance, premier prénom, date de naissance et sexe "
            "(M ou F) sont nécessaires. Complétez l'identité."
        )
    return ""


def block_reason(identity: Identity, found: Found) -> str:
    """Why the answer is not taken, in French; empty when it is taken."""
    return (
        _missing_trait(found)
        or _wrong_date(found.birth_date)
        or _wrong_matricule(found)
        or _discordance(identity, found)
    )


def _missing_trait(found: Found) -> str:
    checks = (
        ("nom de naissance", found.birth_name, "insi-garde-nom-vide"),
        ("prénoms", found.given_names, "insi-garde-prenoms-vides"),
        ("sexe", found.sex, "insi-garde-sexe-vide"),
    )
    for label, value, fault in checks:
        if not value and not faults.active(fault):
            return f"Réponse INSi refusée : {label} vide. L'identité n'est pas modifiée."
    if found.sex and found.sex not in {"M", "F"}:
        return "Réponse INSi refusée : sexe inattendu, M ou F attendu."
    return ""


def _wrong_date(value: str) -> str:
    if "00" in value.split("-")[1:]:
        if faults.active("insi-garde-date-00"):
            return ""
        return (
            "Réponse INSi refusée : le jour ou le mois de naissance vaut 00. "
            "L'identité n'est pas modifiée."
        )
    try:
        date.fromisoformat(value)
    except ValueError:
        return "Réponse INSi refusée : date de naissance illisible. L'identité n'est pas modifiée."
    return ""


def _wrong_matricule(found: Found) -> str:
    if found.oid not in OID_NATURE:
        return "Réponse INSi refusée : OID du matricule inconnu. L'identité n'est pas modifiée."
    if matricule_is_right(found.matricule) or faults.active("insi-ignore-cle"):
        return ""
    return "Réponse INSi refusée : clé du matricule fausse. L'identité n'est pas modifiée."


def _discordance(identity: Identity, found: Found) -> str:
    """Compare the answer with the local traits; an absent or incomplete value cannot disagree."""
    traits = identity.traits
    first = traits.first_birth_given_name or ""
    discordant = []
    if found.birth_name and found.birth_name != traits.birth_name:
        discordant.append("nom de naissance")
    if found.given_names and not starts_with_given_name(found.given_names, first):
        discordant.append("premier prénom")
    if "00" not in found.birth_date.split("-")[1:] and found.birth_date != traits.birth_date:
        discordant.append("date de naissance")
    if found.sex and found.sex != traits.sex:
        discordant.append("sexe")
    if not discordant:
        return ""
    return (
        f"Réponse INSi refusée : traits discordants ({', '.join(discordant)}). "
        "L'identité n'est pas modifiée : comparez-les avec la pièce d'identité."
    )


def completed_by_insi(identity: Identity, found: Found, mode: str, today: str) -> Identity:
    """The identity once the answer is taken: INS, traits of TIQ, new status."""
    given = found.given_name if faults.active("insi-prenom-usuel") else found.given_names
    place = found.birth_place_code or identity.traits.birth_place_code
    traits = replace(
        identity.traits,
        birth_name=found.birth_name or None,
        birth_given_names=given or None,
        birth_date=found.birth_date,
        sex=found.sex or None,
        birth_place_code=place,
    )
    if faults.active("insi-lieu-non-recopie"):
        traits = replace(traits, birth_place_code=identity.traits.birth_place_code)
    return replace(
        identity,
        traits=traits,
        matricule=None if faults.active("insi-matricule-perdu") else found.matricule,
        oid=None if faults.active("insi-oid-perdu") else found.oid,
        status=after_insi(identity.status),
        method="CV" if mode == "vitale" else "INSI",
        insi_on=today,
    )
