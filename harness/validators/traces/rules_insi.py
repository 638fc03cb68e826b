"""Rules on the traces of the calls of INSi (règles 4, 37, 39, 49)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from harness.model.identity import FIELD_LABELS, shortened
from harness.model.releve import TraceEntry
from harness.validators import Check, Finding, rule
from harness.validators.traces import reader
from harness.validators.traces.reader import Act

_RETURNED = ("matricule", "oid", "birth_name", "birth_given_names", "birth_date", "sex")
"""What INSi returns of everybody; the place is looked for when it is given."""
_SEXES = {"F": ("féminin", "Féminin", "femme"), "M": ("masculin", "Masculin", "homme")}


@rule(
    "TRA-02",
    cites=("INS 4", "INS/va1.49"),
    each=reader.acts("recuperation"),
    lists=reader.LISTS,
)
def insi_access_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each access to INSi is traced with its user."""
    yield from reader.told(act, "l'appel à INSi")


def calls_with_facts(check: Check) -> Iterator[Act]:
    """Yield each INSi call whose code or mode is known."""
    for act in reader.acts("recuperation")(check):
        if act.fact("code") or act.fact("mode"):
            yield act


@rule(
    "TRA-04",
    cites=("INS 37", "INS/va1.38"),
    each=calls_with_facts,
    lists=reader.LISTS,
    overlaps=("TRA-02",),
)
def recovery_call_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each call of récupération is traced with its return code and its mode."""
    line = act.line
    if line is None:
        yield _nothing(act)
        return
    for name, label in (("code", "code retour"), ("mode", "mode d'appel")):
        wanted, found = act.fact(name), getattr(line, name)
        if wanted and found.casefold() != wanted.casefold():
            yield Finding(
                f"journal : {label}",
                wanted,
                found or "vide",
                "La trace est-elle écrite après la réponse d'INSi ?",
            )


def answered_calls(check: Check) -> Iterator[Act]:
    """Yield each INSi call that returned traits (`insi`)."""
    for act in reader.acts("recuperation")(check):
        if isinstance(act.facts.get("insi"), Mapping):
            yield act


@rule(
    "TRA-05",
    cites=("INS 38", "INS/va1.35"),
    each=answered_calls,
    lists=reader.LISTS,
    overlaps=("TRA-02", "TRA-04"),
)
def answer_is_kept(act: Act, check: Check) -> Iterator[Finding]:
    """Everything that INSi returned is kept with the trace of the call."""
    line, insi = act.line, act.facts["insi"]
    if line is None:
        yield _nothing(act)
        return
    assert isinstance(insi, Mapping)
    kept = _kept(line)
    for field in (*_RETURNED, "birth_place_code"):
        value = str(insi.get(field) or "")
        if value and not _holds(kept, field, value):
            yield Finding(
                f"journal : {FIELD_LABELS[field]} rendu par INSi",
                shortened(value) if field == "matricule" else value,
                "absent de la trace",
                "La réponse d'INSi est-elle gardée entière ?",
            )


def _nothing(act: Act) -> Finding:
    return Finding(
        "journal",
        f"une ligne sur l'appel à INSi, sur le patient {act.patient_id}",
        "aucune ligne nouvelle",
        "Cet appel passe-t-il par la traçabilité ?",
    )


def _kept(line: TraceEntry) -> str:
    return html.unescape(" ".join((line.answer, line.detail, line.after)))


def _holds(kept: str, field: str, value: str) -> bool:
    if field == "matricule":
        # INSi gives the 13 characters and the key apart; a journal may join them.
        return value in kept or all(_says(kept, part) for part in (value[:13], value[13:]))
    if field == "birth_date":
        year, month, day = value.split("-")
        return any(f in kept for f in (value, f"{year}/{month}/{day}", f"{day}/{month}/{year}"))
    if field == "birth_given_names":
        return all(_says(kept, name) for name in value.split())
    if field == "sex":
        return any(_says(kept, word) for word in (value, *_SEXES[value]))
    return _says(kept, value)


def _says(kept: str, word: str) -> bool:
    """Tell whether a text has a word, not as a part of another: a place code is in a matricule."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", kept) is not None


@rule(
    "TRA-07",
    cites=("INS/va1.06", "INS/va1.63"),
    each=reader.acts("verification"),
    lists=reader.LISTS,
)
def verification_call_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each call of verification is traced with its user and its return code."""
    yield from reader.told(act, "la vérification auprès d'INSi")
    line, wanted = act.line, act.fact("code")
    if line is not None and wanted and line.code != wanted:
        yield Finding(
            "journal : code retour",
            wanted,
            line.code or "vide",
            "La trace est-elle écrite après la réponse d'INSi ?",
        )
