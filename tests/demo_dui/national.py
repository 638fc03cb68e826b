"""The national services that demo_dui speaks to, and the browser of a professional there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from harness.cast import Cast
from harness.evidence.recorder import Recorder
from harness.model.professional import Professional
from harness.simulators.annuaire import AnnuaireSimulator
from harness.simulators.igc import TestIgc
from harness.simulators.loop import ServiceLoop
from harness.simulators.mail import MailSimulator
from harness.simulators.psc import PscSimulator
from harness.targets.target_access import PscClient
from tests.demo_dui.conftest import PASSWORD, Running, Starter

CLIENT_ID, SECRET = "dui-de-demonstration", "secret-fictif-du-client-psc"
NEW_PASSWORD = "Chat-Fictif-9-Lunes"


class National:
    """Pro Santé Connect, the Annuaire Santé and a mail server, on loopback."""

    def __init__(self, loop: ServiceLoop, folder: Path, ca: Path) -> None:
        self.igc, self.recorder = TestIgc.create(folder), Recorder()
        self.psc = PscSimulator(loop, self.igc, self.recorder, silence=20.0).start()
        self.annuaire = AnnuaireSimulator(loop, self.igc, self.recorder, silence=20.0).start()
        self.mail = MailSimulator(loop, self.recorder, igc=self.igc).start()
        self.trusted = folder / "trusted.pem"
        self.trusted.write_bytes(ca.read_bytes() + self.igc.chain.read_bytes())
        self._drawn = 0

    @property
    def options(self) -> list[str]:
        """Options of demo_dui that lead it here."""
        given = {
            "--psc-discovery": self.psc.discovery_url,
            "--psc-ca": self.igc.chain,
            "--psc-client-id": CLIENT_ID,
            "--psc-cert": self.igc.client_cert,
            "--psc-key": self.igc.client_key,
            "--annuaire-url": self.annuaire.url,
            "--annuaire-extraction": self.annuaire.extraction_url,
            "--annuaire-ca": self.igc.chain,
            "--smtp": self.mail.address,
            "--smtp-ca": self.igc.chain,
        }
        return [str(word) for pair in given.items() for word in pair] + ["--test-clock"]

    def register(self, url: str) -> None:
        """Register demo_dui at Pro Santé Connect by its address."""
        self.psc.register(
            PscClient(
                client_id=CLIENT_ID,
                client_secret=SECRET,
                redirect_uris=(f"{url}/psc/callback",),
                post_logout_redirect_uris=(f"{url}/psc/retour",),
            )
        )

    def professional(self, key: str = "medecin") -> Professional:
        """Somebody new, known to Pro Santé Connect and to the Annuaire."""
        self._drawn += 1
        someone = Cast(self._drawn, "demo_dui").professional(key)
        self.psc.knows(someone)
        self.annuaire.knows(someone)
        return someone

    def reset(self) -> None:
        """Take every fault away, put the clocks back."""
        self.psc.works()
        self.psc.clock.reset()
        self.annuaire.works()
        self.annuaire.clock.reset()
        self.mail.works()

    def stop(self) -> None:
        """Close every connection."""
        for simulator in (self.psc, self.annuaire, self.mail):
            simulator.stop()


class Visitor:
    """A professional at a browser: follows links, fills the forms of the wallet."""

    def __init__(self, url: str, national: National) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.trust_env = False
        self._verify = str(national.trusted)
        self.page = requests.Response()

    def open(self, address: str, follow: bool = True) -> requests.Response:
        """Open a page, of the software when the address is a path."""
        self.page = self.http.get(
            urljoin(self.url, address), verify=self._verify, allow_redirects=follow, timeout=15
        )
        return self.page

    def press(self, button: str, follow: bool = True, **values: str) -> requests.Response:
        """Submit the form of a button of the present page."""
        forms = re.findall(r"<form.*?</form>", self.page.text, re.DOTALL)
        form = next(one for one in forms if f">{button}</button>" in html.unescape(one))
        hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
        action = re.search(r'action="([^"]*)"', form)
        assert action
        self.page = self.http.post(
            urljoin(self.page.url, html.unescape(action[1])),
            data={**hidden, **values},
            verify=self._verify,
            allow_redirects=follow,
            timeout=15,
        )
        return self.page

    def sign_in(self, who: Professional, means: str = "CPS") -> requests.Response:
        """Go through Pro Santé Connect, down to the software again."""
        self.open("/psc/login")
        if "Continuer" not in self.page.text:
            self.press("S'identifier", moyen=means, professionnel=who.national_id)
        return self.press("Continuer")

    def callback(self, who: Professional) -> str:
        """Go through Pro Santé Connect and stop at the address of the way back."""
        self.open("/psc/login")
        self.press("S'identifier", moyen="CPS", professionnel=who.national_id)
        self.press("Continuer", follow=False)
        return self.page.headers["Location"]

    def is_in(self) -> bool:
        """Tell whether a protected page really opens."""
        answer = self.http.get(
            f"{self.url}/patients", verify=self._verify, allow_redirects=False, timeout=10
        )
        return answer.status_code == 200

    def api(self, method: str, path: str, **options: object) -> requests.Response:
        """Call the API with the cookies of the session."""
        return self.http.request(
            method,
            self.url + path,
            verify=self._verify,
            allow_redirects=False,
            timeout=15,
            **options,  # type: ignore[arg-type]  # the tests send what they want
        )


def account(dui: Running, who: Professional, **changes: object) -> dict[str, object]:
    """Open the account of a professional, with a password of their own."""
    body = {
        "national_id": who.national_id,
        "login": f"pro.{who.rpps}",
        "email": f"{who.rpps}@example.org",
        "phone": "",
        "profile": "soignant",
        "password": NEW_PASSWORD,
        "local": {},
    } | changes
    answer = dui.call("POST", "/api/professionals", auth=("admin.leroy", PASSWORD), json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture(scope="module")
def national(pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[National]:
    """The national services, for the module."""
    with ServiceLoop() as loop:
        services = National(loop, tmp_path_factory.mktemp("igc"), pki / "ca.pem")
        yield services
        services.stop()


@pytest.fixture(scope="module")
def connected(start: Starter, national: National) -> Running:
    """One demo_dui for the module, that speaks to the national services."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DEMO_DUI_PSC_SECRET", SECRET)
        environment.setenv("DEMO_DUI_ANNUAIRE_KEY", national.annuaire.api_key)
        running = start(*national.options)
    national.register(running.url)
    return running


@pytest.fixture
def healthy(connected: Running, national: National) -> Running:
    """The module's demo_dui, healthy and empty, every service working."""
    connected.fault(None)
    national.reset()
    national.register(connected.url)
    return connected
