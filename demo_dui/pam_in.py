"""Incoming identity flow of the GAP: IHE PAM messages judged, stored, and acknowledged."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from demo_dui import acknowledgement, er7, faults
from demo_dui.acknowledgement import MessageError
from demo_dui.er7 import Message, Segment, component_of, subcomponent_of
from demo_dui.identity import OID_NATURE, Draft, Identity, Traits, matricule_is_right
from demo_dui.naming import NAMES, plain_capitals
from demo_dui.service import Dui, without_matricule
from demo_dui.status import Status
from demo_dui.store import new_identity

CREATE, UPDATE = {"A28", "A01"}, {"A31"}
EVENTS = CREATE | UPDATE | {"A40", "A47"}
FLOW_AUTHOR = "GAP (flux IHE PAM)"
_ATTRIBUTES = {"HOMA": "homonyme", "DOUT": "douteuse", "FICT": "fictive"}
_DATE = re.compile(r"[0-9]{8}([0-9]{2,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a PID segment says: identifiers, traits, INS, and the codes of PID-32."""

    private_id: str
    authority: str
    traits: Traits
    matricule: str | None
    oid: str | None
    reliability: tuple[str, ...]
    method: str
    insi_on: str | None

    @property
    def validated(self) -> bool:
        """VALI in PID-32, and nothing that contradicts it."""
        return "VALI" in self.reliability and not {"DOUT", "FICT"} & set(self.reliability)


def answer(dui: Dui, content: bytes) -> bytes:
    """Take one message in and write its acknowledgement."""
    try:
        message = er7.read(content)
    except er7.NotEr7Error as error:
        dui.store.log(FLOW_AUTHOR, "réception d'identité", None, "refus", str(error))
        return acknowledgement.of_unreadable(content, str(error))
    try:
        detail, patient_id = _take(dui, message)
    except MessageError as error:
        dui.store.log(FLOW_AUTHOR, "réception d'identité", None, "refus", error.text)
        return acknowledgement.negative(message, error)
    dui.store.log(FLOW_AUTHOR, "réception d'identité", patient_id, detail=detail)
    return acknowledgement.positive(message)


def _take(dui: Dui, message: Message) -> tuple[str, str]:
    header = message.header
    event = header.component(9, 2)
    if not header.field(10):
        raise MessageError("101", "MSH^1^10", "MSH-10 (identifiant du message) est vide")
    if header.component(9, 1) != "ADT":
        raise MessageError("200", "MSH^1^9", "type de message non pris en charge, ADT attendu")
    if event not in EVENTS:
        expected = ", ".join(sorted(EVENTS))
        raise MessageError("201", "MSH^1^9", f"événement non pris en charge, attendu : {expected}")
    if header.field(11)[:1] not in {"P", "T", "D"}:
        raise MessageError("202", "MSH^1^11", "MSH-11 doit valoir P, T ou D")
    if header.component(12, 1) != "2.5":
        raise MessageError("203", "MSH^1^12", "version HL7 non prise en charge, 2.5 attendu")
    pid = message.segment("PID")
    if pid is None:
        raise MessageError("100", "PID^1", "segment PID absent")
    detail = f"{event} {header.field(10)}"
    if event in {"A40", "A47"}:
        return detail, _identifiers(dui, message, pid, event).id
    received = _received(message, pid, as_given=dui.role == "esclave")
    _check(received)
    return detail, _store(dui, received, event).id


def _received(message: Message, pid: Segment, as_given: bool) -> Received:
    local = _local_identifier(pid.repetitions(3), "PID^1^3")
    ins = _live_ins(pid)
    zfd = message.segment("ZFD")
    called = zfd.field(6)[:8] if zfd else ""
    return Received(
        private_id=component_of(local, 1),
        authority=local.split("^")[3],
        traits=_traits(pid, as_given),
        matricule=component_of(ins, 1) if ins else None,
        oid=subcomponent_of(ins, 4, 2) if ins else None,
        reliability=tuple(component_of(code, 1) for code in pid.repetitions(32)),
        method=(zfd.field(5) if zfd else "") or "SM",
        insi_on=f"{called[:4]}-{called[4:6]}-{called[6:]}" if _DATE.fullmatch(called) else None,
    )


def _local_identifier(repetitions: tuple[str, ...], place: str) -> str:
    for repetition in repetitions:
        if component_of(repetition, 5) == "PI" and component_of(repetition, 1):
            if len(repetition.split("^")) < 5 or not repetition.split("^")[3]:
                raise MessageError("101", place, "identifiant local (PI) sans autorité (CX.4)")
            return repetition
    raise MessageError("101", place, "identifiant local de type PI absent (CX.5 = PI attendu)")


def _live_ins(pid: Segment) -> str | None:
    """The one INS without an end date; more than one is refused."""
    live = [
        repetition
        for repetition in pid.repetitions(3)
        if component_of(repetition, 5) == "INS"
        and subcomponent_of(repetition, 4, 2) in OID_NATURE
        and not component_of(repetition, 8)
    ]
    if len(live) > 1:
        raise MessageError("207", "PID^1^3", "plusieurs INS actifs pour un patient", "906")
    return live[0] if live else None


