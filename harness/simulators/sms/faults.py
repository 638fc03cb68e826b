"""Named faults of the SMS gateway: one function a fault, each turns a reply into another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.simulators.fault_table import FaultTable

SLOW = 2.0
"""Seconds of `lent`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered to a message: status, words of a refusal, delay, or nothing at all."""

    status: int = 202
    error: str = ""
    delay: float = 0.0
    silent: bool = False


Change = Callable[[Reply], Reply]
FAULTS: FaultTable[Change] = FaultTable("du SMS")


@FAULTS.add("refus", "La passerelle refuse le numéro (422).")
def number_refused(reply: Reply) -> Reply:
    """Answer 422; the message is not taken."""
    return replace(reply, status=422, error="numéro injoignable")


@FAULTS.add("lent", "La passerelle accepte le message, mais tard.")
def slow(reply: Reply) -> Reply:
    """Answer rightly after a delay."""
    return replace(reply, delay=SLOW)


@FAULTS.add("sans-reponse", "La passerelle reçoit le message et ne répond jamais.")
def no_answer(reply: Reply) -> Reply:
    """Take nothing and hold the connection until the client gives up or the deadline passes."""
    return replace(reply, silent=True)
