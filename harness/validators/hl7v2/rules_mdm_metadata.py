"""Rules on the metadata and the participations of a transmitted CDA (V2-MDM-05 to 07)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.documents import (
    document_messages,
    is_document,
    names_lps,
    to_platform,
)
from harness.validators.hl7v2.reader import Message, Segment

LIST = "hl7v2_metadonnees_document"
STANDARD = "volet CDA-R2 en HL7 v2 2.1.3"
TO_DMP, TO_PROFESSIONALS, TO_PATIENT = "DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT"
HIDDEN_FROM_PATIENT = "INVISIBLE_PATIENT"
SENDER, RECEIVER, REPLY = "SB", "RCT", "REPLY"
PATIENT_DOMAIN = "@patient.mssante.fr"
_MSSANTE = re.compile(r"[^@\s]+@(?:[^@\s]+\.)?mssante\.fr", re.IGNORECASE)
_YES_NO = ("Y", "N")


def _metadata() -> dict[str, Any]:
    table: dict[str, Any] = code_list(LIST)["metadonnees"]
    return table


def _observations(message: Message) -> tuple[Segment, ...]:
    """Return the OBX that are no document."""
    return tuple(one for one in message.named("OBX") if not is_document(one))


@rule(
    "V2-MDM-05",
    each=to_platform,
    standard=f"{STANDARD}, métadonnées DMP et MSSanté",
    lists=(LIST,),
)
def metadata_are_all_there(message: Message, check: Check) -> Iterator[Finding]:
    """After the document, ten metadata say Y or N, in the order of the volet."""
    table = _metadata()
    wanted: list[str] = table["obligatoires"]
    observations = _observations(message)
    codes = [one.value(3) for one in observations]
    missing = [code for code in wanted if code not in codes]
    if missing:
        yield Finding(
            at="OBX",
            expected=f"les {len(wanted)} métadonnées du volet",
            found=f"absentes : {', '.join(missing)}",
            hint="Les métadonnées sont-elles émises même quand leur valeur est N ?",
        )
    present = [code for code in codes if code in wanted]
    if present != [code for code in wanted if code in present]:
        yield Finding(
            at="OBX",
            expected=f"une fois chacune, dans l'ordre {', '.join(wanted)}",
            found=", ".join(present)[:200],
            hint="L'ordre des métadonnées suit-il celui du volet ?",
        )
    bodies = [rank for rank, code in enumerate(codes) if code in table["facultatives"]]
    last = max((rank for rank, code in enumerate(codes) if code in wanted), default=-1)
    for rank in bodies:
        if rank < last:
            yield Finding(
                at=observations[rank].path(3),
                expected="le corps du courriel après les métadonnées",
                found=f"{codes[rank]} avant {codes[last]}",
                hint="L'ordre est-il celui de la version 2.0 du volet ?",
                level=Level.WARNING,
            )
    for one in observations:
        yield from _one_metadatum(message, one)


def _one_metadatum(message: Message, one: Segment) -> Iterator[Finding]:
    table, code = _metadata(), one.value(3)
    body = code in table["facultatives"]
    if not body and code not in table["obligatoires"]:
        yield Finding(
            at=one.path(3),
            expected="une métadonnée du volet",
            found=code[:40] or "vide",
            hint="Le code est-il celui d'une autre version du volet (ACK_LECTURE en 2.0) ?",
            level=Level.WARNING,
        )
        return
    kind = "ED" if body else table["types"].get(message.type, "CWE")
    wanted: list[tuple[str, tuple[str, ...], str]] = [
        (one.path(2), (kind,), one.value(2)),
        (f"{one.path(3)}.3", (table["systeme"],), one.value(3, 3)),
        (one.path(11), ("F",), one.value(11)),
    ]
    if not body:
        wanted.append((one.path(5), _YES_NO, one.value(5)))
        wanted.append((f"{one.path(5)}.3", (table["indicateur"],), one.value(5, 3)))
    for place, admitted, found in wanted:
        if found not in admitted:
            yield Finding(
                at=place,
                expected=f"{' ou '.join(admitted)} pour {code}",
                found=found[:40] or "vide",
                hint="La métadonnée est-elle émise dans la forme de la version 2.1 du volet ?",
                level=Level.WARNING if found == table["indicateur_ancien"] else None,
            )


def participations(check: Check) -> Iterator[Message]:
    """Yield the document message that has PRT segments, or that must have some."""
    for message in document_messages(check):
        if message.named("PRT") or names_lps(message) or _asked(message, TO_DMP):
            yield message


@rule("V2-MDM-06", each=participations, standard=f"{STANDARD}, table PRT", lists=(LIST,))
def participations_are_whole(message: Message, check: Check) -> Iterator[Finding]:
    """A PRT says who sends (SB), who receives (RCT) or where to answer, with its MSSanté address.

    The sender is compulsory when the document goes to the DMP, and in the volet LPS.
    """
    roles = [one.value(4) for one in message.named("PRT")]
    if SENDER not in roles and (names_lps(message) or _asked(message, TO_DMP)):
        yield Finding(
            at="PRT",
            expected=f"un PRT {SENDER} : l'expéditeur, exigé pour le DMP",
            found=f"PRT {', '.join(dict.fromkeys(roles))}"[:60] if roles else "aucun PRT",
            hint="L'auteur ou son établissement est-il transmis comme expéditeur ?",
        )
    for one in message.named("PRT"):
        yield from _one_participation(one)


def _one_participation(one: Segment) -> Iterator[Finding]:
    table = code_list(LIST)["participations"]
    role = one.value(4)
    fixed: list[tuple[str, tuple[str, ...], str]] = [
        (one.path(2), (table["action"],), one.value(2)),
        (one.path(4), tuple(table["codes"]), role),
        (f"{one.path(4)}.3", (table["systeme"],), one.value(4, 3)),
    ]
    if one.value(5):
        fixed.append((f"{one.path(5)}.9", (table["personne"],), one.value(5, 9, 2)))
    if one.field(8):
        fixed.append((f"{one.path(8)}.6", (table["structure"],), one.value(8, 6, 2)))
    if role in (RECEIVER, REPLY):
        fixed.append((f"{one.path(15)}.3", (table["type_adresse"],), one.value(15, 3)))
    for place, admitted, found in fixed:
        if found not in admitted:
            yield Finding(
                at=place,
                expected=" ou ".join(admitted),
                found=found[:60] or "vide",
                hint="Le segment PRT (HL7 2.9) suit-il la table du volet ?",
                level=Level.WARNING if found == table["systeme_ancien"] else None,
            )
    address = one.value(15, 4)
    if role in (RECEIVER, REPLY) and not _MSSANTE.fullmatch(address):
        yield Finding(
            at=f"{one.path(15)}.4",
            expected="une adresse MSSanté (…mssante.fr)",
            found=address[:80] or "vide",
            hint="L'adresse vient-elle de l'annuaire MSSanté ?",
            level=Level.WARNING if role == REPLY and "@" in address else None,
        )


def destined(check: Check) -> Iterator[Message]:
    """Yield the message to the platform that says whether it goes by MSSanté."""
    for message in to_platform(check):
        if any(one.value(3) in (TO_PROFESSIONALS, TO_PATIENT) for one in message.named("OBX")):
            yield message


@rule("V2-MDM-07", each=destined, standard=f"{STANDARD}, destinataires MSSanté")
def receivers_suit_the_demand(message: Message, check: Check) -> Iterator[Finding]:
    """A document to send by MSSanté has a receiver: a professional's box, or the patient's."""
    addresses = [one.value(15, 4) for one in message.named("PRT") if one.value(4) == RECEIVER]
    to_patient = [one for one in addresses if one.lower().endswith(PATIENT_DOMAIN)]
    if _asked(message, TO_PROFESSIONALS) and not any(
        address and address not in to_patient for address in addresses
    ):
        yield Finding(
            at="PRT",
            expected=f"un PRT {RECEIVER} avec l'adresse d'un professionnel ou d'une organisation,"
            f" {TO_PROFESSIONALS} = Y",
            found="des adresses de patient seulement" if to_patient else "aucune adresse",
            hint="Le destinataire choisi à l'écran est-il transmis ?",
        )
    if not _asked(message, TO_PATIENT):
        return
    boxes = {f"{one.value}{PATIENT_DOMAIN}".lower() for one in message.ins_identifiers}
    if not any(address.lower() in boxes for address in to_patient):
        yield Finding(
            at="PRT",
            expected=f"un PRT {RECEIVER} à <matricule>{PATIENT_DOMAIN}, {TO_PATIENT} = Y",
            found="une autre adresse de patient" if to_patient else "aucune adresse de patient",
            hint="L'adresse est-elle bâtie sur les 15 caractères du matricule de PID-3 ?",
        )
    if _asked(message, HIDDEN_FROM_PATIENT):
        yield Finding(
            at="OBX",
            expected=f"{TO_PATIENT} = N pour un document invisible au patient",
            found=f"{HIDDEN_FROM_PATIENT} = Y et {TO_PATIENT} = Y",
            hint="Le document masqué part-il au patient par erreur ?",
            level=Level.WARNING,
        )


def _asked(message: Message, code: str) -> bool:
    return any(one.value(3) == code and one.value(5) == "Y" for one in message.named("OBX"))
