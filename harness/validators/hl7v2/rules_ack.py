"""Rules on acknowledgements and business receipts (V2-ACK)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.terminology import code_list
from harness.validators import Check, Finding, Level, rule
from harness.validators.hl7v2.reader import (
    AnsweredRequest,
    Message,
    Segment,
    acks,
    answered_requests,
    messages,
    read_message,
)

CODES = "hl7v2_acquittements"
STANDARD = "volet CDA-R2 en HL7 v2 2.1.3, acquittements"
ERRORS = "volet LPS 1.1.3, codes d'erreur"
MIRROR = ((3, 5), (4, 6), (5, 3), (6, 4))
CDA_EVENTS = frozenset({"T02", "T04", "T10", "R01", "Z01", "Z02", "Z03"})


@rule("V2-ACK-01", each=answered_requests, standard=STANDARD, overlaps=("V2-VER-04", "V2-ACK-07"))
def ack_mirrors_the_request(pair: AnsweredRequest, check: Check) -> Iterator[Finding]:
    """Sender and receiver are swapped, MSH-11 and version kept, MSH-9 is ACK^<event>^ACK."""
    request, answer = pair.request.header, pair.answer.header
    for ours, theirs in MIRROR:
        if answer.field(ours) != request.field(theirs):
            yield Finding(
                at=f"MSH-{ours}",
                expected=f"MSH-{theirs} de la demande ({request.field(theirs)[:40] or 'vide'})",
                found=answer.field(ours)[:40] or "vide",
                hint="L'émetteur et le destinataire sont-ils inversés dans la réponse ?",
            )
    if answer.value(11) != request.value(11):
        yield Finding(
            at="MSH-11",
            expected=f"{request.value(11) or 'vide'}, comme la demande",
            found=answer.value(11) or "vide",
            hint="Le mode de traitement de la demande est-il recopié ?",
        )
    expected = f"ACK^{pair.request.event}^ACK"
    if answer.field(9) != expected:
        hint = "L'évènement de la demande est-il repris en deuxième partie ?"
        yield Finding("MSH-9", expected, answer.field(9)[:40] or "vide", hint)
    if answer.value(12) != request.value(12):
        hint = "L'acquittement suit-il la version de la demande ?"
        found = answer.value(12) or "vide"
        yield Finding("MSH-12", f"{request.value(12)}, comme la demande", found, hint)
    yield from _own_control_id(request.value(10), answer.value(10))


def _own_control_id(request: str, answer: str) -> Iterator[Finding]:
    if not answer or answer == request:
        yield Finding(
            at="MSH-10",
            expected="un identifiant propre à l'acquittement",
            found=answer or "vide",
            hint="L'identifiant de la demande, attendu en MSA-2, a-t-il été mis ici aussi ?",
            level=Level.WARNING if answer else None,
        )


@rule("V2-ACK-02", each=acks, standard=STANDARD, lists=(CODES,))
def ack_code_and_request_are_named(answer: Message, check: Check) -> Iterator[Finding]:
    """MSA-1 is AA, AE or AR and MSA-2 is the control id of the request."""
    msa = answer.first("MSA")
    if msa is None:
        hint = "Le message a-t-il été tronqué ?"
        yield Finding("MSA", "un segment MSA", "absent", hint)
        return
    table = code_list(CODES)["msa"]
    codes = (table["positif"], *table["negatifs"])
    if msa.value(1) not in codes:
        hint = "Le code d'acquittement vient-il de la table HL7 0008, mode original ?"
        yield Finding("MSA-1", " ou ".join(codes), msa.value(1)[:20] or "vide", hint)
    request = check.read(read_message, "request")
    wanted = "" if request is None else request.header.value(10)
    if not msa.value(2) or (wanted and msa.value(2) != wanted):
        yield Finding(
            at="MSA-2",
            expected=f"MSH-10 de la demande ({wanted[:40] or 'non fournie'})",
            found=msa.value(2)[:40] or "vide",
            hint="L'identifiant du message acquitté est-il recopié ?",
        )


def coded_acks(check: Check) -> Iterator[tuple[Message, str]]:
    """Yield the acknowledgement and its MSA-1, when there is one."""
    for answer in acks(check):
        msa = answer.first("MSA")
        if msa is not None:
            yield answer, msa.value(1)


@rule("V2-ACK-03", each=coded_acks, standard=ERRORS, lists=(CODES,))
def errors_are_explained(subject: tuple[Message, str], check: Check) -> Iterator[Finding]:
    """ERR comes with AE and AR, never with AA, and has its code and its severity."""
    answer, code = subject
    table = code_list(CODES)["msa"]
    errors = answer.named("ERR")
    if code in table["negatifs"] and not errors:
        hint = "Le motif du refus est-il transmis à l'émetteur ?"
        yield Finding("ERR", f"un segment ERR avec {code}", "absent", hint)
    if code == table["positif"] and errors:
        hint = "Le message est-il accepté ou en erreur ?"
        yield Finding("ERR", f"aucun segment ERR avec {code}", f"{len(errors)} segment(s)", hint)
    for err in errors:
        for number, label, level in (
            (2, "l'endroit de la faute", Level.WARNING),
            (3, "le code d'erreur", None),
            (4, "la gravité", None),
        ):
            if not err.field(number):
                hint = "Le champ est-il renseigné pour chaque erreur ?"
                yield Finding(err.path(number), label, "vide", hint, level)


def coded_errors(check: Check) -> Iterator[tuple[Message, Segment]]:
    """Yield the ERR segments of the acknowledgement whose ERR-3 is valued."""
    for answer in acks(check):
        for err in answer.named("ERR"):
            if err.value(3):
                yield answer, err


@rule("V2-ACK-04", each=coded_errors, standard=ERRORS, lists=(CODES,))
def error_code_is_of_the_table(subject: tuple[Message, Segment], check: Check) -> Iterator[Finding]:
    """ERR-3 holds a code of messageErrorCondition and ERR-4 is E, W, I or F."""
    answer, err = subject
    table = code_list(CODES)["err"]
    code, system = err.value(3), err.value(3, 3)
    of_cda = answer.event in CDA_EVENTS
    if code not in table["codes"]:
        tolerated = not of_cda and code in table["codes_hl7_hors_volet"]
        hint = "Le code d'erreur vient-il de la table HL7 0357 ?"
        known = ", ".join(table["codes"])
        level = Level.WARNING if tolerated else None
        yield Finding(err.path(3), f"un code parmi {known}", code[:20], hint, level)
    systems = (table["systeme"], *(() if of_cda else table["systemes_hors_volet"]))
    if system not in systems:
        yield Finding(
            at=f"{err.path(3)}.3",
            expected=" ou ".join(systems),
            found=system[:30] or "vide",
            hint="La table du code d'erreur est-elle nommée en troisième partie ?",
            level=None if of_cda else Level.WARNING,
        )
    severity = err.value(4)
    if severity and severity not in table["gravites"]:
        hint = "La gravité est-elle codée sur une lettre ?"
        yield Finding(err.path(4), " ou ".join(table["gravites"]), severity[:20], hint)


@rule("V2-ACK-05", each=coded_errors, standard=ERRORS, lists=(CODES,))
def application_error_is_detailed(
    subject: tuple[Message, Segment], check: Check
) -> Iterator[Finding]:
    """ERR-5 holds a code 900 to 906 when ERR-3 is 207, and is empty otherwise."""
    answer, err = subject
    lists = code_list(CODES)
    applicative = lists["err"]["applicatif"]
    detail = err.value(5)
    if err.value(3) != applicative:
        # An ERR-3 out of the table is for V2-ACK-04: nothing can be said of what goes with it.
        if err.field(5) and err.value(3) in lists["err"]["codes"]:
            hint = "Un motif applicatif va-t-il avec le code 207 ?"
            expected = f"vide, ERR-3 n'est pas {applicative}"
            yield Finding(err.path(5), expected, err.field(5)[:30], hint)
    elif detail not in lists["err5"]:
        known = ", ".join(f"{code} ({text})" for code, text in lists["err5"].items())
        hint = "Le motif applicatif est-il codé ?"
        # The list is that of the CDA volets: a PAM acknowledgement may do without the detail.
        lowered = not detail and answer.event not in CDA_EVENTS
        level = Level.WARNING if lowered else None
        yield Finding(err.path(5), f"un code parmi {known}", detail[:20] or "vide", hint, level)


def receipts(check: Check) -> Iterator[Message]:
    """Yield the business receipt (ZAM)."""
    return (message for message in messages(check) if message.is_zam)


@rule("V2-ACK-06", each=receipts, standard="volet LPS 1.1.3, accusés métier", lists=(CODES,))
def receipt_tells_what_was_received(receipt: Message, check: Check) -> Iterator[Finding]:
    """A ZAM names its receipt, the first message and the outcome; a refusal has a coded reason."""
    table = code_list(CODES)["zam"]
    observations = receipt.named("OBX")
    if not observations:
        hint = "Le message a-t-il été tronqué ?"
        yield Finding("OBX", "un segment OBX portant l'accusé", "absent", hint)
        return
    first = observations[0]
    expected = table.get(receipt.event, "")
    if not expected or first.value(3) != expected:
        hint = "Le code de l'accusé suit-il l'évènement du message ?"
        found = first.value(3)[:40] or "vide"
        yield Finding(first.path(3), expected or "un évènement Z01, Z02 ou Z03", found, hint)
    yield from _first_message(first, check)
    if first.value(5) not in {"Y", "N"}:
        hint = "Le résultat est-il donné par Y ou N ?"
        yield Finding(first.path(5), "Y ou N", first.value(5)[:20] or "vide", hint)
    if first.value(5) == "N":
        yield from _reason(receipt)
    if receipt.event in table["avec_destinataire"]:
        yield from _person(observations[1:])


def _first_message(first: Segment, check: Check) -> Iterator[Finding]:
    request = check.read(read_message, "request")
    wanted = "" if request is None else request.header.value(10)
    named = first.value(4)
    if not named or (wanted and named != wanted):
        yield Finding(
            at=first.path(4),
            expected=f"l'identifiant du premier message ({wanted[:40] or 'MSH-10'})",
            found=named[:40] or "vide",
            hint="L'accusé reprend-il l'identifiant du message qu'il accuse ?",
        )


def _reason(receipt: Message) -> Iterator[Finding]:
    lists = code_list(CODES)
    applicative, systems = lists["err"]["applicatif"], lists["zam"]["systemes_de_raison"]
    errors = receipt.named("ERR")
    if not any(
        err.value(3) == applicative and err.value(5) and err.value(5, 3) in systems
        for err in errors
    ):
        yield Finding(
            at="ERR",
            expected=f"ERR-3 = {applicative} et, en ERR-5, un motif codé ({', '.join(systems)})",
            found=f"{errors[0].field(3)[:30]} / {errors[0].field(5)[:30]}" if errors else "absent",
            hint="Le motif du refus est-il transmis avec sa table ?",
        )


def _person(others: tuple[Segment, ...]) -> Iterator[Finding]:
    if not others or others[0].value(2) != "XTN":
        yield Finding(
            at="OBX(2)-2",
            expected="XTN, l'adresse du lecteur ou du destinataire",
            found=others[0].value(2)[:20] or "vide" if others else "absent",
            hint="L'adresse MSSanté concernée est-elle donnée par un second OBX ?",
            level=None if others else Level.WARNING,
        )


def answered_receipts(check: Check) -> Iterator[AnsweredRequest]:
    """Yield the business receipt with the acknowledgement that answers it."""
    return (pair for pair in answered_requests(check) if pair.request.is_zam)


@rule(
    "V2-ACK-07",
    each=answered_receipts,
    standard="volet LPS 1.1.3, accusés métier",
    overlaps=("V2-ACK-01", "V2-VER-04"),
)
def receipt_is_acknowledged(pair: AnsweredRequest, check: Check) -> Iterator[Finding]:
    """The acknowledgement of a ZAM is ACK^<event of the ZAM>^ACK."""
    expected = f"ACK^{pair.request.event}^ACK"
    if pair.answer.header.field(9) != expected:
        hint = "L'évènement du ZAM est-il repris, et non celui du premier message ?"
        found = pair.answer.header.field(9)[:40] or "vide"
        yield Finding("MSH-9", expected, found, hint)
