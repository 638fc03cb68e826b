"""What reaches people outside of the software: mail (SMTP with STARTTLS) and SMS (HTTPS).

Both verify the certificate of the peer. Without its option, a channel answers 503.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import aiohttp

SENDER = "ne-pas-repondre@dui-demonstration.example.org"
_DOMAIN = SENDER.partition("@")[2]
_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSettings:
    """Peers of the two channels. smtp: `HOST:PORT`; sms_url: https; *_ca: PEM of the authority."""

    smtp: str | None = None
    smtp_ca: Path | None = None
    sms_url: str | None = None
    sms_ca: Path | None = None
    sms_key: str = field(default="", repr=False)


class ContactError(Exception):
    """A message did not leave; `status` is 503 (channel not configured) or 502 (peer failed).

    `answer` is what the peer answered, empty when it answered nothing.
    """

    def __init__(self, status: int, message: str, answer: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail that left: its Message-ID, and the last answer of the server that took it."""

    message_id: str
    answer: str


class _Server(smtplib.SMTP):
    """An SMTP client that keeps the answer of the server to the message itself."""

    last_answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, text = super().data(msg)
        self.last_answer = f"{code} {text.decode('utf-8', 'replace')}"
        return code, text


class Contact:
    """Sends mails and SMS; the text of a message is never logged."""

    def __init__(self, settings: ContactSettings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    @property
    def has_mail(self) -> bool:
        """True when mails can leave."""
        return self._settings.smtp is not None

    @property
    def has_sms(self) -> bool:
        """True when SMS can leave."""
        return self._settings.sms_url is not None

    async def mail(self, to: str, subject: str, text: str) -> Posted:
        """Send a mail in plain text; ContactError when it cannot leave."""
        if self._settings.smtp is None:
            raise ContactError(503, "Courriel indisponible : aucun serveur (--smtp).")
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SENDER, to, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=_DOMAIN)
        message.set_content(text)
        try:
            answer = await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            reason, said = type(error).__name__, _answer_of(error)
            raise ContactError(502, f"Le courriel n'est pas parti ({reason}).", said) from error
        return Posted(message["Message-ID"], answer)

    def _deliver(self, message: EmailMessage) -> str:
        host, _, port = str(self._settings.smtp).rpartition(":")
        context = ssl.create_default_context(cafile=self._settings.smtp_ca)
        with _Server(host, int(port), _DOMAIN, timeout=_SECONDS) as server:
            server.starttls(context=context)
            server.ehlo()
            server.send_message(message)
            return server.last_answer

    async def sms(self, number: str, text: str) -> None:
        """Send an SMS through the gateway; ContactError when it cannot leave."""
        if self._settings.sms_url is None:
            raise ContactError(503, "SMS indisponible : aucune passerelle (--sms-url).")
        headers = {"Authorization": f"Bearer {self._settings.sms_key}"}
        try:
            session = self._gateway()
            body = {"to": number, "text": text}
            async with session.post(self._settings.sms_url, json=body, headers=headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = type(error).__name__
            raise ContactError(502, f"Le SMS n'est pas parti ({reason}).") from error
        if status != 202:
            raise ContactError(502, f"Le SMS n'est pas parti : la passerelle a répondu {status}.")

    def _gateway(self) -> aiohttp.ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=self._settings.sms_ca)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context),
                timeout=aiohttp.ClientTimeout(total=_SECONDS),
            )
        return self._session

    async def close(self) -> None:
        """Close the connection to the gateway."""
        if self._session is not None:
            await self._session.close()


def _answer_of(error: Exception) -> str:
    """What the server answered to a mail that it refused, empty when it answered nothing."""
    refused: dict[str, tuple[int, bytes]] = getattr(error, "recipients", {})
    for code, text in refused.values():
        return f"{code} {text.decode('utf-8', 'replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        said: bytes | str = error.smtp_error
        shown = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return f"{error.smtp_code} {shown}"
    return ""
