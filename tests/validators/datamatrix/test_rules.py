"""Any identity prints and reads back; a change of any single field is seen by its rule."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.cast import TEMPLATES, Cast
from harness.judging import judge_file
from harness.model.check import Check, Judgement, Settings
from harness.model.releve import IdentityReleve
from harness.model.verdict import Verdict
from harness.validators.datamatrix.content import HEADER, ins_content
from harness.validators.engine import judge, rules_named, rules_of
from harness.validators.ins.matricule import matricule_key
from tests.validators.datamatrix.printing import (
    TRAITS,
    Printed,
    blocks_of,
    coded,
    compiled,
    identity_lines,
    qualified_print,
)

NAMES = st.from_regex(r"[A-Z](?:[A-Z]|[ '\-](?=[A-Z])){0,99}", fullmatch=True)


@st.composite
def identities(draw: st.DrawFn) -> dict[str, str]:
    """Draw the ten fields of a qualified identity; sometimes the place is not known."""
    sex, place = draw(st.sampled_from("MF")), draw(st.sampled_from(["63220", "2A004", "99109"]))
    year, month = draw(st.integers(1900, 2025)), draw(st.integers(1, 12))
    first, others = draw(NAMES), draw(NAMES)
    given_names = f"{first} {others}"[:100].rstrip(" -'")
    stem = f"{'1' if sex == 'M' else '2'}{year % 100:02}{month:02}{place}"
    stem += f"{draw(st.integers(1, 999)):03}"
    return {
        "matricule": stem + matricule_key(stem),
        "oid": draw(st.sampled_from(["1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.10"])),
        "birth_name": draw(NAMES),
        "birth_given_names": given_names,
        "first_birth_given_name": given_names[: len(first)],
        "birth_date": f"{year}-{month:02}-{draw(st.integers(1, 28)):02}",
        "sex": sex,
        "birth_place_code": draw(st.sampled_from([place, ""])),
    }


def judged(printed: Printed, traits: dict[str, str] | None, status: str = "") -> Judgement:
    artefacts = {"subject": printed.artefact()}
    if traits is not None:
        holder = IdentityReleve("1", "api", status=status, **traits)
        artefacts["holder"] = holder.artefact("identité")
    return judge(Check(artefacts), rules_of("datamatrix"), named=False)


def fired(judgement: Judgement) -> set[str]:
    return {one.rule_id for one in judgement.outcomes if one.findings}


@given(identities())
@settings(max_examples=80, deadline=None)
def test_any_content_reads_back_field_by_field(traits: dict[str, str]) -> None:
    content = ins_content(coded(blocks_of(traits)))
    assert content is not None and content.header == HEADER
    assert {one.id: one.value for one in content.blocks} == blocks_of(traits)


@given(identities())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_identity_prints_and_passes(traits: dict[str, str]) -> None:
    found = judged(qualified_print(traits), traits, "qualifiée")
    assert found.verdict is Verdict.CONFORM, [one.findings for one in found.outcomes]
    assert not fired(found)


@pytest.mark.parametrize("key", ["nom-long-100", "prenoms-longs", "double-tiret", "corse-2b"])
def test_persons_of_the_templates_print_and_pass(key: str) -> None:
    assert TEMPLATES.is_dir()
    traits = Cast(7, "impression").person(key).traits()
    assert not fired(judged(qualified_print(traits), traits, "qualifiée"))


MALFORMED = {
    "S1": ("279036322012370", "DM-04"),
    "S2": ("1.2.250.1.213.1.4.2", "DM-05"),
    "S3": ("CAMILLE2", "DM-06"),
    "S4": ("D'ARTAGNAN_BRUN", "DM-06"),
    "S5": ("X", "DM-07"),
    "S6": ("32-03-1979", "DM-08"),
    "S7": ("LYON1", "DM-09"),
}
OTHER = {
    "S1": "279036322012468",
    "S2": "1.2.250.1.213.1.4.8",
    "S3": "CAMILLE",
    "S4": "D'ARTAGNAN",
    "S5": "M",
    "S6": "27-03-1979",
    "S7": "63221",
}


@pytest.mark.parametrize("block", MALFORMED)
def test_malformed_field_is_seen_by_its_own_rule_alone(block: str) -> None:
    value, rule_id = MALFORMED[block]
    assert fired(judged(qualified_print(**{block: value}), TRAITS, "qualifiée")) == {rule_id}


@pytest.mark.parametrize("block", OTHER)
def test_field_of_someone_else_disagrees_with_the_identity(block: str) -> None:
    found = judged(qualified_print(**{block: OTHER[block]}), TRAITS, "qualifiée")
    assert fired(found) == {"DM-12"}


@pytest.mark.parametrize("block", ["S1", "S3", "S4", "S5", "S6"])
def test_field_of_someone_else_disagrees_with_the_page_alone(block: str) -> None:
    value = "ANNE" if block == "S3" else OTHER[block]
    assert fired(judged(qualified_print(**{block: value}), None)) == {"DM-12"}


def test_real_oid_is_warned_of_where_only_production_is_expected() -> None:
    check = Check({"subject": qualified_print().artefact()}, {}, Settings("production"))
    found = judge(check, rules_named("DM-05"))
    assert found.verdict is Verdict.CONFORM and fired(found) == {"DM-05"}


def test_another_bar_code_may_bear_the_ins() -> None:
    import zxingcpp

    code = zxingcpp.create_barcode(f"INS {TRAITS['matricule']}", zxingcpp.BarcodeFormat.QRCode)
    svg = str(code.to_svg()).replace("\\", "\\\\").replace('"', '\\"')
    text = "\n\n".join(identity_lines(TRAITS))
    page = compiled(f'{text}\n\n#image(bytes("{svg}"), format: "svg", width: 30mm)')
    artefact = replace(qualified_print().artefact(), content=page)
    check = Check({"subject": artefact}, {"traits": TRAITS, "status": "qualifiée"})
    found = judge(check, rules_named("IMP-04"))
    assert found.verdict is Verdict.CONFORM and fired(found) == {"IMP-04"}


def test_scanned_picture_is_never_a_pass() -> None:
    artefact = replace(qualified_print().artefact(), content=compiled("#rect()"))
    check = Check({"subject": artefact}, {"traits": TRAITS, "status": "récupérée"})
    found = judge(check, rules_named("IMP-01", "IMP-03"))
    assert found.verdict is Verdict.INCONCLUSIVE and "aucun texte" in found.reason


def test_status_unknown_gives_no_subject_to_prohibitions() -> None:
    check = Check({"subject": qualified_print().artefact()}, {"traits": TRAITS})
    found = judge(check, rules_named("DM-11", "IMP-02", "IMP-03", "IMP-04"), named=False)
    assert not [one for one in found.outcomes if one.examined]


def test_pdf_is_recognised_and_judged_off_line(tmp_path: Path) -> None:
    file = tmp_path / "sans-extension"
    file.write_bytes(qualified_print(S5="I").pdf())
    found = judge_file(file)
    assert (found.format, found.verdict) == ("datamatrix", Verdict.NON_CONFORM)
    rules = {one["id"]: one for one in json.loads(found.as_json())["rules"]}
    assert rules["DM-07"]["findings"][0]["expected"] == "M ou F"
    assert rules["IMP-01"]["examined"] == 0


def test_pdf_without_datamatrix_is_not_a_pass(tmp_path: Path) -> None:
    file = tmp_path / "lettre.pdf"
    file.write_bytes(compiled("Une lettre."))
    assert judge_file(file).verdict is Verdict.INCONCLUSIVE
    file.write_bytes(b"%PDF-1.7 tronque")
    assert judge_file(file).exit_code == 2
