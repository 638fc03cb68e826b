"""The professionals that the Annuaire knows, each with its version and when it last changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harness.model.problems import HarnessFault
from harness.model.professional import Activity, Professional


@dataclass(frozen=True, slots=True)
class Entry:
    """A professional as the Annuaire holds them."""

    professional: Professional
    version: int
    updated_at: datetime

    @property
    def id(self) -> str:
        """Return the technical id of the Practitioner, the same through all its versions."""
        return f"003-{self.professional.rpps}"


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure where known professionals practise."""

    activity: Activity
    updated_at: datetime
    national_ids: frozenset[str]
    """Of the professionals who practise there."""

    @property
    def id(self) -> str:
        """Return the technical id of the Organization."""
        return structure_id(self.activity)


def structure_id(activity: Activity) -> str:
    """Return the technical id of the Organization of an activity."""
    return f"001-{activity.structure_id}"


def role_id(activity: Activity) -> str:
    """Return the technical id of the PractitionerRole of an activity."""
    return f"005-{activity.id}"


class Registry:
    """The known professionals by national id. Not safe across threads: its owner locks."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def add(self, professional: Professional, at: datetime) -> None:
        """Know a professional; one that was known is left as it is unless it differs."""
        known = self._entries.get(professional.national_id)
        if known is None or known.professional != professional:
            version = known.version + 1 if known else 1
            self._entries[professional.national_id] = Entry(professional, version, at)

    def change(self, professional: Professional, at: datetime) -> None:
        """Replace the data of someone known. Raises `HarnessFault` for someone unknown."""
        if professional.national_id not in self._entries:
            raise HarnessFault(
                f"{professional.key} : l'Annuaire simulé ne connaît pas ce professionnel, rien à "
                "changer ; appelez knows() d'abord"
            )
        self.add(professional, at)

    def remove(self, professional: Professional) -> None:
        """Forget a professional, known or not."""
        self._entries.pop(professional.national_id, None)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the professionals in the order of their first arrival."""
        return tuple(self._entries.values())

    @property
    def structures(self) -> tuple[Structure, ...]:
        """Return each structure once, as the last known activity there describes it."""
        found: dict[str, Structure] = {}
        for entry in self._entries.values():
            for activity in entry.professional.activities:
                known = found.get(activity.structure_id)
                there = known.national_ids if known else frozenset()
                found[activity.structure_id] = Structure(
                    activity,
                    max(entry.updated_at, known.updated_at) if known else entry.updated_at,
                    there | {entry.professional.national_id},
                )
        return tuple(found.values())
