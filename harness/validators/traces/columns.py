"""Which column of a CSV, or which key of a JSON line, tells what of a trace."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from harness.model.problems import Unreadable
from harness.validators.screen.reader import plain
from harness.validators.traces.event import FIELDS, TraceEvent, Wire
from harness.validators.traces.vocabulary import Kinds, instant

USUAL: dict[str, tuple[str, ...]] = {
    "recorded": (
        *("date", "recorded", "recorded at", "date heure", "horodatage", "timestamp"),
        *("date et heure", "enregistre le", "at", "time", "datetime", "instant"),
    ),
    "occurred": ("heure acte", "date acte", "occurred", "occurred at", "heure de l acte", "debut"),
    "action": ("action", "evenement", "event", "nature", "operation", "type d action"),
    "author": ("auteur", "author", "by", "utilisateur", "user", "login", "acteur", "agent"),
    "role": ("role", "profil", "fonction", "profession"),
    "person": (
        *("personne", "person", "patient", "patient id", "usager", "ipp", "id patient"),
        "identifiant patient",
    ),
    "account": ("compte", "account", "compte vise", "utilisateur vise"),
    "result": ("resultat", "result", "outcome", "statut", "issue"),
    "origin": ("origine", "origin", "source", "poste", "adresse ip", "ip", "host", "systeme"),
    "request": ("demande", "request", "requete"),
    "answer": ("reponse", "answer", "response"),
    "detail": ("detail", "details", "description", "commentaire", "message", "libelle"),
    "id": ("id", "identifiant", "seq", "numero"),
}
"""Field of a trace → usual names, without accents nor punctuation, of what tells it."""
_ENOUGH = 3
"""Usual names by which a file is taken for traces; date and action among them."""
_SHAPES = 64
Values = Callable[[Sequence[str]], tuple[str, ...]]


@dataclass(frozen=True)
class Reading:
    """How exported traces are read: `[drivers.audit]` of the target file, usual names without."""

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delimiter: str = ";"
    encoding: str = "utf-8"

    @classmethod
    def expected(cls, values: Mapping[str, Any]) -> Reading:
        """Take what the expected values of a check say: `columns`, `words`, `delimiter`…"""
        return cls(
            dict(values.get("columns") or {}),
            dict(values.get("words") or {}),
            str(values.get("delimiter") or ";"),
            str(values.get("encoding") or "utf-8"),
        )


def tells_traces(names: Sequence[str]) -> bool:
    """Tell whether usual names of columns or keys are those of traces."""
    said = {plain(name) for name in names}
    known = {name for name, usual in USUAL.items() if said.intersection(usual)}
    return {"recorded", "action"} <= known and len(known) >= _ENOUGH


def column_picker(header: Sequence[str], reading: Reading) -> Values:
    """Return what picks the texts of a trace, in the order of `FIELDS`, from a row and a final ''.

    Raises `Unreadable` for a declared column that the header does not have, and for a header where
    nothing of a trace is found.
    """
    for name, column in reading.columns.items():
        if name in FIELDS and column not in header:
            raise Unreadable(
                f"colonne « {column} » absente de l'en-tête ({', '.join(header)[:200]}) ; corrigez "
                f"columns.{name} dans [drivers.audit] du fichier de cible"
            )
    places = _usual_places(header)
    places |= {
        name: header.index(column) for name, column in reading.columns.items() if name in FIELDS
    }
    if not {"recorded", "action", "author"} & set(places):
        raise Unreadable(
            f"aucune colonne connue dans l'en-tête ({', '.join(header)[:200]}) ; décrivez-les par "
            "[drivers.audit.columns] du fichier de cible et donnez-le par --target"
        )
    return itemgetter(*(places.get(name, len(header)) for name in FIELDS))


def _usual_places(names: Sequence[str]) -> dict[str, int]:
    """Return field → index of the first usual name found; a name tells one field only."""
    said = [plain(name) for name in names]
    places: dict[str, int] = {}
    for name, usual in USUAL.items():
        for word in usual:
            if word in said and said.index(word) not in places.values():
                places[name] = said.index(word)
                break
    return places


class KeyPicker:
    """Picks the texts of a trace from JSON objects, by declared paths or usual keys."""

    def __init__(self, reading: Reading) -> None:
        self._declared = {
            name: tuple(path.split(".")) for name, path in reading.columns.items() if name in FIELDS
        }
        self._shapes: dict[tuple[str, ...], dict[str, str]] = {}

    def values(self, data: Mapping[str, Any]) -> list[str]:
        """Return the texts in the order of `FIELDS`, '' for what the object does not tell."""
        keys = self._usual(data)
        return [
            _said(_inside(data, self._declared[name]))
            if name in self._declared
            else _said(data.get(keys[name]))
            if name in keys
            else ""
            for name in FIELDS
        ]

    def _usual(self, data: Mapping[str, Any]) -> dict[str, str]:
        shape = tuple(data)
        found = self._shapes.get(shape)
        if found is None:
            found = {name: shape[place] for name, place in _usual_places(shape).items()}
            if len(self._shapes) < _SHAPES:
                self._shapes[shape] = found
        return found


def _inside(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def event_of(
    number: int, values: Sequence[str], kinds: Kinds, text: str, wire: Wire | None = None
) -> TraceEvent:
    """Return the trace that texts in the order of `FIELDS` tell."""
    recorded, occurred, action, *others = values
    when, told = instant(recorded), kinds.of(action)
    begun = when[0] if occurred == recorded else instant(occurred)[0]
    return TraceEvent._make(
        (number, recorded, *when, occurred, begun, action, told, *others, text, wire)
    )
