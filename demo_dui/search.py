"""Search of known identities (règle 17): by birth date and name beginnings, or by matricule."""

from __future__ import annotations

from dataclasses import dataclass

from demo_dui import faults
from demo_dui.identity import OID_NATURE, Identity, Traits, matricule_is_right
from demo_dui.naming import LABELS, Refusal, RefusedError, plain_capitals
from demo_dui.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What is searched. `name` matches any name or given name; `matricule` stands alone."""

    birth_date: str | None = None
    name: str | None = None
    family: str | None = None
    given: str | None = None
    matricule: str | None = None
    private_id: str | None = None


def find(store: Store, criteria: Criteria) -> list[Identity]:
    """Identities that match; RefusedError when the criteria cannot be used."""
    if criteria.matricule is not None:
        return _of_matricule(store, _checked(criteria.matricule))
    if criteria.private_id is not None:
        return store.identities_of("private_id", criteria.private_id)
    if not any((criteria.birth_date, criteria.name, criteria.family, criteria.given)):
        text = f"Recherche : renseignez au moins « {LABELS['birth_date']} » ou un nom."
        raise RefusedError(Refusal("", text))
    born = None if faults.active("recherche-date-ignoree") else criteria.birth_date
    found = [one for one in store.identities(born) if _matches(one, criteria)]
    return found[:1] if faults.active("recherche-premier-seul") else found


def _of_matricule(store: Store, matricule: str) -> list[Identity]:
    if faults.active("recherche-matricule-jamais-trouvee"):
        return []
    if faults.active("recherche-matricule-sans-cle") or faults.active("recherche-cle-ignoree"):
        kept = store.identities()
        return [one for one in kept if (one.matricule or "-").startswith(matricule[:13])]
    return store.identities_of("matricule", matricule)


def of_token(token: str) -> Criteria:
    """Criteria of a FHIR identifier token: `system|value`, or a matricule alone."""
    system, separator, value = token.rpartition("|")
    if separator and system and system.removeprefix("urn:oid:") not in OID_NATURE:
        return Criteria(private_id=value)
    return Criteria(matricule=value)


def _checked(matricule: str) -> str:
    compact = matricule.replace(" ", "").upper()
    if len(compact) == 13 and faults.active("recherche-matricule-sans-cle"):
        return compact
    if len(compact) != 15:
        text = f"Recherche par matricule : {len(compact)} caractères saisis, 15 attendus."
        raise RefusedError(Refusal("matricule", text))
    if not matricule_is_right(compact) and not faults.active("recherche-cle-ignoree"):
        text = "Recherche par matricule : la clé (2 derniers chiffres) est fausse, vérifiez-le."
        raise RefusedError(Refusal("matricule", text))
    return compact


def _letters(text: str | None) -> str:
    """Letters alone, capitals without accents: hyphen, apostrophe and blank do not count."""
    text = text or ""
    kept = {sign for sign, fault in _SIGN_FAULTS.items() if faults.active(fault)}
    if faults.active("recherche-double-trait-sensible") and "--" in text:
        kept.add("-")
    plain = text.upper() if faults.active("recherche-accents-sensible") else plain_capitals(text)
    return "".join(sign for sign in plain if sign.isalpha() or sign in kept)


_SIGN_FAULTS = {"-": "recherche-trait-union-sensible", "'": "recherche-apostrophe-sensible"}
# Fault that leaves a name out of what is searched.
_NAMES_LOST = {
    "birth_name": "recherche-nom-naissance-ignore",
    "used_name": "recherche-nom-utilise-ignore",
}
_GIVEN_LOST = {
    "first_birth_given_name": "recherche-premier-prenom-ignore",
    "used_given_name": "recherche-prenom-utilise-ignore",
}


def _matches(identity: Identity, criteria: Criteria) -> bool:
    traits = identity.traits
    families = _values(traits, _NAMES_LOST)
    givens = _values(traits, _GIVEN_LOST)
    first_lost = faults.active("recherche-premier-prenom-ignore")
    if not first_lost and not faults.active("recherche-liste-prenoms-ignoree"):
        givens += [_letters(one) for one in (traits.birth_given_names or "").split()]
        givens.append(_letters(traits.birth_given_names))
    return (
        _begins(families + givens, criteria.name)
        and _begins(families, criteria.family)
        and _begins(givens, criteria.given)
    )


def _values(traits: Traits, fields: dict[str, str]) -> list[str]:
    kept = [field for field, fault in fields.items() if not faults.active(fault)]
    return [_letters(getattr(traits, field)) for field in kept]


def _begins(values: list[str], wanted: str | None) -> bool:
    if not wanted:
        return True
    beginning = _letters(wanted)
    if faults.active("recherche-nom-entier"):
        return beginning in values
    return any(value.startswith(beginning) for value in values if value)
