"""Sign-ins on the Pro Santé Connect simulator: none fails, and memory stays flat.

A sign-in is what a target and its user do: authorization, the two pages, token, UserInfo, end of
session, over kept-alive TLS, each call recorded in a journal on disk. The client (requests) is in
the main thread and counts in the memory that is measured.
"""

from __future__ import annotations

import gc
import json
import re
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

if __package__ in (None, ""):  # run as a script from the checkout
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.cast import Cast
from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.simulators.igc import TestIgc
from harness.simulators.listener import HttpsListener
from harness.simulators.loop import ServiceLoop
from harness.simulators.psc import PscSimulator
from harness.targets.target_access import PscClient

if TYPE_CHECKING:
    import requests
    from aiohttp import web

REPORTS = Path(__file__).resolve().parents[1] / "reports"
SIGN_INS = 1000
SETTLED = 200
"""Sign-ins after which every store is full: memory is compared from here on."""
FLAT = 0.10
TIMED = 100
CALLBACK, BACK = "https://127.0.0.1:9/retour", "https://127.0.0.1:9/fin"
CALLS = 6
DOCTOR = Cast(1, "mesure-psc").professional("medecin")
CLIENT = PscClient(
    client_id="mesure",
    client_secret="secret de la mesure",
    redirect_uris=(CALLBACK,),
    post_logout_redirect_uris=(BACK,),
)


def measure() -> dict[str, object]:
    """Return the median time of a sign-in (ms) against as many bare calls, and the memory held.

    Raises `RuntimeError` when a sign-in fails or when memory grows by more than a tenth between
    the 200th and the 1 000th.
    """
    REPORTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=REPORTS, ignore_cleanup_errors=True) as folder:
        igc = TestIgc.create(Path(folder) / "igc")
        with ServiceLoop() as loop:
            ours, bare = _timed(loop, igc, Path(folder) / "temps")
            settled, last = _memory(loop, igc, Path(folder) / "memoire")
    growth = last / settled - 1
    if growth > FLAT:
        raise RuntimeError(
            f"mémoire : {settled / 1e6:.1f} Mo à la {SETTLED}e connexion, {last / 1e6:.1f} Mo à "
            f"la {SIGN_INS}e : elle devait rester plate à {FLAT:.0%} près"
        )
    return {
        "median_ms": round(ours, 2),
        "baseline": f"{CALLS} appels à un gestionnaire aiohttp nu, même TLS",
        "baseline_ms": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "sign_ins": SIGN_INS,
        "memory_mb": round(last / 1e6, 1),
        "memory_growth_percent": round(100 * growth, 1),
    }


def _timed(loop: ServiceLoop, igc: TestIgc, folder: Path) -> tuple[float, float]:
    ours: list[float] = []
    bare: list[float] = []
    with _started(loop, igc, folder) as psc:
        sign_in, calls = _Person(psc, igc), _bare(loop, igc)
        for _ in range(TIMED):
            ours.append(_time(sign_in))
            bare.append(_time(calls))
    return statistics.median(ours[10:]), statistics.median(bare[10:])


def _memory(loop: ServiceLoop, igc: TestIgc, folder: Path) -> tuple[int, int]:
    """Return the bytes allocated by Python after `SETTLED` and after all the sign-ins."""
    held = 0
    tracemalloc.start()
    try:
        with _started(loop, igc, folder) as psc:
            sign_in = _Person(psc, igc)
            for number in range(1, SIGN_INS + 1):
                sign_in()
                if number == SETTLED:
                    held = _held()
            return held, _held()
    finally:
        tracemalloc.stop()


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _started(loop: ServiceLoop, igc: TestIgc, folder: Path) -> PscSimulator:
    psc = PscSimulator(loop, igc, Recorder(Journal(folder)))
    psc.register(CLIENT)
    psc.knows(DOCTOR)
    return psc


def _time(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def _session() -> requests.Session:
    import requests

    session = requests.Session()
    session.trust_env = False
    return session


def _bare(loop: ServiceLoop, igc: TestIgc) -> Callable[[], None]:
    from aiohttp import web

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(body=b"x" * 1500)

    listener = HttpsListener("serveur nu", igc, handle, client="optional")
    listener.start(loop)
    session, url, verify = _session(), f"{listener.base}/", str(igc.chain)

    def act() -> None:
        for _ in range(CALLS):
            session.post(url, data={"a": "b"}, verify=verify, timeout=10)

    return act


class _Person:
    """Signs in, reads UserInfo and logs out, as a new browser each time."""

    def __init__(self, psc: PscSimulator, igc: TestIgc) -> None:
        self._session = _session()
        self._verify = str(igc.chain)
        self._protocol = f"{psc.issuer}/protocol/openid-connect"
        self._pages = psc.authorization_endpoint

    def __call__(self) -> None:
        """Do it once. Raises `RuntimeError` when an answer is not the one expected."""
        self._session.cookies.clear()
        state = f"{time.perf_counter_ns():x}"
        told = self._code(state)
        tokens = self._tokens(told["code"][0])
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        known = self._send("GET", f"{self._protocol}/userinfo", 200, headers=bearer).json()
        if (told["state"], known["SubjectNameID"]) != ([state], DOCTOR.national_id):
            raise RuntimeError("la connexion a donné une autre personne, ou un autre state")
        left = {
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": BACK,
            "state": state,
        }
        out = self._send("GET", f"{self._protocol}/logout", 302, params=left)
        if out.headers["Location"] != f"{BACK}?state={state}":
            raise RuntimeError("la déconnexion est revenue à une autre adresse")

    def _code(self, state: str) -> dict[str, list[str]]:
        asked = {
            "response_type": "code",
            "client_id": CLIENT.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": state,
            "nonce": state[::-1],
        }
        page = self._send("GET", f"{self._pages}?{urlencode(asked)}", 200)
        who = _filled(page, moyen="CPS", professionnel=DOCTOR.national_id)
        page = self._send("POST", urljoin(page.url, "/auth/identification"), 200, data=who)
        agreed = _filled(page, decision="continuer")
        back = self._send("POST", urljoin(page.url, "/auth/consentement"), 302, data=agreed)
        return parse_qs(urlsplit(back.headers["Location"]).query)

    def _tokens(self, code: str) -> dict[str, str]:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        pair = (CLIENT.client_id, CLIENT.client_secret)
        answer = self._send("POST", f"{self._protocol}/token", 200, data=form, auth=pair)
        return dict(answer.json())

    def _send(self, method: str, url: str, status: int, **options: Any) -> requests.Response:
        answer = self._session.request(
            method, url, verify=self._verify, allow_redirects=False, timeout=10, **options
        )
        if answer.status_code != status:
            raise RuntimeError(f"{method} {url.partition('?')[0]} : {answer.status_code}")
        return answer


def _filled(page: requests.Response, **values: str) -> dict[str, str]:
    """Return the first hidden control of a page with values for the others."""
    hidden = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.text)[:1]
    return {**dict(hidden), **values}


if __name__ == "__main__":
    print(json.dumps(measure(), ensure_ascii=False))
