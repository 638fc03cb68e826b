"""The secrets of a run are found in bytes before these are cleaned."""

from __future__ import annotations

from harness.evidence.redaction import Redactor


def test_only_the_secrets_that_are_there_are_found() -> None:
    redactor = Redactor()
    redactor.hide("motdepasse-d-essai", "mot-de-passe")
    redactor.hide("jeton-0123456789", "jeton")
    assert redactor.found_in(b"POST motdepasse-d-essai") == ("motdepasse-d-essai",)
    cleaned = redactor.clean(b"POST motdepasse-d-essai")
    assert redactor.found_in(cleaned) == ()
