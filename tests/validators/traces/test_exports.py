"""The same acts read the same in each format; a broken line is named and the rest is judged."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from harness.model.artefact import Artefact
from harness.model.check import Check, Judgement
from harness.model.problems import Unreadable
from harness.validators.engine import judge, rules_named, rules_of
from harness.validators.traces.columns import Reading
from harness.validators.traces.event import Batch, TraceEvent
from harness.validators.traces.lines import LONGEST
from harness.validators.traces.stream import read_batches, recognised
from tests.validators.traces import exports as e
from tests.validators.traces.exports import ACTS, DAY_OF_WORK, FORMATS, as_csv

Write = Callable[..., str]


def read(text: str | bytes, reading: Reading | None = None) -> list[Batch]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(read_batches(io.BytesIO(content), reading or Reading()))


def events(text: str | bytes, reading: Reading | None = None) -> list[TraceEvent]:
    return [event for batch in read(text, reading) for event in batch.events]


def broken(text: str | bytes) -> list[tuple[int, str]]:
    return [(line.number, line.reason) for batch in read(text) for line in batch.broken]


def judged(*ids: str, text: str, before: str = "", **expected: object) -> Judgement:
    artefacts = {"audit": Artefact("traces", text.encode(), "text/plain")}
    if before:
        artefacts["before"] = Artefact("avant", before.encode(), "text/plain")
    return judge(Check(artefacts, expected), rules_named(*ids))


def told(judgement: Judgement) -> str:
    return " ".join(f"{one.at} {one.found}" for o in judgement.outcomes for one in o.findings)


# The same in each format


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_each_format_tells_the_same(write: Write) -> None:
    found = events(write(*DAY_OF_WORK))
    assert [one.number for one in found][-1] - found[0].number == len(DAY_OF_WORK) - 1
    note = found[3]
    assert note.kinds == ("note",)
    assert "pro.martin" in note.author and "12" in note.person and note.zoned
    assert note.recorded_at is not None and note.occurred_at is not None
    assert round(note.recorded_at - note.occurred_at, 3) == 0.125
    assert "POST /api/patients/12/notes" in note.request and "201" in note.answer


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_each_format_tells_every_act(write: Write) -> None:
    ids = ("TRA-19", "TRA-20", "TRA-21", "TRA-22", "TRA-29")
    judgement = judged(*ids, text=write(*DAY_OF_WORK), acts=ACTS)
    assert judgement.verdict.value == "CONFORM", told(judgement)
    assert judgement.outcomes[0].examined == len(ACTS)


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_a_missing_trace_is_seen_in_each_format(write: Write) -> None:
    rows = [one for one in DAY_OF_WORK if one is not e.NOTE]
    assert "note par pro.martin sur 12" in told(judged("TRA-19", text=write(*rows), acts=ACTS))


@pytest.mark.parametrize("name", FORMATS)
def test_format_is_recognised_from_its_beginning(name: str) -> None:
    # A Bundle is left to the rules of FHIR.
    assert bool(recognised(FORMATS[name](*DAY_OF_WORK).encode())) is (name != "bundle")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MSH|^~\\&|A|B\rPID|1",
        b"nom;prenom;age\nA;B;3\n",
        b'{"resourceType": "Patient", "id": "1"}',
        b'{"kind": "identite", "patient_id": "1"}',
        b"<Envelope/>",
        b"%PDF-1.7",
        b"\x00\x01\x02",
    ],
)
def test_other_files_are_no_traces(content: bytes) -> None:
    assert recognised(content) == ""


# Broken lines


def test_broken_csv_lines_are_named() -> None:
    lines = as_csv(*DAY_OF_WORK[:4]).splitlines()
    lines[2] = "2026-11-22T10:14:09+01:00;trois;colonnes"
    lines[4] = lines[4].replace("note", '"note')
    text = "\r\n".join([*lines, *as_csv(*DAY_OF_WORK[4:]).splitlines()[1:]])
    assert [number for number, _ in broken(text)] == [3, 5]
    assert len(events(text)) == len(DAY_OF_WORK) - 2


def test_undecodable_and_endless_csv_lines_are_named() -> None:
    rows = as_csv(*DAY_OF_WORK[:3]).encode().splitlines(keepends=True)
    rows[1] = rows[1].replace(b"pro.martin", b"pro.\xff\xfe")
    rows.insert(2, b"a" * (LONGEST + 5) + b"\n")
    found = broken(b"".join(rows))
    assert [number for number, _ in found] == [2, 3]
    assert "octets" in found[0][1] and "ko" in found[1][1]
    assert len(events(b"".join(rows))) == 2


def test_quoted_csv_value_runs_over_lines() -> None:
    text = as_csv(e.NOTE | {"detail": 'un ";" et\nune autre ligne'}, e.MAIL)
    assert [one.detail for one in events(text)] == ['un ";" et\nune autre ligne', ""]
    assert [one.number for one in events(text)] == [2, 4]


def test_csv_in_another_order_encoding_and_delimiter() -> None:
    columns = tuple(reversed(e.COLUMNS))
    text = as_csv(*DAY_OF_WORK, columns=columns).replace(";", "\t")
    found = events(text.encode("cp1252"), Reading(encoding="cp1252"))
    assert next(one.role for one in found) == "médecin"
    assert events(text.encode("utf-16"), Reading(encoding="utf-16"))[0].role == "médecin"
    with pytest.raises(Unreadable, match="encodage"):
        events(text, Reading(encoding="klingon"))


def test_declared_columns_win_and_must_exist() -> None:
    text = "quand|qui|quoi\n2026-11-22T10:14:00Z|pro.a|lecture\n"
    declared = Reading({"recorded": "quand", "author": "qui", "action": "quoi"}, delimiter="|")
    (found,) = events(text, declared)
    assert (found.author, found.kinds) == ("pro.a", ("consultation",))
    with pytest.raises(Unreadable, match=r"columns\.author"):
        events(text, Reading({"author": "acteur"}))
    with pytest.raises(Unreadable, match=r"drivers\.audit\.columns"):
        events(text)


def test_broken_json_lines_are_named() -> None:
    lines = e.as_ndjson(*DAY_OF_WORK).splitlines()
    lines[1], lines[3] = '{"resourceType": "AuditEvent", ', '["une liste"]'
    lines.insert(6, "[" * 100_000)
    found = broken("\n".join(lines))
    assert [number for number, _ in found] == [2, 4, 7]
    assert len(events("\n".join(lines))) == len(DAY_OF_WORK) - 2


def test_broken_bundle_entries_are_named() -> None:
    text = e.as_bundle(*DAY_OF_WORK)
    hurt = text.replace('"id": "103", ', '"id": , ').replace('"id": "107", ', '"id" "107", ')
    assert [number for number, _ in broken(hurt)] == [3, 7]
    assert len(events(hurt)) == len(DAY_OF_WORK) - 2
    assert "coupé" in broken(text[:-2])[0][1]


def test_json_array_and_lone_event_are_read() -> None:
    lines = e.as_ndjson(*DAY_OF_WORK).strip().splitlines()
    assert len(events("[" + ",\n".join(lines) + "]")) == len(DAY_OF_WORK)
    assert len(events(lines[0].replace(", ", ",\n"))) == 1
    with pytest.raises(Unreadable, match="Bundle"):
        events('{\n"resourceType":')


def test_declared_json_keys_go_inside() -> None:
    text = '{"quand": "2026-11-22T10:14:00Z", "qui": {"login": "pro.a"}, "action": "lecture"}\n'
    declared = Reading({"recorded": "quand", "author": "qui.login", "detail": "qui.rien"})
    (found,) = events(text, declared)
    assert (found.author, found.action, found.detail, found.zoned) == ("pro.a", "lecture", "", True)


def test_words_of_the_software_give_its_kinds() -> None:
    text = as_csv(e.row(1, "Ouverture fiche usager"), e.row(2, "truc"))
    found = events(text, Reading(words={"consultation": ["truc"]}))
    assert [one.kinds for one in found] == [("consultation",), ("consultation",)]


def test_broken_syslog_lines_are_named() -> None:
    lines = e.as_syslog(*DAY_OF_WORK).splitlines()
    lines[2] = "une ligne d'un autre journal"
    lines[5] = lines[5].replace("</AuditMessage>", "")
    lines[7] = lines[7].replace("<AuditMessage>", "<!DOCTYPE a []><AuditMessage>")
    text = "\n".join(lines)
    # A message cut before its end takes no other line with it.
    assert [number for number, _ in broken(text)] == [3, 6, 8]
    assert len(events(text)) == len(DAY_OF_WORK) - 3


def test_syslog_message_may_run_over_lines() -> None:
    text = e.as_syslog(e.NOTE).replace("/><", "/>\n<") + e.as_syslog(e.MAIL)
    assert not broken(text) and [one.action for one in events(text)][1] == "envoi de message"


def test_counted_syslog_finds_its_way_again() -> None:
    first, second = e.syslog_line(e.NOTE), e.syslog_line(e.MAIL | {"detail": "accentué é"})
    text = f"99999 {first}{len(second.encode())} {second}perdu{len(first.encode())} {first}"
    assert [number for number, _ in broken(text)] == [3]
    assert [one.wire.announced == one.wire.length for one in events(text) if one.wire] == [
        *(False, True, True)
    ]


def test_plain_syslog_gives_its_structured_data() -> None:
    line = (
        r'<38>1 2026-11-22T10:14:01+01:00 h app 1 auth [a@1 user="pro.\"m\"" result="ok"]'
        " connexion réussie\n"
    )
    (found,) = events(line)
    assert (found.author, found.result, found.kinds) == ('pro."m"', "ok", ("connexion",))
    assert found.detail == "connexion réussie" and found.origin == "h"


def test_entities_of_xml_are_never_read() -> None:
    line = e.as_syslog(e.NOTE).replace(
        "<AuditMessage>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hosts">]><AuditMessage>'
    )
    assert "DOCTYPE" in broken(line)[0][1]


# Acts


def test_lines_of_before_are_not_new() -> None:
    text = as_csv(*DAY_OF_WORK)
    assert "aucune" in told(judged("TRA-19", text=text, before=text, acts=ACTS[:1]))


def test_one_trace_tells_one_act() -> None:
    twice = judged("TRA-19", text=as_csv(e.NOTE), acts=[ACTS[3], ACTS[3]])
    assert len(twice.outcomes[0].findings) == 1


def test_others_may_act_meanwhile() -> None:
    stranger = e.row(5, "note de visite", personne="999", auteur="pro.durand")
    judgement = judged("TRA-19", "TRA-22", text=as_csv(e.NOTE, stranger), acts=[ACTS[3]])
    assert judgement.verdict.value == "CONFORM"


def test_trace_without_zone_may_be_of_the_hour_of_paris() -> None:
    text = as_csv(*DAY_OF_WORK, zone=False)
    assert judged("TRA-19", text=text, acts=ACTS).verdict.value == "CONFORM"


def test_trace_of_another_hour_is_pointed_at() -> None:
    late = {name: e.NOTE[name].replace("T10:", "T12:") for name in ("date", "heure_acte")}
    judgement = judged("TRA-19", text=as_csv(e.NOTE | late), acts=[ACTS[3]])
    assert "ligne 2, datée 2026-11-22T12:14" in told(judgement)


def test_each_export_must_tell_each_act() -> None:
    artefacts = {
        "audit-csv": Artefact("CSV", as_csv(e.NOTE).encode(), "text/csv"),
        "audit-fhir": Artefact("page 1", e.as_bundle(e.READING).encode(), "text/plain"),
        "audit-fhir-2": Artefact("page 2", e.as_bundle(e.MAIL).encode(), "text/plain"),
    }
    check = Check(artefacts, {"acts": [ACTS[2], ACTS[3], ACTS[4]]})
    (outcome,) = judge(check, rules_named("TRA-19")).outcomes
    assert outcome.examined == 6
    assert sorted(one.at.partition(",")[0] for one in outcome.findings) == ["CSV", "CSV", "page 2"]


def test_secrets_are_counted_never_shown() -> None:
    secret = "motdepasse-d-essai"
    text = as_csv(e.NOTE | {"detail": f"x={secret} Bearer 0a1b2c3d4e5f6a7b"})
    judgement = judged("TRA-17", text=text, secrets=[secret])
    assert len(judgement.outcomes[0].findings) == 2
    assert secret not in told(judgement) and "0a1b2c3d4e5f" not in told(judgement)


def test_a_code_is_no_part_of_a_number_nor_of_an_instant() -> None:
    text = as_csv(e.NOTE | {"date": "2026-11-22T10:14:04.123456+01:00", "id": "9123456"})
    assert judged("TRA-17", text=text, secrets=["123456"]).verdict.value == "CONFORM"
    said = as_csv(e.NOTE | {"detail": "code 123456."})
    assert judged("TRA-17", text=said, secrets=["123456"]).verdict.value == "NON_CONFORM"


def test_words_that_look_like_a_header_are_no_secret() -> None:
    text = as_csv(
        e.NOTE | {"detail": "Basic authentication, bearer of good news; basic information"}
    )
    assert judged("TRA-17", text=text).verdict.value == "CONFORM"


# As a stream


def many(write: Write, count: int) -> Iterator[bytes]:
    whole = write(e.READING).encode()
    head, _, line = whole.partition(b"\n") if write is as_csv else (b"", b"", whole)
    if head:
        yield head + b"\n"
    for _ in range(count):
        yield line


class Endless(io.RawIOBase):
    """A stream that makes its bytes as they are read, so that nothing can hold it whole."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


