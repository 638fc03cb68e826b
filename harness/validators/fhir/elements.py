"""Small readings of FHIR JSON that several rules share: they never raise on an odd shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.validators.fhir.document import Document, Resource

REFERENCE_DEPTH = 200


def listed(data: object, name: str) -> list[Any]:
    """Return an element as a list: [] when absent, one item for a single value."""
    value = data.get(name) if isinstance(data, dict) else None
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def objects(data: object, name: str) -> list[Mapping[str, Any]]:
    """Return the items of an element that are objects."""
    return [one for one in listed(data, name) if isinstance(one, dict)]


def text(data: object, *names: str) -> str:
    """Return the text at a path of single elements, '' when anything is missing."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, str) else ""


def count(data: object, name: str) -> int:
    """Return how many times an element occurs."""
    return len(listed(data, name))


def codes(concept: object) -> list[tuple[str, str]]:
    """Return (system, code) of each coding of a CodeableConcept."""
    return [(text(one, "system"), text(one, "code")) for one in objects(concept, "coding")]


def type_codes(identifier: object) -> list[tuple[str, str]]:
    """Return (system, code) of each coding of an identifier's type."""
    kind = identifier.get("type") if isinstance(identifier, dict) else None
    return codes(kind)


def references(data: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield (path, reference) of every literal reference inside a resource."""
    if depth > REFERENCE_DEPTH:
        return
    if isinstance(data, dict):
        found = data.get("reference")
        if isinstance(found, str):
            yield f"{path}.reference", found
        for key, value in data.items():
            yield from references(value, f"{path}.{key}", depth + 1)
    elif isinstance(data, list):
        for index, one in enumerate(data):
            yield from references(one, f"{path}[{index}]", depth + 1)


def target_of(found: Document, reference: str) -> Resource | None:
    """Return the resource of the Bundle that a reference names, None when there is none."""
    return found.view(_targets).get(reference.partition("/_history")[0])


def _targets(found: Document) -> Mapping[str, Resource]:
    by_name: dict[str, Resource] = {}
    for one in found.resources[1:]:
        full_url = text(one.entry, "fullUrl")
        if full_url:
            by_name.setdefault(full_url, one)
            if full_url.startswith(("http://", "https://")):
                by_name.setdefault("/".join(full_url.split("/")[-2:]), one)
        if text(one.data, "id"):
            by_name.setdefault(f"{one.kind}/{text(one.data, 'id')}", one)
    return by_name


def type_named(reference: str) -> str:
    """Return the resource type that a literal reference names, '' when it names none."""
    parts = reference.partition("/_history")[0].split("/")
    if reference.startswith(("#", "urn:")) or len(parts) < 2:
        return ""
    return parts[-2] if parts[-2][:1].isupper() else ""
