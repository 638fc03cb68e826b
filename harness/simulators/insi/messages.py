"""Answers of INSi: what they say (`Reply`) and their bytes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from html import escape as escape_quoted

from harness.model.identity import Person
from harness.simulators.insi.layout import (
    RESULT,
    SIRAM,
    SOAP,
    UNIT_RESULT,
    WSA,
    Operation,
    label_of,
)


def escape(text: str) -> str:
    """Return a text as XML content."""
    return escape_quoted(text, quote=False)


_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:wsa="{WSA}"><soap:Header>'
    "<wsa:MessageID>uuid:%s</wsa:MessageID>%s</soap:Header><soap:Body>"
)
_TAIL = "</soap:Body></soap:Envelope>"


@dataclass(frozen=True, slots=True)
class Matricule:
    """A matricule as an answer carries it; `start` and `end` (ISO) only in the history."""

    number: str
    key: str
    oid: str
    start: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Individual:
    """INDIVIDU of an answer 00: the live matricule, the former ones and the traits (INSI-05)."""

    active: Matricule
    former: tuple[Matricule, ...]
    birth_name: str
    given_name: str
    given_names: str
    sex: str
    birth_date: str
    birth_place_code: str

    @classmethod
    def of(cls, person: Person) -> Individual:
        """Return what INSi says of a known person."""
        return cls(
            active=Matricule(person.matricule[:13], person.matricule[13:], person.oid),
            former=tuple(
                Matricule(past.matricule[:13], past.matricule[13:], past.oid, past.start, past.end)
                for past in person.former
            ),
            birth_name=person.birth_name,
            given_name=person.birth_given_names[0] if person.birth_given_names else "",
            given_names=" ".join(person.birth_given_names),
            sex=person.sex,
            birth_date=person.birth_date,
            birth_place_code=person.birth_place_code,
        )


@dataclass(frozen=True, slots=True)
class SoapFault:
    """A SOAP fault. `subcode` and `error` (severity, code) are those of INSI-06, or empty."""

    blame: str
    """`Sender`, `Receiver` or `VersionMismatch`."""
    reason: str
    subcode: str = ""
    severity: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service is about to do; a fault turns one reply into another.

    `delay` in seconds; `silent` holds the connection without answering; `cut` closes it without
    an answer; `truncated` cuts the XML in its middle.
    """

    operation: Operation
    code: str
    individual: Individual | None = None
    fault: SoapFault | None = None
    delay: float = 0.0
    silent: bool = False
    cut: bool = False
    truncated: bool = False

    @property
    def status(self) -> int:
        """Return the HTTP status of SOAP 1.2: 200, 400 (sender) or 500; 0 without an answer."""
        if self.silent or self.cut:
            return 0
        if self.fault is None:
            return 200
        return 400 if self.fault.blame == "Sender" else 500

    def body(self, relates_to: str) -> bytes:
        """Return the envelope's bytes, in answer to the message `relates_to`."""
        content = _fault(self.fault) if self.fault else self._result()
        related = f"<wsa:RelatesTo>{escape(relates_to)}</wsa:RelatesTo>" if relates_to else ""
        text = _HEAD % (uuid.uuid4(), related) + content + _TAIL
        return (text[: len(text) * 2 // 3] if self.truncated else text).encode()

    def _result(self) -> str:
        verified = self.operation is Operation.VERIFICATION
        namespace = UNIT_RESULT if verified else RESULT
        label = label_of(self.operation, self.code)
        individual = _individual(self.individual) if self.individual else ""
        return (
            f'<RESULTAT xmlns="{namespace}"><CR><CodeCR>{self.code}</CodeCR>'
            f"<LibelleCR>{label}</LibelleCR></CR>{individual}</RESULTAT>"
        )


def _individual(one: Individual) -> str:
    history = "".join(
        f"<INSHISTO>{_identifier(past)}<DateDeb>{escape(past.start)}</DateDeb>"
        + (f"<DateFin>{escape(past.end)}</DateFin>" if past.end else "")
        + "</INSHISTO>"
        for past in one.former
    )
    return (
        f"<INDIVIDU><INSACTIF>{_identifier(one.active)}</INSACTIF>{history}<TIQ>"
        f"<NomNaissance>{escape(one.birth_name)}</NomNaissance>"
        f"<Prenom>{escape(one.given_name)}</Prenom>"
        f"<ListePrenom>{escape(one.given_names)}</ListePrenom>"
        f"<Sexe>{escape(one.sex)}</Sexe>"
        f"<DateNaissance>{escape(one.birth_date)}</DateNaissance>"
        f"<LieuNaissance>{escape(one.birth_place_code)}</LieuNaissance>"
        "</TIQ></INDIVIDU>"
    )


def _identifier(one: Matricule) -> str:
    return (
        f"<IdIndividu><NumIdentifiant>{escape(one.number)}</NumIdentifiant>"
        f"<Cle>{escape(one.key)}</Cle></IdIndividu><OID>{escape(one.oid)}</OID>"
    )


def _fault(fault: SoapFault) -> str:
    subcode = detail = ""
    if fault.subcode:
        subcode = f"<soap:Subcode><soap:Value>{fault.subcode}</soap:Value></soap:Subcode>"
    if fault.error:
        detail = (
            f'<soap:Detail><siram:Erreur xmlns:siram="{SIRAM}" '
            f'severite="{escape_quoted(fault.severity)}" code="{escape_quoted(fault.error)}">'
            f"{escape(fault.reason)}</siram:Erreur></soap:Detail>"
        )
    return (
        f"<soap:Fault><soap:Code><soap:Value>soap:{fault.blame}</soap:Value>{subcode}</soap:Code>"
        f'<soap:Reason><soap:Text xml:lang="fr">{escape(fault.reason)}</soap:Text></soap:Reason>'
        f"{detail}</soap:Fault>"
    )
