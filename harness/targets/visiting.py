"""What walks through the pages of a target as a user does, and the frozen values of a visit.

A visitor holds the cookies of one user. It follows redirects, keeps every exchange in the journal
and never judges: a page that cannot be read (redirect loop, 5xx, captcha, absent field) raises
`UnreadablePage`, verdict INCONCLUSIVE, with the picture of what was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.model.problems import UnexpectedAnswer
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen


class UnreadablePage(UnexpectedAnswer):
    """A page that cannot be walked through; `screens` are the pictures of what was there."""

    def __init__(self, message: str, screens: tuple[Screen, ...] = ()) -> None:
        super().__init__(message)
        self.screens = screens


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
    """What one step of a visit led to."""

    status: int
    url: str
    """Address of the page that is shown, after the redirects."""
    chain: tuple[str, ...]
    """Every address passed through, the last included."""
    releve: ScreenReleve
    controls: tuple[str, ...] = ()
    """Names of the controls of the page's forms."""
    exchange: int | None = None


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

    def picture(self, name: str) -> Screen:
        """Return what is shown now as a proof: picture and relevé. `name` is a page word."""

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the cookies held now."""

    def carry(self, cookies: tuple[Cookie, ...]) -> None:
        """Take cookies, as a thief who stole them would."""

    def close(self) -> None:
        """Forget the session and free what it holds."""
