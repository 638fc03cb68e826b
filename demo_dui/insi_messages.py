"""SOAP messages of INSi: requests built, answers read (layouts: INSI-01 to INSI-06)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from demo_dui import faults
from demo_dui.identity import Traits
from demo_dui.store import FormerIns

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
BAM = "urn:siram:bam:ctxbam"
LPS = "urn:siram:lps:ctxlps"
RESULT = "http://www.cnamts.fr/INSiResultat"
UNIT_RESULT = "http://www.cnamts.fr/INSiLot2/REPUnitaire"
# The namespace of the verification's request was never seen: this one is ours, by analogy.
UNIT_REQUEST = "http://www.cnamts.fr/INSiLot2/DEMUnitaire"
SERVICE = "urn:ServiceIdentiteCertifiee:1.0.0:"
# Search by traits is read in public clients; the card's operation is named by analogy.
OPERATIONS = {
    "traits": (
        "rechercherInsAvecTraitsIdentite",
        "http://www.cnamts.fr/INSiRecSans",
        "RECSANSVITALE",
    ),
    "vitale": ("rechercherInsAvecCarteVitale", "http://www.cnamts.fr/INSiRecVit", "RECVITALE"),
    "verification": ("verifierInsAvecTraitsIdentite", UNIT_REQUEST, "IndividuVerifie"),
}
SOFTWARE = "DUI de démonstration"
VERSION = "1.0"
# The instance of the software, stable for the life of the process.
INSTANCE = str(uuid.uuid4())


class AnswerUnreadableError(Exception):
    """The answer is not what INSi should return; the message says what is missing, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What one search sends: traits in clear, ISO date, one given name an element."""

    birth_name: str
    given_names: tuple[str, ...]
    sex: str
    birth_date: str
    birth_place_code: str | None = None
    card: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one verification sends: an INS (15 characters, OID) and the traits said to be its."""

    matricule: str
    oid: str
    traits: Traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The person that INSi returned; an absent value is an empty string, the date as received."""

    matricule: str
    oid: str
    birth_name: str
    given_name: str
    given_names: str
    sex: str
    birth_date: str
    birth_place_code: str
    former: tuple[FormerIns, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A readable answer: `code` 00, 01 or 02, or None with a SOAP fault told in `fault`."""

    code: str | None
    label: str = ""
    fault: str = ""
    found: Found | None = None
    raw: str = ""


def action_of(mode: str) -> str:
    """SOAP action of the operation."""
    action = SERVICE + OPERATIONS[mode][0]
    return f"{action}Erronee" if faults.active("insi-action-fausse") else action


def request(mode: str, search: Search, emitter: str) -> bytes:
    """Build the envelope of a search; `emitter` names the professional or the structure."""
    envelope, body = _envelope(mode, emitter)
    _add_search(body, mode, search)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def verification(claim: Claim, emitter: str) -> bytes:
    """Build the envelope of a verification (EXI REC, operation verifierInsAvecTraitsIdentite)."""
    envelope, body = _envelope("verification", emitter)
    _add_claim(body, claim)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _envelope(mode: str, emitter: str) -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "wsa": WSA})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    _add(header, WSA, "Action", action_of(mode))
    prefix = "" if faults.active("insi-message-id-nu") else "uuid:"
    _add(header, WSA, "MessageID", f"{prefix}{uuid.uuid4()}")
    if not faults.active("insi-sans-contexte-bam"):
        _add_bam(header, emitter)
    if not faults.active("insi-sans-contexte-lps"):
        _add_lps(header, emitter)
    return envelope, etree.SubElement(envelope, f"{{{SOAP}}}Body")


