"""The profiles of a set of packages, read once each."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.model.problems import ConfigurationProblem
from harness.packs.element_tree import Element, Profile, read_profile
from harness.packs.fhir_package import Definition, PackageSet

_BASE = "http://hl7.org/fhir/StructureDefinition/"


@dataclass(frozen=True, eq=False)
class ProfileSet:
    """Profiles by canonical. `get` never raises for one that is absent."""

    packages: PackageSet
    _read: dict[str, Profile | None] = field(default_factory=dict, repr=False)

    def get(self, canonical: str) -> Profile | None:
        """Return a profile by `url` or `url|version`; None when absent or without snapshot.

        Raises `ConfigurationProblem` for a definition that is malformed.
        """
        if canonical not in self._read:
            found = self.packages.find("StructureDefinition", canonical)
            self._read[canonical] = None if found is None else _profile(canonical, found)
        return self._read[canonical]

    def why_absent(self, canonical: str) -> str:
        """Return why `get` gave None, in French."""
        if self.packages.find("StructureDefinition", canonical) is None:
            return f"définition absente du paquet : {canonical}"
        return f"définition sans snapshot : {canonical}"

    def type_of(self, canonical: str) -> str:
        """Return the FHIR type that a canonical constrains, '' when it cannot be told."""
        profile = self.get(canonical)
        if profile is not None:
            return profile.type
        url = canonical.partition("|")[0]
        name = url.removeprefix(_BASE)
        return name if url.startswith(_BASE) and name[:1].isupper() and "-" not in name else ""

    def extension_url(self, piece: Element) -> str:
        """Return the url that an extension slice stands for, '' when it does not say."""
        child = piece.child("url")
        if child is not None and child.fixed:
            return str(child.fixed[0])
        for one in piece.types:
            if one.code == "Extension" and one.profiles:
                return one.profiles[0].partition("|")[0]
        return ""


def _profile(canonical: str, definition: Definition) -> Profile | None:
    try:
        return read_profile(definition)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationProblem(
            f"paquet FHIR : définition {canonical} malformée ({error}) ;"
            " reprenez le paquet à sa source"
        ) from error
