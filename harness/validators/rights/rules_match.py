"""Rule on the account of a professional: the same by Pro Santé Connect and by the other means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.access import AccessReleve
from harness.validators import Check, Finding, rule
from harness.validators.screen.reader import plain

PSC = "psc"
KEYS: dict[str, str] = {"login": "identifiant", "national_id": "identifiant national"}
"""What tells accounts apart → how a finding names it."""


@dataclass(frozen=True, slots=True)
class Matched:
    """One sign-in to compare with the control: how it was made, and the two accounts."""

    access: AccessReleve
    control: AccessReleve

    @property
    def shared(self) -> tuple[str, ...]:
        """Return the keys that both account pages show."""
        return tuple(
            name
            for name in KEYS
            if self.access.account.get(name) and self.control.account.get(name)
        )


def sign_ins(check: Check) -> Iterator[Matched]:
    """Yield each sign-in of one professional (`attempt`, `again`) beside the `control`.

    There must be both means among them: Pro Santé Connect, and another one.
    """
    control = check.read(AccessReleve.parse, "control")
    others = [check.read(AccessReleve.parse, role) for role in ("attempt", "again")]
    signed = [one for one in others if one is not None and not one.case]
    if control is None or not control.opened or control.case:
        return
    if len({PSC in one.means for one in (control, *signed)}) < 2:
        return
    for one in signed:
        matched = Matched(one, control)
        if not one.opened or matched.shared:
            yield matched


@rule("AUT-36", cites=("PSC 4", "PSC.02", "PSC/va1.02"), each=sign_ins)
def account_is_the_same_by_every_means(matched: Matched, check: Check) -> Iterator[Finding]:
    """A professional finds the same account by Pro Santé Connect and by the other means."""
    means = " puis ".join(matched.access.means)
    if not matched.access.opened:
        yield Finding(
            f"connexion par {means}",
            "le compte que l'autre moyen ouvre",
            f"étape « {matched.access.stage} », rien d'ouvert",
            "Le compte est-il rapproché par l'identifiant national (SubjectNameID) ?",
        )
        return
    for name in matched.shared:
        expected, shown = matched.control.account[name], matched.access.account[name]
        if plain(shown) != plain(expected):
            yield Finding(
                f"connexion par {means}, {KEYS[name]}",
                f"{expected}, comme par {' puis '.join(matched.control.means)}",
                shown,
                "Un second compte s'est-il ouvert pour le même professionnel ?",
            )
