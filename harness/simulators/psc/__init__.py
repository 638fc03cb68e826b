"""Simulator of Pro Santé Connect: an OpenID provider for professionals, with its wallet."""

from harness.simulators.psc.service import Delivered, PscSimulator

__all__ = ["Delivered", "PscSimulator"]
