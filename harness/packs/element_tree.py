"""The snapshot of a StructureDefinition as a tree of frozen elements, slices beside their base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
NO_LIMIT = -1


@dataclass(frozen=True, slots=True)
class TypeRef:
    """One allowed type; `profiles` and `targets` are canonicals."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Constraint:
    """One invariant."""

    key: str
    expression: str
    human: str
    is_warning: bool


@dataclass(frozen=True, slots=True)
class Discriminator:
    """How slices are told apart: `kind` is value, pattern, type, exists or profile."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Slicing:
    """The slicing of an element."""

    discriminators: tuple[Discriminator, ...]
    rules: str
    ordered: bool


@dataclass(slots=True)
class Element:
    """One element of a snapshot. Built once, then only read."""

    id: str
    name: str
    """Last part of the path: `identifier`, `value[x]`; the type for the root."""
    slice_name: str
    path: str
    min: int
    max: int
    is_list: bool
    types: tuple[TypeRef, ...]
    fixed: tuple[Any, ...]
    """Empty, or the one fixed value."""
    pattern: tuple[Any, ...]
    required_binding: str
    constraints: tuple[Constraint, ...]
    content_reference: str
    slicing: Slicing | None
    children: list[Element] = field(default_factory=list)
    slices: list[Element] = field(default_factory=list)

    @property
    def is_choice(self) -> bool:
        """Tell whether the element is a `name[x]`."""
        return self.name.endswith("[x]")

    @property
    def stem(self) -> str:
        """Return the name without its `[x]`."""
        return self.name.removesuffix("[x]")

    def child(self, name: str) -> Element | None:
        """Return the child of this name (with or without its `[x]`), None when absent."""
        return next((one for one in self.children if name in (one.name, one.stem)), None)


@dataclass(frozen=True, eq=False)
class Profile:
    """A StructureDefinition ready to judge by."""

    url: str
    version: str
    type: str
    kind: str
    root: Element
    by_id: Mapping[str, Element] = field(repr=False)


def read_profile(definition: Mapping[str, Any]) -> Profile | None:
    """Return the tree of a StructureDefinition, None when it has no snapshot."""
    listed = (definition.get("snapshot") or {}).get("element") or []
    if not listed:
        return None
    by_id: dict[str, Element] = {}
    for data in listed:
        element = _element(data)
        by_id.setdefault(element.id, element)
        if "." in element.id or element.slice_name:
            _attach(element, by_id)
    root = next(iter(by_id.values()))
    return Profile(
        str(definition.get("url", "")),
        str(definition.get("version", "")),
        str(definition.get("type", root.name)),
        str(definition.get("kind", "")),
        root,
        by_id,
    )


def _attach(element: Element, by_id: Mapping[str, Element]) -> None:
    """Hang an element under its parent, or a slice beside its base element."""
    head, _, last = element.id.rpartition(".")
    base, colon, slice_name = last.partition(":")
    if colon:
        # A slice of a slice (`a/b`) hangs from the slice that it refines.
        outer = slice_name.rpartition("/")[0]
        name = f"{base}:{outer}" if outer else base
        owner = by_id.get(f"{head}.{name}" if head else name)
        if owner is not None:
            owner.slices.append(element)
        return
    parent = by_id.get(head)
    if parent is not None:
        parent.children.append(element)


def _element(data: Mapping[str, Any]) -> Element:
    path = str(data.get("path", ""))
    slicing = data.get("slicing")
    binding = data.get("binding") or {}
    return Element(
        id=str(data.get("id", path)),
        name=path.rpartition(".")[2],
        slice_name=str(data.get("sliceName", "")) if ":" in _last(data, path) else "",
        path=path,
        min=int(data.get("min", 0)),
        max=_max(data.get("max", "*")),
        is_list=_max((data.get("base") or {}).get("max", data.get("max", "*"))) not in (0, 1),
        types=tuple(_type(one) for one in data.get("type") or ()),
        fixed=_prefixed(data, "fixed"),
        pattern=_prefixed(data, "pattern"),
        required_binding=(
            str(binding.get("valueSet", "")) if binding.get("strength") == "required" else ""
        ),
        constraints=tuple(_constraints(data)),
        content_reference=str(data.get("contentReference", "")).rpartition("#")[2],
        slicing=None if slicing is None else _slicing(slicing),
    )


def _last(data: Mapping[str, Any], path: str) -> str:
    return str(data.get("id", path)).rpartition(".")[2]


def _max(value: object) -> int:
    text = str(value)
    return int(text) if text.isdigit() else NO_LIMIT


def _type(data: Mapping[str, Any]) -> TypeRef:
    code = str(data.get("code", ""))
    if code.startswith(_SYSTEM_TYPE):
        # `id` and `url` carry a FHIRPath type; an extension may say which FHIR type is meant.
        code = next(
            (
                str(one.get("valueUrl", one.get("valueUri", "string")))
                for one in data.get("extension") or ()
                if one.get("url") == _FHIR_TYPE
            ),
            "string",
        )
    return TypeRef(code, tuple(data.get("profile") or ()), tuple(data.get("targetProfile") or ()))


def _prefixed(data: Mapping[str, Any], prefix: str) -> tuple[Any, ...]:
    return next(
        ((value,) for key, value in data.items() if key.startswith(prefix) and key != prefix), ()
    )


def _constraints(data: Mapping[str, Any]) -> Iterator[Constraint]:
    for one in data.get("constraint") or ():
        yield Constraint(
            str(one.get("key", "")),
            str(one.get("expression", "")),
            str(one.get("human", "")),
            one.get("severity") != "error",
        )


def _slicing(data: Mapping[str, Any]) -> Slicing:
    return Slicing(
        tuple(
            Discriminator(str(one.get("type", "")), str(one.get("path", "")))
            for one in data.get("discriminator") or ()
        ),
        str(data.get("rules", "open")),
        bool(data.get("ordered", False)),
    )
