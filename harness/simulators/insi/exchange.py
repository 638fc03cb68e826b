"""One exchange with the simulator: what arrived, what was decided, and how both are filed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from harness.evidence.recorder import Recorder
from harness.model.artefact import SOAP_MEDIA_TYPE, Artefact, Exchange, TlsFacts
from harness.model.check import Check
from harness.model.identity import Person
from harness.simulators.fault_table import Active
from harness.simulators.insi.faults import Change
from harness.simulators.insi.journal import InsiCall
from harness.simulators.insi.layout import Operation
from harness.simulators.insi.messages import Reply, SoapFault
from harness.simulators.insi.reader import REQUEST, InsiRequest
from harness.validators.engine import Rule, judge

NAME = "INSi (simulateur)"
ANSWER_TYPE = f"{SOAP_MEDIA_TYPE}; charset=utf-8"


@dataclass(frozen=True)
class Arrival:
    """A request as it came. `problem` says why its body could not be taken."""

    at: datetime
    body: bytes
    content_type: str
    path: str
    tls: TlsFacts | None
    problem: str

    @cached_property
    def check(self) -> Check:
        """Return the check of the request alone, parsed once for the service and its rules."""
        sent = Artefact("demande INSi", self.body, SOAP_MEDIA_TYPE, NAME)
        return Check({REQUEST: sent}, captured_at=self.at)


@dataclass(frozen=True, slots=True)
class Decision:
    """What will be answered to a request, and the fault that changed it."""

    reply: Reply
    asked: InsiRequest
    fault: str = ""

    @classmethod
    def refusing(cls, asked: InsiRequest) -> Decision:
        """Refuse a request for its problem: SOAP fault of the sender."""
        fault = SoapFault(asked.blame, f"Demande refusée : {asked.problem}")
        return cls(Reply(asked.operation or Operation.TRAITS, "", fault=fault), asked)

    def under(self, active: Active[Change, Person]) -> Decision:
        """Return this decision as a fault changes it; named only when it changed something."""
        changed = active.fault.apply(self.reply)
        if changed == self.reply:
            return self
        if changed.delay and active.delay is not None:
            changed = replace(changed, delay=active.delay)
        return replace(self, reply=changed, fault=active.fault.name)

    @property
    def message_id(self) -> str:
        """Return the MessageID to relate the answer to."""
        return self.asked.message_id

    def label(self, path: str) -> str:
        """Return the one line that tells the exchange."""
        reply = self.reply
        outcome = f"CR {reply.code}" if reply.code else "faute SOAP"
        told = f"{reply.status} ({outcome})" if reply.status else "aucune réponse"
        action = self.asked.action.rpartition(":")[2][:80] or "sans action"
        fault = f", panne {self.fault}" if self.fault else ""
        return f"POST {path[:80]} {action} → {told}{fault}"


def file_call(
    recorder: Recorder,
    rules: Iterable[Rule],
    arrival: Arrival,
    decision: Decision,
    answer: bytes,
) -> InsiCall:
    """Record the exchange, judge it, and return the call.

    The answer is judged with the request only when no fault of ours altered it: its defects
    would otherwise be laid at the target's door.
    """
    seq = recorder.exchange(_exchange(arrival, decision, answer))
    origin = f"échange {seq}, {NAME}"
    sent = Artefact("demande INSi", arrival.body, SOAP_MEDIA_TYPE, origin, seq)
    received = Artefact("réponse INSi", answer, SOAP_MEDIA_TYPE, origin, seq) if answer else None
    roles = {REQUEST: sent}
    if received is not None and not decision.fault:
        roles["answer"] = received
    # What the service parsed serves the rules: the bytes are the same.
    check = replace(arrival.check, artefacts=roles)
    operation = decision.asked.operation
    return InsiCall(
        seq=seq,
        at=arrival.at,
        operation=operation.value if operation else "",
        traits=decision.asked.traits,
        fault=decision.fault,
        code=decision.reply.code,
        status=decision.reply.status,
        problem=decision.asked.problem,
        request=sent,
        answer=received,
        check=check,
        judgement=judge(check, rules, named=False),
    )


def _exchange(arrival: Arrival, decision: Decision, answer: bytes) -> Exchange:
    return Exchange(
        at=arrival.at,
        protocol="soap",
        speaker="cible",
        listener=NAME,
        request=arrival.body,
        response=answer,
        request_type=arrival.content_type or SOAP_MEDIA_TYPE,
        response_type=ANSWER_TYPE if answer else "",
        label=decision.label(arrival.path),
        tls=arrival.tls,
    )
