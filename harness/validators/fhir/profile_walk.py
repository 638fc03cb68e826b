"""Walk a resource along a profile's snapshot and report on every constraint met on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.packs.element_tree import NO_LIMIT, Element, Profile, TypeRef
from harness.packs.profile_set import ProfileSet
from harness.validators import Level
from harness.validators.fhir.profile_codes import codes_of, membership
from harness.validators.fhir.profile_invariants import NATIVE, CannotEvaluate, holds
from harness.validators.fhir.profile_report import Kind, Report
from harness.validators.fhir.profile_slices import Occurrence, Unsupported, belongs
from harness.validators.fhir.profile_types import RESOURCES, items, judge_value, type_table
from harness.validators.fhir.profile_values import PRIMITIVES, fits, same, shown

_IMPLICIT = frozenset({"resourceType", "id", "extension"})
_REFERENCES = frozenset({"Reference", "canonical", "CodeableReference"})


@dataclass(frozen=True)
class Walk:
    """One resource judged by one profile; `root` is what `%rootResource` means."""

    profiles: ProfileSet
    profile: Profile
    resource: Mapping[str, Any]
    root: Mapping[str, Any]
    report: Report

    def judge(self, element: Element, occurrence: Occurrence) -> None:
        """Judge one occurrence by an element: its own value, then what it holds."""
        if occurrence.value is not None:
            self._judge_value(element, occurrence)
        elif element.fixed or element.pattern or element.required_binding:
            self.report.skipped(
                "valeur imposée", "valeur remplacée par une extension", occurrence.path
            )
        self._judge_types(element, occurrence)
        described = element
        if element.content_reference:
            described = self.profile.by_id.get(element.content_reference, element)
        if described.children:
            self._judge_children(described, occurrence)

    def _judge_value(self, element: Element, occurrence: Occurrence) -> None:
        at, value, report = occurrence.path, occurrence.value, self.report
        if value == {} and element.children:
            report.faulted(Kind.TYPE, at, "un élément qui a un contenu", "élément vide")
        for imposed, test, word in (
            (element.fixed, same, "exactement"),
            (element.pattern, fits, "au moins"),
        ):
            if not imposed:
                continue
            if test(value, imposed[0]):
                report.passed(Kind.VALUE, at)
            else:
                report.faulted(
                    Kind.VALUE,
                    at,
                    f"{word} {shown(imposed[0])}",
                    shown(value),
                    "La valeur imposée par le profil est-elle codée en dur côté émetteur ?",
                )
        if element.required_binding:
            self._judge_binding(element.required_binding, occurrence)
        self._judge_invariants(element, occurrence)

    def _judge_binding(self, canonical: str, occurrence: Occurrence) -> None:
        coded = codes_of(occurrence.value)
        answer = membership(self.profiles.packages, canonical, coded)
        if not answer.known:
            self.report.skipped("appartenance d'un code", answer.why, occurrence.path)
        elif answer.is_member:
            self.report.passed(Kind.BINDING, occurrence.path)
        else:
            self.report.faulted(
                Kind.BINDING,
                occurrence.path,
                f"un code de {canonical}",
                ", ".join(f"{system or ''}#{code}".lstrip("#") for system, code in coded)
                or shown(occurrence.value),
                "Le code est-il pris dans le bon système, à la bonne version ?",
            )

    def _judge_invariants(self, element: Element, occurrence: Occurrence) -> None:
        for one in element.constraints:
            if one.key in NATIVE or not one.expression:
                continue
            try:
                good = holds(one, occurrence.value, element.path, self.resource, self.root)
            except CannotEvaluate as problem:
                self.report.skipped(f"invariant {one.key}", str(problem), occurrence.path)
                continue
            if good:
                self.report.passed(Kind.INVARIANT, occurrence.path)
            else:
                self.report.faulted(
                    Kind.INVARIANT,
                    occurrence.path,
                    f"invariant {one.key} : {one.human}",
                    "l'expression du profil est fausse ici",
                    "La règle du guide est-elle appliquée à l'émission ?",
                    Level.WARNING if one.is_warning else None,
                )

    def _judge_types(self, element: Element, occurrence: Occurrence) -> None:
        type_ref = _type_of(element, occurrence)
        if type_ref is None or (element.path == self.profile.root.path and not type_ref.profiles):
            return
        value, at = occurrence.value, occurrence.path
        if type_ref.code in _REFERENCES:
            self._judge_target(type_ref, occurrence)
        elif type_ref.profiles:
            self._judge_type_profiles(element, type_ref, occurrence)
        if value is None:
            return
        if type_ref.code == "Extension":
            self._judge_extension(element, occurrence)
        elif isinstance(value, dict) and "resourceType" in value:
            self._judge_resource_type(type_ref, occurrence)
        if type_ref.code in PRIMITIVES or not element.children:
            if not element.content_reference:
                judge_value(value, type_ref.code, at, self.report)
        elif not isinstance(value, dict):
            self.report.faulted(Kind.TYPE, at, f"un objet {type_ref.code}", shown(value))

    def _judge_resource_type(self, type_ref: TypeRef, occurrence: Occurrence) -> None:
        found = str(occurrence.value["resourceType"])
        if type_ref.code in RESOURCES or found == type_ref.code:
            self.report.passed(Kind.TYPE, occurrence.path)
        else:
            self.report.faulted(
                Kind.TYPE, occurrence.path, f"une ressource {type_ref.code}", shown(found)
            )

    def _judge_type_profiles(
        self, element: Element, type_ref: TypeRef, occurrence: Occurrence
    ) -> None:
        known = [one for url in type_ref.profiles if (one := self.profiles.get(url)) is not None]
        if len(known) < len(type_ref.profiles) and not element.children:
            for url in type_ref.profiles:
                if self.profiles.get(url) is None:
                    self.report.skipped(
                        "profil d'un élément", self.profiles.why_absent(url), occurrence.path
                    )
        attempts = []
        for profile in known:
            attempts.append(judged(self.profiles, profile, occurrence, self.resource, self.root))
        if not attempts:
            return
        best = min(attempts, key=lambda one: one.errors)
        if best.errors and len(known) < len(type_ref.profiles):
            # The occurrence may well follow the profile that the package does not hold.
            return
        self.report.merge(best)

    def _judge_extension(self, element: Element, occurrence: Occurrence) -> None:
        value, at = occurrence.value, occurrence.path
        if not isinstance(value, dict):
            return
        has_value = any(key.startswith("value") for key in value)
        if bool(value.get("extension")) == has_value:
            self.report.faulted(
                Kind.INVARIANT, at, "une valeur ou des extensions, l'une des deux", shown(value)
            )
        if element.slice_name or any(one.profiles for one in element.types):
            return
        url = str(value.get("url", ""))
        if ":" not in url or self._is_sliced(element, occurrence):
            return
        profile = self.profiles.get(url)
        if profile is None:
            self.report.skipped("extension hors du profil", self.profiles.why_absent(url), at)
        else:
            self.report.merge(judged(self.profiles, profile, occurrence, self.resource, self.root))

    def _is_sliced(self, element: Element, occurrence: Occurrence) -> bool:
        """Tell whether a slice of the element judges this extension."""
        url = occurrence.value.get("url")
        return any(self.profiles.extension_url(one) == url for one in element.slices)

    def _judge_target(self, type_ref: TypeRef, occurrence: Occurrence) -> None:
        reference = occurrence.data.get("reference")
        if not type_ref.targets or type_ref.code != "Reference" or not reference:
            return
        wanted = [self.profiles.type_of(one) for one in type_ref.targets]
        kind = _target_type(str(reference), occurrence.data)
        if not kind or not all(wanted):
            self.report.skipped("type de la ressource référencée", "type inconnu", occurrence.path)
        elif kind in wanted or RESOURCES & set(wanted):
            self.report.passed(Kind.TYPE, f"{occurrence.path}.reference")
        else:
            self.report.faulted(
                Kind.TYPE,
                f"{occurrence.path}.reference",
                f"une référence à {' ou '.join(dict.fromkeys(wanted))}",
                shown(reference),
            )

    def _judge_children(self, element: Element, occurrence: Occurrence) -> None:
        known = set(_IMPLICIT)
        for child in element.children:
            found = list(_occurrences(child, occurrence, known))
            self._judge_shape(child, occurrence)
            self._count(child, len(found), f"{occurrence.path}.{child.stem}", Kind.CARDINALITY)
            for one in found:
                self.judge(child, one)
            if child.slices:
                self._judge_slices(child, found, f"{occurrence.path}.{child.stem}")
        for key in occurrence.data if isinstance(occurrence.value, dict) else ():
            if key.removeprefix("_") not in known:
                self._unknown(element, key, occurrence)

    def _unknown(self, element: Element, key: str, occurrence: Occurrence) -> None:
        choice = next((c for c in element.children if c.is_choice and key.startswith(c.stem)), None)
        if choice is None and element.slice_name:
            # A slice may detail some children only: its base element tells what is unknown.
            return
        if choice is None:
            expected = f"les éléments de {element.path}"
        else:
            expected = f"{choice.stem} de type {' ou '.join(one.code for one in choice.types[:6])}"
        self.report.faulted(
            Kind.TYPE,
            occurrence.path,
            expected,
            f"« {shown(key)} »",
            "L'élément vient-il d'une autre version de FHIR ?",
        )

    def _judge_shape(self, child: Element, occurrence: Occurrence) -> None:
        held = occurrence.data.get(child.name)
        at = f"{occurrence.path}.{child.name}"
        if held == []:
            self.report.faulted(Kind.TYPE, at, "un élément qui a un contenu", "liste vide")
        elif held is not None and not child.is_choice and isinstance(held, list) != child.is_list:
            expected = "une liste" if child.is_list else "une seule valeur, sans liste"
            self.report.faulted(Kind.TYPE, at, expected, shown(held))

    def _count(self, element: Element, count: int, at: str, kind: Kind) -> None:
        if count >= element.min and (element.max == NO_LIMIT or count <= element.max):
            self.report.passed(kind, at)
            return
        most = "*" if element.max == NO_LIMIT else element.max
        word = f" de la tranche « {element.slice_name} »" if element.slice_name else ""
        self.report.faulted(
            kind,
            at,
            f"{element.min}..{most} occurrence{word}",
            f"{count}",
            "L'élément est-il émis avec les valeurs que la tranche attend ?"
            if element.slice_name
            else "L'élément est-il exporté par le logiciel ?",
        )

    def _judge_slices(self, base: Element, found: list[Occurrence], at: str) -> None:
        try:
            matches = [
                [one for one in base.slices if belongs(occurrence, one, base, self.profiles)]
                for occurrence in found
            ]
            # With no occurrence at all, an unusable discriminator must still be told.
            if not found:
                for piece in base.slices:
                    belongs(Occurrence(at, {}), piece, base, self.profiles)
        except Unsupported as problem:
            self.report.skipped(f"tranches de {base.path}", str(problem), at)
            return
        if any(len(one) > 1 for one in matches):
            self.report.skipped(
                f"tranches de {base.path}", "un élément entre dans plusieurs tranches", at
            )
            return
        if base.slicing and (base.slicing.ordered or base.slicing.rules == "openAtEnd"):
            self.report.skipped(f"ordre des tranches de {base.path}", "ordre non suivi", at)
        for piece in base.slices:
            inside = [o for o, one in zip(found, matches, strict=True) if piece in one]
            self._count(piece, len(inside), at, Kind.SLICE)
            for one in inside:
                self.judge(piece, one)
            if piece.slices:
                self._judge_slices(piece, inside, at)
        if base.slicing and base.slicing.rules == "closed":
            strays = [o for o, one in zip(found, matches, strict=True) if not one]
            for stray in strays:
                self.report.faulted(
                    Kind.SLICE,
                    stray.path,
                    f"une des tranches {', '.join(p.slice_name for p in base.slices)}",
                    shown(stray.value),
                )


def judged(
    profiles: ProfileSet,
    profile: Profile,
    occurrence: Occurrence,
    resource: Mapping[str, Any],
    root: Mapping[str, Any],
) -> Report:
    """Return what a whole profile says of one value (a resource, an extension, a data type)."""
    report = Report()
    Walk(profiles, profile, resource, root, report).judge(profile.root, occurrence)
    return report


def _type_of(element: Element, occurrence: Occurrence) -> TypeRef | None:
    if occurrence.type_code:
        return next((t for t in element.types if t.code == occurrence.type_code), None)
    return element.types[0] if element.types else None


def _target_type(reference: str, data: Mapping[str, Any]) -> str:
    if isinstance(data.get("type"), str):
        return str(data["type"])
    parts = reference.partition("|")[0].split("/")
    if "_history" in parts:
        parts = parts[: parts.index("_history")]
    named = parts[-2] if len(parts) > 1 and not reference.startswith(("#", "urn:")) else ""
    return named if type_table().knows(named) else ""


def _occurrences(child: Element, occurrence: Occurrence, known: set[str]) -> Iterator[Occurrence]:
    """Yield the values of a child, and add to `known` the keys that it explains."""
    data = occurrence.data
    if not child.is_choice:
        known.add(child.name)
        yield from _held(data, child.name, f"{occurrence.path}.{child.name}", "")
        return
    for type_ref in child.types:
        key = child.stem + type_ref.code[:1].upper() + type_ref.code[1:]
        if key in data or f"_{key}" in data:
            known.add(key)
            yield from _held(data, key, f"{occurrence.path}.{key}", type_ref.code)


def _held(data: Mapping[str, Any], key: str, path: str, type_code: str) -> Iterator[Occurrence]:
    values, extras = data.get(key), data.get(f"_{key}")
    if not isinstance(values, list) and not isinstance(extras, list):
        if values is not None or isinstance(extras, dict):
            yield Occurrence(path, values, extras if isinstance(extras, dict) else None, type_code)
        return
    companions = extras if isinstance(extras, list) else []
    for index, (place, value) in enumerate(items(values or [None] * len(companions), path)):
        extra = companions[index] if index < len(companions) else None
        yield Occurrence(place, value, extra if isinstance(extra, dict) else None, type_code)
