"""Searches of the Annuaire Santé API v2: parameters, modifiers, includes and pages."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from harness.simulators.annuaire.layout import PAGE_SIZE
from harness.simulators.annuaire.resources import Json, Resource

Kind = Literal["string", "token", "reference", "date"]
Read = Callable[[Json], Iterable[tuple[str, str]]]
"""Values of a resource for one parameter: system (or '') and value."""


class BadSearch(Exception):
    """A search that the API refuses (400). `str()` says why, in French."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter: its type, and where it reads in a resource."""

    kind: Kind
    read: Read


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it came: the type, the pairs of the query, and from which entry on."""

    kind: str
    pairs: tuple[tuple[str, str], ...]
    start: int = 0

    @property
    def query(self) -> str:
        """Return the query as it goes into a link."""
        return urlencode(self.pairs)

    @property
    def size(self) -> int:
        """Return the entries of a page. Raises `BadSearch` for a `_count` that is no number."""
        written = dict(self.pairs).get("_count", str(PAGE_SIZE))
        if not (written.isascii() and written.isdigit() and int(written) > 0):
            raise BadSearch(f"_count={written} : un nombre d'au moins 1 est attendu")
        return min(int(written), PAGE_SIZE)

    def following(self) -> str:
        """Return the opaque id of the next page."""
        told = json.dumps([self.kind, self.query, self.start + self.size])
        return base64.urlsafe_b64encode(told.encode()).decode()

    @classmethod
    def page(cls, identifier: str) -> Asked:
        """Return the search of a page's id. Raises `BadSearch` for one that we did not give."""
        try:
            kind, query, start = json.loads(base64.urlsafe_b64decode(identifier.encode()))
            if kind not in PARAMETERS or not isinstance(start, int) or start < 0:
                raise ValueError(kind)
            return cls(kind, tuple(parse_qsl(query, keep_blank_values=True)), start)
        except (ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise BadSearch("page inconnue : suivez le lien next tel qu'il est donné") from error


def matching(asked: Asked, resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return the resources that every parameter accepts. Raises `BadSearch`."""
    tests = [_test(asked.kind, name, value) for name, value in asked.pairs if name not in RESULTS]
    return tuple(one for one in resources if all(test(one.body) for test in tests))


def included(asked: Asked, page: Iterable[Resource], others: Iterable[Resource]) -> list[Resource]:
    """Return what `_include` and `_revinclude` add to a page. Raises `BadSearch`."""
    page = tuple(page)
    wanted = {name: _targets(asked.kind, name, value) for name, value in asked.pairs}
    shown = {one.address for one in page}
    found: list[Resource] = []
    if not any(wanted.values()):
        return found
    for other in others:
        kind = other.body["resourceType"]
        forward = kind in wanted.get("_include", ()) and any(
            other.address in one.references for one in page
        )
        backward = kind in wanted.get("_revinclude", ()) and other.references & shown
        if forward or backward:
            found.append(other)
    return found


RESULTS = ("_count", "_include", "_revinclude", "_format", "_total", "_page")
"""Parameters that change how results are given, not which."""
_INCLUDES = {
    ("PractitionerRole", "_include", "PractitionerRole:practitioner"): ("Practitioner",),
    ("PractitionerRole", "_include", "PractitionerRole:organization"): ("Organization",),
    ("PractitionerRole", "_include", "*"): ("Practitioner", "Organization"),
    ("Practitioner", "_revinclude", "PractitionerRole:practitioner"): ("PractitionerRole",),
    ("Organization", "_revinclude", "PractitionerRole:organization"): ("PractitionerRole",),
}


def _targets(kind: str, name: str, value: str) -> tuple[str, ...]:
    if name not in ("_include", "_revinclude"):
        return ()
    try:
        return _INCLUDES[kind, name, value]
    except KeyError:
        raise BadSearch(f"{name}={value} n'est pas offert sur {kind}") from None


def _test(kind: str, name: str, value: str) -> Callable[[Json], bool]:
    plain, _, modifier = name.partition(":")
    parameter = PARAMETERS[kind].get(plain)
    if parameter is None:
        known = ", ".join(PARAMETERS[kind])
        raise BadSearch(f"paramètre {plain} inconnu sur {kind} ; connus : {known}")
    if modifier and (parameter.kind != "string" or modifier not in ("contains", "exact")):
        raise BadSearch(f"modificateur :{modifier} refusé sur {plain}")
    accept = _accepts(parameter.kind, modifier)
    choices = [one for one in value.split(",") if one]
    if not choices:
        raise BadSearch(f"{name} est vide : une valeur est attendue")
    if parameter.kind == "date":
        for one in choices:
            _instant_bounds(one)
    return lambda body: any(
        accept(wanted, system, held) for system, held in parameter.read(body) for wanted in choices
    )


def _accepts(kind: Kind, modifier: str) -> Callable[[str, str, str], bool]:
    if kind == "token":
        return _same_token
    if kind == "reference":
        return lambda wanted, _, held: wanted in (held, held.partition("/")[2])
    if kind == "date":
        return lambda wanted, _, held: _in_period(wanted, held)
    if modifier == "exact":
        return lambda wanted, _, held: wanted == held
    if modifier == "contains":
        return lambda wanted, _, held: _folded(wanted) in _folded(held)
    return lambda wanted, _, held: _folded(held).startswith(_folded(wanted))


def _same_token(wanted: str, system: str, held: str) -> bool:
    asked_system, bar, code = wanted.rpartition("|")
    return code == held and (not bar or asked_system == system)


_COMPARISONS: dict[str, Callable[[datetime, datetime, datetime], bool]] = {
    "ge": lambda held, start, _: held >= start,
    "gt": lambda held, _, end: held >= end,
    "le": lambda held, _, end: held < end,
    "lt": lambda held, start, _: held < start,
    "eq": lambda held, start, end: start <= held < end,
    "ne": lambda held, start, end: not start <= held < end,
}


def _in_period(wanted: str, held: str) -> bool:
    prefix = wanted[:2] if wanted[:2] in _COMPARISONS else "eq"
    return _COMPARISONS[prefix](datetime.fromisoformat(held), *_instant_bounds(wanted))


def _instant_bounds(wanted: str) -> tuple[datetime, datetime]:
    """Return the first instant of a date or instant as written, and the first one after it."""
    written = wanted[2:] if wanted[:2] in _COMPARISONS else wanted
    try:
        if len(written) == 4:
            year = int(written)
            return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        start = datetime.fromisoformat(written)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        if len(written) == 10:
            return start, start.replace(hour=23, minute=59, second=59, microsecond=999999)
        return start, start.replace(microsecond=999999)
    except ValueError as error:
        raise BadSearch(
            f"_lastUpdated={wanted} : AAAA, AAAA-MM-JJ ou un instant complet est attendu"
        ) from error


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _identifiers(body: Json) -> Iterable[tuple[str, str]]:
    return ((one["system"], one["value"]) for one in body["identifier"])


def _identifier_types(body: Json) -> Iterable[tuple[str, str]]:
    return (
        (coding["system"], coding["code"])
        for one in body["identifier"]
        for coding in one.get("type", {}).get("coding", ())
    )


def _codings(concepts: Iterable[Json]) -> Iterable[tuple[str, str]]:
    return ((one["system"], one["code"]) for concept in concepts for one in concept["coding"])


def _mailboxes(body: Json) -> Iterable[tuple[str, str]]:
    return (("", one["value"]) for one in body.get("telecom", ()))


def _names(*fields: str) -> Read:
    def read(body: Json) -> Iterable[tuple[str, str]]:
        for name in body["name"]:
            for one in fields:
                held: Any = name[one]
                yield from (("", text) for text in ([held] if isinstance(held, str) else held))

    return read


_COMMON = {
    "_id": Parameter("token", lambda body: (("", body["id"]),)),
    "_lastUpdated": Parameter("date", lambda body: (("", body["meta"]["lastUpdated"]),)),
    "active": Parameter("token", lambda body: (("", str(body["active"]).lower()),)),
    "identifier": Parameter("token", _identifiers),
    "identifier-type": Parameter("token", _identifier_types),
    "mailbox-mss": Parameter("string", _mailboxes),
}
PARAMETERS: dict[str, dict[str, Parameter]] = {
    "Practitioner": {
        **_COMMON,
        "name": Parameter("string", _names("family", "given", "text")),
        "family": Parameter("string", _names("family")),
        "given": Parameter("string", _names("given")),
        "qualification-code": Parameter(
            "token", lambda body: _codings(one["code"] for one in body["qualification"])
        ),
    },
    "PractitionerRole": {
        **_COMMON,
        "practitioner": Parameter(
            "reference", lambda body: (("", body["practitioner"]["reference"]),)
        ),
        "organization": Parameter(
            "reference", lambda body: (("", body["organization"]["reference"]),)
        ),
        "role": Parameter("token", lambda body: _codings(body["code"])),
    },
    "Organization": {
        **_COMMON,
        "name": Parameter("string", lambda body: (("", body["name"]),)),
        "type": Parameter("token", lambda body: _codings(body["type"])),
    },
}
"""Type → the search parameters that the API takes on it."""
