"""Rules on the search of identities already known (règle 17)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.identity import shortened
from harness.model.releve import SearchReleve
from harness.validators import Check, Finding, rule
from harness.validators.ins.matricule import is_valid_matricule


def _search(check: Check, role: str = "search") -> SearchReleve | None:
    return check.read(SearchReleve.parse, role)


def _ids(check: Check, key: str) -> tuple[str, ...]:
    value = check.expected.get(key)
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def searches_by_traits(check: Check) -> Iterator[SearchReleve]:
    """Yield a search by traits of which it is known whom it must find (`found`)."""
    search = _search(check)
    if search is not None and not search.criteria.get("matricule") and _ids(check, "found"):
        yield search


@rule(
    "IDN-27",
    cites=("INS 7", "INS 9", "INS 10", "INS/va1.02", "INS/va1.25"),
    each=searches_by_traits,
)
def search_finds_whom_it_must(search: SearchReleve, check: Check) -> Iterator[Finding]:
    """A search by traits returns the persons that it must, and none of those that it must not."""
    yield from _wrong_result(search, check)


def _wrong_result(search: SearchReleve, check: Check) -> Iterator[Finding]:
    at = f"recherche ({_shown(search)})"
    if not search.accepted:
        yield Finding(
            at,
            "une recherche menée",
            f"refusée : {search.message or 'sans motif'}",
            "Le logiciel exige-t-il un critère de plus ?",
        )
        return
    for patient_id in _ids(check, "found"):
        if patient_id not in search.found:
            yield Finding(
                at,
                f"le patient {patient_id} parmi les résultats",
                f"{len(search.found)} résultat(s), sans lui",
                "La recherche tient-elle compte des signes, ou d'un seul des deux noms ?",
            )
    for patient_id in _ids(check, "absent"):
        if patient_id in search.found:
            yield Finding(
                at,
                f"le patient {patient_id} hors des résultats",
                "il y figure",
                "Chaque critère saisi filtre-t-il ?",
            )


def searches_by_whole_matricule(check: Check) -> Iterator[SearchReleve]:
    """Yield a search by a matricule of 15 characters whose key is right."""
    search = _search(check)
    if search is None or not is_valid_matricule(search.criteria.get("matricule", "")):
        return
    if _ids(check, "found"):
        yield search


@rule("IDN-28", cites=("INS 8", "INS/va1.41"), each=searches_by_whole_matricule)
def whole_matricule_finds_its_holder(search: SearchReleve, check: Check) -> Iterator[Finding]:
    """A search by a matricule of 15 characters, its key right, finds its holder alone."""
    yield from _wrong_result(search, check)


def searches_by_wrong_matricule(check: Check) -> Iterator[SearchReleve]:
    """Yield a search by a matricule without its right key.

    Role `control`: the same search with the right one, which found somebody; else a refusal
    proves nothing.
    """
    search, control = _search(check), _search(check, "control")
    if search is None or control is None or not (control.accepted and control.found):
        return
    matricule = search.criteria.get("matricule", "")
    if matricule and not is_valid_matricule(matricule):
        yield search


@rule("IDN-29", cites=("INS 8", "INS/va1.41"), each=searches_by_wrong_matricule)
def wrong_matricule_is_not_searched(search: SearchReleve, check: Check) -> Iterator[Finding]:
    """A matricule whose key is wrong or missing is refused before any search."""
    matricule = search.criteria["matricule"]
    if search.accepted or search.found:
        yield Finding(
            f"recherche ({_shown(search)})",
            "un refus qui demande les 15 caractères et une clé juste",
            f"recherche menée, {len(search.found)} résultat(s)",
            "La clé est-elle contrôlée avant la recherche ?"
            if len(matricule) == 15
            else "La longueur du matricule est-elle contrôlée avant la recherche ?",
        )


def _shown(search: SearchReleve) -> str:
    words = {"birth_date": "date", "name": "nom", "given_name": "prénom"}
    return ", ".join(
        f"{words.get(key, key)} {shortened(value) if key == 'matricule' else value}"
        for key, value in search.criteria.items()
    )