def _traits(pid: Segment, as_given: bool) -> Traits:
    names = {component_of(repetition, 7): repetition for repetition in pid.repetitions(5)}
    birth = names.get("L", "")
    used = names.get("D", "")
    place = next((r for r in pid.repetitions(11) if component_of(r, 7) == "BDL"), "")
    born = pid.component(7)
    sex = pid.component(8)
    traits = Traits(
        birth_name=component_of(birth, 1) or None,
        first_birth_given_name=component_of(birth, 2) or None,
        birth_given_names=component_of(birth, 3) or component_of(birth, 2) or None,
        birth_date=_iso_date(born) if born else None,
        sex={"M": "M", "F": "F", "": None}.get(sex, "U"),
        birth_place_code=component_of(place, 9) or None,
        used_name=component_of(used, 1) or None,
        used_given_name=component_of(used, 2) or None,
    )
    if as_given:
        return traits
    # A référentiel d'identités keeps capitals without accents; a slave keeps what the GAP says.
    capitals = {name: plain_capitals(getattr(traits, name) or "") or None for name in NAMES}
    return replace(traits, **capitals)


def _iso_date(text: str) -> str:
    if not _DATE.fullmatch(text) or not "01" <= text[4:6] <= "12" or not "01" <= text[6:8] <= "31":
        raise MessageError("102", "PID^1^7", "date de naissance illisible, AAAAMMJJ attendu")
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"


def _check(received: Received) -> None:
    """Refuse what cannot be stored: no birth name, or an INS that does not hold together."""
    traits = received.traits
    if not traits.birth_name:
        raise MessageError("101", "PID^1^5", "nom de naissance absent (XPN.7 = L attendu)")
    if not received.matricule or not received.validated:
        return
    if not matricule_is_right(received.matricule):
        raise MessageError("207", "PID^1^3", "matricule INS mal formé ou clé fausse", "906")
    strict = (traits.birth_given_names, traits.birth_date, traits.birth_place_code)
    if not all(strict) or traits.sex not in {"M", "F"}:
        text = "INS sans ses traits stricts (prénoms, date, sexe M ou F, lieu de naissance)"
        raise MessageError("207", "PID^1", text, "905")


def _store(dui: Dui, received: Received, event: str) -> Identity:
    known = dui.store.find_by_private_id(received.private_id)
    if known is None and event in UPDATE:
        text = f"patient inconnu : identifiant local {received.private_id}"
        raise MessageError("207", "PID^1^3", text, "902")
    if known and event in UPDATE and faults.active("reception-a31-cree-doublon"):
        known = None
    if known is None:
        draft = Draft(traits=received.traits, private_id=received.private_id)
        known = dui.store.add(new_identity(draft, Status.PROVISOIRE))
    after = _updated(known, received)
    removal = bool(known.matricule) and not received.matricule
    if removal and faults.active("reception-retrait-efface-tout"):
        dui.store.discard(known)
    return dui.record(known, after, FLOW_AUTHOR, f"flux {event}")


def _updated(known: Identity, received: Received) -> Identity:
    """The identity as the message leaves it: the INS is kept with VALI alone (INS 45)."""
    traits = received.traits
    if faults.active("reception-perd-lieu"):
        traits = replace(traits, birth_place_code=None)
    if faults.active("reception-perd-sexe"):
        traits = replace(traits, sex=None)
    attributes = tuple(_ATTRIBUTES[c] for c in received.reliability if c in _ATTRIBUTES)
    identity = replace(
        known, traits=traits, private_authority=received.authority, attributes=attributes
    )
    if not received.matricule and known.matricule and faults.active("reception-ignore-retrait"):
        return identity
    with_ins = received.validated and bool(received.matricule)
    if received.matricule and faults.active("reception-garde-ins-prov"):
        with_ins = True
    if with_ins and not faults.active("reception-refuse-ins-vali"):
        return _with_ins(identity, received)
    return without_matricule(identity, Status.VALIDEE if received.validated else Status.PROVISOIRE)


def _with_ins(identity: Identity, received: Received) -> Identity:
    status = Status.QUALIFIEE if received.validated else Status.PROVISOIRE
    if faults.active("reception-vali-provisoire"):
        status = Status.PROVISOIRE
    return replace(
        identity,
        matricule=received.matricule,
        oid=received.oid,
        status=status,
        method=received.method,
        insi_on=received.insi_on,
    )


def _identifiers(dui: Dui, message: Message, pid: Segment, event: str) -> Identity:
    """A40 merges the patient of MRG-1 into that of PID-3; A47 changes the local identifier."""
    mrg = message.segment("MRG")
    if mrg is None:
        raise MessageError("100", "MRG^1", "segment MRG absent")
    current = component_of(_local_identifier(pid.repetitions(3), "PID^1^3"), 1)
    former = component_of(_local_identifier(mrg.repetitions(1), "MRG^1^1"), 1)
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
