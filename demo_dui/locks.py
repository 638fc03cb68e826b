"""Locks on strict traits, and coherence of the first given name (règles 6 and 26)."""

from __future__ import annotations

from demo_dui import faults
from demo_dui.identity import STRICT_TRAITS, Identity, Traits
from demo_dui.naming import LABELS, Refusal, starts_with_given_name
from demo_dui.status import WITH_INS, Status

FIRST, LIST = "first_birth_given_name", "birth_given_names"
LOCK_WORD = "verrouillé (INS)"


def is_locked(identity: Identity) -> bool:
    """Tell whether ordinary users may not change the strict traits of this identity."""
    if identity.status is Status.RECUPEREE and faults.active("verrou-recuperee-absent"):
        return False
    if identity.status is Status.QUALIFIEE and faults.active("verrou-qualifiee-absent"):
        return False
    return identity.status in WITH_INS


def locked_fields(identity: Identity) -> tuple[str, ...]:
    """Fields of the edit page that an ordinary user reads but cannot change.

    The first given name is not among them: it may follow the list of given names (règle 6).
    """
    if not is_locked(identity):
        return ()
    fields = tuple(f for f in STRICT_TRAITS if f != FIRST or faults.active("prenom-verrouille"))
    return (*fields, "used_name") if faults.active("verrou-nom-utilise") else fields


def changed_strict_traits(identity: Identity, traits: Traits) -> list[str]:
    """Strict traits that change; a first name that still begins the same list is none of them."""
    changed = [f for f in STRICT_TRAITS if getattr(traits, f) != getattr(identity.traits, f)]
    if changed == [FIRST] and identity.status in WITH_INS:
        return []
    return changed


def lock_refusals(identity: Identity, traits: Traits, strict: list[str]) -> list[Refusal]:
    """What the locks forbid to an ordinary user."""
    if not is_locked(identity):
        return []
    locked = list(strict)
    for field in ("used_name", FIRST):
        changed = getattr(traits, field) != getattr(identity.traits, field)
        if changed and field in locked_fields(identity) and field not in locked:
            locked.append(field)
    return [Refusal(field, _locked(field, identity)) for field in locked]


def _locked(field: str, identity: Identity) -> str:
    return (
        f"{LABELS[field]} : trait strict {LOCK_WORD}, l'identité est « {identity.status} ». "
        "Seul un super-utilisateur peut le modifier."
    )


def coherence_refusals(identity: Identity, traits: Traits, found: list[Refusal]) -> list[Refusal]:
    """The refusals, in words that fit when the list of given names came with the INS."""
    first, given = traits.first_birth_given_name, traits.birth_given_names
    if identity.status not in WITH_INS or given != identity.traits.birth_given_names:
        return found
    if not first or not given or starts_with_given_name(given, first):
        return found
    others = [refusal for refusal in found if refusal.field != LIST]
    if faults.active("prenom-incoherent-accepte"):
        return others
    text = (
        f"{LABELS[FIRST]} : « {first[:40]} » refusé, ce n'est pas le début de la liste des prénoms "
        f"« {given[:100]} » rendue par INSi."
    )
    return [*others, Refusal(FIRST, text)]
