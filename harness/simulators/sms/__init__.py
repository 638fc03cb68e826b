"""Simulator of an SMS gateway: one HTTPS address, every message kept and none sent on."""

from harness.simulators.sms.service import Sms, SmsSimulator

__all__ = ["Sms", "SmsSimulator"]
