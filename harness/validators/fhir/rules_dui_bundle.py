"""Rules on the transfer of DUI data (TDDUI): the transaction, its answer and its references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.document import Document, Resource, document
from harness.validators.fhir.elements import references, target_of, text
from harness.validators.fhir.tddui import STANDARD, is_tddui, sendings

_NEW_VERSION = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64}/_history/[A-Za-z0-9.\-]{1,64}\Z")
_FAILURE = 400


def answered(check: Check) -> Iterator[tuple[Document, Document]]:
    """Yield the transfer of the role `request` with the role `answer`."""
    request, answer = document(check, "request"), document(check, "answer")
    if request is not None and answer is not None and request in sendings(check):
        yield request, answer


def sent_entries(check: Check) -> Iterator[tuple[Document, Resource]]:
    """Yield each resource of a transfer."""
    for found in sendings(check):
        for one in found.resources[1:]:
            yield found, one


@rule("FR-DUI-01", standard=f"{STANDARD}, profil tddui-bundle", each=sendings)
def transfer_is_a_transaction_of_posts(found: Document, check: Check) -> Iterator[Finding]:
    """A transfer is a Bundle of type transaction whose entries each POST one resource."""
    kind = text(found.root, "type")
    if kind != "transaction":
        yield Finding(
            "Bundle.type",
            "transaction",
            kind or "absent",
            "Le lot est-il émis comme un dépôt et non comme une recherche ?",
        )
    for path, entry in found.entries:
        yield from _entry_faults(path, entry)


def _entry_faults(path: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    resource = entry.get("resource")
    if not isinstance(resource, dict):
        yield Finding(f"{path}.resource", "une ressource", "absente", "L'entrée est-elle vide ?")
    if not isinstance(entry.get("request"), dict):
        yield Finding(
            f"{path}.request", "une requête (method POST)", "absente", "Le lot est-il complet ?"
        )
        return
    method = text(entry, "request", "method")
    if method != "POST":
        # The slicing is open: an entry that follows no profile of the guide is only remarked on.
        known = isinstance(resource, dict) and is_tddui(Resource(path, resource))
        yield Finding(
            f"{path}.request.method",
            "POST",
            method or "absente",
            "Le logiciel veut-il mettre à jour ou supprimer ?",
            None if known else Level.WARNING,
        )


@rule("FR-DUI-02", standard=f"{STANDARD}, flux 1", each=answered)
def transfer_is_answered_entry_by_entry(
    pair: tuple[Document, Document], check: Check
) -> Iterator[Finding]:
    """A transfer is posted on the base; the answer creates every entry, or refuses them all."""
    request, answer = pair
    yield from _request_line_faults(request)
    if answer.kind == "OperationOutcome" or answer.status >= _FAILURE:
        yield from _refusal_faults(answer)
    else:
        yield from _success_faults(request, answer)


def _request_line_faults(request: Document) -> Iterator[Finding]:
    last = request.target.partition("?")[0].rstrip("/").rpartition("/")[2]
    if request.method and (request.method != "POST" or last == "Bundle"):
        yield Finding(
            "requête",
            "POST [base]/",
            f"{request.method} {request.target}",
            "Le lot est-il déposé sur la racine du serveur, et non sur /Bundle ?",
        )


def _refusal_faults(answer: Document) -> Iterator[Finding]:
    if answer.kind != "OperationOutcome":
        yield Finding(
            "réponse",
            "un OperationOutcome qui dit le refus",
            answer.kind or "corps vide",
            "Le serveur explique-t-il son refus ?",
        )
    if 0 < answer.status < _FAILURE:
        yield Finding(
            "statut HTTP", "un code d'échec (4xx ou 5xx)", f"{answer.status}", "Rien n'a été créé ?"
        )
    created = [path for path, entry in answer.entries if _status(entry).startswith("201")]
    if created:
        yield Finding(
            created[0],
            "rien de créé quand le lot est refusé",
            f"{len(created)} entrée(s) en 201",
            "La transaction est-elle annulée en entier ?",
        )


def _success_faults(request: Document, answer: Document) -> Iterator[Finding]:
    if answer.status not in (0, 200):
        yield Finding("statut HTTP", "200", f"{answer.status}")
    kind = f"{answer.kind} {text(answer.root, 'type')}".strip()
    if kind != "Bundle transaction-response":
        yield Finding(
            "Bundle.type",
            "un Bundle transaction-response",
            kind or "corps vide",
            "Le serveur traite-t-il le lot comme une transaction ?",
        )
        return
    if len(answer.entries) != len(request.entries):
        yield Finding(
            "Bundle.entry",
            f"{len(request.entries)} entrée(s), une par entrée envoyée",
            f"{len(answer.entries)}",
        )
    for path, entry in answer.entries:
        if not _status(entry).startswith("201"):
            yield Finding(f"{path}.response.status", "201", _status(entry) or "absent")
        location = text(entry, "response", "location")
        versioned = _NEW_VERSION.search(location)
        if not versioned and not (location and text(entry, "response", "etag")):
            yield Finding(
                f"{path}.response.location",
                "l'identifiant et la version créés ([type]/[id]/_history/[version])",
                location or "absent",
            )


def _status(entry: Mapping[str, Any]) -> str:
    return text(entry, "response", "status")


@rule("FR-DUI-03", standard=f"{STANDARD}, références du lot", each=sent_entries)
def references_point_inside_the_transfer(
    sending: tuple[Document, Resource], check: Check
) -> Iterator[Finding]:
    """Each reference of a transfer names another entry: by fullUrl, or by type and id."""
    found, one = sending
    for path, reference in references(one.data, one.path):
        if reference.startswith("#") or target_of(found, reference) is not None:
            continue
        outside = reference.startswith(("http://", "https://"))
        yield Finding(
            path,
            "le fullUrl, ou le type et l'identifiant, d'une entrée du lot",
            reference[:120],
            "La ressource est-elle déjà chez le destinataire ?"
            if outside
            else "La ressource référencée manque-t-elle dans le lot ?",
            Level.WARNING if outside else None,
        )
    url = text(one.entry, "request", "url")
    if url != one.kind:
        yield Finding(
            f"{one.path.removesuffix('.resource')}.request.url",
            one.kind,
            url or "absent",
            "Un nom de profil est-il mis à la place du type FHIR ?",
            Level.WARNING,
        )
