"""Rules on a printed identity: its traits in clear, its INS, and how the DataMatrix agrees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harness.model.identity import (
    FIELD_LABELS,
    INS_OIDS,
    OID_INS_C,
    IdentityStatus,
    shortened,
)
from harness.validators import Check, Finding, Level, rule
from harness.validators.datamatrix import printed_text as words
from harness.validators.datamatrix.content import DATE, FIELDS, NAME
from harness.validators.datamatrix.printed_text import Labelled
from harness.validators.datamatrix.reader import PrintedDocument, Symbol
from harness.validators.datamatrix.subjects import (
    PrintedOf,
    document,
    held,
    ins_symbols,
    printed_of,
    status,
)
from harness.validators.ins.matricule import is_insee_place, is_valid_matricule

_LISTS = ("screen_labels",)
_R28 = ("INS 34", "INS/va1.59")
_R32_TRAITS = ("INS 42", "INS/va1.15")
_R32_SYMBOL = ("INS 44", "INS/va1.03")
COMPULSORY_ON_PAPER = ("birth_name", "first_birth_given_name", "birth_date", "sex")
_BLOCK_TRAITS = {
    "S1": "matricule",
    "S2": "oid",
    "S3": "birth_given_names",
    "S4": "birth_name",
    "S5": "sex",
    "S6": "birth_date",
    "S7": "birth_place_code",
}


class PrintedTrait(NamedTuple):
    """One trait that must be on the paper, and the person's value of it."""

    document: PrintedDocument
    trait: str
    value: str


class CodedTrait(NamedTuple):
    """One well-formed block of a DataMatrix INS, as the trait that it codes."""

    symbol: Symbol
    document: PrintedDocument
    block_id: str
    trait: str
    value: str
    """In the form of the model: ISO date."""


def qualified(check: Check) -> PrintedOf | None:
    """Return the document of an identity qualifiée that has a matricule."""
    printed = printed_of(check)
    fit = printed and printed.status is IdentityStatus.QUALIFIEE and printed.held.get("matricule")
    return printed if fit else None


def documents_of_known_status(check: Check) -> Iterator[tuple[PrintedDocument, IdentityStatus]]:
    """Yield the document whose identity has a known status: the carrier of the prohibition."""
    printed, told = document(check), status(check)
    if printed is not None and told is not None:
        yield printed, told


@rule("DM-11", cites=(*_R28, *_R32_SYMBOL), each=documents_of_known_status)
def symbol_is_printed_for_qualified_alone(
    subject: tuple[PrintedDocument, IdentityStatus], check: Check
) -> Iterator[Finding]:
    """A DataMatrix INS is printed only for an identity qualifiée (EXI ID 29, EXI DIF 02)."""
    printed, told = subject
    if told is IdentityStatus.QUALIFIEE:
        return
    for symbol in printed.ins_symbols:
        yield Finding(
            f"page {symbol.page}",
            f"aucun DataMatrix INS : l'identité est {told.value}",
            "un DataMatrix INS",
            "L'impression regarde-t-elle le statut, ou la seule présence du matricule ?",
        )


def coded_traits(check: Check) -> Iterator[CodedTrait]:
    """Yield each well-formed block of a DataMatrix INS; the others are judged by DM-04 to 09."""
    printed = document(check)
    for symbol in ins_symbols(check):
        for block_id, trait in _BLOCK_TRAITS.items():
            value = _modelled(trait, symbol.ins.value(block_id)) if symbol.ins else ""
            if value and printed is not None:
                yield CodedTrait(symbol, printed, block_id, trait, value)


def _modelled(trait: str, value: str) -> str:
    """Return a coded value in the form of the model, '' when it is not well-formed."""
    if trait == "birth_date":
        return "-".join(reversed(value.split("-"))) if DATE.fullmatch(value) else ""
    fit = {
        "matricule": is_valid_matricule(value),
        "oid": value in INS_OIDS,
        "sex": value in ("M", "F"),
        "birth_place_code": is_insee_place(value),
    }
    is_name = NAME.fullmatch(value) is not None and len(value) <= FIELDS["S4"].most
    return value if fit.get(trait, is_name) else ""


@rule(
    "DM-12",
    cites=_R32_SYMBOL,
    each=coded_traits,
    lists=_LISTS,
    overlaps=("IMP-01", "IMP-02", "IMP-06"),
)
def content_agrees_with_what_is_printed(coded: CodedTrait, check: Check) -> Iterator[Finding]:
    """The content agrees with the traits and the matricule printed, and with the identity."""
    at = f"page {coded.symbol.page}, DataMatrix {coded.block_id} ({FIELD_LABELS[coded.trait]})"
    hint = "Le DataMatrix et le texte viennent-ils de la même version de l'identité ?"
    known = held(check).get(coded.trait, "")
    if known and words.tidy(known) != words.tidy(coded.value):
        yield Finding(at, _safe(coded.trait, known), _safe(coded.trait, coded.value), hint)
    elif coded.document.has_text:
        printed = _other_in_clear(coded)
        if printed:
            yield Finding(at, _safe(coded.trait, printed), _safe(coded.trait, coded.value), hint)
        elif _is_silent(coded):
            yield Finding(at, "un trait imprimé aussi en clair", "absent du texte", hint)


