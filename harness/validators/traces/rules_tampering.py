"""Rule on the integrity of traces: a business user can neither change nor erase them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.check import Check
from harness.model.releve import AttemptReleve
from harness.validators import Finding, rule
from harness.validators.traces.event import Batch, TraceEvent
from harness.validators.traces.stream import AUDIT, EARLIER, batches_of

ATTEMPTS = ("attempt", "erasure")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tampering:
    """An attempt to change or erase traces, and those that were read before and not after."""

    attempt: AttemptReleve
    lost: tuple[str, ...]
    """Where each lost trace stood, with its instant."""


def attempts(check: Check) -> Iterator[Tampering]:
    """Yield each attempt, if traces could be read before it and were read again after it."""
    kept = Counter((batch.source, event.text) for batch, event in _read(check, AUDIT))
    read, lost = 0, []
    for batch, event in _read(check, EARLIER):
        read += 1
        if kept[batch.source, event.text] > 0:
            kept[batch.source, event.text] -= 1
        else:
            lost.append(f"{batch.at(event.number)} ({event.recorded[:40]})")
    for role in ATTEMPTS if read else ():
        attempt = check.read(AttemptReleve.parse, role)
        if attempt is not None:
            yield Tampering(attempt, tuple(lost))


def _read(check: Check, role: str) -> Iterator[tuple[Batch, TraceEvent]]:
    for batch in batches_of(check, role):
        for event in batch.events:
            yield batch, event


@rule(
    "TRA-23",
    each=attempts,
    standard="FAQ de l'ANS sur les traces fonctionnelles (valeur probante des traces)",
)
def trace_cannot_be_altered(tampering: Tampering, check: Check) -> Iterator[Finding]:
    """A business user can neither change nor erase a trace: refused, and nothing is lost."""
    attempt = tampering.attempt
    if attempt.accepted:
        yield Finding(
            attempt.act,
            "un refus, pour tout utilisateur",
            f"accepté ({attempt.code})" if attempt.code else "accepté",
            "Le journal est-il en ajout seul, pour les utilisateurs comme par l'interface ?",
        )
    if tampering.lost:
        yield Finding(
            f"traces relues après : {attempt.act}",
            "chaque trace lue avant se relit identique",
            f"{len(tampering.lost)} absente(s) ou changée(s) : "
            + ", ".join(tampering.lost[:_SHOWN]),
            "La tentative a-t-elle eu un effet malgré la réponse ?",
        )
