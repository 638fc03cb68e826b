"""Fresh fictitious professionals, drawn from the seed of the run as persons are."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from harness.model.problems import ConfigurationProblem
from harness.model.professional import Activity, Professional

TEMPLATES = Path(__file__).parent.parent / "fixtures" / "professionnels" / "professionnels.toml"
RPPS_TEST = "997"
"""First digits of the RPPS numbers of test cards: they belong to nobody."""
_LETTERS = ("BCDFGLMNPRSTV", "AEIOU")


def draw_professional(seed: int, scenario: str, key: str) -> Professional:
    """Return the professional of a template, with a name, RPPS and structures of its own.

    Raises `ConfigurationProblem` for a key that no template has.
    """
    template = _templates().get(key)
    if template is None:
        known = ", ".join(sorted(_templates()))
        raise ConfigurationProblem(f"professionnel « {key} » inconnu ; connus : {known}")
    draw = random.Random(f"{seed}:{scenario}:professionnel:{key}")
    stem = f"{RPPS_TEST}{draw.randrange(10**7):07}"
    rpps = stem + luhn_digit(stem)
    name = _renamed(template["exercise_name"], draw)
    local = "".join(one for one in name.lower() if one.isalpha())
    return Professional(
        key=key,
        rpps=rpps,
        exercise_name=name,
        exercise_given_name=template["exercise_given_name"],
        profession=template["profession"],
        profession_label=template["profession_label"],
        speciality=template.get("speciality", ""),
        speciality_label=template.get("speciality_label", ""),
        activities=tuple(_activity(draw, number) for number in range(template["activities"])),
        mailboxes=(f"{local}.{rpps[-5:]}@medecin.formation.mssante.fr",),
    )


def luhn_digit(digits: str) -> str:
    """Return the digit that makes `digits` followed by it pass the Luhn test (key of RPPS)."""
    total = 0
    for index, one in enumerate(reversed(digits)):
        value = int(one) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _activity(draw: random.Random, number: int) -> Activity:
    finess = f"99{draw.randrange(10**6):06}"
    finess += luhn_digit(finess)
    return Activity(
        id=f"{draw.randrange(10**10):010}",
        structure_id=f"1{finess}",
        structure_name=f"{('ESMS', 'CABINET')[number % 2]} FICTIF {finess[-4:]}",
        sector=("SA05", "SA07")[number % 2],
        mode=("S", "L")[number % 2],
    )


def _renamed(name: str, draw: random.Random) -> str:
    return "".join(
        draw.choice(_LETTERS[1] if one in _LETTERS[1] else _LETTERS[0]) if one.isalpha() else one
        for one in name
    )


@cache
def _templates() -> dict[str, dict[str, Any]]:
    written = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))["professionnel"]
    return {one["key"]: one for one in written}
