"""Rules on the answers of INSi, and on what the software keeps of them.

They judge the layout, not the fitness of the values: a lunar date, an empty trait or a wrong key
is an answer that the software must refuse (IDN-12, IDN-13, IDN-22), not a broken message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import INS_OIDS, shortened
from harness.model.releve import IdentityReleve
from harness.validators import Check, Finding, rule
from harness.validators.insi.reader import (
    RESULT_NAMESPACE,
    InsView,
    SoapMessage,
    TraitsView,
    answers,
    faults,
    read_soap,
)

_FIRM = "INSi, service ServiceIdentiteCertifiee v1 (réponses lues dans des clients publics)"
_NUMBER = re.compile(r"[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}\Z")
_KEY = re.compile(r"[0-9]{2}\Z")
_DAY = re.compile(r"[0-9]{4}([-/])[0-9]{2}\1[0-9]{2}\Z")
CODES = ("00", "01", "02")


class Storage(NamedTuple):
    """An answer 00 and the identity that the software holds after it."""

    answer: SoapMessage
    identity: IdentityReleve


@rule("INSI-04", standard=_FIRM, each=answers)
def answer_has_a_known_code(answer: SoapMessage, check: Check) -> Iterator[Finding]:
    """An answer carries one CodeCR: 00 one identity, 01 none, 02 several."""
    if len(answer.codes) != 1 or answer.code not in CODES:
        yield Finding(
            f"{answer.path}/CR/CodeCR",
            f"un code parmi {', '.join(CODES)}",
            ", ".join(answer.codes) or "absent",
            "La réponse vient-elle du service de recherche ?",
        )


def search_answers(check: Check) -> Iterator[SoapMessage]:
    """Yield the answers of a search with a known code."""
    for one in answers(check):
        if one.body_namespace == RESULT_NAMESPACE and one.code in CODES:
            yield one


@rule("INSI-05", standard=_FIRM, each=search_answers)
def answer_has_its_layout(answer: SoapMessage, check: Check) -> Iterator[Finding]:
    """With 00 one INDIVIDU: active INS, past ones, traits. With 01 or 02 no INDIVIDU."""
    at = f"{answer.path}/INDIVIDU"
    wanted = 1 if answer.code == "00" else 0
    if answer.individuals != wanted:
        yield Finding(at, f"{wanted} INDIVIDU avec le code {answer.code}", f"{answer.individuals}")
    if not wanted or not answer.individuals:
        return
    if len(answer.active) != 1:
        yield Finding(f"{at}/INSACTIF", "un INSACTIF", f"{len(answer.active)}")
    for one in answer.active:
        yield from _ins_faults(f"{at}/INSACTIF", one)
    for index, one in enumerate(answer.former, 1):
        path = f"{at}/INSHISTO[{index}]"
        yield from _ins_faults(path, one)
        if not one.start:
            yield Finding(f"{path}/DateDeb", "la date de début", "absente")
    if answer.traits is None:
        yield Finding(f"{at}/TIQ", "les traits de l'identité", "absents")
    else:
        yield from _traits_faults(f"{at}/TIQ", answer.traits)


def _ins_faults(at: str, one: InsView) -> Iterator[Finding]:
    if not _NUMBER.match(one.number or ""):
        yield Finding(
            f"{at}/IdIndividu/NumIdentifiant", "13 caractères", shortened(one.number or "")
        )
    if not _KEY.match(one.key or ""):
        yield Finding(f"{at}/IdIndividu/Cle", "2 chiffres", one.key or "absente")
    if one.oid not in INS_OIDS:
        yield Finding(f"{at}/OID", f"un OID parmi {', '.join(INS_OIDS)}", one.oid or "absent")


def _traits_faults(at: str, traits: TraitsView) -> Iterator[Finding]:
    elements = (
        ("NomNaissance", traits.birth_name),
        ("ListePrenom", traits.given_list),
        ("Sexe", traits.sex),
        ("DateNaissance", traits.birth_date),
        ("LieuNaissance", traits.birth_place),
    )
    for name, value in elements:
        if value is None:
            yield Finding(f"{at}/{name}", "l'élément, même vide", "absent")
    if traits.birth_date and not _DAY.match(traits.birth_date):
        yield Finding(f"{at}/DateNaissance", "AAAA-MM-JJ ou AAAA/MM/JJ", traits.birth_date)


@rule("INSI-06", standard=_FIRM, each=faults)
def fault_names_its_error(message: SoapMessage, check: Check) -> Iterator[Finding]:
    """A technical fault of INSi has a siram subcode and an Erreur with its code and severity."""
    fault = message.fault
    if fault is None or fault.blame in ("Sender", "VersionMismatch", "MustUnderstand"):
        # A refusal of the message itself comes from the SOAP layer, before INSi.
        return
    if not fault.subcode.startswith("siram_"):
        yield Finding(f"{message.path}/Code/Subcode/Value", "siram_…", fault.subcode or "absent")
    for name, value in (("code", fault.error_code), ("severite", fault.severity)):
        if not value:
            yield Finding(f"{message.path}/Detail/Erreur/{name}", "une valeur", "absent")


def storages(check: Check) -> Iterator[Storage]:
    """Yield an answer 00 (role `answer`) with the identity held after it (role `after`)."""
    answer = check.read(read_soap, "answer")
    identity = check.read(IdentityReleve.parse, "after")
    if answer is not None and identity is not None and answer.code == "00":
        yield Storage(answer, identity)


@rule("INSI-11", standard=_FIRM, cites=("INS 13", "INS/va1.52"), each=storages)
def answer_is_stored_whole(storage: Storage, check: Check) -> Iterator[Finding]:
    """After 00 the software holds the 15 characters, the OID and the five traits of the TIQ."""
    answer, held = storage
    traits = answer.traits
    if traits is None or not answer.active:
        return
    active = answer.active[0]
    matricule = f"{active.number or ''}{active.key or ''}"
    if held.matricule != matricule:
        yield Finding(
            "matricule INS", shortened(matricule), shortened(held.matricule) or "vide",
            "La clé est-elle gardée avec les 13 caractères ?",
        )  # fmt: skip
    given = traits.given_list or ""
    pairs = (
        ("OID", active.oid, held.oid),
        ("nom de naissance", traits.birth_name, held.birth_name),
        ("prénom(s) de naissance", given, held.birth_given_names),
        ("date de naissance", (traits.birth_date or "").replace("/", "-"), held.birth_date),
        ("sexe", traits.sex, held.sex),
        ("code du lieu de naissance", traits.birth_place, held.birth_place_code),
    )
    for label, wanted, found in pairs:
        if wanted and found != wanted:
            yield Finding(
                label, wanted, found or "vide", "Le trait rendu par INSi remplace-t-il l'ancien ?"
            )
    first = held.first_birth_given_name
    if given and not (given == first or (given.startswith(first + " ") and first)):
        yield Finding(
            "premier prénom de naissance", f"le début de « {given} »", first or "vide",
            "Un prénom composé a-t-il été coupé au trait d'union ?",
        )  # fmt: skip