def _other_in_clear(coded: CodedTrait) -> str:
    """Return the value that is printed in clear when it is not the coded one, else ''."""
    text, value = coded.document.text, coded.value
    if coded.trait == "matricule":
        printed = [one.value for one in words.matricules(text) if words.is_ins(one, value)]
        return printed[0] if printed and value not in printed else ""
    values = words.labelled_values(text)
    beside = [one for one in values if _says(one, coded.trait)]
    if coded.trait == "birth_given_names" and not beside:
        # Only the first given name need be printed: the list that is coded begins with it.
        beside = [one for one in values if _says(one, "first_birth_given_name")]
        agreeing = any(_heads(value, one.value) for one in beside)
    else:
        agreeing = any(words.agrees(one, value) for one in beside)
    return beside[0].value if beside and not agreeing else ""


def _is_silent(coded: CodedTrait) -> bool:
    """Say whether a trait that must be printed in clear is nowhere in the text."""
    if coded.trait not in ("birth_name", "birth_date"):
        return False
    beside = any(_says(one, coded.trait) for one in words.labelled_values(coded.document.text))
    return not beside and not words.says(coded.document.text, coded.trait, coded.value)


def _heads(given_names: str, first: str) -> bool:
    names, head = words.tidy(given_names), words.tidy(first)
    return names == head or names.startswith(f"{head} ")


def _says(one: Labelled, trait: str) -> bool:
    """Say whether a labelled value is one of the trait, in a form that can be compared."""
    if one.trait != trait or one.ambiguous:
        return False
    if trait == "matricule":
        return bool(words.matricules(one.value))
    if trait in ("oid", "birth_place_code"):
        return re.search(r"\d{2}[0-9.]*|2[AB]\d{3}", one.value) is not None
    return True


def _safe(trait: str, value: str) -> str:
    if trait == "matricule":
        return shortened(value)
    return f"{value[:60]}…" if len(value) > 60 else value


def compulsory_traits(check: Check) -> Iterator[PrintedTrait]:
    """Yield each compulsory trait of a printed identity, with the person's value."""
    printed = printed_of(check)
    for trait in COMPULSORY_ON_PAPER if printed is not None else ():
        if printed is not None and printed.held.get(trait):
            yield PrintedTrait(printed.document, trait, printed.held[trait])


@rule("IMP-01", cites=_R32_TRAITS, each=compulsory_traits, lists=_LISTS, overlaps=("IMP-06",))
def compulsory_trait_is_printed(one: PrintedTrait, check: Check) -> Iterator[Finding]:
    """Birth name, first given name, birth date and sex are printed in clear."""
    text = one.document.text
    beside = [value for value in words.labelled_values(text) if value.trait == one.trait]
    if any(not value.ambiguous and words.agrees(value, one.value) for value in beside):
        return
    label = FIELD_LABELS[one.trait]
    if not words.says(text, one.trait, one.value):
        hint = "Le document imprime-t-il l'identité minimale ?"
        yield Finding(label, one.value, "absent du texte imprimé", hint)
    elif beside and all(value.ambiguous for value in beside):
        yield Finding(
            label,
            f"le libellé « {label} », ou un autre aussi clair",
            f"« {beside[0].label.capitalize()} »",
            "Un lecteur distingue-t-il le trait de naissance du trait utilisé ?",
            Level.WARNING,
        )


def qualified_prints(check: Check) -> Iterator[PrintedOf]:
    """Yield the document of an identity qualifiée."""
    printed = qualified(check)
    if printed is not None:
        yield printed


@rule("IMP-02", cites=_R32_TRAITS, each=qualified_prints, lists=_LISTS)
def matricule_is_printed_with_its_nature(printed: PrintedOf, check: Check) -> Iterator[Finding]:
    """The matricule of an identity qualifiée is printed, followed by its nature, NIR or NIA."""
    matricule = printed.held["matricule"]
    nature = INS_OIDS.get(printed.held.get("oid", ""), "")[:3]
    said = nature or "NIR ou NIA"
    text = printed.document.text
    found = [one for one in words.matricules(text) if one.value == matricule and not one.bills]
    if not found:
        hint = "Le matricule est-il imprimé dès que l'identité est qualifiée ?"
        yield Finding("matricule INS", f"{shortened(matricule)} {said}", "absent", hint)
        return
    natures = [_nature_after(one.after) for one in found]
    if not any(one and (not nature or one == nature) for one in natures):
        yield Finding(
            "matricule INS",
            f"{shortened(matricule)} suivi de {said}",
            next((one for one in natures if one), "sans nature"),
            "La nature est-elle tirée de l'OID ?",
        )


def _nature_after(after: str) -> str:
    """Return the nature that follows a matricule, in its line or labelled on the next; or ''."""
    found = re.match(
        r"[ (\[/\-:,·|]*(?:NATURE|TYPE)?(?: (?:DU MATRICULE|DE L'INS))?[ :]*(NI[RA])\b", after
    )
    return found.group(1) if found else ""


