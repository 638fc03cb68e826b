"""Against login pages that no automate can pass, a run is inconclusive and shows what was there."""

from __future__ import annotations

import http.server
import json
from pathlib import Path

import pytest

from tests.e2e import bad_servers
from tests.e2e.bad_servers import Answering, says
from tests.e2e.command import banc, only_run, run_json

pytestmark = pytest.mark.xdist_group("e2e-bad-sign-in")
WANTED = ("IEPS 12", "IEU 11")
TARGET = """
referentials = ["dmn-1.2.2"]
software = { vendor = "V", product = "P", version = "1" }
endpoints = { base_url = "env:BANC_ESSAI_URL", ca_file = "env:BANC_ESSAI_CA" }
capabilities = { sign_in = "visitor" }
delays = { default = 5 }
[profile]
identity_reference = "ri-hors-etablissement"
ins_applicable = true
professional_access = true
patient_access = true
simple_declaration_only = false
printing = false
id_copies_stored = false
apcv = false
messaging = false
dmp_feeding = false
dmp_consultation = false
hosting = false
second_factor_for_all = true
[drivers.visitor]
protected = { patient = ["/dossier"], professional = ["/patients"] }
[drivers.visitor.accounts]
patient = { user = "usager", secret = "env:BANC_ESSAI_SECRET" }
professional = { user = "pro", secret = "env:BANC_ESSAI_SECRET" }
[drivers.visitor.journeys.sign_in]
steps = [{ open = "/login" }, { fill = { u = "{user}", p = "{secret}" }, press = "Entrer" }]
[drivers.visitor.journeys.sign_out]
steps = [{ press = "Sortir" }]
"""
FORM = """<!doctype html><html lang="fr"><title>Connexion</title><main><h1>Connexion</h1>
<form method="post"><input name="u"><input name="p" type="password">%s
<button>Entrer</button></form></main></html>"""
SECRET = "un-secret-de-cible-1234"


def _page(extra: str = "") -> Answering:
    return says(200, "text/html; charset=utf-8", (FORM % extra).encode())


def _round(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", f"{handler.path[:20]}x")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


BAD: dict[str, tuple[Answering, str]] = {
    "captcha": (_page('<div class="h-captcha"></div>'), "captcha (hCaptcha)"),
    "aucun témoin": (_page(), "aucun témoin de session"),
    "redirections": (_round, "redirections sans"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_sign_in_pages(bad: str, tmp_path: Path) -> None:
    answer, told = BAD[bad]
    bad_servers.make_certificates(tmp_path)
    (tmp_path / "cible.toml").write_text(TARGET, encoding="utf-8")
    server = bad_servers.serve(answer, tmp_path)
    environ = {
        "BANC_ESSAI_URL": server.url,
        "BANC_ESSAI_CA": str(tmp_path / bad_servers.ROOT),
        "BANC_ESSAI_SECRET": SECRET,
    }
    chosen = [word for one in WANTED for word in ("--requirement", one)]
    try:
        ended = banc("run", tmp_path / "cible.toml", *chosen, cwd=tmp_path, env=environ)
    finally:
        server.stop()
    assert ended.code == 4, ended.text
    folder = only_run(tmp_path / "reports")
    reached = {k for k, number in run_json(folder)["verdicts"].items() if number}
    assert reached == {"INCONCLUSIVE"}
    reasons = [one["reason"] for one in run_json(folder)["scenarios"]]
    assert len(reasons) == len(WANTED)
    for reason in reasons:
        assert told in reason and "Attendu" in reason and "À faire" in reason
    attached = _attached(folder)
    assert "image/png" in attached or "text/html" in attached
    kept = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert SECRET.encode() not in kept


def _attached(folder: Path) -> str:
    """Return the names of everything that the report attaches."""
    results = (folder / "allure-results").glob("*-result.json")
    return json.dumps(
        [json.loads(one.read_text(encoding="utf-8"))["steps"] for one in results],
        ensure_ascii=False,
    )
