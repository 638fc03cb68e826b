"""IHE PAM France messages as a GAP sends them, and the acknowledgement of those that we receive.

Layout of hl7v2-fhir rules V2-ENC to V2-ACK: HL7 2.5, French profile version of the target file,
UTF-8, segments ended by CR. Built by hand, field by field, so that each byte is chosen.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from harness.model.identity import OID_NIA, Person
from harness.targets.target import Hl7v2Options

STRUCTURES = {
    "A28": "ADT_A05",
    "A31": "ADT_A05",
    "A40": "ADT_A39",
    "A47": "ADT_A30",
    "A01": "ADT_A01",
}
"""Event → structure named in MSH-9."""
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
_CR = "\r"


@dataclass(frozen=True, slots=True)
class Identification:
    """What a message says beyond the traits: PID-32, the INS or not, the identifier replaced."""

    event: str
    status: str = "VALI"
    with_ins: bool = True
    previous: str = ""


def build(person: Person, what: Identification, options: Hl7v2Options) -> tuple[str, bytes]:
    """Return the control id (MSH-10) and the bytes of an ADT, without the MLLP frame.

    Raises `ValueError` for an event that the banc does not build.
    """
    if what.event not in STRUCTURES:
        raise ValueError(f"événement {what.event} : {', '.join(STRUCTURES)} attendu")
    control_id = uuid.uuid4().hex[:20]
    moment = datetime.now().strftime("%Y%m%d%H%M%S")
    segments = [
        msh(control_id, what.event, moment, options),
        segment("EVN", {2: moment, 6: moment}),
        pid(person, what, moment, options),
    ]
    if what.event in {"A40", "A47"}:
        segments.append(segment("MRG", {1: _local(what.previous, options)}))
    elif what.event == "A01":
        segments += _encounter(control_id, moment, options)
    else:
        segments.append(segment("PV1", {1: "1", 2: "N"}))
    if what.with_ins and what.event not in {"A40", "A47"}:
        segments.append(segment("ZFD", {3: "N", 4: "N", 5: "INSI", 6: moment[:8]}))
    return control_id, (_CR.join(segments) + _CR).encode()


def harmless(options: Hl7v2Options) -> bytes:
    """Return a message that any listener acknowledges and none obeys: no patient, event Z98."""
    moment = datetime.now().strftime("%Y%m%d%H%M%S")
    head = msh(uuid.uuid4().hex[:20], "Z98", moment, options)
    return (_CR.join([head, segment("EVN", {2: moment, 6: moment})]) + _CR).encode()


def msh(
    control_id: str,
    event: str,
    moment: str,
    options: Hl7v2Options,
    changes: Mapping[int, str] | None = None,
) -> str:
    """Return the MSH of an ADT; `changes` replace fields for a message of another kind."""
    version = options.pam_version
    return segment(
        "MSH",
        {
            2: "^~\\&",
            3: escaped(options.sending_application),
            4: escaped(options.sending_facility),
            5: escaped(options.receiving_application),
            6: escaped(options.receiving_facility),
            7: moment,
            9: f"ADT^{event}^{STRUCTURES.get(event, 'ADT_A01')}",
            10: control_id,
            11: "T",
            12: f"2.5^FRA^{version}",
            17: "FRA",
            18: "UNICODE UTF-8",
            19: "FR",
            21: f"{version}^IHE_FRANCE-{version}-PAM",
            **(changes or {}),
        },
    )


def pid(person: Person, what: Identification, moment: str, options: Hl7v2Options) -> str:
    """Return the PID of a person: local identifier, INS when asked for, traits, PID-32."""
    identifiers = [_local(person.private_id, options)]
    if what.with_ins and person.matricule:
        nature = "NIA" if person.oid == OID_NIA else "NIR"
        authority = f"ASIP-SANTE-INS-{nature}&{person.oid}&ISO"
        identifiers.append(f"{person.matricule}^^^{authority}^INS")
    fields = {
        1: "1",
        3: "~".join(identifiers),
        5: _names(person),
        7: person.birth_date.replace("-", ""),
        8: person.sex,
        11: f"^^^^^^BDL^^{escaped(person.birth_place_code)}" if person.birth_place_code else "",
        32: what.status,
        33: moment if what.status else "",
    }
    if what.event == "A01":
        # An encounter came with the patient: its account number is then required (TF4, PID-18).
        fields[18] = f"D{escaped(person.private_id)}^^^{options.authority}^AN"
    return segment("PID", fields)


def _names(person: Person) -> str:
    given = escaped(" ".join(person.birth_given_names))
    first = escaped(person.first_birth_given_name)
    birth = f"{escaped(person.birth_name)}^{first}^{given}^^^^L"
    if not person.used_name and not person.used_given_name:
        return birth
    used_name = escaped(person.used_name or person.birth_name)
    used_given_name = escaped(person.used_given_name or person.first_birth_given_name)
    return f"{birth}~{used_name}^{used_given_name}^^^^^D"


def _local(value: str, options: Hl7v2Options) -> str:
    return f"{escaped(value)}^^^{options.authority}^PI"


def _encounter(control_id: str, moment: str, options: Hl7v2Options) -> list[str]:
    ward = f"Unité d'essai^^^^^{options.authority}^UF^^^0001"
    return [
        segment("PV1", {1: "1", 2: "I", 19: f"V{control_id[:12]}^^^{options.authority}^VN"}),
        segment(
            "ZBE",
            {
                1: f"{control_id[:12]}^{options.authority.replace('&', '^')}",
                2: moment,
                4: "INSERT",
                5: "N",
                7: ward,
                8: ward,
                9: "HMS",
            },
        ),
        segment("ZFA", {1: "ACTIF", 2: moment}),
        segment("ZFV", {1: ""}),
        segment("ZFM", {1: "8"}),
    ]


def escaped(text: str) -> str:
    """Return text with the HL7 separators escaped."""
    return "".join(_ESCAPES.get(char, char) for char in text)


def segment(name: str, fields: Mapping[int, str]) -> str:
    """Return one segment from its fields by number, without its CR."""
    if name == "MSH":  # MSH-1 is the separator itself: its fields are one place to the left
        return "|".join(["MSH", *(fields.get(n, "") for n in range(2, max(fields) + 1))])
    return "|".join([name, *(fields.get(n, "") for n in range(1, max(fields) + 1))])


@dataclass(frozen=True, slots=True)
class Header:
    """What the listener must know of a message to acknowledge and match it."""

    fields: tuple[str, ...]
    """MSH-1 at index 1, as in the standard."""
    identifiers: tuple[str, ...] = ()
    """Values of PID-3 of type PI, and of the repetitions without a type."""

    def field(self, number: int) -> str:
        """Return MSH-`number`, or ''."""
        return self.fields[number] if number < len(self.fields) else ""

    @property
    def event(self) -> str:
        """Return the trigger event of MSH-9."""
        parts = self.field(9).split("^")
        return parts[1] if len(parts) > 1 else ""

    @property
    def control_id(self) -> str:
        """Return MSH-10."""
        return self.field(10)


def read_header(content: bytes) -> Header | None:
    """Read the header of whatever came, leniently: judging it is the business of the rules.

    Returns None when the bytes do not begin with an MSH segment.
    """
    # Latin-1 never fails and keeps the ASCII structure, whatever the message claims.
    lines = content.decode("latin-1").replace("\n", _CR).split(_CR)
    if not lines[0].startswith("MSH|"):
        return None
    fields = ("MSH", "|", *lines[0].split("|")[1:])
    patient = next((line.split("|") for line in lines if line.startswith("PID|")), [])
    repetitions = [one.split("^") for one in patient[3].split("~")] if len(patient) > 3 else []
    local = [one[0] for one in repetitions if one[0] and (len(one) < 5 or one[4] in {"PI", ""})]
    return Header(fields, tuple(local))


def acknowledge(content: bytes) -> bytes:
    """Return our acknowledgement of a message: AA, or AR with its ERR when it is not HL7 v2."""
    header = read_header(content)
    if header is None:
        return _ack(Header(("MSH", "|")), "AR", "100", "le message ne commence pas par MSH")
    return _ack(header, "AA", "", "")


def _ack(header: Header, code: str, error: str, text: str) -> bytes:
    moment = datetime.now().strftime("%Y%m%d%H%M%S")
    header_fields = {
        2: "^~\\&",
        3: header.field(5) or "BANC",
        4: header.field(6) or "BANC",
        5: header.field(3) or "CIBLE",
        6: header.field(4) or "CIBLE",
        7: moment,
        9: f"ACK^{header.event}^ACK" if header.event else "ACK",
        10: uuid.uuid4().hex[:20],
        11: header.field(11) or "T",
        12: header.field(12) or "2.5",
        17: "FRA",
        18: "UNICODE UTF-8",
        19: "FR",
    }
    if header.field(21):
        header_fields[21] = header.field(21)
    segments = [segment("MSH", header_fields), segment("MSA", {1: code, 2: header.control_id})]
    if error:
        condition = f"{error}^{escaped(text)}^messageErrorCondition"
        segments.append(segment("ERR", {2: "MSH^1", 3: condition, 4: "E"}))
    # The fields mirrored came in through Latin-1: the same way out gives the sender its own bytes.
    body = _CR.join(segments) + _CR
    return body.encode("latin-1") if not error else body.encode()
