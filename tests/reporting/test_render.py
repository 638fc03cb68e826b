"""Pieces become readable text, whatever the bytes are."""

from __future__ import annotations

import pytest

from harness.model.artefact import FHIR_MEDIA_TYPE, HL7V2_MEDIA_TYPE, SOAP_MEDIA_TYPE, Artefact
from harness.model.releve import AttemptReleve, ScreenField, ScreenReleve
from harness.reporting.render import SHOWN_CHARACTERS, render
from tests.validators.samples import MESSAGES

MESSAGE = (
    b"\x0bMSH|^~\\&|GAP|H|DUI|H|20260302||ADT^A28^ADT_A05|M1|P|2.5\r"
    b"PID|||IPP42^^^H^PI~2790^^^INS^INS||DURAND^CAMILLE||19790301|F\rZBE|1\r\x1c\r"
)


def _text(content: bytes, media_type: str) -> str:
    made = render(Artefact("pièce", content, media_type))
    assert made.media_type == "text/plain"
    return made.content.decode()


def _squeezed(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_hl7_fields_are_named_and_repetitions_split(end: bytes) -> None:
    lines = _squeezed(_text(MESSAGE.replace(b"\r", end), HL7V2_MEDIA_TYPE))
    assert "MSH — En-tête du message" in lines
    assert "MSH-1 Séparateur de champs |" in lines
    assert "MSH-2 Caractères d'encodage ^~\\&" in lines
    assert "MSH-9 Type de message ADT^A28^ADT_A05" in lines
    assert "PID-3[2] Identifiants du patient 2790^^^INS^INS" in lines
    assert ".4 Autorité d'affectation INS" in lines
    assert "PID-7 Date de naissance 19790301" in lines
    assert "ZBE-1 Identifiant du mouvement 1" in lines


@pytest.mark.parametrize(
    "content", [b"MSH", b"MSH|", b"MSH|^", b"MSH|^~\\&|\xe9", b"\r\rMSH|^~\\&||||", b"PID|||x"]
)
def test_a_faulty_message_is_shown_all_the_same(content: bytes) -> None:
    assert "SHA-256" in _text(content, HL7V2_MEDIA_TYPE)


def test_latin1_bytes_are_shown_and_said() -> None:
    text = _text("MSH|^~\\&|é".encode("latin-1"), HL7V2_MEDIA_TYPE)
    assert "hors UTF-8" in text
    assert "é" in text


def test_json_and_xml_are_indented() -> None:
    assert '{\n  "a": "é"\n}' in _text('{"a":"é"}'.encode(), FHIR_MEDIA_TYPE)
    assert "<a>\n  <b>1</b>\n</a>" in _text(b"<a><b>1</b></a>", SOAP_MEDIA_TYPE)


def test_what_is_not_of_its_type_is_said_then_shown_raw() -> None:
    text = _text(b"<html>Erreur 500</html", FHIR_MEDIA_TYPE)
    assert "illisible comme application/fhir+json" in text
    assert "<html>Erreur 500</html" in text


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "root:" not in _text(bomb, "application/xml")


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "image/png"])
def test_markup_is_shown_as_text_whatever_type_it_claims(media_type: str) -> None:
    assert "<script>" in _text(b"<svg><script>alert(1)</script></svg>", media_type).replace(
        "\n", ""
    )


def test_a_genuine_picture_is_kept_as_it_is() -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(20)
    made = render(Artefact("écran", content, "text/html"))
    assert (made.content, made.media_type, made.extension) == (content, "image/png", "png")


def test_binary_is_shown_in_hexadecimal_and_long_text_is_cut() -> None:
    assert "00 01 02" in _text(bytes(range(256)) * 20, "application/octet-stream")
    text = _text(b"a" * (SHOWN_CHARACTERS * 2), "text/plain")
    assert "affichage coupé" in text
    assert len(text) < SHOWN_CHARACTERS + 1000


def test_releves_are_french_tables() -> None:
    attempt = AttemptReleve("création", False, "sexe manquant", "422", missing="sex").artefact("a")
    lines = _squeezed(_text(attempt.content, attempt.media_type))
    assert "accepté non" in lines
    assert "trait laissé vide à dessein sexe" in lines
    screen = ScreenReleve(
        "patient", "https://x/1", "Fiche", "2026", (ScreenField("Sexe", "F", required=True),)
    ).artefact("e")
    assert "- Sexe : F [obligatoire]" in _squeezed(_text(screen.content, screen.media_type))


def test_a_broken_releve_is_shown_raw() -> None:
    text = _text(b"[1]", "application/vnd.banc.releve+json")
    assert "illisible" in text


def test_the_caption_finds_the_piece_in_the_run_folder() -> None:
    piece = Artefact("trace", b"x", "text/plain", "journal du logiciel", 4)
    text = render(piece).content.decode()
    for part in ("trace", "journal du logiciel", "n° 4", piece.sha256, "1 octets"):
        assert part in text


def test_pdf_is_shown_as_a_small_picture() -> None:
    sample = MESSAGES / "datamatrix" / "conformes" / "qualifiee.pdf"
    made = render(Artefact("papier", sample.read_bytes(), "application/pdf"))
    assert (made.media_type, made.extension) == ("image/png", "png")
    assert made.content.startswith(b"\x89PNG") and len(made.content) < 120_000


def test_pdf_that_cannot_be_drawn_says_why() -> None:
    assert "abîmé" in _text(b"%PDF-1.7 tronque", "application/pdf")
