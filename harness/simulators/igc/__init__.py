"""Test IGC: the authorities and certificates of the banc, all marked TEST."""

from harness.simulators.igc.authority import TestIgc

__all__ = ["TestIgc"]
