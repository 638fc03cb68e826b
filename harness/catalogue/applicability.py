"""Which exigences and scenarios apply to a target, from its profile and its référentiels.

Rulings are data (`applicabilite.toml`), in order: the first that fires gives the reason.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from harness.catalogue.entries import Catalogue, Ruling
from harness.catalogue.load import load_catalogue
from harness.catalogue.profile_words import PROFILE_WORDS
from harness.model.profile import Profile
from harness.model.requirement import CatalogueScenario, Requirement

DEDUCED = "déduit"
"""Word of confidence of what no text of the ANS says."""


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether an exigence or a scenario applies, and why. Texts are French.

    `source` names keys of `sources.toml`; `declaration` is what replaces the proof (empty when the
    item applies); `confidence` says how far the ruling can be trusted.
    """

    applies: bool
    reason: str
    source: str
    declaration: str = ""
    confidence: str = ""

    def __str__(self) -> str:
        if self.applies:
            return f"applicable : {self.reason}"
        trust = f" [{self.confidence}]" if self.confidence == DEDUCED else ""
        asked = f" ; à fournir : {self.declaration}" if self.declaration else ""
        return f"{self.reason} (source : {self.source}){trust}{asked}"


def applicability(
    requirement: Requirement,
    profile: Profile,
    referentials: Collection[str],
    catalogue: Catalogue | None = None,
) -> Applicability:
    """Say whether an exigence applies to a target.

    It applies as soon as one of its scenarios does. `referentials` are those that the target is
    held to (`dmn-1.2.2`, `segur-dui`).
    """
    catalogue = catalogue or load_catalogue()
    if outside := _outside(requirement, referentials):
        return outside
    if not requirement.scenarios:
        ruling = _firing(requirement, None, profile, catalogue)
        return _ruled_out(ruling, requirement, catalogue) if ruling else _applies(requirement)
    rulings = {
        scenario.id: _firing(requirement, scenario, profile, catalogue)
        for scenario in requirement.scenarios
    }
    fired = [ruling for ruling in rulings.values() if ruling]
    if len(fired) == len(rulings):
        return _all_ruled_out(tuple(dict.fromkeys(fired)), requirement, catalogue)
    return _applies(requirement, tuple(key for key, ruling in rulings.items() if ruling))


def scenario_applicability(
    scenario: CatalogueScenario | str,
    profile: Profile,
    referentials: Collection[str],
    catalogue: Catalogue | None = None,
) -> Applicability:
    """Say whether a scénario de conformité (or the one with this id) applies to a target.

    Raises `UnknownId` for an id that is not a scenario of the catalogue.
    """
    catalogue = catalogue or load_catalogue()
    if isinstance(scenario, str):
        scenario = catalogue.scenario(scenario)
    requirement = catalogue.requirement_of(scenario.id)
    if outside := _outside(requirement, referentials):
        return outside
    ruling = _firing(requirement, scenario, profile, catalogue)
    if ruling:
        return _ruled_out(ruling, requirement, catalogue)
    return _applies(requirement)


def applicable_ids(
    profile: Profile, referentials: Collection[str], catalogue: Catalogue | None = None
) -> tuple[str, ...]:
    """Return the ids of the exigences that apply to a target, in the order of the catalogue."""
    catalogue = catalogue or load_catalogue()
    return tuple(
        requirement.id
        for requirement in catalogue
        if applicability(requirement, profile, referentials, catalogue).applies
    )


def _outside(requirement: Requirement, referentials: Collection[str]) -> Applicability | None:
    if requirement.referential in referentials:
        return None
    held = ", ".join(referentials) or "aucun"
    reason = f"référentiel {requirement.referential} non retenu par la cible (retenu : {held})"
    return Applicability(False, reason, "PROFIL")


def _firing(
    requirement: Requirement,
    scenario: CatalogueScenario | None,
    profile: Profile,
    catalogue: Catalogue,
) -> Ruling | None:
    return next(
        (
            ruling
            for ruling in catalogue.rulings
            if ruling.selects(requirement, scenario) and PROFILE_WORDS[ruling.when](profile)
        ),
        None,
    )


def _applies(requirement: Requirement, without: tuple[str, ...] = ()) -> Applicability:
    reason = f"profil {requirement.profile}"
    if without:
        reason += f", sauf {', '.join(without)} (sans objet)"
    if requirement.application_to_confirm:
        reason += " ; application à confirmer"
    return Applicability(True, reason, requirement.source, "", requirement.confidence)


def _ruled_out(ruling: Ruling, requirement: Requirement, catalogue: Catalogue) -> Applicability:
    return _all_ruled_out((ruling,), requirement, catalogue)


def _all_ruled_out(
    rulings: tuple[Ruling, ...], requirement: Requirement, catalogue: Catalogue
) -> Applicability:
    """Join the reasons of the scenarios of one exigence; the weakest confidence is kept."""
    sources = dict.fromkeys(name for ruling in rulings for name in ruling.source.split(", "))
    weakest = next((r for r in rulings if r.confidence == DEDUCED), rulings[0])
    return Applicability(
        False,
        " ; ".join(dict.fromkeys(ruling.reason for ruling in rulings)),
        ", ".join(sources),
        catalogue.declarations[requirement.referential],
        weakest.confidence,
    )
