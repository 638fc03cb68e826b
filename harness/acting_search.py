"""The desk of searches: who is registered, what is typed, whom the software must find or leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from harness.acting import GapDesk, IdentityDesk, Patient
from harness.cast import Cast
from harness.model.identity import Person
from harness.model.problems import HarnessFault
from harness.model.profile import Profile
from harness.targets.base import Screen, SearchAnswer

if TYPE_CHECKING:
    from harness.targets.drivers import Drivers

SHORTEST_BEGINNING = 3
_ACCENTED = str.maketrans("AEIOU", "ÀÉÎÔÙ")


class SearchDesk:
    """Search as a user does, by the interface and on the screen."""

    def __init__(
        self, drivers: Drivers, cast: Cast, identities: IdentityDesk, gap: GapDesk, profile: Profile
    ) -> None:
        self._drivers = drivers
        self._cast = cast
        self._identities = identities
        self._gap = gap
        self._profile = profile

    def registers(self, *keys: str) -> tuple[Patient, ...]:
        """Have the software know these persons: created on the spot, or received from the GAP."""
        if self._profile.is_identity_reference:
            return tuple(self._identities.create(key) for key in keys)
        return tuple(self._gap.creates(key) for key in keys)

    def of(self, **criteria: str) -> SearchAnswer:
        """Search by the interface of the software."""
        return self._drivers.search.search(**criteria)

    def on_screen(self, **criteria: str) -> tuple[SearchAnswer, Screen]:
        """Fill the search form and return what it found, and the page."""
        return self._drivers.screens.search(**criteria)

    def expecting(self, *found: Patient, absent: Iterable[Patient] = ()) -> dict[str, Any]:
        """Return the expected values of a search: ids that it must find, and must not."""
        return {
            "found": [one.ref.id for one in found],
            "absent": [one.ref.id for one in absent],
        }

    def beginning(self, of: Person, field: str, unlike: Iterable[Patient] = ()) -> str:
        """Return the first letters of a name: three, or as many as leave the others out.

        Raises `HarnessFault` when the whole name begins the name of another.
        """
        name = of.traits()[field].split(" ")[0] if "given" in field else of.traits()[field]
        others = [
            other
            for one in unlike
            for key, value in one.traits.items()
            if key.endswith("name") or key.endswith("names")
            for other in value.split(" ")
        ]
        for length in range(SHORTEST_BEGINNING, len(name) + 1):
            if not any(other.startswith(name[:length]) for other in others):
                return name[:length]
        raise HarnessFault(f"aucun début de « {name} » ne laisse les autres personnes du scénario")

    def accented(self, text: str) -> str:
        """Return a text as someone types it in lower case with accents on its vowels."""
        return text.translate(_ACCENTED).lower()

    def wrong_key(self, matricule: str) -> str:
        """Return a matricule whose key is off by one."""
        key = int(matricule[13:])
        return f"{matricule[:13]}{key % 97 + 1:02}"

    def without_key(self, matricule: str) -> str:
        """Return the first 13 characters of a matricule."""
        return matricule[:13]
