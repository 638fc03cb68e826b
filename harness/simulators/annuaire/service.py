"""The Annuaire Santé simulator: an HTTPS server on the shared loop, its verbs and its journal."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from harness.evidence.recorder import Recorder
from harness.model.problems import HarnessFault
from harness.model.professional import Professional
from harness.simulators.annuaire.extraction import lines_of
from harness.simulators.annuaire.faults import FAULTS, Change
from harness.simulators.annuaire.journal import AnnuaireCall, Arrival, file_call
from harness.simulators.annuaire.layout import API_PATH, EXTRACTION_PATH, KEY_HEADER, PAGE
from harness.simulators.annuaire.registry import Registry
from harness.simulators.annuaire.replies import Operation, Reply
from harness.simulators.annuaire.resources import all_resources, capability
from harness.simulators.annuaire.search import PARAMETERS, Asked, BadSearch, included, matching
from harness.simulators.arrivals import Arrivals
from harness.simulators.clock import Clock
from harness.simulators.delivery import SILENCE, cut, deliver
from harness.simulators.fault_table import ActiveFaults
from harness.simulators.https_service import HttpsService
from harness.simulators.igc import TestIgc
from harness.simulators.listener import HttpsListener, tls_of
from harness.simulators.loop import ServiceLoop

if TYPE_CHECKING:
    from aiohttp import web


class AnnuaireSimulator(HttpsService):
    """Stands in for the Annuaire Santé: `knows` seeds it, `fails_with` names a fault.

    Every method is safe from any thread; `port` 0 takes a free one; `api_key` is drawn when it is
    empty; `silence` bounds `sans-reponse`, in seconds.
    """

    def __init__(
        self,
        loop: ServiceLoop,
        igc: TestIgc,
        recorder: Recorder,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        api_key: str = "",
        silence: float = SILENCE,
    ) -> None:
        super().__init__(
            loop,
            HttpsListener(
                "simulateur de l'Annuaire Santé", igc, self._handle, host, port, client="none"
            ),
        )
        self._recorder = recorder
        self._silence = silence
        self._key = api_key or secrets.token_urlsafe(24)
        recorder.redactor.hide(self._key, "cle-annuaire")
        self.clock = Clock()
        self._lock = threading.Lock()
        self._registry = Registry()
        self._faults: ActiveFaults[Change, str] = ActiveFaults(FAULTS)
        self._calls: Arrivals[AnnuaireCall] = Arrivals()

    # -- address ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Return the base of the FHIR API. Raises `HarnessFault` before `start()`."""
        return f"{self._listener.base}{API_PATH}"

    @property
    def extraction_url(self) -> str:
        """Return the address of the extraction (ZIP), which asks for no key."""
        return f"{self._listener.base}{EXTRACTION_PATH}"

    @property
    def api_key(self) -> str:
        """Return the key that the software must present in `ESANTE-API-KEY`."""
        return self._key

    # -- verbs --------------------------------------------------------------------------------

    def knows(self, *professionals: Professional) -> None:
        """Seed professionals, dated now by the clock of the Annuaire."""
        with self._lock:
            for one in professionals:
                self._registry.add(one, self.clock.now())

    def changes(self, professional: Professional) -> None:
        """Replace the data of someone known: a new version of theirs, dated now.

        Raises `HarnessFault` for someone unknown.
        """
        with self._lock:
            self._registry.change(professional, self.clock.now())

    def forgets(self, professional: Professional) -> None:
        """Forget a professional, who is then found nowhere."""
        with self._lock:
            self._registry.remove(professional)

    def fails_with(self, name: str, professional: Professional | None = None) -> None:
        """Answer by a fault what tells of a professional (None: everything) until `works`.

        Raises `ConfigurationProblem` for an unknown name.
        """
        self._faults.put(name, professional.national_id if professional else None)

    def works(self, professional: Professional | None = None) -> None:
        """Take away the faults of a professional (None: every fault)."""
        self._faults.lift(professional.national_id if professional else None)

    # -- journal ------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[AnnuaireCall, ...]:
        """Return every call so far, in order. `HarnessFault` when one could not be recorded."""
        return self._calls.after()

    def mark(self) -> int:
        """Return the number of the last call: what `calls_after` takes."""
        return self._calls.mark()

    def calls_after(self, mark: int) -> tuple[AnnuaireCall, ...]:
        """Return the calls numbered above a mark, in order."""
        return self._calls.after(mark)

    # -- service (runs on the loop) -----------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        from aiohttp import web

        arrival = await _arrival(request)
        right = self._reply(request, arrival)
        reply, fault = self._under_fault(right, arrival.pairs)
        answer = reply.content(self._listener.base)
        try:
            self._calls.add(file_call(self._recorder, arrival, reply, fault, answer))
        except HarnessFault as problem:
            # A full disk: nothing is answered that was not recorded, and the run is told.
            self._calls.fail(problem)
            cut(request)
            return web.Response(status=500)
        headers = {"Content-Type": reply.media_type, "Last-Modified": _http_date(reply.at)}
        if reply.operation is Operation.EXTRACTION and reply.status == 200:
            name = f"PS_LibreAcces_{reply.at:%Y%m%d%H%M}.zip"
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        sent = web.Response(status=reply.status, body=answer, headers=headers)
        return await deliver(request, sent, silent=reply.silent, silence=self._silence)

    def _reply(self, request: web.BaseRequest, arrival: Arrival) -> Reply:
        now = self.clock.now()
        if arrival.path == EXTRACTION_PATH:
            return self._extraction(arrival.method, now)
        nothing = Reply(Operation.UNKNOWN, now)
        if not arrival.path.startswith(f"{API_PATH}/"):
            return nothing.refused(404, "not-found", f"Adresse inconnue ; base {API_PATH}")
        given = request.headers.get(KEY_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._key.encode()):
            said = "fausse" if given else "absente"
            return nothing.refused(401, "login", f"Clé d'API {said} : en-tête {KEY_HEADER}")
        path = arrival.path.removeprefix(f"{API_PATH}/")
        try:
            with self._lock:
                return self._asked(arrival.method, path, arrival.pairs, nothing)
        except BadSearch as problem:
            return nothing.refused(400, "processing", str(problem))

    def _extraction(self, method: str, now: datetime) -> Reply:
        reply = Reply(Operation.EXTRACTION, now)
        if method != "GET":
            return reply.refused(405, "not-supported", "GET attendu")
        with self._lock:
            people = [entry.professional for entry in self._registry.entries]
        lines = tuple((one.national_id, line) for one in people for line in lines_of(one))
        return replace(reply, lines=lines)

    def _asked(
        self, method: str, path: str, pairs: tuple[tuple[str, str], ...], nothing: Reply
    ) -> Reply:
        kind, _, rest = path.partition("/")
        if method not in ("GET", "POST") or (method == "POST" and rest != "_search"):
            return nothing.refused(
                405, "not-supported", "GET, ou POST sur …/_search, est attendu ; ni lot ni écriture"
            )
        if path == "metadata":
            names = (
                (one, ((name, parameter.kind) for name, parameter in known.items()))
                for one, known in PARAMETERS.items()
            )
            body = capability(self.url, nothing.at, names)
            return replace(nothing, operation=Operation.METADATA, body=body)
        if path == PAGE:
            return self._searched(Asked.page(dict(pairs).get("id", "")), nothing.at)
        if kind not in PARAMETERS:
            known = ", ".join(PARAMETERS)
            return nothing.refused(404, "not-found", f"Type {kind} inconnu ; connus : {known}")
        if rest in ("", "_search"):
            return self._searched(Asked(kind, pairs), nothing.at)
        return self._read(kind, rest, nothing)

    def _searched(self, asked: Asked, now: datetime) -> Reply:
        found = matching(asked, all_resources(self._registry, asked.kind))
        reply = Reply(Operation.SEARCH, now, found=found, asked=asked)
        others = (one for kind in PARAMETERS for one in all_resources(self._registry, kind))
        return replace(reply, linked=tuple(included(asked, reply.page, others)))

    def _read(self, kind: str, identifier: str, nothing: Reply) -> Reply:
        reply = replace(nothing, operation=Operation.READ)
        for one in all_resources(self._registry, kind):
            if one.body["id"] == identifier:
                return replace(reply, found=(one,))
        return reply.refused(404, "not-found", "Ressource inconnue de l'Annuaire simulé")

    def _under_fault(self, right: Reply, pairs: tuple[tuple[str, str], ...]) -> tuple[Reply, str]:
        told = {one for found in right.found for one in found.national_ids}
        told |= {national_id for national_id, _ in right.lines}
        written = " ".join(value for _, value in pairs)
        active = self._faults.concerning(lambda about: about in told or about[1:] in written)
        if active is None or right.operation is Operation.UNKNOWN:
            return right, ""
        changed = active.fault.apply(right, active.about)
        return changed, active.fault.name if changed != right else ""


async def _arrival(request: web.BaseRequest) -> Arrival:
    body = await request.read()
    written = f"{request.query_string}&{body.decode('utf-8', 'replace')}"
    return Arrival(
        at=datetime.now(UTC),
        method=request.method,
        path=request.path,
        path_and_query=request.path_qs,
        pairs=tuple(parse_qsl(written, keep_blank_values=True)),
        body=body,
        key_shown=KEY_HEADER in request.headers,
        tls=tls_of(request),
    )


def _http_date(at: datetime) -> str:
    from email.utils import format_datetime

    return format_datetime(at.astimezone(UTC), usegmt=True)
