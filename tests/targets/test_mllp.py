"""MLLP both ways on real sockets, and the messages of the simulated GAP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from harness.evidence.recorder import Recorder
from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.check import Check
from harness.model.identity import Person
from harness.model.problems import HarnessFault, TargetUnreachable, UnexpectedAnswer
from harness.simulators.loop import ServiceLoop
from harness.targets.base import PatientRef
from harness.targets.hl7v2 import MllpEmission, MllpIntake
from harness.targets.mllp import END, START, MllpClient, MllpListener
from harness.targets.pam_messages import (
    STRUCTURES,
    Identification,
    acknowledge,
    build,
    harmless,
    read_header,
)
from harness.targets.target import Hl7v2Options
from harness.validators.engine import judge, rules_of
from harness.validators.ins.matricule import matricule_key

OPTIONS = Hl7v2Options()
PERSON = Person(
    key="a",
    birth_name="D'ARC-LE GOFF",
    birth_given_names=("JEANNE", "MARIE"),
    birth_date="1990-02-03",
    sex="F",
    birth_place_code="63220",
    used_name="DURAND",
    matricule=f"2900263220001{matricule_key('2900263220001')}",
    private_id="IPP-77",
)


def errors(**artefacts: bytes) -> list[str]:
    check = Check(
        {role: Artefact(role, content, HL7V2_MEDIA_TYPE) for role, content in artefacts.items()}
    )
    judgement = judge(check, rules_of("hl7v2"), named=False)
    assert any(outcome.examined for outcome in judgement.outcomes)
    return [
        f"{outcome.rule_id} {finding.at} {finding.found}"
        for outcome in judgement.outcomes
        for finding in outcome.errors
    ]


@pytest.mark.parametrize("event", STRUCTURES)
@pytest.mark.parametrize(("status", "with_ins"), [("VALI", True), ("PROV", False)])
def test_every_message_breaks_no_rule(event: str, status: str, with_ins: bool) -> None:
    what = Identification(event, status, with_ins, previous="IPP-1")
    control_id, content = build(PERSON, what, OPTIONS)
    header = read_header(content)
    assert header is not None
    assert (header.event, header.control_id) == (event, control_id)
    assert header.identifiers == ("IPP-77",)
    assert (PERSON.matricule.encode() in content) is with_ins
    assert errors(subject=content) == []


def test_separators_in_a_name_are_escaped() -> None:
    person = Person("k", "A|B^C", ("X&Y",), "1990-01-01", "M", "63220", private_id="I~1")
    _, content = build(person, Identification("A28", "PROV", False), OPTIONS)
    assert rb"A\F\B\S\C^X\T\Y^X\T\Y^^^^L" in content
    assert content.count(b"I\\R\\1") == 1


def test_event_that_is_not_built_is_refused() -> None:
    with pytest.raises(ValueError, match="A28"):
        build(PERSON, Identification("A99"), OPTIONS)


def test_acknowledgement_breaks_no_rule() -> None:
    _, content = build(PERSON, Identification("A31"), OPTIONS)
    ack = acknowledge(content)
    assert b"MSA|AA|" in ack
    assert errors(request=content, answer=ack) == []


@pytest.mark.parametrize("junk", [b"", b"\x00\xff", b"PID|1", b"MSH", b"MSH|", b"{}"])
def test_junk_is_acknowledged_without_crash(junk: bytes) -> None:
    ack = acknowledge(junk)
    assert ack.startswith(b"MSH|^~\\&|") and b"\rMSA|A" in ack


Answer = Callable[[bytes], bytes | None]


@pytest.fixture
def listen() -> Iterator[Callable[[Answer], tuple[str, int]]]:
    """Give a function that opens a bare MLLP server: what it returns is written as it is."""
    servers: list[socket.socket] = []

    def start(answer: Answer) -> tuple[str, int]:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def converse() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    while data := line.recv(65536):
                        said = answer(data)
                        if said is None:
                            break
                        line.sendall(said)

        threading.Thread(target=converse, daemon=True).start()
        address: tuple[str, int] = server.getsockname()
        return address

    yield start
    for server in servers:
        server.close()


def client_to(address: tuple[str, int], loop: ServiceLoop, recorder: Recorder) -> MllpClient:
    return MllpClient(loop, recorder, address, delay=0.4, connect_delay=1.0)


def test_intake_returns_message_and_acknowledgement(
    listen: Callable[[Answer], tuple[str, int]], loop: ServiceLoop, recorder: Recorder
) -> None:
    address = listen(lambda data: START + acknowledge(data[1:-2]) + END)
    intake = MllpIntake(client_to(address, loop, recorder), OPTIONS)
    first = intake.send("A28", PERSON, status="PROV", with_ins=False)
    second = intake.send("A31", PERSON)
    assert errors(request=second.message.content, answer=second.ack.content) == []
    assert first.ack.exchange == 1 and second.ack.exchange == 2
    exchange = recorder.exchanges[0][1]
    assert exchange.label == "ADT^A28^ADT_A05 → AA"
    assert exchange.request == START + first.message.content + END
    intake.close()


@pytest.mark.parametrize(
    ("said", "problem", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n\x1c\r", UnexpectedAnswer, "hors trame MLLP"),
        (None, TargetUnreachable, "coupée par la cible"),
        (b"\x0bMSH|tronqu", TargetUnreachable, "pas de réponse dans le délai"),
    ],
)
def test_what_is_not_an_acknowledgement(
    listen: Callable[[Answer], tuple[str, int]],
    loop: ServiceLoop,
    recorder: Recorder,
    said: bytes | None,
    problem: type[Exception],
    reason: str,
) -> None:
    client = client_to(listen(lambda _: said), loop, recorder)
    with pytest.raises(problem, match=reason):
        client.send(b"MSH|^~\\&|\r")
    assert recorder.exchanges[0][1].response == b""


def test_dead_port_is_unreachable(loop: ServiceLoop, recorder: Recorder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()
    with pytest.raises(TargetUnreachable, match="connexion refusée"):
        client_to(address, loop, recorder).send(b"MSH|")


def test_line_closed_while_idle_is_opened_again(
    listen: Callable[[Answer], tuple[str, int]], loop: ServiceLoop, recorder: Recorder
) -> None:
    count = 0

    def once_a_line(data: bytes) -> bytes | None:
        nonlocal count
        count += 1
        return START + acknowledge(data[1:-2]) + END

    client = client_to(listen(once_a_line), loop, recorder)
    client.send(harmless(OPTIONS))
    assert client.send(harmless(OPTIONS))[1] == 2
    assert count == 2
    client.close()


@pytest.fixture
def listener(loop: ServiceLoop, recorder: Recorder) -> Iterator[MllpListener]:
    opened = MllpListener(loop, recorder).start()
    yield opened
    opened.stop()


def emit_to(listener: MllpListener, *contents: bytes) -> list[bytes]:
    acks = []
    with socket.create_connection(listener.address, 2) as line:
        for content in contents:
            line.sendall(START + content + END)
            acks.append(line.recv(65536))
    return acks


def test_emission_is_matched_by_identifier_or_control_id(listener: MllpListener) -> None:
    other = Person("b", "B", ("B",), "1990-01-01", "M", "63220", private_id="IPP-1")
    _, noise = build(other, Identification("A31", "PROV", False), OPTIONS)
    control_id, wanted = build(PERSON, Identification("A31"), OPTIONS)

    def trigger(_patient: PatientRef, _event: str) -> str:
        acks = emit_to(listener, noise, wanted)
        assert all(ack.startswith(START) and ack.endswith(END) for ack in acks)
        return ""

    emission = MllpEmission(listener, trigger, 2.0)
    mark = emission.mark()
    found = emission.emit(PatientRef("1", "IPP-77"))
    assert found.content == wanted and found.exchange is not None
    assert [one.content for one in emission.emitted_since(mark)] == [noise, wanted]
    known = MllpEmission(listener, lambda *a: trigger(*a) or control_id, 2.0)
    assert known.emit(PatientRef("1", "inconnu")).content == wanted


def test_message_of_the_past_does_not_count(listener: MllpListener) -> None:
    _, content = build(PERSON, Identification("A31"), OPTIONS)
    emit_to(listener, content)
    emission = MllpEmission(listener, lambda *_: "", 0.1)
    with pytest.raises(TargetUnreachable, match="aucun message A31 du patient IPP-77"):
        emission.emit(PatientRef("1", "IPP-77"))


def test_unframed_bytes_are_recorded_and_the_port_survives(
    listener: MllpListener, recorder: Recorder
) -> None:
    with socket.create_connection(listener.address, 2) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n\x1c\r")
        assert line.recv(10) == b""
    exchange = recorder.exchanges[0][1]
    assert "hors trame" in exchange.label and exchange.request.startswith(b"GET /")
    _, content = build(PERSON, Identification("A31"), OPTIONS)
    assert b"MSA|AA" in emit_to(listener, content)[0]


def test_port_already_taken_says_so(loop: ServiceLoop, recorder: Recorder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HarnessFault, match=r"simulators\.ports\.mllp"):
            MllpListener(loop, recorder, port=port).start()
