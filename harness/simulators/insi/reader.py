"""From an envelope to a request that can be served: which operation, which traits, or why not.

The envelope is parsed by the reader of the INSi rules (once for both: `Check.read` keeps it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.model.artefact import Artefact
from harness.model.check import Check
from harness.model.problems import Unreadable
from harness.simulators.insi.layout import (
    BY_ACTION,
    BY_ELEMENT,
    PORTS,
    SOAP,
    SOAP_11,
    Operation,
    Port,
)
from harness.validators.insi.reader import SoapMessage, TraitsView, read_soap

REQUEST = "request"
_ACTION = re.compile(r"""action\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;]+))""", re.IGNORECASE)
_SEXES = ("M", "F")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class RequestTraits:
    """The traits as sent, untouched but for blanks around them; an absent one is empty."""

    birth_name: str = ""
    birth_given_names: tuple[str, ...] = ()
    sex: str = ""
    birth_date: str = ""
    birth_place_code: str = ""
    card_serial: str = ""
    matricule: str = ""
    oid: str = ""


@dataclass(frozen=True, slots=True)
class InsiRequest:
    """What a request asks for. `problem` says, in French, why it cannot be served.

    `operation` is None when it was not understood. `blame` is the SOAP fault code of the refusal.
    """

    operation: Operation | None = None
    action: str = ""
    message_id: str = ""
    traits: RequestTraits = RequestTraits()
    problem: str = ""
    blame: str = "Sender"


def read_request(check: Check, content_type: str) -> InsiRequest:
    """Read the request of a check (role `request`); a problem is told, never raised."""
    announced = action_of(content_type)
    try:
        message = check.read(read_soap, REQUEST)
    except Unreadable as error:
        return InsiRequest(action=announced, problem=str(error))
    if message is None:
        return InsiRequest(action=announced, problem="aucune demande")
    action = message.action or announced
    port = BY_ELEMENT.get((message.body, message.body_namespace)) or BY_ELEMENT.get(
        (message.body, "")
    )
    traits = _traits(message, check.artefacts[REQUEST])
    problem = (
        _envelope_problem(message, action, port) or _traits_problem(port, traits)
        if port
        else _envelope_problem(message, action, port)
    )
    return InsiRequest(
        operation=port.operation if port else None,
        action=action,
        message_id=message.message_id or "",
        traits=traits,
        problem=problem,
        blame="VersionMismatch" if message.soap == SOAP_11 else "Sender",
    )


def action_of(content_type: str) -> str:
    """Return the `action` parameter of a SOAP 1.2 Content-Type, or an empty string."""
    found = _ACTION.search(content_type)
    return next((group for group in found.groups() if group), "") if found else ""


def _envelope_problem(message: SoapMessage, action: str, port: Port | None) -> str:
    if message.soap != SOAP:
        return f"enveloppe « {message.soap[:80]} » reçue, SOAP 1.2 attendu ({SOAP})"
    if not message.body:
        return "le Body SOAP est vide, une demande INSi y est attendue"
    if action and action not in BY_ACTION:
        known = ", ".join(one.action.rpartition(":")[2] for one in PORTS)
        return f"action « {action[:120]} » inconnue, attendu une de : {known}"
    if port is None:
        return (
            f"le Body porte {message.body[:60]} (espace de noms "
            f"« {message.body_namespace[:80]} »), qui n'est pas une demande INSi connue"
        )
    if action and BY_ACTION[action] is not port:
        return f"l'action annonce {action.rpartition(':')[2]} et le Body porte {port.element}"
    return ""


def _traits_problem(port: Port, traits: RequestTraits) -> str:
    needed = [
        ("NomNaissance", bool(traits.birth_name)),
        ("Prenom", bool(traits.birth_given_names)),
        ("Sexe", bool(traits.sex)),
        ("DateNaissance", bool(traits.birth_date)),
    ]
    if port.operation is Operation.CARD:
        needed.append(("NumSerieCarte", bool(traits.card_serial)))
    if port.operation is Operation.VERIFICATION:
        needed.append(("NumIdentifiant", bool(traits.matricule)))
    missing = [name for name, given in needed if not given]
    if missing:
        return f"demande incomplète, absent ou vide : {', '.join(missing)}"
    if traits.sex not in _SEXES:
        return f"Sexe « {traits.sex[:20]} » reçu, M ou F attendu"
    if not _ISO_DATE.fullmatch(traits.birth_date):
        return f"DateNaissance « {traits.birth_date[:20]} » reçue, AAAA-MM-JJ attendu"
    return ""


def _traits(message: SoapMessage, artefact: Artefact) -> RequestTraits:
    view = message.traits
    if view is None:
        return RequestTraits()
    verified = message.operation == Operation.VERIFICATION
    matricule, oid = _supplied_ins(artefact) if verified else ("", "")
    return RequestTraits(
        birth_name=view.birth_name or "",
        birth_given_names=_given_names(view),
        sex=view.sex or "",
        birth_date=view.birth_date or "",
        birth_place_code=view.birth_place or "",
        card_serial=message.card or "",
        matricule=matricule,
        oid=oid,
    )


def _given_names(view: TraitsView) -> tuple[str, ...]:
    # A verification sends the list in one element; hyphenated names stay whole (INSI-11).
    if view.given_list:
        return tuple(view.given_list.split())
    return tuple(name for name in view.given_names if name)


def _supplied_ins(artefact: Artefact) -> tuple[str, str]:
    """Return the matricule and the OID that a verification submits."""
    from lxml import etree

    # The rules have no use for them yet, so their view leaves them out.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(artefact.content, parser)

    def first(name: str) -> str:
        element = next(root.iter(f"{{*}}{name}"), None)
        return "" if element is None else (element.text or "").strip()

    return first("NumIdentifiant") + first("Cle"), first("OID")
