"""What the text of a printed page says of a person: values beside labels, values alone, matricules.

Labels are those of the screens (`harness/terminology/screen_labels.toml`). A value counts as
labelled when the label begins its line, or follows another label or a separator on that line, so
that a sentence that speaks of the INS is not taken for a field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from harness.model.identity import FIELD_LABELS
from harness.validators.ins.matricule import is_valid_matricule
from harness.validators.screen.reader import label_rows

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ´`", "'"),
        **dict.fromkeys("‐‑‒–—", "-"),
        **dict.fromkeys("\u00a0\u202f\u2007\t", " "),
    }
)
_SEPARATORS = " :·|;,-•*"
_CUT = re.compile(r" {2,}|[·|;•]|\s(?=[A-Z][A-Za-z'° ]{2,40} ?:)")
_PARENTHESIS = re.compile(r"\s*\([^()\n]{0,40}\)(?=\s*:)")
_FRENCH_DATE = re.compile(r"(?<!\d)(\d{2})[/.\-](\d{2})[/.\-](\d{4})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_WORDED_DATE = re.compile(r"(?<!\d)(\d{1,2})(?:ER)? ([A-Z]{3,9}) (\d{4})(?!\d)")
_MONTHS = (
    *("JANVIER", "FEVRIER", "MARS", "AVRIL", "MAI", "JUIN", "JUILLET", "AOUT"),
    *("SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DECEMBRE"),
)
_MATRICULE = re.compile(
    r"(?<![0-9A-Z])[0-9](?:[ .]?[0-9]){4}[ .]?(?:[0-9][ .]?[0-9]|2[ .]?[AB])(?:[ .]?[0-9]){8}(?!\d)"
)
_BILLING = ("SECURITE SOCIALE", "NSS", "ASSURE", "FACTURATION")
SEXES = {
    "M": frozenset({"M", "MASCULIN", "HOMME"}),
    "F": frozenset({"F", "FEMININ", "FEMME"}),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value beside a label. `rest` goes on to the next label, for a value that wraps."""

    trait: str
    label: str
    value: str
    rest: str
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class PrintedMatricule:
    """15 characters in the shape of a matricule, as printed, and the words around them."""

    value: str
    before: str
    """What stands before it on its line, in capitals."""
    after: str
    """What follows it, on its line and the next, in capitals."""

    @property
    def bills(self) -> bool:
        """Say whether the line gives it as the number of an insured person, not as an INS."""
        return any(word in self.before for word in _BILLING)


@lru_cache(maxsize=4096)
def _sign(char: str) -> str:
    """Return a character without its accent, in capitals: always one for one."""
    base = unicodedata.normalize("NFKD", char)[:1]
    return base.upper() if len(base.upper()) == 1 else char


def levelled(text: str) -> str:
    """Return a text in capitals, unaccented, its typographic signs those of a keyboard.

    The length is kept: a place in it is a place in the text.
    """
    return "".join(map(_sign, text.translate(_SIGNS)))


def tidy(text: str) -> str:
    """Return a levelled text with single blanks and none at its ends."""
    return " ".join(levelled(text).split())


@cache
def _labels() -> tuple[re.Pattern[str], Mapping[str, tuple[str, bool]]]:
    """Return the pattern of every label and, by plain label, its trait and whether it is vague."""
    known: dict[str, tuple[str, bool]] = {}
    for trait in (*FIELD_LABELS, "nature", "status"):
        row = label_rows()[trait]
        known.update({label.upper(): (trait, False) for label in row.labels})
        for label in row.ambiguous:
            known.setdefault(label.upper(), (trait, True))
    longest = sorted(known, key=len, reverse=True)
    # A label of the table is words separated by one blank; a page writes them with ' - ( ) too.
    words = "|".join(r"[ '\-()/.]{1,3}".join(map(re.escape, one.split())) for one in longest)
    return re.compile(rf"(?<![A-Z'\-])(?:{words})(?:\(S\)|\(E\))?(?![A-Z'\-])"), known


@lru_cache(maxsize=16)
def labelled_values(text: str) -> tuple[Labelled, ...]:
    """Return each value that stands beside, or alone under, a label of the table."""
    pattern, known = _labels()
    flat = levelled(text)
    found: list[tuple[int, bool, int, str, bool, str]] = []
    for line in re.finditer(r"[^\n]+", flat):
        begun = False
        for match in pattern.finditer(flat, line.start(), line.end()):
            before = flat[line.start() : match.start()].rstrip(" ")
            alone = not begun and not before.strip(_SEPARATORS)
            if begun or not before.strip(_SEPARATORS) or before[-1] in "·|;•:":
                begun = True
                words = " ".join(re.split(r"[ '\-()/.]+", match.group())).strip()
                trait, vague = known[words.removesuffix(" S").removesuffix(" E")]
                found.append((match.start(), alone, match.end(), trait, vague, match.group()))
    values = []
    for rank, (_, alone, end, trait, vague, label) in enumerate(found):
        stop = found[rank + 1][0] if rank + 1 < len(found) else len(flat)
        value, rest = _value(flat[end:stop], alone)
        if value:
            values.append(Labelled(trait, label, value, rest, vague))
    return tuple(values)


