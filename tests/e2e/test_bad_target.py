"""Against a target that answers badly, or not at all, nothing is ever said non-conform."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.evidence.journal import altered_pieces, read_journal
from harness.simulators.igc import TestIgc
from tests.e2e import bad_servers
from tests.e2e.bad_servers import Answering, hangs_up, says
from tests.e2e.command import BANC, Ended, banc, only_run, run_json, run_to_end, started
from tests.e2e.conftest import Outside, started_outside

pytestmark = pytest.mark.xdist_group("e2e-bad-target")
HTML = b"<!doctype html><title>Portail</title><h1>Connectez-vous</h1>"
EVERY_KIND = ("INS 1", "INS 11", "INS 23", "INS 34", "INS 45", "IEU 8")
"""Exigences whose scenarios create, read, call INSi, send, receive, show pages, open accounts."""


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the certificates of the servers."""
    folder = tmp_path_factory.mktemp("pki")
    bad_servers.make_certificates(folder)
    return folder


@pytest.fixture(scope="module")
def impatient(outside: Outside) -> Path:
    """Give the target file with short delays: a page that never comes is not waited for long."""
    written = outside.target.read_text(encoding="utf-8")
    assert "default = 10" in written
    path = outside.target.with_name("presse.toml")
    path.write_text(written.replace("default = 10", "default = 2"), encoding="utf-8")
    return path


def _run(
    cwd: Path, environ: dict[str, str], target: Path, wanted: tuple[str, ...] = EVERY_KIND
) -> Ended:
    chosen = [word for one in wanted for word in ("--requirement", one)]
    return banc("run", target, *chosen, cwd=cwd, env=environ)


def _nobody_is_blamed(ended: Ended, cwd: Path, *told: str) -> None:
    assert ended.code == 4, ended.text
    folder = only_run(cwd / "reports")
    run = run_json(folder)
    reached = {word: number for word, number in run["verdicts"].items() if number}
    assert set(reached) <= {"INCONCLUSIVE", "NOT_APPLICABLE"}, ended.out
    assert reached["INCONCLUSIVE"] > 1
    reasons = {one["reason"] for one in run["scenarios"] if one["verdict"] == "INCONCLUSIVE"}
    assert all(reasons)
    for word in told:
        assert any(word in reason for reason in reasons), reasons
    journal = read_journal(folder)
    assert (journal.intact, journal.finished, altered_pieces(folder)) == (True, True, [])


BAD_ANSWERS: dict[str, tuple[Answering, tuple[str, ...]]] = {
    "du HTML": (says(200, "text/html", HTML), ("réponse inattendue", "Connectez-vous")),
    "du HTML dit JSON": (says(200, "application/fhir+json", HTML), ("bien formé",)),
    "10 Mo": (says(200, "application/json", b" " * 10_000_001), ("10 Mo",)),
    "une panne": (says(500, "text/plain", b"panne"), ("journal de la cible",)),
    "une coupure": (hangs_up, ("coupée",)),
}


@pytest.mark.parametrize("bad", BAD_ANSWERS)
def test_bad_answers(
    bad: str, pki: Path, tmp_path: Path, outside: Outside, impatient: Path
) -> None:
    answer, told = BAD_ANSWERS[bad]
    server = bad_servers.serve(answer, pki)
    environ = {
        **outside.environ,
        "BANC_DEMO_URL": server.url,
        "BANC_DEMO_MLLP": f"127.0.0.1:{_closed_port()}",
        "BANC_DEMO_CA": str(pki / bad_servers.ROOT),
    }
    wanted = EVERY_KIND if bad == "du HTML" else ("INS 22", "INS 34")
    try:
        ended = _run(tmp_path, environ, impatient, wanted)
    finally:
        server.stop()
    _nobody_is_blamed(ended, tmp_path, *told)


def test_dead_host(tmp_path: Path, outside: Outside) -> None:
    dead = f"127.0.0.1:{_closed_port()}"
    environ = {**outside.environ, "BANC_DEMO_URL": f"https://{dead}", "BANC_DEMO_MLLP": dead}
    ended = _run(tmp_path, environ, outside.target, ("INS 1", "INS 2", "INS 34", "INS 45"))
    _nobody_is_blamed(ended, tmp_path, "connexion refusée")


def test_unknown_host_name(tmp_path: Path, outside: Outside) -> None:
    environ = {
        **outside.environ,
        "BANC_DEMO_URL": "https://nulle-part.invalid",
        "BANC_DEMO_MLLP": "nulle-part.invalid:2575",
    }
    ended = _run(tmp_path, environ, outside.target, ("INS 22", "INS 45"))
    _nobody_is_blamed(ended, tmp_path, "DNS")


