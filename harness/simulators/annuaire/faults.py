"""Named faults of the Annuaire: one function a fault, each turns a reply into another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from harness.simulators.annuaire.replies import Operation, Reply
from harness.simulators.fault_table import FaultTable

AGE = timedelta(days=45)
"""How old `donnees-anciennes` are: more than a month, whichever it is."""

Change = Callable[[Reply, str | None], Reply]
FAULTS: FaultTable[Change] = FaultTable("de l'Annuaire")
"""A fault takes the reply and the national id that it concerns (None: everyone)."""


@FAULTS.add("sans-reponse", "L'Annuaire reçoit la demande et ne répond jamais.")
def no_answer(reply: Reply, about: str | None) -> Reply:
    """Hold the connection until the client gives up or the deadline passes."""
    return replace(reply, silent=True)


@FAULTS.add("erreur-500", "L'Annuaire répond par une erreur interne (500).")
def server_error(reply: Reply, about: str | None) -> Reply:
    """Answer 500 with an OperationOutcome."""
    return reply.refused(500, "exception", "Erreur interne de l'Annuaire simulé")


@FAULTS.add("cle-refusee", "L'Annuaire refuse la clé d'API (401) ; l'extraction n'en demande pas.")
def key_refused(reply: Reply, about: str | None) -> Reply:
    """Answer 401 to the API; the extraction is public."""
    if reply.operation is Operation.EXTRACTION:
        return reply
    return reply.refused(401, "login", "Clé d'API refusée")


@FAULTS.add("inconnu", "L'Annuaire ne connaît pas le professionnel.")
def unknown(reply: Reply, about: str | None) -> Reply:
    """Leave the professional (None: everyone) out of what is found."""
    return reply.without(about)


@FAULTS.add("donnees-anciennes", "L'Annuaire sert des données de plus d'un mois.")
def old_data(reply: Reply, about: str | None) -> Reply:
    """Date the extraction and the answers of the API 45 days back."""
    return replace(reply, at=reply.at - AGE)


@FAULTS.add("page-tronquee", "L'Annuaire renvoie un Bundle coupé au milieu.")
def page_cut(reply: Reply, about: str | None) -> Reply:
    """Cut the JSON of a search in its middle; the rest is left as it is."""
    return replace(reply, cut=reply.operation is Operation.SEARCH)


@FAULTS.add("extraction-tronquee", "L'extraction est un ZIP coupé au milieu.")
def extraction_cut(reply: Reply, about: str | None) -> Reply:
    """Cut the ZIP in its middle; the API is left as it is."""
    return replace(reply, cut=reply.operation is Operation.EXTRACTION)


@FAULTS.add("extraction-vide", "L'extraction ne contient que sa ligne d'en-tête.")
def extraction_empty(reply: Reply, about: str | None) -> Reply:
    """Serve an extraction of no line; the API is left as it is."""
    return replace(reply, lines=()) if reply.operation is Operation.EXTRACTION else reply
