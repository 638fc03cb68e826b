"""The journal: one `OidcCall` a request, secrets as fingerprints, the last ones kept."""

from __future__ import annotations

import threading
import time
from collections import deque

from harness.evidence.recorder import Recorder
from harness.evidence.redaction import SECRET_PARAMETERS
from harness.model.access import OidcCall
from harness.model.artefact import Exchange
from harness.model.problems import HarnessFault, Inconclusive
from harness.simulators.psc.wire import Asked, Reply, Trace

NAME = "Pro Santé Connect (simulateur)"
KEPT = 1000
"""Calls kept: a sign-in makes six or seven."""
LONGEST_VALUE = 2000
"""Characters kept of a parameter: no target sends more, an attacker may."""
MOST_PARAMETERS = 50


class CallLog:
    """The last calls, in the order of their arrival. Safe to use from any thread."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._calls: deque[OidcCall] = deque(maxlen=KEPT)
        self._forgotten = 0
        """Number of the newest call that is no longer kept."""
        self._last = 0
        self._changed = threading.Condition()
        self._broken: HarnessFault | None = None

    def file(self, asked: Asked, reply: Reply, trace: Trace, at: str) -> None:
        """Record an exchange both ways, and keep what the rules need of it."""
        seq = self._recorder.exchange(_exchange(asked, reply, trace))
        call = OidcCall(
            seq=seq,
            at=at,
            endpoint=trace.endpoint,
            host=asked.host,
            method=asked.method,
            parameters=self._shown({**asked.parameters, **trace.parameters}),
            client_id=trace.client_id[:LONGEST_VALUE],
            client_auth=trace.client_auth,
            certificate=asked.tls.client_subject if asked.tls else "",
            status=0 if reply.silent else reply.status,
            error=trace.error,
            answered=self._shown(trace.answered),
            sign_in=trace.sign_in,
            fault=trace.fault,
        )
        with self._changed:
            if len(self._calls) == self._calls.maxlen:
                self._forgotten = self._calls[0].seq
            self._calls.append(call)
            self._last = seq
            self._changed.notify_all()

    def fail(self, fault: HarnessFault) -> None:
        """Remember that a call could not be filed: whoever reads the calls next is told."""
        with self._changed:
            self._broken = fault
            self._changed.notify_all()

    @property
    def last(self) -> int:
        """Return the number of the newest call, 0 before any."""
        with self._changed:
            return self._last

    @property
    def kept(self) -> tuple[OidcCall, ...]:
        """Return the last calls. Raises the `HarnessFault` that kept one from being filed."""
        with self._changed:
            self._check(self._forgotten)
            return tuple(self._calls)

    def since(self, mark: int) -> tuple[OidcCall, ...]:
        """Return every call after a mark; 0 is the beginning.

        Raises `HarnessFault` when calls after the mark are no longer kept, or could not be filed.
        """
        with self._changed:
            self._check(mark)
            return tuple(call for call in self._calls if call.seq > mark)

    def wait(self, endpoint: str, timeout: float, after: int) -> OidcCall:
        """Return the first call of an endpoint after a mark; `Inconclusive` at the deadline."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                self._check(after)
                came = [call for call in self._calls if call.seq > after]
                found = next((call for call in came if call.endpoint == endpoint), None)
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    others = ", ".join(call.endpoint for call in came[-5:]) or "aucun appel"
                    raise Inconclusive(
                        f"aucun appel « {endpoint} » à Pro Santé Connect en {timeout:g} s "
                        f"({others}) : vérifiez l'adresse de découverte et le client configurés "
                        "dans le logiciel"
                    )
                self._changed.wait(left)

    def _check(self, mark: int) -> None:
        if self._broken is not None:
            raise self._broken
        if mark < self._forgotten:
            raise HarnessFault(
                f"plus de {KEPT} appels à Pro Santé Connect depuis le repère {mark} : les "
                "premiers ne sont plus gardés ; prenez un repère plus proche (mark())"
            )

    def _shown(self, values: dict[str, str]) -> dict[str, str]:
        shown = {}
        for name, value in list(values.items())[:MOST_PARAMETERS]:
            kind = SECRET_PARAMETERS.get(name)
            if kind and value:
                value = self._recorder.redactor.fingerprint(value, kind)
            shown[name[:LONGEST_VALUE]] = value[:LONGEST_VALUE]
        return shown


def _exchange(asked: Asked, reply: Reply, trace: Trace) -> Exchange:
    told = "aucune réponse" if reply.silent else str(reply.status)
    error = f" ({trace.error})" if trace.error else ""
    fault = f", panne {trace.fault}" if trace.fault else ""
    return Exchange(
        at=asked.at,
        protocol="https",
        speaker="cible" if asked.path.startswith("/auth/realms/") else "navigateur",
        listener=NAME,
        request=asked.raw_head + asked.body,
        response=b"" if reply.silent else _response(reply),
        request_type="message/http",
        response_type="" if reply.silent else "message/http",
        label=f"{asked.method} {asked.path[:80]} → {told}{error}{fault}",
        tls=asked.tls,
    )


def _response(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + reply.body
