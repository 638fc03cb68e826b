"""What a seeded fault is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One seeded fault.

    name: kebab-case; theme: one French word without accent; line: the behaviour it changes, in
    French; expected: the rule ids that catch it.
    """

    name: str
    theme: str
    line: str
    expected: tuple[str, ...]


def of_theme(theme: str, *rows: tuple[str, str, str]) -> tuple[Fault, ...]:
    """The faults of one theme, from rows of name, French line, blank-separated rule ids."""
    return tuple(Fault(name, theme, line, tuple(rules.split())) for name, line, rules in rows)
