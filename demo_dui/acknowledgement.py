"""Acknowledgements of incoming HL7 v2 messages (V2-ACK-01 to V2-ACK-05)."""

from __future__ import annotations

import uuid
from datetime import datetime

from demo_dui import faults
from demo_dui.er7 import CHARSETS, Message, Segment, escape, segment

# Text of the error codes used here (table 0357).
_ERROR_TEXTS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "207": "Application internal error",
}
_APPLICATION_TEXTS = {"902": "Patient inconnu", "905": "INS incomplet", "906": "Autre erreur"}


class MessageError(Exception):
    """A message is refused: ERR-3 code, place (ERL), French text, ERR-5 code with 207."""

    def __init__(self, code: str, place: str, text: str, application_code: str = "") -> None:
        super().__init__(text)
        self.code, self.place, self.text = code, place, text
        self.application_code = application_code


def positive(message: Message) -> bytes:
    """AA for a message taken in."""
    code = "OK" if faults.active("ack-code-inconnu") else "AA"
    segments = [_msh(message.header), _msa(message.header, code)]
    if faults.active("ack-aa-avec-err"):
        segments.append(_err(MessageError("207", "PID^1", "aucune erreur", "906")))
    return _encoded(segments, message.header)


def negative(message: Message, error: MessageError) -> bytes:
    """AE with its ERR for a message refused."""
    segments = [_msh(message.header), _msa(message.header, "AE")]
    if not faults.active("ack-ae-sans-err"):
        segments.append(_err(error))
    return _encoded(segments, message.header)


def of_unreadable(content: bytes, text: str) -> bytes:
    """AE for bytes that are not ER7: what can be read of the header is mirrored."""
    line = content.split(b"\r", 1)[0].decode("latin-1")
    parts = line.split("|") if line.startswith("MSH|") else ["MSH", "^~\\&"]
    header = Segment("MSH", ("MSH", "|", *parts[1:]))
    segments = [_msh(header), _msa(header, "AE")]
    if not faults.active("ack-ae-sans-err"):
        segments.append(_err(MessageError("100", "MSH^1", text)))
    return _encoded(segments, header)


def _msh(header: Segment) -> str:
    event = header.component(9, 2)
    kind = f"ACK^{event}^ACK" if event else "ACK"
    mirrored = {3: header.field(5), 4: header.field(6), 5: header.field(3), 6: header.field(4)}
    if faults.active("ack-emetteur-non-inverse"):
        mirrored = {number: header.field(number) for number in (3, 4, 5, 6)}
    fields = mirrored | {
        2: "^~\\&",
        7: datetime.now().strftime("%Y%m%d%H%M%S"),
        9: "ACK" if faults.active("ack-msh9-incomplet") else kind,
        10: uuid.uuid4().hex[:20],
        11: _processing(header),
        12: header.field(12) or "2.5^FRA^2.11",
        17: "FRA",
        18: _charset(header),
        19: header.field(19),
        21: header.field(21),
    }
    return segment("MSH", fields)


def _processing(header: Segment) -> str:
    asked = header.field(11) or "P"
    if faults.active("ack-msh11-non-repris"):
        return "D" if asked != "D" else "P"
    return asked


def _charset(header: Segment) -> str:
    declared = header.field(18).split("~")[0]
    return declared if declared in CHARSETS else "UNICODE UTF-8"


def _msa(header: Segment, code: str) -> str:
    control_id = header.field(10)
    return segment("MSA", {1: code, 2: "0" if faults.active("ack-msa2-faux") else control_id})


def _err(error: MessageError) -> str:
    code = "999" if faults.active("ack-err3-inconnu") else error.code
    application = error.application_code
    if faults.active("ack-err5-hors-207") and error.code != "207":
        application = "906"
    application_text = _APPLICATION_TEXTS.get(application, "")
    fields = {
        2: error.place,
        3: f"{code}^{_ERROR_TEXTS[error.code]}^messageErrorCondition",
        4: "X" if faults.active("ack-err4-inconnu") else "E",
        5: f"{application}^{application_text}^applicationErrorCondition" if application else "",
        8: escape(error.text),
    }
    return segment("ERR", fields)


def _encoded(segments: list[str], header: Segment) -> bytes:
    charset = CHARSETS[_charset(header)]
    return ("\r".join(segments) + "\r").encode(charset, errors="replace")
