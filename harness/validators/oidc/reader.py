"""What the PSC rules read of a check: the calls that Pro Santé Connect received, and the sign-ins.

Roles: `psc` (`OidcReleve`), `attempt` and `control` (`AccessReleve`: what is judged, and the plain
sign-in that opened), `record` (`ProfessionalReleve`), `configuration` (`ScreenReleve`). Expected
values: `professional` (names and values of `Professional.traits()`), `activities` and `chosen`
(names of structures), `lapsed` (seconds by which the token's clock went forward).

An attempt is a subject only when its control really opened: a target that is down refuses all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.model.access import AccessReleve, OidcCall, OidcReleve
from harness.model.check import Check
from harness.model.psc_cases import PscCase
from harness.terminology import code_list
from harness.validators import Finding

LISTS = ("psc",)
CODE_GRANT, REFRESH_GRANT = "authorization_code", "refresh_token"
DENIED = "access_denied"
"""OAuth error of a user who refuses."""
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"


@dataclass(frozen=True, slots=True)
class PscCall:
    """A call with the relevé that it comes from."""

    call: OidcCall
    releve: OidcReleve

    @property
    def where(self) -> str:
        """Return how a finding names the call."""
        return f"appel n° {self.call.seq} ({self.call.endpoint})"

    def parameter(self, name: str) -> str:
        """Return a parameter, '' when it is absent."""
        return self.call.parameters.get(name, "")

    @property
    def earlier(self) -> tuple[OidcCall, ...]:
        """Return the calls of the relevé that came before."""
        return tuple(one for one in self.releve.calls if one.seq < self.call.seq)


@dataclass(frozen=True, slots=True)
class Pair:
    """A sign-in to judge, and the plain one that opened."""

    attempt: AccessReleve
    control: AccessReleve


def psc(check: Check) -> OidcReleve | None:
    """Return the calls of role `psc`."""
    return check.read(OidcReleve.parse, "psc")


def calls(check: Check, *endpoints: str) -> Iterator[PscCall]:
    """Yield the calls to some endpoints, in order."""
    releve = psc(check)
    if releve is None:
        return
    for call in releve.calls:
        if call.endpoint in endpoints:
            yield PscCall(call, releve)


def token_calls(check: Check, grant: str = "") -> Iterator[PscCall]:
    """Yield the calls to the token endpoint, those of a grant type when one is named."""
    for one in calls(check, "token"):
        if not grant or one.parameter("grant_type") == grant:
            yield one


def pairs(check: Check, cases: Collection[str]) -> Iterator[Pair]:
    """Yield the attempt of one of these cases, when its control really opened something."""
    attempt = check.read(AccessReleve.parse, "attempt")
    control = check.read(AccessReleve.parse, "control")
    if attempt is None or control is None or attempt.case not in cases:
        return
    if control.opened:
        yield Pair(attempt, control)


def delivered(check: Check, fault: str) -> bool:
    """Tell whether Pro Santé Connect really answered by this fault, or took the user's refusal."""
    releve = psc(check)
    error = DENIED if fault == PscCase.USER_REFUSAL else None
    calls = releve.calls if releve is not None else ()
    return any(call.fault == fault or (error and call.error == error) for call in calls)


def must_stay_closed(attempt: AccessReleve, expected: str, hint: str) -> Iterator[Finding]:
    """Yield a finding for each protected address that an attempt opened."""
    for one in attempt.reached:
        if one.open:
            yield Finding(
                f"{one.way} {one.address}", expected, f"ouverte (statut {one.status})", hint
            )


def must_open(attempt: AccessReleve, expected: str, hint: str) -> Iterator[Finding]:
    """Yield a finding when an attempt that had to open did not."""
    if not attempt.opened:
        found = f"étape « {attempt.stage} », rien d'ouvert"
        said = f" : {attempt.message}" if attempt.message else ""
        case = f" ({attempt.case})" if attempt.case else ""
        yield Finding(f"connexion{case}", expected, found + said, hint)


def professional(check: Check) -> dict[str, str]:
    """Return the expected values of the professional, {} when none is given."""
    value = check.expected.get("professional")
    return {str(k): str(v or "") for k, v in value.items()} if isinstance(value, Mapping) else {}


def host_of(address: str) -> str:
    """Return `host:port` of an address, as a call names it; the port only when it is written."""
    return urlsplit(address).netloc.rpartition("@")[2].lower()


def acr_rank(level: str) -> int:
    """Return the rank of an authentication level, -1 for one that is not known."""
    levels: list[str] = code_list("psc")["acr_levels"]
    return levels.index(level) if level in levels else -1
