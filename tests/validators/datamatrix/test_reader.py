"""A PDF is read as it is printed: text, codes, and what is around them; bad bytes are refused."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from harness.model.artefact import Artefact
from harness.model.problems import Unreadable
from harness.validators.datamatrix.content import HEADER, ins_content
from harness.validators.datamatrix.reader import MAX_PAGES, page_pictures, read_print
from tests.validators.datamatrix.printing import (
    GS,
    TRAITS,
    Printed,
    blocks_of,
    coded,
    compiled,
    identity_lines,
    qualified_print,
)


def pdf(content: bytes) -> Artefact:
    return Artefact("piece.pdf", content, "application/pdf")


def test_symbol_is_decoded_with_its_separators_and_its_measures() -> None:
    (symbol,) = read_print(qualified_print().artefact()).symbols
    assert symbol.content == coded(blocks_of(TRAITS)) and GS in symbol.content
    assert symbol.ecc200 and symbol.quiet and symbol.columns == symbol.rows > 0
    assert 12 < symbol.side_mm < 15
    assert symbol.words_mm is not None and symbol.words_mm < 20


@pytest.mark.parametrize("size", [8, 10, 25])
def test_small_and_large_symbols_are_decoded(size: float) -> None:
    assert read_print(replace(qualified_print(), size_mm=size).artefact()).ins_symbols


def test_turned_symbol_is_decoded_and_its_margin_still_seen() -> None:
    source = qualified_print()._symbol().removeprefix("#")
    pages = {f"#rotate({angle}deg, {source})\n\nINS à scanner" for angle in (90, 12, 45)}
    for page in pages:
        (symbol,) = read_print(pdf(compiled(page))).symbols
        assert symbol.quiet


def test_pages_are_numbered_and_their_text_keeps_its_lines() -> None:
    document = read_print(replace(qualified_print(), blank_pages=1).artefact())
    assert [page.number for page in document.pages] == [1, 2]
    assert document.pages[0].text.splitlines()[:2] == [
        "Nom de naissance : D'ARTAGNAN-BRUN",
        "Premier prénom de naissance : CAMILLE",
    ]
    assert [symbol.page for symbol in document.symbols] == [2]


def test_code_of_another_kind_is_not_taken_for_the_ins() -> None:
    document = read_print(Printed(["Facture"], "DC04ABCD0000FR").artefact())
    assert document.symbols and not document.ins_symbols
    assert not read_print(Printed(["Boîte"], "010340093000012017", words="").artefact()).ins_symbols


def test_only_code_of_a_page_that_says_ins_is_judged_whatever_it_holds() -> None:
    assert read_print(Printed(identity_lines(TRAITS), "DURAND CAMILLE").artefact()).ins_symbols


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "pas un PDF"),
        (b"<html>", "pas un PDF"),
        (b"%PDF-1.7\n", "abîmé"),
        (qualified_print().pdf()[:400], "abîmé"),
        (b"%PDF-1.7" + b"\0" * 20_000_001, "20 Mo"),
    ],
    ids=["vide", "html", "sans-corps", "coupe", "trop-gros"],
)
def test_bad_bytes_are_refused_with_a_reason(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_print(pdf(content))


def test_locked_pdf_is_told() -> None:
    # The shortest encrypted document: a password is demanded before anything else is read.
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
        b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"
        b"endobj\ntrailer<</Root 1 0 R/Size 5/Encrypt 4 0 R/ID[<01><02>]>>\n%%EOF"
    )
    with pytest.raises(Unreadable, match="mot de passe"):
        read_print(pdf(body))


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(Unreadable, match=f"de 1 à {MAX_PAGES} pages"):
        read_print(pdf(compiled("#pagebreak()\n" * MAX_PAGES + "fin")))


def test_huge_page_is_drawn_within_the_limit_of_pixels() -> None:
    started = time.monotonic()
    document = read_print(pdf(compiled("#set page(width: 4000mm, height: 4000mm)\nvaste")))
    assert "vaste" in document.text
    assert time.monotonic() - started < 10


def test_picture_without_text_says_that_it_cannot_be_read() -> None:
    document = read_print(pdf(compiled("#rect(width: 5cm, height: 5cm)")))
    assert not document.has_text
    with pytest.raises(Unreadable, match="aucun texte"):
        assert document.text


def test_pages_become_one_small_picture() -> None:
    picture = page_pictures(replace(qualified_print(), blank_pages=1).artefact(), 96, 3)
    assert picture.startswith(b"\x89PNG") and len(picture) < 120_000


def test_known_oddity_is_read_tolerantly() -> None:
    # S7 before S4, and a space in place of the separator after S2.
    text = HEADER + f"S1{TRAITS['matricule']}S21.2.250.1.213.1.4.8 S3CAMILLE{GS}S763220S4DURANDS5F"
    content = ins_content(text)
    assert content is not None
    assert [(one.id, one.value, one.ended_by) for one in content.blocks] == [
        ("S1", TRAITS["matricule"], "bloc"),
        ("S2", "1.2.250.1.213.1.4.8", "bloc"),
        ("S3", "CAMILLE", "GS"),
        ("S7", "63220", "bloc"),
        ("S4", "DURAND", "bloc"),
        ("S5", "F", "fin"),
    ]


def test_unknown_block_does_not_swallow_its_neighbours() -> None:
    content = ins_content(coded(blocks_of(TRAITS)).replace("S3CAMILLE", "T3CAMILLE"))
    assert content is not None
    assert [one.id for one in content.blocks] == ["S1", "S2", "T3", "S4", "S5", "S6", "S7"]
