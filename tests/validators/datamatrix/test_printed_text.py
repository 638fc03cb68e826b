"""The text of a page is understood as a reader does: labels, values, numbers, and no more."""

from __future__ import annotations

import pytest

from harness.validators.datamatrix.printed_text import (
    agrees,
    dates,
    is_ins,
    labelled_values,
    matricules,
    says,
)

MATRICULE = "279036322012369"


def values(text: str) -> dict[str, str]:
    return {one.trait: one.value for one in labelled_values(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Nom de naissance : DURAND\nSexe : F",
        "Nom de naissance\nDURAND\nSexe\nF",
        "Nom de naissance DURAND Sexe F",
        "NOM DE NAISSANCE : DURAND · SEXE : F",
        "Nom de naissance : DURAND   Adresse : 1 rue X\nSexe : F",
        "• Nom de naissance (état civil) : DURAND\n• Sexe : F",
        "Nom de naissance : DURAND Téléphone : 01\nSexe : F",
    ],
)
def test_value_is_found_beside_or_under_its_label(text: str) -> None:
    assert values(text) == {"birth_name": "DURAND", "sex": "F"}


def test_row_of_labels_gives_no_value_to_the_last_of_them() -> None:
    assert values("Nom de naissance Premier prénom Sexe\nDURAND CAMILLE F") == {}


def test_sentence_is_no_label() -> None:
    text = "Le matricule INS et le sexe servent à l'identitovigilance.\nVoir INS : non."
    assert "sex" not in values(text)


def test_vague_label_is_known_as_vague() -> None:
    (one,) = labelled_values("Nom : DURAND")
    assert one.ambiguous and one.trait == "birth_name"


@pytest.mark.parametrize(
    "written", ["28/03/1979", "28-03-1979", "28.03.1979", "1979-03-28", "28 mars 1979"]
)
def test_date_is_read_in_every_french_way(written: str) -> None:
    assert dates(f"né le {written} à Lyon") == ("1979-03-28",)


def test_typographic_signs_stand_for_those_of_a_keyboard() -> None:
    (one,) = labelled_values("Nom de naissance : L’HÉRITIER–BRUN")
    assert agrees(one, "L'HERITIER-BRUN")


def test_wrapped_name_agrees_and_cut_name_does_not() -> None:
    name = "MARTIN DE LA TOUR DU PIN " * 4
    wrapped = f"Nom de naissance : {name[:50]}\n{name[50:]}\nSexe : F"
    assert agrees(labelled_values(wrapped)[0], name.strip())
    assert not agrees(labelled_values(f"Nom de naissance : {name[:50]}\nSexe : F")[0], name.strip())


@pytest.mark.parametrize("altered", ["DURAN", "DURANDX", "DURAND-MARTIN", "ATHOS"])
def test_altered_name_does_not_agree(altered: str) -> None:
    assert not agrees(labelled_values(f"Nom de naissance : {altered}\n")[0], "DURAND")


def test_name_alone_is_a_whole_word() -> None:
    assert says("Monsieur DURAND Paul", "birth_name", "DURAND")
    assert not says("Monsieur DURAND-MARTIN", "birth_name", "DURAND")
    assert not says("Sexe féminin", "sex", "M")


@pytest.mark.parametrize(
    "written",
    [MATRICULE, "2 79 03 63 220 123 69", "2.79.03.63.220.123.69", "2 79 03 63 220 123 69 NIR"],
)
def test_matricule_is_found_in_groups(written: str) -> None:
    (one,) = matricules(f"Matricule INS : {written}\n28/03/1979")
    assert one.value == MATRICULE and is_ins(one, "")


def test_corsican_matricule_is_found() -> None:
    assert matricules("INS 2 79 03 2A 004 123 74")[0].value == "279032A00412374"


def test_number_of_an_insured_person_is_not_an_ins() -> None:
    (one,) = matricules(f"N° de sécurité sociale : {MATRICULE}")
    assert not is_ins(one, MATRICULE)


def test_longer_number_is_not_a_matricule() -> None:
    assert not matricules(f"Dossier 9{MATRICULE}")
    assert not matricules(f"Dossier {MATRICULE}0")
