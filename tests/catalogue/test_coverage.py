"""Coverage is computed from what exists; what answers to nothing is an orphan."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalogue import (
    CatalogueError,
    Coverage,
    DeclaredScenario,
    RequirementCoverage,
    RuleRef,
    coverage,
    declared_in,
    load_catalogue,
)
from harness.model.requirement import CoverageKind

catalogue = load_catalogue()
STATUS = "harness.validators.identity.rules_status"
HL7 = "harness.validators.hl7v2.rules_pid"


def rule(rule_id: str, *cites: str, standard: str = "", module: str = STATUS) -> RuleRef:
    return RuleRef(rule_id, cites, "Un titre.", standard, module)


WITHHELD = DeclaredScenario(
    "scenarios/ins/test_x.py::test_y",
    ("INS 34", "INS/va1.53"),
    ("INS 34.1",),
    rule_ids=("IDN-14",),
)


def row(found: Coverage, requirement_id: str) -> RequirementCoverage:
    return next(one for one in found.rows if one.id == requirement_id)


def test_nothing_is_automatic_without_a_scenario() -> None:
    found = coverage(catalogue, (), ())
    assert found.automatic == 0
    assert found.requirements == 188
    assert found.scenarios == 248
    total = found.automatic + found.attended + found.documentary + found.planned
    assert total == found.requirements
    assert found.to_import == sum(entry.count for entry in catalogue.to_import)
    meant = {r.id for r in catalogue if r.coverage is CoverageKind.AUTOMATIC}
    assert {o.id for o in found.orphans} == meant
    assert {"INS 1", "INS 34", "IEU 8", "INS/va1.53"} <= meant


def test_a_scenario_makes_its_exigence_and_its_cited_twin_automatic() -> None:
    found = coverage(catalogue, (WITHHELD,), (rule("IDN-14", "INS 34"),))
    assert found.automatic == 2
    assert row(found, "INS 34").missing == ("INS 34.2",)
    assert row(found, "INS 34").partial
    assert row(found, "INS/va1.53").missing == ()
    assert row(found, "INS/va1.59").how is CoverageKind.PLANNED
    assert found.partial == 1


def test_citing_an_exigence_without_playing_it_is_not_coverage() -> None:
    one = DeclaredScenario("t.py::test", ("INS 23", "INS 26"), ("INS 23.1",))
    found = coverage(catalogue, (one,), ())
    assert row(found, "INS 23").how is CoverageKind.AUTOMATIC
    assert row(found, "INS 26").how is CoverageKind.PLANNED


def test_an_exigence_tied_without_scenario_numbers_is_covered_by_its_twin() -> None:
    one = DeclaredScenario("t.py::test", ("INS 32", "INS/va1.60"), ("INS 32.1",))
    found = row(coverage(catalogue, (one,), ()), "INS/va1.60")
    assert found.how is CoverageKind.AUTOMATIC
    assert "INS/va1.60.02" in found.missing


def test_a_scenario_that_needs_a_person_is_attended() -> None:
    one = DeclaredScenario("t.py::test", ("INS 42",), ("INS 42.1",), attended=True)
    assert row(coverage(catalogue, (one,), ()), "INS 42").how is CoverageKind.ATTENDED
    both = (one, DeclaredScenario("t.py::auto", ("INS 42",), ("INS 42.1",)))
    assert row(coverage(catalogue, both, ()), "INS 42").how is CoverageKind.AUTOMATIC


@pytest.mark.parametrize(
    ("orphan", "why"),
    [
        (rule("IDN-14", "INS 36"), "INS 36"),
        (rule("IDN-14"), "ni exigence ni norme"),
        (rule("IDN-15", "INS 26"), "aucun scénario"),
    ],
)
def test_orphan_rules(orphan: RuleRef, why: str) -> None:
    orphans = coverage(catalogue, (WITHHELD,), (rule("IDN-14", "INS 34"), orphan)).orphans
    (found,) = [o for o in orphans if o.kind == "règle"]
    assert found.id == orphan.id
    assert why in found.why


def test_rules_at_work_are_no_orphans() -> None:
    rules = (
        rule("IDN-14", "INS 34"),
        rule("V2-ENC-01", standard="HL7 2.5", module=HL7),
        rule("V2-X", "MSS/CONF.14", module=HL7),
        rule("IDN-03", "INS 1"),
    )
    orphans = coverage(catalogue, (WITHHELD,), rules, named_rules=("IDN-03",)).orphans
    assert not [o for o in orphans if o.kind != "exigence"]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (DeclaredScenario("t.py::a", ("INS 36",), ("INS 34.1",)), "INS 36"),
        (DeclaredScenario("t.py::a", ("INS 34",), ("INS 34.9",)), "INS 34.9"),
        (DeclaredScenario("t.py::a", ("INS 34",), ("INS 34",)), "le scénario « INS 34 »"),
        (DeclaredScenario("t.py::a", (), ()), "ni exigence ni scénario"),
        (DeclaredScenario("t.py::a", ("INS 34",), (), rule_ids=("IDN-99",)), "IDN-99"),
    ],
)
def test_orphan_scenarios(one: DeclaredScenario, why: str) -> None:
    (found,) = [o for o in coverage(catalogue, (one,), ()).orphans if o.kind == "scénario"]
    assert found.id == "t.py::a"
    assert why in found.why


def test_json_has_the_keys_of_the_contract() -> None:
    found = coverage(catalogue, (WITHHELD,), ()).as_json()
    assert list(found) == [
        *("requirements", "scenarios", "automatic", "attended", "documentary", "planned"),
        *("to_import", "orphans"),
    ]
    assert set(found["orphans"][0]) == {"kind", "id", "why"}


def test_the_text_gives_every_count_and_every_orphan() -> None:
    said = str(coverage(catalogue, (WITHHELD,), (rule("IDN-15", "INS 26"),)))
    assert "Exigences du catalogue : 188 (248 scénarios de conformité)" in said
    assert "automatique : 2, dont 1 en partie" in said
    assert "À importer du tableau officiel : 255 exigences annoncées" in said
    assert "règle IDN-15 : aucun scénario ne la nomme" in said
    assert "exigence IEU 8 : annoncée automatique" in said


SCENARIO = '''"""INS 34."""
import pytest
from harness import requirement, scenario

pytestmark = requirement("INS 34", "INS/va1.53")
COMMON = ("IDN-14",)


@scenario("INS 34.1", "Le matricule est retenu")
def test_withheld(dossier):
    dossier.verify(1, "V2-PID-09", "V2-PID-XX", *COMMON)


@pytest.mark.parametrize("x", [1])
@requirement("INS 42")
@scenario(*("INS 42.1", "INS/va1.15.01"), "Imprimé", attended=True)
async def test_printed(dossier):
    assert dossier


def helper():
    return None
'''


def test_the_marks_of_the_files_are_read_without_importing_them(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    (folder / "ins").mkdir(parents=True)
    (folder / "ins" / "test_x.py").write_text(SCENARIO, encoding="utf-8")
    assert declared_in(folder, ("IDN-14", "V2-PID-09", "IDN-01")) == (
        DeclaredScenario(
            "scenarios/ins/test_x.py::test_withheld",
            ("INS 34", "INS/va1.53"),
            ("INS 34.1",),
            False,
            ("IDN-14", "V2-PID-09"),
        ),
        DeclaredScenario(
            "scenarios/ins/test_x.py::test_printed",
            ("INS 34", "INS/va1.53", "INS 42"),
            ("INS 42.1", "INS/va1.15.01"),
            True,
            ("IDN-14",),
        ),
    )


@pytest.mark.parametrize("faulty", ['pytestmark = requirement(f"INS {1}")\n', "def broken(:\n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, faulty: str) -> None:
    (tmp_path / "test_z.py").write_text(faulty, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"test_z\.py"):
        declared_in(tmp_path)
