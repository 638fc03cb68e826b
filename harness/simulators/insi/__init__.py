"""Simulator of the INSi teleservice: SOAP 1.2 over TLS with a required client certificate."""

from harness.simulators.insi.journal import InsiCall
from harness.simulators.insi.service import InsiSimulator

__all__ = ["InsiCall", "InsiSimulator"]
