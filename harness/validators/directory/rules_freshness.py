"""Rules on the age of the data taken from the Annuaire Santé, and on how they are refreshed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from harness.model.releve import AttemptReleve, ScreenReleve
from harness.validators import Check, Finding, Level, rule
from harness.validators.directory import reader
from harness.validators.directory.reader import Attribute
from harness.validators.screen.reader import plain
from harness.validators.traces.reader import instants

MONTH = timedelta(days=31)
SUBJECTS = ("annuaire", "rpps")
"""Words of which one names the setting, with one of `RHYTHM`."""
RHYTHM = ("jour", "frequence", "periodicite", "mise a jour", "heure", "semaine", "mois", "delai")


@dataclass(frozen=True, slots=True)
class Aged:
    """When a record was taken from the Annuaire, and the instant at which it is used."""

    written: str
    age: timedelta


def ages(check: Check) -> Iterator[Aged | AttemptReleve]:
    """Yield the age of a record, and the use of data that are more than a month old.

    Such a use is judged when its twin on fresh data (`control`) was accepted.
    """
    record = reader.record(check)
    read = instants(record.updated_at) if record is not None else ()
    if record is not None and read and not check.expected.get("frequency"):
        now = instants(str(check.expected.get("now") or "")) or (check.captured_at,)
        yield Aged(record.updated_at, now[0] - max(read))
    attempt, control = reader.attempt(check), reader.attempt(check, "control")
    days = check.expected.get("age_days")
    if attempt is None or control is None or not isinstance(days, int | float):
        return
    if control.accepted and timedelta(days=days) > MONTH:
        yield attempt


@rule("ANU-01", cites=("ANN 1", "ANN/va1.01"), each=ages)
def data_are_at_most_a_month_old(use: Aged | AttemptReleve, check: Check) -> Iterator[Finding]:
    """What is used of the Annuaire is at most one month old."""
    if isinstance(use, Aged):
        if use.age > MONTH:
            yield Finding(
                "date des données de l'Annuaire Santé",
                f"{MONTH.days} jours au plus",
                f"{use.age.days} jours ({use.written})",
                "La mise à jour s'est-elle arrêtée ?",
            )
        return
    calls = reader.calls(check)
    if use.accepted and not (calls and calls.calls):
        yield Finding(
            f"{use.act}, données de {check.expected['age_days']} jours",
            "un refus, ou une mise à jour avant de s'en servir",
            f"acceptée ({use.code or 'sans code'}), sans appel à l'Annuaire Santé",
            "L'âge des données est-il vérifié quand on s'en sert ?",
        )


@dataclass(frozen=True, slots=True)
class Frequency:
    """A frequency that was set, the time that went by, and whether a refresh followed."""

    days: float
    elapsed: float
    refreshed: bool


def frequencies(check: Check) -> Iterator[Frequency | ScreenReleve]:
    """Yield the page of settings, and the refresh that the set frequency called for."""
    page = check.read(ScreenReleve.parse, "settings")
    if page is not None:
        yield page
    set_to, calls = check.expected.get("frequency"), reader.calls(check)
    if isinstance(set_to, Mapping) and calls is not None:
        yield Frequency(float(set_to["days"]), float(set_to["elapsed"]), bool(calls.calls))


@rule("ANU-06", cites=("ANN 4", "ANN/va1.04"), each=frequencies)
def frequency_can_be_set(subject: Frequency | ScreenReleve, check: Check) -> Iterator[Finding]:
    """The frequency of the refresh is a setting, and the refresh follows it."""
    if isinstance(subject, ScreenReleve):
        if not any(_is_frequency(field.label) for field in subject.fields if field.editable):
            yield Finding(
                "page des réglages",
                "un réglage de la fréquence de mise à jour depuis l'Annuaire Santé",
                "aucun champ à remplir qui en parle",
                "Le réglage est-il sur une autre page (drivers.screens.pages.settings) ?",
            )
    elif subject.elapsed > subject.days and not subject.refreshed:
        yield Finding(
            "appels reçus par l'Annuaire Santé",
            f"une mise à jour, {subject.elapsed:g} jours après la précédente "
            f"(réglée à {subject.days:g})",
            "aucun appel",
            "La fréquence réglée est-elle lue à chaque emploi des données ?",
        )
    elif subject.elapsed < subject.days and subject.refreshed:
        yield Finding(
            "appels reçus par l'Annuaire Santé",
            f"aucune mise à jour avant {subject.days:g} jours",
            f"une mise à jour au bout de {subject.elapsed:g} jours",
            "La mise à jour suit-elle le réglage, ou un rythme fixe ?",
            Level.WARNING,
        )


def _is_frequency(label: str) -> bool:
    words = plain(label)
    return any(one in words for one in SUBJECTS) and any(one in words for one in RHYTHM)


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute that the Annuaire changed, and what the software held before."""

    attribute: Attribute
    former: str


def changes(check: Check) -> Iterator[Change]:
    """Yield each attribute that the Annuaire changed, once a refresh was asked for."""
    before, record = reader.record(check, "before"), reader.record(check)
    if before is None or record is None:
        return
    for name in reader.names(check, "changed"):
        attribute = reader.attribute(check, record, name)
        if attribute is not None:
            yield Change(attribute, str(getattr(before, name)))


@rule("ANU-07", cites=("ANN 2", "ANN 3", "ANN/va1.02", "ANN/va1.03"), each=changes)
def refresh_takes_what_changed(change: Change, check: Check) -> Iterator[Finding]:
    """A refresh brings in what the Annuaire has changed since."""
    if not change.attribute.agrees:
        kept = " (valeur d'avant)" if change.attribute.held == change.former else ""
        yield Finding(
            f"après la mise à jour, {reader.ATTRIBUTES[change.attribute.name]}",
            f"{change.attribute.shown}, comme dans l'Annuaire Santé",
            (change.attribute.held or "vide") + kept,
            "La fiche déjà créée est-elle mise à jour, ou seules les nouvelles ?",
        )
