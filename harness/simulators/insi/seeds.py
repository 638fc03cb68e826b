"""Seeds of the simulator: fictitious persons written in `fixtures/identites/*.toml`.

A file holds `[[personne]]` tables; `matricule` may be left out: it is then computed from the
traits with the test OID and a right key.
"""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from harness.model.identity import OID_NIR_TEST, PRODUCTION_OIDS, PastMatricule, Person
from harness.model.problems import ConfigurationProblem
from harness.validators.ins.matricule import is_valid_matricule, matricule_key

_TEXTS = frozenset(
    {
        "key",
        "date_group",
        "birth_name",
        "birth_date",
        "sex",
        "birth_place_code",
        "used_name",
        "used_given_name",
        "card_serial",
        "matricule",
        "oid",
        "private_id",
    }
)
_LISTS = frozenset({"birth_given_names", "history"})
_COMPULSORY = ("key", "birth_name", "birth_given_names", "birth_date", "sex", "birth_place_code")
_PAST = tuple(one.name for one in fields(PastMatricule))
_NOT_OF_A_PERSON = frozenset({"history", "date_group"})
"""`history` is read apart; `date_group` only says which persons share the day that a run draws."""
_ORDERS = 999
"""Order numbers of a matricule run from 001 to 999."""


def read_persons(folder: Path) -> tuple[Person, ...]:
    """Return every person of `folder/*.toml`, files in the order of their names.

    Raises `ConfigurationProblem` naming the file, the person and the key for whatever is wrong:
    unknown or missing key, key used twice, wrong matricule, real OID.
    """
    persons: list[Person] = []
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ConfigurationProblem(
            f"aucun fichier .toml dans {folder} : les identités y sont décrites par [[personne]]"
        )
    for path in files:
        persons.extend(_person(table, path) for table in _tables(path))
    keys = [person.key for person in persons]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ConfigurationProblem(f"{folder} : clé d'identité écrite deux fois : {twice[0]}")
    return _numbered(persons)


def matricule_of(person: Person, order: int) -> str:
    """Return the 15 characters of a fictitious matricule: traits, order number 1–999, key."""
    sex = {"M": "1", "F": "2"}[person.sex]
    year, month, _ = person.birth_date.split("-")
    body = f"{sex}{year[2:]}{month}{person.birth_place_code}{order:03d}"
    return body + matricule_key(body)


def _tables(path: Path) -> list[dict[str, Any]]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationProblem(f"{path} illisible : {error}") from error
    tables = data.get("personne")
    if not isinstance(tables, list) or set(data) != {"personne"}:
        raise ConfigurationProblem(f"{path} : des tables [[personne]] et rien d'autre attendues")
    return tables


def _person(table: dict[str, Any], path: Path) -> Person:
    where = f"{path.name}, personne « {table.get('key', '?')} »"
    _check_keys(table, where)
    values = {name: value for name, value in table.items() if name not in _NOT_OF_A_PERSON}
    values["birth_given_names"] = tuple(table["birth_given_names"])
    person = Person(**values, former=_former(table.get("history", []), where))
    if person.sex not in ("M", "F"):
        raise ConfigurationProblem(f"{where} : sex = « {person.sex} », M ou F attendu")
    for matricule, oid in (
        (person.matricule, person.oid),
        *((past.matricule, past.oid) for past in person.former),
    ):
        if matricule and not is_valid_matricule(matricule):
            raise ConfigurationProblem(f"{where} : matricule de 15 caractères à clé juste attendu")
        if oid in PRODUCTION_OIDS:
            raise ConfigurationProblem(
                f"{where} : oid = « {oid} » désigne des personnes réelles, {OID_NIR_TEST} attendu"
            )
    return person


def _check_keys(table: dict[str, Any], where: str) -> None:
    unknown = sorted(set(table) - _TEXTS - _LISTS)
    if unknown:
        known = ", ".join(sorted(_TEXTS | _LISTS))
        raise ConfigurationProblem(f"{where} : clé inconnue « {unknown[0]} », attendu : {known}")
    missing = [name for name in _COMPULSORY if not table.get(name)]
    if missing:
        raise ConfigurationProblem(f"{where} : clé « {missing[0]} » absente ou vide")
    for name, value in table.items():
        wanted = str if name in _TEXTS else list
        if not isinstance(value, wanted):
            kind = "un texte" if wanted is str else "une liste"
            raise ConfigurationProblem(f"{where} : « {name} » = {value!r}, {kind} attendu(e)")


def _former(tables: list[Any], where: str) -> tuple[PastMatricule, ...]:
    former = []
    for table in tables:
        if not isinstance(table, dict) or not {"matricule", "start"} <= set(table) <= set(_PAST):
            raise ConfigurationProblem(
                f"{where} : history attend des tables {{matricule, oid, start, end}}"
            )
        former.append(PastMatricule(**{"oid": OID_NIR_TEST, **table}))
    return tuple(former)


def _numbered(persons: list[Person]) -> tuple[Person, ...]:
    """Give each person without matricule the first order number that nobody holds."""
    taken = {person.matricule for person in persons if person.matricule}
    taken.update(past.matricule for person in persons for past in person.former)
    numbered = []
    for person in persons:
        if not person.matricule:
            free = (matricule_of(person, order) for order in range(1, _ORDERS + 1))
            matricule = next(one for one in free if one not in taken)
            taken.add(matricule)
            person = replace(person, matricule=matricule)
        numbered.append(person)
    return tuple(numbered)
