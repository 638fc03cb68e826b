"""The Pro Santé Connect session of a visitor, asked of the software with the visitor's cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.evidence.recorder import Recorder
from harness.targets.access_base import PscAnswer
from harness.targets.base import Capability
from harness.targets.http import HttpApi, attempt_of
from harness.targets.http_client import HttpClient
from harness.targets.target import NO_CREDENTIALS, Target
from harness.targets.visit_pages import jar_of

if TYPE_CHECKING:
    from harness.targets.visiting import Visitor

REFUSED = (401, 403, 404)
"""Statuses by which a session that is over, or was never there, is refused."""
_TOKENS = ("token", "secret", "assertion")


class HttpPsc:
    """Offers `PscSession` by the operations `psc_session`, `psc_exchange`, `psc_introspection`."""

    def __init__(self, target: Target, recorder: Recorder) -> None:
        self._target = target
        self._client = HttpClient(target, recorder, NO_CREDENTIALS, target.delay(Capability.PSC))
        self._api = HttpApi(self._client, target.drivers.http, REFUSED)

    def session(self, visitor: Visitor) -> PscAnswer:
        """Ask by the operation `psc_session`."""
        return self._ask(visitor, "psc_session", "session PSC")

    def exchange(self, visitor: Visitor, audience: str) -> PscAnswer:
        """Ask by the operation `psc_exchange`."""
        return self._ask(visitor, "psc_exchange", "échange de jeton PSC", audience=audience)

    def introspection(self, visitor: Visitor) -> PscAnswer:
        """Ask by the operation `psc_introspection`."""
        return self._ask(visitor, "psc_introspection", "introspection PSC")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, visitor: Visitor, name: str, act: str, **values: str) -> PscAnswer:
        self._client.share(jar_of(visitor.cookies()))
        reading = self._api.call(name, **values)
        attempt = attempt_of(act, reading, values)
        kept = {
            key: value
            for key, value in reading.values().items()
            if not any(word in key for word in _TOKENS)
        }
        # An answer may carry a token: only what the file names of it is kept.
        return PscAnswer(attempt.accepted, kept, attempt.releve)
