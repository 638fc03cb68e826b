"""Incoming flows: identities of the GAP (IHE PAM), and ORM, SIU, ORU; stored and acknowledged."""

from __future__ import annotations

from dataclasses import replace

from demo_dui import acknowledgement, circumstances, er7, faults, received, third_party
from demo_dui.acknowledgement import MessageError
from demo_dui.er7 import Message, Segment, component_of
from demo_dui.identity import Draft, Identity
from demo_dui.received import Received, local_identifier
from demo_dui.service import Dui, without_matricule
from demo_dui.status import Status
from demo_dui.store import new_identity
from demo_dui.traces import RECEPTION, Trace

CREATE, UPDATE = {"A28", "A01"}, {"A31"}
EVENTS = CREATE | UPDATE | {"A40", "A47"}
BUSINESS = {"ORM", "SIU", "ORU"}
FLOW_AUTHOR = "GAP (flux IHE PAM)"
_REFUSED_BY_FAULT = {
    "ORM": "reception-orm-refusee",
    "SIU": "reception-siu-refusee",
    "ORU": "reception-oru-refusee",
}
_ATTRIBUTES = {"HOMA": "homonyme", "DOUT": "douteuse", "FICT": "fictive"}


async def answer(dui: Dui, content: bytes) -> bytes:
    """Take one message in and write its acknowledgement."""
    with circumstances.under("flux MLLP", "réception MLLP"):
        return await _answer(dui, content)


async def _answer(dui: Dui, content: bytes) -> bytes:
    try:
        message = er7.read(content)
    except er7.NotEr7Error as error:
        dui.store.log(FLOW_AUTHOR, RECEPTION[0], None, "refus", str(error))
        return acknowledgement.of_unreadable(content, str(error))
    trace = _trace_of(message)
    try:
        patient_id = await _take(dui, message)
    except MessageError as error:
        refused = replace(trace, result="refus", detail=f"{trace.detail} : {error.text}")
        dui.store.traces.add(refused)
        return acknowledgement.negative(message, error)
    dui.store.traces.add(replace(trace, patient_id=patient_id))
    return acknowledgement.positive(message)


def _trace_of(message: Message) -> Trace:
    header = message.header
    sender = " ".join(filter(None, (header.component(3), header.component(4))))
    kind = header.component(9, 1)
    return Trace(
        by=FLOW_AUTHOR,
        action=RECEPTION[1] if kind in BUSINESS else RECEPTION[0],
        detail=f"{kind} {header.component(9, 2)} {header.field(10)}",
        partner=sender,
        sender=sender,
        recipient=" ".join(filter(None, (header.component(5), header.component(6)))),
        message_id=header.field(10),
    )


async def _take(dui: Dui, message: Message) -> str:
    """Store what a message says; the id of the patient it is about."""
    _check_header(message.header)
    kind, event = message.header.component(9, 1), message.header.component(9, 2)
    pid = message.segment("PID")
    if pid is None:
        raise MessageError("100", "PID^1", "segment PID absent")
    if event in {"A40", "A47"}:
        return _identifiers(dui, message, pid, event).id
    person = received.read(message, pid, as_given=dui.role == "esclave")
    received.check(person)
    domain = third_party.foreign_domain(dui, message.header, person)
    if domain:
        return (await third_party.take(dui, person, domain, message.header.field(10))).id
    if kind in BUSINESS:
        return _bear(dui, person, kind).id
    return _store(dui, person, event).id


def _check_header(header: Segment) -> None:
    kind, event = header.component(9, 1), header.component(9, 2)
    if not header.field(10):
        raise MessageError("101", "MSH^1^10", "MSH-10 (identifiant du message) est vide")
    if kind != "ADT" and (kind not in BUSINESS or faults.active(_REFUSED_BY_FAULT[kind])):
        text = "type de message non pris en charge, ADT, ORM, SIU ou ORU attendu"
        raise MessageError("200", "MSH^1^9", text)
    if kind == "ADT" and event not in EVENTS:
        expected = ", ".join(sorted(EVENTS))
        raise MessageError("201", "MSH^1^9", f"événement non pris en charge, attendu : {expected}")
    if header.field(11)[:1] not in {"P", "T", "D"}:
        raise MessageError("202", "MSH^1^11", "MSH-11 doit valoir P, T ou D")
    if header.component(12, 1) != "2.5":
        raise MessageError("203", "MSH^1^12", "version HL7 non prise en charge, 2.5 attendu")


