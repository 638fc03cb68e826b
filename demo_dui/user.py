"""Who is signed in, and the sentence that the next page tells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """Somebody signed in; `account_id` is set for a patient, who sees that account alone."""

    login: str
    account_id: str | None = None

    @property
    def is_professional(self) -> bool:
        """True for a professional, False for a patient."""
        return self.account_id is None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the next page; a refusal is shown as an alert."""

    text: str
    is_refusal: bool
