"""Rules on who is signed in: the identity key, the claims, the choice of an activity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from harness.model.access import ACTIVITY, AccessReleve, ProfessionalReleve
from harness.model.psc_cases import PscCase
from harness.validators import Check, Finding, rule
from harness.validators.oidc import reader
from harness.validators.oidc.reader import Pair
from harness.validators.screen.reader import plain

CHOSEN = "activity"
KEYS = ("login", "national_id")
"""What tells accounts apart, as the page of the account shows it."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """The plain sign-in of somebody who has an account, and the national id that it must bear."""

    access: AccessReleve
    national_id: str


def identified(check: Check) -> Iterator[Keyed | Pair]:
    """Yield the plain sign-in that was granted, and those of somebody renamed or unknown."""
    control = check.read(AccessReleve.parse, "control")
    national_id = reader.professional(check).get("national_id", "")
    if national_id and control is not None and "psc" in control.means and not control.case:
        granted = (one.call for one in reader.token_calls(check, reader.CODE_GRANT))
        if any(one.status == 200 and not one.fault for one in granted):
            yield Keyed(control, national_id)
    yield from reader.pairs(check, {PscCase.UNKNOWN})
    for pair in reader.pairs(check, {PscCase.RENAMED}):
        if len(_subs(check)) > 1:
            yield pair


@rule("PSC-05", cites=("PSC 4", "PSC.02", "PSC/va1.02"), each=identified)
def identity_key_is_subject_name_id(subject: Keyed | Pair, check: Check) -> Iterator[Finding]:
    """The account is found by SubjectNameID, neither by sub nor by preferred_username."""
    if isinstance(subject, Keyed):
        yield from reader.must_open(
            subject.access,
            f"ouverte : le compte de {subject.national_id}",
            "Le compte est-il cherché par SubjectNameID, 8 puis le RPPS ?",
        )
        shown = subject.access.account.get("national_id", "")
        if shown and "".join(shown.split()) != subject.national_id:
            yield Finding(
                "compte, identifiant national",
                f"{subject.national_id} (SubjectNameID, 8 puis le RPPS)",
                shown,
                "L'identifiant vient-il de SubjectNameID, ou de sub ou preferred_username ?",
            )
    elif subject.attempt.case == PscCase.UNKNOWN:
        yield from reader.must_stay_closed(
            subject.attempt,
            "fermée : ce professionnel n'a pas de compte ici",
            "Un compte est-il créé en silence, ou celui d'un autre ouvert ?",
        )
    else:
        yield from _same_account(subject)


def _same_account(pair: Pair) -> Iterator[Finding]:
    yield from reader.must_open(
        pair.attempt,
        "ouverte : SubjectNameID n'a pas changé",
        "Le compte est-il cherché par sub ou preferred_username ?",
    )
    for name in KEYS if pair.attempt.opened else ():
        former, now = pair.control.account.get(name, ""), pair.attempt.account.get(name, "")
        if former and now != former:
            yield Finding(
                f"compte, {name}",
                f"{former}, le même compte qu'avant",
                now or "vide",
                "Un second compte s'est-il ouvert pour le même professionnel ?",
            )


def _signed_by_psc(access: AccessReleve | None) -> TypeGuard[AccessReleve]:
    return access is not None and access.opened and "psc" in access.means


def _subs(check: Check) -> set[str]:
    found = reader.calls(check, "token", "userinfo")
    return {one.call.answered.get("sub", "") for one in found} - {""}


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """One value that Pro Santé Connect gave, and what the software shows or holds of it."""

    where: str
    name: str
    expected: str
    shown: str

    @property
    def agrees(self) -> bool:
        """Tell whether they say the same; the activity may be shown with its sector or role."""
        expected, shown = plain(self.expected), plain(self.shown)
        return expected in shown if self.name == CHOSEN else expected == shown


def shown_claims(check: Check) -> Iterator[ShownClaim]:
    """Yield each value of the professional that the account page or the record has."""
    meant = reader.professional(check)
    control = check.read(AccessReleve.parse, "control")
    if _signed_by_psc(control):
        for name, value in control.account.items():
            if value and meant.get(name):
                yield ShownClaim(f"page du compte, {name}", name, meant[name], value)
    record = check.read(ProfessionalReleve.parse, "record")
    for name, expected in meant.items():
        held = "" if record is None else str(getattr(record, name, ""))
        if held and expected:
            yield ShownClaim(f"fiche du professionnel, {name}", name, expected, held)


@rule("PSC-06", cites=("PSC 2", "PSC.01"), each=shown_claims, overlaps=("PSC-05",))
def claims_are_shown_as_given(claim: ShownClaim, check: Check) -> Iterator[Finding]:
    """What the account shows and holds of a professional is what Pro Santé Connect says."""
    if not claim.agrees:
        yield Finding(
            claim.where,
            claim.expected,
            claim.shown,
            "La valeur vient-elle d'un autre champ de UserInfo, ou d'un autre professionnel ?",
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The choice between several activities: just after the consent, then once it is made."""

    before: AccessReleve
    after: AccessReleve
    offered: tuple[str, ...]
    chosen: str


def choices(check: Check) -> Iterator[Choice]:
    """Yield the sign-in of somebody with several activities, when choosing one opened."""
    offered, chosen = check.expected.get("activities"), check.expected.get("chosen")
    if not isinstance(offered, list | tuple) or len(offered) < 2 or not chosen:
        return
    for pair in reader.pairs(check, {PscCase.SEVERAL}):
        yield Choice(pair.attempt, pair.control, tuple(map(str, offered)), str(chosen))


@rule("PSC-07", cites=("PSC 2", "PSC.01"), each=choices)
def activity_is_chosen_by_the_user(choice: Choice, check: Check) -> Iterator[Finding]:
    """Somebody with several activities chooses one; the first is never taken in silence."""
    for one in choice.before.reached:
        if one.open:
            yield Finding(
                f"{one.way} {one.address}",
                "fermée tant que l'exercice n'est pas choisi",
                f"ouverte (statut {one.status})",
                "Le premier exercice est-il pris d'office ?",
            )
    if not choice.before.opened and choice.before.stage != ACTIVITY:
        yield Finding(
            "après le consentement",
            f"un choix entre les exercices : {', '.join(choice.offered)}",
            f"étape « {choice.before.stage} »",
            "Tous les exercices de SubjectRefPro sont-ils lus ?",
        )
    shown = choice.after.account.get("activity", "")
    if plain(choice.chosen) not in plain(shown):
        yield Finding(
            "page du compte, activity",
            choice.chosen,
            shown or "vide",
            "L'exercice choisi est-il gardé avec la session ?",
        )
