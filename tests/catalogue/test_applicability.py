"""What applies to whom: RI, esclave, without INS, printing, accesses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.catalogue import (
    UnknownId,
    applicability,
    applicable_ids,
    load_catalogue,
    scenario_applicability,
)
from harness.model.profile import IdentityReference, Profile

BOTH = ("dmn-1.2.2", "segur-dui")
DMN = ("dmn-1.2.2",)
WHOLE = Profile(
    identity_reference=IdentityReference.RI_HORS_ETABLISSEMENT,
    ins_applicable=True,
    professional_access=True,
    patient_access=True,
    printing=True,
    id_copies_stored=True,
    apcv=True,
)
SLAVE = replace(WHOLE, identity_reference=IdentityReference.ESCLAVE)
IN_ES = replace(WHOLE, identity_reference=IdentityReference.RI_ETABLISSEMENT)
NO_INS = replace(WHOLE, ins_applicable=False)

catalogue = load_catalogue()
ALL_DMN = {r.id for r in catalogue.by_referential("dmn-1.2.2")}
INS_DMN = {r.id for r in catalogue.by_referential("dmn-1.2.2") if r.family == "INS"}


def scenarios_out(profile: Profile) -> set[str]:
    return {
        s.id
        for r in catalogue.by_referential("dmn-1.2.2")
        for s in r.scenarios
        if not scenario_applicability(s, profile, DMN).applies
    }


def test_a_full_ri_outside_an_establishment_is_held_to_everything_but_39_1() -> None:
    assert set(applicable_ids(WHOLE, DMN)) == ALL_DMN
    assert scenarios_out(WHOLE) == {"INS 39.1"}
    assert scenarios_out(IN_ES) == {"INS 39.2"}


def test_a_slave_keeps_the_general_profile() -> None:
    out = scenarios_out(SLAVE)
    ri = {s.id for s in catalogue.scenarios if s.profile.startswith("RI") and " " in s.id[:4]}
    assert out == ri | {"INS 1.3", "IEU 2.1"}
    assert len(ri) == 39
    kept = {key for key in applicable_ids(SLAVE, DMN) if key.startswith("INS ")}
    general = (1, 2, 3, 5, 7, 8, 9, 10, 41, 42, 43, 44, 45, 46)
    assert kept == {f"INS {n}" for n in general}


def test_ieu_2_is_out_for_a_slave_and_ieu_8_is_not() -> None:
    ieu_2 = applicability(catalogue.requirement("IEU 2"), SLAVE, DMN)
    assert (ieu_2.applies, ieu_2.source) == (False, "FAQ-ANS")
    assert "déclaration sur l'honneur" in ieu_2.declaration
    assert applicability(catalogue.requirement("IEU 8"), SLAVE, DMN).applies


def test_without_ins_the_family_and_three_ieu_are_out() -> None:
    assert ALL_DMN - set(applicable_ids(NO_INS, DMN)) == INS_DMN | {"IEU 2", "IEU 7", "IEU 8"}
    sources = {
        key: applicability(catalogue.requirement(key), NO_INS, DMN).source
        for key in ("IEU 2", "IEU 7", "IEU 8")
    }
    assert sources == {"IEU 2": "FAQ-DMN2", "IEU 7": "FAQ-ANS", "IEU 8": "FAQ-ANS"}
    family = applicability(catalogue.requirement("INS 3"), NO_INS, DMN)
    assert family.confidence == "déduit"
    assert "PROFIL" in family.source


def test_slave_and_no_ins_give_different_sets() -> None:
    slave, no_ins = set(applicable_ids(SLAVE, BOTH)), set(applicable_ids(NO_INS, BOTH))
    assert "IEU 8" in slave - no_ins
    assert "INS 45" in slave - no_ins
    assert slave != no_ins
    assert not any(key.startswith("INS/") for key in no_ins)
    assert "INS/va1.36" in slave
    assert "INS/va1.21" not in slave


@pytest.mark.parametrize(
    ("profile", "out"),
    [
        (replace(WHOLE, printing=False), {"INS 34.2", "INS 42.1", "INS 43.1", "INS 44.1"}),
        (replace(WHOLE, id_copies_stored=False), {"INS 46.1"}),
        (replace(WHOLE, apcv=False), {"ApCV 1.1"}),
        (replace(WHOLE, simple_declaration_only=True), {"IEU 9.1"}),
    ],
)
def test_one_answer_takes_its_scenarios_out(profile: Profile, out: set[str]) -> None:
    assert scenarios_out(profile) - {"INS 39.1"} == out


def test_accesses_take_their_families_out() -> None:
    no_pro = {key.split()[0] for key in scenarios_out(replace(WHOLE, professional_access=False))}
    assert no_pro == {"INS", "PSC", "ANN", "IEPS"}
    no_patient = ALL_DMN - set(applicable_ids(replace(WHOLE, patient_access=False), DMN))
    assert no_patient == {f"IEU {n}" for n in range(1, 13)} | {"ApCV 1"}


def test_an_exigence_applies_with_the_scenarios_that_are_out_named() -> None:
    found = applicability(catalogue.requirement("INS 1"), SLAVE, DMN)
    assert found.applies
    assert "sauf INS 1.3, INS 1.4" in found.reason
    assert found.declaration == ""


def test_a_referential_that_the_target_is_not_held_to_does_not_apply() -> None:
    found = applicability(catalogue.requirement("INS/va1.53"), WHOLE, DMN)
    assert not found.applies
    assert "segur-dui" in found.reason
    assert not any(key.startswith("INS/") for key in applicable_ids(WHOLE, DMN))


def test_application_to_the_dui_is_said_to_be_confirmed() -> None:
    found = applicability(catalogue.requirement("INS/va1.53"), WHOLE, BOTH)
    assert found.applies
    assert "application à confirmer" in found.reason
    slave = applicability(catalogue.requirement("INS/va1.53"), SLAVE, BOTH)
    assert (slave.applies, slave.confidence) == (False, "déduit")


def test_exigences_without_scenario_are_ruled_too() -> None:
    assert applicability(catalogue.requirement("INS/va1.30"), WHOLE, BOTH).applies
    assert not applicability(catalogue.requirement("INS/va1.30"), NO_INS, BOTH).applies


def test_every_na_has_a_reason_a_known_source_and_a_declaration() -> None:
    known = set(catalogue.sources.sources)
    seen = 0
    for profile in (
        SLAVE,
        NO_INS,
        IN_ES,
        Profile(IdentityReference.ESCLAVE, False, False, False, simple_declaration_only=True),
    ):
        for requirement in catalogue:
            found = applicability(requirement, profile, BOTH)
            if found.applies:
                continue
            seen += 1
            assert found.reason
            assert found.declaration
            assert known.issuperset(found.source.split(", ")), found.source
            assert found.confidence in catalogue.sources.confidence
            assert found.reason in str(found)
    assert seen > 200


def test_the_rulings_of_an_exigence_travel_with_it() -> None:
    words = {rule.when for rule in catalogue.requirement("IEU 2").not_applicable}
    assert words == {"esclave", "sans-ins", "sans-acces-usager"}
    for requirement in catalogue:
        assert all(rule.source and rule.reason for rule in requirement.not_applicable)


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(UnknownId):
        scenario_applicability("INS 34.3", WHOLE, DMN)
