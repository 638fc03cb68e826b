"""What the AUT rules read of sign-ins, of acts on accounts, of contacts, and of secrets.

Roles: `control`, `attempt`, `before`, `after` (`AccessReleve`, or `AttemptReleve` for an act),
`contact` (`ContactReleve`), `record` (`ProfessionalReleve`), `journal`, `settings`, `answer` (raw
bytes). What was special is in `AccessReleve.case` and in `AttemptReleve.act` (`Case`, `Act`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from harness.model.access import AccessReleve, Reached
from harness.model.access_cases import Act, Case
from harness.model.artefact import RELEVE_MEDIA_TYPE
from harness.model.check import Check
from harness.model.releve import AttemptReleve, Releve
from harness.terminology import code_list
from harness.validators import Finding
from harness.validators.detection import releve_kind
from harness.validators.screen.reader import plain

R = TypeVar("R", bound=Releve)
WORDS = ("access_words",)
ALPHABETS: dict[str, int] = {"minuscules": 26, "majuscules": 26, "chiffres": 10, "signes": 33}
"""Class of characters → how many characters it has (printable ASCII)."""
_SHOWN = 3
"""How many addresses a finding names."""


def releve(check: Check, kind: type[R], role: str) -> R | None:
    """Return the relevé of a role, None when the role is absent or holds another kind."""
    artefact = check.artefacts.get(role)
    if artefact is None or artefact.media_type != RELEVE_MEDIA_TYPE:
        return None
    if releve_kind(artefact.content) != kind.kind:
        return None
    return check.read(kind.parse, role)


def access(check: Check, role: str) -> AccessReleve | None:
    """Return the sign-in of a role."""
    return releve(check, AccessReleve, role)


def opened(check: Check, role: str) -> AccessReleve | None:
    """Return the sign-in of a role when it really opened something: what a control must do."""
    found = access(check, role)
    return found if found is not None and found.opened else None


def tried(*cases: Case, twin: str = "control") -> Callable[[Check], Iterator[AccessReleve]]:
    """Return the subjects of a rule: an access of one of these cases, really tried.

    It needs its permitted twin, in the role `twin`, that opened: otherwise a refusal proves
    nothing. An attempt that opened no address and tried none proves nothing either.
    """

    def subjects(check: Check) -> Iterator[AccessReleve]:
        attempt = access(check, "attempt")
        if attempt is None or attempt.case not in cases or not attempt.reached:
            return
        if opened(check, twin) is not None:
            yield attempt

    return subjects


def with_code(*cases: Case) -> Callable[[Check], Iterator[AccessReleve]]:
    """Return the subjects of a rule on codes: the attempt really presented one."""
    subjects = tried(*cases)

    def presented(check: Check) -> Iterator[AccessReleve]:
        yield from (one for one in subjects(check) if len(one.means) > 1)

    return presented


def acts(*kinds: Act, accepted_twin: bool = True) -> Callable[[Check], Iterator[AttemptReleve]]:
    """Return the subjects of a rule: an act of these kinds whose twin (`control`) was accepted."""

    def subjects(check: Check) -> Iterator[AttemptReleve]:
        attempt = releve(check, AttemptReleve, "attempt")
        control = releve(check, AttemptReleve, "control")
        if attempt is None or attempt.act not in kinds or control is None:
            return
        if control.accepted or not accepted_twin:
            yield attempt

    return subjects


def means(one: AccessReleve) -> str:
    """Return where a finding stands: what was presented, and what was special."""
    presented = ", ".join(one.means) or "rien"
    return f"connexion ({presented} ; {one.case})" if one.case else f"connexion ({presented})"


def openings(one: AccessReleve) -> str:
    """Return what a sign-in opened, in words."""
    found = [f"{each.way} {each.address}" for each in one.reached if each.open]
    more = len(found) - _SHOWN
    rest = f" et {more} autre(s)" if more > 0 else ""
    return f"ouvert : {', '.join(found[:_SHOWN])}{rest}" if found else said(one)


def said(one: AccessReleve) -> str:
    """Return where a sign-in that opened nothing was left, in words."""
    message = f" ; le logiciel a dit : {one.message}" if one.message else ""
    return f"rien d'ouvert, étape « {one.stage} »{message}"


def must_stay_closed(one: AccessReleve, hint: str, expected: str = "") -> Iterator[Finding]:
    """Yield the finding of an access that opened a protected address and should not have."""
    if one.opened:
        yield Finding(
            means(one), expected or "aucune adresse protégée ouverte", openings(one), hint
        )


def must_open(one: AccessReleve, hint: str, expected: str = "") -> Iterator[Finding]:
    """Yield the finding of an access that opened nothing and should have."""
    if not one.opened:
        yield Finding(means(one), expected or "l'accès ouvert", said(one), hint)


def must_be_refused(one: AttemptReleve, what: str, hint: str) -> Iterator[Finding]:
    """Yield the finding of an act that was accepted and should not have been."""
    if one.accepted:
        yield Finding(what, "un refus", f"accepté ({one.code or 'sans code'})", hint)


@dataclass(frozen=True, slots=True)
class Pair:
    """An address that opens to who presented everything, and the same tried with less."""

    access: AccessReleve
    address: Reached


def pairs(case: Case) -> Callable[[Check], Iterator[Pair]]:
    """Return the subjects of a rule: each address that the control opened, tried by the attempt."""
    subjects = tried(case)

    def found(check: Check) -> Iterator[Pair]:
        for attempt in subjects(check):
            control = opened(check, "control")
            held = (
                {(one.way, one.address) for one in control.reached if one.open} if control else ()
            )
            yield from (
                Pair(attempt, one) for one in attempt.reached if (one.way, one.address) in held
            )

    return found


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is described: never the secret itself."""

    length: int
    classes: tuple[str, ...]
    """Words of `ALPHABETS`."""

    @property
    def bits(self) -> float:
        """Return its entropy: length × log2 of the characters that it may draw from."""
        size = sum(ALPHABETS[one] for one in self.classes)
        return self.length * math.log2(size) if size else 0.0

    def __str__(self) -> str:
        return f"{self.length} caractères, {' + '.join(self.classes)} ({self.bits:.1f} bits)"


def secret(described: object) -> Secret | None:
    """Return the secret that a check describes, None when it describes none.

    `described` is `{"length": 7, "classes": ["minuscules", "chiffres"]}`.
    """
    if not isinstance(described, Mapping):
        return None
    length, classes = described.get("length"), described.get("classes")
    if not isinstance(length, int) or not isinstance(classes, list | tuple):
        return None
    if not set(classes) <= set(ALPHABETS):
        return None
    return Secret(length, tuple(dict.fromkeys(classes)))


def tells(text: str, *kinds: str) -> bool:
    """Tell whether a text holds a word of each of these kinds (`access_words.toml`)."""
    spoken = plain(text)
    return all(any(word in spoken for word in code_list(WORDS[0])[kind]["any"]) for kind in kinds)
