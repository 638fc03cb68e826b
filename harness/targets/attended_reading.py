"""A person searches, and hands over the journal: what `attended` offers for reading."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from typing import Any

from harness.model.artefact import Artefact
from harness.model.problems import Inconclusive
from harness.model.releve import SearchReleve, TraceEntry, TraceReleve
from harness.targets.attended import ORIGIN, Terminal
from harness.targets.base import PatientRef, SearchAnswer
from harness.targets.releves import said

_CRITERIA = {
    "birth_date": "date de naissance",
    "name": "nom (premières lettres)",
    "given_name": "prénom (premières lettres)",
    "sex": "sexe",
    "matricule": "matricule INS",
}
_COLUMNS = tuple(one.name for one in fields(TraceEntry))


class AttendedSearch:
    """A person searches and types whom the software listed."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def search(self, **criteria: str) -> SearchAnswer:
        """Have the person search."""
        given = {key: value for key, value in criteria.items() if value}
        self._terminal.say("ÉTAPE : cherchez un patient avec ces seuls critères.")
        for key, value in given.items():
            self._terminal.say(f"    {_CRITERIA.get(key, key)} : {value}")
        accepted = self._terminal.confirm("Le logiciel a-t-il mené la recherche ?")
        if accepted:
            typed = self._terminal.ask(
                "Identifiants locaux (IPP) listés, séparés par des blancs (Entrée si aucun) :"
            )
            found, message = tuple(PatientRef(key, key) for key in typed.split()), ""
        else:
            found, message = (), self._terminal.ask("Message affiché par le logiciel :")
        releve = SearchReleve(given, tuple(one.id for one in found), accepted, message, "écran")
        return SearchAnswer(found, releve.artefact("Recherche (saisie)", ORIGIN))


class AttendedTraces:
    """A person hands over an extract of the journal: CSV with a heading, or a JSON list."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def traces(self, patient: PatientRef) -> Artefact:
        """Have the person export the journal on a patient.

        Raises `Inconclusive` when the file has not the columns that are asked.
        """
        name = patient.private_id or patient.id
        path, content = self._terminal.file(
            f"ÉTAPE : exportez le journal sur le patient {name} en CSV ou en JSON, avec les "
            f"colonnes at, by, action, patient_id et, s'il y a lieu, {', '.join(_COLUMNS[4:])} ; "
            f"dans patient_id, écrivez {name}. Chemin du fichier :"
        )
        releve = TraceReleve(patient.id, tuple(_entries(content, path.name)))
        return releve.artefact("Journal remis", f"fichier remis par l'opérateur : {path.name}")


def _entries(content: bytes, name: str) -> list[TraceEntry]:
    text = content.decode("utf-8-sig", "replace")
    rows: list[Any]
    if text.lstrip().startswith("["):
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise Inconclusive(f"{name} : ce JSON est mal formé ({error})") from error
    else:
        heading = text.partition("\n")[0]
        rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in heading else ","))
    if not all(isinstance(row, dict) and {"at", "by", "action"} <= row.keys() for row in rows):
        raise Inconclusive(
            f"{name} : les colonnes at, by et action manquent ; la première ligne du CSV doit les "
            "nommer"
        )
    return [TraceEntry(**{key: said(row.get(key)) for key in _COLUMNS}) for row in rows]