def test_wrong_authority(tmp_path: Path, outside: Outside, pki: Path) -> None:
    environ = {**outside.environ, "BANC_DEMO_CA": str(pki / bad_servers.ROOT)}
    # Two scenarios begin by a page: the second must fare as the first.
    ended = _run(tmp_path, environ, outside.target, ("INS 11", "INS 12"))
    _nobody_is_blamed(ended, tmp_path, "endpoints.ca_file")


def test_expired_server_certificate(tmp_path: Path, outside: Outside, pki: Path) -> None:
    server = bad_servers.serve(says(200, "application/json", b"{}"), pki, "expire.pem")
    environ = {
        **outside.environ,
        "BANC_DEMO_URL": server.url,
        "BANC_DEMO_CA": str(pki / bad_servers.ROOT),
    }
    try:
        ended = _run(tmp_path, environ, outside.target, ("INS 22", "INS 12"))
        doctor = banc("doctor", outside.target, cwd=tmp_path, env=environ)
    finally:
        server.stop()
    _nobody_is_blamed(ended, tmp_path, "expiré")
    assert doctor.code == 4
    assert "expiré" in doctor.out


def test_wrong_password(tmp_path: Path, outside: Outside, impatient: Path) -> None:
    environ = {**outside.environ, "BANC_DEMO_PASSWORD": "pas-le-bon-mot-de-passe"}
    ended = _run(tmp_path, environ, impatient, ("INS 22", "INS 12"))
    _nobody_is_blamed(ended, tmp_path, "credentials")
    kept = [path for path in (tmp_path / "reports").rglob("*") if path.is_file()]
    assert not [path for path in kept if b"pas-le-bon" in path.read_bytes()]
    assert "pas-le-bon" not in ended.text


def test_authority_file_that_is_no_certificate(tmp_path: Path, outside: Outside) -> None:
    environ = {**outside.environ, "BANC_DEMO_CA": str(outside.target)}
    ended = _run(tmp_path, environ, outside.target, ("INS 22", "INS 2"))
    assert ended.code == 2, ended.text
    assert "endpoints.ca_file" in ended.text


@pytest.mark.skipif(sys.platform == "win32", reason="pas de limite de taille de fichier")
def test_full_disk(tmp_path: Path, outside: Outside) -> None:
    import resource

    limit = 30_000  # the journal of these scenarios is longer

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    line = [*BANC, "run", str(outside.target), "--requirement", "INS 22", "--requirement", "INS 34"]
    ended = run_to_end(line, tmp_path, outside.environ, preexec_fn=small_disk)
    assert ended.code == 3, ended.text
    assert "place libre" in ended.err and "--reports" in ended.err
    folder = only_run(tmp_path / "reports")
    journal = read_journal(folder)
    assert (journal.intact, journal.finished) == (True, False)
    assert len(journal.entries) > 5
    assert altered_pieces(folder) == []


@pytest.fixture(scope="module")
def insi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Start `banc simulators` and give the address of INSi and its root certificate."""
    cwd = tmp_path_factory.mktemp("simulateurs")
    process = started("simulators", cwd=cwd, env={"PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    lines: dict[str, str] = {}
    for line in process.stdout:
        if line.startswith("Ctrl-C"):
            break
        label, _, value = line.rstrip().rpartition("  " if "  " in line else " ")
        lines[label.strip()] = value.strip()
    yield (
        next(v for v in lines.values() if v.startswith("https://")),
        next(v for k, v in lines.items() if k.startswith("Racine")),
    )
    process.send_signal(subprocess.signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode in {0, 130}, err
    assert "Arrêt des simulateurs" in out and "Traceback" not in err


@pytest.mark.parametrize("kind", ["expired_cert", "revoked_cert", "other_ca_cert"])
def test_insi_refuses_a_wrong_client_certificate(
    kind: str, insi: tuple[str, str], igc: TestIgc
) -> None:
    url, root = insi
    with requests.Session() as session:
        session.trust_env = False
        wrong = (str(getattr(igc, kind)), str(igc.client_key))
        with pytest.raises(requests.exceptions.RequestException) as caught:
            session.post(url, b"", cert=wrong, verify=root, timeout=10)
        assert "alert" in str(caught.value).casefold(), caught.value
        right = (str(igc.client_cert), str(igc.client_key))
        assert session.post(url, b"", cert=right, verify=root, timeout=10).status_code < 600


def test_software_that_insi_refuses_is_not_judged(tmp_path: Path, igc: TestIgc) -> None:
    """Nothing changed because nothing was asked: neither conform nor non-conform."""
    with started_outside(tmp_path, igc, igc.expired_cert) as expired:
        wanted = ("INS 13", "INS 15", "INS 16", "INS 23", "INS 25")
        ended = _run(tmp_path, expired.environ, expired.target, wanted)
    _nobody_is_blamed(ended, tmp_path, "certificat client expiré", "extra_client_ca")


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
