"""A relevé as a French table: what the software said, one labelled value a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.model.identity import FIELD_LABELS

_LABELS: Mapping[str, str] = {
    **FIELD_LABELS,
    "patient_id": "identifiant du patient dans le logiciel",
    "source": "lu par",
    "private_id": "identifiant privé (IPP)",
    "status": "statut",
    "nature": "nature du matricule",
    "attributes": "attributs",
    "history": "historique des statuts",
    "act": "acte",
    "accepted": "accepté",
    "message": "message du logiciel",
    "code": "code de réponse",
    "submitted": "valeurs soumises",
    "missing": "trait laissé vide à dessein",
    "page": "page",
    "url": "adresse",
    "title": "titre",
    "at": "le",
    "by": "par",
    "old": "ancien statut",
    "new": "nouveau statut",
    "reason": "motif",
    "fields": "champs affichés",
    "alerts": "alertes",
    "buttons": "boutons",
    "text": "texte visible",
    "account_id": "compte",
    "login": "identifiant de connexion",
    "label": "libellé",
    "value": "valeur",
    "required": "obligatoire",
    "editable": "modifiable",
    "criteria": "critères",
    "found": "identifiants trouvés",
    "entries": "lignes du journal",
    "action": "action",
    "detail": "détail",
    "result": "résultat",
    "mode": "mode d'appel",
    "partner": "partenaire",
    "before": "anciennes valeurs",
    "after": "nouvelles valeurs",
    "answer": "réponse gardée",
    "sender": "émetteur",
    "recipient": "destinataire",
    "service": "service",
    "calls": "appels reçus",
    "operation": "opération",
    "name": "nom",
    "given_name": "prénom",
}
_WIDTH = 36


def render_releve(content: bytes) -> str:
    """Return the relevé as text. Raises `ValueError` when the bytes are not a JSON object."""
    data = json.loads(content)
    if not isinstance(data, dict):
        raise ValueError("un relevé est un objet JSON")
    kind = data.pop("kind", "sans nature")
    return "\n".join((f"Relevé — {kind}", *_rows(data, "  ")))


def _rows(data: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in data.items():
        label = _LABELS.get(key, key)
        if isinstance(value, dict) and value:
            yield f"{indent}{label}"
            yield from _rows(value, indent + "  ")
        elif isinstance(value, list) and value:
            yield f"{indent}{label}"
            yield from (f"{indent}  - {_entry(one)}" for one in value)
        elif isinstance(value, str) and "\n" in value:
            yield f"{indent}{label}"
            yield from (f"{indent}  | {line}" for line in value.splitlines())
        else:
            yield f"{indent}{label:<{_WIDTH - len(indent)}} {_value(key, value)}"


def _entry(value: Any) -> str:
    if not isinstance(value, dict):
        return _value("", value)
    if {"label", "value", "required"} <= value.keys():
        marks = [word for word, on in _marks(value) if on]
        return f"{value['label']} : {value['value'] or '(vide)'}" + (
            f" [{', '.join(marks)}]" if marks else ""
        )
    return " · ".join(f"{_LABELS.get(key, key)} : {_value(key, one)}" for key, one in value.items())


def _marks(value: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    yield "obligatoire", bool(value.get("required"))
    yield "modifiable", bool(value.get("editable"))


def _value(key: str, value: Any) -> str:
    if value is True or value is False:
        return "oui" if value else "non"
    if value is None:
        return "(non lisible par le pilote)"
    if value in ("", [], {}):
        return "(aucun)" if not isinstance(value, str) else "(vide)"
    if key == "missing":
        return FIELD_LABELS.get(str(value), str(value))
    return str(value)
