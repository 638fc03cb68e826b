"""The SMS simulator: an HTTPS gateway on the shared loop that keeps what it is sent."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.evidence.recorder import Recorder
from harness.model.artefact import Exchange
from harness.model.problems import HarnessFault, Inconclusive
from harness.simulators.arrivals import Arrivals
from harness.simulators.delivery import SILENCE, cut, deliver
from harness.simulators.fault_table import ActiveFaults
from harness.simulators.https_service import HttpsService
from harness.simulators.igc import TestIgc
from harness.simulators.listener import HttpsListener, tls_of
from harness.simulators.loop import ServiceLoop
from harness.simulators.sms.faults import FAULTS, Change, Reply

if TYPE_CHECKING:
    from aiohttp import web

NAME = "SMS (simulateur)"
PATH = "/sms"
JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sms:
    """A message that a number was sent, whole: code included."""

    seq: int
    at: datetime
    to: str
    text: str = field(repr=False)


class SmsSimulator(HttpsService):
    """Stands in for an SMS gateway: `received` and `wait_for` give what a number was sent.

    `POST /sms` with `{"to", "text"}` and `Authorization: Bearer <key>`. Nothing is sent on. Every
    method is safe from any thread; `port` 0 takes a free one; `key` is drawn when it is empty;
    `silence` bounds `sans-reponse`, in seconds.
    """

    def __init__(
        self,
        loop: ServiceLoop,
        igc: TestIgc,
        recorder: Recorder,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        key: str = "",
        silence: float = SILENCE,
    ) -> None:
        super().__init__(
            loop,
            HttpsListener("simulateur de SMS", igc, self._handle, host, port, client="none"),
        )
        self._recorder = recorder
        self._silence = silence
        self._key = key or secrets.token_urlsafe(24)
        recorder.redactor.hide(self._key, "cle-sms")
        self._messages: Arrivals[Sms] = Arrivals()
        self._faults: ActiveFaults[Change, str] = ActiveFaults(FAULTS)

    # -- address ------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Return the address to post to. Raises `HarnessFault` before `start()`."""
        return f"{self._listener.base}{PATH}"

    @property
    def key(self) -> str:
        """Return the bearer key that the software must present."""
        return self._key

    # -- verbs --------------------------------------------------------------------------------

    def fails_with(self, name: str, number: str | None = None) -> None:
        """Treat by a fault the messages to a number (None: all) until `works`.

        Raises `ConfigurationProblem` for an unknown name.
        """
        self._faults.put(name, plain(number) if number else None)

    def works(self, number: str | None = None) -> None:
        """Take away the faults of a number (None: every fault)."""
        self._faults.lift(plain(number) if number else None)

    # -- journal ------------------------------------------------------------------------------

    @property
    def messages(self) -> tuple[Sms, ...]:
        """Return every message taken so far, in order."""
        return self._messages.after()

    def mark(self) -> int:
        """Return the number of the last message: what `after` takes."""
        return self._messages.mark()

    def received(self, number: str, after: int = 0) -> tuple[Sms, ...]:
        """Return the messages to a number, however it is written, above `after`."""
        return tuple(one for one in self._messages.after(after) if plain(one.to) == plain(number))

    def wait_for(self, number: str, timeout: float, after: int = 0) -> Sms:
        """Return the first message to a number. `Inconclusive` after `timeout` seconds."""
        found = self._messages.wait(lambda one: plain(one.to) == plain(number), timeout, after)
        if found is None:
            count = len(self._messages.after(after))
            said = f"{count} message(s) pour d'autres numéros" if count else "rien n'est arrivé"
            raise Inconclusive(
                f"aucun SMS pour {number} en {timeout:g} s ({said}) : le logiciel envoie-t-il ses "
                f"SMS à {self.url}, avec la clé du simulateur ?"
            )
        return found

    # -- service (runs on the loop) -----------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        from aiohttp import web

        body = await request.read()
        to, text, reply = self._decide(request, body)
        identifier = secrets.token_hex(8)
        told = {"error": reply.error} if reply.error else {"id": identifier}
        answer = b"" if reply.silent else json.dumps(told, ensure_ascii=False).encode()
        now = datetime.now(UTC)
        outcome = "aucune réponse" if reply.silent else str(reply.status)
        try:
            seq = self._recorder.exchange(
                Exchange(
                    at=now,
                    protocol="https",
                    speaker="cible",
                    listener=NAME,
                    request=self._filed(body),
                    response=answer,
                    request_type=JSON_TYPE,
                    response_type=JSON_TYPE,
                    label=f"{request.method} {request.path[:40]} → {outcome}",
                    tls=tls_of(request),
                )
            )
        except HarnessFault as fault:
            # A full disk: nothing is answered that was not recorded, and the run is told.
            self._messages.fail(fault)
            cut(request)
            return web.Response(status=500)
        if to and not reply.error and not reply.silent:
            self._messages.add(Sms(seq, now, to, text))
        sent = web.Response(status=reply.status, body=answer, headers={"Content-Type": JSON_TYPE})
        return await deliver(
            request, sent, delay=reply.delay, silent=reply.silent, silence=self._silence
        )

    def _decide(self, request: web.BaseRequest, body: bytes) -> tuple[str, str, Reply]:
        """Return the number, the text and the reply; the first two empty when it is refused."""
        if request.path != PATH:
            return "", "", Reply(404, error=f"adresse inconnue, POST {PATH} attendu")
        if request.method != "POST":
            return "", "", Reply(405, error="POST attendu")
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, f"Bearer {self._key}".encode()):
            return "", "", Reply(401, error="clé absente ou fausse : Authorization: Bearer <clé>")
        try:
            asked = json.loads(body)
        except ValueError:
            return "", "", Reply(400, error="corps illisible, JSON attendu")
        to, text = (asked.get("to"), asked.get("text")) if isinstance(asked, dict) else ("", "")
        if not (isinstance(to, str) and isinstance(text, str) and plain(to) and text):
            return "", "", Reply(400, error='{"to": "numéro", "text": "message"} attendu')
        active = self._faults.concerning(lambda about: about == plain(to))
        return to, text, active.fault.apply(Reply()) if active else Reply()

    def _filed(self, body: bytes) -> bytes:
        return self._recorder.redactor.clean_message(body.decode("utf-8", "replace")).encode()


def plain(number: str) -> str:
    """Return the digits of a phone number, in French national form: `+33 6 …` is `06…`."""
    digits = re.sub(r"[^0-9]", "", number)
    for prefix in ("0033", "33"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 9:
            return "0" + digits[len(prefix) :]
    return digits
