"""An Annuaire simulator that knows two professionals, and a client that has its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from harness.cast import Cast
from harness.evidence.recorder import Recorder
from harness.model.professional import Professional
from harness.simulators.annuaire import AnnuaireSimulator
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop

Get = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def doctor() -> Professional:
    return Cast(7, "annuaire").professional("medecin-deux-exercices")


@pytest.fixture(scope="session")
def nurse() -> Professional:
    return Cast(7, "annuaire").professional("infirmier")


@pytest.fixture
def annuaire(
    loop: ServiceLoop,
    igc: TestIgc,
    recorder: Recorder,
    doctor: Professional,
    nurse: Professional,
) -> Iterator[AnnuaireSimulator]:
    with AnnuaireSimulator(loop, igc, recorder, silence=20.0) as simulator:
        simulator.knows(doctor, nurse)
        yield simulator


@pytest.fixture
def get(annuaire: AnnuaireSimulator, igc: TestIgc) -> Iterator[Get]:
    with requests.Session() as session:
        session.trust_env = False

        def ask(
            path: str,
            *,
            key: str | None = None,
            wait: float = 5,
            method: str = "GET",
            **query: object,
        ) -> requests.Response:
            url = path if path.startswith("https:") else f"{annuaire.url}/{path}"
            return session.request(
                method,
                url,
                params=query,  # type: ignore[arg-type]  # the tests send what they want
                headers={"ESANTE-API-KEY": annuaire.api_key if key is None else key},
                verify=str(igc.root),
                timeout=wait,
            )

        yield ask
