"""The extraction as a vendor's loader reads it, and each named fault of the Annuaire."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from harness.model.problems import ConfigurationProblem
from harness.model.professional import Professional
from harness.simulators.annuaire import AnnuaireSimulator
from tests.simulators.annuaire.conftest import Get


def load(answer: requests.Response) -> tuple[datetime, list[dict[str, str]]]:
    """Return the date in the name of the file, and its lines."""
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        (name,) = zipped.namelist()
        dated = re.fullmatch(r"PS_LibreAcces_Personne_activite_(\d{12})\.txt", name)
        assert dated
        text = zipped.read(name).decode()
    rows = list(csv.DictReader(io.StringIO(text), delimiter="|", quoting=csv.QUOTE_NONE))
    return datetime.strptime(dated[1], "%Y%m%d%H%M").replace(tzinfo=UTC), rows


def test_the_extraction_has_a_line_an_activity_and_needs_no_key(
    get: Get, annuaire: AnnuaireSimulator, doctor: Professional, nurse: Professional
) -> None:
    at, rows = load(get(annuaire.extraction_url, key=""))
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=2)
    assert [one["Identification nationale PP"] for one in rows] == [
        doctor.national_id,
        doctor.national_id,
        nurse.national_id,
    ]
    assert rows[0]["Nom d'exercice"] == doctor.exercise_name
    assert rows[0]["Code savoir-faire"] == "SM54" and rows[2]["Code savoir-faire"] == ""
    assert rows[1]["Raison sociale site"] == doctor.activities[1].structure_name
    assert rows[2]["Code catégorie professionnelle"] == "C"
    (call,) = annuaire.calls
    assert call.operation == "extraction"
    assert call.national_ids == (doctor.national_id, nurse.national_id)


def test_a_professional_without_structure_keeps_a_line_and_a_bar_shifts_nothing(
    get: Get, annuaire: AnnuaireSimulator, nurse: Professional
) -> None:
    annuaire.changes(replace(nurse, activities=(), exercise_name="A|B"))
    _, rows = load(get(annuaire.extraction_url))
    assert rows[2]["Nom d'exercice"] == "A B" and rows[2]["Numéro FINESS site"] == ""


def test_old_data_are_dated_more_than_a_month_back(get: Get, annuaire: AnnuaireSimulator) -> None:
    annuaire.fails_with("donnees-anciennes")
    at, rows = load(get(annuaire.extraction_url))
    assert datetime.now(UTC) - at > timedelta(days=31) and len(rows) == 3
    bundle = get("Practitioner").json()
    written = datetime.fromisoformat(bundle["meta"]["lastUpdated"])
    assert datetime.now(UTC) - written > timedelta(days=31)
    annuaire.works()
    assert datetime.now(UTC) - load(get(annuaire.extraction_url))[0] < timedelta(minutes=2)


def test_the_extraction_follows_the_clock_of_the_annuaire(
    get: Get, annuaire: AnnuaireSimulator
) -> None:
    annuaire.clock.advance(40 * 86_400)
    assert load(get(annuaire.extraction_url))[0] > datetime.now(UTC) + timedelta(days=39)
    annuaire.clock.reset()
    assert load(get(annuaire.extraction_url))[0] < datetime.now(UTC) + timedelta(days=1)


def test_a_cut_extraction_is_no_zip(get: Get, annuaire: AnnuaireSimulator) -> None:
    annuaire.fails_with("extraction-tronquee")
    with pytest.raises(zipfile.BadZipFile):
        load(get(annuaire.extraction_url))
    assert get("Practitioner").json()["total"] == 2


def test_an_empty_extraction_keeps_its_header(get: Get, annuaire: AnnuaireSimulator) -> None:
    annuaire.fails_with("extraction-vide")
    assert load(get(annuaire.extraction_url))[1] == []
    assert get("Practitioner").json()["total"] == 2
    assert [one.fault for one in annuaire.calls] == ["extraction-vide", ""]


def test_a_cut_page_is_no_json(get: Get, annuaire: AnnuaireSimulator) -> None:
    annuaire.fails_with("page-tronquee")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        get("Practitioner").json()
    assert len(load(get(annuaire.extraction_url))[1]) == 3


@pytest.mark.parametrize(("name", "status"), [("erreur-500", 500), ("cle-refusee", 401)])
def test_a_refusal_comes_as_an_outcome(
    get: Get, annuaire: AnnuaireSimulator, name: str, status: int
) -> None:
    annuaire.fails_with(name)
    answer = get("Practitioner")
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert annuaire.calls[-1].fault == name


def test_a_refused_key_leaves_the_extraction_which_needs_none(
    get: Get, annuaire: AnnuaireSimulator
) -> None:
    annuaire.fails_with("cle-refusee")
    assert len(load(get(annuaire.extraction_url))[1]) == 3


def test_a_silent_annuaire_answers_nothing(get: Get, annuaire: AnnuaireSimulator) -> None:
    annuaire.fails_with("sans-reponse")
    began = time.monotonic()
    with pytest.raises(requests.Timeout):
        get("Practitioner", wait=0.3)
    assert time.monotonic() - began < 3
    assert annuaire.calls[-1].status == 0 and annuaire.calls[-1].answer is None


def test_someone_unknown_is_nowhere_and_the_others_are(
    get: Get, annuaire: AnnuaireSimulator, doctor: Professional, nurse: Professional
) -> None:
    annuaire.fails_with("inconnu", doctor)
    assert get("Practitioner", identifier=doctor.rpps).json()["total"] == 0
    assert get(f"Practitioner/003-{doctor.rpps}").status_code == 404
    assert get("Practitioner", identifier=nurse.rpps).json()["total"] == 1
    _, rows = load(get(annuaire.extraction_url))
    assert {one["Identifiant PP"] for one in rows} == {nurse.rpps}
    annuaire.works(doctor)
    assert get("Practitioner", identifier=doctor.rpps).json()["total"] == 1


def test_a_fault_on_one_leaves_what_does_not_tell_of_them(
    get: Get, annuaire: AnnuaireSimulator, doctor: Professional, nurse: Professional
) -> None:
    annuaire.fails_with("erreur-500", doctor)
    assert get("Practitioner", identifier=nurse.rpps).status_code == 200
    assert get("Practitioner", identifier=doctor.rpps).status_code == 500


def test_an_unknown_fault_is_refused(annuaire: AnnuaireSimulator) -> None:
    with pytest.raises(ConfigurationProblem, match="« extraction-vide »"):
        annuaire.fails_with("extraction-vides")
