"""Simulator of a mail server: SMTP with STARTTLS, every mail kept and none sent on."""

from harness.simulators.mail.reader import Mail
from harness.simulators.mail.service import MailSimulator

__all__ = ["Mail", "MailSimulator"]
