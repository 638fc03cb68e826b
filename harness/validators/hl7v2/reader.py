"""The message and its patient as rules see them, and the subjects that rules examine.

`wire` goes from bytes to text, `segments` from text to fields; rules import from here.

Roles: `subject` is the message (or an acknowledgement alone); `request` and `answer` are a message
and its acknowledgement, and then the answer is what the general rules judge. Expected values, all
optional: `transport` (`file`, or `mllp` for bytes taken from a socket), `framing` (`mllp` when the
bytes must still have their frame), `ins` (true when the message must carry an INS), `traits` (what
is known of the person: `matricule` and `used_name` are read).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check
from harness.model.identity import INS_OIDS, shortened
from harness.validators.hl7v2.segments import STANDARD_MSH2, Repetition, Segment, tokenised
from harness.validators.hl7v2.wire import WireText, decode

if TYPE_CHECKING:
    from harness.validators.hl7v2.documents import Document

__all__ = [
    "STANDARD_MSH2",
    "AnsweredRequest",
    "Identifier",
    "Message",
    "Pid",
    "Repetition",
    "Segment",
    "acks",
    "answered_requests",
    "cda_messages",
    "messages",
    "pam_messages",
    "pam_pid_segments",
    "pid_segments",
    "read_message",
]


@dataclass(frozen=True, slots=True)
class Identifier:
    """A repetition of PID-3, type CX."""

    repetition: Repetition
    path: str
    value: str
    authority: str
    oid: str
    oid_type: str
    type: str
    start: str
    end: str

    @classmethod
    def of(cls, one: Repetition) -> Identifier:
        """Return the identifier held by a repetition."""
        value = one.value
        return cls(
            one,
            one.path,
            value(1),
            value(4, 1),
            value(4, 2),
            value(4, 3),
            value(5),
            value(7),
            value(8),
        )

    @property
    def raw_value(self) -> str:
        """Return CX.1 as written, its blanks included."""
        node = self.repetition.node
        return self.repetition.marks.written(node if isinstance(node, str) else node[0], 2)

    @property
    def has_authority(self) -> bool:
        """Return True when CX.4 is valued by a name or by an identifier."""
        return bool(self.authority or self.oid)

    @property
    def is_ins(self) -> bool:
        """Return True for the type INS, and for any identifier under an OID of the INS."""
        return self.type == "INS" or self.oid in INS_OIDS

    @property
    def shortened(self) -> str:
        """Return the matricule as reports show it."""
        return shortened(self.value)


@dataclass(frozen=True)
class Pid:
    """The patient segment and the message that holds it."""

    segment: Segment
    message: Message

    @cached_property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Return the repetitions of PID-3."""
        return tuple(Identifier.of(one) for one in self.segment.repetitions(3))

    @cached_property
    def ins_identifiers(self) -> tuple[Identifier, ...]:
        """Return the repetitions of PID-3 that carry an INS."""
        return tuple(one for one in self.identifiers if one.is_ins)

    @cached_property
    def names(self) -> tuple[Repetition, ...]:
        """Return the repetitions of PID-5 (XPN)."""
        return self.segment.repetitions(5)

    def names_of(self, kind: str) -> tuple[Repetition, ...]:
        """Return the names of a type: `L` birth, `D` used, `S` pseudonym, `U` unknown."""
        return tuple(name for name in self.names if name.value(7) == kind)

    @cached_property
    def addresses(self) -> tuple[Repetition, ...]:
        """Return the repetitions of PID-11 (XAD)."""
        return self.segment.repetitions(11)

    @cached_property
    def birth_places(self) -> tuple[Repetition, ...]:
        """Return the repetitions of PID-11 whose type is BDL."""
        return tuple(one for one in self.addresses if one.value(7) == "BDL")

    @cached_property
    def identity_reliability(self) -> tuple[str, ...]:
        """Return the codes of PID-32."""
        codes = (one.value(1) for one in self.segment.repetitions(32))
        return tuple(code for code in codes if code)

    @property
    def reliability_text(self) -> str:
        """Return PID-32 as a reader sees it: `PROV`, `VALI et HOMD`, `vide`."""
        return " et ".join(self.identity_reliability) or "vide"


