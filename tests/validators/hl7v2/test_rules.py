"""What the samples do not show: settings, expected values, levels, pairs of messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.model.check import Check, Settings
from harness.model.verdict import Verdict
from harness.validators.engine import judge, rules_named, rules_of
from tests.validators.hl7v2.judged import CONFORMING, artefact, errors, examined, judged, warned

A31 = (CONFORMING / "a31_ins_valide.er7").read_bytes()
A28 = (CONFORMING / "a28_creation_provisoire.er7").read_bytes()
ACK = (CONFORMING / "ack_aa.er7").read_bytes()
WARNED = {
    *("V2-ENC-02", "V2-ENC-03", "V2-PID-04", "V2-PID-06", "V2-PID-07", "V2-ZFM-01"),
}


def test_levels_are_those_of_the_sources() -> None:
    assert {one.id for one in rules_of("hl7v2") if one.level == "warning"} == WARNED


def test_every_family_of_the_spec_is_there() -> None:
    numbers = {"ENC": 5, "VER": 5, "EVT": 4, "PID": 21, "ZFD": 1, "ZBE": 2, "ZFA": 2, "ZFM": 1}
    numbers |= {"ACK": 7, "MDM": 7}
    expected = {f"V2-{name}-{n:02d}" for name, top in numbers.items() for n in range(1, top + 1)}
    assert {one.id for one in rules_of("hl7v2")} == expected


def test_no_finding_shows_a_whole_matricule() -> None:
    content = A31.replace(b"|VALI|", b"|PROV|").replace(b"284072A00411793", b"284072A00411791")
    for outcome in judged(content).outcomes:
        for found in outcome.findings:
            assert "284072A004117" not in f"{found.expected} {found.found} {found.hint}"


@pytest.mark.parametrize("name", ["ack_aa.er7", "zam_z01_depot_dmp.er7", "mdm_t02_document.er7"])
def test_pam_rules_have_no_subject_in_other_families(name: str) -> None:
    seen = examined(judged((CONFORMING / name).read_bytes()))
    assert not {"V2-VER-01", "V2-VER-02", "V2-EVT-01", "V2-PID-20", "V2-ZBE-01"} & seen


def test_ack_alone_leaves_the_rules_of_pairs_without_subject() -> None:
    seen = examined(judged(ACK))
    assert {"V2-ACK-02", "V2-ACK-03"} <= seen
    assert not {"V2-ACK-01", "V2-ACK-07"} & seen


def test_ack_is_held_against_its_request() -> None:
    request = A28.replace(b"GAP0001|T|", b"GAP0099|P|")
    check = Check({"request": artefact(request), "answer": artefact(ACK)})
    judgement = judge(check, rules_named("V2-ACK-01", "V2-ACK-02"))
    assert errors(judgement) == [("V2-ACK-01", "MSH-11"), ("V2-ACK-02", "MSA-2")]


def test_socket_rules_wait_for_a_socket() -> None:
    lines = A31.replace(b"\r", b"\n")
    assert "V2-ENC-02" not in examined(judged(lines))
    assert "V2-ENC-02" in warned(judged(lines, transport="mllp"))
    assert "V2-ENC-03" not in examined(judged(A31, transport="mllp"))
    assert "V2-ENC-03" in warned(judged(A31, framing="mllp"))


def test_expected_ins_must_be_there_and_be_the_right_one() -> None:
    withheld = (CONFORMING / "a28_creation_validee_sans_ins.er7").read_bytes()
    assert errors(judged(withheld)) == []
    assert errors(judged(withheld, ins=True)) == [("V2-PID-03", "PID-3")]
    traits = {"matricule": "284072A00411793"}
    assert errors(judged(A31, ins=True, traits=traits)) == []
    other = {"matricule": "151113523804262"}
    assert errors(judged(A31, ins=True, traits=other)) == [("V2-PID-03", "PID-3[2].1")]


def test_wrong_key_of_the_expected_matricule_is_for_the_key_rule_alone() -> None:
    wrong = A31.replace(b"284072A00411793", b"284072A00411791")
    found = errors(judged(wrong, ins=True, traits={"matricule": "284072A00411793"}))
    assert found == [("V2-PID-05", "PID-3[2]")]


def test_used_name_in_pid_6_is_seen_by_what_was_typed() -> None:
    content = A28.replace(b"^L||19511130", b"^L|KERVAL|19511130")
    assert errors(judged(content)) == []
    assert errors(judged(content, traits={"used_name": "KERVAL"})) == [("V2-PID-12", "PID-6[1]")]


def test_versions_and_events_are_settings() -> None:
    older = A31.replace(b"2.5^FRA^2.11", b"2.5^FRA^2.10").replace(b"2.11^IHE", b"2.10^IHE")
    assert errors(judged(older)) == []
    strict = Settings(pam_versions=("2.11",), pam_events=("A28",))
    judgement = judged(older, strict)
    assert errors(judgement) == [("V2-VER-01", "MSH-12")]
    assert "V2-EVT-01" in warned(judgement)


def test_former_ins_needs_an_end_date() -> None:
    former = b"~884072A00495126^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS^^20190301"
    both = A31.replace(b"^INS^^20260612", b"^INS^^20260612" + former)
    assert errors(judged(both)) == [("V2-PID-08", "PID-3[3]")]
    ended = both.replace(b"^20190301", b"^20190301^20211130")
    assert errors(judged(ended)) == []


def test_end_date_to_come_leaves_the_ins_live() -> None:
    former = (
        b"~884072A00495126^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS^^20190301^20300101"
    )
    content = A31.replace(b"^INS^^20260612", b"^INS^^20260612" + former)
    for year, count in ((2026, 1), (2031, 0)):
        check = Check({"subject": artefact(content)}, captured_at=datetime(year, 6, 12, tzinfo=UTC))
        assert len(judge(check, rules_named("V2-PID-08")).outcomes[0].errors) == count


def test_header_alone_is_not_conform() -> None:
    header = A31.partition(b"\r")[0]
    assert ("V2-PID-02", "PID") in errors(judged(header))


def test_judging_twice_gives_the_same() -> None:
    rules = rules_of("hl7v2")
    check = Check({"subject": artefact(A31.replace(b"|VALI|", b"|PROV|"))})
    first = judge(check, rules, named=False)
    assert first == judge(Check(check.artefacts, captured_at=check.captured_at), rules, named=False)
    assert first.verdict is Verdict.NON_CONFORM
