"""SOAP bytes of INSi: what is read, what is refused, and how fast a call is judged."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.model.artefact import SOAP_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.problems import Unreadable
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_of
from harness.validators.insi.reader import read_soap
from tests.validators.samples import MESSAGES

CONFORMING = MESSAGES / "insi" / "conformes"


def soap(content: bytes, name: str = "message.xml") -> Artefact:
    return Artefact(name, content, SOAP_MEDIA_TYPE)


def sample(name: str) -> Artefact:
    return soap((CONFORMING / name).read_bytes(), name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"<soap",
        b"<html><body/></html>",
        b'<!DOCTYPE a [<!ENTITY e "x">]><Envelope/>',
    ],
)
def test_what_is_no_soap_message_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_soap(soap(content))


def test_external_entity_is_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    bomb = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret.as_uri()}">]><Envelope>&e;</Envelope>'
    with pytest.raises(Unreadable, match="DOCTYPE") as problem:
        read_soap(soap(bomb.encode()))
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize(
    ("name", "kind", "operation"),
    [
        ("recherche-par-traits.xml", "request", "traits"),
        ("recherche-par-carte.xml", "request", "vitale"),
        ("verification.xml", "request", "verification"),
        ("reponse-00.xml", "answer", ""),
        ("faute-technique.xml", "fault", ""),
    ],
)
def test_kind_and_operation_are_recognised(name: str, kind: str, operation: str) -> None:
    message = read_soap(sample(name))
    assert (message.kind, message.operation) == (kind, operation)


def test_request_of_another_format_does_not_hide_the_answer() -> None:
    check = Check({"request": soap(b"junk"), "answer": sample("reponse-00.xml")})
    outcomes = {one.rule_id: one for one in judge(check, rules_of("insi"), named=False).outcomes}
    assert outcomes["INSI-02"].unreadable
    assert outcomes["INSI-05"].examined == 1


def test_call_is_judged_in_well_under_a_millisecond() -> None:
    request, answer = sample("recherche-par-traits.xml"), sample("reponse-00.xml")
    rules = rules_of("insi")
    times = []
    for _ in range(200):
        start = time.perf_counter()
        judged = judge(Check({"request": request, "answer": answer}), rules, named=False)
        times.append(time.perf_counter() - start)
    assert judged.verdict is Verdict.CONFORM
    # The best of many: the machine that runs the tests may be busy.
    assert min(times) < 0.0006
