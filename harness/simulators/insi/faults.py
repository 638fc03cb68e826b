"""Named faults of the INSi simulator: one function a fault, each turns a reply into another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.simulators.fault_table import FaultTable
from harness.simulators.insi.layout import NOT_FOUND, SEVERAL, Operation
from harness.simulators.insi.messages import Individual, Reply, SoapFault

SLOW = 2.0
"""Seconds of `reponse-lente` unless told otherwise."""


Change = Callable[[Reply], Reply]
"""One that alters an identity leaves a reply without identity (01, 02) as it is."""

FAULTS: FaultTable[Change] = FaultTable("INSi")


def _altered(reply: Reply, **changes: Any) -> Reply:
    if reply.individual is None:
        return reply
    return replace(reply, individual=replace(reply.individual, **changes))


@FAULTS.add("sans-reponse", "INSi reçoit la demande et ne répond jamais.")
def no_answer(reply: Reply) -> Reply:
    """Hold the connection until the client gives up or the deadline passes."""
    return replace(reply, silent=True)


@FAULTS.add("reponse-lente", "INSi répond juste, mais tard.")
def slow_answer(reply: Reply) -> Reply:
    """Answer rightly after a delay."""
    return replace(reply, delay=SLOW)


@FAULTS.add("connexion-coupee", "INSi coupe la connexion sans rien répondre.")
def connection_cut(reply: Reply) -> Reply:
    """Close the connection without a byte of answer."""
    return replace(reply, cut=True)


@FAULTS.add("faute-soap", "INSi répond par la faute SOAP siram_40 (erreur insi_102).")
def soap_fault(reply: Reply) -> Reply:
    """Answer with the technical fault of INSI-06."""
    fault = SoapFault(
        "Receiver",
        "La recherche par les traits d'identité a échoué.",
        subcode="siram_40",
        severity="fatal",
        error="insi_102",
    )
    return replace(reply, code="", individual=None, fault=fault)


@FAULTS.add("plusieurs", "INSi répond 02 : plusieurs identités correspondent.")
def several_found(reply: Reply) -> Reply:
    """Answer 02; a verification, which has no such code, is left as it is."""
    if reply.operation is Operation.VERIFICATION:
        return reply
    return replace(reply, code=SEVERAL, individual=None, fault=None)


@FAULTS.add("aucune", "INSi répond 01 : aucune identité ne correspond.")
def none_found(reply: Reply) -> Reply:
    """Answer 01 whatever is known."""
    return replace(reply, code=NOT_FOUND, individual=None, fault=None)


@FAULTS.add("verification-ko", "INSi ne confirme pas l'INS vérifiée (code 01).")
def verification_refused(reply: Reply) -> Reply:
    """Answer 01 to a verification; a search is left as it is."""
    if reply.operation is not Operation.VERIFICATION:
        return reply
    return replace(reply, code=NOT_FOUND, individual=None, fault=None)


@FAULTS.add("date-00", "INSi renvoie une date de naissance dont le jour et le mois valent 00.")
def date_with_zeros(reply: Reply) -> Reply:
    """Answer a birth date `AAAA-00-00`."""
    year = reply.individual.birth_date[:4] if reply.individual else ""
    return _altered(reply, birth_date=f"{year}-00-00")


@FAULTS.add("nom-vide", "INSi renvoie un nom de naissance vide.")
def empty_birth_name(reply: Reply) -> Reply:
    """Answer an empty NomNaissance."""
    return _altered(reply, birth_name="")


@FAULTS.add("prenoms-vides", "INSi renvoie une liste de prénoms vide.")
def empty_given_names(reply: Reply) -> Reply:
    """Answer an empty Prenom and an empty ListePrenom."""
    return _altered(reply, given_name="", given_names="")


@FAULTS.add("sexe-vide", "INSi renvoie un sexe vide.")
def empty_sex(reply: Reply) -> Reply:
    """Answer an empty Sexe."""
    return _altered(reply, sex="")


@FAULTS.add("cle-fausse", "INSi renvoie un matricule dont la clé est fausse.")
def wrong_key(reply: Reply) -> Reply:
    """Answer the next key (keys run from 01 to 97)."""
    one = reply.individual
    if one is None:
        return reply
    wrong = f"{int(one.active.key) % 97 + 1:02d}"
    changed: Individual = replace(one, active=replace(one.active, key=wrong))
    return replace(reply, individual=changed)


@FAULTS.add("xml-malforme", "INSi renvoie un XML coupé au milieu.")
def malformed_xml(reply: Reply) -> Reply:
    """Answer an envelope cut in its middle."""
    return replace(reply, truncated=True)
