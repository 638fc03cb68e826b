"""Rules on the ID token: each fault of it must be refused, and what is right must be accepted."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.access import AccessReleve
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


def sign_ins(check: Check) -> Iterator[Pair | AccessReleve]:
    """Yield a sign-in whose token was faulty, or rightly changed (keys, higher level)."""
    for pair in reader.pairs(check, ID_TOKEN_FAULTS):
        if reader.delivered(check, pair.attempt.case):
            yield pair
    yield from reader.pairs(check, {PscCase.ROTATED})
    attempt = check.read(AccessReleve.parse, "attempt")
    # Its plain twin has a higher level too: a target that refuses both is not down, it answers.
    if attempt is not None and attempt.case == PscCase.HIGHER_ACR and _higher_was_given(check):
        yield attempt


@rule("PSC-03", cites=("PSC 2", "PSC 6", "PSC.01", "PSC.08"), each=sign_ins, lists=reader.LISTS)
def id_token_is_really_verified(sign_in: Pair | AccessReleve, check: Check) -> Iterator[Finding]:
    """A faulty ID token is refused; new keys of the JWKS and a higher level are accepted."""
    attempt = sign_in.attempt if isinstance(sign_in, Pair) else sign_in
    if attempt.case in WHY:
        fault, hint = WHY[attempt.case]
        yield from reader.must_stay_closed(attempt, f"fermée : {fault}", hint)
    elif attempt.case == PscCase.ROTATED:
        yield from reader.must_open(
            attempt,
            "ouverte : la nouvelle clé est publiée au JWKS",
            "Le JWKS est-il relu quand un kid est inconnu ?",
        )
    else:
        yield from reader.must_open(
            attempt,
            "ouverte : un niveau plus haut que eidas1 convient",
            "Le niveau est-il comparé « au moins », et non à l'égal ?",
        )


def _higher_was_given(check: Check) -> bool:
    given = (one.call for one in reader.token_calls(check) if not one.call.fault)
    return any(reader.acr_rank(one.answered.get("acr", "")) > FLOOR for one in given)
