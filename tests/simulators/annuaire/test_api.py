"""The FHIR API of the Annuaire over the wire: searches, pages, refusals, and what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from harness.cast import Cast
from harness.evidence.recorder import Recorder
from harness.model.problems import HarnessFault
from harness.model.professional import Professional
from harness.simulators.annuaire import AnnuaireSimulator
from harness.simulators.igc import TestIgc
from tests.simulators.annuaire.conftest import Get

G15 = "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante"


def found(answer: requests.Response) -> list[dict[str, object]]:
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    assert bundle["resourceType"] == "Bundle" and bundle["type"] == "searchset"
    return [entry["resource"] for entry in bundle["entry"]]


def ids(answer: requests.Response) -> list[str]:
    return [str(one["id"]) for one in found(answer)]


def test_a_professional_is_found_by_rpps_and_by_national_id(
    get: Get, doctor: Professional, annuaire: AnnuaireSimulator
) -> None:
    by_rpps = get("Practitioner", identifier=doctor.rpps)
    by_national = get("Practitioner", identifier=f"urn:oid:1.2.250.1.71.4.2.1|{doctor.national_id}")
    assert found(by_rpps) == found(by_national)
    (who,) = found(by_rpps)
    assert who["name"][0]["family"] == doctor.exercise_name  # type: ignore[index]
    codes = {
        (coding["system"].rpartition("/")[2], coding["code"])
        for one in who["qualification"]  # type: ignore[attr-defined]
        for coding in one["code"]["coding"]
    }
    assert ("TRE-G15-ProfessionSante", "10") in codes
    assert ("TRE-R38-SpecialiteOrdinale", "SM54") in codes
    assert ("TRE-R09-CategorieProfessionnelle", "C") in codes
    assert annuaire.calls[-1].national_ids == (doctor.national_id,)
    assert annuaire.calls[-1].asks_for(doctor.national_id)


def test_the_resources_are_fhir_that_an_independent_library_reads(get: Get) -> None:
    from fhir.resources.R4B.bundle import Bundle
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement

    for kind in ("Practitioner", "PractitionerRole", "Organization"):
        assert Bundle.model_validate_json(get(kind).content).entry
    CapabilityStatement.model_validate_json(get("metadata").content)


def test_a_public_practitioner_holds_no_private_data(get: Get) -> None:
    for who in found(get("Practitioner")):
        assert not {"gender", "birthDate", "address", "photo", "communication"} & set(who)
        assert len(who["identifier"]) == 2  # type: ignore[arg-type]


def test_activities_follow_their_professional_with_their_structures(
    get: Get, doctor: Professional
) -> None:
    (identifier,) = ids(get("Practitioner", identifier=doctor.rpps))
    roles = found(get("PractitionerRole", practitioner=identifier))
    assert len(roles) == len(doctor.activities) == 2
    places = [str(one["organization"]["reference"]) for one in roles]  # type: ignore[index]
    names = [get(place).json()["name"] for place in places]
    assert names == [one.structure_name for one in doctor.activities]
    whole = get("PractitionerRole", practitioner=f"Practitioner/{identifier}", _include="*").json()
    assert whole["total"] == 2
    assert {one["search"]["mode"] for one in whole["entry"]} == {"match", "include"}
    assert len(whole["entry"]) == 5
    back = get("Practitioner", _id=identifier, _revinclude="PractitionerRole:practitioner")
    assert len(found(back)) == 3


@pytest.mark.parametrize(
    ("name", "change"),
    [("name", str.lower), ("family", str.title), ("name:contains", lambda one: one[1:4])],
)
def test_names_are_searched_without_case(
    get: Get, nurse: Professional, name: str, change: object
) -> None:
    written = change(nurse.exercise_name)  # type: ignore[operator]
    assert f"003-{nurse.rpps}" in ids(get("Practitioner", **{name: written}))


def test_accents_are_left_aside_but_for_exact(get: Get, nurse: Professional) -> None:
    assert ids(get("Practitioner", given="mael")) == [f"003-{nurse.rpps}"]
    assert ids(get("Practitioner", **{"given:exact": "Mael"})) == []
    assert ids(get("Practitioner", **{"given:exact": "Maël"})) == [f"003-{nurse.rpps}"]


def test_mailboxes_are_searched_by_part_and_exactly(
    get: Get, doctor: Professional, nurse: Professional
) -> None:
    address = nurse.mailboxes[0]
    assert len(found(get("Practitioner", **{"mailbox-mss:contains": "@medecin."}))) == 2
    (one,) = found(get("Practitioner", **{"mailbox-mss:exact": address}))
    (telecom,) = one["telecom"]  # type: ignore[misc]
    assert telecom["value"] == address and telecom["system"] == "email"
    assert telecom["extension"][0]["valueCoding"]["code"] == "MSSANTE"
    assert ids(get("Practitioner", **{"mailbox-mss:exact": address[1:]})) == []


def test_codes_are_searched_with_and_without_their_system(get: Get, nurse: Professional) -> None:
    nurses = [f"003-{nurse.rpps}"]
    assert ids(get("Practitioner", **{"qualification-code": "60"})) == nurses
    assert ids(get("Practitioner", **{"qualification-code": f"{G15}|60"})) == nurses
    assert ids(get("Practitioner", **{"qualification-code": "https://ailleurs|60"})) == []
    assert len(ids(get("Practitioner", **{"qualification-code": "60,10"}))) == 2


def test_parameters_add_up(get: Get, nurse: Professional) -> None:
    assert ids(get("Practitioner", identifier=nurse.rpps, family="inconnue")) == []
    assert ids(get("Practitioner", active="true", given="Maël")) == [f"003-{nurse.rpps}"]


def test_pages_are_followed_by_their_next_link_until_the_end(
    get: Get, annuaire: AnnuaireSimulator
) -> None:
    for number in range(5):
        annuaire.knows(Cast(number, "page").professional("medecin"))
    url, seen = f"{annuaire.url}/Practitioner?_count=3&active=true", []
    while url:
        bundle = get(url).json()
        assert bundle["total"] == 7 and len(bundle["entry"]) <= 3
        seen += [one["resource"]["id"] for one in bundle["entry"]]
        url = next((one["url"] for one in bundle["link"] if one["relation"] == "next"), "")
    assert len(seen) == len(set(seen)) == 7
    assert {call.operation for call in annuaire.calls} == {"recherche"}
    assert {call.resource for call in annuaire.calls} == {"Practitioner"}


def test_a_change_makes_a_new_version_that_a_delta_finds(
    get: Get, annuaire: AnnuaireSimulator, nurse: Professional
) -> None:
    annuaire.clock.advance(86_400)
    since = annuaire.clock.now()
    annuaire.changes(replace(nurse, exercise_name="RENOMMEE"))
    (changed,) = found(get("Practitioner", _lastUpdated=f"ge{since:%Y-%m-%dT%H:%M:%S}"))
    assert changed["name"][0]["family"] == "RENOMMEE"  # type: ignore[index]
    assert changed["meta"]["versionId"] == "2"  # type: ignore[index]
    assert changed["id"] == f"003-{nurse.rpps}"
    assert len(found(get("Practitioner", _lastUpdated=f"lt{since:%Y-%m-%d}"))) == 1


def test_nobody_is_changed_who_was_not_known(annuaire: AnnuaireSimulator) -> None:
    with pytest.raises(HarnessFault, match=r"knows\(\)"):
        annuaire.changes(Cast(9, "ailleurs").professional("psychologue"))


def test_someone_forgotten_is_not_found(
    get: Get, annuaire: AnnuaireSimulator, nurse: Professional
) -> None:
    annuaire.forgets(nurse)
    answer = get("Practitioner", identifier=nurse.rpps)
    assert found(answer) == [] and answer.json()["total"] == 0
    assert get(f"Practitioner/003-{nurse.rpps}").status_code == 404


@pytest.mark.parametrize("key", ["", "autre-cle"])
def test_the_key_is_demanded_and_never_recorded(
    get: Get, annuaire: AnnuaireSimulator, recorder: Recorder, key: str
) -> None:
    answer = get("Practitioner", key=key)
    assert answer.status_code == 401
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert get("Practitioner").status_code == 200
    told = b"".join(one.request + one.response for _, one in recorder.exchanges)
    assert annuaire.api_key.encode() not in told and b"autre-cle" not in told


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("Practitioner?mailbox-mss-type=PER", 400, "inconnu"),
        ("Practitioner?name:near=x", 400, ":near"),
        ("Practitioner?identifier=", 400, "vide"),
        ("Practitioner?_count=beaucoup", 400, "_count"),
        ("Practitioner?_lastUpdated=gehier", 400, "AAAA"),
        ("Practitioner?_include=Practitioner:x", 400, "_include"),
        ("_page?id=e30", 400, "next"),
        ("_page?id=%C3%A9", 400, "next"),
        ("Patient", 404, "Practitioner"),
        ("Practitioner/inconnu", 404, "inconnue"),
    ],
)
def test_a_wrong_request_gets_an_outcome_that_says_why(
    get: Get, path: str, status: int, word: str
) -> None:
    answer = get(path)
    assert answer.status_code == status
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert word in answer.json()["issue"][0]["diagnostics"]


def test_a_search_by_form_is_the_same_and_writing_is_refused(
    annuaire: AnnuaireSimulator, igc: TestIgc, get: Get, nurse: Professional
) -> None:
    answer = requests.post(
        f"{annuaire.url}/Practitioner/_search",
        data={"identifier": nurse.rpps},
        headers={"ESANTE-API-KEY": annuaire.api_key},
        verify=str(igc.root),
        timeout=5,
    )
    assert ids(answer) == [f"003-{nurse.rpps}"]
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        assert get("Practitioner", method=method).status_code == 405


def test_calls_are_counted_from_a_mark(get: Get, annuaire: AnnuaireSimulator) -> None:
    get("metadata")
    mark = annuaire.mark()
    get("Practitioner", name="x")
    (call,) = annuaire.calls_after(mark)
    assert (call.operation, call.parameters, call.status) == ("recherche", {"name": "x"}, 200)
    assert abs(call.data_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert call.answer is not None and call.answer.exchange == call.seq
