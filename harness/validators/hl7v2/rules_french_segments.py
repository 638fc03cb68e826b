"""Rules on the French segments: ZFD (identity), ZBE (movement), ZFA (DMP), ZFM and ZFV."""

from __future__ import annotations

from collections.abc import Iterator

from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.reader import Message, Segment, pam_messages

FRENCH = "hl7v2_segments_francais"
EVENTS = "hl7v2_evenements"


def obtained_identities(check: Check) -> Iterator[Segment]:
    """Yield the ZFD segments of the PAM message that carries an INS."""
    for message in pam_messages(check):
        if message.ins_identifiers:
            yield from message.named("ZFD")


@rule(
    "V2-ZFD-01",
    each=obtained_identities,
    standard="exemples ANS hl7V2-exemples ; FR Core, PAM 2.11.1 § 6.18.6",
    lists=(FRENCH,),
)
def identity_source_is_told(zfd: Segment, check: Check) -> Iterator[Finding]:
    """With an INS, ZFD-5 tells how the identity was obtained and ZFD-6 when INSi was called."""
    table = code_list(FRENCH)["zfd"]
    way = zfd.value(5)
    if not way:
        yield Finding(
            at=zfd.path(5),
            expected="le mode d'obtention de l'identité (SM, CV, INSI, CB ou RFID)",
            found="vide",
            hint="Le mode d'obtention est-il conservé avec l'identité ?",
        )
    elif way not in table["obtention"]:
        hint = "Le mode d'obtention vient-il de la table de PAM France ?"
        known = ", ".join(table["obtention"])
        yield Finding(zfd.path(5), f"un code parmi {known}", way[:20], hint, Level.WARNING)
    if way in table["avec_appel_insi"] and not zfd.value(6):
        yield Finding(
            at=zfd.path(6),
            expected=f"la date d'appel au téléservice INSi, puisque ZFD-5 = {way}",
            found="vide",
            hint="La date de l'appel INSi est-elle conservée avec l'identité ?",
        )
    if zfd.value(4) not in {"", "Y", "N"}:
        hint = "L'indicateur de date de naissance modifiée est-il booléen ?"
        yield Finding(zfd.path(4), "Y ou N", zfd.value(4)[:20], hint, Level.WARNING)


def movements(check: Check) -> Iterator[Segment]:
    """Yield the ZBE segments of the PAM message."""
    for message in pam_messages(check):
        yield from message.named("ZBE")


@rule(
    "V2-ZBE-01",
    each=movements,
    standard="IHE ITI TF vol. 4, table 4.1.2.7-1",
    overlaps=("V2-EVT-03",),
    lists=(FRENCH,),
)
def movement_is_described(zbe: Segment, check: Check) -> Iterator[Finding]:
    """ZBE gives id, start, action, historic mark and nature of the movement; ZBE-3 is empty."""
    table = code_list(FRENCH)["zbe"]
    action, origin = zbe.value(4), zbe.value(6)
    shift = "Les champs ont-ils glissé d'un rang à partir de ZBE-3 ?"
    if not zbe.value(1):
        yield Finding(zbe.path(1), "l'identifiant du mouvement", "vide", "Est-il émis ?")
    if not zbe.value(2):
        yield Finding(zbe.path(2), "la date de début du mouvement", "vide", "Est-elle émise ?")
    if zbe.field(3):
        yield Finding(zbe.path(3), "vide (fin de mouvement interdite)", zbe.field(3)[:30], shift)
    if action not in table["actions"]:
        yield Finding(zbe.path(4), " ou ".join(table["actions"]), action[:30] or "vide", shift)
    if zbe.value(5) not in {"Y", "N"}:
        yield Finding(zbe.path(5), "Y ou N", zbe.value(5)[:30] or "vide", shift)
    if action in table["actions_sur_un_evenement"] and not origin:
        hint = "L'évènement du mouvement corrigé ou annulé est-il repris ?"
        yield Finding(zbe.path(6), f"l'évènement d'origine, pour {action}", "vide", hint)
    elif action == "INSERT" and origin:
        hint = "ZBE-6 ne sert-il qu'aux actions UPDATE et CANCEL ?"
        yield Finding(zbe.path(6), "vide pour INSERT", origin[:20], hint, Level.WARNING)
    if zbe.value(9) not in table["natures"]:
        known = ", ".join(table["natures"])
        yield Finding(zbe.path(9), f"une nature parmi {known}", zbe.value(9)[:20] or "vide", shift)


def placed_movements(check: Check) -> Iterator[Segment]:
    """Yield the ZBE segments that name a unit."""
    return (zbe for zbe in movements(check) if zbe.field(7) or zbe.field(8))


