"""Rules on the first birth given name, which follows the list that INSi gave (règle 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.releve import AttemptReleve, IdentityReleve
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Act

_FIRST = "first_birth_given_name"


class FirstNameChange(NamedTuple):
    """A first given name that was submitted, the list it must open, and what is held after."""

    given: str
    names: str
    attempt: AttemptReleve
    after: IdentityReleve

    @property
    def coherent(self) -> bool:
        """Tell whether the name opens the list, whole given names only."""
        return f"{self.names} ".startswith(f"{self.given} ")


def first_name_changes(check: Check) -> Iterator[FirstNameChange]:
    """Yield a change of first given name on an identity whose list came from INSi.

    A change that must be refused counts only when a coherent one was accepted (role `control`).
    """
    change = reader.change(check)
    if change is None or change.attempt is None or not reader.is_about(check, Act.FIRST_GIVEN_NAME):
        return
    given, names = change.attempt.submitted.get(_FIRST, ""), change.before.birth_given_names
    if not given or not names or reader.status_of(change.before.status) not in reader.INS_STATUSES:
        return
    found = FirstNameChange(given, names, change.attempt, change.after)
    if found.coherent or reader.refusable(check) is not None:
        yield found


@rule("IDN-30", cites=("INS 14", "INS/va1.51"), each=first_name_changes)
def first_name_opens_the_list(change: FirstNameChange, check: Check) -> Iterator[Finding]:
    """The first given name may follow the start of the list of INSi; any other is refused."""
    kept = change.after.first_birth_given_name
    if change.coherent:
        if not change.attempt.accepted or kept != change.given:
            yield Finding(
                reader.label(_FIRST),
                f"« {change.given} » accepté : il ouvre la liste « {change.names} »",
                f"« {kept} »" if change.attempt.accepted else f"refusé : {change.attempt.message}",
                "Le champ est-il verrouillé comme les traits stricts ?",
            )
    elif change.attempt.accepted or kept == change.given:
        yield Finding(
            reader.label(_FIRST),
            f"refus de « {change.given} », qui n'ouvre pas la liste « {change.names} »",
            f"accepté, conservé « {kept} »",
            "Le prénom est-il comparé au début de la liste rendue par INSi ?",
        )
