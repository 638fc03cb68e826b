"""`banc simulators`: every service answers at the address that is printed, until Ctrl-C."""

from __future__ import annotations

import io
import json
import signal
import smtplib
import ssl
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.e2e.command import started

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C ne s'envoie pas ainsi")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start the simulators and give each printed line, by its label."""
    cwd = tmp_path_factory.mktemp("simulateurs")
    process = started("simulators", cwd=cwd, env={"PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None
    lines: dict[str, str] = {}
    for line in process.stdout:
        if line.startswith("Ctrl-C"):
            break
        lines.setdefault(line[:25].strip(), line[25:].strip())
    yield lines
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode in {0, 130}, err
    assert "Arrêt des simulateurs" in out and "Traceback" not in err
    _check_told(out, lines)


def _check_told(out: str, lines: dict[str, str]) -> None:
    """The exchanges are told as they come, without the keys."""
    assert "GET /extraction/PS_LibreAcces → 200" in out and "POST /sms → 202" in out
    keys = json.loads(Path(lines["Clés Annuaire et SMS"]).read_text(encoding="utf-8"))
    assert keys["annuaire"] not in out and keys["sms"] not in out


@pytest.fixture(scope="module")
def web(printed: dict[str, str]) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = printed["Racine à installer"]
        yield session


def test_pro_sante_connect_describes_itself(printed: dict[str, str], web: requests.Session) -> None:
    told = web.get(printed["Pro Santé Connect"], timeout=10).json()
    assert printed["Pro Santé Connect"].startswith(told["issuer"])


def test_the_annuaire_knows_the_professionals_that_are_printed(
    printed: dict[str, str], web: requests.Session
) -> None:
    keys = json.loads(Path(printed["Clés Annuaire et SMS"]).read_text(encoding="utf-8"))
    identifier = printed["Psychologue"].partition(" ")[0]
    found = web.get(
        f"{printed['Annuaire Santé, API']}/Practitioner",
        params={"identifier": identifier},
        headers={"ESANTE-API-KEY": keys["annuaire"]},
        timeout=10,
    ).json()
    assert found["total"] == 1
    content = web.get(printed["Annuaire, extraction"], timeout=10).content
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        assert identifier.encode() in zipped.read(zipped.namelist()[0])


def test_mails_and_sms_are_taken(printed: dict[str, str], web: requests.Session) -> None:
    host, _, port = printed["Courriel (STARTTLS)"].rpartition(":")
    with smtplib.SMTP(host, int(port), timeout=10) as client:
        client.starttls(context=ssl.create_default_context(cafile=printed["Racine à installer"]))
        client.sendmail("a@example.org", ["b@example.org"], "Subject: essai\r\n\r\nessai\r\n")
    keys = json.loads(Path(printed["Clés Annuaire et SMS"]).read_text(encoding="utf-8"))
    answer = web.post(
        printed["SMS"],
        json={"to": "0639980101", "text": "essai"},
        headers={"Authorization": f"Bearer {keys['sms']}"},
        timeout=10,
    )
    assert answer.status_code == 202
