"""Names of the INSi messages: namespaces, actions, elements (INSI-01, INSI-02, INSI-05).

The README of this folder says which are read in public clients and which are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
SIRAM = "urn:siram"
SERVICE = "urn:ServiceIdentiteCertifiee:1.0.0:"
RESULT = "http://www.cnamts.fr/INSiResultat"
UNIT_RESULT = "http://www.cnamts.fr/INSiLot2/REPUnitaire"


class Operation(StrEnum):
    """What a call asks for; the value is the word used in the API and the report."""

    TRAITS = "traits"
    CARD = "vitale"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Port:
    """One operation on the wire. An empty `namespace` means that it was never seen: any will do."""

    operation: Operation
    action: str
    namespace: str
    element: str
    answer_namespace: str


PORTS = (
    Port(
        Operation.TRAITS,
        f"{SERVICE}rechercherInsAvecTraitsIdentite",
        "http://www.cnamts.fr/INSiRecSans",
        "RECSANSVITALE",
        RESULT,
    ),
    Port(
        Operation.CARD,
        f"{SERVICE}rechercherInsAvecCarteVitale",
        "http://www.cnamts.fr/INSiRecVit",
        "RECVITALE",
        RESULT,
    ),
    Port(
        Operation.VERIFICATION,
        f"{SERVICE}verifierInsAvecTraitsIdentite",
        "",
        "IndividuVerifie",
        UNIT_RESULT,
    ),
)
BY_ACTION = {port.action: port for port in PORTS}
BY_ELEMENT = {(port.element, port.namespace): port for port in PORTS}

FOUND, NOT_FOUND, SEVERAL = "00", "01", "02"
LABELS = {
    Operation.VERIFICATION: {FOUND: "INS vérifiée", NOT_FOUND: "INS non vérifiée"},
}
SEARCH_LABELS = {
    FOUND: "Une identité trouvée",
    NOT_FOUND: "Aucune identité trouvée",
    SEVERAL: "Plusieurs identités trouvées",
}


def label_of(operation: Operation, code: str) -> str:
    """Return LibelleCR for a CodeCR, in our own words: the official ones were not seen."""
    return LABELS.get(operation, SEARCH_LABELS)[code]
