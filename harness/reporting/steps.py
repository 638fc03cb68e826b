"""The steps of a scenario as a reviewer reads them: French titles, times, outcome, pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.model.artefact import Artefact


class StepStatus(StrEnum):
    """How a step ended, in Allure's words; a step acts, it never judges."""

    DONE = "passed"
    FAILED = "failed"
    """An assertion, a non-conformity or a missing precondition stopped it."""
    BROKEN = "broken"
    """Any other exception: our own fault."""
    SKIPPED = "skipped"
    """Not done: a third party was missing, or a person must judge."""


@dataclass(frozen=True)
class Step:
    """One step and the steps inside it. `title` is French; times are aware datetimes."""

    title: str
    started: datetime
    ended: datetime
    status: StepStatus = StepStatus.DONE
    attachments: tuple[Artefact, ...] = ()
    children: tuple[Step, ...] = ()
    message: str = ""
    """Why it did not end well, in French; empty for a step that was done."""
