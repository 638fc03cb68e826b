"""What the TRA rules read of a check: a journal before and after the acts of a scenario.

Roles: `before` and `after` (`TraceReleve` on one person); `message` (HL7 v2) for an exchange.
Expected values: `since` and `until` (ISO instants around the acts), and `acts`, a list of what was
done: `kind` (a table of `trace_words.toml`), `author`, `patient_id`, and by kind `code`, `mode`,
`field` with `value`, `insi` (traits that INSi returned).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from harness.model.check import Check
from harness.model.releve import TraceEntry, TraceReleve
from harness.terminology import code_list
from harness.validators import Finding
from harness.validators.screen.reader import plain

LISTS = ("trace_words",)
CLOCK_DRIFT = timedelta(minutes=2)
"""How far the clocks of the software and of the banc may be from each other."""
_HOUR = re.compile(r"\d{2}:\d{2}")
_FRENCH = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Act:
    """What the scenario did, and the new lines of the journal that may tell it."""

    kind: str
    author: str
    patient_id: str
    window: tuple[datetime, datetime] | None
    """The instants around the act, None when they are not known."""
    facts: Mapping[str, object]
    lines: tuple[TraceEntry, ...] = field(default=())

    @property
    def line(self) -> TraceEntry | None:
        """Return the line that tells it best: its author's and with its facts, else the last."""
        return max(self.lines, key=self._likeness, default=None)

    def fact(self, name: str) -> str:
        """Return a fact as text, '' when it is not given."""
        value = self.facts.get(name)
        return "" if value is None else str(value)

    def _likeness(self, line: TraceEntry) -> tuple[bool, bool, bool]:
        return (
            bool(self.author) and self.author in line.by,
            all(not self.fact(name) or getattr(line, name) == self.fact(name) for name in _FACTS),
            tells(line, self.fact("value")),
        )


_FACTS = ("code", "mode")


def acts(*kinds: str) -> Callable[[Check], Iterator[Act]]:
    """Return the subjects of a rule: each expected act of these kinds, one by one."""

    def subjects(check: Check) -> Iterator[Act]:
        after = check.read(TraceReleve.parse, "after")
        listed = check.expected.get("acts")
        if after is None or not isinstance(listed, list | tuple):
            return
        before = check.read(TraceReleve.parse, "before")
        known = Counter(before.entries if before else ())
        fresh = tuple((Counter(after.entries) - known).elements())
        for one in listed:
            if isinstance(one, Mapping) and one.get("kind") in kinds:
                yield _act(one, fresh, check)

    return subjects


def _act(one: Mapping[str, object], fresh: tuple[TraceEntry, ...], check: Check) -> Act:
    kind, patient_id = str(one["kind"]), str(one.get("patient_id") or "")
    lines = tuple(
        line for line in fresh if is_of_kind(line, kind) and line.patient_id in ("", patient_id)
    )
    return Act(
        kind,
        str(one.get("author") or ""),
        patient_id,
        _window(check),
        one,
        lines,
    )


def _window(check: Check) -> tuple[datetime, datetime] | None:
    ends = [instants(str(check.expected.get(name) or "")) for name in ("since", "until")]
    return (ends[0][0], ends[1][0]) if all(ends) else None


def is_of_kind(line: TraceEntry, kind: str) -> bool:
    """Tell whether the action of a line is of a kind, by its words."""
    row = code_list(LISTS[0])[kind]
    said = plain(line.action)
    return (
        all(word in said for word in row.get("all", ()))
        and (not row.get("any") or any(word in said for word in row["any"]))
        and not any(word in said for word in row.get("none", ()))
    )


def instants(text: str) -> tuple[datetime, ...]:
    """Return what a date with its hour may mean: one instant, or several when it says no zone.

    ISO, or `JJ/MM/AAAA HH:MM:SS`. A date without hour, or another text, is no instant.
    """
    text = " ".join(text.replace(" à ", " ").split())
    if not _HOUR.search(text):
        return ()
    french = _FRENCH.match(text)
    if french:
        text = f"{french[3]}-{french[2]}-{french[1]}{text[french.end() :]}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return ()
    if found.tzinfo:
        return (found,)
    # Without a zone it may be UTC or the hour of Paris, in winter or in summer.
    return tuple(found.replace(tzinfo=timezone(timedelta(hours=hours))) for hours in (0, 1, 2))


def told(act: Act, what: str) -> Iterator[Finding]:
    """Yield what the journal fails to say of any act: the line, its instant, author, person."""
    line = act.line
    if line is None:
        yield Finding(
            "journal",
            f"une ligne sur {what}, sur le patient {act.patient_id}",
            "aucune ligne nouvelle",
            "Cet acte passe-t-il par la traçabilité ?",
        )
        return
    if act.author not in line.by or not line.by.strip():
        yield Finding(
            f"journal : auteur ({what})",
            act.author or "l'utilisateur",
            line.by or "vide",
            "L'utilisateur connecté est-il transmis à la trace ?",
        )
    if line.patient_id != act.patient_id:
        yield Finding(
            f"journal : personne ({what})",
            f"le patient {act.patient_id}",
            line.patient_id or "vide",
            "La trace dit-elle sur qui l'acte a porté ?",
        )
    yield from _time_findings(act, line, what)


def _time_findings(act: Act, line: TraceEntry, what: str) -> Iterator[Finding]:
    found = instants(line.at)
    hint = "La date et l'heure sont-elles celles de l'acte, avec leur fuseau ?"
    at = f"journal : date et heure ({what})"
    if not found:
        yield Finding(at, "une date et une heure", line.at or "vide", hint)
    elif act.window and not any(_in(one, *act.window) for one in found):
        first, last = (one.isoformat(timespec="seconds") for one in act.window)
        yield Finding(at, f"entre {first} et {last}", line.at, hint)


def _in(moment: datetime, first: datetime, last: datetime) -> bool:
    return first - CLOCK_DRIFT <= moment <= last + CLOCK_DRIFT


def tells(line: TraceEntry, words: str) -> bool:
    """Tell whether any part of a line says these words."""
    said = plain(" ".join((line.action, line.detail, line.before, line.after)))
    return bool(words) and f" {plain(words)} " in f" {said} "
