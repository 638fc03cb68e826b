"""Tell which slices of a profile an occurrence belongs to, by its discriminators."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.packs.element_tree import Discriminator, Element
from harness.packs.profile_set import ProfileSet
from harness.validators.fhir.profile_codes import codes_of, membership
from harness.validators.fhir.profile_values import fits, same

_STEP = re.compile(r"extension\('([^']+)'\)|(\$this)|([A-Za-z]\w*)")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One value of an element. `extra` is the `_name` companion of a primitive."""

    path: str
    value: Any
    extra: Mapping[str, Any] | None = None
    type_code: str = ""
    """The type of a choice (`Quantity` for valueQuantity), '' otherwise."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Return what the children are read from."""
        return self.value if isinstance(self.value, dict) else (self.extra or {})


class Unsupported(Exception):
    """A discriminator that we cannot evaluate; `str()` says which."""


def belongs(occurrence: Occurrence, piece: Element, base: Element, profiles: ProfileSet) -> bool:
    """Tell whether an occurrence is in the slice `piece` of `base`.

    Raises `Unsupported` when a discriminator cannot be evaluated.
    """
    slicing = base.slicing
    if slicing is None or not slicing.discriminators:
        raise Unsupported("découpe sans discriminant")
    return all(_matches(occurrence, piece, one, profiles) for one in slicing.discriminators)


def _matches(
    occurrence: Occurrence, piece: Element, discriminator: Discriminator, profiles: ProfileSet
) -> bool:
    steps = _steps(discriminator.path)
    if discriminator.kind == "type":
        return _is_of_type(occurrence, piece, steps, profiles)
    if discriminator.kind == "exists":
        target = _element(piece, steps, profiles)
        if target is None:
            raise Unsupported(f"discriminant exists({discriminator.path}) hors du profil")
        present = any(True for _ in _values(occurrence, steps))
        return present if target.max != 0 else not present
    if discriminator.kind == "profile":
        return _declares(occurrence, piece, steps, profiles)
    if discriminator.kind in ("value", "pattern"):
        return _has_value(occurrence, piece, steps, discriminator, profiles)
    raise Unsupported(f"discriminant {discriminator.kind}({discriminator.path})")


def _steps(path: str) -> tuple[tuple[str, str], ...]:
    """Split `extension('u').value` into steps. Raises `Unsupported` for resolve(), ofType()…"""
    steps: list[tuple[str, str]] = []
    place = 0
    while place < len(path):
        found = _STEP.match(path, place)
        if not found or path[found.end() : found.end() + 1] not in ("", "."):
            raise Unsupported(f"discriminant au chemin {path}")
        url, this, name = found.groups()
        if not this:
            steps.append(("extension", url) if url else ("name", name))
        place = found.end() + 1
    return tuple(steps)


def _values(occurrence: Occurrence, steps: tuple[tuple[str, str], ...]) -> Iterator[Any]:
    if not steps:
        if occurrence.value is not None:
            yield occurrence.value
        return
    (kind, name), rest = steps[0], steps[1:]
    data = occurrence.data
    if kind == "extension":
        held = [one for one in _listed(data.get("extension")) if _url(one) == name]
    else:
        held = [one for key in _keys(data, name) for one in _listed(data[key])]
    for one in held:
        yield from _values(Occurrence("", one), rest)


def _keys(data: Mapping[str, Any], name: str) -> list[str]:
    if name in data:
        return [name]
    return [
        key for key in data if key.startswith(name) and key[len(name) : len(name) + 1].isupper()
    ]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _url(extension: object) -> str:
    return str(extension.get("url", "")) if isinstance(extension, dict) else ""


def _element(
    piece: Element, steps: tuple[tuple[str, str], ...], profiles: ProfileSet
) -> Element | None:
    """Return the element that the path names in the slice, looking into profiles of its type."""
    current = piece
    for kind, name in steps:
        found = _child(current, kind, name, profiles)
        if found is None:
            return None
        current = found
    return current


