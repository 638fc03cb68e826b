"""Rules on the framing and the encoding of HL7 v2 messages (V2-ENC)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.profile import by_french_profile
from harness.validators.hl7v2.reader import STANDARD_MSH2, Message, messages
from harness.validators.hl7v2.wire import CODECS

CDA_CHARSETS = ("UNICODE UTF-8", "8859/15")
_CHARSET_NAMES = {"utf-8": "UTF-8", "iso8859-15": "ISO 8859-15", "iso8859-1": "ISO 8859-1"}
_SEGMENT_NAME = re.compile(r"[A-Z][A-Z0-9]{2}")


@rule("V2-ENC-01", each=messages, standard="volet CDA-R2 en HL7 v2 2.1.3, table MSH")
def separators_are_the_standard_ones(message: Message, check: Check) -> Iterator[Finding]:
    r"""Fields are parted by | and MSH-2 is exactly ^~\&."""
    if message.field_separator != "|":
        yield Finding(
            at="MSH-1",
            expected="le séparateur de champs |",
            found=f"{message.field_separator} ({_code_point(message.field_separator)})",
            hint="Le message a-t-il été copié depuis un document mis en forme ?",
        )
    if message.encoding_characters != STANDARD_MSH2:
        strange = [mark for mark in message.encoding_characters if mark not in STANDARD_MSH2]
        points = ", ".join(_code_point(mark) for mark in strange)
        yield Finding(
            at="MSH-2",
            expected=f"exactement {STANDARD_MSH2}",
            found=message.encoding_characters[:20] + (f" ({points})" if points else ""),
            hint="Le tilde est-il bien le caractère ASCII 126, et non un caractère ressemblant ?",
        )


def on_a_socket(check: Check) -> Iterator[Message]:
    """Yield the message when it crossed a socket, or when one of its lines is no segment.

    A file says nothing of the wire: `expected["transport"] == "mllp"` or the marks of a frame do.
    """
    for message in messages(check):
        if _from_socket(message, check) or _stray_lines(message):
            yield message


@rule("V2-ENC-02", each=on_a_socket, level=Level.WARNING, standard="HL7 v2.5, chapitre 2")
def segments_end_with_carriage_return(message: Message, check: Check) -> Iterator[Finding]:
    """On a socket, every segment ends with CR (0x0D) alone."""
    if _from_socket(message, check) and message.wire.line_ending != "CR":
        yield Finding(
            at="fins de segment",
            expected="CR (0x0D) à la fin de chaque segment",
            found=message.wire.line_ending,
            hint="La bibliothèque d'écriture emploie-t-elle la fin de ligne du système ?",
        )
    for name in _stray_lines(message):
        yield Finding(
            at="fins de segment",
            expected="un nom de segment de trois caractères au début de chaque ligne",
            found=name[:20] if name[:20].isprintable() else ascii(name[:20]),
            hint="Un champ contient-il un retour à la ligne qui n'a pas été échappé ?",
        )


def _from_socket(message: Message, check: Check) -> bool:
    return check.expected.get("transport") == "mllp" or message.wire.framing.met


def _stray_lines(message: Message) -> list[str]:
    names = (segment.name for segment in message.segments)
    return [name for name in names if not _SEGMENT_NAME.fullmatch(name)]


def framed(check: Check) -> Iterator[Message]:
    """Yield the message when a mark of a frame was met, or `expected["framing"]` demands one."""
    for message in messages(check):
        if message.wire.framing.met or check.expected.get("framing") == "mllp":
            yield message


@rule("V2-ENC-03", each=framed, level=Level.WARNING, standard="HL7 v2, protocole MLLP")
def message_sits_in_an_mllp_frame(message: Message, check: Check) -> Iterator[Finding]:
    """An MLLP frame is 0x0B, the message, then 0x1C 0x0D, and nothing else."""
    framing = message.wire.framing
    if not framing.started:
        yield Finding(
            at="début de trame",
            expected="0x0B juste avant MSH",
            found="absent",
            hint="L'octet de début de bloc est-il envoyé avant chaque message ?",
        )
    if not framing.ended:
        yield Finding(
            at="fin de trame",
            expected="0x1C 0x0D juste après le dernier segment",
            found="0x1C sans 0x0D ou suivi d'autres octets" if framing.cut_mark else "absent",
            hint="Les deux octets de fin de bloc sont-ils envoyés, dans cet ordre ?",
        )


@rule(
    "V2-ENC-04",
    each=messages,
    standard="volet CDA-R2 en HL7 v2 2.1.3, table MSH ; IHE ITI TF vol. 4, 4.1.1.1",
)
def bytes_are_of_the_declared_charset(message: Message, check: Check) -> Iterator[Finding]:
    """MSH-18 names an admitted charset and the bytes decode in it."""
    wire = message.wire
    admitted = CDA_CHARSETS if message.is_cda_transport else tuple(CODECS)
    if wire.declared_charset not in admitted:
        silent = not wire.declared_charset and wire.ascii_only and not message.is_cda_transport
        yield Finding(
            at="MSH-18",
            expected=f"un jeu de caractères parmi {', '.join(admitted)}",
            found=wire.declared_charset[:30] or "vide",
            hint="Le jeu de caractères est-il nommé comme dans la table HL7 0211 ?",
            level=Level.WARNING if silent else None,
        )
    elif not wire.ascii_only and _CHARSET_NAMES[CODECS[wire.declared_charset]] != _real(message):
        yield Finding(
            at="MSH-18",
            expected=f"des octets {_CHARSET_NAMES[CODECS[wire.declared_charset]]},"
            f" comme l'annonce MSH-18 ({wire.declared_charset})",
            found=f"des octets {_real(message)}",
            hint="Le texte est-il encodé avec le jeu annoncé au moment de l'envoi ?",
        )
    if wire.byte_order_mark:
        yield Finding(
            at="début du message",
            expected="MSH en premiers octets",
            found="une marque d'ordre des octets (EF BB BF)",
            hint="Le fichier a-t-il été enregistré « UTF-8 avec BOM » ?",
            level=Level.WARNING,
        )


def _real(message: Message) -> str:
    """Return the name of the charset that the bytes show, the declared one when nothing says no."""
    wire = message.wire
    if wire.valid_utf8:
        return "UTF-8"
    declared = CODECS.get(wire.declared_charset, "")
    if declared == "utf-8":
        return "d'un jeu à un octet par caractère (ISO 8859 ou Windows-1252)"
    if wire.control_bytes:
        return "d'un autre jeu (0x80 à 0x9F, peut-être Windows-1252)"
    return _CHARSET_NAMES.get(declared, "")


@rule("V2-ENC-05", each=messages, standard="volet CDA-R2 en HL7 v2 2.1.3, table MSH")
@by_french_profile
def country_is_france(message: Message, check: Check) -> Iterator[Finding]:
    """MSH-17 is FRA; a PAM message says FR in MSH-19."""
    country = message.header.value(17)
    if country != "FRA":
        yield Finding(
            at="MSH-17",
            expected="FRA",
            found=country or "vide",
            hint="Le code du pays à trois lettres est-il renseigné ?",
        )
    language = message.header.value(19)
    if message.is_pam and language != "FR":
        yield Finding(
            at="MSH-19",
            expected="FR dans un message PAM",
            found=language or "vide",
            hint="La langue principale du message est-elle renseignée ?",
            level=None if language else Level.WARNING,
        )


def _code_point(mark: str) -> str:
    return f"U+{ord(mark):04X}"
