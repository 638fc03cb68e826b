"""Search of known identities (règle 17): by birth date and name beginnings, or by matricule."""

from __future__ import annotations

from dataclasses import dataclass

from demo_dui.identity import OID_NATURE, Identity, matricule_is_right
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
        return store.identities_of("matricule", _checked(criteria.matricule))
    if criteria.private_id is not None:
        return store.identities_of("private_id", criteria.private_id)
    if not any((criteria.birth_date, criteria.name, criteria.family, criteria.given)):
        text = f"Recherche : renseignez au moins « {LABELS['birth_date']} » ou un nom."
        raise RefusedError(Refusal("", text))
    return [found for found in store.identities(criteria.birth_date) if _matches(found, criteria)]


def of_token(token: str) -> Criteria:
    """Criteria of a FHIR identifier token: `system|value`, or a matricule alone."""
    system, separator, value = token.rpartition("|")
    if separator and system and system.removeprefix("urn:oid:") not in OID_NATURE:
        return Criteria(private_id=value)
    return Criteria(matricule=value)


def _checked(matricule: str) -> str:
    compact = matricule.replace(" ", "").upper()
    if len(compact) != 15:
        text = f"Recherche par matricule : {len(compact)} caractères saisis, 15 attendus."
        raise RefusedError(Refusal("matricule", text))
    if not matricule_is_right(compact):
        text = "Recherche par matricule : la clé (2 derniers chiffres) est fausse, vérifiez-le."
        raise RefusedError(Refusal("matricule", text))
    return compact


def _letters(text: str | None) -> str:
    """Letters alone, capitals without accents: hyphen, apostrophe and blank do not count."""
    return "".join(sign for sign in plain_capitals(text or "") if sign.isalpha())


def _matches(identity: Identity, criteria: Criteria) -> bool:
    traits = identity.traits
    families = [_letters(traits.birth_name), _letters(traits.used_name)]
    givens = [_letters(traits.first_birth_given_name), _letters(traits.used_given_name)]
    givens += [_letters(one) for one in (traits.birth_given_names or "").split()]
    givens.append(_letters(traits.birth_given_names))
    return (
        _begins(families + givens, criteria.name)
        and _begins(families, criteria.family)
        and _begins(givens, criteria.given)
    )


def _begins(values: list[str], wanted: str | None) -> bool:
    if not wanted:
        return True
    beginning = _letters(wanted)
    return any(value.startswith(beginning) for value in values if value)
