"""Rules on identities of another identification domain: verified before taken (règle 30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harness.model.artefact import SOAP_MEDIA_TYPE
from harness.model.identity import TEN_FIELDS, IdentityStatus
from harness.model.releve import (
    AttemptReleve,
    IdentityReleve,
    ScreenReleve,
    WorkEntry,
    WorkListReleve,
)
from harness.validators import Check, Finding, rule
from harness.validators.identity import reader
from harness.validators.identity.reader import Act, Change
from harness.validators.insi.reader import VERIFICATION, SoapMessage, read_soap

_BELOW = {
    IdentityStatus.RECUPEREE: IdentityStatus.PROVISOIRE,
    IdentityStatus.QUALIFIEE: IdentityStatus.VALIDEE,
}


class Taken(NamedTuple):
    """What another domain sent about an unknown person, and the identity made of it, if any."""

    sent: Mapping[str, str]
    identity: IdentityReleve | None


class Waiting(NamedTuple):
    """Where a datum that was not integrated should be told: the work list, and a page."""

    names: tuple[str, ...]
    listed: WorkListReleve
    page: ScreenReleve | None


class AskedByItself(NamedTuple):
    """The verification that a flow must set off: the request received, or nothing."""

    request: SoapMessage | None
    sent: Mapping[str, str]


def outcome(check: Check, act: Act, *wanted: str) -> bool:
    """Tell whether the act ended so: `verification` is `ok`, `ko` or `contrat`."""
    return reader.is_about(check, act) and reader.word(check, "verification") in wanted


def _taken(check: Check, wanted: str) -> Iterator[Taken]:
    traits = reader.texts(check, "traits")
    if not outcome(check, Act.OTHER_DOMAIN, wanted) or not traits or "before" in check.artefacts:
        return
    identity = reader.current(check)
    if identity is not None or reader.absence(check) is not None:
        yield Taken(traits, identity)


def verified_intakes(check: Check) -> Iterator[Taken]:
    """Yield an unknown person of another domain whose INS was confirmed."""
    return _taken(check, "ok")


def refused_intakes(check: Check) -> Iterator[Taken]:
    """Yield an unknown person of another domain whose INS was not confirmed."""
    return _taken(check, "ko")


def trusted_intakes(check: Check) -> Iterator[Taken]:
    """Yield a person of a domain under a contract of trust."""
    return _taken(check, "contrat")


def _kept(taken: Taken, fields: tuple[str, ...], hint: str) -> Iterator[Finding]:
    if taken.identity is None:
        yield Finding("identité", "créée", "introuvable", "Le flux est-il rejeté en entier ?")
        return
    for field in fields:
        sent = taken.sent.get(field, "")
        if sent and reader.held(taken.identity, field) != sent:
            yield Finding(
                reader.label(field),
                reader.shown(field, sent),
                reader.shown(field, reader.held(taken.identity, field)),
                hint,
            )


@rule(
    "IDN-39",
    cites=("INS 35", "INS/va1.13", "INS/va1.57"),
    each=verified_intakes,
    overlaps=("IDN-01", "IDN-02", "IDN-14"),
)
def confirmed_identity_is_recovered(taken: Taken, check: Check) -> Iterator[Finding]:
    """A qualification is not inherited: confirmed by INSi, the identity is created récupérée."""
    yield from _kept(taken, TEN_FIELDS, "L'INS confirmée par INSi est-elle reprise du flux ?")
    if taken.identity is not None:
        hint = "La qualification de l'autre domaine est-elle reprise telle quelle ?"
        yield from reader.status_is(taken.identity, IdentityStatus.RECUPEREE, hint)


@rule(
    "IDN-40",
    cites=("INS/va1.05",),
    each=refused_intakes,
    overlaps=("IDN-01", "IDN-02", "IDN-14", "IDN-21"),
)
def unconfirmed_unknown_is_created_without_ins(taken: Taken, check: Check) -> Iterator[Finding]:
    """Not confirmed and unknown: the identity is created with its traits, without INS."""
    yield from _kept(taken, reader.TRAIT_FIELDS, "Les traits du flux sont-ils repris sans l'INS ?")
    if taken.identity is not None:
        hint = "L'INS est-elle écartée quand INSi ne la confirme pas ?"
        yield from reader.ins_erased(taken.identity, "ou absent : INSi ne le confirme pas", hint)


def refused_updates(check: Check) -> Iterator[Change]:
    """Yield a person already known of whom another domain sent an INS that is not confirmed."""
    change = reader.change(check)
    if change is not None and outcome(check, Act.OTHER_DOMAIN, "ko"):
        yield change


@rule(
    "IDN-41", cites=("INS/va1.07",), each=refused_updates, overlaps=("IDN-01", "IDN-14", "IDN-15")
)
def unconfirmed_known_is_not_updated(change: Change, check: Check) -> Iterator[Finding]:
    """Not confirmed and known: the identity stays exactly as it was."""
    hint = "L'identité connue est-elle protégée quand INSi ne confirme pas ?"
    yield from reader.differences(change.before, change.after, TEN_FIELDS, hint)


def own_verifications(check: Check) -> Iterator[Change]:
    """Yield an identity of ours with an INS, before and after its verification."""
    change = reader.change(check)
    if change is None or not outcome(check, Act.VERIFICATION, "ok", "ko"):
        return
    if reader.status_of(change.before.status) in reader.INS_STATUSES:
        yield change


@rule("IDN-42", cites=("INS/va1.08",), each=own_verifications, overlaps=("IDN-14", "IDN-15"))
def unconfirmed_own_identity_is_downgraded(change: Change, check: Check) -> Iterator[Finding]:
    """An INS of ours that INSi does not confirm is erased and its status goes one step down."""
    hint = "La réponse de la vérification est-elle suivie d'effet ?"
    if outcome(check, Act.VERIFICATION, "ok"):
        yield from reader.differences(change.before, change.after, TEN_FIELDS, hint)
        return
    before = reader.status_of(change.before.status)
    if before is not None:
        yield from reader.status_is(change.after, _BELOW[before], hint)
    yield from reader.ins_erased(change.after, "par la vérification en échec", hint)


@rule(
    "IDN-43", cites=("INS/va1.04",), each=trusted_intakes, overlaps=("IDN-01", "IDN-02", "IDN-14")
)
def trusted_identity_stays_qualified(taken: Taken, check: Check) -> Iterator[Finding]:
    """Under a contract of trust with the sender, the identity received stays qualifiée."""
    yield from _kept(taken, TEN_FIELDS, "L'INS d'un domaine sous contrat est-elle reprise ?")
    if taken.identity is not None:
        hint = "Le contrat de confiance réglé est-il lu à la réception ?"
        yield from reader.status_is(taken.identity, IdentityStatus.QUALIFIEE, hint)


def waiting_data(check: Check) -> Iterator[Waiting]:
    """Yield the work list (role `worklist`) after a verification that failed.

    `datum` lists what may name the datum there: the message, the person, the patient.
    """
    listed, names = check.read(WorkListReleve.parse, "worklist"), check.expected.get("datum")
    if listed is None or not isinstance(names, list | tuple):
        return
    page = check.read(ScreenReleve.parse, "page")
    yield Waiting(tuple(str(one) for one in names if one), listed, page)


@rule("IDN-44", cites=("INS/va1.12",), each=waiting_data)
def unconfirmed_datum_waits_for_somebody(waiting: Waiting, check: Check) -> Iterator[Finding]:
    """A datum that was not integrated is alerted and waits in the work list."""
    lines = waiting.listed.entries
    if not any(_names(line, waiting.names) for line in lines):
        yield Finding(
            "liste de travail",
            f"une ligne sur cette donnée ({', '.join(waiting.names[:2])})",
            f"{len(lines)} ligne(s), aucune sur elle",
            "L'échec de la vérification crée-t-il une ligne à traiter ?",
        )
    if waiting.page is not None and not any(one.strip() for one in waiting.page.alerts):
        yield Finding(
            f"page {waiting.page.page}", "une alerte", "aucune alerte", "Qui est prévenu ?"
        )


def _names(line: WorkEntry, names: tuple[str, ...]) -> bool:
    keys = (line.patient_id, line.message_id, line.source)
    return any(name in keys or name in line.text for name in names)


def verifications_due(check: Check) -> Iterator[AskedByItself]:
    """Yield a flow of another domain, and the verification received (role `verification`).

    Role `silence` is an attempt to wait for a request that did not come.
    """
    if not reader.is_about(check, Act.OTHER_DOMAIN):
        return
    artefact = check.artefacts.get("verification")
    if artefact is not None and artefact.media_type == SOAP_MEDIA_TYPE:
        yield AskedByItself(check.read(read_soap, "verification"), reader.texts(check, "traits"))
    elif check.read(AttemptReleve.parse, "silence") is not None:
        yield AskedByItself(None, reader.texts(check, "traits"))


@rule("IDN-45", cites=("INS/va1.11", "INS 35"), each=verifications_due)
def verification_is_made_by_itself(asked: AskedByItself, check: Check) -> Iterator[Finding]:
    """An INS that comes from another domain sets off a verification by itself."""
    if asked.request is None or asked.request.operation != VERIFICATION:
        yield Finding(
            "appels reçus par INSi",
            "une vérification de cette INS, sans intervention",
            "aucune" if asked.request is None else f"un appel « {asked.request.operation} »",
            "La réception d'un flux d'un autre domaine déclenche-t-elle la vérification ?",
        )
        return
    sent = asked.request.traits
    wanted = asked.sent.get("birth_name", "")
    if sent is not None and wanted and sent.birth_name != wanted:
        yield Finding("NomNaissance", wanted, sent.birth_name or "vide", "Est-ce cette personne ?")
