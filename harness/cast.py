"""Fresh fictitious persons, drawn from a recorded seed, one set for each scenario.

The templates (`fixtures/identites/*.toml`) give the shape that bites: apostrophes, hyphens, length,
place. A draw keeps that shape and changes the letters, the day, the year and the order number, so
that the second night never meets the patients of the first. Matricules carry their right key under
the test OID.
"""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from harness.model.identity import OID_NIR_TEST, PastMatricule, Person
from harness.model.problems import ConfigurationProblem
from harness.model.professional import Professional
from harness.validators.ins.matricule import matricule_key

TEMPLATES = Path(__file__).parent.parent / "fixtures" / "identites"
_CONSONANTS = "BCDFGLMNPRSTV"
_VOWELS = "AEIOU"
_UNKNOWN_DAYS = ("01-01", "12-31")
_WORD = re.compile(r"[A-Z]{3,}")


class Cast:
    """The persons of one scenario. The same seed and scenario always give the same persons."""

    def __init__(self, seed: int, scenario: str, fixed: dict[str, Person] | None = None) -> None:
        """Prepare the cast of `scenario`; `fixed` are the persons that the target imposes."""
        self._seed = seed
        self._scenario = scenario
        self._fixed = fixed or {}
        self._drawn: dict[str, Person] = {}
        self._professionals: dict[str, Professional] = {}

    @property
    def persons(self) -> tuple[Person, ...]:
        """Return the persons drawn so far."""
        return tuple(self._drawn.values())

    def person(self, key: str) -> Person:
        """Return the person of the scenario drawn from the template `key`.

        Raises `ConfigurationProblem` for a key that no template has.
        """
        if key not in self._drawn:
            self._drawn[key] = self._fixed.get(key) or self._draw(key)
        return self._drawn[key]

    def professional(self, key: str) -> Professional:
        """Return the professional of the scenario drawn from the template `key`.

        Raises `ConfigurationProblem` for a key that no template has.
        """
        from harness.cast_professionals import draw_professional

        if key not in self._professionals:
            self._professionals[key] = draw_professional(self._seed, self._scenario, key)
        return self._professionals[key]

    def _draw(self, key: str) -> Person:
        template = _templates().get(key)
        if template is None:
            known = ", ".join(sorted(_templates()))
            raise ConfigurationProblem(
                f"identité « {key} » inconnue dans {TEMPLATES.name} ; connues : {known}"
            )
        draw = random.Random(f"{self._seed}:{self._scenario}:{key}")
        person = Person(
            key=key,
            birth_name=self._rename(template["birth_name"]),
            birth_given_names=tuple(template["birth_given_names"]),
            birth_date=self._redate(
                template.get("date_group", template["birth_name"]), template["birth_date"]
            ),
            sex=template["sex"],
            birth_place_code=template["birth_place_code"],
            used_name=self._rename(template.get("used_name", "")),
            used_given_name=template.get("used_given_name", ""),
            card_serial=f"{draw.randrange(10**20):020}",
            private_id=f"BANC{draw.randrange(36**8):013}",
        )
        matricule = _matricule(person, draw.randrange(100, 1000))
        return replace(person, matricule=matricule, former=_former(template, person, draw))

    def _redate(self, group: str, written: str) -> str:
        """Return another day and year, the same for those who share a group and a date.

        The first and the last day of a year are kept: they stand for an unknown day.
        """
        draw = random.Random(f"{self._seed}:{self._scenario}:{group}:{written}")
        year, month = int(written[:4]) + draw.randrange(8), written[5:7]
        day = written[8:] if written[5:] in _UNKNOWN_DAYS else f"{draw.randrange(1, 29):02}"
        return f"{year:04}-{month}-{day}"

    def _rename(self, name: str) -> str:
        """Return the name with each word's letters redrawn: same shape, same length.

        The draw depends on the word alone, so that homonyms stay homonyms.
        """

        def redraw(match: re.Match[str]) -> str:
            word = match.group()
            draw = random.Random(f"{self._seed}:{self._scenario}:{word}")
            kinds = (_VOWELS, _CONSONANTS) if word[0] in _VOWELS else (_CONSONANTS, _VOWELS)
            return "".join(draw.choice(kinds[i % 2]) for i in range(len(word)))

        return _WORD.sub(redraw, name)


def _matricule(person: Person, order: int, first: str = "") -> str:
    first = first or ("1" if person.sex == "M" else "2")
    stem = f"{first}{person.birth_date[2:4]}{person.birth_date[5:7]}{person.birth_place_code}"
    stem += f"{order:03}"
    return stem + matricule_key(stem)


def _former(
    template: dict[str, Any], person: Person, draw: random.Random
) -> tuple[PastMatricule, ...]:
    return tuple(
        PastMatricule(
            # The first digit is the template's: another civil sex, or a waiting number (7, 8).
            _matricule(person, draw.randrange(100, 1000), past["matricule"][0]),
            OID_NIR_TEST,
            past["start"],
            past.get("end", ""),
        )
        for past in template.get("history", ())
    )


@cache
def _templates() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(TEMPLATES.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["personne"]:
            found[entry["key"]] = entry
    return found
