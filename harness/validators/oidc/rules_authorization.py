"""Rules on the authorization request, and on the addresses of Pro Santé Connect in use."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.access import OidcCall
from harness.model.releve import ScreenReleve
from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.oidc import reader
from harness.validators.oidc.reader import PscCall

FRESH = ("state", "nonce")


def requests(check: Check) -> Iterator[PscCall]:
    """Yield each authorization request that Pro Santé Connect received."""
    yield from reader.calls(check, "authorize")


@rule("PSC-01", cites=("PSC 6", "PSC 2", "PSC.01", "PSC.08"), each=requests, lists=reader.LISTS)
def request_is_complete_and_fresh(request: PscCall, check: Check) -> Iterator[Finding]:
    """The request bears code, client, exact redirect_uri, scopes, eidas1, fresh state and nonce."""
    yield from _registered(request)
    yield from _demanded(request)
    yield from _page(request)
    for name in FRESH:
        yield from _random(request, name)
    yield from _pkce(request)


def _registered(request: PscCall) -> Iterator[Finding]:
    client = request.releve.client
    if request.parameter("client_id") != client.get("client_id"):
        yield Finding(
            f"{request.where}, client_id",
            f"« {client.get('client_id')} », le client enregistré",
            f"« {request.parameter('client_id')} »" if request.parameter("client_id") else "absent",
            "L'identifiant est-il celui que Pro Santé Connect a délivré pour ce logiciel ?",
        )
    known = list(client.get("redirect_uris", ()))
    if request.parameter("redirect_uri") not in known:
        yield Finding(
            f"{request.where}, redirect_uri",
            f"l'adresse enregistrée, au caractère près : {' ou '.join(known) or 'aucune'}",
            request.parameter("redirect_uri") or "absent",
            "Une barre finale, un port ou un paramètre s'est-il ajouté à l'adresse de retour ?",
        )


def _demanded(request: PscCall) -> Iterator[Finding]:
    words = code_list("psc")
    if request.parameter("response_type") != "code":
        yield Finding(
            f"{request.where}, response_type",
            "code",
            request.parameter("response_type") or "absent",
            "Le flux implicite ou hybride est-il resté activé ?",
        )
    asked = request.parameter("scope").split()
    missing = [one for one in words["scopes"] if one not in asked]
    if missing:
        yield Finding(
            f"{request.where}, scope",
            " ".join(words["scopes"]),
            " ".join(asked) or "absent",
            "Avec « openid » seul, Pro Santé Connect ne rend que le UserInfo minimal : la portée "
            "« scope_all » est-elle demandée ?",
        )
    if request.parameter("acr_values") != words["acr_values"]:
        yield Finding(
            f"{request.where}, acr_values",
            words["acr_values"],
            request.parameter("acr_values") or "absent",
            "Le niveau est-il demandé par acr_values, et non par un autre paramètre ?",
        )


def _page(request: PscCall) -> Iterator[Finding]:
    wallet = reader.host_of(request.releve.authorization_endpoint)
    if request.call.host.lower() != wallet:
        yield Finding(
            f"{request.where}, hôte",
            f"{wallet}, l'hôte de authorization_endpoint (autre que celui de l'émetteur)",
            request.call.host or "inconnu",
            "L'adresse est-elle lue dans la découverte, ou composée à partir de l'émetteur ?",
        )


def _random(request: PscCall, name: str) -> Iterator[Finding]:
    words, value = code_list("psc"), request.parameter(name)
    shortest, distinct = words["shortest_random"], words["fewest_distinct"]
    if not value:
        yield Finding(
            f"{request.where}, {name}", "présent", "absent", f"Le {name} est-il tiré et envoyé ?"
        )
    elif len(value) < shortest or len(set(value)) < distinct:
        yield Finding(
            f"{request.where}, {name}",
            f"{shortest} caractères au moins, tirés au hasard",
            f"{len(value)} caractère(s), dont {len(set(value))} différent(s)",
            "Est-il tiré par un générateur cryptographique (128 bits) ?",
        )
    else:
        yield from _fresh(request, name, words["fewest_changed"])


def _fresh(request: PscCall, name: str, fewest: int) -> Iterator[Finding]:
    value = request.parameter(name)
    for other in _other_sign_ins(request):
        former = other.parameters.get(name, "")
        changed = _changed(former, value)
        if former and changed < fewest:
            found = f"{changed} caractère(s) d'écart avec l'appel n° {other.seq}"
            yield Finding(
                f"{request.where}, {name}",
                "une valeur neuve et imprévisible à chaque connexion",
                "le même qu'à l'appel n° " + str(other.seq) if changed == 0 else found,
                f"Le {name} est-il tiré de nouveau à chaque connexion ?",
            )
            return


def _other_sign_ins(request: PscCall) -> Iterator[OidcCall]:
    """Yield the earlier authorization requests of other sign-ins.

    The very same request, when it had not led to a code, is a page that was reloaded.
    """
    for one in request.earlier:
        if one.endpoint == "authorize" and not _is_reloaded(one, request):
            yield one


def _is_reloaded(former: OidcCall, request: PscCall) -> bool:
    if not former.sign_in or former.parameters != request.call.parameters:
        return False
    followed = (one for one in request.earlier if one.sign_in == former.sign_in)
    return not any(one.answered.get("code") for one in followed)


def _changed(former: str, value: str) -> int:
    """Return how many characters lie between the beginning and the end that two values share."""
    head = _shared(former, value)
    rest = min(len(former), len(value)) - head
    tail = min(_shared(former[::-1], value[::-1]), rest)
    return max(len(former), len(value)) - head - tail


def _shared(one: str, two: str) -> int:
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False))
    return sum(1 for _ in same)


def _pkce(request: PscCall) -> Iterator[Finding]:
    if not request.releve.client.get("pkce"):
        return
    method = request.parameter("code_challenge_method")
    if not request.parameter("code_challenge") or method != "S256":
        yield Finding(
            f"{request.where}, code_challenge",
            "une preuve PKCE par S256, puisque Pro Santé Connect l'offre",
            f"méthode « {method} »" if method else "absent",
            "La bibliothèque OpenID sait-elle employer PKCE ?",
            Level.WARNING,
        )


@dataclass(frozen=True, slots=True)
class Addresses:
    """Something that names addresses of Pro Santé Connect: a page of settings, or the calls."""

    where: str
    texts: tuple[str, ...]


def addresses(check: Check) -> Iterator[Addresses]:
    """Yield the configuration as it is shown, and the calls as they came."""
    page = check.read(ScreenReleve.parse, "configuration")
    if page is not None:
        values = [f"{one.label} {one.value}" for one in page.fields]
        yield Addresses(f"page « {page.title or page.page} »", (*values, page.text))
    releve = reader.psc(check)
    if releve is not None and releve.calls:
        texts = [releve.issuer, releve.authorization_endpoint]
        for call in releve.calls:
            texts += [call.host, *call.parameters.values()]
        yield Addresses("appels reçus par Pro Santé Connect", tuple(texts))


@rule("PSC-11", cites=("PSC 2", "PSC.01"), each=addresses, lists=reader.LISTS)
def old_sandbox_is_not_used(named: Addresses, check: Check) -> Iterator[Finding]:
    """The sandbox host of former times, which no longer resolves, is named nowhere."""
    for host in code_list("psc")["old_hosts"]:
        if any(host in text.lower() for text in named.texts):
            yield Finding(
                named.where,
                "les hôtes actuels : auth.bas.psc.esante.gouv.fr et wallet.bas.psc.esante.gouv.fr "
                "(bac à sable), auth.esw.esante.gouv.fr et wallet.esw.esante.gouv.fr (production)",
                host,
                "La configuration date-t-elle de l'ancien bac à sable ?",
            )
