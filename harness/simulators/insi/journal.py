"""What the simulator saw: one `InsiCall` a request, in order, and how to wait for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from harness.model.artefact import Artefact
from harness.model.check import Check, Judgement
from harness.model.identity import Person
from harness.model.problems import Inconclusive
from harness.simulators.arrivals import Arrivals
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


class CallJournal(Arrivals[InsiCall]):
    """The calls, and the orders of calls that a scenario asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._expected: list[Expected] = []

    def expect(self, expected: Expected) -> None:
        """Remember an order of calls that `unmet` compares."""
        self._expected.append(expected)

    def calls_for(self, person: Person, after: int = 0) -> list[InsiCall]:
        """Return the calls about a person whose exchange number is above `after`."""
        return [call for call in self.after(after) if concerns(call.traits, person)]

    def wait_about(self, person: Person, timeout: float, after: int = 0) -> InsiCall:
        """Return the first call about a person, waiting `timeout` seconds at most.

        Raises `Inconclusive` saying what came instead.
        """
        found = self.wait(lambda call: concerns(call.traits, person), timeout, after)
        if found is None:
            raise Inconclusive(self._silence(person, timeout, after))
        return found

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

    def _silence(self, person: Person, timeout: float, after: int) -> str:
        others = len(self.after(after))
        came = f"{others} appel(s) pour d'autres personnes" if others else "aucun appel"
        return (
            f"aucun appel INSi pour {person.birth_name} {person.first_birth_given_name} en "
            f"{timeout:g} s ({came}) : vérifiez l'adresse INSi, le certificat client et "
            "l'autorité racine configurés dans le logiciel"
        )
