"""The Pro Santé Connect simulator: two HTTPS ports, its verbs, its clock and its journal."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from harness.evidence.recorder import Recorder
from harness.model.access import OidcCall, OidcReleve
from harness.model.problems import HarnessFault, Inconclusive
from harness.model.professional import Professional
from harness.simulators.clock import Clock
from harness.simulators.delivery import SILENCE, deliver
from harness.simulators.https_service import HttpsService
from harness.simulators.igc import TestIgc
from harness.simulators.listener import HttpsListener
from harness.simulators.loop import ServiceLoop
from harness.simulators.psc.calls import CallLog
from harness.simulators.psc.ciba import decide
from harness.simulators.psc.endpoints import ISSUER_ROUTES, WALLET_ROUTES, Route, answer, read
from harness.simulators.psc.faults import fault_named
from harness.simulators.psc.keys import new_key
from harness.simulators.psc.people import Origin
from harness.simulators.psc.provider import REALM, Provider
from harness.simulators.psc.wire import Reply, Trace
from harness.targets.target_access import PscClient

if TYPE_CHECKING:
    from aiohttp import web


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a sign-in gave to the target: who, by which means, and the claims, faults included."""

    sign_in: str
    client_id: str
    subject_name_id: str
    sub: str
    preferred_username: str
    means: str
    id_token: Mapping[str, Any]
    """Claims of the last ID token; empty when none was asked."""
    userinfo: Mapping[str, Any]
    """Claims of the last UserInfo; empty when none was asked."""
    fault: str


