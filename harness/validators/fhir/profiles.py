"""Judge the resources of a check by the profiles of the packages that it carries.

The packages are artefacts of the check (roles `package`, `package-2`…), so that a sealed check
replays without looking for a file. A resource is judged by each profile that it declares in
`meta.profile`, or by the one that `expected["profile"]` imposes on the outermost resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check
from harness.model.problems import Unreadable
from harness.packs.fhir_package import FhirPackage, PackageSet, read_package
from harness.packs.profile_set import ProfileSet
from harness.validators.fhir.document import Resource, read_document
from harness.validators.fhir.profile_report import Kind, NotEvaluated, Observation, Report
from harness.validators.fhir.profile_slices import Occurrence
from harness.validators.fhir.profile_walk import judged

PACKAGE = "package"
"""Role of the package; further ones are `package-2`, `package-3`…"""
_OPEN = frozenset({"searchset", "history", "transaction-response", "batch-response"})


@dataclass(frozen=True)
class _Reading:
    """Parses the subject into a report; equal for the same packages, so that a check keeps it."""

    profiles: ProfileSet
    imposed: str

    def __call__(self, artefact: Artefact) -> Report:
        report = Report()
        document = read_document(artefact)
        try:
            for index, one in enumerate(document.resources):
                self._judge(one, self.imposed if not index else "", document.root, report)
        except RecursionError as error:
            raise Unreadable(f"{artefact.name} : ressource imbriquée trop profondément") from error
        return report

    def _judge(self, one: Resource, imposed: str, root: Mapping[str, Any], report: Report) -> None:
        canonicals = (imposed,) if imposed else one.profiles
        if not canonicals:
            if one.kind != "Bundle" or str(one.data.get("type")) not in _OPEN:
                report.skipped(f"profil de {one.kind}", "aucun profil déclaré", one.path)
            return
        for canonical in canonicals:
            profile = self.profiles.get(canonical)
            if profile is None:
                why = self.profiles.why_absent(canonical)
                report.skipped(f"profil de {one.kind}", why, one.path)
            elif profile.type != one.kind:
                report.faulted(
                    Kind.TYPE,
                    f"{one.path}.meta.profile",
                    f"un profil de {one.kind}",
                    f"{canonical} (profil de {profile.type})",
                    "Le profil déclaré est-il celui d'une autre ressource ?",
                )
            else:
                occurrence = Occurrence(one.path, one.data)
                report.merge(judged(self.profiles, profile, occurrence, one.data, root))


def profile_report(check: Check) -> Report | None:
    """Return what the profiles say of the subject; None when the check carries no package.

    Raises `Unreadable` for a subject that is no FHIR JSON, `ConfigurationProblem` for a package
    that cannot be read.
    """
    packages = tuple(_packages(check))
    if not packages or SUBJECT not in check.artefacts:
        return None
    reading = _Reading(_profile_set(packages), str(check.expected.get("profile", "")))
    return check.read(reading)


def not_evaluated(check: Check) -> tuple[NotEvaluated, ...]:
    """Return what could not be evaluated by the profiles: neither a pass nor an error."""
    report = profile_report(check)
    return () if report is None else report.not_evaluated


def observations(check: Check, kind: Kind) -> Iterator[Observation]:
    """Yield the constraints of a kind that were evaluated."""
    report = profile_report(check)
    if report is not None:
        yield from (one for one in report.observations if one.kind is kind)


def _packages(check: Check) -> Iterator[FhirPackage]:
    for role in sorted(check.artefacts):
        if role == PACKAGE or role.startswith(f"{PACKAGE}-"):
            artefact: Any = check.artefacts[role]
            yield read_package(artefact.content, artefact.name)


@lru_cache(maxsize=4)
def _profile_set(packages: tuple[FhirPackage, ...]) -> ProfileSet:
    return ProfileSet(PackageSet(packages))
