"""Evaluate FHIRPath invariants by fhirpathpy with its R4 model, its traces silenced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from harness.packs.element_tree import Constraint

NATIVE = frozenset({"ele-1", "ext-1"})
"""Invariants of every element, which the walk itself judges."""
_Expression = Callable[..., list[Any]]


class CannotEvaluate(Exception):
    """The expression gave neither true nor false; `str()` says why."""


def holds(
    constraint: Constraint,
    value: object,
    path: str,
    resource: Mapping[str, Any],
    root: Mapping[str, Any],
) -> bool:
    """Tell whether an invariant holds on a value at the FHIR path `path` (`Patient.contact`).

    `%resource` is `resource`, `%rootResource` is `root`. Raises `CannotEvaluate` when fhirpathpy
    refuses the expression, fails on it, or gives anything but one boolean.
    """
    from fhirpathpy.engine.nodes import ResourceNode

    context = {"resource": resource, "rootResource": root}
    # The library is typed only in part.
    node = ResourceNode.create_node(value, path)  # type: ignore[no-untyped-call]
    try:
        given = _compiled(constraint.expression)(node, context)
    # The library raises bare Exception and, on odd data, nearly every built-in error: none of
    # them says anything of the resource.
    except Exception as error:
        reason = str(error).partition("\n")[0][:80]
        raise CannotEvaluate(f"expression refusée ({type(error).__name__} : {reason})") from error
    if len(given) != 1 or not isinstance(given[0], bool):
        raise CannotEvaluate("l'expression ne rend ni vrai ni faux")
    return given[0]


@cache
def _compiled(expression: str) -> _Expression:
    import fhirpathpy
    from fhirpathpy.models import models

    # Without the R4 model `value` of an extension is not resolved and invariants silently pass.
    compiled: _Expression = fhirpathpy.compile(
        expression, models["r4"], options={"traceFn": _untold}
    )
    return compiled


def _untold(label: str, value: object) -> None:
    """Drop a trace: the library would print it among the JSON lines."""
