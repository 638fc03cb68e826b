"""How far the French profiles bind a message: what they alone demand is else a warning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from typing import Any

from harness.validators import Check, Finding, Level
from harness.validators.hl7v2.reader import Message, Pid

Judge = Callable[[Any, Check], Iterator[Finding]]


def by_french_profile(judge: Judge) -> Judge:
    """Lower to warnings what a rule finds in a message that follows no French profile.

    PAM France and the CDA volets bind their messages; the CI-SIS annex binds any message that
    carries an INS. The patient of a plain ORU, ORM or SIU is judged all the same, but what these
    texts alone demand does not condemn it. The subject is a `Message`, a `Pid`, or a tuple that
    begins with one.
    """

    @wraps(judge)
    def eased(subject: Any, check: Check) -> Iterator[Finding]:
        found = judge(subject, check)
        if _message_of(subject).follows_french_profile:
            return found
        return (replace(one, level=Level.WARNING) for one in found)

    return eased


def _message_of(subject: Any) -> Message:
    first = subject[0] if isinstance(subject, tuple) else subject
    message = first.message if isinstance(first, Pid) else first
    assert isinstance(message, Message)
    return message
