"""Orders, appointments and results that bear a patient, as other software sends them to the target.

Their content (a blood count asked for, planned or returned) is the same for everybody: what is
looked at is the PID, written as in the identity flows. MSH names no PAM profile.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from harness.model.identity import Person
from harness.targets.pam_messages import Identification, msh, pid, segment
from harness.targets.target import Hl7v2Options

BUSINESS: Mapping[str, str] = {
    "ORM": "ORM^O01^ORM_O01",
    "SIU": "SIU^S12^SIU_S12",
    "ORU": "ORU^R01^ORU_R01",
}
"""Kind of message → MSH-9."""
_ACT = "58410-2^Hémogramme^LN"


def build_business(
    person: Person, what: Identification, options: Hl7v2Options
) -> tuple[str, bytes]:
    """Return the control id (MSH-10) and the bytes of an ORM, a SIU or an ORU, without the frame.

    `what.event` is the kind, a key of `BUSINESS`; the rest says what its PID carries.
    """
    control_id = uuid.uuid4().hex[:20]
    moment = datetime.now().strftime("%Y%m%d%H%M%S")
    kind = what.event
    head = msh(control_id, "", moment, options, {9: BUSINESS[kind], 12: "2.5", 21: ""})
    patient = pid(person, what, moment, options)
    segments = [head, *_BODIES[kind](patient, control_id, moment)]
    return control_id, ("\r".join(segments) + "\r").encode()


def _order(patient: str, control_id: str, _moment: str) -> list[str]:
    number = f"D{control_id[:10]}"
    return [
        patient,
        segment("ORC", {1: "NW", 2: number}),
        segment("OBR", {1: "1", 2: number, 4: _ACT}),
    ]


def _appointment(patient: str, control_id: str, moment: str) -> list[str]:
    return [
        segment("SCH", {1: f"R{control_id[:10]}", 6: "ROUTINE", 25: "Booked"}),
        patient,
        segment("RGS", {1: "1"}),
        segment("AIS", {1: "1", 3: _ACT, 4: moment}),
    ]


def _result(patient: str, control_id: str, moment: str) -> list[str]:
    value = {1: "1", 2: "NM", 3: "718-7^Hémoglobine^LN", 5: "132", 6: "g/L", 11: "F", 14: moment}
    return [
        patient,
        segment("OBR", {1: "1", 2: f"D{control_id[:10]}", 4: _ACT, 7: moment, 25: "F"}),
        segment("OBX", value),
    ]


_BODIES: Mapping[str, Callable[[str, str, str], list[str]]] = {
    "ORM": _order,
    "SIU": _appointment,
    "ORU": _result,
}