def _value(segment: str, alone: bool) -> tuple[str, str]:
    """Return the value at the head of what follows a label, and all that may continue it.

    Only a label `alone` on its line has its value below: under a row of labels, a line holds the
    values of all of them.
    """
    parenthesis = _PARENTHESIS.match(segment)
    body = segment[parenthesis.end() if parenthesis else 0 :]
    own, _, below = body.partition("\n")
    own = own.lstrip(" :.-")
    if alone and not own.strip():
        own, _, below = below.partition("\n")
    value = _CUT.split(own.strip(), maxsplit=1)[0]
    return " ".join(value.split()), " ".join(f"{value} {below[:200]}".split())


def agrees(one: Labelled, held: str) -> bool:
    """Say whether a printed value is the one held, each in the form of its trait."""
    value, wanted = one.value, tidy(held)
    if one.trait == "birth_date":
        return held in dates(value)
    if one.trait == "sex":
        return bool(value) and re.split(r"[^A-Z]", value)[0] in SEXES.get(held, ())
    if one.trait == "matricule":
        return _squeezed(value).startswith(wanted)
    if one.trait in ("oid", "birth_place_code"):
        return wanted in re.split(r"[^0-9AB.]+", value)
    if one.trait == "birth_given_names":
        value, wanted = value.replace(",", " "), wanted.replace(",", " ")
    if " ".join(value.split()) == wanted:
        return True
    # A long value goes on below its label: only what it begins with is compared.
    wraps = bool(value) and _squeezed(wanted).startswith(_squeezed(value))
    return wraps and _squeezed(one.rest).startswith(_squeezed(wanted))


def dates(text: str) -> tuple[str, ...]:
    """Return every date of a text as ISO, whatever the French way in which it is written."""
    flat = levelled(text)
    found = [f"{year}-{month}-{day}" for day, month, year in _FRENCH_DATE.findall(flat)]
    found += _ISO_DATE.findall(flat)
    for day, month, year in _WORDED_DATE.findall(flat):
        if month in _MONTHS:
            found.append(f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}")
    return tuple(found)


def says(text: str, trait: str, held: str) -> bool:
    """Say whether a value stands somewhere in a text, beside a label or not."""
    if trait == "birth_date":
        return held in dates(text)
    flat = tidy(text)
    words = SEXES.get(held, frozenset()) if trait == "sex" else {tidy(held)}
    if any(_alone(word, flat) for word in words):
        return True
    # A long name is cut at the end of a line, after a hyphen or between two letters.
    return len(held) > 30 and _squeezed(held) in _squeezed(flat)


def _alone(word: str, flat: str) -> bool:
    return (
        bool(word)
        and re.search(rf"(?<![A-Z0-9'\-]){re.escape(word)}(?![A-Z0-9'\-])", flat) is not None
    )


def _squeezed(text: str) -> str:
    return "".join(levelled(text).split())


@lru_cache(maxsize=16)
def matricules(text: str) -> tuple[PrintedMatricule, ...]:
    """Return each number of a text in the shape of a matricule, written in groups or not."""
    flat, found = levelled(text), []
    for match in _MATRICULE.finditer(flat):
        line = flat.rfind("\n", 0, match.start()) + 1
        ahead = flat[match.end() : match.end() + 80].split("\n")
        found.append(
            PrintedMatricule(
                re.sub(r"[ .]", "", match.group()),
                flat[line : match.start()],
                " ".join(ahead[:2]),
            )
        )
    return tuple(found)


def shows_body(text: str, matricule: str) -> bool:
    """Say whether the first 13 characters of a matricule stand in a text, blanks aside."""
    return bool(matricule) and matricule[:13] in re.sub(r"[ .]", "", levelled(text))


def is_ins(one: PrintedMatricule, held: str) -> bool:
    """Say whether a printed number is the INS of someone: the one held, or one that says so."""
    if one.bills:
        return False
    if held and one.value == held:
        return True
    told = any(word in one.before for word in ("INS", "MATRICULE"))
    natured = re.match(r"[ (/\-:]*NI[RA]\b", one.after) is not None
    return told or natured or is_valid_matricule(one.value)