class PscSimulator(HttpsService):
    """Stands in for Pro Santé Connect. Every method is safe from any thread.

    `host` is the address listened on by both ports (loopback by default), 0 takes a free port;
    `extra_client_ca` are PEM files of authorities accepted besides the test IGC; `silence` bounds
    `sans-reponse`, in seconds.
    """

    def __init__(
        self,
        loop: ServiceLoop,
        igc: TestIgc,
        recorder: Recorder,
        host: str = "127.0.0.1",
        port: int = 0,
        wallet_port: int = 0,
        extra_client_ca: tuple[Path, ...] = (),
        silence: float = SILENCE,
    ) -> None:
        issuer = HttpsListener(
            "simulateur Pro Santé Connect",
            igc,
            self._at_issuer,
            host,
            port,
            client="optional",
            extra_client_ca=extra_client_ca,
        )
        loopback = host == "127.0.0.1" and "localhost" in igc.public_names
        wallet = HttpsListener(
            "portefeuille de Pro Santé Connect (simulateur)",
            igc,
            self._at_wallet,
            host,
            wallet_port,
            client="none",
            twin="::1" if loopback else "",
        )
        super().__init__(loop, issuer, wallet)
        self._issuer, self._wallet = issuer, wallet
        self._wallet_name = "localhost" if loopback else ""
        self._silence = silence
        self._lock = threading.Lock()
        self._calls = CallLog(recorder)
        self._provider = Provider()

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """Listen on both ports, and tell the provider its addresses."""
        super().start()
        self._provider.base = self._issuer.base
        name = self._wallet_name
        self._provider.wallet = self._wallet.named(name) if name else self._wallet.base
        return self

    @property
    def issuer(self) -> str:
        """Return the issuer identifier. Raises `HarnessFault` before `start()`."""
        return f"{self._issuer.base}{REALM}"

    @property
    def discovery_url(self) -> str:
        """Return the address of the discovery document, as Pro Santé Connect names it."""
        return f"{self.issuer}/.well-known/wallet-openid-configuration"

    @property
    def authorization_endpoint(self) -> str:
        """Return the address of the pages: another host and port than the issuer's."""
        if not self._wallet.is_open:
            raise HarnessFault("le simulateur Pro Santé Connect n'est pas démarré : start()")
        return self._provider.authorization_endpoint

    @property
    def clock(self) -> Clock:
        """Return the clock of the provider: `advance(seconds)`, `reset()`."""
        return self._provider.clock

    # -- verbs --------------------------------------------------------------------------------

    def register(self, client: PscClient) -> None:
        """Register a client, in place of the one of the same identifier.

        Raises `ConfigurationProblem` for a client that could never authenticate.
        """
        with self._lock:
            self._provider.clients.register(client)

    def knows(self, *professionals: Professional, origin: Origin = "RPPS") -> None:
        """Know professionals; `origin="EDIT"` makes test accounts, whose identifier is no RPPS."""
        with self._lock:
            for one in professionals:
                self._provider.people.add(one, origin)

    def renames(self, professional: Professional) -> None:
        """Give a professional another `sub` and `preferred_username`, same SubjectNameID.

        Raises `ConfigurationProblem` for someone the provider does not know.
        """
        with self._lock:
            self._provider.people.rename(professional)

    def fails_with(
        self, name: str, professional: Professional | None = None, *, delay: float | None = None
    ) -> None:
        """Answer by a fault, for one professional or for all, until `works`.

        `delay` sets the seconds of `reponse-lente`. Raises `ConfigurationProblem` for an unknown
        name.
        """
        rpps = professional.rpps if professional else ""
        if fault_named(name).foreign_key:
            self._provider.keys.prepare_foreign()
        with self._lock:
            self._provider.faults.add(name, rpps, delay)

    def works(self, professional: Professional | None = None) -> None:
        """Take away the faults of a professional (None: every fault)."""
        with self._lock:
            self._provider.faults.clear(professional.rpps if professional else "")

    def rotate_keys(self) -> None:
        """Sign with a new key from now on; the former one stays published."""
        key = new_key()  # drawn before the lock is held: the loop must not wait for it
        with self._lock:
            self._provider.keys.rotate(key)

    def approves(self, professional: Professional) -> None:
        """Approve on their device what CIBA asks. Raises `Inconclusive` when nothing waits."""
        self._decide(professional, approved=True)

    def denies(self, professional: Professional) -> None:
        """Deny on their device what CIBA asks. Raises `Inconclusive` when nothing waits."""
        self._decide(professional, approved=False)

    def _decide(self, professional: Professional, *, approved: bool) -> None:
        with self._lock:
            waiting = decide(self._provider, professional.rpps, approved=approved)
        if not waiting:
            raise Inconclusive(
                f"aucune demande CIBA en attente pour {professional.national_id} : le logiciel "
                "n'en a pas envoyé, ou elle a expiré"
            )

    # -- journal ------------------------------------------------------------------------------

    @property
    def calls(self) -> tuple[OidcCall, ...]:
        """Return the last calls, in order. `HarnessFault` when one could not be recorded."""
        return self._calls.kept

    def mark(self) -> int:
        """Return the number of the last call, to read later what came after it."""
        return self._calls.last

    def releve(self, since: int = 0) -> OidcReleve:
        """Return every call after a mark (0: from the start), and how the target is registered.

        Raises `HarnessFault` when calls after the mark are no longer kept.
        """
        calls = self._calls.since(since)
        with self._lock:
            target = self._provider.clients.target
        return OidcReleve(
            issuer=self.issuer,
            authorization_endpoint=self.authorization_endpoint,
            client={
                "client_id": target.client_id,
                "redirect_uris": list(target.redirect_uris),
                "post_logout_redirect_uris": list(target.post_logout_redirect_uris),
                "auth_method": target.auth_method,
                "pkce": "S256",
            },
            calls=calls,
        )

    def wait_for_call(self, endpoint: str, timeout: float, after: int = 0) -> OidcCall:
        """Return the first call of an endpoint after a mark; `Inconclusive` at the deadline."""
        return self._calls.wait(endpoint, timeout, after)

    def delivered(self, sign_in: str) -> Delivered:
        """Return what a sign-in gave (its name stands in the calls).

        Raises `Inconclusive` when nobody was let in under that name.
        """
        with self._lock:
            found = self._provider.grants.sign_ins.get(sign_in)
            if found is None:
                raise Inconclusive(
                    f"Pro Santé Connect n'a rien délivré pour « {sign_in} » : la personne n'est "
                    "pas allée au bout, ou la connexion est trop ancienne"
                )
            return Delivered(
                found.id,
                found.client_id,
                found.account.subject_name_id,
                found.account.sub,
                found.account.preferred_username,
                found.means,
                dict(found.id_token),
                dict(found.userinfo),
                found.fault,
            )

    @property
    def sizes(self) -> dict[str, int]:
        """Return how many entries each store of the provider holds, the journal included."""
        with self._lock:
            sizes = self._provider.grants.sizes
        return {**sizes, "calls": len(self._calls.kept)}

    # -- service (runs on the loop) -----------------------------------------------------------

    async def _at_issuer(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._handle(ISSUER_ROUTES, request)

    async def _at_wallet(self, request: web.BaseRequest) -> web.StreamResponse:
        return await self._handle(WALLET_ROUTES, request)

    async def _handle(
        self, routes: Mapping[str, Route], request: web.BaseRequest
    ) -> web.StreamResponse:
        route = routes.get(request.path)
        asked = await read(request)
        trace = Trace(endpoint=route.name if route else "inconnu")
        with self._lock:
            reply = answer(self._provider, route, asked, trace)
            at = self._provider.clock.now().isoformat()
        try:
            self._calls.file(asked, reply, trace, at)
        except HarnessFault as fault:
            # A full disk: nothing is answered that was not recorded, and the run is told.
            self._calls.fail(fault)
            return await self._send(request, Reply(500, silent=True), 0.0)
        return await self._send(request, reply, self._silence)

    async def _send(
        self, request: web.BaseRequest, reply: Reply, silence: float
    ) -> web.StreamResponse:
        from aiohttp import web

        sent = web.Response(status=reply.status, body=reply.body, headers=reply.headers)
        return await deliver(request, sent, delay=reply.delay, silent=reply.silent, silence=silence)
