"""Outgoing messages: IHE PAM with the French extension 2.11 (A28, A31, A47), ORM, SIU and ORU."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from demo_dui import faults
from demo_dui.er7 import escape, segment
from demo_dui.identity import OID_INS_C, OID_NIA, Identity, with_wrong_key
from demo_dui.status import WITH_INS, Status

EVENTS = {"A28": "ADT_A05", "A31": "ADT_A05", "A47": "ADT_A30"}
BUSINESS = {"ORM": "ORM^O01^ORM_O01", "SIU": "SIU^S12^SIU_S12", "ORU": "ORU^R01^ORU_R01"}
SENDER, RECIPIENT = "DUI-DEMO", "PARTENAIRE"
_ATTRIBUTE_CODES = {"homonyme": "HOMA", "douteuse": "DOUT", "fictive": "FICT"}


def message(identity: Identity, event: str) -> tuple[str, bytes]:
    """Write the message of an event for an identity: its MSH-10 and its bytes."""
    control_id = uuid.uuid4().hex[:20]
    moment = datetime.now().strftime("%Y%m%d%H%M%S")
    kind = f"ADT^{event}" if faults.active("msh9-incomplet") else f"ADT^{event}^{EVENTS[event]}"
    segments = [_msh(control_id, kind, moment), _evn(moment), _pid(identity)]
    if event == "A47":
        former = identity.former_private_id or identity.private_id
        segments.append(segment("MRG", {1: _local_identifier(identity, former)}))
    else:
        segments.append(segment("PV1", {1: "1", 2: "N"}))
    segments.append(_zfd(identity))
    charset = "iso8859-15" if faults.active("charset-menti") else "utf-8"
    return control_id, ("\r".join(segments) + "\r").encode(charset)


def business_message(identity: Identity, kind: str) -> tuple[str, bytes]:
    """Write an ORM, a SIU or an ORU that bears the patient: its MSH-10 and its bytes.

    The content (a blood count ordered, planned or returned) is the same for everybody: what
    matters here is the PID segment, written as for an identity message.
    """
    control_id = uuid.uuid4().hex[:20]
    moment = datetime.now().strftime("%Y%m%d%H%M%S")
    order = {2: f"D{control_id[:10]}", 4: "58410-2^Hémogramme^LN"}
    told = identity
    if faults.active("message-sans-ins"):
        told = replace(identity, matricule=None, oid=None)
    pid = _pid(told)
    if faults.active("message-ins-recuperee") and identity.matricule:
        pid = pid.replace("^PI|", f"^PI~{_ins_repetition(identity, identity.matricule)}|", 1)
    if faults.active("message-autre-nom"):
        pid = _pid(replace(identity, traits=replace(identity.traits, birth_name="AUTRE")))
    parts = {
        "ORM": [pid, _order_control(order), segment("OBR", {1: "1", **order})],
        "SIU": [_schedule(control_id), pid, _service(moment)],
        "ORU": [pid, segment("OBR", {1: "1", **order, 7: moment, 25: "F"}), _result(moment)],
    }
    msh = _msh(control_id, BUSINESS[kind], moment, {12: "2.5", 21: ""})
    return control_id, ("\r".join([msh, *parts[kind]]) + "\r").encode()


def _order_control(order: dict[int, str]) -> str:
    return segment("ORC", {1: "NW", 2: order[2]})


def _schedule(control_id: str) -> str:
    return segment("SCH", {1: f"R{control_id[:10]}", 6: "ROUTINE", 25: "Booked"})


def _service(moment: str) -> str:
    group = segment("RGS", {1: "1"})
    return "\r".join([group, segment("AIS", {1: "1", 3: "58410-2^Hémogramme^LN", 4: moment})])


def _result(moment: str) -> str:
    fields = {1: "1", 2: "NM", 3: "718-7^Hémoglobine^LN", 5: "132", 6: "g/L", 11: "F", 14: moment}
    return segment("OBX", fields)


def _msh(control_id: str, kind: str, moment: str, changes: dict[int, str] | None = None) -> str:
    fields = {
        2: "^\u02dc\\&" if faults.active("msh2-tilde") else "^~\\&",
        3: SENDER,
        4: SENDER,
        5: RECIPIENT,
        6: RECIPIENT,
        7: moment,
        9: kind,
        10: control_id,
        11: "X" if faults.active("msh11-inconnu") else "T",
        12: "2.5^FRA" if faults.active("msh12-deux-parties") else "2.5^FRA^2.11",
        17: "" if faults.active("msh17-absent") else "FRA",
        18: "UNICODE UTF-8",
        19: "FR",
        21: "" if faults.active("msh21-absent") else "2.11^IHE_FRANCE-2.11-PAM",
    }
    return segment("MSH", fields | (changes or {}))


def _evn(moment: str) -> str:
    planned = moment if faults.active("evn3-rempli") else ""
    # The operator's first name bears an accent on purpose: the charset named is really exercised.
    return segment("EVN", {2: moment, 3: planned, 5: "pro.martin^MARTIN^Hélène", 6: moment})


def _pid(identity: Identity) -> str:
    traits = identity.traits
    born = traits.birth_date or ""
    sex = traits.sex or "U"
    fields = {
        1: "1",
        3: "~".join([_local_identifier(identity, identity.private_id), *_ins(identity)]),
        5: _names(identity),
        6: escape(traits.used_name or "") if faults.active("nom-utilise-en-pid6") else "",
        7: born if faults.active("date-naissance-tirets") else born.replace("-", ""),
        8: "H" if faults.active("sexe-code-h") else sex,
        10: "1" if faults.active("nationalite-pid10") else "",
        11: _birth_place(identity),
        32: "~".join(_reliability(identity)),
        33: datetime.fromisoformat(identity.updated_at).astimezone().strftime("%Y%m%d%H%M%S"),
    }
    return segment("PID", fields)


def _local_identifier(identity: Identity, value: str) -> str:
    authority = "" if faults.active("autorite-pi-absente") else identity.private_authority
    kind = "" if faults.active("type-pi-absent") else "PI"
    return f"{escape(value)}^^^{authority}^{kind}"


def _ins(identity: Identity) -> list[str]:
    """The INS repetition of PID-3: only for an identity qualified (règle 28)."""
    early = faults.active("matricule-emis-recuperee") and identity.status in WITH_INS
    shared = identity.shareable_matricule or early
    if not shared or not identity.matricule or faults.active("matricule-jamais-emis"):
        return []
    value = identity.matricule
    if faults.active("matricule-tronque"):
        value = value[:13]
    if faults.active("matricule-espaces"):
        value = f"{value[:13]} {value[13:]}"
    if faults.active("cle-fausse"):
        value = with_wrong_key(value)
    oid = OID_INS_C if faults.active("oid-ins-c") else identity.oid
    repetition = _ins_repetition(identity, value, oid)
    if faults.active("deux-ins"):
        return [repetition, f"{value}^^^ASIP-SANTE-INS-NIA&{OID_NIA}&ISO^INS"]
    return [repetition]


def _ins_repetition(identity: Identity, value: str, oid: str | None = None) -> str:
    return f"{value}^^^ASIP-SANTE-INS-{identity.nature}&{oid or identity.oid}&ISO^INS"


def _names(identity: Identity) -> str:
    traits = identity.traits
    first = escape(traits.first_birth_given_name or "")
    listed = (
        "" if faults.active("liste-prenoms-non-emise") else escape(traits.birth_given_names or "")
    )
    kind = "" if faults.active("type-nom-absent") else "L"
    birth = f"{escape(traits.birth_name or '')}^{first}^{listed}^^^^{kind}"
    if not traits.used_name and not traits.used_given_name:
        return birth
    used_name = escape(traits.used_name or traits.birth_name or "")
    used_given_name = escape(traits.used_given_name or traits.first_birth_given_name or "")
    return f"{birth}~{used_name}^{used_given_name}^^^^^D"


def _birth_place(identity: Identity) -> str:
    place = identity.traits.birth_place_code
    if not place or faults.active("bdl-absent"):
        return ""
    return f"^^^^^^BDL^^{escape(place)}"


def _reliability(identity: Identity) -> list[str]:
    """PID-32: the technical status of PAM, then the attributes (table 0445)."""
    qualified = identity.status is Status.QUALIFIEE
    if qualified and faults.active("pid32-vide-qualifiee"):
        return []
    if qualified and faults.active("pid32-prov-qualifiee"):
        return ["PROV"]
    checked = identity.status in {Status.VALIDEE, Status.QUALIFIEE}
    codes = ["VALI" if checked else "PROV"]
    if faults.active("pid32-code-qual"):
        codes.append("QUAL")
    return codes + [_ATTRIBUTE_CODES[name] for name in identity.attributes]


def _zfd(identity: Identity) -> str:
    """ZFD-5 tells how the identity was obtained, ZFD-6 when INSi was called."""
    called = (identity.insi_on or "").replace("-", "")
    fields = {
        4: "N",
        5: "" if faults.active("zfd5-absent") else identity.method,
        6: "" if faults.active("zfd6-absent") else called,
    }
    return segment("ZFD", fields)
