"""A mail as it was received, and the text of it that may be filed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that a recipient was sent, whole: codes and links included.

    `text` is the first plain text part (else the HTML one as it is), `raw` the bytes of the DATA
    command; `encrypted` is False for a mail that travelled without TLS.
    """

    seq: int
    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str = field(repr=False)
    text: str = field(repr=False)
    raw: bytes = field(repr=False)
    encrypted: bool = True


def parse(raw: bytes) -> EmailMessage:
    """Return the message of a DATA command; a defect is kept in it, never raised."""
    return message_from_bytes(raw, policy=policy.default)


def subject_of(message: EmailMessage) -> str:
    """Return the decoded subject, empty without one."""
    return str(message.get("Subject", ""))


def text_of(message: EmailMessage) -> str:
    """Return the plain text of a message, else its HTML, else ''."""
    part = message.get_body(("plain", "html"))
    return _decoded(part) if part is not None else ""


def readable(message: EmailMessage) -> str:
    """Return the whole message as text: headers, text parts decoded, the others by fingerprint."""
    lines = [f"{name}: {value}" for name, value in message.items()]
    return "\n".join([*lines, *_parts(message)])


def _parts(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part.is_multipart():
            continue
        if part.get_content_maintype() == "text":
            yield f"\n[{part.get_content_type()}]\n{_decoded(part)}"
            continue
        content = part.get_payload(decode=True)
        held = content if isinstance(content, bytes) else b""
        yield (
            f"\n[{part.get_content_type()}] {part.get_filename() or 'sans nom'}, "
            f"{len(held)} octets, SHA-256 {hashlib.sha256(held).hexdigest()}"
        )


def _decoded(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    held = content if isinstance(content, bytes) else b""
    charset = part.get_content_charset("utf-8")
    try:
        return held.decode(charset, "replace").replace("\r\n", "\n")
    except LookupError:  # a charset that does not exist
        return held.decode("utf-8", "replace").replace("\r\n", "\n")
