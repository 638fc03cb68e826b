"""The two marks of a scenario: the exigences of its file, the official scenarios of its test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Declared:
    """What `@scenario` said of a test. `only` is `ri`, `esclave` or empty (any profile)."""

    ids: tuple[str, ...]
    title: str
    only: str
    attended: bool


def requirement(*ids: str) -> pytest.MarkDecorator:
    """Return the mark that names the official exigences checked by a test or a file."""
    return pytest.mark.requirement(*ids)


def scenario(*ids_and_title: str, only: str = "", attended: bool = False) -> Callable[[F], F]:
    """Mark a test as playing official scénarios de conformité.

    The last word is the French title of its row in the report; those before are scenario ids.
    `only` keeps the test for référentiels d'identités (`ri`) or for slaves (`esclave`) where the
    official scenario has one form for each. Raises `ValueError` without an id or a title.
    """
    *ids, title = ids_and_title
    if not ids or not title:
        raise ValueError("scenario: au moins un identifiant officiel, puis un titre")
    if only not in ("", "ri", "esclave"):
        raise ValueError(f"scenario: only={only!r} ; « ri » ou « esclave » attendu")
    declared = Declared(tuple(ids), title, only, attended)

    def mark(test: F) -> F:
        marked: F = pytest.mark.scenario(declared)(test)
        return marked

    return mark
