"""Rules on what an export holds: each person entered, and what was entered about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harness.model.identity import FIELD_LABELS, shortened
from harness.model.releve import IdentityReleve, StatusChange
from harness.validators import Check, Finding, rule
from harness.validators.datamatrix.printed_text import tidy
from harness.validators.export.persons import Node, PersonDossier, dossier_of, leaves_of
from harness.validators.export.reader import LISTS, Expected, Export, export_of, persons
from harness.validators.export.traits import agrees, day, days_between, patient_values, status_named

_PORT = ("PORT 1",)


class Datum(NamedTuple):
    """Something entered about a person: a change of status, or a value with its name."""

    private_id: str
    what: str
    value: str = ""
    change: StatusChange | None = None


class Sought(NamedTuple):
    """An export and a person, or a datum, that is looked for in it."""

    export: Export
    person: Expected
    datum: Datum | None = None


def sought_persons(check: Check) -> Iterator[Sought]:
    """Yield each person with the export."""
    export = export_of(check)
    if export is not None:
        for person in persons(check):
            yield Sought(export, person)


@rule("POR-01", cites=_PORT, each=sought_persons, lists=LISTS)
def person_is_exported_with_the_traits(sought: Sought, check: Check) -> Iterator[Finding]:
    """Each identity entered is in the export, with the traits entered."""
    export, person = sought.export, sought.person
    dossier = dossier_of(export, person.as_json())
    if dossier is None:
        yield Finding(
            person.named,
            f"l'identité saisie ({person.traits.get('birth_name', '')})",
            f"absente des {len(export.files)} fichier(s) de l'export, journaux mis à part",
            "L'export prend-il toute la file active, jusqu'au dernier patient ?",
        )
        return
    for trait, value in person.traits.items():
        yield from _trait_faults(dossier, trait, value)


def _trait_faults(dossier: PersonDossier, trait: str, value: str) -> Iterator[Finding]:
    hint = "La donnée est-elle exportée telle qu'elle est enregistrée ?"
    label = FIELD_LABELS[trait]
    patients = [one for one in dossier.records if one.kind == "Patient"]
    said = [(one, patient_values(one.data, trait)) for one in patients]
    wrong = [(one, values) for one, values in said if values and not _any(trait, value, values)]
    for one, values in wrong:
        found = _shown(trait, values[0])
        yield Finding(f"{one.place} ({label})", _shown(trait, value), found, hint)
    if wrong or any(values for _, values in said):
        return
    if not any(agrees(trait, value, leaf.value) for leaf in dossier.leaves()):
        place = dossier.records[0].place
        yield Finding(f"{place} ({label})", _shown(trait, value), "absent du dossier", hint)


def _any(trait: str, value: str, values: tuple[str, ...]) -> bool:
    return any(agrees(trait, value, one) for one in values)


def _shown(trait: str, value: str) -> str:
    if trait == "matricule":
        return shortened(value)
    return f"{value[:60]}…" if len(value) > 60 else value


def sought_data(check: Check) -> Iterator[Sought]:
    """Yield each datum: the changes of status of the `holder`, then those of `entered`."""
    export = export_of(check)
    if export is None:
        return
    known = {one.private_id: one for one in persons(check)}
    for datum in _data(check):
        person = known.get(datum.private_id) or Expected(datum.private_id, {})
        yield Sought(export, person, datum)


def _data(check: Check) -> Iterator[Datum]:
    holder = check.read(IdentityReleve.parse, "holder")
    for change in (holder.history or ()) if holder is not None else ():
        words = f"statut « {change.new} »"
        yield Datum(holder.private_id if holder else "", words, change=change)
    entered = check.expected.get("entered")
    for one in entered if isinstance(entered, list) else ():
        if isinstance(one, Mapping) and one.get("value"):
            what = str(one.get("what") or "donnée saisie")
            yield Datum(str(one.get("private_id") or ""), what, str(one["value"]))


@rule("POR-04", cites=_PORT, each=sought_data, lists=LISTS, overlaps=("POR-01",))
def datum_entered_is_exported(sought: Sought, check: Check) -> Iterator[Finding]:
    """What was entered about a person is in the export, attached to that person."""
    datum = sought.datum
    assert datum is not None
    dossier = dossier_of(sought.export, sought.person.as_json())
    if datum.change is not None:
        yield from _change_faults(sought.person, dossier, datum.change)
    elif dossier is None or not any(
        tidy(datum.value) in tidy(one.value) for one in dossier.leaves()
    ):
        yield Finding(
            f"{sought.person.named}, {datum.what}",
            datum.value[:80],
            "absent du dossier de cette personne",
            "Toutes les données de la personne sont-elles exportées, pas seulement l'identité ?",
        )


def _change_faults(
    person: Expected, dossier: PersonDossier | None, change: StatusChange
) -> Iterator[Finding]:
    at = f"{person.named}, historique du statut"
    wanted = f"{day(change.at) or change.at} : {change.old or 'création'} → {change.new}"
    records = dossier.records if dossier else ()
    found = [one for one in _objects(dossier) if _tells(one, change, records)]
    if not found:
        hint = "L'historique est-il exporté avec l'identité ?"
        yield Finding(at, wanted, "absent du dossier de cette personne", hint)
    elif change.by and not any(_holds(one, change.by) for one in found):
        hint = "Le responsable du changement est-il exporté ?"
        yield Finding(at, f"{wanted}, par {change.by}", "sans ce responsable", hint)


def _objects(dossier: PersonDossier | None) -> Iterator[Node]:
    """Yield the objects of a dossier, then the dossier's own nodes: the inner ones come first."""
    for node in dossier.nodes if dossier else ():
        yield from {id(leaf.node): leaf.node for leaf in leaves_of(node)}.values()
        yield node


def _tells(node: Node, change: StatusChange, records: tuple[Node, ...]) -> bool:
    """Tell whether an object is the trace of a change: its day, its new status and its old one.

    A line of a list that is not the identity itself may leave the old status to the line before.
    """
    own = [leaf.value for leaf in leaves_of(node)]
    statuses = (change.old, change.new)
    if change.old and _dated(own, change.at) and all(_is_said(own, one) for one in statuses):
        return True
    direct = [leaf.value for leaf in leaves_of(node) if leaf.node is node]
    listed = node.siblings > 0 and all(node.data is not one.data for one in records)
    return listed and _dated(direct, change.at) and _is_said(direct, change.new)


def _dated(values: list[str], at: str) -> bool:
    # An instant near midnight may be given in UTC on one side, in French time on the other.
    wanted = day(at)
    return any(
        one == at or (wanted != "" and days_between(day(one), wanted) <= 1) for one in values
    )


def _is_said(values: list[str], status: str) -> bool:
    meant = status_named(status)
    return any(
        one == status or (meant is not None and status_named(one) is meant) for one in values
    )


def _holds(node: Node, text: str) -> bool:
    return any(tidy(text) in tidy(leaf.value) for leaf in leaves_of(node) if len(leaf.value) < 400)
