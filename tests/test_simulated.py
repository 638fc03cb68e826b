"""Which simulators a target gets, where they listen, and what the embedded demo is told of them."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from harness.cast import Cast
from harness.evidence.recorder import Recorder
from harness.model.problems import HarnessFault
from harness.simulated import EVERYTHING, Needs, Simulated, names_of, planned
from harness.simulators.igc import TestIgc
from harness.simulators.keys import kept_keys
from harness.simulators.loop import ServiceLoop
from harness.targets.target import Ports, Simulators
from harness.workbench import Workbench
from harness.workers import Front

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "targets" / "demo.toml"
ADDED = ("sign_in", "people", "directory", "psc", "actions")


@pytest.fixture(scope="module")
def igc(tmp_path_factory: pytest.TempPathFactory) -> TestIgc:
    return TestIgc.create(tmp_path_factory.mktemp("igc"))


@pytest.fixture(scope="module")
def loop() -> Iterator[ServiceLoop]:
    with ServiceLoop() as running:
        yield running


def demo_with(folder: Path, *capabilities: str, professionals: bool = True) -> Path:
    """Return the demo's target file without the capabilities of `ADDED` that are not named."""
    lines, table = [], ""
    for line in DEMO.read_text(encoding="utf-8").splitlines():
        table = line.strip() if line.startswith("[") else table
        name = line.partition("=")[0].strip()
        if table == "[capabilities]" and name in set(ADDED) - set(capabilities):
            continue
        if name == "professional_access":
            line = f"professional_access = {str(professionals).lower()}"
        lines.append(line)
    path = folder / "cible.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("capabilities", "professionals", "needs"),
    [
        ((), True, Needs()),
        (("search", "screens"), True, Needs()),
        (("psc",), True, Needs(psc=True)),
        (("psc", "directory"), False, Needs()),
        (("directory",), True, Needs(annuaire=True)),
        (("people",), True, Needs(annuaire=True, mail=True, sms=True)),
        (("people",), False, Needs(mail=True, sms=True)),
        (("sign_in",), False, Needs(mail=True, sms=True)),
        (("actions",), True, Needs(mail=True)),
        (ADDED, True, EVERYTHING),
    ],
)
def test_a_target_gets_the_simulators_that_its_file_calls_for(
    tmp_path: Path, capabilities: tuple[str, ...], professionals: bool, needs: Needs
) -> None:
    assert Needs.of(professionals, capabilities) == needs
    path = demo_with(tmp_path, *capabilities, professionals=professionals)
    assert Needs.of_file(path) == needs


def test_a_misshapen_file_needs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cible.toml"
    path.write_text('profile = "x"\ncapabilities = 3\n', encoding="utf-8")
    assert Needs.of_file(path) == Needs()


def _free_ports(count: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in opened]
    for one in opened:
        one.close()
    return ports


def test_the_announced_addresses_are_those_that_are_served(loop: ServiceLoop, igc: TestIgc) -> None:
    names = ("insi", "psc", "psc_wallet", "annuaire", "mail", "sms")
    ports = Ports(**dict(zip(names, _free_ports(len(names)), strict=True)))
    options = Simulators(ports=ports)
    ours = Simulated(loop, igc, Recorder(), EVERYTHING, options).start()
    try:
        assert ours.psc and ours.annuaire and ours.mail and ours.sms
        served = [
            ours.insi.url,
            ours.psc.discovery_url,
            ours.psc.authorization_endpoint,
            ours.annuaire.url,
            ours.annuaire.extraction_url,
            f"{ours.mail.address} (SMTP, STARTTLS)",
            ours.sms.url,
        ]
        assert [one.address for one in planned(options, EVERYTHING)] == served
        assert tuple(ours.services) == names_of(EVERYTHING)
        assert all(told.startswith("simulé, ") for told in ours.services.values())
    finally:
        ours.stop()
        ours.stop()


def test_a_free_port_has_no_address_to_announce() -> None:
    announced = planned(Simulators(), Needs(annuaire=True))
    assert [(one.name, one.address) for one in announced] == [
        ("INSi", ""),
        ("Annuaire Santé", ""),
        ("Annuaire, extraction", ""),
    ]


def test_a_taken_port_stops_what_was_started(loop: ServiceLoop, igc: TestIgc) -> None:
    (free,) = _free_ports(1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = Ports(insi=free, sms=taken.getsockname()[1])
        ours = Simulated(loop, igc, Recorder(), EVERYTHING, Simulators(ports=ports))
        with pytest.raises(HarnessFault, match="SMS ne peut pas écouter"):
            ours.start()
    with socket.create_server(("127.0.0.1", free)):
        pass  # INSi left its port


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "dossier" / "cles.json"
    keys = kept_keys(path)
    assert keys == kept_keys(path) and keys.annuaire != keys.sms
    assert keys.annuaire not in repr(keys)
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
    path.write_text("{", encoding="utf-8")
    with pytest.raises(HarnessFault, match=r"supprimez ce fichier"):
        kept_keys(path)


def test_the_demo_is_told_of_every_simulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANC_DEMO_URL", raising=False)
    bench = Workbench(demo_with(tmp_path, *ADDED), tmp_path / "reports", seed=3)
    try:
        assert bench.psc and bench.annuaire and bench.mail and bench.sms and bench.demo
        assert tuple(bench.services) == names_of(EVERYTHING)
        who = Cast(3, "test").professional("medecin")
        bench.annuaire.knows(who)
        environ, secret = bench.demo.environ, bench.demo.psc_client.client_secret
        with requests.Session() as session:
            session.trust_env = False
            session.verify = environ["BANC_DEMO_CA"]
            session.auth = (environ["BANC_DEMO_USER"], environ["BANC_DEMO_PASSWORD"])
            found = session.post(
                f"{environ['BANC_DEMO_URL']}/api/directory/refresh",
                json={"way": "extraction"},
                timeout=10,
            )
        assert found.status_code == 200 and found.json()["count"] == 1, found.text
        client = bench.psc.releve().client
        assert client["client_id"] == bench.demo.psc_client.client_id
        assert client["redirect_uris"] == [f"{environ['BANC_DEMO_URL']}/psc/callback"]
    finally:
        bench.close()
        bench.journal.close({})
    assert bench.psc is None and bench.mail is None
    filed = (bench.folder / "journal.jsonl").read_text(encoding="utf-8")
    run = next(json.loads(line) for line in filed.splitlines() if '"kind": "run"' in line)
    assert run["data"]["services"]["Courriel"].startswith("simulé, 127.0.0.1:")
    assert secret not in filed


def test_a_demo_without_these_capabilities_starts_insi_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANC_DEMO_URL", raising=False)
    bench = Workbench(demo_with(tmp_path), tmp_path / "reports", seed=3)
    try:
        assert (bench.psc, bench.annuaire, bench.mail, bench.sms) == (None,) * 4
        assert tuple(bench.services) == ("INSi",)
    finally:
        bench.close()
        bench.journal.close({})


def test_the_controller_of_workers_names_the_same_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANC_DEMO_URL", raising=False)
    front = Front(demo_with(tmp_path, *ADDED), tmp_path / "reports", seed=3)
    assert tuple(front.services) == names_of(EVERYTHING)
    assert set(front.services.values()) == {"simulé, un par ouvrier"}
    front.journal.close({})