@dataclass(frozen=True)
class Message:
    """A whole message. `wire` tells how it was framed, ended and encoded."""

    segments: tuple[Segment, ...]
    field_separator: str
    encoding_characters: str
    """MSH-2 as written, even when the message does not follow it."""
    wire: WireText

    @cached_property
    def header(self) -> Segment:
        """Return MSH."""
        return self.segments[0]

    @cached_property
    def type(self) -> str:
        """Return MSH-9.1: ADT, MDM, ACK…"""
        return self.header.value(9, 1)

    @cached_property
    def event(self) -> str:
        """Return MSH-9.2: A28, T02…"""
        return self.header.value(9, 2)

    @cached_property
    def is_pam(self) -> bool:
        """Return True for an ADT message: the family of PAM France."""
        return self.type == "ADT"

    @cached_property
    def is_cda_transport(self) -> bool:
        """Return True for MDM, ZAM, and for an ORU of a CDA volet or with an XML document."""
        if self.type in {"MDM", "ZAM"}:
            return True
        if self.type != "ORU":
            return False
        return "CISIS_CDA" in self.header.field(21) or any(
            _holds_xml(one) for one in self.named("OBX")
        )

    @cached_property
    def follows_french_profile(self) -> bool:
        """Return True when PAM France, a CDA volet or the CI-SIS annex on the INS rules the PID.

        A plain ORU, ORM or SIU without any INS follows none of them: what it lacks of their form
        is then a warning.
        """
        return self.is_pam or self.is_cda_transport or self.is_ack or bool(self.ins_identifiers)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Return the documents of the OBX segments; each is decoded at most once."""
        from harness.validators.hl7v2.documents import documents_of

        return documents_of(self)

    @cached_property
    def is_ack(self) -> bool:
        """Return True for an acknowledgement (ZAM, the business receipt, is not one)."""
        return self.type == "ACK" or (not self.is_zam and self.first("MSA") is not None)

    @property
    def is_zam(self) -> bool:
        """Return True for a business receipt."""
        return self.type == "ZAM"

    @cached_property
    def _by_name(self) -> dict[str, tuple[Segment, ...]]:
        groups: dict[str, list[Segment]] = {}
        for segment in self.segments:
            groups.setdefault(segment.name, []).append(segment)
        return {name: tuple(group) for name, group in groups.items()}

    def named(self, name: str) -> tuple[Segment, ...]:
        """Return the segments of a name, in order."""
        return self._by_name.get(name, ())

    def first(self, name: str) -> Segment | None:
        """Return the first segment of a name; None when there is none."""
        found = self._by_name.get(name)
        return found[0] if found else None

    @cached_property
    def pids(self) -> tuple[Pid, ...]:
        """Return the patient segments."""
        return tuple(Pid(segment, self) for segment in self.named("PID"))

    @cached_property
    def ins_identifiers(self) -> tuple[Identifier, ...]:
        """Return every INS of every patient segment."""
        return tuple(one for pid in self.pids for one in pid.ins_identifiers)


_XML_IN_BASE64 = ("PENsaW5pY2Fs", "PD94bWwg", "77u/PD")
"""How `<Clinical…`, `<?xml ` and a marked `<` begin once in base64."""


def _holds_xml(observation: Segment) -> bool:
    """Return True for an OBX of type ED that holds XML; a PDF or an image is no CDA."""
    if observation.value(2) != "ED":
        return False
    if observation.value(5, 3).upper() == "XML":
        return True
    return observation.value(5, 5).startswith(_XML_IN_BASE64)


def read_message(artefact: Artefact) -> Message:
    """Read the bytes of one message, in or out of its MLLP frame.

    Raises `Unreadable`, in French, for bytes that are not one whole HL7 v2 message.
    """
    wire = decode(artefact.content, artefact.name)
    segments, separator, declared = tokenised(wire.text, artefact.name)
    return Message(segments, separator, declared, wire)


def judged_message(check: Check) -> Message | None:
    """Return the message under judgement: role `subject`, else `answer`."""
    role = SUBJECT if SUBJECT in check.artefacts else "answer"
    return check.read(read_message, role)


def messages(check: Check) -> Iterator[Message]:
    """Yield the message under judgement, whatever its family."""
    message = judged_message(check)
    if message is not None:
        yield message


def pam_messages(check: Check) -> Iterator[Message]:
    """Yield the message when it is of the family of PAM France."""
    return (message for message in messages(check) if message.is_pam)


def cda_messages(check: Check) -> Iterator[Message]:
    """Yield the message when it carries a CDA or a business receipt."""
    return (message for message in messages(check) if message.is_cda_transport)


def pid_segments(check: Check) -> Iterator[Pid]:
    """Yield the patient segments of any message but an acknowledgement."""
    for message in messages(check):
        if not message.is_ack:
            yield from message.pids


def pam_pid_segments(check: Check) -> Iterator[Pid]:
    """Yield the patient segments of PAM messages."""
    return (pid for pid in pid_segments(check) if pid.message.is_pam)


def acks(check: Check) -> Iterator[Message]:
    """Yield the message when it is an acknowledgement."""
    return (message for message in messages(check) if message.is_ack)


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A request and the acknowledgement that answers it."""

    request: Message
    answer: Message


def answered_requests(check: Check) -> Iterator[AnsweredRequest]:
    """Yield the request with its acknowledgement, when the check holds both."""
    request = check.read(read_message, "request")
    if request is not None:
        for answer in acks(check):
            yield AnsweredRequest(request, answer)
