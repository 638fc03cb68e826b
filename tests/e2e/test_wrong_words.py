"""Wrong files and wrong words: a French message that says what to do, and the right code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.inventory import covered
from tests.e2e.command import DEMO, banc

pytestmark = pytest.mark.xdist_group("e2e-wrong-words")


def _without_profile(text: str) -> str:
    return re.sub(r"(?ms)^\[profile\]$.*?^$", "[profile]\n", text, count=1)


WRONG_FILES: dict[str, tuple[Callable[[str], str], tuple[str, ...]]] = {
    "malformé": (lambda text: text + "\n[[[", ("TOML", "ligne")),
    "clé inconnue": (
        lambda text: text.replace("ins_applicable =", "ins_aplicable ="),
        ("ins_aplicable", "ins_applicable"),
    ),
    "profil vide": (_without_profile, ("profil",)),
    "secret écrit": (
        lambda text: text.replace('"env:BANC_DEMO_PASSWORD"', '"azerty-1234"'),
        ("secret", "env:"),
    ),
    "pas de l'UTF-8": (lambda _: "vendor = 'é'", ("UTF-8",)),
}
ENVIRON = {
    "BANC_DEMO_URL": "https://127.0.0.1:9",
    "BANC_DEMO_MLLP": "127.0.0.1:9",
    "BANC_DEMO_CA": str(DEMO),
    "BANC_DEMO_USER": "pro.martin",
    "BANC_DEMO_PASSWORD": "mot-de-passe-fictif",
}


@pytest.mark.parametrize("wrong", WRONG_FILES)
def test_wrong_target_file(wrong: str, tmp_path: Path) -> None:
    change, told = WRONG_FILES[wrong]
    path = tmp_path / "cible.toml"
    encoding = "latin-1" if wrong == "pas de l'UTF-8" else "utf-8"
    written = change(DEMO.read_text(encoding="utf-8"))
    path.write_bytes(written.encode(encoding))
    ended = banc("run", path, cwd=tmp_path, env=ENVIRON)
    assert ended.code == 2, ended.text
    assert ended.out == ""
    assert "cible.toml" in ended.err
    assert "azerty-1234" not in ended.err
    for word in told:
        assert word in ended.err, ended.err
    assert not (tmp_path / "reports").exists()


def test_target_file_that_is_not_there(tmp_path: Path) -> None:
    for words in (("run", "rien.toml"), ("doctor", "rien.toml"), ("doctor", ".")):
        ended = banc(*words, cwd=tmp_path)
        assert ended.code == 2, ended.text
        assert f"{words[1]} " in ended.text
        assert "modele.toml" in ended.text or "fichier de cible" in ended.text


def test_secret_absent_from_the_environment(tmp_path: Path) -> None:
    ended = banc("run", DEMO, cwd=tmp_path, env={**ENVIRON, "BANC_DEMO_PASSWORD": None})
    assert ended.code == 2, ended.text
    assert "BANC_DEMO_PASSWORD" in ended.err and "posez-la" in ended.err


WRONG_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "exigence proche": (("demo", "--requirement", "INS 34a"), ("INS 34a", "INS 34")),
    "exigence inconnue": (("demo", "--requirement", "XYZ"), ("XYZ",)),
    "thème inconnu": (("demo", "--theme", "iinns"), ("iinns", "identification", "ins")),
    "reprise de rien": (("run", str(DEMO), "--failed-from", "nulle-part"), ("nulle-part",)),
    "commande inconnue": (("demmo",), ("demmo", "demo", "banc -h")),
    "option inconnue": (("demo", "--strikt"), ("--strikt", "--strict")),
    "graine sans nombre": (("demo", "--seed", "douze"), ("--seed", "entier")),
    "rien à juger": (("judge",), ("FICHIER", "banc judge -h")),
    "format inconnu": (("judge", "--as", "xml", str(DEMO)), ("--as xml", "hl7v2")),
    "défaut inconnu": (("mutants", "--fault", "rien-de-tel"), ("rien-de-tel",)),
}


@pytest.mark.parametrize("wrong", WRONG_WORDS)
def test_wrong_words(wrong: str, tmp_path: Path) -> None:
    words, told = WRONG_WORDS[wrong]
    ended = banc(*words, cwd=tmp_path)
    assert ended.code == 2, ended.text
    for word in told:
        assert word in ended.err, ended.err
    assert "Error:" not in ended.err and "No such" not in ended.err


def test_exigence_that_no_scenario_plays(tmp_path: Path) -> None:
    by_hand = next(row for row in covered().rows if row.how == "documentary")
    ended = banc("demo", "--requirement", by_hand.id, cwd=tmp_path)
    assert ended.code == 2, ended.text
    assert f"{by_hand.id} : {by_hand.reason}" in ended.err


def test_failed_from_a_run_without_failure(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"scenarios": []}', encoding="utf-8")
    ended = banc("run", DEMO, "--failed-from", tmp_path, cwd=tmp_path)
    assert ended.code == 2
    assert "aucun échec" in ended.err


def test_reports_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("", encoding="utf-8")
    for words in (("demo",), ("mutants", "--sample", "1"), ("simulators",)):
        ended = banc(*words, "--reports", tmp_path / "fichier" / "sous", cwd=tmp_path)
        assert ended.code == 3, ended.text
        assert "--reports" in ended.err and "fichier" in ended.err


def test_typed_alone_the_command_says_what_it_can_do(tmp_path: Path) -> None:
    ended = banc(cwd=tmp_path)
    assert ended.code == 2
    for command in ("demo", "run", "doctor", "judge", "coverage", "show", "mutants"):
        assert f"  {command} " in ended.err


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "vide.er7": (b"", "vide"),
    "blancs.er7": (b" \r\n", "vide"),
    "binaire.bin": (bytes(range(256)) * 40, "format non reconnu"),
    "msh-seul.er7": (b"MSH", "MSH"),
    "msh-barre.er7": (b"MSH|", "MSH"),
    "tronque.json": (b'{"resourceType": "Patient", "name": [', "JSON"),
    "entites.xml": (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]>'
        b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">&b;</s:Envelope>',
        "DOCTYPE",
    ),
}
SAMPLE = DEMO.parents[1] / "messages/hl7v2/conformes/a28_creation_provisoire.er7"


def test_judge_files_that_cannot_be_read(tmp_path: Path) -> None:
    for name, (content, _) in UNREADABLE.items():
        (tmp_path / name).write_bytes(content)
    huge = tmp_path / "enorme.er7"
    with huge.open("wb") as file:
        file.write(b"MSH|^~\\&|A")
        file.truncate(60_000_000)
    (tmp_path / "dossier").mkdir()
    told = {name: word for name, (_, word) in UNREADABLE.items()}
    told |= {"absent.er7": "introuvable", "enorme.er7": "60 Mo", "dossier": "dossier"}
    ended = banc("judge", *told, cwd=tmp_path)
    assert ended.code == 2, ended.text
    assert ended.out.count("Illisible") == len(told), ended.out
    machine = banc("judge", *told, "--json", cwd=tmp_path)
    assert machine.code == 2
    for (name, word), line in zip(told.items(), machine.out.splitlines(), strict=True):
        found = json.loads(line)
        assert (found["file"], found["verdict"]) == (name, "INCONCLUSIVE")
        assert word in found["problem"], found
        assert found["rules"] == []


def test_judge_truncated_and_wrongly_encoded_messages(tmp_path: Path) -> None:
    whole = SAMPLE.read_bytes()
    (tmp_path / "tronque.er7").write_bytes(whole[: whole.index(b"\rPID|") + 12])
    assert b"UNICODE UTF-8" in whole
    latin = whole.replace(b"\rPID|", "\rZZZ|é\rPID|".encode("latin-1"))
    (tmp_path / "latin.er7").write_bytes(latin)
    ended = banc("judge", "tronque.er7", "latin.er7", "--json", cwd=tmp_path)
    assert ended.code == 1, ended.text
    cut, wrong = map(json.loads, ended.out.splitlines())
    assert cut["verdict"] == wrong["verdict"] == "NON_CONFORM"
    assert "V2-ENC-04" in [rule["id"] for rule in wrong["rules"] if rule["findings"]]


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    ended = banc("judge", SAMPLE, "absent.er7", SAMPLE, "--json", cwd=tmp_path)
    assert ended.code == 2
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [one["verdict"] for one in lines] == ["CONFORM", "INCONCLUSIVE", "CONFORM"]