@rule(
    "V2-ZBE-02",
    each=placed_movements,
    standard="IHE ITI TF vol. 4, table 4.1.2.7-1 ; exemples ANS",
    lists=(FRENCH,),
)
def units_are_identified(zbe: Segment, check: Check) -> Iterator[Finding]:
    """The units of ZBE-7 and ZBE-8 have a name, an authority, the type UF and a code."""
    kinds = code_list(FRENCH)["zbe"]["types_unite"]
    for number in (7, 8):
        if not zbe.field(number):
            continue
        parts = (
            (1, "le nom de l'unité", bool(zbe.value(number, 1))),
            (6, "l'autorité d'affectation", bool(zbe.value(number, 6) or zbe.value(number, 6, 2))),
            (7, "UF, le type de l'unité", zbe.value(number, 7) in kinds),
            (10, "le code de l'unité", bool(zbe.value(number, 10))),
        )
        for rank, label, right in parts:
            if not right:
                yield Finding(
                    at=f"{zbe.path(number)}.{rank}",
                    expected=label,
                    found=zbe.value(number, rank)[:30] or "vide",
                    hint="L'unité fonctionnelle est-elle émise au format XON complet ?",
                )


def dmp_segments(check: Check) -> Iterator[Segment]:
    """Yield the ZFA segments of the PAM message."""
    for message in pam_messages(check):
        yield from message.named("ZFA")


@rule(
    "V2-ZFA-01",
    each=dmp_segments,
    standard="IHE ITI TF vol. 4, segment ZFA ; exemples ANS PAM 2.11",
    lists=(FRENCH,),
)
def dmp_fields_are_coded(zfa: Segment, check: Check) -> Iterator[Finding]:
    """The fields of ZFA, when valued, hold the codes, the Y/N marks and the dates foreseen."""
    table = code_list(FRENCH)["zfa"]
    hint = "Les champs de ZFA sont-ils émis à leur rang ?"
    status = zfa.value(1)
    if status and status not in table["statuts"]:
        known = ", ".join(table["statuts"])
        yield Finding(zfa.path(1), f"un statut parmi {known}", status[:20], hint, Level.WARNING)
    for number in (4, 6, 7):
        if zfa.value(number) not in {"", "Y", "N"}:
            yield Finding(zfa.path(number), "Y ou N", zfa.value(number)[:20], hint)
    for number, known in ((9, table["alimentation"]), (11, table["consultation"])):
        if zfa.value(number) and zfa.value(number) not in known:
            yield Finding(zfa.path(number), " ou ".join(known), zfa.value(number)[:20], hint)
    for number in (2, 3, 5, 8, 10, 12):
        date = zfa.value(number)
        if date and not (len(date) >= 8 and date[:8].isdecimal()):
            yield Finding(zfa.path(number), "une date AAAAMMJJ…", date[:20], hint)


def dmp_choices(check: Check) -> Iterator[Segment]:
    """Yield the ZFA segments that tell a choice of the patient on feeding or consulting the DMP."""
    return (zfa for zfa in dmp_segments(check) if zfa.value(9) or zfa.value(11))


@rule("V2-ZFA-02", each=dmp_choices, standard="exemples ANS PAM 2.11, segment ZFA", lists=(FRENCH,))
def dmp_choices_are_dated(zfa: Segment, check: Check) -> Iterator[Finding]:
    """A choice on the DMP is dated; NA, no choice, has no date."""
    none = code_list(FRENCH)["zfa"]["sans_objet"]
    for number in (9, 11):
        choice, date = zfa.value(number), zfa.value(number + 1)
        if choice == none and date:
            hint = "NA signifie-t-il que le patient ne s'est pas prononcé ?"
            yield Finding(zfa.path(number + 1), f"vide avec {none}", date[:20], hint)
        elif choice and choice != none and not date:
            hint = "La date du choix du patient est-elle conservée ?"
            yield Finding(zfa.path(number + 1), f"la date du choix {choice[:10]}", "vide", hint)


def wanted_segments(check: Check) -> Iterator[tuple[Message, tuple[str, ...]]]:
    """Yield the PAM message with the French segments that its event calls for, if any."""
    table = code_list(EVENTS)["segments"]
    for message in pam_messages(check):
        zbe = message.first("ZBE")
        events = {message.event}
        if message.event == "Z99" and zbe is not None:
            events.add(zbe.value(6))
        wanted = tuple(name for name, known in table.items() if events.intersection(known))
        if wanted:
            yield message, wanted


@rule(
    "V2-ZFM-01",
    each=wanted_segments,
    level=Level.WARNING,
    standard="IHE ITI TF vol. 4, segments ZFM, ZFV et ZFA",
    lists=(EVENTS,),
)
def french_segments_are_present(
    subject: tuple[Message, tuple[str, ...]], check: Check
) -> Iterator[Finding]:
    """ZFM, ZFV and ZFA come with the events that call for them."""
    message, wanted = subject
    for name in wanted:
        if message.first(name) is None:
            yield Finding(
                at=name,
                expected=f"un segment {name} avec l'évènement {message.event}",
                found="absent",
                hint="Le segment français est-il prévu dans l'interface ?",
            )
