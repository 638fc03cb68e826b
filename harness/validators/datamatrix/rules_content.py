"""Rules on the DataMatrix INS itself: the symbol, and its content block by block."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from harness.model.identity import INS_OIDS, PRODUCTION_OIDS, shortened
from harness.validators import Check, Finding, Level, rule
from harness.validators.datamatrix.content import (
    COMPULSORY,
    DATE,
    FIELDS,
    GS,
    HEADER,
    NAME,
    Block,
)
from harness.validators.datamatrix.reader import WORDS, Symbol
from harness.validators.datamatrix.subjects import PrintedBlock, blocks, ins_symbols
from harness.validators.ins.matricule import is_insee_place, is_valid_matricule

R32 = ("INS 44", "INS/va1.03")
FORMAT = "Format datamatrix INS v2.2 (ANS, 26/09/2023)"
BESIDE_MM = 20.0
"""Farther than this, the words are no longer beside the symbol (our own measure)."""


def shown(text: str) -> str:
    """Return a value as a finding shows it: separators named, length bounded, emptiness said."""
    visible = text.replace(GS, "<GS>")
    return (f"{visible[:60]}…" if len(visible) > 60 else visible) or "vide"


@rule("DM-01", cites=R32, standard=FORMAT, each=ins_symbols, level=Level.WARNING)
def symbol_is_square_clear_and_announced(symbol: Symbol, check: Check) -> Iterator[Finding]:
    """The symbol is a square ECC 200 DataMatrix, in a quiet zone, with « INS à scanner » beside."""
    at = f"page {symbol.page}, DataMatrix INS"
    if not symbol.ecc200:
        yield Finding(at, "ECC 200 (ISO/IEC 16022)", "une correction d'erreurs plus ancienne")
    if symbol.columns != symbol.rows:
        yield Finding(
            at,
            "un symbole carré",
            f"{symbol.columns} × {symbol.rows} modules",
            "Le générateur choisit-il la forme rectangulaire ?",
        )
    if not symbol.quiet:
        yield Finding(
            at,
            "une marge blanche d'au moins un module tout autour",
            "de l'encre touche le symbole",
            "Un cadre ou un texte est-il imprimé trop près ?",
        )
    if symbol.words_mm is None or symbol.words_mm > BESIDE_MM:
        far = f"à {symbol.words_mm:.0f} mm" if symbol.words_mm is not None else "absente de la page"
        yield Finding(at, f"la mention « {WORDS} » à côté du symbole", far)


@rule("DM-02", cites=R32, standard=FORMAT, each=ins_symbols)
def content_begins_with_the_header(symbol: Symbol, check: Check) -> Iterator[Finding]:
    """The content begins with the header of 26 characters: IS, version 01, 22 zeros."""
    header = symbol.ins.header if symbol.ins else ""
    if header != HEADER:
        yield Finding(
            f"page {symbol.page}, DataMatrix, en-tête",
            f"« {HEADER} » (26 caractères)",
            f"« {shown(header)} » ({len(header)} caractères)" if header else "absent",
            "L'en-tête est-il celui de la version 01 du format ?",
        )


@rule("DM-03", cites=R32, standard=FORMAT, each=ins_symbols)
def content_is_made_of_known_blocks(symbol: Symbol, check: Check) -> Iterator[Finding]:
    """After the header come blocks S1 to S6, and S7 if the place is known, each of them once."""
    written = [one.id for one in symbol.ins.blocks] if symbol.ins else []
    at = f"page {symbol.page}, DataMatrix"
    for block_id, count in Counter(written).items():
        if block_id not in FIELDS:
            yield Finding(at, "des blocs S1 à S7", f"bloc {shown(block_id)!r}")
        elif count > 1:
            yield Finding(f"{at} {block_id}", "un seul bloc", f"{count} blocs")
    for block_id in COMPULSORY:
        if block_id not in written:
            yield Finding(
                f"{at} {block_id}",
                f"un bloc {block_id} ({FIELDS[block_id].label})",
                "absent",
                "Chaque valeur est-elle précédée de son identifiant de deux caractères ?",
            )


def matricule_blocks(check: Check) -> Iterator[PrintedBlock]:
    """Yield the block of the matricule."""
    return blocks(check, "S1")


@rule("DM-04", cites=R32, standard=FORMAT, each=matricule_blocks)
def matricule_has_its_key(one: PrintedBlock, check: Check) -> Iterator[Finding]:
    """S1 is a matricule of exactly 15 characters with its right key."""
    value = one.block.value
    if not is_valid_matricule(value):
        length = len(value)
        yield Finding(
            one.at,
            "15 caractères, clé juste",
            f"{length} caractères" if length != 15 else f"{shortened(value)}, clé ou forme fausse",
            "Le matricule est-il imprimé tel qu'INSi l'a rendu, clé comprise ?",
        )


def oid_blocks(check: Check) -> Iterator[PrintedBlock]:
    """Yield the block of the OID."""
    return blocks(check, "S2")


@rule("DM-05", cites=R32, standard=FORMAT, each=oid_blocks)
def oid_is_one_of_the_ins(one: PrintedBlock, check: Check) -> Iterator[Finding]:
    """S2 is the OID of the matricule's nature, of 19 or 20 characters."""
    value = one.block.value
    if value not in INS_OIDS:
        yield Finding(
            one.at,
            f"un OID de l'INS parmi {', '.join(INS_OIDS)}",
            shown(value),
            "L'OID rendu par INSi a-t-il été conservé tel quel ?",
        )
    elif check.settings.environment == "production" and value not in PRODUCTION_OIDS:
        yield Finding(
            one.at,
            f"un OID de production : {' ou '.join(sorted(PRODUCTION_OIDS))}",
            f"{value} ({INS_OIDS[value]})",
            "Ce document vient-il d'un environnement d'essai ?",
            Level.WARNING,
        )


