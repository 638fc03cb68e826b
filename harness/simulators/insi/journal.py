"""What the simulator saw: one `InsiCall` a request, in order, and how to wait for one."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from harness.model.artefact import Artefact
from harness.model.check import Check, Judgement
from harness.model.identity import Person
from harness.model.problems import HarnessFault, Inconclusive
from harness.simulators.insi.reader import RequestTraits
from harness.simulators.insi.registry import concerns


@dataclass(frozen=True, slots=True)
class InsiCall:
    """One request that reached the simulator, what was answered, and the rules' judgement.

    `operation` is `traits`, `vitale`, `verification`, or empty when it was not understood;
    `code` is the CodeCR or empty; `status` the HTTP status, 0 when nothing was answered; `fault`
    the fault that was applied; `problem` why the request was refused. `check` holds the artefacts
    by role (`request`, and `answer` when no fault of ours altered it), as they were judged.
    """

    seq: int
    at: datetime
    operation: str
    traits: RequestTraits
    fault: str
    code: str
    status: int
    problem: str
    request: Artefact
    answer: Artefact | None
    check: Check
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Expected:
    """An order that a scenario asks for: these operations, one after the other, for a person."""

    person: Person
    operations: tuple[str, ...]


class CallJournal:
    """The calls, in the order of their arrival. Safe to use from any thread."""

    def __init__(self) -> None:
        self._calls: list[InsiCall] = []
        self._expected: list[Expected] = []
        self._changed = threading.Condition()
        self._broken: HarnessFault | None = None

    def fail(self, fault: HarnessFault) -> None:
        """Remember that a call could not be filed: whoever reads the calls next is told."""
        with self._changed:
            self._broken = fault
            self._changed.notify_all()

    def add(self, call: InsiCall) -> None:
        """File a call and wake those who wait for one."""
        with self._changed:
            self._calls.append(call)
            self._changed.notify_all()

    def expect(self, expected: Expected) -> None:
        """Remember an order of calls that `unmet` compares."""
        with self._changed:
            self._expected.append(expected)

    @property
    def calls(self) -> tuple[InsiCall, ...]:
        """Return every call so far. Raises the `HarnessFault` that kept one from being filed."""
        with self._changed:
            self._check_whole()
            return tuple(self._calls)

    def calls_for(self, person: Person, after: int = 0) -> list[InsiCall]:
        """Return the calls about a person whose exchange number is above `after`."""
        return [call for call in self.calls if call.seq > after and concerns(call.traits, person)]

    def wait(self, person: Person, timeout: float, after: int = 0) -> InsiCall:
        """Return the first call about a person, waiting `timeout` seconds at most.

        Raises `Inconclusive` saying what came instead.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                self._check_whole()
                found = next(
                    (
                        call
                        for call in self._calls
                        if call.seq > after and concerns(call.traits, person)
                    ),
                    None,
                )
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Inconclusive(self._silence(person, timeout, after))
                self._changed.wait(left)

    def wait_for_more(self, known: int, timeout: float) -> bool:
        """Say whether more than `known` calls have come, waiting `timeout` seconds at most."""
        with self._changed:
            came = self._changed.wait_for(
                lambda: self._broken is not None or len(self._calls) > known, timeout
            )
            self._check_whole()
            return came

    def unmet(self) -> list[str]:
        """Return one French line for each expected order of calls that was not kept."""
        lines = []
        for expected in self._expected:
            came = tuple(call.operation or "refusé" for call in self.calls_for(expected.person))
            if came != expected.operations:
                lines.append(
                    f"appels INSi pour {expected.person.key} — attendu : "
                    f"{', puis '.join(expected.operations)} · constaté : "
                    f"{', puis '.join(came) or 'aucun appel'}"
                )
        return lines

    def _check_whole(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _silence(self, person: Person, timeout: float, after: int) -> str:
        others = sum(call.seq > after for call in self._calls)
        came = f"{others} appel(s) pour d'autres personnes" if others else "aucun appel"
        return (
            f"aucun appel INSi pour {person.birth_name} {person.first_birth_given_name} en "
            f"{timeout:g} s ({came}) : vérifiez l'adresse INSi, le certificat client et "
            "l'autorité racine configurés dans le logiciel"
        )
