"""Small paths into a JSON answer: `identity.status`, `history[*].at`, `name[use=official].family`.

A step is a key, an index `[0]`, every element `[*]`, or the elements whose key has a value
`[key=value]`. A path yields the list of what it reaches: nothing is an empty list, never an error.
`message|error` is the first of several paths that reaches something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A parsed path."""

    steps: tuple[str, ...]
    """A key as it is, or a bracket with its content: `[*]`, `[0]`, `[use=official]`."""
    otherwise: JsonPath | None = None

    @classmethod
    def parse(cls, text: str) -> JsonPath:
        """Parse a path; `$` or an empty text is the whole answer. Raises `ValueError`."""
        text, several, others = text.partition("|")
        rest = text.removeprefix("$")
        steps, position = [], 0
        while position < len(rest):
            found = _STEP.match(rest, position)
            if not found:
                raise ValueError(f"chemin illisible à partir de « {rest[position:]} »")
            steps.append(found[1] if found[1] is not None else f"[{found[2]}]")
            position = found.end()
        return cls(tuple(steps), cls.parse(others) if several else None)

    @classmethod
    def fault(cls, text: str) -> str:
        """Return why a path cannot be parsed, or ''."""
        try:
            cls.parse(text)
        except ValueError as error:
            return f"{error} ; attendu par exemple identity.status ou history[*].at"
        return ""

    def all(self, document: Any) -> list[Any]:
        """Return everything that the path reaches."""
        reached = [document]
        for step in self.steps:
            reached = [inner for one in reached for inner in _follow(one, step)]
        return reached if reached or self.otherwise is None else self.otherwise.all(document)

    def first(self, document: Any) -> Any:
        """Return the first thing reached that is not null, or None."""
        return next((one for one in self.all(document) if one is not None), None)


def _follow(value: Any, step: str) -> list[Any]:
    if not step.startswith("["):
        return [value[step]] if isinstance(value, dict) and step in value else []
    if not isinstance(value, list):
        return []
    inside = step[1:-1]
    if inside == "*":
        return list(value)
    key, equal, wanted = inside.partition("=")
    if equal:
        return [one for one in value if isinstance(one, dict) and str(one.get(key)) == wanted]
    if re.fullmatch(r"-?\d+", inside) and -len(value) <= int(inside) < len(value):
        return [value[int(inside)]]
    return []
