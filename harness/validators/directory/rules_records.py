"""Rules on the records of professionals: users and correspondants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.model.access import ProfessionalReleve
from harness.model.releve import AttemptReleve
from harness.validators import Check, Finding, rule
from harness.validators.directory import reader
from harness.validators.directory.reader import Attribute


def attributes_of(kind: str) -> Callable[[Check], Iterator[Attribute]]:
    """Return the subjects of a rule: each attribute of the record of a kind.

    An Annuaire that has just changed is the subject of ANU-07.
    """

    def subjects(check: Check) -> Iterator[Attribute]:
        record = reader.record(check)
        if record is None or check.expected.get("kind") != kind or check.expected.get("changed"):
            return
        for name in reader.ATTRIBUTES:
            found = reader.attribute(check, record, name)
            if found is not None:
                yield found

    return subjects


@rule("ANU-02", cites=("ANN 2", "ANN/va1.02"), each=attributes_of(reader.ACCOUNT))
def account_is_as_in_the_directory(attribute: Attribute, check: Check) -> Iterator[Finding]:
    """The account of a user is tied to the national id and bears what the Annuaire says."""
    yield from _as_in_the_directory(attribute, "compte")


@rule("ANU-03", cites=("ANN 3", "ANN/va1.03"), each=attributes_of(reader.CORRESPONDENT))
def correspondent_is_as_in_the_directory(attribute: Attribute, check: Check) -> Iterator[Finding]:
    """The record of a correspondant is tied to the national id, as the Annuaire says."""
    yield from _as_in_the_directory(attribute, "correspondant")


def _as_in_the_directory(attribute: Attribute, kind: str) -> Iterator[Finding]:
    if not attribute.agrees:
        yield Finding(
            f"{kind}, {reader.ATTRIBUTES[attribute.name]}",
            f"{attribute.shown}, comme dans l'Annuaire Santé",
            attribute.held or "vide",
            "La valeur est-elle reprise de l'Annuaire Santé, ou tapée à la main ?",
        )


@dataclass(frozen=True, slots=True)
class LocalDatum:
    """What was typed beside the data of the Annuaire, and the record after a refresh."""

    name: str
    typed: str
    record: ProfessionalReleve


def local_data(check: Check) -> Iterator[LocalDatum]:
    """Yield each local datum that was typed, once the record was refreshed."""
    record = reader.record(check)
    if record is None:
        return
    for name, typed in reader.table(check, "local").items():
        if typed:
            yield LocalDatum(name, typed, record)


@rule("ANU-04", cites=("ANN 2", "ANN 3", "ANN/va1.02", "ANN/va1.03"), each=local_data)
def local_data_are_apart(datum: LocalDatum, check: Check) -> Iterator[Finding]:
    """Local data sit in attributes of their own, and a refresh leaves them alone."""
    held = datum.record.local.get(datum.name, "")
    if held != datum.typed:
        yield Finding(
            f"donnée locale « {datum.name} »",
            f"{datum.typed}, comme saisi avant la mise à jour",
            held or "vide",
            "La mise à jour depuis l'Annuaire Santé écrase-t-elle les données locales ?",
        )
    for name, label in reader.ATTRIBUTES.items():
        attribute = reader.attribute(check, datum.record, name)
        if attribute and attribute.held == datum.typed and not attribute.agrees:
            yield Finding(
                label,
                f"{attribute.shown}, comme dans l'Annuaire Santé",
                f"{attribute.held}, la donnée locale « {datum.name} »",
                "La donnée locale a-t-elle un attribut à elle ?",
            )


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The MSSanté addresses held of a professional, and those of the source."""

    held: frozenset[str]
    source: frozenset[str]


def mailboxes(check: Check) -> Iterator[Mailboxes]:
    """Yield the addresses of the record, when the source has some (`mailboxes`)."""
    record, source = reader.record(check), reader.names(check, "mailboxes")
    if record is not None and source:
        yield Mailboxes(
            frozenset(one.strip().lower() for one in record.mailboxes),
            frozenset(one.lower() for one in source),
        )


@rule("ANU-05", cites=("ANN 5", "ANN/va1.05", "ANN/va1.06"), each=mailboxes)
def mailboxes_come_from_the_source(boxes: Mailboxes, check: Check) -> Iterator[Finding]:
    """The MSSanté addresses of a professional are those of the source, no more and no less."""
    for address in sorted(boxes.held - boxes.source):
        yield Finding(
            "adresses MSSanté",
            "les adresses que la source publie, et elles seules",
            f"{address}, que la source ne publie pas",
            "L'adresse a-t-elle été tapée, ou gardée après son retrait de la source ?",
        )
    for address in sorted(boxes.source - boxes.held):
        yield Finding(
            "adresses MSSanté",
            address,
            "absente",
            "Les adresses sont-elles demandées à l'Annuaire Santé (télécommunications MSSanté) ?",
        )


@dataclass(frozen=True, slots=True)
class Creation:
    """A creation that succeeded, and the national ids that were looked for meanwhile."""

    national_id: str
    asked: frozenset[str]


def creations(check: Check) -> Iterator[Creation | AttemptReleve]:
    """Yield a creation by national id with the calls of then, and that of an unknown id."""
    meant, calls = reader.table(check, "professional"), reader.calls(check)
    control, attempt = reader.attempt(check, "control"), reader.attempt(check)
    if control is None or not control.accepted:
        return
    if check.expected.get("unknown") and attempt is not None:
        yield attempt
    if calls is not None and meant.get("national_id") and not check.expected.get("frequency"):
        yield Creation(meant["national_id"], frozenset(one.private_id for one in calls.calls))


@rule("ANU-08", cites=("SSI/IE.30",), each=creations)
def national_id_is_searched_at_creation(
    creation: Creation | AttemptReleve, check: Check
) -> Iterator[Finding]:
    """The RPPS number is looked for in the Annuaire before an account is made of it."""
    if isinstance(creation, AttemptReleve):
        if creation.accepted:
            yield Finding(
                "création sous un identifiant inconnu de l'Annuaire Santé",
                "un refus",
                f"acceptée ({creation.code or 'sans code'})",
                "L'identifiant est-il cherché dans l'Annuaire Santé avant la création ?",
            )
    elif not creation.asked & {creation.national_id, creation.national_id[1:]}:
        yield Finding(
            "appels reçus par l'Annuaire Santé",
            f"une recherche de {creation.national_id} à la création du compte",
            f"{len(creation.asked)} identifiant(s) cherché(s), aucun n'est le sien",
            "La recherche se fait-elle sur l'identifiant du professionnel créé ?",
        )
