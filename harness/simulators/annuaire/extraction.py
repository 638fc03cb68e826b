"""The public extraction `PS_LibreAcces_Personne_activite`: a ZIP of one `|` separated file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime

from harness.model.professional import Activity, Professional
from harness.simulators.annuaire.layout import (
    CATEGORIES,
    COLUMNS,
    MODES,
    ORDINAL_SPECIALITY,
    SECTORS,
)

ID_KIND = "8"
"""`Type d'identifiant PP` of an RPPS number."""


def file_name(at: datetime) -> str:
    """Return the name of the file in the ZIP, dated to the minute."""
    return f"PS_LibreAcces_Personne_activite_{at:%Y%m%d%H%M}.txt"


def archive(lines: Iterable[str], at: datetime) -> bytes:
    """Return the ZIP: a header line, then the lines, UTF-8, each ended by a line feed."""
    held = io.BytesIO()
    stamp = zipfile.ZipInfo(file_name(at), at.timetuple()[:6])
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as zipped:
        text = "\n".join(["|".join((*COLUMNS, "")), *lines, ""])
        zipped.writestr(stamp, text.encode(), zipfile.ZIP_DEFLATED)
    return held.getvalue()


def lines_of(who: Professional) -> tuple[str, ...]:
    """Return one line for each activity of a professional; one without structure for none."""
    activities: tuple[Activity | None, ...] = who.activities or (None,)
    return tuple(_line(_person(who) | _place(activity)) for activity in activities)


def _line(values: dict[str, str]) -> str:
    # A separator in a value would shift the columns: the file has no way to escape one.
    return "|".join((*(values.get(name, "").replace("|", " ") for name in COLUMNS), ""))


def _person(who: Professional) -> dict[str, str]:
    skill, skill_label = ORDINAL_SPECIALITY if who.speciality else ("", "")
    return {
        "Type d'identifiant PP": ID_KIND,
        "Identifiant PP": who.rpps,
        "Identification nationale PP": who.national_id,
        "Nom d'exercice": who.exercise_name,
        "Prénom d'exercice": who.exercise_given_name,
        "Code profession": who.profession,
        "Libellé profession": who.profession_label,
        "Code catégorie professionnelle": who.category,
        "Libellé catégorie professionnelle": CATEGORIES.get(who.category, ""),
        "Code type savoir-faire": skill,
        "Libellé type savoir-faire": skill_label,
        "Code savoir-faire": who.speciality,
        "Libellé savoir-faire": who.speciality_label,
    }


def _place(activity: Activity | None) -> dict[str, str]:
    if activity is None:
        return {}
    finess = activity.structure_id[1:]
    return {
        "Code mode exercice": activity.mode,
        "Libellé mode exercice": MODES.get(activity.mode, ""),
        "Numéro FINESS site": finess,
        "Identifiant technique de la structure": f"F{finess}",
        "Raison sociale site": activity.structure_name,
        "Code secteur d'activité": activity.sector,
        "Libellé secteur d'activité": SECTORS.get(activity.sector, ""),
        "Code genre activité": "GENR01",
    }
