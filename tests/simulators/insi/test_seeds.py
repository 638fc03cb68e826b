"""The seeds on disk: complete, fictitious, right keys; and what is said of a wrong file."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.model.identity import OID_NIR_TEST, Person
from harness.model.problems import ConfigurationProblem
from harness.simulators.insi.seeds import read_persons
from harness.validators.ins.matricule import is_valid_matricule

ASKED = {
    "durand-camille",
    "apostrophe-et-traits-d-union",
    "corse-2a",
    "corse-2b",
    "etranger",
    "lieu-inconnu",
    "prenoms-multiples",
    "nom-long-54",
    "nom-long-100",
    "historique",
    "homonyme-a",
    "homonyme-b",
    "jumelle-a",
    "jumelle-b",
}
GOOD = """[[personne]]
key = "une"
birth_name = "MARTIN"
birth_given_names = ["ANNE"]
birth_date = "1980-01-02"
sex = "F"
birth_place_code = "2B033"
"""


def test_the_persons_that_bite_are_there(people: dict[str, Person]) -> None:
    assert set(people) >= ASKED
    assert len(people["nom-long-54"].birth_name) == 54
    assert len(people["nom-long-100"].birth_name) == 100
    assert len(people["historique"].former) == 2


def test_every_matricule_is_right_unique_and_of_the_test_oid(people: dict[str, Person]) -> None:
    every = [
        (one.matricule, one.oid) for person in people.values() for one in (person, *person.former)
    ]
    assert all(is_valid_matricule(matricule) for matricule, _ in every)
    assert len({matricule for matricule, _ in every}) == len(every)
    assert {oid for _, oid in every} == {OID_NIR_TEST}


def test_a_matricule_left_out_is_computed_from_the_traits(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD + GOOD.replace("une", "deux"), encoding="utf-8")
    one, two = read_persons(tmp_path)
    assert one.matricule.startswith("280012B033001")
    assert two.matricule.startswith("280012B033002")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.replace("sex =", "sexe ="), "sexe"),
        (GOOD.replace('sex = "F"\n', ""), "sex"),
        (GOOD.replace('"F"', '"X"'), "M ou F"),
        (GOOD.replace('["ANNE"]', '"ANNE"'), "birth_given_names"),
        (GOOD + GOOD, "deux fois"),
        (GOOD + 'matricule = "280012B03300100"\n', "clé juste"),
        (GOOD + 'oid = "1.2.250.1.213.1.4.8"\n', "réelles"),
        (GOOD + 'history = [{ matricule = "x" }]\n', "history"),
        ("[[personne]\n", "illisible"),
        ('titre = "rien"\n', "personne"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "faux.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationProblem, match=said):
        read_persons(tmp_path)


def test_a_folder_without_seed_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblem, match=r"aucun fichier \.toml"):
        read_persons(tmp_path)
