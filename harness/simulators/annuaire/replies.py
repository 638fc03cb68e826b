"""Answers of the Annuaire: what they say (`Reply`), and their bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from harness.model.artefact import FHIR_MEDIA_TYPE
from harness.simulators.annuaire.extraction import archive
from harness.simulators.annuaire.layout import API_PATH, PAGE
from harness.simulators.annuaire.resources import Json, Resource, outcome
from harness.simulators.annuaire.search import Asked

ZIP_TYPE = "application/zip"


class Operation(StrEnum):
    """What a call asks for; the value is the word used in the API and the report."""

    METADATA = "metadata"
    SEARCH = "recherche"
    READ = "lecture"
    EXTRACTION = "extraction"
    UNKNOWN = ""


@dataclass(frozen=True)
class Reply:
    """What will be answered, before it becomes bytes.

    `at` is the date of the data. `found` are all the matches of a search or the one that was read,
    `linked` what the includes may add; `lines` are `(national id, line)` of the extraction.
    """

    operation: Operation
    at: datetime
    status: int = 200
    found: tuple[Resource, ...] = field(default=(), repr=False)
    linked: tuple[Resource, ...] = field(default=(), repr=False)
    lines: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Json | None = field(default=None, repr=False)
    """CapabilityStatement or OperationOutcome."""
    asked: Asked | None = None
    silent: bool = False
    cut: bool = False

    def refused(self, status: int, code: str, diagnostics: str) -> Reply:
        """Return a refusal in place of this reply."""
        body = outcome(code, diagnostics)
        return replace(self, status=status, found=(), linked=(), lines=(), body=body)

    def without(self, national_id: str | None) -> Reply:
        """Return the reply of an Annuaire that does not know a professional (None: anybody)."""

        def kept(one: Resource) -> bool:
            return national_id is not None and one.national_ids != {national_id}

        found = tuple(one for one in self.found if kept(one))
        if self.operation is Operation.READ and self.found and not found:
            return self.refused(404, "not-found", "Ressource inconnue de l'Annuaire simulé")
        return replace(
            self,
            found=found,
            linked=tuple(one for one in self.linked if kept(one)),
            lines=tuple(one for one in self.lines if national_id not in (None, one[0])),
        )

    @property
    def page(self) -> tuple[Resource, ...]:
        """Return the matches of the page that is answered."""
        if self.asked is None:
            return self.found
        return self.found[self.asked.start : self.asked.start + self.asked.size]

    @property
    def media_type(self) -> str:
        """Return the media type of the answer."""
        zipped = self.operation is Operation.EXTRACTION and self.status == 200
        return ZIP_TYPE if zipped else FHIR_MEDIA_TYPE

    def content(self, origin: str) -> bytes:
        """Return the bytes of the answer; `origin` is `https://host:port` of the links."""
        if self.silent:
            return b""
        if self.media_type == ZIP_TYPE:
            whole = archive((line for _, line in self.lines), self.at)
        else:
            told = self.body or self._resource(origin + API_PATH)
            whole = json.dumps(told, ensure_ascii=False).encode()
        return whole[: len(whole) // 2] if self.cut else whole

    def _resource(self, base: str) -> Json:
        if self.asked is None:
            return self.found[0].body
        links = [{"relation": "self", "url": f"{base}/{self.asked.kind}?{self.asked.query}"}]
        if self.asked.start + self.asked.size < len(self.found):
            url = f"{base}/{PAGE}?id={self.asked.following()}"
            links.insert(0, {"relation": "next", "url": url})
        return {
            "resourceType": "Bundle",
            "meta": {"lastUpdated": self.at.isoformat(timespec="milliseconds")},
            "type": "searchset",
            "total": len(self.found),
            "link": links,
            "entry": [
                *(_entry(base, one, "match") for one in self.page),
                *(_entry(base, one, "include") for one in self.linked),
            ],
        }


def _entry(base: str, one: Resource, mode: str) -> Json:
    return {"fullUrl": f"{base}/{one.address}", "resource": one.body, "search": {"mode": mode}}
