"""Definitions are found by url and version, parsed on demand, from a .tgz or from JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from harness.model.problems import ConfigurationProblem
from harness.packs.element_tree import read_profile
from harness.packs.fhir_package import PackageSet, read_package
from harness.packs.profile_set import ProfileSet
from tests.packs.test_archive import tgz
from tests.validators.samples import MESSAGES

EXAMPLES = os.environ.get("BANC_EXEMPLES", "")
SAMPLE = MESSAGES / "fhir" / "paquets" / "essai.json"
URL = "https://banc.example/fhir/ValueSet/v"


def value_set(version: str, **fields: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "url": URL, "version": version, **fields}


def packed(index: list[dict[str, Any]] | None, manifest: Any = None, **files: Any) -> bytes:
    members = [("package/package.json", manifest or {"name": "essai", "version": "1.0.0"})]
    if index is not None:
        members.append(("package/.index.json", {"files": index}))
    members += [(f"package/{name}.json", data) for name, data in files.items()]
    return tgz(*((n, d if isinstance(d, bytes) else json.dumps(d).encode()) for n, d in members))


def indexed(name: str, version: str) -> dict[str, Any]:
    return {
        "filename": f"{name}.json", "resourceType": "ValueSet", "url": URL, "version": version,
    }  # fmt: skip


def test_version_is_chosen_by_the_canonical() -> None:
    content = packed(None, a=value_set("1"), b=value_set("2"), c={"resourceType": "Patient"})
    package = read_package(content, "p.tgz")
    assert (package.name, package.version) == ("essai", "1.0.0")
    assert (package.find("ValueSet", f"{URL}|2") or {})["version"] == "2"
    assert (package.find("ValueSet", URL) or {})["version"] == "1"
    assert package.find("ValueSet", f"{URL}|3") is None
    assert package.find("CodeSystem", URL) is None


def test_files_are_parsed_only_when_asked_for() -> None:
    content = packed([indexed("a", "1"), indexed("b", "2")], a=value_set("1"), b=b"{broken")
    package = read_package(content, "p.tgz")
    assert package.find("ValueSet", f"{URL}|1")
    with pytest.raises(ConfigurationProblem, match=r"package/b\.json n'est pas du JSON"):
        package.find("ValueSet", f"{URL}|2")


def test_index_that_lies_is_told() -> None:
    content = packed([indexed("a", "1")], a=value_set("1", url="urn:autre"))
    with pytest.raises(ConfigurationProblem, match="son index dit"):
        read_package(content, "p.tgz").find("ValueSet", URL)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (tgz(("autre/a.json", b"{}")), "n'est pas un paquet FHIR"),
        (packed(None, {"name": "r5", "fhirVersions": ["5.0.0"]}), "attendu R4"),
        (b"[1]", "objet JSON attendu"),
        (b"\x00\x01", "pas du JSON lisible"),
        (b'{"resourceType": "Patient"}', "aucune définition"),
    ],
)
def test_what_is_no_package_is_told(content: bytes, said: str) -> None:
    with pytest.raises(ConfigurationProblem, match=said):
        read_package(content, "p.tgz")


def test_a_json_file_of_definitions_is_a_package() -> None:
    profiles = ProfileSet(PackageSet((read_package(SAMPLE.read_bytes(), SAMPLE.name),)))
    url = "https://banc.example/fhir/StructureDefinition/organisation-essai"
    profile = profiles.get(f"{url}|1.0.0")
    assert profile is not None and profile.type == "Organization"
    identifier = profile.root.child("identifier")
    assert identifier is not None
    assert [one.slice_name for one in identifier.slices] == ["finess", "national"]
    assert profiles.get(f"{url}|2.0.0") is None
    assert "absente" in profiles.why_absent(f"{url}|2.0.0")


def test_a_definition_without_snapshot_is_no_profile() -> None:
    definition = {"resourceType": "StructureDefinition", "url": "u", "differential": {}}
    assert read_profile(definition) is None
    profiles = ProfileSet(PackageSet((read_package(json.dumps(definition).encode(), "d.json"),)))
    assert profiles.get("u") is None
    assert "sans snapshot" in profiles.why_absent("u")


def test_a_malformed_definition_is_told() -> None:
    snapshot = {"element": [{"id": "Patient", "path": "Patient", "min": "un"}]}
    definition = {"resourceType": "StructureDefinition", "url": "u", "snapshot": snapshot}
    package = read_package(json.dumps(definition).encode(), "d.json")
    with pytest.raises(ConfigurationProblem, match="définition u malformée"):
        ProfileSet(PackageSet((package,))).get("u")


@pytest.mark.skipif(not EXAMPLES, reason="BANC_EXEMPLES n'est pas défini : paquets absents")
@pytest.mark.parametrize("version", ["2.1.0", "2.2.0"])
def test_every_profile_of_the_published_packages_is_read(version: str) -> None:
    path = Path(EXAMPLES) / "fhir" / f"hl7.fhir.fr.core-{version}.tgz"
    package = read_package(path.read_bytes(), path.name)
    profiles = ProfileSet(PackageSet((package,)))
    assert (package.name, package.version) == ("hl7.fhir.fr.core", version)
    urls = [url for kind, url in package.entries if kind == "StructureDefinition"]
    assert len(urls) > 60
    assert all(profiles.get(url) is not None for url in urls)
