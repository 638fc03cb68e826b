"""FHIR packages: definitions found by canonical url and version, parsed only when asked for.

A package is the `.tgz` published with an implementation guide, or a JSON file that holds one
definition or a Bundle of them. Only R4 (4.0.x) is accepted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from harness.model.problems import ConfigurationProblem
from harness.packs.archive import GZIP_MAGIC, Archive, read_archive

FHIR_VERSION = "4.0"
KINDS = ("StructureDefinition", "ValueSet", "CodeSystem")
_INDEX = "package/.index.json"
_MANIFEST = "package/package.json"
Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One definition of a package, not parsed yet."""

    kind: str
    url: str
    version: str
    load: Callable[[], Definition] = field(repr=False, compare=False)


@dataclass(frozen=True, eq=False)
class FhirPackage:
    """Definitions by (kind, url). Two packages are equal when they are the same object."""

    name: str
    version: str
    entries: Mapping[tuple[str, str], tuple[Entry, ...]] = field(repr=False)
    _parsed: dict[Entry, Definition] = field(default_factory=dict, repr=False)

    def find(self, kind: str, canonical: str) -> Definition | None:
        """Return a definition by its canonical (`url` or `url|version`), None when absent."""
        url, _, version = canonical.partition("|")
        for entry in self.entries.get((kind, url), ()):
            if not version or entry.version == version:
                return self._definition(entry)
        return None

    def _definition(self, entry: Entry) -> Definition:
        if entry not in self._parsed:
            self._parsed[entry] = entry.load()
        return self._parsed[entry]


@dataclass(frozen=True)
class PackageSet:
    """Several packages, asked in order."""

    packages: tuple[FhirPackage, ...]

    def find(self, kind: str, canonical: str) -> Definition | None:
        """Return the first definition with this canonical, None when no package has it."""
        return next(
            (found for one in self.packages if (found := one.find(kind, canonical)) is not None),
            None,
        )

    def __str__(self) -> str:
        """Return the names and versions, for messages."""
        return ", ".join(f"{one.name} {one.version}".strip() for one in self.packages)


@lru_cache(maxsize=8)
def read_package(content: bytes, name: str) -> FhirPackage:
    """Return the package held by these bytes; the last ones read are kept.

    Raises `ConfigurationProblem` for bytes that are no FHIR R4 package.
    """
    if content.startswith(GZIP_MAGIC):
        return _from_archive(read_archive(content, name), name)
    data = _json(content, name, name)
    return FhirPackage(name, "", _by_canonical(_loose(one) for one in _definitions(data, name)))


def _from_archive(archive: Archive, name: str) -> FhirPackage:
    if _MANIFEST not in archive:
        raise ConfigurationProblem(
            f"paquet FHIR {name} : {_MANIFEST} absent ; ce .tgz n'est pas un paquet FHIR"
        )
    manifest = _json(archive.read(_MANIFEST), name, _MANIFEST)
    declared = manifest.get("fhirVersions") or manifest.get("fhir-version-list") or []
    if declared and not any(str(one).startswith(FHIR_VERSION) for one in declared):
        raise ConfigurationProblem(
            f"paquet FHIR {name} : FHIR {', '.join(map(str, declared))} ; attendu R4 (4.0.x)"
        )
    entries = _by_canonical(_indexed(archive, name))
    return FhirPackage(str(manifest.get("name", name)), str(manifest.get("version", "")), entries)


def _indexed(archive: Archive, name: str) -> Iterable[Entry]:
    """Yield the definitions by the package's own index, else by reading every file."""
    if _INDEX in archive:
        listed = _json(archive.read(_INDEX), name, _INDEX).get("files")
        for one in listed if isinstance(listed, list) else []:
            if not isinstance(one, dict):
                continue
            path = f"package/{one.get('filename', '')}"
            if one.get("resourceType") in KINDS and one.get("url") and path in archive:
                yield Entry(
                    one["resourceType"],
                    str(one["url"]),
                    str(one.get("version", "")),
                    _loader(archive, path, name, str(one["url"])),
                )
        return
    for path in archive:
        if path.count("/") == 1 and path.endswith(".json") and path != _MANIFEST:
            data = _json(archive.read(path), name, path)
            if data.get("resourceType") in KINDS and data.get("url"):
                yield _loose(data)


def _loader(archive: Archive, path: str, name: str, url: str) -> Callable[[], Definition]:
    def load() -> Definition:
        data = _json(archive.read(path), name, path)
        if data.get("url") != url:
            raise ConfigurationProblem(
                f"paquet FHIR {name} : {path} définit {data.get('url')}, son index dit {url} ;"
                " paquet à reprendre à sa source"
            )
        return data

    return load


def _loose(data: Definition) -> Entry:
    return Entry(
        str(data["resourceType"]), str(data["url"]), str(data.get("version", "")), lambda: data
    )


def _by_canonical(entries: Iterable[Entry]) -> dict[tuple[str, str], tuple[Entry, ...]]:
    found: dict[tuple[str, str], tuple[Entry, ...]] = {}
    for one in entries:
        key = (one.kind, one.url)
        found[key] = (*found.get(key, ()), one)
    return found


def _definitions(data: Definition, name: str) -> list[Definition]:
    inside = [data]
    if data.get("resourceType") == "Bundle":
        entries = data.get("entry")
        inside = [
            one["resource"]
            for one in (entries if isinstance(entries, list) else [])
            if isinstance(one, dict) and isinstance(one.get("resource"), dict)
        ]
    kept = [one for one in inside if one.get("resourceType") in KINDS and one.get("url")]
    if not kept:
        raise ConfigurationProblem(
            f"paquet FHIR {name} : aucune définition ({', '.join(KINDS)}) ;"
            " attendu un .tgz, une définition ou un Bundle de définitions"
        )
    return kept


def _json(content: bytes, name: str, path: str) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ConfigurationProblem(
            f"paquet FHIR {name} : {path} n'est pas du JSON lisible ({error})"
        ) from error
    if not isinstance(data, dict):
        raise ConfigurationProblem(f"paquet FHIR {name} : {path} : objet JSON attendu")
    return data
