"""`banc doctor` says line by line what answers and what to do, in under five seconds."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.doctor import Line, diagnose, exit_code, render
from harness.evidence.recorder import Recorder
from harness.simulators.loop import ServiceLoop
from harness.targets.mllp import MllpListener
from tests.targets import conftest
from tests.targets.sites import Pki, Site, reply_json, server_context
from tests.targets.test_configuration import MINIMAL

Serve = Callable[..., Site]
pki = conftest.pki
serve = conftest.serve


@pytest.fixture
def mllp() -> Iterator[str]:
    with ServiceLoop() as loop:
        listener = MllpListener(loop, Recorder()).start()
        yield "{}:{}".format(*listener.address)
        listener.stop()


def target(tmp_path: Path, url: str, mllp: str, more: str = "", ends: str = "") -> Path:
    path = tmp_path / "cible.toml"
    path.write_text(
        f"""{MINIMAL}
[endpoints]
base_url = "{url}"
mllp = "{mllp}"
{ends}
[capabilities]
search = "fhir"
intake = "hl7v2"
[drivers.fhir]
credentials = {{ user = "moi", secret = "env:MOT" }}
{more}
""",
        encoding="utf-8",
    )
    return path


def states(lines: list[Line]) -> dict[str, str]:
    return {line.label: line.state for line in lines}


def line(lines: list[Line], label: str) -> Line:
    return next(one for one in lines if one.label == label)


def toml_path(path: Path) -> str:
    return path.as_posix()


def test_everything_answers(serve: Serve, pki: Pki, tmp_path: Path, mllp: str) -> None:
    site = serve(reply_json(200, {}), server_context(pki))
    ends = f'ca_file = "{toml_path(pki.path("ca"))}"'
    root = tmp_path / "racine.pem"
    root.touch()
    path = target(tmp_path, site.url, mllp, ends=ends)
    lines = diagnose(path, {"MOT": "secret-secret"}, igc_root=root)
    assert set(states(lines).values()) == {"ok"}, render(lines)
    assert exit_code(lines) == 0
    assert "TLSv1.3" in line(lines, "TLS").detail
    assert "MSA" not in line(lines, "Acquittement MLLP").detail
    assert str(root) in render(lines) and "secret-secret" not in render(lines)
    assert "Tout répond." in render(lines)


def test_faulty_file_is_a_fault_of_configuration(tmp_path: Path) -> None:
    lines = diagnose(tmp_path / "absent.toml", {})
    assert [one.state for one in lines] == ["problem"]
    assert exit_code(lines) == 2


def test_dead_host_is_said_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    path = target(tmp_path, f"https://127.0.0.1:{port}", f"127.0.0.1:{port}")
    lines = diagnose(path, {"MOT": "secret-secret"}, igc_root=tmp_path / "non")
    found = states(lines)
    assert found["Port HTTP"] == found["Port MLLP"] == "problem"
    assert found["TLS"] == found["Horloge"] == found["Acquittement MLLP"] == "skipped"
    assert line(lines, "TLS").detail == "dépend de « Port HTTP »"
    assert found["Racine des simulateurs"] == "skipped"
    assert exit_code(lines) == 4
    assert "2 problème(s) à régler." in render(lines)


def test_whatever_hangs_it_ends_under_five_seconds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        path = target(tmp_path, f"https://{place}", place)
        started = time.monotonic()
        lines = diagnose(path, {"MOT": "secret-secret"})
        assert time.monotonic() - started < 5
    assert states(lines)["TLS"] == "problem"
    assert states(lines)["Acquittement MLLP"] == "problem"


def test_wrong_credentials_wrong_clock_wrong_authority(
    serve: Serve,
    pki: Pki,
    tmp_path: Path,
    mllp: str,
) -> None:
    def refuse(handler: object, body: bytes) -> None:
        reply_json(401, {})(handler, body)  # type: ignore[arg-type]

    site = serve(refuse, server_context(pki))
    ends = f'ca_file = "{toml_path(pki.path("ca"))}"'
    lines = diagnose(target(tmp_path, site.url, mllp, ends=ends), {"MOT": "secret-secret"})
    assert states(lines)["Connexion API (fhir)"] == "problem"
    assert "credentials" in line(lines, "Connexion API (fhir)").advice
    ends = f'ca_file = "{toml_path(pki.path("other-ca"))}"'
    lines = diagnose(target(tmp_path, site.url, mllp, ends=ends), {"MOT": "secret-secret"})
    assert "endpoints.ca_file" in line(lines, "TLS").detail
    assert states(lines)["Connexion API (fhir)"] == "skipped"


def test_clock_of_the_target(serve: Serve, tmp_path: Path, mllp: str) -> None:
    def late(handler: object, body: bytes) -> None:
        handler.date_time_string = lambda: "Wed, 01 Jan 2020 00:00:00 GMT"  # type: ignore[attr-defined]
        reply_json(200, {})(handler, body)  # type: ignore[arg-type]

    lines = diagnose(target(tmp_path, serve(late).url, mllp), {"MOT": "secret-secret"})
    assert states(lines)["Horloge"] == "problem"
    assert "NTP" in line(lines, "Horloge").advice


def test_key_of_another_certificate(
    serve: Serve,
    pki: Pki,
    tmp_path: Path,
    mllp: str,
) -> None:
    site = serve(reply_json(200, {}))
    ends = (
        f'client_cert = "{toml_path(pki.path("server"))}"\n'
        f'client_key = "{toml_path(pki.path("other-key"))}"'
    )
    lines = diagnose(target(tmp_path, site.url, mllp, ends=ends), {"MOT": "secret-secret"})
    assert states(lines)["Certificat client"] == "problem"
    assert exit_code(lines) == 2


def test_expired_authority_and_taken_port(
    serve: Serve, pki: Pki, tmp_path: Path, mllp: str
) -> None:
    port = mllp.rpartition(":")[2]
    more = (
        f"[simulators]\nports = {{ insi = {port} }}\n"
        f'extra_client_ca = ["{toml_path(pki.path("expired"))}"]\n'
    )
    site = serve(reply_json(200, {}))
    lines = diagnose(target(tmp_path, site.url, mllp, more), {"MOT": "secret-secret"})
    assert states(lines)["AC clientes admises"] == "problem"
    assert states(lines)["Port du simulateur INSi"] == "problem"
    assert "simulators.ports.insi" in line(lines, "Port du simulateur INSi").advice


def test_port_that_is_not_hl7(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.doctor.CHECK_DELAY", 1.0)
    site = serve(reply_json(200, {}))
    place = site.url.removeprefix("http://")
    lines = diagnose(target(tmp_path, site.url, place), {"MOT": "secret-secret"})
    assert states(lines)["Acquittement MLLP"] == "problem"


def test_addresses_to_give_to_the_software_are_said(tmp_path: Path) -> None:
    more = """
