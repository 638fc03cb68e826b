"""A professional as the Annuaire Santé tells them, read from its FHIR API or its extraction."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

IDNPS = "urn:oid:1.2.250.1.71.4.2.1"
API, EXTRACTION = "API FHIR de l'Annuaire Santé", "extraction publique de l'Annuaire Santé"
LARGEST_FILE = 2_000_000_000
_FILE = re.compile(r"PS_LibreAcces_Personne_activite_(\d{8,12})\.txt")
_COLUMNS = {
    "national_id": "Identification nationale PP",
    "exercise_name": "Nom d'exercice",
    "exercise_given_name": "Prénom d'exercice",
    "profession": "Code profession",
    "speciality": "Code savoir-faire",
    "category": "Code catégorie professionnelle",
}
Json = dict[str, Any]


class UnreadableError(Exception):
    """What the Annuaire sent cannot be read; the message says why, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One professional. Codes of the NOS: profession TRE-G15, speciality TRE-R38, category TRE-R09.

    mailboxes: MSSanté addresses (the extraction has none); origin: `API` or `EXTRACTION`;
    data_at: instant of the data (ISO, UTC), as the Annuaire says it.
    """

    national_id: str
    exercise_name: str
    exercise_given_name: str
    profession: str = ""
    speciality: str = ""
    category: str = ""
    mailboxes: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    """Names of the structures of exercise."""
    origin: str = API
    data_at: str = ""


# FHIR


def of_practitioner(resource: Json, data_at: str) -> Record:
    """The record of a Practitioner; UnreadableError when it has no national id."""
    identifiers = {one.get("system"): one.get("value") for one in resource.get("identifier", ())}
    national_id = identifiers.get(IDNPS)
    if not national_id:
        raise UnreadableError("Practitioner sans identifiant national (IDNPS)")
    names: list[Json] = resource.get("name") or [{}]
    codings = [
        coding
        for qualification in resource.get("qualification", ())
        for coding in qualification.get("code", {}).get("coding", ())
    ]
    return Record(
        national_id=str(national_id),
        exercise_name=str(names[0].get("family", "")),
        exercise_given_name=" ".join(names[0].get("given", ())),
        profession=_code(codings, "TRE-G15-ProfessionSante"),
        speciality=_code(codings, "TRE-R38-SpecialiteOrdinale"),
        category=_code(codings, "TRE-R09-CategorieProfessionnelle"),
        mailboxes=tuple(_mailboxes(resource)),
        data_at=data_at,
    )


def _code(codings: Iterable[Json], table: str) -> str:
    found = (c.get("code", "") for c in codings if str(c.get("system", "")).endswith(table))
    return str(next(found, ""))


def _mailboxes(resource: Json) -> Iterator[str]:
    """Addresses that the Annuaire marks as MSSanté (extension of the contact point, TRE-R256)."""
    for point in resource.get("telecom", ()):
        marks = (
            extension.get("valueCoding") or {}
            for extension in point.get("extension", ())
            if str(extension.get("url", "")).endswith("fr-core-contact-point-email-type")
        )
        if point.get("system") == "email" and any(m.get("code") == "MSSANTE" for m in marks):
            yield str(point.get("value", ""))


def data_instant(bundle: Json) -> str:
    """Instant of the data of a searchset Bundle, in the form of this software; '' when unsaid."""
    written = str(bundle.get("meta", {}).get("lastUpdated", ""))
    try:
        return iso(datetime.fromisoformat(written)) if written else ""
    except ValueError as error:
        raise UnreadableError(f"date du Bundle illisible : « {written[:40]} »") from error


def iso(moment: datetime) -> str:
    """An instant as ISO 8601, UTC, to the second."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


# Extraction


def of_extraction(content: bytes) -> tuple[str, list[Record]]:
    """The instant of the data and the professionals of the ZIP of the public extraction.

    One record a person, whatever the number of activities. UnreadableError says what is wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [info for info in archive.infolist() if _FILE.fullmatch(info.filename)]
            if not found:
                raise UnreadableError("fichier PS_LibreAcces_Personne_activite absent du ZIP")
            if found[0].file_size > LARGEST_FILE:
                raise UnreadableError("fichier de plus de 2 Go")
            text = archive.read(found[0]).decode("utf-8-sig")
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError) as error:
        raise UnreadableError(f"ZIP abîmé ({type(error).__name__})") from error
    data_at = _dated(found[0].filename)
    return data_at, list(_people(text.splitlines(), data_at))


def _dated(name: str) -> str:
    match = _FILE.fullmatch(name)
    assert match is not None
    form = "%Y%m%d%H%M"[: 6 + (len(match[1]) - 8)] if len(match[1]) in (8, 10, 12) else ""
    try:
        return iso(datetime.strptime(match[1], form).replace(tzinfo=UTC))
    except ValueError as error:
        raise UnreadableError(f"date du fichier illisible : « {name} »") from error


def _people(lines: list[str], data_at: str) -> Iterator[Record]:
    header = {name: place for place, name in enumerate(lines[0].split("|"))} if lines else {}
    missing = [column for column in _COLUMNS.values() if column not in header]
    if missing:
        raise UnreadableError(f"colonne « {missing[0]} » absente de l'extraction")
    people: dict[str, Record] = {}
    for line in lines[1:]:
        cells = line.split("|")
        if len(cells) < len(header) - 1:
            continue  # a line cut short says nothing sure of anybody
        record = _of_cells(cells, header, data_at)
        known = people.get(record.national_id)
        if known is not None:
            names = dict.fromkeys((*known.activities, *record.activities))
            record = replace(known, activities=tuple(names))
        people[record.national_id] = record
    yield from people.values()


def _of_cells(cells: list[str], header: Mapping[str, int], data_at: str) -> Record:
    values: dict[str, Any] = {
        name: cells[header[column]].strip() for name, column in _COLUMNS.items()
    }
    place = header.get("Raison sociale site")
    structure = cells[place].strip() if place is not None and place < len(cells) else ""
    activities = (structure,) if structure else ()
    return Record(**values, activities=activities, origin=EXTRACTION, data_at=data_at)
