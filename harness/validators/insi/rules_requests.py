"""Rules on the requests that a software sends to INSi: service, headers, inputs, retries.

The letters of the names are judged by the LEX rules, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from harness.model.releve import IdentityReleve
from harness.validators import Check, Finding, Level, rule
from harness.validators.ins.matricule import is_insee_place
from harness.validators.insi.reader import (
    ACTIONS,
    CARD,
    OPERATIONS,
    RESULT,
    RESULT_NAMESPACE,
    SOAP_12,
    TRAITS,
    UNIT_ANSWER_NAMESPACE,
    ContextView,
    SoapMessage,
    messages,
    read_soap,
    requests,
)

_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\Z")
_BAM_FIELDS = ("Id", "Temps", "Emetteur")
_LPS_FIELDS = ("Id", "Temps", "Emetteur", "LPS/IDAM", "LPS/Version", "LPS/Instance", "LPS/Nom")
_FIRM = "INSi, service ServiceIdentiteCertifiee v1 (messages lus dans des clients publics)"


class Retry(NamedTuple):
    """A call that found none or several, and the call that followed it."""

    code: str
    first: SoapMessage
    second: SoapMessage


class DoubtfulCall(NamedTuple):
    """A request and the attributes that the identity had before it."""

    request: SoapMessage
    attributes: tuple[str, ...]


def searches(check: Check) -> Iterator[SoapMessage]:
    """Yield the requests that carry traits."""
    return (one for one in requests(check) if one.traits is not None)


@rule("INSI-01", standard=_FIRM, cites=("INS 40",), each=messages)
def message_is_of_the_service(message: SoapMessage, check: Check) -> Iterator[Finding]:
    """The message is SOAP 1.2, with the action, the element and the namespace of its operation."""
    if message.soap != SOAP_12:
        yield Finding(
            "/Envelope", f"SOAP 1.2 ({SOAP_12})", message.soap or "sans espace de noms",
            "L'enveloppe est-elle en SOAP 1.1 ?",
        )  # fmt: skip
    if message.kind == "answer":
        yield from _answer_faults(message)
    elif message.kind in ("request", "unknown"):
        yield from _operation_faults(message)


def _answer_faults(message: SoapMessage) -> Iterator[Finding]:
    allowed = (RESULT_NAMESPACE, UNIT_ANSWER_NAMESPACE)
    if message.body_namespace not in allowed:
        yield Finding(message.path, f"{RESULT} dans {allowed[0]}", f"« {message.body_namespace} »")
    elif message.body != RESULT and message.body_namespace == RESULT_NAMESPACE:
        yield Finding(message.path, RESULT, message.body)


def _operation_faults(message: SoapMessage) -> Iterator[Finding]:
    if message.body not in OPERATIONS:
        yield Finding(
            message.path,
            f"{' ou '.join(OPERATIONS)} dans le corps",
            message.body or "corps vide",
            "La requête vise-t-elle bien le service d'identité certifiée ?",
        )
        return
    namespace = OPERATIONS[message.body][1]
    if namespace and message.body_namespace != namespace:
        yield Finding(
            message.path, namespace, message.body_namespace or "sans espace de noms",
            "L'espace de noms est-il celui de l'opération appelée ?",
        )  # fmt: skip
    action = ACTIONS[message.operation]
    if message.action and message.action != action:
        # Only the action of the search by traits was read in a source: the others are general
        # knowledge, unless the request names the action of another operation.
        sure = message.operation == TRAITS or message.action in ACTIONS.values()
        yield Finding(
            "/Envelope/Header/Action",
            action,
            message.action,
            "L'action correspond-elle à l'opération du corps ?",
            None if sure else Level.WARNING,
        )


@rule("INSI-02", standard=_FIRM, cites=("INS 40",), each=requests)
def headers_are_complete(message: SoapMessage, check: Check) -> Iterator[Finding]:
    """A request carries WS-Addressing, ContexteBAM 01_02 and ContexteLPS 01_00, all filled."""
    if not message.action:
        yield Finding("/Envelope/Header/Action", "l'action du service", "absente")
    if not (message.message_id or "").startswith("uuid:"):
        yield Finding(
            "/Envelope/Header/MessageID",
            "uuid: suivi d'un identifiant unique",
            message.message_id or "absent",
            "Le préfixe uuid: a-t-il été oublié, ou remplacé par urn:uuid: ?",
        )
    if message.security and not message.assertion:
        yield Finding(
            "/Envelope/Header/Security",
            "une assertion SAML, ou pas d'en-tête Security (certificat logiciel)",
            "Security sans assertion",
            "L'assertion du professionnel a-t-elle été jointe ?",
        )
    yield from _context_faults("ContexteBAM", message.bam, "01_02", _BAM_FIELDS)
    yield from _context_faults("ContexteLPS", message.lps, "01_00", _LPS_FIELDS)
    if message.lps is not None:
        yield from _lps_faults(message.lps)


def _context_faults(
    name: str, context: ContextView | None, version: str, fields: tuple[str, ...]
) -> Iterator[Finding]:
    at = f"/Envelope/Header/{name}"
    if context is None:
        yield Finding(at, f"{name} version {version}", "absent", "Le contexte est-il construit ?")
        return
    if context.version != version:
        yield Finding(f"{at}/@Version", version, context.version or "absente")
    if context.strays:
        yield Finding(
            at, "tous les éléments dans l'espace de noms du contexte", ", ".join(context.strays)
        )
    for field in fields:
        if not context.values.get(field):
            yield Finding(f"{at}/{field}", "une valeur", "absent ou vide")
    moment = context.values.get("Temps", "")
    if moment and not _is_instant(moment):
        yield Finding(f"{at}/Temps", "une date et une heure ISO 8601", moment)


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return "T" in text


def _lps_faults(lps: ContextView) -> Iterator[Finding]:
    at = "/Envelope/Header/ContexteLPS"
    if lps.nature != "CTXLPS":
        yield Finding(f"{at}/@Nature", "CTXLPS", lps.nature or "absente")
    if lps.values.get("LPS/IDAM") and lps.values.get("LPS/IDAM@R") != "4":
        yield Finding(f"{at}/LPS/IDAM/@R", "4", lps.values.get("LPS/IDAM@R", "absent"))


@rule("INSI-03", standard=_FIRM, cites=("INS 40",), each=searches)
def inputs_are_the_traits(message: SoapMessage, check: Check) -> Iterator[Finding]:
    """A search sends birth name, one Prenom a given name, sex M/F, date AAAA-MM-JJ, INSEE place."""
    traits = message.traits
    if traits is None:
        return
    at = message.path
    if not traits.birth_name:
        yield Finding(f"{at}/NomNaissance", "le nom de naissance", _said(traits.birth_name))
    if not traits.given_names or not all(traits.given_names):
        yield Finding(
            f"{at}/Prenom", "un élément Prenom par prénom, non vide",
            "absent" if not traits.given_names else "vide",
        )  # fmt: skip
    if traits.sex not in ("M", "F"):
        yield Finding(f"{at}/Sexe", "M ou F", _said(traits.sex), "Le sexe est-il codé H/F ou 1/2 ?")
    if not _DATE.match(traits.birth_date or ""):
        yield Finding(
            f"{at}/DateNaissance",
            "AAAA-MM-JJ",
            _said(traits.birth_date),
            "La date est-elle envoyée dans le format d'affichage ?",
        )
    if traits.birth_place is not None and not is_insee_place(traits.birth_place):
        yield Finding(f"{at}/LieuNaissance", "un code INSEE de 5 caractères", traits.birth_place)
    if message.operation == CARD and not message.card:
        yield Finding(
            f"{at}/NumSerieCarte", "le numéro de série de la carte", "absent", level=Level.WARNING
        )
    yield from _other_person(message, check)


def _said(value: str | None) -> str:
    return "absent" if value is None else (value or "vide")


def _other_person(message: SoapMessage, check: Check) -> Iterator[Finding]:
    wanted = check.expected.get("traits") or {}
    sent = message.traits
    if not wanted or sent is None:
        return
    pairs = (
        ("NomNaissance", sent.birth_name, wanted.get("birth_name")),
        ("Sexe", sent.sex if sent.sex in ("M", "F") else None, wanted.get("sex")),
        ("DateNaissance", _dated(sent.birth_date), wanted.get("birth_date")),
        ("LieuNaissance", sent.birth_place or None, wanted.get("birth_place_code")),
    )
    for name, found, expected in pairs:
        if found and expected and found != expected:
            yield Finding(f"{message.path}/{name}", expected, found, "Est-ce la bonne personne ?")
    known = f"{wanted.get('birth_given_names', '')} {wanted.get('first_birth_given_name', '')}"
    for given in sent.given_names:
        if given and known.strip() and f" {given} " not in f" {known} ":
            yield Finding(
                f"{message.path}/Prenom", f"un prénom de naissance parmi : {known.strip()}", given
            )


def _dated(text: str | None) -> str | None:
    # A date of another form already has its own finding.
    return text if text and _DATE.match(text) else None


def retries(check: Check) -> Iterator[Retry]:
    """Yield a call answered 01 or 02 with the call that followed (role `next_request`)."""
    first, second = check.read(read_soap, "request"), check.read(read_soap, "next_request")
    answer = check.read(read_soap, "answer")
    if first and second and answer and answer.code in ("01", "02"):
        yield Retry(answer.code, first, second)


@rule("INSI-07", standard=_FIRM, cites=("INS 40",), each=retries)
def next_search_says_more(retry: Retry, check: Check) -> Iterator[Finding]:
    """After 02 the next search says more given names or the place; after 01, other traits."""
    before, after = retry.first.traits, retry.second.traits
    if before is None or after is None:
        return
    if retry.code == "01" and before == after:
        yield Finding(
            retry.second.path, "d'autres traits de recherche après un code 01", "les mêmes traits",
            "La requête a-t-elle été simplement répétée ?",
        )  # fmt: skip
    wider = len(after.given_names) > len(before.given_names)
    placed = bool(after.birth_place) and not before.birth_place
    if retry.code == "02" and not wider and not placed:
        yield Finding(
            retry.second.path,
            "après un code 02, plus de prénoms, puis le code du lieu de naissance",
            f"{len(after.given_names)} prénom(s), lieu {after.birth_place or 'absent'}",
            "Les autres prénoms et le lieu sont-ils connus du logiciel ?",
        )


def calls_with_identity(check: Check) -> Iterator[DoubtfulCall]:
    """Yield each request with the identity's attributes before it (role `before`)."""
    identity = check.read(IdentityReleve.parse, "before")
    if identity is not None:
        for message in requests(check):
            yield DoubtfulCall(message, identity.attributes)


@rule("INSI-08", standard=_FIRM, cites=("INS 28", "INS/va1.20"), each=calls_with_identity)
def doubtful_identity_never_calls(call: DoubtfulCall, check: Check) -> Iterator[Finding]:
    """An identity marked douteuse or fictive never calls INSi."""
    for word in call.attributes:
        if word.casefold() in ("douteuse", "fictive"):
            yield Finding(
                call.request.path,
                f"aucun appel INSi pour une identité {word}",
                "une requête a été reçue",
                "L'attribut bloque-t-il l'appel, ou seulement son bouton ?",
            )
