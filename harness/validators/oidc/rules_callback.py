"""Rules on the callback: the state, the code, the call that exchanges it, the errors."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.access import OidcCall
from harness.model.psc_cases import REFUSALS, PscCase
from harness.validators import Check, Finding, rule
from harness.validators.oidc import reader
from harness.validators.oidc.reader import Pair, PscCall

TOLD = REFUSALS | {PscCase.SLOW}
"""Cases in which the user is told why nothing opened. A slow answer may open in the end."""
UNANSWERED = frozenset({PscCase.SLOW, PscCase.SILENT})
"""Faults after which a client may rightly present the same code again."""
WHY: dict[str, tuple[str, str]] = {
    PscCase.STATE: (
        "fermée : le state rendu n'est pas celui de la demande",
        "Le state du retour est-il comparé à celui de la session avant d'employer le code ?",
    ),
    PscCase.REPLAYED: (
        "fermée : ce retour a déjà servi",
        "Le state et le code sont-ils oubliés dès leur premier usage ?",
    ),
}
"""What was wrong with the callback → what is expected, and what may be missing."""
NOT_GRANTED = (
    "fermée : Pro Santé Connect n'a pas accordé la connexion",
    "Le retour en erreur est-il lu avant d'ouvrir la session ?",
)


def callbacks(check: Check) -> Iterator[PscCall | Pair]:
    """Yield each call to the token endpoint, and the callback that was not a plain one."""
    yield from reader.token_calls(check)
    for pair in reader.pairs(check, {PscCase.STATE, *TOLD}):
        if reader.delivered(check, pair.attempt.case):
            yield pair
    yield from reader.pairs(check, {PscCase.REPLAYED})


@rule("PSC-02", cites=("PSC 2", "PSC.01", "PSC/va1.01"), each=callbacks)
def callback_is_bound_to_its_sign_in(subject: PscCall | Pair, check: Check) -> Iterator[Finding]:
    """The state is compared, the code serves once, the token call is authenticated."""
    if isinstance(subject, Pair):
        yield from _callback(subject)
        return
    yield from _authenticated(subject)
    if subject.parameter("grant_type") == reader.CODE_GRANT:
        yield from _once(subject)
        yield from _same_address(subject)


def _callback(pair: Pair) -> Iterator[Finding]:
    case = pair.attempt.case
    if case != PscCase.SLOW:
        yield from reader.must_stay_closed(pair.attempt, *WHY.get(case, NOT_GRANTED))
    if case in TOLD and not pair.attempt.opened and not pair.attempt.message:
        yield Finding(
            f"page de retour ({case})",
            "une page qui dit que la connexion n'a pas abouti",
            "une page vide, ou illisible",
            "L'erreur rendue par Pro Santé Connect est-elle traitée jusqu'à une page ?",
        )


def _authenticated(token: PscCall) -> Iterator[Finding]:
    call, registered = token.call, str(token.releve.client.get("auth_method", ""))
    if call.method != "POST":
        yield Finding(
            token.where,
            "POST, les secrets dans le corps ou l'en-tête",
            call.method,
            "Les paramètres de l'appel partent-ils dans l'adresse ?",
        )
    if call.client_auth in ("", "none"):
        yield Finding(
            token.where,
            f"le client s'authentifie ({registered or 'secret, private_key_jwt ou certificat'})",
            "aucune authentification du client",
            "Le secret manque-t-il, ou part-il dans l'adresse, hors du corps et de l'en-tête ?",
        )
    elif call.client_auth == "tls_client_auth" and not call.certificate:
        yield Finding(
            token.where,
            "un certificat client IGC Santé ORG AUTH_CLI",
            "aucun certificat présenté",
            "Le certificat est-il chargé par le client HTTP ?",
        )


def _once(token: PscCall) -> Iterator[Finding]:
    code = token.parameter("code")
    for one in token.earlier:
        if code and _exchanged(one, code):
            yield Finding(
                token.where,
                "un code n'est présenté qu'une fois",
                f"le même code qu'à l'appel n° {one.seq}",
                "Un retour déjà traité est-il traité de nouveau ?",
            )
            return


def _exchanged(call: OidcCall, code: str) -> bool:
    # After no answer at all, a client may ask again.
    same = call.endpoint == "token" and call.parameters.get("code") == code
    return same and call.fault not in UNANSWERED


def _same_address(token: PscCall) -> Iterator[Finding]:
    asked = [
        one.parameters.get("redirect_uri", "")
        for one in token.earlier
        if one.endpoint == "authorize" and one.sign_in == token.call.sign_in
    ]
    sent = token.parameter("redirect_uri")
    if token.call.sign_in and asked and sent != asked[-1]:
        yield Finding(
            f"{token.where}, redirect_uri",
            f"{asked[-1]}, comme dans la demande",
            sent or "absent",
            "L'adresse de retour est-elle reprise telle quelle dans l'échange du code ?",
        )