def name_blocks(check: Check) -> Iterator[PrintedBlock]:
    """Yield the blocks of the given names and of the birth name."""
    return blocks(check, "S3", "S4")


@rule("DM-06", cites=R32, standard=FORMAT, each=name_blocks)
def names_are_in_capitals(one: PrintedBlock, check: Check) -> Iterator[Finding]:
    """S3 and S4 have 1 to 100 characters: capitals without accents, hyphen, apostrophe, space."""
    value = one.block.value
    if len(value) > FIELDS[one.block.id].most:
        yield Finding(one.at, "au plus 100 caractères", f"{len(value)} caractères")
    if not NAME.fullmatch(value):
        strangers = "".join(sorted(set(re.sub(NAME, "", value))))
        yield Finding(
            one.at,
            "des capitales A à Z, tiret, apostrophe, espace",
            f"caractères {shown(strangers)}" if strangers else "vide",
            "Les traits imprimés sont-ils ceux d'INSi, sans mise en forme ?",
        )


def sex_blocks(check: Check) -> Iterator[PrintedBlock]:
    """Yield the block of the sex."""
    return blocks(check, "S5")


@rule("DM-07", cites=R32, standard=FORMAT, each=sex_blocks)
def sex_is_m_or_f(one: PrintedBlock, check: Check) -> Iterator[Finding]:
    """S5 is one character, M or F (never I)."""
    if one.block.value not in ("M", "F"):
        hint = "Une identité qualifiée peut-elle être de sexe inconnu ?"
        yield Finding(one.at, "M ou F", shown(one.block.value), hint)


def date_blocks(check: Check) -> Iterator[PrintedBlock]:
    """Yield the block of the birth date."""
    return blocks(check, "S6")


@rule("DM-08", cites=R32, standard=FORMAT, each=date_blocks)
def birth_date_is_written_with_hyphens(one: PrintedBlock, check: Check) -> Iterator[Finding]:
    """S6 is the birth date in 10 characters, JJ-MM-AAAA."""
    if not DATE.fullmatch(one.block.value):
        hint = "La date est-elle écrite jour, mois, année, avec des tirets ?"
        yield Finding(one.at, "JJ-MM-AAAA", shown(one.block.value), hint)


def place_blocks(check: Check) -> Iterator[PrintedBlock]:
    """Yield the block of the birth place, which is optional."""
    return blocks(check, "S7")


@rule("DM-09", cites=R32, standard=FORMAT, each=place_blocks, overlaps=("DM-10",))
def birth_place_is_a_code_and_comes_last(one: PrintedBlock, check: Check) -> Iterator[Finding]:
    """S7 is the code of the birth place (COG) in 5 characters, and the last block."""
    if not is_insee_place(one.block.value):
        yield Finding(
            one.at,
            "un code du COG de 5 caractères",
            shown(one.block.value),
            "Le code INSEE est-il celui d'INSi, et non un code postal ou un nom ?",
        )
    last = one.symbol.ins.blocks[-1] if one.symbol.ins else one.block
    if last is not one.block:
        yield Finding(one.at, "en dernier", f"avant {last.id}")


def every_block(check: Check) -> Iterator[PrintedBlock]:
    """Yield every block of a known identifier."""
    return blocks(check, *FIELDS)


@rule("DM-10", cites=R32, standard=FORMAT, each=every_block)
def separator_ends_what_is_shorter_than_its_bound(
    one: PrintedBlock, check: Check
) -> Iterator[Finding]:
    """GS ends a variable field shorter than its maximum and not the last; nothing else has one."""
    due = _separator_is_due(one)
    if due and one.block.ended_by != "GS":
        blank = one.block.written != one.block.value
        yield Finding(
            one.at,
            "suivi du séparateur GS (ASCII 29)",
            "une espace à sa place" if blank else "aucun séparateur",
            "Le générateur garde-t-il les caractères de commande ?",
        )
    elif not due and one.block.ended_by == "GS":
        last = one.symbol.ins is not None and one.symbol.ins.blocks[-1] is one.block
        reason = "dernier bloc" if last else "longueur fixe ou maximale atteinte"
        yield Finding(one.at, f"aucun séparateur : {reason}", "suivi de GS")


def _separator_is_due(one: PrintedBlock) -> bool:
    field, block = FIELDS[one.block.id], one.block
    is_last = one.symbol.ins is not None and one.symbol.ins.blocks[-1] is block
    return not field.fixed and not is_last and _length(block) < field.most


def _length(block: Block) -> int:
    return len(block.value)
