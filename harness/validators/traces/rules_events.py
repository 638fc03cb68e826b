"""Rules on each exported trace: who, what, on whom, when, with which result, from where."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.finding import Level
from harness.validators import Finding
from harness.validators.engine import streaming_rule
from harness.validators.traces.event import STANDARD_FORMATS, Batch
from harness.validators.traces.over_traces import OverTraces
from harness.validators.traces.stream import batches
from harness.validators.traces.vocabulary import LISTS, kinds_marked, succeeded

STANDARD = "FAQ de l'ANS sur les traces fonctionnelles ; TDE 2.0.0, correspondance métier"


@streaming_rule("TRA-09", each=batches, cites=("INS 3", "INS 17", "INS/va1.39", "INS/va1.27"))
class AuthorIsNamed(OverTraces):
    """Each trace names who acted."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch."""
        self.examined += len(batch.events)
        for event in batch.events:
            if not event.author:
                yield Finding(
                    batch.at(event.number, "auteur"),
                    "l'identifiant de qui a agi",
                    "vide",
                    "L'utilisateur connecté est-il transmis à la trace ?",
                )


@streaming_rule("TRA-10", each=batches, cites=("INS 17", "INS/va1.27"))
class ActionIsNamed(OverTraces):
    """Each trace says what was done."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch."""
        self.examined += len(batch.events)
        for event in batch.events:
            if not event.action:
                yield Finding(
                    batch.at(event.number, "action"),
                    "la nature de l'action",
                    "vide",
                    "Le type et le sous-type de l'événement sont-ils remplis ?",
                )


@streaming_rule("TRA-11", each=batches, cites=("INS 3", "INS/va1.39"), lists=LISTS)
class PersonIsNamed(OverTraces):
    """A trace of an action on a person names that person."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch whose action is on a person."""
        about_a_person = kinds_marked("person")
        for event in batch.events:
            if about_a_person.isdisjoint(event.kinds):
                continue
            unknown = not event.person and not kinds_marked("unknown").isdisjoint(event.kinds)
            if unknown and succeeded(event.result) is False:
                continue  # what was refused made no person of the software
            self.examined += 1
            if not event.person:
                yield Finding(
                    batch.at(event.number, "personne"),
                    f"l'identifiant de la personne concernée par « {event.action[:60]} »",
                    "vide",
                    "La trace dit-elle sur qui l'acte a porté ?",
                    # A verification comes before the person that it lets in.
                    Level.WARNING if unknown and "verification" in event.kinds else None,
                )


@streaming_rule("TRA-12", each=batches, cites=("INS 17", "INS/va1.27"))
class InstantIsWhole(OverTraces):
    """Each trace says its date, its hour and its zone."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch."""
        self.examined += len(batch.events)
        # FHIR (instant) and RFC 5424 impose the zone; a column of a CSV may leave it unsaid.
        missing_zone = None if batch.format in STANDARD_FORMATS else Level.WARNING
        for event in batch.events:
            if event.zoned:
                continue
            if event.recorded_at is None:
                yield Finding(
                    batch.at(event.number, "date et heure"),
                    "une date et une heure",
                    event.recorded[:60] or "vide",
                    "La date et l'heure sont-elles celles de l'enregistrement ?",
                )
            else:
                yield Finding(
                    batch.at(event.number, "fuseau"),
                    "un fuseau après l'heure (+01:00, Z)",
                    event.recorded[:60],
                    "Au changement d'heure, deux traces peuvent-elles porter la même heure ?",
                    missing_zone,
                )


@streaming_rule(
    "TRA-13", each=batches, cites=("SSI/IAM.90", "SSI/IAM.91", "MSS/CONF.18"), lists=LISTS
)
class ResultIsSaid(OverTraces):
    """Each trace says how the act ended."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch."""
        self.examined += len(batch.events)
        compulsory = kinds_marked("result")
        for event in batch.events:
            if not event.result:
                yield Finding(
                    batch.at(event.number, "résultat"),
                    "le résultat de l'acte : succès ou échec",
                    "vide",
                    "Un acte refusé se distingue-t-il d'un acte accompli ?",
                    Level.WARNING if compulsory.isdisjoint(event.kinds) else None,
                )


@streaming_rule("TRA-14", each=batches, standard=STANDARD)
class OriginIsSaid(OverTraces):
    """Each trace says from where it comes: a system, a workstation."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch."""
        self.examined += len(batch.events)
        # A column that the target file declares for it is there to be filled.
        declared = "origin" in (self.check.expected.get("columns") or ())
        level = None if declared or batch.format in STANDARD_FORMATS else Level.WARNING
        for event in batch.events:
            if not event.origin:
                yield Finding(
                    batch.at(event.number, "origine"),
                    "le système ou le poste d'où vient l'acte",
                    "vide",
                    "source.observer, ou AuditSourceID, est-il rempli ?",
                    level,
                )
