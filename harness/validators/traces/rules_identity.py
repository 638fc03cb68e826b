"""Rules on the traces of accesses to identities, of changes, of exchanges (règles 4, 16, 31)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.identity import FIELD_LABELS
from harness.validators import Check, Finding, rule
from harness.validators.hl7v2.reader import read_message
from harness.validators.traces import reader
from harness.validators.traces.reader import Act


@rule(
    "TRA-01",
    cites=("INS 3", "INS/va1.39"),
    each=reader.acts("consultation"),
    lists=reader.LISTS,
)
def access_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each access to an identity is traced: who, when, on whom."""
    yield from reader.told(act, "l'accès à l'identité")


@rule(
    "TRA-03",
    cites=("INS 17", "INS/va1.27"),
    each=reader.acts("modification"),
    lists=reader.LISTS,
)
def change_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each change of a trait is traced: date, hour, kind of change, professional."""
    yield from reader.told(act, "la modification")
    line, field, value = act.line, act.fact("field"), act.fact("value")
    if line is None or not field:
        return
    label = FIELD_LABELS.get(field, field)
    named = (field, label, value)
    if not any(reader.tells(line, words) for words in named):
        yield Finding(
            "journal : nature de la modification",
            f"le trait modifié ({label}), ou sa valeur",
            line.detail or "vide",
            "La trace dit-elle ce qui a été changé ?",
        )


@rule(
    "TRA-06",
    cites=("INS 41", "INS/va1.46"),
    each=reader.acts("emission"),
    lists=reader.LISTS,
)
def sending_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each sending of identified data is traced: date, hour, sender, recipient."""
    yield from reader.told(act, "l'envoi au partenaire")
    yield from _party(act, check, "destinataire", (5, 6), "recipient")


@rule(
    "TRA-08",
    cites=("INS 41", "INS/va1.46", "INS/va1.16", "INS/va1.69", "INS/va1.72"),
    each=reader.acts("reception"),
    lists=reader.LISTS,
)
def reception_is_traced(act: Act, check: Check) -> Iterator[Finding]:
    """Each reception of identified data is traced: date, hour, sender, person."""
    yield from reader.told(act, "la réception du flux")
    yield from _party(act, check, "émetteur", (3, 4), "sender")


def _party(
    act: Act, check: Check, who: str, fields: tuple[int, ...], column: str
) -> Iterator[Finding]:
    message, line = check.read(read_message, "message"), act.line
    if line is None:
        return
    names = [message.header.value(number) for number in fields] if message else []
    elsewhere = " ".join((line.partner, line.detail)).casefold()
    if getattr(line, column).strip() or any(
        name and name.casefold() in elsewhere for name in names
    ):
        return
    yield Finding(
        f"journal : {who}",
        " ou ".join(filter(None, names)) or f"le {who}",
        line.partner or "vide",
        f"La trace nomme-t-elle le {who} de l'échange ?",
    )
