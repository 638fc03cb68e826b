"""The reader: frames, ends of lines, charsets, separators, and bytes that are no message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model.problems import Unreadable
from harness.model.verdict import Verdict
from harness.validators.hl7v2.reader import Message, read_message
from tests.validators.hl7v2.judged import CONFORMING, artefact, examined, judged

A31 = (CONFORMING / "a31_ins_valide.er7").read_bytes()


def _read(content: bytes) -> Message:
    return read_message(artefact(content))


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (A31, "CR"),
        (A31.replace(b"\r", b"\n"), "LF"),
        (A31.replace(b"\r", b"\r\n"), "CR LF"),
        (A31.replace(b"\rPV1", b"\nPV1"), "mélange"),
        (A31.replace("allée".encode(), b"all\ne"), "CR"),
    ],
)
def test_every_end_of_line_is_read_and_recorded(content: bytes, ending: str) -> None:
    message = _read(content)
    assert [one.name for one in message.segments] == ["MSH", "EVN", "PID", "PV1", "ZFD"]
    assert message.wire.line_ending == ending


def test_frame_is_taken_off_and_recorded() -> None:
    message = _read(b"\x0b" + A31 + b"\x1c\r")
    assert (message.wire.framing.started, message.wire.framing.ended) == (True, True)
    assert message.event == "A31"
    assert not _read(A31).wire.framing.met


def test_frame_without_its_end_is_a_cut_message() -> None:
    with pytest.raises(Unreadable, match="coupée"):
        _read(b"\x0b" + A31)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [("UNICODE UTF-8", "utf-8"), ("8859/15", "iso8859-15"), ("8859/1", "iso8859-1")],
)
def test_declared_charset_is_used(charset: str, codec: str) -> None:
    text = A31.decode().replace("UNICODE UTF-8", charset)
    message = _read(text.encode(codec))
    assert message.wire.codec == codec
    assert message.pids[0].addresses[0].value(1) == "12 allée des Érables"


@pytest.mark.parametrize(
    ("declared", "real"), [("UNICODE UTF-8", "iso8859-15"), ("8859/15", "utf-8"), ("", "utf-8")]
)
def test_wrong_charset_loses_no_character(declared: str, real: str) -> None:
    message = _read(A31.decode().replace("UNICODE UTF-8", declared).encode(real))
    assert message.pids[0].addresses[0].value(1) == "12 allée des Érables"


@pytest.mark.parametrize("declared", ["^\u02dc\\&", "^~", "^^^^", "", "AB~&", "^~\\&#"])
def test_wrong_msh2_still_splits_as_the_message_does(declared: str) -> None:
    message = _read(A31.decode().replace("^~\\&", declared, 1).encode())
    assert message.encoding_characters == declared
    assert [one.type for one in message.pids[0].identifiers] == ["PI", "INS"]


def test_other_separators_that_the_message_follows_are_obeyed() -> None:
    text = A31.decode().replace("~", "!").replace("&", "$").replace("^", "@")
    message = _read(text.encode())
    assert message.encoding_characters == "@!\\$"
    assert message.pids[0].ins_identifiers[0].oid == "1.2.250.1.213.1.4.10"


def test_accessors_never_raise() -> None:
    message = _read(b'MSH|^~\\&|A\rPID\rPV1|""|x')
    pid, visit = message.pids[0], message.named("PV1")[0]
    assert (pid.segment.value(3), pid.segment.field(99), pid.identifiers) == ("", "", ())
    assert (pid.names, pid.addresses, pid.identity_reliability) == ((), (), ())
    assert (visit.value(1), visit.field(1), visit.repetitions(1)) == ("", "", ())
    assert (visit.value(2, 3, 4), visit.value(2, 1, 2)) == ("", "")
    assert message.named("ZZZ") == () and message.first("ZZZ") is None


def test_escapes_are_undone_in_values_and_kept_as_written() -> None:
    message = _read(A31.replace(b"ROUVRE-DELMAS", b"ROUVRE\\T\\DELMAS"))
    name = message.pids[0].names[0]
    assert name.value(1) == "ROUVRE&DELMAS"
    assert name.text.startswith("ROUVRE\\T\\DELMAS^")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "MSH"),
        (b"%PDF-1.7 rien", "MSH"),
        (b"PID|1||3", "MSH"),
        (b"M\x00S\x00H\x00|\x00", "MSH"),
        (b"MSH", "séparateur"),
        (b"MSHello|world", "séparateur"),
        (b"MSH|^~", "tronqué"),
        (A31 + A31, "plusieurs messages"),
        (b"MSH|^~\\&|" + b"|" * 400_001, "champs"),
        (b"MSH|^~\\&|" + b"x" * 20_000_000, "limite"),
    ],
)
def test_what_is_no_message_is_unreadable_in_french(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        _read(content)
    assert "message.er7" in str(caught.value)


def test_unreadable_bytes_are_never_non_conform() -> None:
    judgement = judged(b"\x00\x01\x02 junk")
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert "MSH" in judgement.reason


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_judged_or_unreadable(content: bytes) -> None:
    assert judged(content).verdict in set(Verdict)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_after_a_header_are_judged_or_unreadable(content: bytes) -> None:
    assert judged(b"MSH|" + content).verdict in set(Verdict)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(A31) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_any_damage_to_a_message_is_judged_or_unreadable(
    position: int, noise: bytes, cut: int
) -> None:
    damaged = A31[:position] + noise + A31[position + cut :]
    assert judged(damaged).verdict in set(Verdict)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, len(A31) - 1))
def test_any_truncation_is_judged_or_unreadable(length: int) -> None:
    judgement = judged(A31[:length])
    assert examined(judgement) or judgement.verdict is Verdict.INCONCLUSIVE