[simulators]
bind = "0.0.0.0"
public_name = "banc.exemple.fr"
ports = { insi = 8401, mllp = 8402, psc = 8403, annuaire = 8405, sms = 8407 }
"""
    path = target(tmp_path, "https://127.0.0.1:9", "127.0.0.1:9", more)
    written = path.read_text(encoding="utf-8")
    written = written.replace(
        "[capabilities]", '[capabilities]\nsign_in = "attended"\npeople = "attended"'
    )
    written = written.replace("professional_access = false", "professional_access = true")
    path.write_text(written, encoding="utf-8")
    lines = diagnose(path, {"MOT": "secret-secret"})
    assert line(lines, "Simulateur INSi").detail.startswith("https://banc.exemple.fr:8401/")
    annuaire = line(lines, "Simulateur Annuaire Santé")
    assert (annuaire.state, annuaire.detail) == ("ok", "https://banc.exemple.fr:8405/fhir/v2")
    mail = line(lines, "Simulateur Courriel")
    assert mail.state == "skipped" and "simulators.ports.mail" in mail.advice
    assert "Simulateur Pro Santé Connect" not in states(lines)  # no capability calls for it


def test_simulators_that_run_already_are_named_as_they_are(tmp_path: Path) -> None:
    path = target(tmp_path, "https://127.0.0.1:9", "127.0.0.1:9")
    services = {"SMS": "simulé, https://127.0.0.1:1/sms"}
    lines = diagnose(path, {"MOT": "secret-secret"}, services=services)
    assert line(lines, "Simulateur SMS").detail == services["SMS"]
