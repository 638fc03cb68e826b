"""Rules on versions, profiles and the compulsory fields of MSH (V2-VER)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.reader import Message, cda_messages, messages, pam_messages

EVENTS = "hl7v2_evenements"
PAM_PROFILE = ("2.11", "IHE_FRANCE-2.11-PAM")
CDA_PROFILES = ("2.1^CISIS_CDA_HL7_V2", "1.1^CISIS_CDA_HL7_LPS")
CDA_VERSIONS = {"ORU": "2.5", "MDM": "2.6", "ZAM": "2.6"}
REQUIRED_FIELDS = {
    3: "application émettrice",
    4: "établissement émetteur",
    5: "application destinataire",
    6: "établissement destinataire",
    7: "date et heure",
    9: "type de message",
    10: "identifiant du message",
    11: "mode de traitement",
    12: "version",
}
PROCESSING_MODES = ("P", "T", "D")
_VERSION = re.compile(r"2\.\d(\.\d)?")


def versioned_pam(check: Check) -> Iterator[Message]:
    """Yield the PAM message whose MSH-12 is valued (an empty one is for V2-VER-05)."""
    return (message for message in pam_messages(check) if message.header.field(12))


@rule("V2-VER-01", each=versioned_pam, standard="IHE ITI TF vol. 4, 4.1.1.4")
def pam_version_has_three_parts(message: Message, check: Check) -> Iterator[Finding]:
    """MSH-12 of a PAM message holds the version, FRA and the version of the French profile."""
    header = message.header
    version, country, profile = (header.value(12, rank) for rank in (1, 2, 3))
    known = check.settings.pam_versions
    found = header.field(12)[:40]
    if not (_VERSION.fullmatch(version) and country == "FRA" and profile in known):
        yield Finding(
            at="MSH-12",
            expected=f"2.5^FRA^ puis une version de PAM France parmi {', '.join(known)}",
            found=found,
            hint="Les trois composantes de MSH-12 sont-elles émises ?",
        )
    elif version != "2.5":
        yield Finding(
            at="MSH-12.1",
            expected="2.5, version de HL7 sur laquelle repose PAM France",
            found=found,
            hint="L'interface suit-elle bien le profil PAM France ?",
            level=Level.WARNING,
        )


def pam_2_11(check: Check) -> Iterator[Message]:
    """Yield the PAM message that says it follows version 2.11."""
    for message in pam_messages(check):
        if message.header.value(12, 3) == PAM_PROFILE[0]:
            yield message


@rule("V2-VER-02", each=pam_2_11, standard="exemples ANS hl7V2-exemples, PAM France 2.11")
def pam_2_11_names_its_profile(message: Message, check: Check) -> Iterator[Finding]:
    """MSH-21 of a PAM 2.11 message is 2.11^IHE_FRANCE-2.11-PAM."""
    profiles = message.header.repetitions(21)
    if not any((one.value(1), one.value(2)) == PAM_PROFILE for one in profiles):
        yield Finding(
            at="MSH-21",
            expected="^".join(PAM_PROFILE),
            found=message.header.field(21)[:60] or "vide",
            hint="Les deux composantes sont-elles séparées par ^ et non par ~ ?",
        )


def cda_family(check: Check) -> Iterator[Message]:
    """Yield the CDA message, and the acknowledgement of one."""
    yield from cda_messages(check)
    for message in messages(check):
        if message.is_ack and _acknowledges_cda(message.event):
            yield message


@rule("V2-VER-03", each=cda_family, standard="volet CDA-R2 en HL7 v2 2.1.3, table MSH")
def cda_transport_names_its_version(message: Message, check: Check) -> Iterator[Finding]:
    """A message of the CDA volets has the HL7 version of its type and names its volet."""
    expected = _cda_version(message)
    version = message.header.value(12)
    if version and version != expected:
        yield Finding(
            at="MSH-12",
            expected=f"{expected} pour {message.type}^{message.event}",
            found=version,
            hint="La version suit-elle le type de message (ORU en 2.5, MDM et ZAM en 2.6) ?",
        )
    if message.is_ack:
        return
    profiles = [f"{one.value(1)}^{one.value(2)}" for one in message.header.repetitions(21)]
    if not any(profile in CDA_PROFILES for profile in profiles):
        yield Finding(
            at="MSH-21",
            expected=" ou ".join(CDA_PROFILES),
            found="~".join(profiles)[:60] or "vide",
            hint="Le volet et sa version sont-ils nommés dans l'ordre version^volet ?",
        )


def _acknowledges_cda(event: str) -> bool:
    return event in {"T02", "T04", "T10", "R01", "Z01", "Z02", "Z03"}


def _cda_version(message: Message) -> str:
    if message.is_ack:
        return CDA_VERSIONS["ORU" if message.event == "R01" else "MDM"]
    return CDA_VERSIONS[message.type]


def typed(check: Check) -> Iterator[Message]:
    """Yield the message whose MSH-9 is valued (an empty one is for V2-VER-05)."""
    return (message for message in messages(check) if message.header.field(9))


@rule(
    "V2-VER-04",
    each=typed,
    standard="volet CDA-R2 en HL7 v2 2.1.3, table MSH ; exemples ANS hl7V2-exemples",
    overlaps=("V2-ACK-01", "V2-ACK-07", "V2-EVT-01"),
    lists=(EVENTS,),
)
def message_type_is_complete(message: Message, check: Check) -> Iterator[Finding]:
    """MSH-9 has three parts and its structure is that of the event."""
    header = message.header
    parts = [header.value(9, rank) for rank in (1, 2, 3)]
    pair = "^".join(parts[:2])
    lists = code_list(EVENTS)
    seen = "ACK" if parts[0] == "ACK" else lists["structures"].get(pair)
    structure = seen or lists["structures_generales"].get(pair)
    found = header.field(9)[:40]
    if not all(parts):
        yield Finding(
            at="MSH-9",
            expected=f"trois parties, type^évènement^structure ({structure or 'ADT_A05…'})",
            found=found,
            hint="La troisième partie de MSH-9 est-elle émise ?",
        )
    elif structure is None:
        yield Finding(
            at="MSH-9",
            expected="un couple type^évènement de PAM France ou des volets CDA",
            found=found,
            hint="Ce message appartient-il bien aux échanges jugés ici ?",
            level=Level.WARNING,
        )
    elif parts[2] != structure:
        yield Finding(
            at="MSH-9.3",
            expected=f"{pair}^{structure}",
            found=found,
            hint="La structure est-elle celle de l'évènement, et non son nom ?",
            level=None if seen else Level.WARNING,
        )


@rule("V2-VER-05", each=messages, standard="volet CDA-R2 en HL7 v2 2.1.3, table MSH")
def header_is_complete(message: Message, check: Check) -> Iterator[Finding]:
    """MSH-3, 4, 5, 6, 7, 9, 10, 11 and 12 are valued; MSH-11 is P, T or D."""
    header = message.header
    for number, label in REQUIRED_FIELDS.items():
        if not header.field(number):
            yield Finding(
                at=f"MSH-{number}",
                expected=f"{label}, obligatoire",
                found="vide",
                hint="Ce champ est-il prévu dans le paramétrage de l'interface ?",
            )
    mode = header.value(11)
    if mode and mode not in PROCESSING_MODES:
        yield Finding(
            at="MSH-11",
            expected="P (production), T (test) ou D (mise au point)",
            found=mode[:20],
            hint="Le mode de traitement vient-il de la table HL7 0103 ?",
        )
