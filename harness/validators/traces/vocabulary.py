"""What the words of a trace mean: its kinds, its result, its instants, the identifiers it gives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from harness.terminology import code_list
from harness.validators.screen.reader import plain

WORDS, RESULTS = "trace_words", "trace_results"
LISTS = (WORDS, RESULTS)
_KEPT = 5_000
"""Different actions remembered; a journal has some tens of them."""
_FRENCH = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: à)?[ T,]+(?=\d{2}:)")
_SHORTEST = len("2026-11-22T10:14")
_INSIDE = re.compile(r".*[/:#]")
_AFTER = re.compile(r"[\^@]")
_BETWEEN = re.compile(r"[\s,;|()\[\]<>«»\"]+")


class Kinds:
    """Tells the kinds of an action by its words, remembering those already seen."""

    def __init__(self, declared: Mapping[str, Sequence[str]] | None = None) -> None:
        """Take the words of the software (`[drivers.audit.words]`), by kind."""
        self._declared = {
            kind: tuple(plain(word) for word in words) for kind, words in (declared or {}).items()
        }
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, action: str) -> tuple[str, ...]:
        """Return the kinds of `trace_words.toml`, or of the target file, that an action tells."""
        found = self._known.get(action)
        if found is None:
            found = self._read(action)
            if len(self._known) < _KEPT:
                self._known[action] = found
        return found

    def _read(self, action: str) -> tuple[str, ...]:
        said = plain(action)
        if not said:
            return ()
        told = [kind for kind, words in self._declared.items() if _any(words, said)]
        told += [kind for kind, row in _rows().items() if kind not in told and _fits(row, said)]
        return tuple(told)


def _any(words: Sequence[str], said: str) -> bool:
    return any(word and word in said for word in words)


def _fits(row: Mapping[str, Any], said: str) -> bool:
    if said in row.get("codes", ()):
        return True
    wanted, either = row.get("all", ()), row.get("any", ())
    return (
        bool(wanted or either)
        and all(word in said for word in wanted)
        and (not either or _any(either, said))
        and not _any(row.get("none", ()), said)
    )


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return {kind: row for kind, row in code_list(WORDS).items() if isinstance(row, dict)}


@cache
def kinds_marked(mark: str) -> frozenset[str]:
    """Return the kinds that `trace_words.toml` marks: `person`, `result`."""
    return frozenset(kind for kind, row in _rows().items() if row.get(mark))


@cache
def _result_words() -> tuple[frozenset[str], frozenset[str]]:
    table = code_list(RESULTS)
    return frozenset(table["success"]), frozenset(table["failure"])


def succeeded(result: str) -> bool | None:
    """Tell whether a result says a success (True) or a failure (False); None when it says neither.

    A failure anywhere in the words wins: « réponse reçue, refus » is a failure.
    """
    said = plain(result)
    success, failure = _result_words()
    words = said.split()
    if said in failure or any(word in failure for word in words):
        return False
    return True if said in success or any(word in success for word in words) else None


def instant(text: str) -> tuple[float | None, bool]:
    """Return an instant in seconds since 1970 and whether the text says its zone.

    ISO 8601 (a leap second counts as the second before) or `JJ/MM/AAAA HH:MM:SS`; without zone it
    is read as UTC. (None, False) for a date without its hour and for any other text.
    """
    if len(text) < _SHORTEST:
        return None, False
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        again = _reshaped(text)
        return instant(again) if again != text else (None, False)
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC).timestamp(), False
    return found.timestamp(), True


def _reshaped(text: str) -> str:
    text = text.strip()
    if french := _FRENCH.match(text):
        text = f"{french[3]}-{french[2]}-{french[1]}T{text[french.end() :]}"
    return text.replace(":60", ":59", 1)


@lru_cache(maxsize=_KEPT)
def identifiers(text: str) -> frozenset[str]:
    """Return the identifiers that a text gives: its words, and what stands inside them.

    `Patient/12` gives 12, `id^^^&OID&ISO` and `id@domaine` give id, `RPPS:810…` gives 810….
    """
    words = {one for one in _BETWEEN.split(text) if one}
    inside = {_INSIDE.sub("", _AFTER.split(one, maxsplit=1)[0]) for one in words}
    return frozenset(words | inside)
