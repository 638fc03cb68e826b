"""Rules on FHIR resources against the profiles of a package: family FR-PRO."""

from __future__ import annotations

from collections.abc import Iterator

from harness.validators import Check, Finding, rule
from harness.validators.fhir.profile_report import Kind, Observation
from harness.validators.fhir.profiles import observations

STANDARD = "HL7 FHIR R4, profil du paquet donné"


def _cardinalities(check: Check) -> Iterator[Observation]:
    return observations(check, Kind.CARDINALITY)


def _values(check: Check) -> Iterator[Observation]:
    return observations(check, Kind.VALUE)


def _slices(check: Check) -> Iterator[Observation]:
    return observations(check, Kind.SLICE)


def _bindings(check: Check) -> Iterator[Observation]:
    return observations(check, Kind.BINDING)


def _invariants(check: Check) -> Iterator[Observation]:
    return observations(check, Kind.INVARIANT)


def _types(check: Check) -> Iterator[Observation]:
    return observations(check, Kind.TYPE)


def _found(observation: Observation) -> Iterator[Finding]:
    if observation.finding is not None:
        yield observation.finding


# An absent slice leaves its element short as well, and an extension without value breaks ext-1.
@rule("FR-PRO-01", standard=STANDARD, each=_cardinalities, overlaps=("FR-PRO-03", "FR-PRO-05"))
def cardinalities_hold(observation: Observation, check: Check) -> Iterator[Finding]:
    """Each element of the profile occurs as often as its cardinality says."""
    yield from _found(observation)


@rule("FR-PRO-02", standard=STANDARD, each=_values)
def imposed_values_hold(observation: Observation, check: Check) -> Iterator[Finding]:
    """Each fixed value and each pattern of the profile is respected."""
    yield from _found(observation)


@rule("FR-PRO-03", standard=STANDARD, each=_slices)
def slices_hold(observation: Observation, check: Check) -> Iterator[Finding]:
    """Each slice occurs as often as the profile says, and a closed slicing holds nothing else."""
    yield from _found(observation)


@rule("FR-PRO-04", standard=STANDARD, each=_bindings)
def required_bindings_hold(observation: Observation, check: Check) -> Iterator[Finding]:
    """Each code under a required binding is in its value set."""
    yield from _found(observation)


@rule("FR-PRO-05", standard=STANDARD, each=_invariants)
def invariants_hold(observation: Observation, check: Check) -> Iterator[Finding]:
    """Each FHIRPath invariant of the profile holds."""
    yield from _found(observation)


@rule("FR-PRO-06", standard=STANDARD, each=_types)
def types_hold(observation: Observation, check: Check) -> Iterator[Finding]:
    """Each element is known, and its value has the type and the format that R4 gives it."""
    yield from _found(observation)