def _add(parent: etree._Element, namespace: str, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child


def _utc_now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add_bam(header: etree._Element, emitter: str) -> None:
    context = etree.SubElement(header, f"{{{BAM}}}ContexteBAM", nsmap={"bam": BAM}, Version="01_02")
    _add(context, BAM, "Id", str(uuid.uuid4()))
    _add(context, BAM, "Temps", _utc_now())
    _add(context, BAM, "Emetteur", emitter)


def _add_lps(header: etree._Element, emitter: str) -> None:
    context = etree.SubElement(
        header, f"{{{LPS}}}ContexteLPS", nsmap={"lps": LPS}, Version="01_00", Nature="CTXLPS"
    )
    _add(context, LPS, "Id", str(uuid.uuid4()))
    _add(context, LPS, "Temps", _utc_now())
    _add(context, LPS, "Emetteur", emitter)
    software = etree.SubElement(context, f"{{{LPS}}}LPS")
    _add(software, LPS, "IDAM", "DEMONSTRATION").set("R", "4")
    _add(software, LPS, "Version", VERSION)
    _add(software, LPS, "Instance", INSTANCE)
    _add(software, LPS, "Nom", SOFTWARE)


def _add_search(body: etree._Element, mode: str, search: Search) -> None:
    _, namespace, name = OPERATIONS[mode]
    element = etree.SubElement(body, f"{{{namespace}}}{name}", nsmap={None: namespace})
    if search.card:
        _add(element, namespace, "NumSerieCarte", search.card)
    _add(element, namespace, "NomNaissance", search.birth_name)
    for given_name in search.given_names:
        _add(element, namespace, "Prenom", given_name)
    sex = {"M": "1", "F": "2"}[search.sex] if faults.active("insi-sexe-chiffre") else search.sex
    if not faults.active("insi-sexe-absent"):
        _add(element, namespace, "Sexe", sex)
    year, month, day = search.birth_date.split("-")
    french = faults.active("insi-date-francaise")
    _add(
        element,
        namespace,
        "DateNaissance",
        f"{day}/{month}/{year}" if french else search.birth_date,
    )
    if search.birth_place_code:
        _add(element, namespace, "LieuNaissance", search.birth_place_code)


def _add_claim(body: etree._Element, claim: Claim) -> None:
    _, space, name = OPERATIONS["verification"]
    element = etree.SubElement(body, f"{{{space}}}{name}", nsmap={None: space})
    supplied = etree.SubElement(element, f"{{{space}}}INSFourni")
    identifier = etree.SubElement(supplied, f"{{{space}}}IdIndividu")
    _add(identifier, space, "NumIdentifiant", claim.matricule[:13])
    _add(identifier, space, "Cle", claim.matricule[13:])
    _add(supplied, space, "OID", claim.oid)
    person = etree.SubElement(element, f"{{{space}}}TraitsIdentiteIndividu")
    traits = claim.traits
    _add(person, space, "NomNaissance", traits.birth_name or "")
    _add(person, space, "Prenom", traits.first_birth_given_name or "")
    _add(person, space, "ListePrenom", traits.birth_given_names or "")
    _add(person, space, "Sexe", traits.sex or "")
    _add(person, space, "DateNaissance", traits.birth_date or "")
    _add(person, space, "LieuNaissance", traits.birth_place_code or "")


def read(content: bytes) -> Answer:
    """Read an answer; AnswerUnreadableError when it is neither a result nor a SOAP fault."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise AnswerUnreadableError(
            f"réponse INSi illisible (XML mal formé : {error.msg})"
        ) from error
    raw = content.decode("utf-8", errors="replace")
    fault = root.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    if fault is not None:
        return Answer(code=None, fault=_fault_text(fault), raw=raw)
    verdict = root.find(f"{{{SOAP}}}Body/{{{UNIT_RESULT}}}RESULTAT")
    if verdict is not None:
        return _verdict(verdict, raw)
    result = root.find(f"{{{SOAP}}}Body/{{{RESULT}}}RESULTAT")
    if result is None:
        raise AnswerUnreadableError("réponse INSi sans élément RESULTAT ni faute SOAP")
    code = _text(result, "CR", "CodeCR")
    if code not in {"00", "01", "02"}:
        raise AnswerUnreadableError(f"code INSi inattendu « {code[:10]} », attendu 00, 01 ou 02")
    found = _found(result) if code == "00" else None
    return Answer(code=code, label=_text(result, "CR", "LibelleCR"), found=found, raw=raw)


def _verdict(result: etree._Element, raw: str) -> Answer:
    """Answer of a verification: 00 the INS is that of the traits, 01 it is not."""
    code = result.findtext(f"{{{UNIT_RESULT}}}CR/{{{UNIT_RESULT}}}CodeCR") or ""
    label = result.findtext(f"{{{UNIT_RESULT}}}CR/{{{UNIT_RESULT}}}LibelleCR") or ""
    if code not in {"00", "01"}:
        raise AnswerUnreadableError(f"code de vérification inattendu « {code[:10]} »")
    return Answer(code=code, label=label, raw=raw)


def _found(result: etree._Element) -> Found:
    person = _child(result, "INDIVIDU")
    live = None if person is None else _child(person, "INSACTIF")
    traits = None if person is None else _child(person, "TIQ")
    if person is None or live is None or traits is None:
        raise AnswerUnreadableError("réponse INSi 00 sans INDIVIDU, INSACTIF ou TIQ")
    return Found(
        matricule=_matricule(live),
        oid=_text(live, "OID"),
        birth_name=_text(traits, "NomNaissance"),
        given_name=_text(traits, "Prenom"),
        given_names=_text(traits, "ListePrenom"),
        sex=_text(traits, "Sexe"),
        birth_date=_text(traits, "DateNaissance").replace("/", "-"),
        birth_place_code=_text(traits, "LieuNaissance"),
        former=tuple(_former(element) for element in person.findall(f"{{{RESULT}}}INSHISTO")),
    )


def _former(element: etree._Element) -> FormerIns:
    start, stop = _text(element, "DateDeb"), _text(element, "DateFin")
    return FormerIns(_matricule(element), _text(element, "OID"), start or None, stop or None)


def _matricule(element: etree._Element) -> str:
    return _text(element, "IdIndividu", "NumIdentifiant") + _text(element, "IdIndividu", "Cle")


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return element.find(f"{{{RESULT}}}{name}")


def _text(element: etree._Element, *path: str) -> str:
    found = element.find("/".join(f"{{{RESULT}}}{name}" for name in path))
    return "" if found is None else (found.text or "").strip()


def _fault_text(fault: etree._Element) -> str:
    subcode = fault.findtext(f"{{{SOAP}}}Code/{{{SOAP}}}Subcode/{{{SOAP}}}Value") or ""
    # The error's namespace was never seen: it is looked for by its local name.
    codes = [str(element.get("code")) for element in fault.iter("{*}Erreur") if element.get("code")]
    return " ".join(part.split(":")[-1].strip() for part in (subcode, *codes)) or "faute SOAP"
