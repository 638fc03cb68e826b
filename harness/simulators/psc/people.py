"""Accounts of professionals at the provider: who they are, and the names it calls them by."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from harness.model.problems import ConfigurationProblem
from harness.model.professional import Professional

Origin = Literal["RPPS", "EDIT"]
"""`EDIT`: a test account of a vendor, whose identifier is no RPPS."""


@dataclass(frozen=True, slots=True)
class Account:
    """A professional as the provider knows them.

    `subject_name_id` is the key of identity: PS_IdNat (8 + RPPS), or for a test account `ANS`
    followed by digits. `sub` and `preferred_username` may change over the life of the account.
    """

    professional: Professional
    subject_name_id: str
    preferred_username: str
    sub: str
    origin: Origin = "RPPS"

    @classmethod
    def of(cls, professional: Professional, origin: Origin = "RPPS") -> Account:
        """Return the account of a professional, under identifiers that do not change by run."""
        name = professional.national_id if origin == "RPPS" else f"ANS{professional.rpps}"
        return cls(professional, name, name, _sub(professional.rpps, name), origin)

    def renamed(self) -> Account:
        """Return the account under another `sub` and `preferred_username`, same identity."""
        username = f"{self.professional.rpps}-{uuid.uuid4().hex[:6]}"
        return replace(self, preferred_username=username, sub=_sub(str(uuid.uuid4()), username))


class People:
    """The known accounts, by SubjectNameID."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._accounts.values()))

    def add(self, professional: Professional, origin: Origin) -> None:
        """Know a professional; said again, it takes the place of what was known."""
        account = Account.of(professional, origin)
        self._accounts[account.subject_name_id] = account

    def find(self, subject_name_id: str) -> Account | None:
        """Return the account of an identifier, None when it is unknown."""
        return self._accounts.get(subject_name_id)

    def another(self, account: Account) -> Account | None:
        """Return the account known last that is somebody else's, None when there is none."""
        others = [one for one in self if one.professional.rpps != account.professional.rpps]
        return others[-1] if others else None

    def rename(self, professional: Professional) -> None:
        """Change the names of a professional's accounts.

        Raises `ConfigurationProblem` for someone the provider does not know.
        """
        found = [one for one in self if one.professional.rpps == professional.rpps]
        if not found:
            raise ConfigurationProblem(
                f"Pro Santé Connect ne connaît pas {professional.exercise_name} : appelez d'abord "
                "psc.knows(…) avec ce professionnel"
            )
        for account in found:
            self._accounts[account.subject_name_id] = account.renamed()


def _sub(seed: str, username: str) -> str:
    return f"f:{uuid.uuid5(uuid.NAMESPACE_OID, seed)}:{username}"
