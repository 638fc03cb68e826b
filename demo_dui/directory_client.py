"""HTTPS calls of the Annuaire Santé: searches of its FHIR API, page by page, and its extraction."""

from __future__ import annotations

import json
import ssl
from typing import Any
from urllib.parse import urljoin, urlsplit

import aiohttp

from demo_dui import faults
from demo_dui.directory_record import (
    Record,
    UnreadableError,
    data_instant,
    of_extraction,
    of_practitioner,
)
from demo_dui.psc_settings import DirectorySettings

KEY_HEADER = "ESANTE-API-KEY"
LONGEST_ANSWER = 300_000_000
MOST_PAGES = 200
Json = dict[str, Any]


class DirectoryError(Exception):
    """The Annuaire gives nothing usable; the message says why, in French.

    `status` is that of our own answer: 503 not configured, 502 the Annuaire failed, 409 its data
    are too old.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class DirectoryClient:
    """Client of the Annuaire. One connection a call: a server restarted is never a surprise."""

    def __init__(self, settings: DirectorySettings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.ca)
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2

    @property
    def has_api(self) -> bool:
        """True when the FHIR API is configured."""
        return self._settings.url is not None

    @property
    def has_extraction(self) -> bool:
        """True when the address of the extraction is configured."""
        return self._settings.extraction is not None

    async def of_national_id(self, national_id: str) -> Record | None:
        """The professional of a national id, or None when the Annuaire does not know it."""
        people = await self.practitioners({"identifier": national_id})
        return next((one for one in people if one.national_id == national_id), None)

    async def practitioners(self, query: dict[str, str]) -> list[Record]:
        """The professionals that a search of Practitioner finds, every page of it."""
        address: str | None = f"{self._settings.url}/Practitioner"
        parameters: dict[str, str] | None = query
        people: list[Record] = []
        for _ in range(MOST_PAGES):
            if address is None:
                break
            bundle = await self._bundle(address, parameters)
            people += _people(bundle)
            if faults.active("annuaire-premiere-page"):
                break
            address, parameters = self._next(bundle, address), None
        return people

    async def extraction(self) -> tuple[str, list[Record]]:
        """The instant of the data and the professionals of the public extraction."""
        content = await self._get(str(self._settings.extraction), None, {})
        try:
            return of_extraction(content)
        except UnreadableError as error:
            raise DirectoryError(502, f"Extraction de l'Annuaire illisible : {error}.") from error

    async def _bundle(self, address: str, query: dict[str, str] | None) -> Json:
        headers = {KEY_HEADER: self._settings.api_key, "Accept": "application/fhir+json"}
        content = await self._get(address, query, headers)
        try:
            bundle = json.loads(content)
        except ValueError as error:
            text = "Réponse de l'Annuaire illisible : ce n'est pas du JSON entier."
            raise DirectoryError(502, text) from error
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise DirectoryError(502, "Réponse de l'Annuaire illisible : Bundle attendu.")
        return bundle

    def _next(self, bundle: Json, address: str) -> str | None:
        """The next page, on the same server only: the key must not follow a link elsewhere."""
        for link in bundle.get("link", ()):
            if link.get("relation") == "next":
                target = urljoin(address, str(link.get("url", "")))
                if urlsplit(target)[:2] != urlsplit(str(self._settings.url))[:2]:
                    text = "Page suivante de l'Annuaire sur un autre serveur : refusée."
                    raise DirectoryError(502, text)
                return target
        return None

    async def _get(
        self, address: str, query: dict[str, str] | None, headers: dict[str, str]
    ) -> bytes:
        timeout = aiohttp.ClientTimeout(total=self._settings.timeout)
        connector = aiohttp.TCPConnector(ssl=self._tls, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.get(
                    address, params=query, headers=headers, allow_redirects=False
                ) as response,
            ):
                content = await response.content.read(LONGEST_ANSWER + 1)
                while not response.content.at_eof() and len(content) <= LONGEST_ANSWER:
                    content += await response.content.read(1 << 20)
                if response.status != 200 or len(content) > LONGEST_ANSWER:
                    raise DirectoryError(502, f"L'Annuaire a répondu {response.status}.")
                return content
        except TimeoutError as error:
            text = f"L'Annuaire n'a pas répondu en {self._settings.timeout:g} s."
            raise DirectoryError(502, text) from error
        except aiohttp.ClientError as error:
            text = f"Liaison avec l'Annuaire rompue ({type(error).__name__})."
            raise DirectoryError(502, text) from error


def _people(bundle: Json) -> list[Record]:
    try:
        data_at = data_instant(bundle)
        resources = (entry.get("resource", {}) for entry in bundle.get("entry", ()))
        return [
            of_practitioner(resource, data_at)
            for resource in resources
            if resource.get("resourceType") == "Practitioner"
        ]
    except (UnreadableError, AttributeError, TypeError) as error:
        # A resource of another shape than FHIR's: the Annuaire's fault, never ours to guess.
        raise DirectoryError(502, f"Réponse de l'Annuaire illisible : {error}.") from error
