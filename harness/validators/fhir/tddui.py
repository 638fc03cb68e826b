"""Which artefacts are transfers of DUI data (TDDUI), and the names that its guide fixes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.check import SUBJECT
from harness.validators import Check
from harness.validators.fhir.document import Document, Resource, document

TDDUI = "https://interop.esante.gouv.fr/ig/fhir/tddui/"
PROFILE = TDDUI + "StructureDefinition/"
BUNDLE = PROFILE + "tddui-bundle"
PATIENT_INS = PROFILE + "tddui-patient-ins"
PATIENT = PROFILE + "tddui-patient"
STAY = PROFILE + "tddui-encounter-sejour"
EVENT = PROFILE + "tddui-encounter-evenement"
ANSWERS = PROFILE + "tddui-questionnaire-response"
DOCUMENT = PROFILE + "tddui-document-reference"
BIRTH_ORDER = PROFILE + "tddui-birth-order"
LOCAL_USERS = "https://identifiant-medicosocial-localusager.esante.gouv.fr"
STAYS = "https://identifiant-medicosocial-sejour.esante.gouv.fr"
STANDARD = "TDDUI 2.0.0"
_NOT_SENT = frozenset({"searchset", "history", "transaction-response", "batch-response"})


def is_judged(check: Check) -> bool:
    """Tell whether the check follows the resource-based TDDUI (2.x), not the one of documents."""
    return check.settings.tddui.startswith("2.")


def sendings(check: Check) -> Iterator[Document]:
    """Yield the Bundles sent as a transfer (TDDUI 2.x): roles `subject` and `request`."""
    if not is_judged(check):
        return
    for found in sent(check):
        if found.kind == "Bundle" and found.view(_is_transfer):
            yield found


def sent(check: Check) -> Iterator[Document]:
    """Yield the documents of the roles `subject` and `request`."""
    for role in (SUBJECT, "request"):
        found = document(check, role)
        if found is not None:
            yield found


def declaring(check: Check, kind: str, canonical: str) -> Iterator[tuple[Document, Resource]]:
    """Yield the resources of a type that declare a profile of TDDUI 2.x, with their document."""
    if not is_judged(check):
        return
    for found in sent(check):
        for one in found.of_kind(kind):
            if one.declares(canonical):
                yield found, one


def is_tddui(resource: Resource) -> bool:
    """Tell whether a resource declares a profile of TDDUI."""
    return any(one.startswith(PROFILE) for one in resource.profiles)


def _is_transfer(found: Document) -> bool:
    outermost, *inside = found.resources
    if is_tddui(outermost):
        return True
    return found.root.get("type") not in _NOT_SENT and any(map(is_tddui, inside))
