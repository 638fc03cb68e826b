"""Rules on trigger events of PAM France (V2-EVT)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.reader import Message, pam_messages

EVENTS = "hl7v2_evenements"


def _movements() -> dict[str, Any]:
    table: dict[str, Any] = code_list(EVENTS)["mouvement"]
    return table


@rule(
    "V2-EVT-01",
    each=pam_messages,
    standard="IHE ITI TF vol. 4, 4.1.2.3 (ITI-30)",
    overlaps=("V2-VER-04",),
    lists=(EVENTS,),
)
def event_is_of_the_profile(message: Message, check: Check) -> Iterator[Finding]:
    """The event is an identity event that the profile takes, or a movement of ITI-31."""
    event = message.event
    admitted = check.settings.pam_events
    if event not in admitted and event not in _movements()["evenements"]:
        # A08 and the like exist in HL7, and the options of French profiles are known by samples.
        of_hl7 = event[:1] == "A" and event[1:].isdecimal() and 1 <= int(event[1:]) <= 62
        yield Finding(
            at="MSH-9.2",
            expected=f"un évènement d'identité parmi {', '.join(admitted)},"
            " ou un mouvement de PAM France",
            found=event or "vide",
            hint="Une mise à jour d'identité part-elle en A31, et celle d'un mouvement en Z99 ?",
            level=Level.WARNING if of_hl7 else None,
        )
    if event in code_list(EVENTS)["identite"]["avec_mrg"] and message.first("MRG") is None:
        yield Finding(
            at="MRG",
            expected=f"un segment MRG avec l'ancien identifiant, pour {event}",
            found="absent",
            hint="L'identifiant abandonné est-il transmis ?",
            level=Level.WARNING,
        )


def movement_messages(check: Check) -> Iterator[Message]:
    """Yield the PAM message whose event is a movement of ITI-31."""
    events = _movements()["evenements"]
    return (message for message in pam_messages(check) if message.event in events)


@rule(
    "V2-EVT-02",
    each=movement_messages,
    standard="IHE ITI TF vol. 4, 4.1.2.7 (ITI-31)",
    lists=(EVENTS,),
)
def movement_carries_zbe(message: Message, check: Check) -> Iterator[Finding]:
    """A message of movement has a ZBE segment."""
    if message.first("ZBE") is None:
        yield Finding(
            at="ZBE",
            expected=f"un segment ZBE, le mouvement, pour l'évènement {message.event}",
            found="absent",
            hint="Le segment français ZBE est-il émis avec ce mouvement ?",
        )


def corrected_movements(check: Check) -> Iterator[Message]:
    """Yield the Z99 message that has its ZBE segment."""
    update = _movements()["mise_a_jour"]
    for message in pam_messages(check):
        if message.event == update and message.first("ZBE") is not None:
            yield message


@rule(
    "V2-EVT-03",
    each=corrected_movements,
    standard="IHE ITI TF vol. 4, 4.1.2.7 (Z99)",
    overlaps=("V2-ZBE-01",),
    lists=(EVENTS,),
)
def correction_names_the_first_event(message: Message, check: Check) -> Iterator[Finding]:
    """A Z99 says UPDATE in ZBE-4 and the event that it corrects in ZBE-6."""
    table = _movements()
    for zbe in message.named("ZBE"):
        if zbe.value(4) != "UPDATE":
            yield Finding(
                at=zbe.path(4),
                expected="UPDATE pour un message Z99",
                found=zbe.value(4) or "vide",
                hint="Le Z99 met-il bien à jour un mouvement déjà transmis ?",
            )
        origin = zbe.value(6)
        if origin not in table["evenements"] or origin == table["mise_a_jour"]:
            yield Finding(
                at=zbe.path(6),
                expected="l'évènement d'origine du mouvement (A01, A02…)",
                found=origin or "vide",
                hint="L'évènement du mouvement corrigé est-il repris dans ZBE-6 ?",
            )


@rule(
    "V2-EVT-04",
    each=pam_messages,
    standard="IHE ITI TF vol. 4, 4.1.1.3",
    lists=(EVENTS,),
)
def event_dates_tell_past_from_planned(message: Message, check: Check) -> Iterator[Finding]:
    """EVN-3 holds the date of a planned event alone, EVN-6 that of a past event alone."""
    evn = message.first("EVN")
    if evn is None:
        yield Finding(
            at="EVN",
            expected="un segment EVN, obligatoire dans tout message ADT",
            found="absent",
            hint="Le message a-t-il été tronqué ?",
        )
        return
    yield from _misplaced_dates(message.event, evn.field(3), evn.field(6))


def _misplaced_dates(event: str, planned: str, occurred: str) -> Iterator[Finding]:
    table = _movements()
    if planned and occurred:
        yield Finding(
            at="EVN-3",
            expected="EVN-3 seul (évènement prévu) ou EVN-6 seul (évènement passé)",
            found="les deux champs sont remplis",
            hint="L'évènement a-t-il eu lieu ? Alors EVN-3 reste vide.",
        )
    elif event in table["a_venir"]:
        if occurred:
            yield Finding(
                at="EVN-6",
                expected=f"vide : {event} annonce un évènement qui n'a pas eu lieu",
                found=occurred,
                hint="La date prévue est-elle à mettre dans EVN-3 ?",
            )
    elif event in table["indifferents"]:
        return
    elif planned:
        yield Finding(
            at="EVN-3",
            expected=f"vide : {event} est un évènement passé, daté en EVN-6",
            found=planned,
            hint="La date de l'évènement est-elle à mettre dans EVN-6 ?",
        )
    elif not occurred:
        yield Finding(
            at="EVN-6",
            expected=f"la date de l'évènement passé {event}",
            found="vide",
            hint="La date de survenue est-elle connue au moment de l'envoi ?",
            level=Level.WARNING,
        )
