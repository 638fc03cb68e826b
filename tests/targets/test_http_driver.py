"""The `http` driver speaks an API that it only knows from the target file."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing, UnexpectedAnswer
from harness.model.releve import (
    AccountReleve,
    AttemptReleve,
    IdentityReleve,
    SearchReleve,
    StatusChange,
)
from harness.targets.base import AccountRef, PatientRef
from harness.targets.http import HttpAccounts, HttpApi
from harness.targets.http_client import HttpClient
from harness.targets.json_path import JsonPath
from harness.targets.releves import iso_date
from harness.targets.target import NO_CREDENTIALS, Condition, HttpOptions, Operation
from tests.targets.sites import Site, reply, reply_json, target_at

Serve = Callable[..., Site]
PATIENT = PatientRef("é/7", "IPP-7")
OPERATIONS = {
    "create": Operation(
        method="POST",
        path="/p",
        json={
            "nom": "{birth_name}",
            "sexe": "{sex}",
            "lieu": {"insee": "{birth_place_code}", "pays": "99"},
            "prenoms": ["{first_birth_given_name}"],
        },
        answer={"id": "cle", "message": "erreurs[*].texte"},
    ),
    "read": Operation(
        path="/p/{id}",
        answer={
            "private_id": "ids[type=IPP].valeur",
            "status": "statut",
            "birth_date": "ne.le",
            "birth_given_names": "prenoms",
            "attributes": "marques",
            "history": "suivi",
            "history_old": "avant",
            "history_new": "apres",
            "history_by": "auteur.nom",
        },
        words={"status": {"PROV": "provisoire"}},
    ),
    "insi_call": Operation(
        method="POST",
        path="/p/{id}/insi",
        form={"mode": "{mode}"},
        accepted=Condition(path="issue", values=("ok",)),
        answer={"code": "cr", "message": "texte|erreur"},
    ),
    "find": Operation(
        path="/p",
        query={"ipp": "{private_id}"},
        items="liste",
        answer={"id": "cle", "private_id": "ipp"},
    ),
    "search": Operation(
        path="/p",
        query={"ne": "{birth_date}", "nom": "{name}", "ins": "{matricule}"},
        items="liste",
        answer={"id": "cle", "private_id": "ipp", "message": "erreur"},
    ),
    "account_create": Operation(
        method="POST", path="/c", json={"p": "{patient_id}"}, answer={"id": "n"}
    ),
    "account_link": Operation(method="POST", path="/c/{id}/lien", answer={"message": "erreur"}),
    "account_read": Operation(path="/c/{id}", answer={"patient_id": "p", "matricule": "ins"}),
}
PERSON = Person("k", "DURAND", ("ANNE",), "1990-01-02", "", "63220")


@pytest.fixture
def site(serve: Serve) -> Site:
    return serve(reply_json(200, {}))


@pytest.fixture
def api(site: Site, recorder: Recorder) -> HttpApi:
    client = HttpClient(target_at(site.url), recorder, NO_CREDENTIALS, 2.0)
    return HttpApi(client, HttpOptions(operations=OPERATIONS))


def test_body_is_filled_and_empty_values_are_left_out(api: HttpApi, site: Site) -> None:
    site.answer = reply_json(201, {"cle": 12})
    attempt = api.create(PERSON)
    assert attempt.patient == PatientRef("12", "")
    assert json.loads(site.seen[0][3]) == {
        "nom": "DURAND",
        "lieu": {"insee": "63220", "pays": "99"},
        "prenoms": ["ANNE"],
    }


def test_refusal_keeps_the_words_of_the_software(api: HttpApi, site: Site) -> None:
    site.answer = reply_json(422, {"erreurs": [{"texte": "Sexe ?"}, {"texte": "Non."}]})
    releve = AttemptReleve.parse(api.create(PERSON).releve)
    assert (releve.accepted, releve.code, releve.message) == (False, "422", "Sexe ? Non.")
    assert releve.missing == "sex"


def test_html_in_place_of_a_refusal_is_unexpected(api: HttpApi, site: Site) -> None:
    site.answer = reply(422, "text/html", b"<p>proxy</p>")
    with pytest.raises(UnexpectedAnswer, match="text/html reçu"):
        api.create(PERSON)


def test_reading_follows_the_paths(api: HttpApi, site: Site) -> None:
    site.answer = reply_json(
        200,
        {
            "ids": [{"type": "X", "valeur": 1}, {"type": "IPP", "valeur": "IPP-7"}],
            "statut": "PROV",
            "ne": {"le": "03/02/1990"},
            "prenoms": ["JEANNE", "MARIE"],
            "marques": ["douteuse"],
            "suivi": [{"avant": "a", "apres": "b", "auteur": {"nom": "moi"}}],
        },
    )
    releve = IdentityReleve.parse(api.read(PATIENT))
    assert site.seen[0][1] == "/p/%C3%A9%2F7"
    assert (releve.private_id, releve.status) == ("IPP-7", "provisoire")
    assert (releve.birth_date, releve.birth_given_names) == ("1990-02-03", "JEANNE MARIE")
    assert releve.attributes == ("douteuse",)
    assert releve.history == (StatusChange(at="", by="moi", old="a", new="b"),)


@pytest.mark.parametrize(
    ("answer", "accepted", "message"),
    [({"issue": "ok", "cr": "00", "texte": "fait"}, True, "fait"),
     ({"issue": "ko", "cr": "01", "erreur": "inconnu"}, False, "inconnu")],
)  # fmt: skip
def test_condition_decides_what_the_status_does_not(
    api: HttpApi, site: Site, answer: dict[str, str], accepted: bool, message: str
) -> None:
    site.answer = reply_json(200, answer)
    attempt = api.call_insi(PATIENT, "traits")
    releve = AttemptReleve.parse(attempt.releve)
    assert (attempt.accepted, releve.code, releve.message) == (accepted, answer["cr"], message)
    assert site.seen[0][3] == b"mode=traits"


def test_find_matches_the_local_identifier_alone(api: HttpApi, site: Site) -> None:
    site.answer = reply_json(200, {"liste": [{"cle": 1, "ipp": "I-1"}, {"cle": 2, "ipp": "I"}]})
    assert api.find("I") == PatientRef("2", "I")
    assert api.find("II") is None


def test_accounts(api: HttpApi, site: Site) -> None:
    accounts = HttpAccounts(api)
    site.answer = reply_json(201, {"n": 5})
    account = accounts.create(PATIENT, "anne")
    assert account == AccountRef("5", "anne")
    site.answer = reply_json(409, {"erreur": "pas d'INS"})
    assert AttemptReleve.parse(accounts.link(account).releve).message == "pas d'INS"
    site.answer = reply_json(200, {"p": 7, "ins": None})
    assert AccountReleve.parse(accounts.read(account)).patient_id == "7"


def test_operation_not_described_is_a_missing_capability(api: HttpApi) -> None:
    with pytest.raises(CapabilityMissing, match="verification"):
        api.verify(PATIENT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("03/02/1990", "1990-02-03"),
        ("31/13/1990", "1990-13-31"),
        ("19900203", "1990-02-03"),
        ("19900203110000", "1990-02-03"),
        ("1990/02/03", "1990-02-03"),
        ("1990-02-03T10:00:00Z", "1990-02-03"),
        ("février 1990", "février 1990"),
        ("", ""),
    ],
)
def test_dates_become_iso_and_are_never_corrected(text: str, expected: str) -> None:
    assert iso_date(text) == expected


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("a.b", [1]),
        ("$", [{"a": {"b": 1}, "l": [{"k": "x", "v": 2}, {"k": "y", "v": 3}]}]),
        ("l[*].v", [2, 3]),
        ("l[k=y].v", [3]),
        ("l[1].v", [3]),
        ("l[-1].v", [3]),
        ("l[9].v", []),
        ("a.z|l[0].v", [2]),
        ("a.b.c", []),
    ],
)
def test_json_paths(path: str, reached: list[object]) -> None:
    document = {"a": {"b": 1}, "l": [{"k": "x", "v": 2}, {"k": "y", "v": 3}]}
    assert JsonPath.parse(path).all(document) == reached


def test_search_tells_whom_it_found(api: HttpApi, site: Site) -> None:
    site.answer = reply_json(200, {"liste": [{"cle": 7, "ipp": "I-7"}, {"cle": 9}]})
    answer = api.search(birth_date="1990-01-02", name="DUR", matricule="")
    assert answer.patients == (PatientRef("7", "I-7"), PatientRef("9", ""))
    assert site.seen[-1][1] == "/p?ne=1990-01-02&nom=DUR"
    releve = SearchReleve.parse(answer.releve)
    assert releve.criteria == {"birth_date": "1990-01-02", "name": "DUR"}
    assert (releve.found, releve.accepted) == (("7", "9"), True)


def test_refused_search_finds_nobody(api: HttpApi, site: Site) -> None:
    site.answer = reply_json(400, {"erreur": "clé fausse"})
    releve = SearchReleve.parse(api.search(matricule="1").releve)
    assert (releve.found, releve.accepted, releve.message) == ((), False, "clé fausse")