def _child(element: Element, kind: str, name: str, profiles: ProfileSet) -> Element | None:
    if kind == "extension":
        base = element.child("extension")
        return next(
            (one for one in (base.slices if base else ()) if profiles.extension_url(one) == name),
            None,
        )
    found = element.child(name)
    if found is not None:
        return found
    for type_ref in element.types:
        for canonical in type_ref.profiles:
            profile = profiles.get(canonical)
            if profile is not None and (inner := profile.root.child(name)) is not None:
                return inner
    return None


def _has_value(
    occurrence: Occurrence,
    piece: Element,
    steps: tuple[tuple[str, str], ...],
    discriminator: Discriminator,
    profiles: ProfileSet,
) -> bool:
    if steps == (("name", "url"),):
        # The url of an extension slice is fixed by its definition, present here or not.
        expected = profiles.extension_url(piece)
        if expected:
            return occurrence.data.get("url") == expected
    target = _element(piece, steps, profiles)
    tests = [] if target is None else list(_tests(target, ()))
    if not tests:
        raise Unsupported(f"discriminant {discriminator.kind}({discriminator.path}) sans valeur")
    return all(_passes(occurrence, (*steps, *inner), element, profiles) for inner, element in tests)


def _tests(
    element: Element, steps: tuple[tuple[str, str], ...]
) -> Iterator[tuple[tuple[tuple[str, str], ...], Element]]:
    """Yield what a slice says of a discriminating element: its value, or those inside it."""
    if element.fixed or element.pattern or element.required_binding:
        yield steps, element
        return
    for child in element.children:
        yield from _tests_inside(child, (*steps, ("name", child.stem)))


def _tests_inside(
    child: Element, steps: tuple[tuple[str, str], ...]
) -> Iterator[tuple[tuple[tuple[str, str], ...], Element]]:
    if child.fixed or child.pattern:
        yield steps, child
    elif child.min:
        for inner in child.children:
            yield from _tests_inside(inner, (*steps, ("name", inner.stem)))


def _passes(
    occurrence: Occurrence,
    steps: tuple[tuple[str, str], ...],
    element: Element,
    profiles: ProfileSet,
) -> bool:
    values = list(_values(occurrence, steps))
    if element.fixed:
        return any(same(one, element.fixed[0]) for one in values)
    if element.pattern:
        return any(fits(one, element.pattern[0]) for one in values)
    coded = [code for one in values for code in codes_of(one)]
    answer = membership(profiles.packages, element.required_binding, coded)
    if not answer.known:
        raise Unsupported(answer.why)
    return answer.is_member


def _is_of_type(
    occurrence: Occurrence,
    piece: Element,
    steps: tuple[tuple[str, str], ...],
    profiles: ProfileSet,
) -> bool:
    target = _element(piece, steps, profiles)
    if target is None or not target.types:
        raise Unsupported("discriminant type hors du profil")
    codes = {one.code for one in target.types}
    if not steps and occurrence.type_code:
        return occurrence.type_code in codes
    if steps and steps[-1][0] == "name":
        held = [
            key[len(steps[-1][1]) :]
            for one in _values(occurrence, steps[:-1])
            if isinstance(one, dict)
            for key in _keys(one, steps[-1][1])
        ]
        if any(held):
            return any(code[:1].upper() + code[1:] in held for code in codes)
    kinds = [one.get("resourceType") for one in _values(occurrence, steps) if isinstance(one, dict)]
    if any(kinds):
        return any(kind in codes for kind in kinds)
    if not kinds:
        return False
    raise Unsupported("discriminant type d'un élément dont le JSON ne dit pas le type")


def _declares(
    occurrence: Occurrence,
    piece: Element,
    steps: tuple[tuple[str, str], ...],
    profiles: ProfileSet,
) -> bool:
    """A profile discriminator is read from what the resource declares of itself."""
    target = _element(piece, steps, profiles)
    wanted = {
        canonical.partition("|")[0]
        for one in (target.types if target else ())
        for canonical in one.profiles
    }
    if not wanted:
        raise Unsupported("discriminant profile sans profil")
    for one in _values(occurrence, steps):
        meta = one.get("meta") if isinstance(one, dict) else None
        declared = {str(p).partition("|")[0] for p in _listed((meta or {}).get("profile"))}
        if not declared:
            raise Unsupported("discriminant profile d'une ressource qui ne déclare aucun profil")
        if declared & wanted:
            return True
    return False
