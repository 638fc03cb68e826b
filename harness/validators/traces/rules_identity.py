"""Rules on the traces of accesses to identities, of changes, of exchanges (règles 4, 16, 31)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.model.identity import FIELD_LABELS
from harness.validators import Check, Finding, rule
from harness.validators.hl7v2.reader import Message, parse_message
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
