"""Rules on the ID token: each fault of it must be refused, and what is right must be accepted."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.psc_cases import ID_TOKEN_FAULTS, PscCase
from harness.validators import Check, Finding, rule
from harness.validators.oidc import reader
from harness.validators.oidc.reader import Pair

FLOOR = 0
"""Rank of eidas1 among the levels."""
WHY: dict[str, tuple[str, str]] = {
    PscCase.NONCE: (
        "le nonce n'est pas celui de la demande",
        "Le nonce du jeton est-il comparé à celui de la session ?",
    ),
    PscCase.ISSUER: (
        "l'émetteur (iss) n'est pas Pro Santé Connect",
        "Le champ iss est-il comparé à l'émetteur de la découverte ?",
    ),
    PscCase.KEY: (
        "aucune clé publiée n'a ce kid",
        "La clé est-elle cherchée par son kid, et le jeton refusé quand elle manque ?",
    ),
    PscCase.UNSIGNED: (
        "le jeton n'est pas signé (alg none)",
        "Seul RS256 est-il accepté ?",
    ),
    PscCase.SIGNATURE: (
        "la signature ne vient pas de la clé publiée",
        "La signature est-elle vérifiée, ou le jeton seulement décodé ?",
    ),
    PscCase.EXPIRED: (
        "le jeton est échu (exp)",
        "Le champ exp est-il comparé à l'heure ?",
    ),
    PscCase.AUDIENCE: (
        "le jeton est pour un autre client (aud, azp)",
        "Le champ aud est-il comparé au client enregistré ?",
    ),
    PscCase.LOW_ACR: (
        "le niveau d'authentification (acr) est sous eidas1",
        "Le champ acr est-il comparé au niveau demandé ?",
    ),
}
"""Fault of the ID token → what is wrong with it, and what may be missing in the software."""


def sign_ins(check: Check) -> Iterator[Pair]:
    """Yield a sign-in whose token was faulty, or rightly changed (keys, higher level)."""
    for pair in reader.pairs(check, ID_TOKEN_FAULTS):
        if reader.delivered(check, pair.attempt.case):
            yield pair
    yield from reader.pairs(check, {PscCase.ROTATED})
    for pair in reader.pairs(check, {PscCase.HIGHER_ACR}):
        if any(_is_higher(one.call.answered.get("acr", "")) for one in reader.token_calls(check)):
            yield pair


@rule("PSC-03", cites=("PSC 2", "PSC 6", "PSC.01"), each=sign_ins, lists=reader.LISTS)
def id_token_is_really_verified(pair: Pair, check: Check) -> Iterator[Finding]:
    """A faulty ID token is refused; new keys of the JWKS and a higher level are accepted."""
    case = pair.attempt.case
    if case in WHY:
        fault, hint = WHY[case]
        yield from reader.must_stay_closed(pair, f"fermée : {fault}", hint)
    elif case == PscCase.ROTATED:
        yield from reader.must_open(
            pair,
            "ouverte : la nouvelle clé est publiée au JWKS",
            "Le JWKS est-il relu quand un kid est inconnu ?",
        )
    else:
        yield from reader.must_open(
            pair,
            "ouverte : un niveau plus haut que eidas1 convient",
            "Le niveau est-il comparé « au moins », et non à l'égal ?",
        )


def _is_higher(level: str) -> bool:
    return reader.acr_rank(level) > FLOOR
