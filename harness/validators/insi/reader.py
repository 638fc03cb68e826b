"""Read a SOAP message of INSi into one frozen view: request, answer or fault.

One pass over the envelope: a simulator judges each call, so reading must stay well under 0.1 ms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check
from harness.model.problems import Unreadable

if TYPE_CHECKING:
    from lxml import etree

SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
BAM = "urn:siram:bam:ctxbam"
LPS = "urn:siram:lps:ctxlps"
SERVICE = "urn:ServiceIdentiteCertifiee:1.0.0:"
TRAITS, CARD, VERIFICATION = "traits", "vitale", "verification"

OPERATIONS: dict[str, tuple[str, str]] = {
    "RECSANSVITALE": (TRAITS, "http://www.cnamts.fr/INSiRecSans"),
    "RECVITALE": (CARD, "http://www.cnamts.fr/INSiRecVit"),
    "IndividuVerifie": (VERIFICATION, ""),
}
"""Element of the body → operation and its namespace ('' when no source gives it)."""
ACTIONS: dict[str, str] = {
    TRAITS: SERVICE + "rechercherInsAvecTraitsIdentite",
    CARD: SERVICE + "rechercherInsAvecCarteVitale",
    VERIFICATION: SERVICE + "verifierInsAvecTraitsIdentite",
}
RESULT = "RESULTAT"
RESULT_NAMESPACE = "http://www.cnamts.fr/INSiResultat"
UNIT_ANSWER_NAMESPACE = "http://www.cnamts.fr/INSiLot2/REPUnitaire"


@dataclass(frozen=True, slots=True)
class ContextView:
    """A SIRAM context of the header; `strays` are its elements of another namespace."""

    version: str
    nature: str
    values: dict[str, str]
    """Local name → text; children of LPS under `LPS/Nom`, its attribute R under `LPS/IDAM@R`."""
    strays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TraitsView:
    """Traits as written, in a request or in the TIQ of an answer. None means no such element."""

    birth_name: str | None
    given_names: tuple[str, ...]
    given_list: str | None
    sex: str | None
    birth_date: str | None
    birth_place: str | None


@dataclass(frozen=True, slots=True)
class InsView:
    """An INS of an answer, current or past. None means no such element."""

    number: str | None
    key: str | None
    oid: str | None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class FaultView:
    """A SOAP fault. `blame` is `Sender`, `Receiver`…: the code without its prefix."""

    blame: str
    subcode: str
    severity: str
    error_code: str


@dataclass(frozen=True, slots=True)
class SoapMessage:
    """What the INSI rules see.

    `kind` is `request`, `answer`, `fault`, or `unknown` for an empty body.
    """

    kind: str
    soap: str
    """Namespace of the envelope."""
    body: str
    """Local name of the body's child, '' for an empty body."""
    body_namespace: str
    operation: str = ""
    action: str | None = None
    message_id: str | None = None
    bam: ContextView | None = None
    lps: ContextView | None = None
    security: bool = False
    assertion: bool = False
    traits: TraitsView | None = None
    card: str | None = None
    codes: tuple[str, ...] = ()
    individuals: int = 0
    active: tuple[InsView, ...] = ()
    former: tuple[InsView, ...] = ()
    fault: FaultView | None = None

    @property
    def code(self) -> str:
        """Return the CodeCR of an answer, '' when there is none."""
        return self.codes[0] if self.codes else ""

    @property
    def path(self) -> str:
        """Return the path of the body's child, as findings write it."""
        return f"/Envelope/Body/{self.body}" if self.body else "/Envelope/Body"


def read_soap(artefact: Artefact) -> SoapMessage:
    """Parse a SOAP message. Raises `Unreadable` for anything that is not a SOAP envelope."""
    root = _root(artefact)
    soap, name = _split(root)
    if name != "Envelope":
        raise Unreadable(
            f"{artefact.name} : enveloppe SOAP attendue, racine « {name} » reçue ;"
            " est-ce bien un échange avec INSi ?"
        )
    header = body = None
    for child in root.iterchildren("{*}*"):
        local = _split(child)[1]
        if local == "Header":
            header = child
        elif local == "Body":
            body = child
    content = None if body is None else next(body.iterchildren("{*}*"), None)
    if content is None:
        return _request(soap, "", "", header, None)
    namespace, local = _split(content)
    if local == "Fault":
        return SoapMessage("fault", soap, local, namespace, fault=_fault(content))
    if _child(content, "CR") is not None or local == RESULT:
        return _answer(soap, local, namespace, content)
    return _request(soap, local, namespace, header, content)


def messages(check: Check) -> Iterator[SoapMessage]:
    """Yield the messages of the roles request, answer and subject."""
    for role in ("request", "answer", SUBJECT):
        message = check.read(read_soap, role)
        if message is not None:
            yield message


def requests(check: Check) -> Iterator[SoapMessage]:
    """Yield the requests: role `request`, and role `subject` when it is one."""
    for role in ("request", SUBJECT):
        message = check.read(read_soap, role)
        if message is not None and message.kind in ("request", "unknown"):
            yield message


def answers(check: Check) -> Iterator[SoapMessage]:
    """Yield the answers that are no fault: role `answer`, and `subject` when it is one."""
    for role in ("answer", SUBJECT):
        message = check.read(read_soap, role)
        if message is not None and message.kind == "answer":
            yield message


def faults(check: Check) -> Iterator[SoapMessage]:
    """Yield the SOAP faults: role `answer`, and `subject` when it is one."""
    for role in ("answer", SUBJECT):
        message = check.read(read_soap, role)
        if message is not None and message.kind == "fault":
            yield message


