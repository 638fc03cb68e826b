"""Rules on what follows the sign-in: refresh, UserInfo, introspection, token exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.psc_cases import PscCase
from harness.validators import Check, Finding, rule
from harness.validators.oidc import reader
from harness.validators.oidc.reader import Pair, PscCall

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A sign-in whose access token was over when the software was asked to use it."""

    code: PscCall
    after: tuple[PscCall, ...]
    """Calls of the target to the token endpoint and to UserInfo since, in order."""


def uses(check: Check) -> Iterator[Lapsed | Pair]:
    """Yield a sign-in whose token lapsed, and those whose UserInfo was not the plain one."""
    lapsed = check.expected.get("lapsed")
    if isinstance(lapsed, int | float):
        for code in reader.token_calls(check, reader.CODE_GRANT):
            life = code.call.answered.get("expires_in", "")
            if life.isdigit() and int(life) < lapsed:
                yield Lapsed(code, tuple(_later(check, code)))
    for pair in reader.pairs(check, {PscCase.OTHER_USERINFO, PscCase.SIGNED_USERINFO}):
        if reader.delivered(check, pair.attempt.case):
            yield pair


@rule("PSC-04", cites=("PSC 2", "PSC.01"), each=uses)
def tokens_are_renewed_and_user_info_is_read(
    subject: Lapsed | Pair, check: Check
) -> Iterator[Finding]:
    """The access token is refreshed when it is over; UserInfo is read as JSON or JWT, same sub."""
    if isinstance(subject, Lapsed):
        yield from _refreshed(subject)
    elif subject.attempt.case == PscCase.SIGNED_USERINFO:
        yield from reader.must_open(
            subject.attempt,
            "ouverte : UserInfo peut être un JWT signé",
            "Le type de la réponse (application/jwt) est-il reconnu ?",
        )
    else:
        yield from reader.must_stay_closed(
            subject.attempt,
            "fermée : UserInfo est celui d'une autre personne",
            "Le sub de UserInfo est-il comparé à celui de l'ID token ?",
        )


def _later(check: Check, code: PscCall) -> Iterator[PscCall]:
    for one in reader.calls(check, "token", "userinfo"):
        if one.call.seq > code.call.seq and one.call.sign_in == code.call.sign_in:
            yield one


def _refreshed(lapsed: Lapsed) -> Iterator[Finding]:
    asked = [one for one in lapsed.after if one.parameter("grant_type") == reader.REFRESH_GRANT]
    if not asked:
        yield Finding(
            lapsed.code.where,
            "un renouvellement (refresh_token) : le jeton d'accès est échu",
            "aucun appel de renouvellement",
            "Le jeton d'accès vit 120 s : son échéance (expires_in) est-elle suivie ?",
        )
    elif not any(one.call.status == 200 for one in asked):
        yield Finding(
            asked[-1].where,
            "un renouvellement que Pro Santé Connect accorde",
            f"refusé : {asked[-1].call.error or asked[-1].call.status}",
            "Le dernier refresh_token reçu est-il celui que l'on présente ?",
        )


def introspections(check: Check) -> Iterator[PscCall]:
    """Yield each call to the introspection endpoint."""
    yield from reader.calls(check, "introspection")


@rule("PSC-08", cites=("PSC 2", "PSC.01"), each=introspections)
def introspection_is_a_basic_post(call: PscCall, check: Check) -> Iterator[Finding]:
    """Introspection is a POST with the token in the body, the client authenticated by Basic."""
    if call.call.method != "POST":
        yield Finding(call.where, "POST", call.call.method, "Le jeton part-il dans l'adresse ?")
    if call.call.client_auth != "client_secret_basic":
        yield Finding(
            call.where,
            "le client s'authentifie par Basic",
            call.call.client_auth or "aucune authentification",
            "L'en-tête Authorization porte-t-il client_id et client_secret ?",
        )
    token, hint = call.parameter("token"), call.parameter("token_type_hint")
    if not token:
        yield Finding(
            f"{call.where}, token",
            "le jeton d'accès ou de renouvellement",
            "absent",
            "Le jeton est-il dans le corps du formulaire ?",
        )
    elif hint not in ("", "access_token", "refresh_token"):
        yield Finding(
            f"{call.where}, token_type_hint",
            "access_token ou refresh_token",
            hint,
            "Est-ce l'ID token qui est présenté ?",
        )


def exchanges(check: Check) -> Iterator[PscCall]:
    """Yield each token exchange that was asked for."""
    yield from reader.token_calls(check, reader.EXCHANGE_GRANT)


@rule("PSC-10", cites=("PSC.10",), each=exchanges)
def exchange_is_bound_to_the_certificate(exchange: PscCall, check: Check) -> Iterator[Finding]:
    """The token exchange presents the access token over mTLS and gets a token bound to it."""
    if not exchange.call.certificate:
        yield Finding(
            exchange.where,
            "un certificat client (mTLS)",
            "aucun certificat présenté",
            "Le certificat ORG AUTH_CLI est-il employé pour cet appel aussi ?",
        )
    if exchange.parameter("subject_token_type") != ACCESS_TOKEN:
        yield Finding(
            f"{exchange.where}, subject_token_type",
            ACCESS_TOKEN,
            exchange.parameter("subject_token_type") or "absent",
            "Le jeton échangé est-il le jeton d'accès, et son type dit (RFC 8693) ?",
        )
    yield from _subject(exchange)
    yield from _bound(exchange)


def _subject(exchange: PscCall) -> Iterator[Finding]:
    token = exchange.parameter("subject_token")
    given = {one.answered.get("access_token", "") for one in exchange.earlier} - {""}
    if not token or token not in given:
        yield Finding(
            f"{exchange.where}, subject_token",
            "un jeton d'accès que Pro Santé Connect a rendu",
            "un autre jeton" if token else "absent",
            "Est-ce l'ID token, ou un jeton d'une autre source, qui est présenté ?",
        )


def _bound(exchange: PscCall) -> Iterator[Finding]:
    if exchange.call.certificate and exchange.call.status != 200:
        yield Finding(
            exchange.where,
            "un jeton lié au certificat (cnf x5t#S256)",
            f"refusé : {exchange.call.error or exchange.call.status}",
            "Le jeton d'accès présenté est-il encore valable, et le certificat de ce client ?",
        )
