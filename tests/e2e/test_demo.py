"""`banc demo`, whole: what it writes agrees everywhere, is filed rightly, and keeps secrets."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.catalogue import load_catalogue
from harness.evidence.journal import altered_pieces, read_journal
from harness.model.verdict import ROWS, Verdict
from tests.e2e.command import ALLURE, Ended, banc, only_run, printed_counts, run_json

pytestmark = pytest.mark.xdist_group("e2e-demo")
TAGS = {"failed": "failure", "error": "error", "skipped": "skipped", "passed": ""}
BASIC = re.compile(rb"(?i)\bbasic\s+[A-Za-z0-9+/]{8,}={0,2}")
COOKIE = re.compile(rb"(?i)\b(?:set-)?cookie:[ \t]*[^=\s;]+=[^;\s]+")
JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.")
# A form or a link that carries a secret in clear: not a placeholder («…»), nor a mask (•••).
CARRIED = re.compile(
    rb"(?i)\b(?:password|new_password|old_password|confirm|recovery_code|client_secret|jeton"
    rb"|access_token|refresh_token|id_token_hint|code_verifier)=(?!\xc2\xab|%C2%AB|\xe2\x80\xa2)[^&\s\"'<]{4,}"
)
# A SHA-256 may hold fifteen digits in a row: hexadecimal neighbours are no matricule.
MATRICULE = re.compile(r"(?<![0-9a-fA-F])[12]\d{4}(?:\d\d|2[AB])\d{8}(?![0-9a-fA-F])")


@dataclass(frozen=True)
class Demo:
    """The run of the module: how it ended, its folder and its run.json."""

    ended: Ended
    folder: Path
    run: dict[str, Any]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run `banc demo` once, with the Allure generator when the launcher gave it."""
    cwd = tmp_path_factory.mktemp("demo")
    ended = banc("demo", cwd=cwd, env={name: os.environ.get(name) for name in ALLURE})
    folder = only_run(cwd / "reports")
    return Demo(ended, folder, run_json(folder))


def test_demo_ends_well(demo: Demo) -> None:
    assert demo.ended.code == 0, demo.ended.text
    assert demo.ended.err == ""
    verdicts = demo.run["verdicts"]
    assert verdicts["CONFORM"] >= 50
    assert (
        sum(verdicts.values())
        == verdicts["CONFORM"] + verdicts["NOT_APPLICABLE"] + (verdicts["REVIEW"])
    )
    assert not demo.run["interrupted"]


def test_counts_agree_under_the_published_table(demo: Demo) -> None:
    counts = {Verdict(word): number for word, number in demo.run["verdicts"].items()}
    items = Counter(Verdict(one["verdict"]) for one in demo.run["scenarios"])
    assert {verdict: items[verdict] for verdict in counts} == counts
    printed = printed_counts(demo.ended.out, {row.verdict: row.word for row in ROWS.values()})
    assert printed == {str(verdict): number for verdict, number in counts.items()}
    assert Counter(_junit_verdicts(demo)) == +Counter(counts)
    assert Counter(_allure_statuses(demo)) == +Counter(
        {
            status: sum(n for v, n in counts.items() if ROWS[v].allure == status)
            for status in ("passed", "failed", "broken", "skipped")
        }
    )


def _junit_verdicts(demo: Demo) -> Iterator[Verdict]:
    suite = ET.parse(demo.folder / "junit.xml").getroot()[0]
    tags: Counter[str] = Counter()
    for case in suite.iter("testcase"):
        found = {one.get("name"): one.get("value") for one in case.iter("property")}
        verdict = Verdict(found["verdict"] or "")
        tag = TAGS[ROWS[verdict].outcome]
        assert [one.tag for one in case if one.tag in TAGS.values()] == ([tag] if tag else [])
        tags[tag] += 1
        yield verdict
    assert suite.get("tests") == str(sum(tags.values()))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(attribute) == str(tags[tag])


def _allure_statuses(demo: Demo) -> Iterator[str]:
    for path in (demo.folder / "allure-results").glob("*-result.json"):
        yield json.loads(path.read_text(encoding="utf-8"))["status"]


def test_allure_html_is_made_when_the_generator_is_there(demo: Demo) -> None:
    page = demo.folder / "allure.html"
    if all(os.environ.get(name) for name in ALLURE):
        assert 'lang="fr"' in page.read_text(encoding="utf-8")[:2000]
        assert not [note for note in demo.run["notes"] if "allure" in note]
    else:
        assert not page.exists()
        assert any("allure.html" in note for note in demo.run["notes"])


def test_every_proof_filed_has_an_official_number_and_its_bytes(demo: Demo) -> None:
    known = load_catalogue().proof_ids
    proofs = [proof for one in demo.run["scenarios"] for proof in one["proofs"]]
    assert len(proofs) > 50
    assert {proof["id"] for proof in proofs} <= known
    pieces = {piece["piece"] for proof in proofs for piece in proof["pieces"]}
    assert pieces <= {path.name for path in (demo.folder / "pieces").iterdir()}


def test_exigences_name_items_of_the_run_and_their_worst_verdict(demo: Demo) -> None:
    verdict = {one["id"]: one["verdict"] for one in demo.run["scenarios"]}
    order = list(ROWS)
    for one in demo.run["requirements"]:
        if one["scenarios"]:
            reached = [Verdict(verdict[item]) for item in one["scenarios"]]
            assert one["verdict"] == min(reached, key=order.index)
        else:
            assert one["verdict"] in {"NOT_RUN", "NOT_APPLICABLE"}


def test_journal_is_whole_and_ended(demo: Demo) -> None:
    journal = read_journal(demo.folder)
    assert (journal.intact, journal.problem, journal.finished) == (True, "", True)
    assert altered_pieces(demo.folder) == []
    footer = journal.entries[-1].data
    assert footer["verdicts"] == demo.run["verdicts"]
    assert footer["exit_code"] == 0
    told = [entry.data["verdict"] for entry in journal.entries if entry.kind == "verdict"]
    assert Counter(told) == +Counter(demo.run["verdicts"])


def test_no_live_secret_is_kept(demo: Demo) -> None:
    """Passwords are random: what carries them is looked for, not their value."""
    kept = [path for path in demo.folder.rglob("*") if path.is_file()]
    ours = [path for path in kept if "demo_dui" not in path.relative_to(demo.folder).parts]
    requests = 0
    for path in ours:
        content = path.read_bytes()
        requests += b"Authorization:" in content
        assert not BASIC.search(content), path
        assert not COOKIE.search(content), path
        for secret in (JWT, CARRIED):
            found = secret.search(content)
            assert not found, (path, found.group()[:24] if found else b"")
    assert requests, "aucun échange signé : ce test n'aurait rien vu"


def test_console_shows_no_whole_matricule(demo: Demo) -> None:
    assert not MATRICULE.search(demo.ended.text)
    pieces = [path.read_bytes() for path in (demo.folder / "pieces").iterdir()]
    assert any(MATRICULE.search(one.decode("latin-1")) for one in pieces), "rien à cacher"
    for name in ("run.json", "junit.xml"):
        assert not MATRICULE.search((demo.folder / name).read_text(encoding="utf-8")), name
