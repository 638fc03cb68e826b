"""The mail simulator: an SMTP server on the shared loop that keeps what it is sent."""

from __future__ import annotations

import asyncio
import ssl
import threading
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.evidence.recorder import Recorder
from harness.model.artefact import Exchange, TlsFacts
from harness.model.problems import HarnessFault, Inconclusive
from harness.simulators.arrivals import Arrivals
from harness.simulators.fault_table import ActiveFaults
from harness.simulators.igc import TestIgc
from harness.simulators.listener import authority, taken_port
from harness.simulators.loop import ServiceLoop
from harness.simulators.mail.faults import FAULTS, Change, Treatment
from harness.simulators.mail.reader import Mail, parse, readable, subject_of, text_of
from harness.simulators.tls import server_context

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = "Courriel (simulateur)"
HOST_NAME = "smtp.banc.invalid"
LARGEST_MAIL = 32 * 1024 * 1024
"""Bytes of a mail beyond which it is refused (552)."""
IDLE = 60.0
"""Seconds after which a client that says nothing is left."""
FILED_TYPE = "text/plain; charset=utf-8"


class MailSimulator:
    """Stands in for a mail server: `received` and `wait_for` give what an address was sent.

    Nothing is sent on. With `igc`, STARTTLS is required before a mail is taken. Every method is
    safe from any thread; `port` 0 takes a free one.
    """

    def __init__(
        self,
        loop: ServiceLoop,
        recorder: Recorder,
        host: str = "127.0.0.1",
        port: int = 0,
        igc: TestIgc | None = None,
    ) -> None:
        self._loop = loop
        self._recorder = recorder
        self._asked = (host, port)
        self._igc = igc
        self._mails: Arrivals[Mail] = Arrivals()
        self._faults: ActiveFaults[Change, str] = ActiveFaults(FAULTS)
        self._lock = threading.Lock()
        self._refused: list[str] = []
        self._server: asyncio.AbstractServer | None = None
        self._sessions: weakref.WeakSet[SMTP] = weakref.WeakSet()
        self._port = 0

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> MailSimulator:
        """Listen. Raises `HarnessFault` when the port is taken."""
        if self._server is None:
            self._loop.start()
            self._loop.run(self._listen())
        return self

    def stop(self) -> None:
        """Close every connection. May be called twice."""
        if self._server is not None and self._loop.running:
            self._loop.run(self._close())
        self._server = None

    def __enter__(self) -> MailSimulator:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """Return the port listened on. Raises `HarnessFault` before `start()`."""
        if not self._port:
            raise HarnessFault("le simulateur de courriel n'est pas démarré : appelez start()")
        return self._port

    @property
    def address(self) -> str:
        """Return `host:port`, the host under a name that the certificate bears."""
        host = self._asked[0]
        names = self._igc.public_names if self._igc else (host,)
        return authority(host if host in names else names[0], self.port)

    # -- verbs --------------------------------------------------------------------------------

    def fails_with(self, name: str, address: str | None = None) -> None:
        """Treat by a fault the mails to an address (None: all) until `works`.

        Raises `ConfigurationProblem` for an unknown name.
        """
        self._faults.put(name, address.lower() if address else None)

    def works(self, address: str | None = None) -> None:
        """Take away the faults of an address (None: every fault)."""
        self._faults.lift(address.lower() if address else None)

    # -- journal ------------------------------------------------------------------------------

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Return every mail taken so far, in order."""
        return self._mails.after()

    @property
    def refused(self) -> tuple[str, ...]:
        """Return, in French, why each refused TLS negotiation was refused."""
        with self._lock:
            return tuple(self._refused)

    def mark(self) -> int:
        """Return the number of the last mail: what `after` takes."""
        return self._mails.mark()

    def received(self, address: str, after: int = 0) -> tuple[Mail, ...]:
        """Return the mails to an address, those numbered above `after`."""
        return tuple(one for one in self._mails.after(after) if _sent_to(one, address))

    def wait_for(self, address: str, timeout: float, after: int = 0) -> Mail:
        """Return the first mail to an address. `Inconclusive` after `timeout` seconds."""
        found = self._mails.wait(lambda one: _sent_to(one, address), timeout, after)
        if found is None:
            others = {to for one in self._mails.after(after) for to in one.recipients}
            said = f"arrivé pour {', '.join(sorted(others))}" if others else "rien n'est arrivé"
            raise Inconclusive(
                f"aucun courriel pour {address} en {timeout:g} s ({said}) : le logiciel "
                f"envoie-t-il ses courriels à {self.address}, en STARTTLS ?"
            )
        return found

    # -- service (runs on the loop) -----------------------------------------------------------

    async def _listen(self) -> None:
        context = server_context(self._igc, (), self._refuse, "none") if self._igc else None
        host, port = self._asked
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: self._session(context), host, port
            )
        except OSError as error:
            raise taken_port("simulateur de courriel", host, port, error) from error
        self._port = self._server.sockets[0].getsockname()[1]

    def _session(self, context: ssl.SSLContext | None) -> SMTP:
        from aiosmtpd.smtp import SMTP

        offered = context if self._treatment("").starttls else None
        session = SMTP(
            _Handler(self._treatment, self._take),
            hostname=HOST_NAME,
            ident="banc de conformité",
            tls_context=offered,
            require_starttls=offered is not None,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            timeout=IDLE,
            loop=asyncio.get_running_loop(),
        )
        self._sessions.add(session)
        return session

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for session in tuple(self._sessions):
            if isinstance(session.transport, asyncio.WriteTransport):
                session.transport.abort()

    def _refuse(self, reason: str) -> None:
        with self._lock:
            self._refused.append(reason)

    def _treatment(self, address: str) -> Treatment:
        active = self._faults.concerning(lambda about: about == address.lower())
        return active.fault.apply(Treatment()) if active else Treatment()

    def _take(
        self, envelope: Envelope, session: Session, recipients: tuple[str, ...], answer: str
    ) -> str:
        """File a mail, or the refusal of its recipient; return the answer to the client."""
        raw = envelope.original_content or b""
        message = parse(raw)
        now = datetime.now(UTC)
        tls = _tls_of(session)
        filed = self._recorder.redactor.clean_message(readable(message)) if raw else ""
        exchange = Exchange(
            at=now,
            protocol="smtp",
            speaker="cible",
            listener=NAME,
            request=_head(envelope, recipients).encode() + filed.encode(),
            response=answer.encode(),
            request_type=FILED_TYPE,
            response_type=FILED_TYPE,
            label=f"MAIL {envelope.mail_from or '<>'} → {', '.join(recipients)} → {answer[:3]}",
            tls=tls,
        )
        try:
            seq = self._recorder.exchange(exchange)
        except HarnessFault as fault:
            # A full disk: nothing is taken that was not recorded, and the run is told.
            self._mails.fail(fault)
            return "451 4.3.0 Le banc ne peut plus écrire son journal"
        if raw:
            sender, subject, text = envelope.mail_from or "", subject_of(message), text_of(message)
            self._mails.add(
                Mail(seq, now, sender, recipients, subject, text, raw, encrypted=tls is not None)
            )
        return answer


class _Handler:
    """What aiosmtpd calls at each command that matters."""

    def __init__(
        self,
        treatment: Callable[[str], Treatment],
        take: Callable[[Envelope, Session, tuple[str, ...], str], str],
    ) -> None:
        self._treatment = treatment
        self._take = take

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        treatment = self._treatment(address)
        if treatment.refused:
            return self._take(envelope, session, (address,), treatment.recipient)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return treatment.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipients = tuple(envelope.rcpt_tos)
        answer = self._take(envelope, session, recipients, "250 2.0.0 Courriel accepté")
        delay = max(self._treatment(one).delay for one in recipients)
        if delay:
            await asyncio.sleep(delay)
        return answer


def _sent_to(mail: Mail, address: str) -> bool:
    return address.lower() in {one.lower() for one in mail.recipients}


def _head(envelope: Envelope, recipients: tuple[str, ...]) -> str:
    commands = [f"MAIL FROM:<{envelope.mail_from or ''}>"]
    return "\n".join([*commands, *(f"RCPT TO:<{one}>" for one in recipients), "", ""])


def _tls_of(session: Session) -> TlsFacts | None:
    ended = session.ssl
    if not ended:
        return None
    connection = ended.get("ssl_object") if isinstance(ended, dict) else ended
    facts: TlsFacts | None = getattr(connection, "facts", None)
    return facts
