"""pydantic's findings on a target file, said in French with the key as it was written."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union, get_args, get_origin, get_type_hints

from harness.targets.faults import Fault, near, shown
from harness.targets.target import TargetFile

_EXPECTED: dict[str, str] = {
    "string_type": "un texte entre guillemets est attendu",
    "bool_type": "true ou false est attendu, sans guillemets",
    "int_type": "un nombre entier est attendu, sans guillemets",
    "int_from_float": "un nombre entier est attendu",
    "float_type": "un nombre est attendu, sans guillemets",
    "tuple_type": 'une liste est attendue (["a", "b"])',
    "dict_type": "une table est attendue",
    "mapping_type": "une table est attendue",
    "dataclass_type": "une table est attendue",
    "path_type": "le chemin d'un fichier est attendu, entre guillemets",
}


def french(errors: Sequence[Mapping[str, Any]], written: Mapping[str, Any]) -> list[Fault]:
    """Return pydantic's errors as faults. `written` is the file as its author wrote it."""
    return [_fault(error, written) for error in errors]


def unknown_key(key: str, known: Iterable[str]) -> Fault:
    """Return the fault of a key that its table does not have."""
    names = list(known)
    guess = near(key.rpartition(".")[2], names)
    advice = f"vouliez-vous « {guess} » ?" if guess else f"clés connues : {', '.join(names)}"
    return Fault(key, f"clé inconnue ; {advice}")


def _fault(error: Mapping[str, Any], written: Mapping[str, Any]) -> Fault:
    place = tuple(part for part in error["loc"] if part != "[key]")
    key, kind = dotted(place), str(error["type"])
    if kind == "unexpected_keyword_argument":
        return unknown_key(key, _keys_at(place[:-1]))
    if kind == "missing":
        return Fault(key, "clé absente ; elle est obligatoire")
    value = place[-1] if "[key]" in error["loc"] else _value_at(written, place)
    if kind in {"literal_error", "enum"}:
        choices = _choices(str(error["ctx"]["expected"]))
        guess = near(str(value), choices)
        advice = f" ; vouliez-vous « {guess} » ?" if guess else ""
        wanted = " ou ".join(f'"{one}"' for one in choices)
        return Fault(key, f"{shown(value)} : {wanted} attendu{advice}")
    wanted = _EXPECTED.get(kind, f"valeur d'une autre forme attendue ({error['msg']})")
    return Fault(key, f"{shown(value)} : {wanted}")


def dotted(place: Sequence[Any]) -> str:
    """Return a place of the file as its author would write it: `drivers.http.success[0]`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _choices(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ", ").split(", ")]


def _value_at(written: Any, place: Sequence[Any]) -> Any:
    for part in place:
        try:
            written = written[part]
        except (KeyError, IndexError, TypeError):
            return None
    return written


def _keys_at(place: Sequence[Any]) -> list[str]:
    found: Any = TargetFile
    for part in place:
        found = _plain(found)
        if dataclasses.is_dataclass(found):
            found = get_type_hints(found).get(str(part), Any)
        else:
            found = (get_args(found) or (Any,))[-1 if isinstance(part, str) else 0]
    found = _plain(found)
    names = (
        [one.name for one in dataclasses.fields(found)] if dataclasses.is_dataclass(found) else []
    )
    return names if place else ["profile", *names]


def _plain(hint: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        return next(one for one in get_args(hint) if one is not type(None))
    return hint
