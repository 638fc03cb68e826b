"""Lexical rules of INSi on names, as pure functions of the text (LEX-01 to LEX-04)."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class NameKind(StrEnum):
    """What a text names; the double hyphen is for birth names alone."""

    BIRTH_NAME = "nom de naissance"
    GIVEN_NAME = "prénom"


class LexicalFault(NamedTuple):
    """One fault of a text: the rule that sees it and the three slots of a finding."""

    rule_id: str
    expected: str
    found: str
    hint: str


_STRANGER = re.compile(r"[^A-Z '\-]")
_TYPOGRAPHIC = frozenset("’‘ʼ´`–—‐‑\u00a0\u202f")
_LONG_HYPHENS = re.compile(r"-{3,}")
_CROWDED = re.compile(r"  |''| '|' ")
_CROWDS = {
    "  ": "deux espaces",
    "''": "deux apostrophes",
    " '": "une espace puis une apostrophe",
    "' ": "une apostrophe puis une espace",
}


def lexical_faults(value: str, kind: NameKind | str) -> tuple[LexicalFault, ...]:
    """Return every lexical fault of a name; () for an empty text, which other rules judge.

    `kind` is `nom de naissance` or `prénom`. A list of given names is to be judged name by name
    for LEX-04, and whole for the others.
    """
    if not value:
        return ()
    found = [
        fault
        for fault in (_strangers(value), _beginning(value), _crowding(value))
        if fault is not None
    ]
    if kind == NameKind.GIVEN_NAME:
        found.extend(_given_name(value))
    return tuple(found)


def _strangers(value: str) -> LexicalFault | None:
    strangers = sorted(set(_STRANGER.findall(value)))
    if _LONG_HYPHENS.search(value):
        strangers.append("---")
    if not strangers:
        return None
    if _TYPOGRAPHIC.intersection(strangers):
        hint = "L'apostrophe, le tiret et l'espace sont-ils ceux du clavier (ASCII) ?"
    elif any(sign.islower() and sign.isascii() for sign in strangers):
        hint = "Le texte est-il mis en capitales à la saisie ?"
    else:
        hint = "La saisie refuse-t-elle ces caractères, plutôt que de les effacer à l'envoi ?"
    shown = " ".join(
        sign if sign.isprintable() and sign != " " else ascii(sign) for sign in strangers[:8]
    )
    return LexicalFault(
        "LEX-01", "capitales A à Z, espace, apostrophe, tiret ou double tiret", shown, hint
    )


def _beginning(value: str) -> LexicalFault | None:
    if value[0] not in " -":
        return None
    found = "une espace" if value[0] == " " else "un tiret"
    hint = "Le début du champ est-il nettoyé à la saisie ?"
    return LexicalFault("LEX-02", "une lettre ou une apostrophe en premier", found, hint)


def _crowding(value: str) -> LexicalFault | None:
    match = _CROWDED.search(value)
    if match is None:
        return None
    return LexicalFault(
        "LEX-03",
        "espace et apostrophe ni doublées, ni côte à côte",
        f"{_CROWDS[match.group()]} au caractère {match.start() + 1}",
        "Une espace a-t-elle été laissée autour de l'apostrophe ?",
    )


def _given_name(value: str) -> list[LexicalFault]:
    faults = []
    if "--" in value:
        hint = "Le double tiret vient-il d'un nom de naissance double ?"
        faults.append(LexicalFault("LEX-04", "pas de double tiret dans un prénom", "--", hint))
    if value[-1] in "-'":
        hint = "Un prénom composé a-t-il été coupé ?"
        found = f"« {value[-1]} » à la fin"
        faults.append(LexicalFault("LEX-04", "une lettre à la fin d'un prénom", found, hint))
    return faults
