"""The R4 types of elements by path, and the walk of values that a profile does not detail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from harness.validators.fhir.profile_report import Kind, Report
from harness.validators.fhir.profile_values import PRIMITIVES, is_well_formed, shown

RESOURCES = frozenset({"Resource", "DomainResource"})
_EVERYWHERE = {"resourceType": "code", "extension": "Extension", "id": "string"}


@dataclass(frozen=True, slots=True)
class TypeTable:
    """Types of R4 elements: `HumanName.family` → `string`."""

    types: Mapping[str, str]
    parents: Mapping[str, str]
    elsewhere: Mapping[str, str]
    prefixes: frozenset[str]

    def type_of(self, owner: str, name: str) -> str:
        """Return the type of `owner.name`; a path for a backbone element; '' when unknown."""
        if name in _EVERYWHERE:
            return _EVERYWHERE[name]
        kind = owner
        while kind:
            path = self.elsewhere.get(f"{kind}.{name}", f"{kind}.{name}")
            if path in self.types:
                return "string" if self.types[path] == "System.String" else self.types[path]
            if path in self.prefixes:
                return path
            kind = self.parents.get(kind, "")
        return ""

    def knows(self, owner: str) -> bool:
        """Tell whether the table describes this type or path."""
        return owner in self.prefixes


@cache
def type_table() -> TypeTable:
    """Return the R4 table that fhirpathpy carries."""
    from fhirpathpy.models import models

    r4: Mapping[str, Any] = models["r4"]
    types: Mapping[str, str] = r4["path2Type"]
    prefixes = {path.rpartition(".")[0] for path in types}
    prefixes |= {one.rpartition(".")[0] for one in prefixes if "." in one}
    return TypeTable(types, r4["type2Parent"], r4["pathsDefinedElsewhere"], frozenset(prefixes))


def judge_value(value: object, type_code: str, at: str, report: Report) -> None:
    """Judge the format of a value and of all that it holds, by the R4 type table."""
    if type_code in PRIMITIVES:
        if is_well_formed(value, type_code):
            report.passed(Kind.TYPE, at)
        else:
            report.faulted(
                Kind.TYPE,
                at,
                f"une valeur de type {type_code}",
                shown(value),
                "La valeur est-elle émise dans un format d'affichage ?",
            )
    elif not isinstance(value, dict):
        report.faulted(Kind.TYPE, at, f"un objet {type_code}", shown(value))
    elif not value:
        report.faulted(Kind.TYPE, at, "un élément qui a un contenu", "objet vide")
    else:
        _judge_object(value, type_code, at, report)


def _judge_object(value: Mapping[str, Any], type_code: str, at: str, report: Report) -> None:
    owner = str(value.get("resourceType", type_code)) if type_code in RESOURCES else type_code
    table = type_table()
    if not table.knows(owner):
        report.skipped(f"contenu du type {owner}", "type inconnu de la table R4", at)
        return
    for key, held in value.items():
        name = key.removeprefix("_")
        type_of = table.type_of(owner, name)
        place = f"{at}.{name}"
        if not type_of:
            report.faulted(
                Kind.TYPE,
                at,
                f"les éléments de {owner}",
                f"« {shown(key)} » inconnu",
                "L'élément vient-il d'une autre version de FHIR ?",
            )
        elif key.startswith("_"):
            continue
        else:
            for path, one in items(held, place):
                if one is not None:
                    judge_value(one, type_of, path, report)


def items(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield (path, value) of a list, or of the single value."""
    if isinstance(value, list):
        yield from ((f"{path}[{index}]", one) for index, one in enumerate(value))
    else:
        yield path, value