@cache
def _parser() -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _root(artefact: Artefact) -> etree._Element:
    from lxml import etree

    try:
        root = etree.fromstring(artefact.content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            f"{artefact.name} : XML illisible ({error}) ; le message est-il entier ?"
        ) from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable(f"{artefact.name} : DOCTYPE interdit dans un message SOAP")
    return root


def _split(element: etree._Element) -> tuple[str, str]:
    return _split_tag(str(element.tag))


# Bounded: the tags come from a vendor's bytes.
@lru_cache(maxsize=512)
def _split_tag(tag: str) -> tuple[str, str]:
    namespace, _, local = tag.rpartition("}")
    return namespace[1:], local


def _child(parent: etree._Element, name: str) -> etree._Element | None:
    return next(parent.iterchildren("{*}" + name), None)


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else (element.text or "").strip()


def _texts(parent: etree._Element | None) -> dict[str, str]:
    if parent is None:
        return {}
    return {_split(child)[1]: (child.text or "").strip() for child in parent.iterchildren("{*}*")}


def _request(
    soap: str,
    local: str,
    namespace: str,
    header: etree._Element | None,
    content: etree._Element | None,
) -> SoapMessage:
    found: dict[str, etree._Element] = {}
    security: etree._Element | None = None
    for child in () if header is None else header.iterchildren("{*}*"):
        space, name = _split(child)
        if name in ("Action", "MessageID") and space != WSA:
            continue
        found[name] = child
        if name == "Security":
            security = child
    operation = OPERATIONS.get(local, ("", ""))[0]
    holder = content
    if content is not None and operation == VERIFICATION:
        inner = _child(content, "TraitsIdentiteIndividu")
        holder = content if inner is None else inner
    return SoapMessage(
        kind="unknown" if content is None else "request",
        soap=soap,
        body=local,
        body_namespace=namespace,
        operation=operation,
        action=_text(found.get("Action")),
        message_id=_text(found.get("MessageID")),
        bam=_context(found.get("ContexteBAM"), BAM),
        lps=_context(found.get("ContexteLPS"), LPS),
        security=security is not None,
        assertion=security is not None
        and next(security.iterchildren("{*}Assertion"), None) is not None,
        traits=_traits(holder) if holder is not None and operation else None,
        card=_text(_child(content, "NumSerieCarte"))
        if content is not None and operation == CARD
        else None,
    )


def _context(element: etree._Element | None, expected: str) -> ContextView | None:
    if element is None:
        return None
    values: dict[str, str] = {}
    strays = [] if _split(element)[0] == expected else [_split(element)[1]]
    for node in element.iterdescendants("{*}*"):
        space, name = _split(node)
        parent = node.getparent()
        prefix = "" if parent is None or parent is element else f"{_split(parent)[1]}/"
        if space != expected:
            strays.append(prefix + name)
        values[prefix + name] = (node.text or "").strip()
        if node.attrib and "R" in node.attrib:
            values[f"{prefix}{name}@R"] = str(node.attrib["R"])
    attributes = element.attrib
    return ContextView(
        str(attributes.get("Version", "")),
        str(attributes.get("Nature", "")),
        values,
        tuple(strays),
    )


def _traits(parent: etree._Element) -> TraitsView:
    found: dict[str, str] = {}
    given: list[str] = []
    for child in parent.iterchildren("{*}*"):
        name = _split(child)[1]
        text = (child.text or "").strip()
        if name == "Prenom":
            given.append(text)
        else:
            found[name] = text
    return TraitsView(
        birth_name=found.get("NomNaissance"),
        given_names=tuple(given),
        given_list=found.get("ListePrenom"),
        sex=found.get("Sexe"),
        birth_date=found.get("DateNaissance"),
        birth_place=found.get("LieuNaissance"),
    )


def _answer(soap: str, local: str, namespace: str, content: etree._Element) -> SoapMessage:
    codes: list[str] = []
    active: list[InsView] = []
    former: list[InsView] = []
    traits: TraitsView | None = None
    individuals = 0
    for child in content.iterchildren("{*}*"):
        name = _split(child)[1]
        if name == "CR":
            codes.extend((one.text or "").strip() for one in child.iterchildren("{*}CodeCR"))
        elif name == "INDIVIDU":
            individuals += 1
            for inner in child.iterchildren("{*}*"):
                part = _split(inner)[1]
                if part == "INSACTIF":
                    active.append(_ins(inner))
                elif part == "INSHISTO":
                    former.append(_ins(inner))
                elif part == "TIQ":
                    traits = _traits(inner)
    return SoapMessage(
        kind="answer",
        soap=soap,
        body=local,
        body_namespace=namespace,
        traits=traits,
        codes=tuple(codes),
        individuals=individuals,
        active=tuple(active),
        former=tuple(former),
    )


def _ins(element: etree._Element) -> InsView:
    own = _texts(element)
    number = _texts(_child(element, "IdIndividu"))
    return InsView(
        number.get("NumIdentifiant"),
        number.get("Cle"),
        own.get("OID"),
        own.get("DateDeb"),
        own.get("DateFin"),
    )


def _fault(element: etree._Element) -> FaultView:
    subcodes = [
        (value.text or "").strip()
        for subcode in element.iter("{*}Subcode")
        for value in subcode.iterchildren("{*}Value")
    ]
    code = _child(element, "Code")
    error = next(element.iter("{*}Erreur"), None)
    details = _texts(error)
    if error is not None:
        details.update({str(key): str(value) for key, value in error.attrib.items()})
    return FaultView(
        blame="" if code is None else (_text(_child(code, "Value")) or "").rpartition(":")[2],
        subcode=subcodes[0].rpartition(":")[2] if subcodes else "",
        severity=details.get("severite", ""),
        error_code=details.get("code", ""),
    )
