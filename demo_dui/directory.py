"""The Annuaire Santé as the software uses it: look-up, age of the data, refresh of who is held.

Local data never come from the Annuaire and are never touched by it (ANN 2, ANN 3). Data older
than a month serve for nothing (ANN 1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from demo_dui import faults
from demo_dui.clock import Clock
from demo_dui.directory_client import DirectoryClient, DirectoryError
from demo_dui.directory_record import API, EXTRACTION, Record, iso
from demo_dui.directory_store import DirectoryStore, Load
from demo_dui.people import People
from demo_dui.professionals import Professional, Professionals
from demo_dui.store import Store
from demo_dui.trace_words import DIRECTORY_CALL, DIRECTORY_REFRESH, PROFESSIONAL_REFRESH
from demo_dui.traces import Trace

OLDEST = timedelta(days=31)
WAYS = {"api": API, "extraction": EXTRACTION}
ABSENT = "Annuaire Santé non configuré (--annuaire-url, --annuaire-extraction)."
_TAKEN = (
    *("exercise_name", "exercise_given_name", "profession", "speciality", "category"),
    "mailboxes",
)
# Fault that loses an attribute of the Annuaire.
_LOST_BY_FAULT = {
    "annuaire-profession-perdue": "profession",
    "annuaire-specialite-perdue": "speciality",
    "annuaire-categorie-perdue": "category",
    "annuaire-prenom-perdu": "exercise_given_name",
}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An MSSanté address of the Annuaire and who holds it."""

    address: str
    holder: str
    national_id: str


