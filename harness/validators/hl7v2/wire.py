"""From bytes to text: MLLP frame, ends of segments, charset. Nothing here knows of fields.

A file is read tolerantly (LF, CRLF and CR all end a segment) and what was met is recorded, so
that the rules can judge it where it matters: on a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.model.problems import Unreadable

MLLP_START = b"\x0b"
MLLP_END = b"\x1c\x0d"
CODECS: dict[str, str] = {
    "UNICODE UTF-8": "utf-8",
    "8859/15": "iso8859-15",
    "8859/1": "iso8859-1",
}
"""Value of MSH-18 → Python codec, for the charsets that PAM France and the CDA volets name."""
MAX_BYTES = 20_000_000
_C1 = bytes(range(0x80, 0xA0))
_LINE_BEFORE_SEGMENT = re.compile(rb"\n(?=[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s])")


@dataclass(frozen=True, slots=True)
class Framing:
    """What was met of an MLLP frame around the message."""

    started: bool = False
    """0x0B comes just before MSH."""
    ended: bool = False
    """0x1C 0x0D closes the bytes, nothing follows."""
    cut_mark: bool = False
    """0x1C is there, but without its 0x0D or followed by other bytes."""

    @property
    def met(self) -> bool:
        """Return True when any mark of a frame was met."""
        return self.started or self.ended or self.cut_mark


@dataclass(frozen=True, slots=True)
class WireText:
    """A message as text whose segments end with CR, and how it was on the wire."""

    text: str
    framing: Framing
    line_ending: str
    """`CR`, `LF`, `CR LF` or `mélange`: what ended the segments."""
    declared_charset: str
    """First repetition of MSH-18, as written."""
    codec: str
    """Python codec that was used, which may not be the one declared."""
    ascii_only: bool
    valid_utf8: bool
    control_bytes: bool
    """Bytes 0x80–0x9F were met: no printable character of ISO 8859 has them."""
    byte_order_mark: bool = False


def decode(content: bytes, name: str = "message") -> WireText:
    """Take the message out of its frame and decode it by the charset that fits its bytes.

    The declared charset is used when the bytes decode in it; else UTF-8 when they are valid
    UTF-8, else ISO 8859-15, so that no character is lost before the rules speak. Raises
    `Unreadable` for bytes that are not one whole HL7 v2 message.
    """
    if len(content) > MAX_BYTES:
        raise Unreadable(
            f"{name} : {len(content)} octets, plus que la limite de {MAX_BYTES} ; "
            "découpez le fichier, un message par fichier"
        )
    body, framing = _unframed(content, name)
    mark = body.startswith(b"\xef\xbb\xbf")
    body = body[3:].lstrip() if mark else body
    _must_be_a_message(body, name)
    ending, body = _segment_ends(body)
    declared = _declared_charset(body)
    ascii_only = body.isascii()
    valid_utf8 = ascii_only or _is_utf8(body)
    codec = CODECS.get(declared, "utf-8")
    if codec == "utf-8" and not valid_utf8:
        codec = "iso8859-15"
    elif codec != "utf-8" and valid_utf8 and not ascii_only:
        codec = "utf-8"
    return WireText(
        body.decode(codec),
        framing,
        ending,
        declared,
        codec,
        ascii_only,
        valid_utf8,
        not ascii_only and len(body.translate(None, _C1)) != len(body),
        mark,
    )


def _unframed(content: bytes, name: str) -> tuple[bytes, Framing]:
    body = content.strip(b" \t\r\n")
    if MLLP_START not in body[:1] and b"\x1c" not in body[-4:]:
        return body, Framing()
    started = body.startswith(MLLP_START)
    end = body.rfind(b"\x1c")
    if end < 0:
        raise Unreadable(
            f"{name} : trame MLLP coupée, 0x1C 0x0D attendu à la fin ; "
            "le message est incomplet, refaites la capture"
        )
    # The CR of the end block was stripped with the blanks: look at the bytes as they came.
    tail = content[content.rfind(b"\x1c") :]
    ended = tail.rstrip(b"\n") == MLLP_END
    inside = body[1 if started else 0 : end]
    return inside.strip(b" \t\r\n"), Framing(started, ended, not ended)


def _must_be_a_message(body: bytes, name: str) -> None:
    if not body.startswith(b"MSH"):
        beginning = body[:12].decode("ascii", "backslashreplace") or "rien"
        raise Unreadable(
            f"{name} : le fichier ne commence pas par un segment MSH (début lu : « {beginning} ») ;"
            " un message HL7 v2 en notation à barres verticales était attendu"
        )
    header = body[:400]
    separator = header[3:4]
    if not separator or separator.isalnum() or separator in b"^~\\& \t\r\n\x00":
        raise Unreadable(
            f"{name} : segment MSH sans séparateur de champs, « MSH|^~\\& » était attendu"
        )
    if header.find(separator, 4) < 0:
        raise Unreadable(
            f"{name} : message tronqué dans MSH-2, « MSH|^~\\&|… » était attendu ; "
            "refaites la capture"
        )
    # Two searches of plain bytes: a pattern costs ten times as much on a long document.
    if b"\rMSH" + separator in body or b"\nMSH" + separator in body:
        raise Unreadable(
            f"{name} : plusieurs messages (segment MSH répété) ; donnez un message par fichier"
        )


def _segment_ends(body: bytes) -> tuple[str, bytes]:
    """Return what ends the segments and the bytes with CR alone.

    A LF inside a message of CR segments belongs to a field unless a segment name follows it.
    """
    if b"\n" not in body:
        return "CR", body
    if b"\r" not in body:
        return "LF", body.replace(b"\n", b"\r")
    whole = body.replace(b"\r\n", b"\r")
    if whole.count(b"\r") == body.count(b"\r\n") and b"\n" not in whole:
        return "CR LF", whole
    joined, mended = _LINE_BEFORE_SEGMENT.subn(b"\r", whole)
    mixed = mended or b"\r\n" in body
    return ("mélange" if mixed else "CR"), joined


def _declared_charset(body: bytes) -> str:
    header = body.partition(b"\r")[0]
    fields = header.split(body[3:4])
    if len(fields) < 18:
        return ""
    return fields[17].partition(b"~")[0].decode("ascii", "replace").strip()


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
