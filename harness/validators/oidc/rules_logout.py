"""Rules on signing out of a session that Pro Santé Connect opened."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.access import REFUSED
from harness.model.psc_cases import PscCase
from harness.validators import Check, Finding, rule
from harness.validators.oidc import reader
from harness.validators.oidc.reader import Pair, PscCall


def sign_outs(check: Check) -> Iterator[PscCall | Pair]:
    """Yield each logout call, the old cookie tried after a sign-out, the foreign return."""
    yield from reader.calls(check, "logout")
    if reader.psc(check) is not None:
        yield from reader.pairs(check, {PscCase.SIGNED_OUT})
    yield from reader.pairs(check, {PscCase.FOREIGN_RETURN})


@rule("PSC-09", cites=("PSC 2", "PSC.01", "PSC/va1.01"), each=sign_outs)
def logout_closes_both_sessions(subject: PscCall | Pair, check: Check) -> Iterator[Finding]:
    """Signing out calls Pro Santé Connect, closes the local session and compares the state."""
    if isinstance(subject, PscCall):
        yield from _call(subject)
    elif subject.attempt.case == PscCase.FOREIGN_RETURN:
        yield from _return(subject)
    else:
        yield from reader.must_stay_closed(
            subject.attempt,
            "fermée : la session locale est close",
            "La session est-elle détruite au serveur, ou le cookie seulement effacé ?",
        )
        if not any(reader.calls(check, "logout")):
            yield Finding(
                "appels reçus par Pro Santé Connect",
                "un appel de déconnexion (end_session_endpoint)",
                "aucun",
                "La déconnexion est-elle seulement locale ?",
            )


def _call(logout: PscCall) -> Iterator[Finding]:
    if logout.call.method != "GET":
        yield Finding(
            logout.where,
            "GET, par le navigateur",
            logout.call.method,
            "La déconnexion passe-t-elle par le navigateur du professionnel ?",
        )
    if not logout.parameter("id_token_hint"):
        yield Finding(
            f"{logout.where}, id_token_hint",
            "l'ID token de la session",
            "absent",
            "L'ID token est-il gardé avec la session jusqu'à la déconnexion ?",
        )
    known = list(logout.releve.client.get("post_logout_redirect_uris", ()))
    if logout.parameter("post_logout_redirect_uri") not in known:
        yield Finding(
            f"{logout.where}, post_logout_redirect_uri",
            f"l'adresse enregistrée, au caractère près : {' ou '.join(known) or 'aucune'}",
            logout.parameter("post_logout_redirect_uri") or "absent",
            "L'adresse de retour est-elle celle déclarée à Pro Santé Connect ?",
        )
    state = logout.parameter("state")
    former = [one.seq for one in logout.earlier if _same_state(one.endpoint, one.parameters, state)]
    if not state or former:
        yield Finding(
            f"{logout.where}, state",
            "présent et neuf",
            f"celui de l'appel n° {former[-1]}" if state else "absent",
            "Un state est-il tiré à chaque déconnexion ?",
        )


def _same_state(endpoint: str, parameters: dict[str, str], state: str) -> bool:
    return endpoint in ("authorize", "logout") and bool(state) and parameters.get("state") == state


def _return(pair: Pair) -> Iterator[Finding]:
    if pair.attempt.stage != REFUSED and not pair.attempt.message:
        yield Finding(
            "retour de déconnexion",
            "refusé : le state rendu n'est pas celui de la déconnexion demandée",
            f"accepté, étape « {pair.attempt.stage} »",
            "Le state est-il comparé au retour de Pro Santé Connect ?",
        )
