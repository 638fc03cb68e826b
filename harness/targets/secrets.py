"""Values that a target file takes from the environment (`env:NAME`), secrets above all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.targets.faults import Fault

PREFIX = "env:"
_SECRET_KEY = re.compile(
    r"(?i)^(secret|password|passphrase|token|api[_-]?key|x-api-key|authorization|cookie|"
    r"mot[_-]de[_-]passe|jeton|.*[_-](secret|password|token))$"
)
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_PLACEHOLDER = re.compile(r"^\{\w+\}$")
_SHORTEST = 4
"""A shorter secret could not be hidden from the proofs without spoiling them."""


class Secrets:
    """Replaces `env:NAME` by its value through a whole file, and keeps what must stay hidden."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.values: list[str] = []
        self.faults: list[Fault] = []

    def __repr__(self) -> str:
        return f"Secrets({len(self.values)} valeurs)"

    def resolve(self, table: dict[str, Any]) -> dict[str, Any]:
        """Return a copy of the parsed file with the values of the environment in place."""
        resolved: dict[str, Any] = self._walk(table, "", "")
        return resolved

    def _walk(self, value: Any, key: str, path: str) -> Any:
        if isinstance(value, dict):
            return {
                name: self._walk(inner, name, f"{path}.{name}" if path else name)
                for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self._walk(inner, key, f"{path}[{index}]") for index, inner in enumerate(value)]
        if isinstance(value, str):
            return self._text(value, path, bool(_SECRET_KEY.match(key)) and _holds_value(path))
        return value

    def _text(self, value: str, path: str, secret: bool) -> str:
        if not value.startswith(PREFIX):
            if secret and value and not _PLACEHOLDER.match(value):
                self.faults.append(
                    Fault(
                        path,
                        'un secret ne s\'écrit pas dans ce fichier : écrivez "env:NOM" et posez la '
                        "variable d'environnement NOM avant de lancer le banc",
                    )
                )
            return value
        name = value[len(PREFIX) :]
        if not _NAME.match(name):
            self.faults.append(
                Fault(path, f'"{value}" : le nom d\'une variable est attendu après env:')
            )
            return ""
        found = self._environ.get(name, "")
        if not found:
            self.faults.append(
                Fault(path, f"la variable d'environnement {name} est absente ou vide : posez-la")
            )
        elif secret and len(found) < _SHORTEST:
            self.faults.append(
                Fault(
                    path,
                    f"la variable {name} tient en moins de {_SHORTEST} caractères : "
                    "un secret si court ne peut pas être masqué dans les preuves",
                )
            )
        elif secret:
            self.values.append(found)
        return found


def _holds_value(path: str) -> bool:
    # These tables hold names (of a control, of a JSON path, of a button): never a secret.
    named = r"(answer|words|reads|columns|screens\.(sign_in|pages|buttons|options|search|form))\."
    return not re.search(named, path)
