"""What a PID segment says, read and checked before anything is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from demo_dui.acknowledgement import MessageError
from demo_dui.er7 import Message, Segment, component_of, subcomponent_of
from demo_dui.identity import OID_NATURE, Traits, matricule_is_right
from demo_dui.naming import NAMES, plain_capitals

_DATE = re.compile(r"[0-9]{8}([0-9]{2,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a PID segment says: identifiers, traits, INS, and the codes of PID-32."""

    private_id: str
    authority: str
    """CX.4 of the local identifier; its first part names the identification domain."""
    traits: Traits
    matricule: str | None
    oid: str | None
    reliability: tuple[str, ...]
    method: str
    insi_on: str | None

    @property
    def domain(self) -> str:
        """Identification domain of the local identifier."""
        return self.authority.split("&")[0]

    @property
    def claims_ins(self) -> bool:
        """True when the message says that this INS is validated."""
        return self.validated and bool(self.matricule)

    @property
    def validated(self) -> bool:
        """VALI in PID-32, and nothing that contradicts it."""
        return "VALI" in self.reliability and not {"DOUT", "FICT"} & set(self.reliability)


def read(message: Message, pid: Segment, as_given: bool) -> Received:
    """Read a PID; MessageError says which part of it cannot be used.

    `as_given`: names are kept as they came, instead of in capitals without accents.
    """
    local = local_identifier(pid.repetitions(3), "PID^1^3")
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


def local_identifier(repetitions: tuple[str, ...], place: str) -> str:
    """The repetition of type PI, with its authority; MessageError when there is none."""
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


def check(received: Received) -> None:
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
