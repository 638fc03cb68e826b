"""The tables hold what the référentiels hold: every id, every count, nothing invented."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from harness.catalogue import UnknownId, load_catalogue
from harness.model.requirement import CoverageKind, ProofKind

DMN_SCENARIOS_BY_REQUIREMENT = {
    "INS": {n: 1 for n in range(1, 47) if n != 36}
    | {1: 4, 7: 5, 9: 4, 10: 2, 16: 3, 27: 3, 28: 2, 34: 2, 39: 2, 45: 3},
    "PSC": dict.fromkeys(range(1, 7), 1),
    "ANN": dict.fromkeys(range(1, 6), 1),
    "PORT": {1: 1},
    "ApCV": {1: 1},
    "ADM": {1: 1},
    "RGPD": {1: 1},
    "IEPS": dict.fromkeys((2, 4, 5, 6, 7, 8, 12, 13), 1) | {9: 2},
    "IEU": dict.fromkeys(range(1, 13), 1) | {10: 2},
}
NOT_IN_VA1 = {17, 19, 24, 29, 64, 65, 66}
ANNOUNCED = {
    "MSS/va1": (37, 38),
    "MSS/CONF": (24, 0),
    "MSS/UX": (37, 0),
    "MSS/CDA": (8, 0),
    "DMP/va1": (23, 20),
    "DMP/CONF": (10, 0),
    "PSC": (2, 0),
    "TBB/va1": (4, 3),
    "DOC/va1": (36, 30),
    "SSI": (41, 0),
    "MS-DUI": (4, 0),
}

catalogue = load_catalogue()
DMN = catalogue.by_referential("dmn-1.2.2")
SEGUR = catalogue.by_referential("segur-dui")


def test_the_dmn_grid_has_81_exigences_and_103_scenarios() -> None:
    assert len(DMN) == 81
    assert sum(len(r.scenarios) for r in DMN) == 103


def test_every_dmn_id_is_there_and_no_other() -> None:
    expected = {
        f"{family} {number}": [f"{family} {number}.{rank}" for rank in range(1, count + 1)]
        for family, numbers in DMN_SCENARIOS_BY_REQUIREMENT.items()
        for number, count in numbers.items()
    }
    assert {r.id: [s.id for s in r.scenarios] for r in DMN} == expected
    assert {r.id: r.family for r in DMN} == {key: key.split()[0] for key in expected}


def test_the_dmn_profiles_count_as_the_grid_says() -> None:
    assert Counter(s.profile for r in DMN for s in r.scenarios) == {
        "Général": 28,
        "RI": 37,
        "RI en ES": 1,
        "RI hors ES": 1,
        "Stockage": 1,
        "Accès Pro": 21,
        "Accès Usager": 13,
        "ApCV": 1,
    }


def test_the_segur_ins_family_has_its_66_exigences() -> None:
    va1 = {r.id for r in SEGUR if r.family == "INS/va1"}
    assert va1 == {f"INS/va1.{n:02d}" for n in range(1, 74) if n not in NOT_IN_VA1}
    assert len(va1) == 66
    assert {r.family for r in SEGUR} == {
        *("INS/va1", "INS/PSC", "PSC", "ANN/va1", "MSS/CONF", "SSI/IAM", "SSI/IE"),
    }


def test_scenarios_of_segur_follow_the_rows_of_the_source() -> None:
    without = {r.id for r in SEGUR if not r.scenarios}
    assert without == {"INS/va1.30", "INS/va1.70"}
    assert [s.id for s in catalogue.requirement("INS/va1.60").scenarios] == [
        "INS/va1.60.01",
        "INS/va1.60.02",
        "INS/va1.60.03",
        "INS/va1.60.04",
    ]
    assert "INS/va1.02.05" in catalogue.scenario_ids
    assert "INS/va1.36.01" not in catalogue.derived
    assert "INS/va1.53.01" in catalogue.derived


def test_the_optional_exigences_are_those_that_the_source_calls_so() -> None:
    assert {r.id for r in catalogue if r.level == "PEUT"} == {"INS/va1.70", "SSI/IE.40"}


def test_the_families_written_out_give_their_rows_and_leave_the_rest_to_import() -> None:
    written = Counter(r.family for r in SEGUR)
    announced = {"PSC": 11, "MSS/CONF": 26}
    left = {entry.label: entry.count for entry in catalogue.to_import}
    assert {name: written[name] + left[name] for name in announced} == announced
    assert written["SSI/IAM"] + written["SSI/IE"] + left["SSI"] == 64
    assert written["ANN/va1"] == 6


def test_no_id_is_given_twice() -> None:
    ids = [r.id for r in catalogue]
    ids += [s.id for s in catalogue.scenarios]
    ids += [p.id for r in catalogue for s in r.scenarios for p in s.proofs]
    assert len(ids) == len(set(ids))


def test_every_scenario_has_numbered_proofs_and_every_text_is_filled() -> None:
    for requirement in catalogue:
        assert requirement.title
        assert requirement.source
        assert requirement.confidence
        for scenario in requirement.scenarios:
            assert scenario.title
            assert scenario.proofs, scenario.id
            assert all(proof.title for proof in scenario.proofs)


@pytest.mark.parametrize(
    ("proof_id", "kind"),
    [
        ("INS 1.1.1", ProofKind.CAPTURE),
        ("INS 3.1.1", ProofKind.LOG),
        ("INS 45.2.1", ProofKind.GAZELLE),
        ("INS 39.2.1", ProofKind.CNDA),
        ("INS 46.1.1", ProofKind.DOCUMENT),
        ("INS 43.1.2", ProofKind.SCAN),
        ("PSC 2.1.1", ProofKind.VIDEO),
        ("INS 32.1.2", ProofKind.CAPTURE),
        ("INS 38.1.3", ProofKind.CAPTURE),
        ("INS/va1.41.01.03", ProofKind.CAPTURE),
        ("INS/va1.60.03.03", ProofKind.LOG),
        ("INS/va1.58.01.01", ProofKind.CNDA),
    ],
)
def test_proofs_have_the_kind_of_the_grid(proof_id: str, kind: ProofKind) -> None:
    assert catalogue.proof(proof_id).kind is kind


def test_only_the_exigences_of_the_ins_tables_are_to_confirm_for_a_dui() -> None:
    assert all(r.application_to_confirm for r in SEGUR)
    assert not any(r.application_to_confirm for r in DMN)


def test_intent_has_a_reason_unless_it_is_automatic() -> None:
    for requirement in catalogue:
        automatic = requirement.coverage is CoverageKind.AUTOMATIC
        assert bool(requirement.coverage_reason) is not automatic, requirement.id


def test_ranges_keep_their_own_count_and_give_no_exigence() -> None:
    counts = {entry.label: (entry.count, entry.scenarios) for entry in catalogue.to_import}
    assert counts.items() >= ANNOUNCED.items()
    for entry in catalogue.to_import:
        assert not catalogue.requirement_ids.intersection(entry.known_ids), entry.label
        assert len(entry.known_ids) <= entry.count


def test_families_come_in_the_order_of_the_grid() -> None:
    assert [r.id for r in DMN][:3] == ["INS 1", "INS 2", "INS 3"]
    assert list(dict.fromkeys(r.family for r in DMN)) == list(DMN_SCENARIOS_BY_REQUIREMENT)


def test_twins_are_symmetric_and_cross_the_referentials() -> None:
    for requirement in catalogue:
        for twin in requirement.twins:
            assert requirement.id in catalogue.requirement(twin).twins
            assert catalogue.requirement(twin).referential != requirement.referential
    for scenario in catalogue.scenarios:
        for twin in catalogue.twins(scenario.id):
            assert scenario.id in catalogue.twins(twin)


def test_twins_of_the_cross_walk() -> None:
    assert catalogue.twins("INS 34") == ("INS/va1.53", "INS/va1.59")
    assert catalogue.twins("INS 34.2") == ("INS/va1.59.02",)
    assert catalogue.twins("INS/va1.25.04") == ("INS 9.2",)
    assert catalogue.twins("INS/va1.44") == ("INS 26", "INS 27")
    assert catalogue.twins("INS 32") == ("INS/va1.60",)
    assert catalogue.twins("INS 45") == ("INS/va1.62", "INS/va1.67", "INS/va1.68", "INS/va1.73")
    assert catalogue.twins("IEU 8") == ()
    dmn_ins = {r.id for r in DMN if r.family == "INS"}
    assert {key for key in dmn_ins if not catalogue.twins(key)} == {"INS 10"}


def test_an_unknown_id_is_a_key_error_that_names_its_neighbours() -> None:
    with pytest.raises(UnknownId, match=r"INS/va1\.73") as caught:
        catalogue.requirement("INS/va1.77")
    assert isinstance(caught.value, KeyError)
    assert "« INS/va1.77 »" in str(caught.value)
    for look_up in (catalogue.scenario, catalogue.proof, catalogue.twins, catalogue.requirement_of):
        with pytest.raises(UnknownId):
            look_up("INS 36.1")
    with pytest.raises(UnknownId, match=r"dmn-1\.2\.2"):
        catalogue.by_referential("dmn-1.2")


def test_parents_are_found_from_scenarios_and_proofs() -> None:
    assert catalogue.requirement_of("INS 45.2.1").id == "INS 45"
    assert catalogue.requirement_of("INS 45.2").id == "INS 45"
    assert catalogue.scenario_of("INS 45.2.1").id == "INS 45.2"


def test_loading_every_table_is_quick() -> None:
    spent = []
    for _ in range(5):
        load_catalogue.cache_clear()
        start = time.process_time()
        load_catalogue()
        spent.append(time.process_time() - start)
    assert min(spent) < 0.06
