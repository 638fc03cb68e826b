"""The faults that the banc must see alone, on published messages and on our own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.model.verdict import Verdict
from tests.validators.hl7v2.judged import CONFORMING, errors, judged

EXAMPLES = os.environ.get("BANC_EXEMPLES", "")
published = pytest.mark.skipif(
    not EXAMPLES, reason="BANC_EXEMPLES ne nomme pas le dossier des exemples publiés"
)
PAM = ("pam_a01_sgl_admission.er7", "pam_a01_consentement_ic_ino.er7")

EDITS: dict[str, tuple[bytes, bytes, tuple[str, str]]] = {
    "un chiffre du matricule": (b"279035121518989", b"279035121518889", ("V2-PID-05", "PID-3[2]")),
    "un chiffre de la clé": (b"279035121518989", b"279035121518988", ("V2-PID-05", "PID-3[2]")),
    "sans BDL": (b"~^^^^^^BDL^^63220", b"", ("V2-PID-15", "PID-11")),
    "PID-32 PROV": (b"|VALI|", b"|PROV|", ("V2-PID-09", "PID-3[2]")),
    "ZBE-3 rempli": (b"||INSERT", b"|20240307|INSERT", ("V2-ZBE-01", "ZBE-3")),
    "MSH-2 U+02DC": (b"^~\\&", "^\u02dc\\&".encode(), ("V2-ENC-01", "MSH-2")),
}
OWN_EDITS: dict[str, tuple[bytes, bytes, tuple[str, str]]] = {
    **EDITS,
    "un chiffre du matricule": (b"284072A004117", b"284072A004217", ("V2-PID-05", "PID-3[2]")),
    "un chiffre de la clé": (b"284072A00411793", b"284072A00411791", ("V2-PID-05", "PID-3[2]")),
    "sans BDL": (b"~^^^^^^BDL^^2A004", b"", ("V2-PID-15", "PID-11")),
    "ZBE-3 rempli": (b"||INSERT", b"|20260613|INSERT", ("V2-ZBE-01", "ZBE-3")),
}


def _edited(content: bytes, edit: tuple[bytes, bytes, tuple[str, str]]) -> bytes:
    old, new, _ = edit
    assert old in content
    return content.replace(old, new, 1)


@published
@pytest.mark.parametrize("name", PAM)
def test_published_pam_message_has_no_error(name: str) -> None:
    judgement = judged((Path(EXAMPLES) / "hl7v2" / name).read_bytes())
    assert errors(judgement) == []
    assert judgement.verdict is Verdict.CONFORM


@published
@pytest.mark.parametrize("name", PAM)
@pytest.mark.parametrize("fault", EDITS)
def test_edited_published_message_has_that_error_alone(name: str, fault: str) -> None:
    content = (Path(EXAMPLES) / "hl7v2" / name).read_bytes()
    assert errors(judged(_edited(content, EDITS[fault]))) == [EDITS[fault][2]]


@published
@pytest.mark.parametrize("name", PAM)
def test_published_message_in_latin1_lies_about_its_charset(name: str) -> None:
    content = (Path(EXAMPLES) / "hl7v2" / name).read_bytes()
    latin = content.decode().replace("Chir V", "Chir é").encode("iso8859-15")
    assert errors(judged(latin)) == [("V2-ENC-04", "MSH-18")]


@published
@pytest.mark.parametrize("name", ["mdm_t10_cda_v21_rplc.er7", "ack_t10_lps_v11.er7"])
def test_published_cda_transport_and_ack_have_no_error(name: str) -> None:
    judgement = judged((Path(EXAMPLES) / "hl7v2" / name).read_bytes())
    assert errors(judgement) == []
    assert judgement.verdict is Verdict.CONFORM


@pytest.mark.parametrize("fault", OWN_EDITS)
def test_edited_message_of_ours_has_that_error_alone(fault: str) -> None:
    content = (CONFORMING / "a01_admission.er7").read_bytes()
    assert errors(judged(_edited(content, OWN_EDITS[fault]))) == [OWN_EDITS[fault][2]]


def test_latin1_message_of_ours_lies_about_its_charset() -> None:
    content = (CONFORMING / "a01_admission.er7").read_bytes().decode().encode("iso8859-15")
    assert errors(judged(content)) == [("V2-ENC-04", "MSH-18")]


def test_lf_file_is_read_as_the_same_message() -> None:
    content = (CONFORMING / "a01_admission.er7").read_bytes()
    for ending in (b"\n", b"\r\n"):
        assert errors(judged(content.replace(b"\r", ending))) == []
