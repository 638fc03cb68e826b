"""Named faults of the mail server: one function a fault, each turns a treatment into another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.simulators.fault_table import FaultTable

SLOW = 2.0
"""Seconds of `lent`."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a mail is treated: the answers to RCPT and DATA, the delay before the last one.

    `starttls` False means that the server no longer offers it, to anybody.
    """

    recipient: str = "250 2.1.5 Destinataire accepté"
    delay: float = 0.0
    starttls: bool = True

    @property
    def refused(self) -> bool:
        """Return True when the recipient is not taken."""
        return not self.recipient.startswith("250")


Change = Callable[[Treatment], Treatment]
FAULTS: FaultTable[Change] = FaultTable("du courriel")


@FAULTS.add("refus-destinataire", "Le serveur refuse le destinataire pour toujours (550).")
def recipient_refused(treatment: Treatment) -> Treatment:
    """Answer 550 to RCPT."""
    return replace(treatment, recipient="550 5.1.1 Destinataire inconnu")


@FAULTS.add("refus-temporaire", "Le serveur refuse le destinataire pour le moment (451).")
def recipient_deferred(treatment: Treatment) -> Treatment:
    """Answer 451 to RCPT."""
    return replace(treatment, recipient="451 4.3.0 Refus temporaire, recommencez plus tard")


@FAULTS.add("sans-starttls", "Le serveur n'offre plus STARTTLS, à aucun client.")
def no_starttls(treatment: Treatment) -> Treatment:
    """Offer no encryption: whoever sends all the same sends in clear."""
    return replace(treatment, starttls=False)


@FAULTS.add("lent", "Le serveur accepte le courriel, mais tard.")
def slow(treatment: Treatment) -> Treatment:
    """Answer DATA rightly after a delay."""
    return replace(treatment, delay=SLOW)
