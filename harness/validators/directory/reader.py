"""What the ANU rules read of a check: a professional as held, and as the Annuaire Santé says.

Roles: `record` (`ProfessionalReleve`), `before` (the same, before an act), `attempt` and `control`
(`AttemptReleve`), `calls` (`CallsReleve` of the Annuaire), `settings` (`ScreenReleve`). Expected
values: `professional` (names and values of `Professional.traits()`), `labels` (the same names, as
words), `kind` (`compte` or `correspondant`), `changed` (names of what the Annuaire changed),
`mailboxes`, `local` (what was typed beside), `now` (ISO, by the clock of the target), `age_days`,
`frequency` (`days` set, `elapsed` since the last refresh), `unknown` (a national id of nobody).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.model.access import ProfessionalReleve
from harness.model.check import Check
from harness.model.releve import AttemptReleve, CallsReleve

ACCOUNT, CORRESPONDENT = "compte", "correspondant"
ATTRIBUTES: dict[str, str] = {
    "national_id": "identifiant national",
    "exercise_name": "nom d'exercice",
    "exercise_given_name": "prénom d'exercice",
    "profession": "profession",
    "speciality": "spécialité",
    "category": "catégorie",
}
"""What the Annuaire gives of a professional → how a finding names it."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a professional: what the Annuaire says, and what the software holds."""

    name: str
    meant: tuple[str, ...]
    """The code, and the label when there is one: either will do."""
    held: str

    @property
    def agrees(self) -> bool:
        """Tell whether they are the same, letter case and blanks apart."""
        return _squared(self.held) in {_squared(one) for one in self.meant}

    @property
    def shown(self) -> str:
        """Return what was expected, as a finding shows it."""
        return " ou ".join(self.meant)


def record(check: Check, role: str = "record") -> ProfessionalReleve | None:
    """Return the professional of a role."""
    return check.read(ProfessionalReleve.parse, role)


def attempt(check: Check, role: str = "attempt") -> AttemptReleve | None:
    """Return the act of a role."""
    return check.read(AttemptReleve.parse, role)


def calls(check: Check) -> CallsReleve | None:
    """Return the calls that reached the Annuaire."""
    return check.read(CallsReleve.parse, "calls")


def attribute(check: Check, held: ProfessionalReleve, name: str) -> Attribute | None:
    """Return an attribute of `held` beside that of the Annuaire; None when it says nothing."""
    meant = table(check, "professional").get(name, "")
    if not meant:
        return None
    label = table(check, "labels").get(name, "")
    return Attribute(name, tuple(filter(None, (meant, label))), str(getattr(held, name)))


def table(check: Check, name: str) -> dict[str, str]:
    """Return an expected table of texts, {} when it is not given."""
    value = check.expected.get(name)
    return {str(k): str(v or "") for k, v in value.items()} if isinstance(value, Mapping) else {}


def names(check: Check, name: str) -> tuple[str, ...]:
    """Return an expected list of texts, () when it is not given."""
    value = check.expected.get(name)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _squared(text: str) -> str:
    return " ".join(text.split()).casefold()
