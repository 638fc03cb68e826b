"""INSi calls over kept-alive mutual TLS: the simulator (judged, recorded) against a bare handler.

Both servers run in the thread of one `ServiceLoop`, as in a run; the client (requests) is in the
main thread. Rounds alternate, so that a busy machine weighs on both alike.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if __package__ in (None, ""):  # run as a script from the checkout
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.evidence.journal import Journal
from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.simulators.igc import TestIgc
from harness.simulators.insi import InsiSimulator
from harness.simulators.loop import ServiceLoop

if TYPE_CHECKING:
    import asyncio

    from aiohttp import web

REPORTS = Path(__file__).resolve().parents[1] / "reports"
"""Where runs write their journal: the pieces must cost here what they cost there."""
ROUNDS = 12
CALLS = 50
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
PERSON = Person(
    key="mesure",
    birth_name="D'ALBAREDE-CHASTEL",
    birth_given_names=("LOUISE", "ANNE-MARIE"),
    birth_date="1984-02-11",
    sex="F",
    birth_place_code="33063",
    matricule="284023306300118",
)


def measure() -> dict[str, object]:
    """Return median times of a call (ms), their ratio, and the median rate of the rounds (calls/s).

    Each call writes two new pieces: on ext4 creating a file costs ten times more for half a
    minute after many were deleted nearby, so two measurements in a row differ.
    """
    REPORTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=REPORTS, ignore_cleanup_errors=True) as folder:
        igc = TestIgc.create(Path(folder) / "igc")
        journal = Journal(Path(folder) / "run")
        with ServiceLoop() as loop, InsiSimulator(loop, igc, Recorder(journal)) as insi:
            insi.knows(PERSON)
            bare, bare_url = loop.run(_serve_bare(igc))
            try:
                told, base = _rounds(_client(igc, insi.url), _client(igc, bare_url))
            finally:
                loop.run(_close(bare))
        journal.close({})
        if len(insi.journal) != len(told) + CALLS:
            raise RuntimeError("le simulateur n'a pas enregistré chaque appel mesuré")
    median, baseline = statistics.median(told), statistics.median(base)
    return {
        "median_ms": round(median, 3),
        "baseline": "gestionnaire aiohttp nu, même mTLS",
        "baseline_ms": round(baseline, 3),
        "ratio": round(median / baseline, 2),
        "per_second": round(statistics.median(_rates(told))),
    }


def _rounds(
    call: Callable[[], float], bare: Callable[[], float]
) -> tuple[list[float], list[float]]:
    for _ in range(CALLS):  # warm up: connection, rules, caches
        call(), bare()
    told: list[float] = []
    base: list[float] = []
    for _ in range(ROUNDS):
        told.extend(call() for _ in range(CALLS))
        base.extend(bare() for _ in range(CALLS))
    return told, base


def _rates(times: list[float]) -> list[float]:
    """Return the calls per second of each round, waits of the disk and the scheduler included."""
    rounds = [times[start : start + CALLS] for start in range(0, len(times), CALLS)]
    return [1000 * len(one) / sum(one) for one in rounds]


def _client(igc: TestIgc, url: str) -> Callable[[], float]:
    """Return a function that makes one call and gives its time in milliseconds."""
    import requests

    session = requests.Session()
    session.trust_env = False
    headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{ACTION}"'}
    certificate = (str(igc.client_cert), str(igc.client_key))
    verify = str(igc.chain)

    def call() -> float:
        body = _request()
        start = time.perf_counter()
        answer = session.post(url, data=body, headers=headers, cert=certificate, verify=verify)
        spent = time.perf_counter() - start
        if answer.status_code != 200 or b"<CodeCR>00</CodeCR>" not in answer.content:
            raise RuntimeError(f"réponse inattendue pendant la mesure : {answer.status_code}")
        return 1000 * spent

    return call


async def _serve_bare(igc: TestIgc) -> tuple[asyncio.AbstractServer, str]:
    import asyncio
    import ssl

    from aiohttp import web

    content = _ANSWER.encode()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(body=content, content_type="application/soap+xml")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(igc.server_cert, igc.server_key)
    context.load_verify_locations(igc.chain)
    context.verify_mode = ssl.CERT_REQUIRED
    server = await asyncio.get_running_loop().create_server(
        web.Server(handle, access_log=None), "127.0.0.1", 0, ssl=context
    )
    return server, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def _close(server: asyncio.AbstractServer) -> None:
    server.close()


def _request() -> bytes:
    given = "".join(f"<Prenom>{name}</Prenom>" for name in PERSON.birth_given_names)
    return _REQUEST.format(
        message=uuid.uuid4(),
        bam=uuid.uuid4(),
        lps=uuid.uuid4(),
        action=ACTION,
        name=PERSON.birth_name,
        given=given,
        sex=PERSON.sex,
        date=PERSON.birth_date,
    ).encode()


_REQUEST = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsa="http://www.w3.org/2005/08/addressing"><s:Header><wsa:Action>{action}</wsa:Action>
<wsa:MessageID>uuid:{message}</wsa:MessageID>
<b:ContexteBAM xmlns:b="urn:siram:bam:ctxbam" Version="01_02"><b:Id>{bam}</b:Id>
<b:Temps>2026-01-05T08:00:00Z</b:Temps><b:Emetteur>MESURE</b:Emetteur></b:ContexteBAM>
<l:ContexteLPS xmlns:l="urn:siram:lps:ctxlps" Version="01_00" Nature="CTXLPS"><l:Id>{lps}</l:Id>
<l:Temps>2026-01-05T08:00:00Z</l:Temps><l:Emetteur>MESURE</l:Emetteur><l:LPS>
<l:IDAM R="4">MESURE</l:IDAM><l:Version>1.0</l:Version>
<l:Instance>6f0e3a55-6a8e-4a53-9d2c-0e9b6f3c4d11</l:Instance><l:Nom>Mesure du banc</l:Nom></l:LPS>
</l:ContexteLPS></s:Header><s:Body><RECSANSVITALE xmlns="http://www.cnamts.fr/INSiRecSans">
<NomNaissance>{name}</NomNaissance>{given}<Sexe>{sex}</Sexe>
<DateNaissance>{date}</DateNaissance></RECSANSVITALE></s:Body></s:Envelope>"""
_ANSWER = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><CodeCR>00</CodeCR>'
    + "<!-- de la taille d'une réponse du simulateur -->" * 18
    + "</s:Body></s:Envelope>"
)

if __name__ == "__main__":
    print(json.dumps(measure(), ensure_ascii=False))
