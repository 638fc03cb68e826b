"""HTTPS call of INSi: TLS 1.2 or later, our client certificate, the server always verified."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from demo_dui import insi_messages
from demo_dui.insi_messages import Answer, AnswerUnreadableError, Claim, Search

LONGEST_ANSWER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InsiSettings:
    """Where INSi is and how to speak to it; `timeout` in seconds."""

    url: str
    ca: Path | None
    certificate: Path | None
    key: Path | None
    timeout: float


class InsiUnavailableError(Exception):
    """No usable answer came back; the message says why, in French."""


class InsiClient:
    """Client of the teleservice. One connection a call: a server restarted is never a surprise."""

    def __init__(self, settings: InsiSettings) -> None:
        self._settings = settings
        self._tls = _tls_context(settings)

    async def search(self, mode: str, search: Search, emitter: str) -> Answer:
        """Send one search and read its answer; InsiUnavailableError without a usable one."""
        return await self._ask(mode, insi_messages.request(mode, search, emitter))

    async def verify(self, claim: Claim, emitter: str) -> Answer:
        """Ask whether an INS and traits agree; InsiUnavailableError without a usable answer."""
        answer = await self._ask("verification", insi_messages.verification(claim, emitter))
        if answer.found is not None or answer.code == "02":
            raise InsiUnavailableError("réponse INSi qui n'est pas celle d'une vérification")
        return answer

    async def _ask(self, mode: str, body: bytes) -> Answer:
        action = insi_messages.action_of(mode)
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
        content = await self._post(body, headers)
        try:
            return insi_messages.read(content)
        except AnswerUnreadableError as error:
            raise InsiUnavailableError(str(error)) from error

    async def _post(self, body: bytes, headers: dict[str, str]) -> bytes:
        timeout = aiohttp.ClientTimeout(total=self._settings.timeout)
        connector = aiohttp.TCPConnector(ssl=self._tls, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
                session.post(
                    self._settings.url, data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                content = await _bounded(response)
                # SOAP 1.2 carries its faults under 400 or 500: any other status is not SOAP.
                if response.status not in {200, 400, 500}:
                    raise InsiUnavailableError(f"INSi répond HTTP {response.status}")
                return content
        except TimeoutError as error:
            raise InsiUnavailableError(
                f"INSi n'a pas répondu en {self._settings.timeout:g} s"
            ) from error
        except aiohttp.ClientError as error:
            raise InsiUnavailableError(f"liaison INSi rompue ({type(error).__name__})") from error


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        content += chunk
        if len(content) > LONGEST_ANSWER:
            raise InsiUnavailableError("réponse INSi trop longue (plus de 1 Mo)")
    return bytes(content)


def _tls_context(settings: InsiSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.certificate:
        context.load_cert_chain(settings.certificate, settings.key)
    return context