def unqualified_prints(check: Check) -> Iterator[PrintedOf]:
    """Yield the document of an identity that is known not to be qualifiée."""
    printed = printed_of(check)
    if printed is not None and printed.status not in (None, IdentityStatus.QUALIFIEE):
        yield printed


@rule("IMP-03", cites=_R28, each=unqualified_prints)
def ins_is_not_printed_unless_qualified(printed: PrintedOf, check: Check) -> Iterator[Finding]:
    """Neither matricule nor OID of the INS is printed unless the identity is qualifiée."""
    text, own = printed.document.text, printed.held.get("matricule", "")
    told = printed.status.value if printed.status else ""
    hint = "L'impression regarde-t-elle le statut, ou la seule présence du matricule ?"
    numbers = {one.value for one in words.matricules(text) if words.is_ins(one, own)}
    billed = any(one.bills and one.value == own for one in words.matricules(text))
    if words.shows_body(text, own) and not billed:
        numbers.add(own)
    for number in sorted(numbers):
        expected = f"absent : l'identité est {told}"
        yield Finding("matricule INS", expected, shortened(number), hint)
    for oid in (*INS_OIDS, OID_INS_C):
        if re.search(rf"(?<![0-9.]){re.escape(oid)}(?![0-9])", text):
            yield Finding("OID", f"absent : l'identité est {told}", oid, hint)


@rule("IMP-04", cites=_R32_SYMBOL, each=qualified_prints)
def first_page_bears_the_symbol(printed: PrintedOf, check: Check) -> Iterator[Finding]:
    """The first page of a document of an identity qualifiée bears its DataMatrix INS."""
    first, matricule = printed.document.pages[0], printed.held["matricule"]
    if any(symbol.ins for symbol in first.symbols):
        return
    elsewhere = [symbol.page for symbol in printed.document.ins_symbols]
    # Règle 32: another bar code that bears the INS stands for it.
    others = (*first.other_codes, *(symbol.content for symbol in first.symbols))
    if any(matricule in content for content in others):
        yield Finding(
            "page 1",
            "un DataMatrix INS, ou un autre code qui porte l'INS",
            "l'INS dans un code d'un autre format, que le banc ne juge pas",
            "Ce code porte-t-il aussi les cinq traits ?",
            Level.WARNING,
        )
        return
    found = f"seulement page {elsewhere[0]}" if elsewhere else "aucun DataMatrix INS lisible"
    hint = "Le symbole est-il imprimé, assez grand et contrasté, sur la première page ?"
    yield Finding("page 1", "un DataMatrix INS : l'identité est qualifiée", found, hint)


def further_traits(check: Check) -> Iterator[PrintedTrait]:
    """Yield each further trait that a setting has printed (`printed_traits`) and the person has."""
    printed, wanted = printed_of(check), check.expected.get("printed_traits")
    if printed is None or not isinstance(wanted, list | tuple):
        return
    for trait in wanted:
        value = printed.held.get(str(trait), "")
        if value:
            yield PrintedTrait(printed.document, str(trait), value)


@rule("IMP-05", cites=("INS 43", "INS/va1.10"), each=further_traits, lists=_LISTS)
def further_trait_is_printed(one: PrintedTrait, check: Check) -> Iterator[Finding]:
    """A further trait that the setting chooses is printed."""
    text = one.document.text
    beside = [value for value in words.labelled_values(text) if _says(value, one.trait)]
    # A place may be printed by its name alone: its label then shows it.
    named = any(value.trait == one.trait for value in words.labelled_values(text))
    if beside or named or words.says(text, one.trait, one.value):
        return
    yield Finding(
        FIELD_LABELS[one.trait],
        _safe(one.trait, one.value),
        "absent du texte imprimé",
        "Le réglage des traits imprimés est-il relu à l'impression ?",
    )


def labelled_traits(check: Check) -> Iterator[PrintedTrait]:
    """Yield each trait of the person that stands beside a clear label."""
    printed = printed_of(check)
    if printed is None:
        return
    beside = words.labelled_values(printed.document.text)
    for trait in FIELD_LABELS:
        if printed.held.get(trait) and any(_says(one, trait) for one in beside):
            yield PrintedTrait(printed.document, trait, printed.held[trait])


@rule("IMP-06", cites=_R32_TRAITS, each=labelled_traits, lists=_LISTS)
def printed_value_is_that_of_the_identity(one: PrintedTrait, check: Check) -> Iterator[Finding]:
    """Each value beside a label is that of the identity: no other person's, none altered."""
    beside = [
        value for value in words.labelled_values(one.document.text) if _says(value, one.trait)
    ]
    if not any(words.agrees(value, one.value) for value in beside):
        yield Finding(
            FIELD_LABELS[one.trait],
            _safe(one.trait, one.value),
            _safe(one.trait, beside[0].value),
            "Le document imprime-t-il la bonne personne, sans couper ni corriger ?",
        )
