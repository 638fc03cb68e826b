"""What walks through the pages of a target as a user does, and the frozen values of a visit.

A visitor holds the cookies of one user. It follows redirects, keeps every exchange in the journal
and never judges: a page that cannot be read (redirect loop, 5xx, captcha, absent field) raises
`UnreadablePage`, verdict INCONCLUSIVE, with the picture of what was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from harness.model.access import Reached
from harness.model.problems import UnexpectedAnswer
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen


class UnreadablePage(UnexpectedAnswer):
    """A page that cannot be walked through; `screens` are the pictures of what was there."""

    def __init__(self, message: str, screens: tuple[Screen, ...] = ()) -> None:
        super().__init__(message)
        self.screens = screens


@dataclass(frozen=True, slots=True)
class Peer:
    """Another party that pages lead to: Pro Santé Connect, or the vendor's own sign-in server."""

    origin: str
    """`https://host[:port]`, as `origin_of` writes it."""
    name: str
    """As the journal names it."""
    ca_file: Path | None = None
    """Its root, when it is private."""

    @classmethod
    def at(cls, address: str, name: str, ca_file: Path | None = None) -> Peer:
        """Return the peer that serves an address."""
        return cls(origin_of(address), name, ca_file)


def origin_of(address: str) -> str:
    """Return `scheme://host[:port]` of an address, the usual port left out."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    usual = port in {None, {"http": 80, "https": 443}.get(parts.scheme)}
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" if usual else f"{parts.scheme}://{name}:{port}"


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as a browser keeps it; its value is a secret and never shows in a repr."""

    name: str
    value: str = field(repr=False)
    domain: str = ""
    path: str = "/"
    secure: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """What one step of a visit led to.

    The relevé may hold a secret that the page shows (the key of a TOTP): what is filed is the
    picture, `Visitor.picture`, whose relevé has none.
    """

    status: int
    url: str
    """Address of the page that is shown, after the redirects; values of secrets left out."""
    chain: tuple[str, ...]
    """Every address passed through, the last included."""
    releve: ScreenReleve = field(repr=False)
    controls: tuple[str, ...] = ()
    """Names of the controls of the page's forms."""
    exchange: int | None = None
    trail: tuple[str, ...] = field(default=(), repr=False)
    """The chain with its secrets (the code of a callback): to open one again, never to file."""


class Visitor(Protocol):
    """One user before the pages of the target (and, on the way, those of Pro Santé Connect)."""

    @property
    def here(self) -> Visit:
        """Return the page that is shown now."""

    def open(self, address: str) -> Visit:
        """Open a path under the base URL, or a whole address (a link of a mail)."""

    def submit(self, values: Mapping[str, str], button: str = "") -> Visit:
        """Fill the controls of the form that has them all, by name, and press its button.

        `button` is the visible text; '' takes the form's only one.
        """

    def press(self, text: str) -> Visit:
        """Press a button or follow a link by its visible text."""

    def look(self, path: str) -> Visit:
        """Open a page aside: `here` stays what it is."""

    def call(self, path: str) -> tuple[int, str]:
        """Return status and media type of an address of the API, asked with our cookies."""

    def conceal(self, *secrets: str) -> None:
        """Keep values out of every picture from now on."""

    def picture(self, name: str) -> Screen:
        """Return what is shown now as a proof: picture and relevé. `name` is a page word."""

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the cookies held now."""

    def carry(self, cookies: tuple[Cookie, ...]) -> None:
        """Take cookies, as a thief who stole them would."""

    def close(self) -> None:
        """Forget the session and free what it holds."""


class Visiting(Protocol):
    """The journeys of the target file, walked by visitors or by a person."""

    def start(self) -> Visitor:
        """Return a fresh user, without cookies."""

    def describes(self, journey: str) -> bool:
        """Say whether a journey can be walked."""

    def walk(self, visitor: Visitor, journey: str, /, **values: str) -> Visit:
        """Do every step of a journey and return what the last one led to.

        Raises `CapabilityMissing` when the file does not describe it, `UnreadablePage`.
        """

    def stage(self, visit: Visit) -> str:
        """Return where the sign-in stands, a word of `STAGES`."""

    def accepted(self, visit: Visit) -> bool:
        """Say whether the last act was taken: no alert, no 4xx."""

    def reach(self, visitor: Visitor, kind: str, **values: str) -> tuple[Reached, ...]:
        """Try every protected address of `patient` or `professional` with the visitor's cookies.

        Values fill the placeholders `{account_id}`, `{patient_id}`. Raises `CapabilityMissing`
        when the file names no protected address.
        """

    def account(self, visitor: Visitor, kind: str) -> dict[str, str]:
        """Open the account page and return what it says, by name of `account_labels`."""

    def read(self, visit: Visit, journey: str, name: str) -> str:
        """Return what the last page shows under a label of the journey's `reads`.

        Several values under one label are parted by blanks. Raises `CapabilityMissing` when the
        file gives no label, `UnreadablePage` when the page does not show it.
        """

    def session(self, visitor: Visitor) -> tuple[Cookie, ...]:
        """Return the cookies that carry the session at the target."""

    def code_in(self, text: str) -> str:
        """Return the one-time code of a mail or an SMS, '' without one."""

    def link_in(self, text: str) -> str:
        """Return the link of a mail, '' without one."""

    def close(self) -> None:
        """Close every visitor that is still open."""
