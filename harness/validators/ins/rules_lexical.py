"""Lexical rules of INSi on stored identities and on what is sent to INSi (LEX)."""

from __future__ import annotations

from collections.abc import Iterator

from harness.model.artefact import Artefact
from harness.model.identity import shortened
from harness.validators import Check, Finding, Level, rule
from harness.validators.ins.lexical import NameKind, lexical_faults
from harness.validators.ins.reader import (
    KeptText,
    WrittenName,
    WrittenSex,
    kept_answers,
    kept_history,
    sexes_from_insi,
    written_names,
)

STANDARD = "INSi, SEL-MP-043 v05.00.01, règles lexicales"


def _findings(name: WrittenName, rule_id: str) -> Iterator[Finding]:
    # A list of given names is whole for its signs, and name by name for their ends.
    texts = name.value.split() if rule_id == "LEX-04" else [name.value]
    for text in texts:
        for fault in lexical_faults(text, name.kind):
            if fault.rule_id == rule_id:
                yield Finding(name.path, fault.expected, fault.found, fault.hint)


@rule("LEX-01", each=written_names, cites=("INS 1",), standard=STANDARD, level=Level.WARNING)
def names_hold_admitted_signs(name: WrittenName, check: Check) -> Iterator[Finding]:
    """A name holds capitals A to Z, space, apostrophe, hyphen and double hyphen alone."""
    yield from _findings(name, "LEX-01")


@rule("LEX-02", each=written_names, standard=STANDARD, level=Level.WARNING)
def names_begin_well(name: WrittenName, check: Check) -> Iterator[Finding]:
    """A name begins with neither a space nor a hyphen."""
    yield from _findings(name, "LEX-02")


@rule("LEX-03", each=written_names, standard=STANDARD, level=Level.WARNING)
def spaces_and_apostrophes_are_single(name: WrittenName, check: Check) -> Iterator[Finding]:
    """Space and apostrophe are neither doubled nor next to each other."""
    yield from _findings(name, "LEX-03")


def given_names(check: Check) -> Iterator[WrittenName]:
    """Yield the given names among the written names."""
    return (name for name in written_names(check) if name.kind is NameKind.GIVEN_NAME)


@rule("LEX-04", each=given_names, standard=STANDARD, level=Level.WARNING)
def given_names_end_well(name: WrittenName, check: Check) -> Iterator[Finding]:
    """A given name has no double hyphen and ends with neither hyphen nor apostrophe."""
    yield from _findings(name, "LEX-04")


@rule("LEX-05", each=sexes_from_insi, standard=STANDARD)
def sex_from_insi_is_m_or_f(sex: WrittenSex, check: Check) -> Iterator[Finding]:
    """A sex that comes from INSi is M or F."""
    if sex.value not in {"M", "F"}:
        yield Finding(
            at=sex.path,
            expected="M ou F : INSi ne rend rien d'autre",
            found=sex.value[:20] or "vide",
            hint="Le sexe rendu par INSi a-t-il été traduit ou perdu ?",
        )


def kept_things(check: Check) -> Iterator[KeptText | tuple[Artefact, Artefact]]:
    """Yield each former INS, and the whole answer, with what is kept of it."""
    yield from kept_history(check)
    yield from kept_answers(check)


@rule("LEX-06", each=kept_things, standard="guide INS v3.0, EXI REC 07 et 08", level=Level.WARNING)
def answer_and_history_are_kept(
    kept: KeptText | tuple[Artefact, Artefact], check: Check
) -> Iterator[Finding]:
    """The history of matricules and the whole answer of INSi are kept as received."""
    if isinstance(kept, KeptText):
        missing = [
            forms[0] for forms in kept.wanted if not any(form in kept.kept for form in forms)
        ]
        if missing:
            yield Finding(
                at=kept.path,
                expected=f"{shortened(kept.shown)}, son OID et ses dates, conservés",
                found=f"absent : {', '.join(_shown(text, kept.shown) for text in missing)}",
                hint="L'historique INSHISTO est-il conservé tel que reçu ?",
            )
        return
    answer, copy = kept
    if answer.content.strip() != copy.content.strip():
        yield Finding(
            at="réponse INSi",
            expected="la réponse conservée telle que reçue",
            found=f"{len(copy.content)} octets différents des {len(answer.content)} reçus",
            hint="La réponse est-elle conservée avant toute transformation ?",
        )


def _shown(text: str, matricule: str) -> str:
    return shortened(text) if text == matricule else text