class Directory:
    """Finds professionals, and keeps those whom the software holds like the Annuaire."""

    def __init__(
        self, client: DirectoryClient | None, store: Store, people: People, clock: Clock
    ) -> None:
        self._client, self._store, self._clock = client, store, clock
        self._kept = DirectoryStore(store.db)
        self.users = people.professionals
        self.correspondents = Professionals(store.db, "correspondent")

    # Look-up

    async def find(self, national_id: str, by: str) -> Record | None:
        """The professional of a national id, asked of the Annuaire now; None when unknown there.

        DirectoryError: 503 not configured, 502 the Annuaire fails, 409 its data are too old.
        """
        trace = Trace(by=by, action=DIRECTORY_CALL, request=f"identifiant {national_id[:20]}")
        try:
            record = await self._find(national_id)
        except DirectoryError as error:
            self._store.traces.add(replace(trace, result="échec", answer=str(error)))
            raise
        answer = f"trouvé, données du {record.data_at}, {record.origin}" if record else "inconnu"
        self._store.traces.add(replace(trace, answer=answer))
        return record

    async def _find(self, national_id: str) -> Record | None:
        client = self._required()
        failure: DirectoryError | None = None
        if client.has_api:
            try:
                record = await client.of_national_id(national_id)
            except DirectoryError as error:
                failure = error
            else:
                return self._young(record)
        if client.has_extraction and self._is_due(EXTRACTION):
            try:
                await self._load_extraction()
            except DirectoryError as error:
                failure = failure or error
        record = self._kept.person(national_id)
        if record is None and failure is not None:
            raise failure
        return self._young(record)

    def _is_due(self, source: str) -> bool:
        """True when the last load of a source is older than the setting, or there is none."""
        load = self._kept.last_load(source)
        days = self._store.parameters.read("directory_refresh_days")
        return load is None or self._age(load.loaded_at) >= timedelta(days=days)

    def _young(self, record: Record | None) -> Record | None:
        if record is not None and self._is_too_old(record.data_at):
            text = (
                f"Données de l'annuaire trop anciennes (du {record.data_at[:10]}) : "
                "elles ont plus d'un mois, mettez l'annuaire à jour."
            )
            raise DirectoryError(409, text)
        return record

    def _is_too_old(self, data_at: str) -> bool:
        if faults.active("annuaire-donnees-anciennes"):
            return False
        return not data_at or self._age(data_at) > OLDEST

    def _age(self, instant: str) -> timedelta:
        return self._clock.moment() - datetime.fromisoformat(instant)

    def _required(self) -> DirectoryClient:
        if self._client is None:
            raise DirectoryError(503, ABSENT)
        return self._client

    async def mailboxes(self, name: str, by: str) -> list[Mailbox]:
        """The MSSanté addresses of the professionals of a name, from the Annuaire alone."""
        client = self._required()
        if not client.has_api:
            text = "Adresses MSSanté indisponibles : l'API de l'Annuaire n'est pas configurée."
            raise DirectoryError(503, text)
        people = await client.practitioners({"name": name})
        return [
            Mailbox(address, f"{one.exercise_given_name} {one.exercise_name}", one.national_id)
            for one in people
            for address in as_held(one).mailboxes
        ]

    # Refresh

    @property
    def last_load(self) -> Load | None:
        """The last load, or None."""
        return self._kept.last_load()

    @property
    def is_too_old(self) -> bool:
        """True when what was loaded is older than a month, or nothing ever was."""
        load = self._kept.last_load()
        return load is None or self._is_too_old(load.data_at)

    async def refresh(self, way: str, by: str) -> Load:
        """Load the Annuaire by `api` or `extraction`, and bring up to date everybody held."""
        trace = Trace(by=by, action=DIRECTORY_REFRESH, detail=WAYS[way])
        try:
            load = await (self._load_extraction() if way == "extraction" else self._load_api())
        except DirectoryError as error:
            self._store.traces.add(replace(trace, result="échec", answer=str(error)))
            raise
        answer = f"{load.count} professionnels, données du {load.data_at}"
        self._store.traces.add(replace(trace, answer=answer))
        return load

    async def _load_extraction(self) -> Load:
        client = self._required()
        if not client.has_extraction:
            raise DirectoryError(503, "Extraction de l'Annuaire non configurée.")
        data_at, people = await client.extraction()
        if not people:
            text = "Extraction de l'Annuaire vide : les données d'avant sont gardées."
            raise DirectoryError(502, text)
        self._kept.replace_people(people)
        if not self._is_too_old(data_at):
            for held, table in self._all_held():
                record = self._kept.person(held.national_id)
                if record is not None:
                    self._take(held, table, replace(record, mailboxes=held.mailboxes))
        return self._loaded(data_at, EXTRACTION, len(people))

    async def _load_api(self) -> Load:
        client = self._required()
        if not client.has_api:
            raise DirectoryError(503, "API de l'Annuaire non configurée.")
        dates, count = [], 0
        for held, table in self._all_held():
            record = await client.of_national_id(held.national_id)
            if record is None:
                continue
            count += 1
            dates.append(record.data_at)
            if not self._is_too_old(record.data_at):
                self._take(held, table, record)
        return self._loaded(min(dates, default=self._now()), API, count)

    def _all_held(self) -> list[tuple[Professional, Professionals]]:
        tables = (self.users, self.correspondents)
        return [(held, table) for table in tables for held in table.all()]

    def _loaded(self, data_at: str, source: str, count: int) -> Load:
        load = Load(self._now(), data_at, source, count)
        self._kept.add_load(load)
        return load

    def _now(self) -> str:
        return iso(self._clock.moment())

    async def refreshed(self, held: Professional, table: Professionals, by: str) -> Professional:
        """Bring one person held up to date; DirectoryError as `find`, 404 when unknown there."""
        record = await self.find(held.national_id, by)
        if record is None:
            raise DirectoryError(404, f"L'Annuaire ne connaît pas {held.national_id}.")
        if record.origin == EXTRACTION:
            record = replace(record, mailboxes=held.mailboxes)
        changed = self._take(held, table, record)
        detail = f"{held.national_id}, {record.origin}"
        self._store.log(by, PROFESSIONAL_REFRESH, detail=detail)
        return changed

    async def fresh(self, held: Professional, table: Professionals, by: str) -> Professional:
        """The person, brought up to date first when the setting says that it is time.

        Without an answer of the Annuaire the data held are given as they are, with their date.
        """
        days = self._store.parameters.read("directory_refresh_days")
        due = not held.updated_at or self._age(held.updated_at) >= timedelta(days=days)
        still = ("annuaire-frequence-sans-effet", "annuaire-sans-recherche")
        if not due or self._client is None or any(faults.active(name) for name in still):
            return held
        try:
            return await self.refreshed(held, table, by)
        except DirectoryError:
            # Already traced by the look-up; reading the record must stay possible.
            return held

    def _take(self, held: Professional, table: Professionals, record: Record) -> Professional:
        if faults.active("annuaire-mise-a-jour-sans-effet"):
            return held
        if faults.active("annuaire-correspondant-fige") and table is self.correspondents:
            return held
        taken = self.applied(held, record)
        if faults.active("annuaire-mise-a-jour-partielle"):
            kept = {name: getattr(held, name) for name in _TAKEN if name != "mailboxes"}
            taken = replace(taken, **kept)
        if faults.active("annuaire-local-ecrase"):
            taken = replace(taken, local={})
        table.save(taken)
        return taken

    def applied(self, held: Professional, record: Record) -> Professional:
        """The person with what the Annuaire says; local data stay (ANN 2, ANN 3)."""
        told = as_held(record)
        values = {name: getattr(told, name) for name in _TAKEN}
        at = self._now()
        return replace(held, **values, origin=record.origin, updated_at=at)


def as_held(record: Record) -> Record:
    """The record as the software keeps it: unchanged, unless a seeded fault alters it."""
    for fault, field in _LOST_BY_FAULT.items():
        if faults.active(fault):
            emptied: dict[str, Any] = {field: ""}
            record = replace(record, **emptied)
    if faults.active("annuaire-nom-sans-tiret"):
        name = record.exercise_name.replace("-", " ").replace("'", " ")
        record = replace(record, exercise_name=name[:10])
    if faults.active("annuaire-adresse-devinee"):
        name = f"{record.exercise_given_name}.{record.exercise_name}".lower().replace(" ", "")
        record = replace(record, mailboxes=(f"{name}@mssante.example.org",))
    return record
