"""The ways in which judging can fail without anyone being non-conform.

Each is a different type from the first line, because our fault is never the vendor's. Every
message is French and says what was wrong, where, what was expected and what to do next.
"""

from __future__ import annotations


class BancProblem(Exception):
    """Base of every problem that the harness can name; `str()` is the message for the user."""


class Inconclusive(BancProblem):
    """A precondition is missing or a capability is not offered: verdict INCONCLUSIVE."""


class TargetUnreachable(Inconclusive):
    """The target did not answer, refused the connection, or died on the way."""


class UnexpectedAnswer(Inconclusive):
    """The target answered something that the driver cannot read (HTML, 5xx, 401, 10 MB…)."""


class CapabilityMissing(Inconclusive):
    """The target file offers no driver for what the scenario must do."""


class Blocked(BancProblem):
    """A third party, neither the target nor the harness, was unavailable: verdict BLOCKED."""


class HarnessFault(BancProblem):
    """Our own fault or the machine's (full disk, missing tool): verdict HARNESS_ERROR, exit 3."""


class ConfigurationProblem(HarnessFault):
    """A target file, an option or a secret is wrong: exit 2 before a run, never a verdict."""


class Unreadable(BancProblem):
    """Bytes that no reader of the expected format can read."""
