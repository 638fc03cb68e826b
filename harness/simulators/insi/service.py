"""The INSi simulator: an HTTPS server on the shared loop, its three verbs and its journal."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from harness.evidence.recorder import Recorder
from harness.model.artefact import SOAP_MEDIA_TYPE
from harness.model.identity import Person
from harness.model.problems import HarnessFault
from harness.simulators.delivery import SILENCE, cut, deliver
from harness.simulators.fault_table import ActiveFaults
from harness.simulators.https_service import HttpsService
from harness.simulators.igc import TestIgc
from harness.simulators.insi.exchange import Arrival, Decision, file_call
from harness.simulators.insi.faults import FAULTS, Change
from harness.simulators.insi.journal import CallJournal, Expected, InsiCall
from harness.simulators.insi.layout import Operation
from harness.simulators.insi.messages import Reply
from harness.simulators.insi.reader import InsiRequest, read_request
from harness.simulators.insi.registry import Registry, concerns
from harness.simulators.listener import HttpsListener, tls_of
from harness.simulators.loop import ServiceLoop
from harness.validators.engine import Rule, rules_of

if TYPE_CHECKING:
    from aiohttp import web

PATH = "/ServiceIdentiteCertifiee"
LARGEST_REQUEST = 1024 * 1024
"""Bytes of a body beyond which the request is refused (a search takes some kilobytes)."""
READ_DEADLINE = 10.0
"""Seconds that a client has to send its body."""


class InsiSimulator(HttpsService):
    """Stands in for INSi: `knows` seeds it, `fails_with` names a fault, `journal` holds the calls.

    Every method is safe from any thread. `host` is the address listened on (loopback by default),
    `port` 0 takes a free one; `extra_client_ca` are PEM files of authorities accepted besides the
    test IGC; `silence` bounds `sans-reponse`, in seconds.
    """

    def __init__(
        self,
        loop: ServiceLoop,
        igc: TestIgc,
        recorder: Recorder,
        host: str = "127.0.0.1",
        port: int = 0,
        extra_client_ca: tuple[Path, ...] = (),
        silence: float = SILENCE,
    ) -> None:
        super().__init__(
            loop,
            HttpsListener(
                "simulateur INSi", igc, self._handle, host, port, extra_client_ca=extra_client_ca
            ),
        )
        self._recorder = recorder
        self._silence = silence
        self._lock = threading.Lock()
        self._registry = Registry()
        self._faults: ActiveFaults[Change, Person] = ActiveFaults(FAULTS)
        self._calls = CallJournal()

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen, the rules loaded: the first call is then as quick as the next."""
        if not self._listener.is_open:
            len(self._rules)
        return super().start()

    @property
    def url(self) -> str:
        """Return the address of the service. Raises `HarnessFault` before `start()`."""
        return f"{self._listener.base}{PATH}"

    # -- verbs --------------------------------------------------------------------------------

    def knows(self, *persons: Person) -> None:
        """Seed persons; several with the same traits make a search answer 02.

        Raises `HarnessFault` for a person without matricule.
        """
        with self._lock:
            for person in persons:
                self._registry.add(person)

    def load_seeds(self, folder: Path) -> tuple[Person, ...]:
        """Seed every person of `folder/*.toml` and return them (see `seeds.read_persons`)."""
        from harness.simulators.insi.seeds import read_persons

        persons = read_persons(folder)
        self.knows(*persons)
        return persons

    def forgets(self, person: Person) -> None:
        """Forget a person: a search of its traits then answers 01."""
        with self._lock:
            self._registry.remove(person)

    def fails_with(
        self, name: str, person: Person | None = None, *, delay: float | None = None
    ) -> None:
        """Answer by a fault the requests about a person (None: all) until `works`.

        `delay` sets the seconds of `reponse-lente`. Raises `ConfigurationProblem` for an unknown
        name.
        """
        self._faults.put(name, person, delay)

    def works(self, person: Person | None = None) -> None:
        """Take away the faults of a person (None: every fault)."""
        self._faults.lift(person)

    def expects(self, person: Person, *operations: str) -> None:
        """Ask that a person's calls be exactly these operations, in order; see `unmet`."""
        known = tuple(Operation(one).value for one in operations)
        self._calls.expect(Expected(person, known))

    # -- journal ------------------------------------------------------------------------------

    @property
    def journal(self) -> tuple[InsiCall, ...]:
        """Return every call so far, in order. `HarnessFault` when one could not be recorded."""
        return self._calls.after()

    def calls_for(self, person: Person, after: int = 0) -> list[InsiCall]:
        """Return the calls about a person, those of exchange number above `after`."""
        return self._calls.calls_for(person, after)

    def wait_for_call(self, person: Person, timeout: float, after: int = 0) -> InsiCall:
        """Return the first call about a person; `Inconclusive` after `timeout` seconds."""
        return self._calls.wait_about(person, timeout, after)

    def wait_for_more(self, known: int, timeout: float) -> bool:
        """Say whether more than `known` calls have come, waiting `timeout` seconds at most."""
        return self._calls.wait_for_more(known, timeout)

    def unmet(self) -> list[str]:
        """Return one French line for each order of calls asked by `expects` and not kept."""
        return self._calls.unmet()

    # -- service (runs on the loop) -----------------------------------------------------------

    @cached_property
    def _rules(self) -> tuple[Rule, ...]:
        return rules_of("insi")

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        from aiohttp import web

        if request.method != "POST":
            return web.Response(status=405, headers={"Allow": "POST"}, text="POST attendu\n")
        problem, body = "", b""
        try:
            async with asyncio.timeout(READ_DEADLINE):
                body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            problem = f"demande de plus de {LARGEST_REQUEST // 1024} Kio"
        except TimeoutError:
            problem = f"demande inachevée après {READ_DEADLINE:g} s"
        arrival = Arrival(
            datetime.now(UTC),
            body,
            request.headers.get("Content-Type", ""),
            request.path,
            tls_of(request),
            problem,
        )
        decision = self._decide(arrival)
        answer = decision.reply.body(decision.message_id) if decision.reply.status else b""
        try:
            self._calls.add(file_call(self._recorder, self._rules, arrival, decision, answer))
        except HarnessFault as fault:
            # A full disk: nothing is answered that was not recorded, and the run is told.
            self._calls.fail(fault)
            return await self._send(request, Reply(Operation.TRAITS, "", cut=True), b"")
        return await self._send(request, decision.reply, answer)

    def _decide(self, arrival: Arrival) -> Decision:
        if arrival.problem:
            return Decision.refusing(InsiRequest(problem=arrival.problem))
        asked = read_request(arrival.check, arrival.content_type)
        if asked.operation is None or asked.problem:
            return Decision.refusing(asked)
        with self._lock:
            reply = self._registry.reply(asked.operation, asked.traits)
        decision = Decision(reply, asked)
        fault = self._faults.concerning(lambda person: concerns(asked.traits, person))
        return decision.under(fault) if fault else decision

    async def _send(
        self, request: web.BaseRequest, reply: Reply, answer: bytes
    ) -> web.StreamResponse:
        from aiohttp import web

        headers = {"Content-Type": f"{SOAP_MEDIA_TYPE}; charset=utf-8"}
        sent = web.Response(status=reply.status or 500, body=answer, headers=headers)
        await deliver(request, sent, delay=reply.delay, silent=reply.silent, silence=self._silence)
        if reply.cut:
            cut(request)
        return sent