@pytest.mark.parametrize("name", ["csv", "ndjson", "syslog"])
def test_batches_stay_small_however_long_the_file(name: str) -> None:
    stream = io.BufferedReader(Endless(many(FORMATS[name], 20_000)), 1 << 16)
    total = 0
    for batch in read_batches(stream, Reading()):
        assert sum(len(event.text) for event in batch.events) < 2_000_000
        total += len(batch.events)
    assert total == 20_000


def test_a_long_bundle_on_one_line_is_read_in_small_batches() -> None:
    entry = e.as_bundle(e.READING)
    start, end = entry.index("[{") + 1, entry.rindex("]")
    one = entry[start:end].encode()

    def parts() -> Iterator[bytes]:
        yield entry[:start].encode()
        for number in range(3_000):
            yield (b"," if number else b"") + one
        yield entry[end:].encode()

    found = list(read_batches(io.BufferedReader(Endless(parts())), Reading()))
    assert sum(len(batch.events) for batch in found) == 3_000
    assert max(len(batch.events) for batch in found) <= 1_000
    assert not [line for batch in found for line in batch.broken]


def test_findings_of_a_bad_file_are_counted_not_kept() -> None:
    text = as_csv(*[e.NOTE | {"auteur": ""}] * 5_000)
    (outcome,) = judged("TRA-09", text=text).outcomes
    assert outcome.examined == 5_000 and len(outcome.findings) == 101
    assert outcome.findings[-1].found.startswith("4900 autre(s) erreur(s)")


def test_every_streaming_rule_is_fed_in_one_pass() -> None:
    rules = [one for one in rules_of("traces") if one.stream is not None]
    passes: list[int] = []

    def once() -> Iterator[Batch]:
        passes.append(1)
        yield from read(as_csv(*DAY_OF_WORK))

    judgement = judge(Check({}, {"acts": ACTS}), rules, named=False, batches=once())
    assert passes == [1] and judgement.verdict.value == "CONFORM", told(judgement)


def test_a_check_judged_twice_gives_the_same_judgement() -> None:
    check = Check({"audit": Artefact("traces", as_csv(e.NOTE).encode(), "text/csv")})
    check = Check(check.artefacts, {"acts": [ACTS[3]]})
    rules = rules_named("TRA-19", "TRA-20", "TRA-22")
    assert judge(check, rules).outcomes == judge(check, rules).outcomes
