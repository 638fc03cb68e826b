"""Tell whether a code belongs to a value set of the packages: yes, no, or not known, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.packs.fhir_package import PackageSet

Coded = tuple[str | None, str]
"""(system, code); the system is None for a bare `code`, '' for a Coding without system."""
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Membership:
    """`known` False: the packages do not say, for the reason `why`."""

    known: bool
    is_member: bool = False
    why: str = ""


YES = Membership(True, True)
NO = Membership(True, False)


def membership(packages: PackageSet, canonical: str, coded: Iterable[Coded]) -> Membership:
    """Tell whether at least one of the codes is in the value set."""
    try:
        answers = [_in_value_set(packages, canonical, one, 0) for one in coded]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # A malformed list of the package says nothing of the code.
        return Membership(False, why=f"jeu de valeurs malformé : {canonical} ({error})")
    if any(one.known and one.is_member for one in answers):
        return YES
    return next((one for one in answers if not one.known), NO)


def codes_of(value: object) -> tuple[Coded, ...]:
    """Return the codes that a bound value carries (code, Coding, CodeableConcept, Quantity)."""
    if isinstance(value, str):
        return ((None, value),)
    if not isinstance(value, dict):
        return ()
    if isinstance(value.get("coding"), list):
        return tuple(code for one in value["coding"] for code in codes_of(one))
    if isinstance(value.get("code"), str):
        return ((str(value.get("system", "")), value["code"]),)
    return ()


def _in_value_set(packages: PackageSet, canonical: str, coded: Coded, depth: int) -> Membership:
    found = packages.find("ValueSet", canonical)
    if found is None:
        return Membership(False, why=f"jeu de valeurs absent du paquet : {canonical}")
    if depth > _MAX_DEPTH:
        return Membership(False, why=f"jeu de valeurs imbriqué trop profondément : {canonical}")
    compose = found.get("compose") or {}
    if not compose.get("include"):
        return _in_expansion(found, canonical, coded)
    inside = _any(_includes(packages, one, coded, depth) for one in compose["include"])
    outside = _any(_includes(packages, one, coded, depth) for one in compose.get("exclude") or ())
    if (inside.known and not inside.is_member) or (outside.known and outside.is_member):
        return NO
    return YES if inside.known and outside.known else (outside if inside.known else inside)


def _in_expansion(found: Mapping[str, Any], canonical: str, coded: Coded) -> Membership:
    expansion = found.get("expansion") or {}
    listed = list(_flat(expansion.get("contains") or (), "contains"))
    if any(_matches(one.get("system"), coded) and one.get("code") == coded[1] for one in listed):
        return YES
    if listed and int(expansion.get("total", len(listed))) <= len(listed):
        return NO
    return Membership(False, why=f"jeu de valeurs sans contenu complet : {canonical}")


def _any(answers: Iterable[Membership]) -> Membership:
    unknown = None
    for one in answers:
        if one.known and one.is_member:
            return YES
        unknown = unknown or (None if one.known else one)
    return unknown or NO


def _includes(
    packages: PackageSet, part: Mapping[str, Any], coded: Coded, depth: int
) -> Membership:
    """One include: the codes in its system AND in each value set that it names."""
    answers = [
        _in_value_set(packages, str(one), coded, depth + 1) for one in part.get("valueSet") or ()
    ]
    if part.get("system"):
        answers.append(_in_system(packages, part, coded))
    if any(one.known and not one.is_member for one in answers) or not answers:
        return NO
    return next((one for one in answers if not one.known), YES)


def _in_system(packages: PackageSet, part: Mapping[str, Any], coded: Coded) -> Membership:
    system = str(part["system"])
    if not _matches(system, coded):
        return NO
    if part.get("concept"):
        return YES if any(one.get("code") == coded[1] for one in part["concept"]) else NO
    if part.get("filter"):
        return Membership(False, why=f"filtre sur le système de codes {system}")
    found = packages.find("CodeSystem", system)
    if found is None:
        return Membership(False, why=f"système de codes absent du paquet : {system}")
    if any(one.get("code") == coded[1] for one in _flat(found.get("concept") or (), "concept")):
        return YES
    if found.get("content") == "complete":
        return NO
    return Membership(False, why=f"système de codes incomplet dans le paquet : {system}")


def _matches(system: object, coded: Coded) -> bool:
    return coded[0] is None or coded[0] == system


def _flat(items: Iterable[Mapping[str, Any]], key: str) -> Iterator[Mapping[str, Any]]:
    for one in items:
        yield one
        yield from _flat(one.get(key) or (), key)