def _bear(dui: Dui, person: Received, kind: str) -> Identity:
    """The patient of an order, an appointment or a result: known, or recorded as by A28.

    A known identity keeps its traits: these messages do not carry identity updates. The INS that
    one of them brings, validated, completes an identity that had none.
    """
    known = dui.store.find_by_private_id(person.private_id)
    if known is None or faults.active("reception-metier-cree-doublon"):
        draft = Draft(traits=person.traits, private_id=person.private_id)
        known = dui.store.add(new_identity(draft, Status.PROVISOIRE))
        if faults.active("reception-metier-sans-ins"):
            person = replace(person, matricule=None, oid=None)
        return dui.record(known, _updated(known, person), FLOW_AUTHOR, f"flux {kind}")
    if person.claims_ins and not known.matricule:
        return dui.record(known, _with_ins(known, person), FLOW_AUTHOR, f"flux {kind}")
    return known


def _store(dui: Dui, person: Received, event: str) -> Identity:
    known = dui.store.find_by_private_id(person.private_id)
    if known is None and event in UPDATE:
        text = f"patient inconnu : identifiant local {person.private_id}"
        raise MessageError("207", "PID^1^3", text, "902")
    if known and event in UPDATE and faults.active("reception-a31-cree-doublon"):
        known = None
    if known is None:
        draft = Draft(traits=person.traits, private_id=person.private_id)
        known = dui.store.add(new_identity(draft, Status.PROVISOIRE))
    after = _updated(known, person)
    removal = bool(known.matricule) and not person.matricule
    if removal and faults.active("reception-retrait-efface-tout"):
        dui.store.discard(known)
    return dui.record(known, after, FLOW_AUTHOR, f"flux {event}")


def _updated(known: Identity, person: Received) -> Identity:
    """The identity as the message leaves it: the INS is kept with VALI alone (INS 45)."""
    traits = person.traits
    if faults.active("reception-perd-lieu"):
        traits = replace(traits, birth_place_code=None)
    if faults.active("reception-perd-sexe"):
        traits = replace(traits, sex=None)
    attributes = tuple(_ATTRIBUTES[c] for c in person.reliability if c in _ATTRIBUTES)
    identity = replace(
        known, traits=traits, private_authority=person.authority, attributes=attributes
    )
    if not person.matricule and known.matricule and faults.active("reception-ignore-retrait"):
        return identity
    with_ins = person.validated and bool(person.matricule)
    if person.matricule and faults.active("reception-garde-ins-prov"):
        with_ins = True
    if with_ins and not faults.active("reception-refuse-ins-vali"):
        return _with_ins(identity, person)
    return without_matricule(identity, Status.VALIDEE if person.validated else Status.PROVISOIRE)


def _with_ins(identity: Identity, person: Received) -> Identity:
    status = Status.QUALIFIEE if person.validated else Status.PROVISOIRE
    if faults.active("reception-vali-provisoire"):
        status = Status.PROVISOIRE
    return replace(
        identity,
        matricule=person.matricule,
        oid=person.oid,
        status=status,
        method=person.method,
        insi_on=person.insi_on,
    )


def _identifiers(dui: Dui, message: Message, pid: Segment, event: str) -> Identity:
    """A40 merges the patient of MRG-1 into that of PID-3; A47 changes the local identifier."""
    mrg = message.segment("MRG")
    if mrg is None:
        raise MessageError("100", "MRG^1", "segment MRG absent")
    current = component_of(local_identifier(pid.repetitions(3), "PID^1^3"), 1)
    former = component_of(local_identifier(mrg.repetitions(1), "MRG^1^1"), 1)
    old, new = dui.store.find_by_private_id(former), dui.store.find_by_private_id(current)
    if old is None:
        text = f"patient inconnu : identifiant local {former}"
        raise MessageError("207", "MRG^1^1", text, "902")
    if event == "A47":
        if new is not None and new.id != old.id:
            text = f"identifiant local {current} déjà donné à un autre patient"
            raise MessageError("207", "PID^1^3", text, "906")
        return dui.store.save(replace(old, private_id=current, former_private_id=former))
    if new is None:
        text = f"patient inconnu : identifiant local {current}"
        raise MessageError("207", "PID^1^3", text, "902")
    if new.id != old.id:
        dui.store.remove(old, heir=new)
    return new
