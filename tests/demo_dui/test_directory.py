"""The Annuaire Santé, against its simulator: each check fails under its faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from demo_dui.fault_list_psc import PSC
from harness.model.professional import Professional
from tests.demo_dui.conftest import PASSWORD, Running
from tests.demo_dui.national import NEW_PASSWORD, National, account, connected, healthy, national

__all__ = ["connected", "healthy", "national"]
ADMIN = ("admin.leroy", PASSWORD)
LOCAL = {"service": "Équipe mobile", "exercise_name": "SURNOM"}
DAY = 86_400


class Scene:
    """The software, and the Annuaire that it calls."""

    def __init__(self, dui: Running, national: National) -> None:
        self.dui, self.annuaire, self.national = dui, national.annuaire, national

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.dui.call(method, path, auth=ADMIN, **options)

    def someone(self, key: str = "medecin") -> Professional:
        return self.national.professional(key)

    def hold(self, kind: str, who: Professional) -> dict[str, Any]:
        """Keep somebody as a user or as a correspondant; gives what the software holds."""
        if kind == "professionals":
            return account(self.dui, who, local=LOCAL)
        body = {"national_id": who.national_id, "local": LOCAL}
        answer = self.call("POST", "/api/correspondents", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, kind: str, held: dict[str, Any]) -> dict[str, Any]:
        return dict(self.call("GET", f"/api/{kind}/{held['id']}").json())

    def later(self, days: float) -> None:
        """Move the clock of the software and of the Annuaire alike."""
        self.annuaire.clock.advance(days * DAY)
        answer = self.call("POST", "/api/test/clock", json={"offset": days * DAY})
        assert answer.status_code in {200, 204}, answer.text


KINDS = ("professionals", "correspondents")


@pytest.fixture
def scene(healthy: Running, national: National) -> Scene:
    return Scene(healthy, national)


def same(held: dict[str, Any], who: Professional) -> None:
    for name, value in who.traits().items():
        assert held[name] == value, name
    assert tuple(held["mailboxes"]) == who.mailboxes


# Checks: each one passes on the healthy software and fails under its faults.


def attributes_are_those_of_the_directory(scene: Scene) -> None:
    for kind in KINDS:
        who = scene.someone("medecin-deux-exercices")
        held = scene.hold(kind, who)
        same(held, who)
        same(scene.read(kind, held), who)
        assert held["origin"].startswith("API") and held["updated_at"].endswith("Z")
        age = datetime.now(UTC) - datetime.fromisoformat(held["updated_at"])
        assert abs(age) < timedelta(minutes=5)


def old_data_serve_for_nothing(scene: Scene) -> None:
    who = scene.someone()
    scene.annuaire.fails_with("donnees-anciennes")
    for kind in KINDS:
        body = {"national_id": who.national_id, "login": "x", "password": NEW_PASSWORD}
        answer = scene.call("POST", f"/api/{kind}", json=body)
        assert answer.status_code == 409, kind
        assert "trop anciennes" in answer.json()["error"]
    scene.annuaire.works()
    scene.hold("correspondents", who)


def local_data_stay_apart(scene: Scene) -> None:
    for kind in KINDS:
        who = scene.someone()
        held = scene.hold(kind, who)
        assert (held["local"], held["exercise_name"]) == (LOCAL, who.exercise_name)
        scene.annuaire.changes(replace(who, exercise_name="NOUVEAU-NOM"))
        fresh = scene.call("POST", f"/api/{kind}/{held['id']}/refresh").json()
        assert fresh["local"] == LOCAL == scene.read(kind, held)["local"]


def refresh_takes_what_changed(scene: Scene) -> None:
    ways = ("refresh", "api", "extraction")
    for kind in KINDS:
        for way in ways:
            who = scene.someone()
            held = scene.hold(kind, who)
            changed = replace(who, exercise_name="NOUVEAU-NOM", speciality="SM26", profession="60")
            scene.annuaire.changes(changed)
            if way == "refresh":
                answer = scene.call("POST", f"/api/{kind}/{held['id']}/refresh")
            else:
                answer = scene.call("POST", "/api/directory/refresh", json={"way": way})
            assert answer.status_code == 200, answer.text
            same(scene.read(kind, held), changed)


def mailboxes_come_from_the_source(scene: Scene) -> None:
    doctor = scene.someone()
    others = [
        replace(scene.someone(), exercise_name=f"{doctor.exercise_name}{n}") for n in range(60)
    ]
    for other in others:
        scene.annuaire.changes(other)
    answer = scene.call("GET", "/api/directory/mailboxes", params={"name": doctor.exercise_name})
    found = {one["address"]: one["national_id"] for one in answer.json()["mailboxes"]}
    assert found == {
        address: one.national_id for one in (doctor, *others) for address in one.mailboxes
    }


def frequency_is_followed(scene: Scene) -> None:
    page = scene.call("GET", "/settings").text
    assert "annuaire (jours)" in page
    answer = scene.call("PUT", "/api/settings", json={"directory_refresh_days": 3})
    assert answer.status_code == 200
    for kind in KINDS:
        who = scene.someone()
        held = scene.hold(kind, who)
        changed = replace(who, exercise_given_name="Dominique")
        scene.annuaire.changes(changed)
        scene.later(2)
        assert scene.read(kind, held)["exercise_given_name"] == who.exercise_given_name
        scene.later(4)
        assert scene.read(kind, held)["exercise_given_name"] == "Dominique"
        scene.annuaire.clock.reset()
        scene.later(0)


def creation_asks_the_directory(scene: Scene) -> None:
    who = scene.someone()
    mark = scene.annuaire.mark()
    scene.hold("professionals", who)
    asked = {one for call in scene.annuaire.calls_after(mark) for one in call.national_ids}
    assert who.national_id in asked
    unknown = {"national_id": "899999999999", "login": "y", "password": NEW_PASSWORD}
    for kind in KINDS:
        answer = scene.call("POST", f"/api/{kind}", json=unknown)
        assert answer.status_code == 404, kind


Check = Callable[[Scene], None]
CHECKS: dict[Check, str] = {
    attributes_are_those_of_the_directory: (
        "annuaire-profession-perdue annuaire-specialite-perdue annuaire-categorie-perdue "
        "annuaire-prenom-perdu annuaire-nom-sans-tiret annuaire-identifiant-perdu "
        "annuaire-correspondant-sans-identifiant annuaire-date-perimee annuaire-adresse-devinee"
    ),
    old_data_serve_for_nothing: "annuaire-donnees-anciennes",
    local_data_stay_apart: "annuaire-local-ecrase annuaire-local-melange",
    refresh_takes_what_changed: (
        "annuaire-mise-a-jour-sans-effet annuaire-mise-a-jour-partielle annuaire-correspondant-fige"
    ),
    mailboxes_come_from_the_source: "annuaire-premiere-page",
    frequency_is_followed: "annuaire-frequence-sans-effet annuaire-reglage-absent",
    creation_asks_the_directory: "annuaire-sans-recherche",
}
CASES = [(check, fault) for check, listed in CHECKS.items() for fault in listed.split()]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_directory(check: Check, scene: Scene) -> None:
    check(scene)


@pytest.mark.parametrize(("check", "fault"), CASES, ids=[fault for _, fault in CASES])
def test_fault_is_seen(check: Check, fault: str, scene: Scene) -> None:
    scene.dui.fault(fault)
    with pytest.raises((AssertionError, KeyError)):
        check(scene)


def test_every_fault_is_observed() -> None:
    assert {one.name for one in PSC if one.theme == "annuaire"} == {fault for _, fault in CASES}


# What no fault changes


def test_extraction_stands_in_for_the_api(scene: Scene) -> None:
    who = scene.someone("medecin-deux-exercices")
    answer = scene.call("POST", "/api/directory/refresh", json={"way": "extraction"})
    assert answer.status_code == 200 and answer.json()["count"] >= 1
    assert answer.json()["source"].startswith("extraction")
    scene.annuaire.fails_with("cle-refusee")
    held = scene.hold("correspondents", who)
    assert held["exercise_name"] == who.exercise_name and held["origin"].startswith("extraction")
    state = scene.call("GET", "/api/directory").json()
    assert state["too_old"] is False and state["refresh_days"] == 7
    scene.later(40)
    scene.annuaire.fails_with("erreur-500")
    assert scene.call("GET", "/api/directory").json()["too_old"] is True
    other = scene.call("POST", "/api/correspondents", json={"national_id": who.national_id})
    assert other.status_code == 409


@pytest.mark.parametrize(
    "fault", ["erreur-500", "page-tronquee", "sans-reponse", "extraction-vide"]
)
def test_failures_are_told_and_change_nothing(scene: Scene, fault: str) -> None:
    who = scene.someone()
    held = scene.hold("correspondents", who)
    scene.annuaire.fails_with(fault)
    way = "extraction" if fault == "extraction-vide" else "api"
    answer = scene.call("POST", "/api/directory/refresh", json={"way": way})
    assert answer.status_code == 502 and answer.json()["error"]
    same(scene.read("correspondents", held), who)
    scene.annuaire.works()
    traces = scene.dui.call("GET", "/api/journal").json()["entries"]
    failed = [one for one in traces if one["action"] == "mise à jour de l'annuaire"]
    assert failed[-1]["result"] == "échec" and failed[-1]["answer"]


def test_wrong_demands_are_refused(scene: Scene) -> None:
    who = scene.someone()
    scene.hold("correspondents", who)
    for body, status in (
        ({"national_id": "abc"}, 422),
        ({"national_id": who.national_id}, 409),
        ({"national_id": "8" * 12, "local": "texte"}, 422),
    ):
        assert scene.call("POST", "/api/correspondents", json=body).status_code == status
    assert scene.call("GET", "/api/correspondents/999999").status_code == 404
    assert scene.call("GET", "/api/directory/mailboxes", params={"name": "a"}).status_code == 422
    wrong = scene.call("POST", "/api/directory/refresh", json={"way": "fax"})
    assert wrong.status_code == 422 and "extraction" in wrong.json()["error"]
    listed = scene.call("GET", "/api/correspondents").json()["correspondents"]
    assert [one["national_id"] for one in listed] == [who.national_id]
    changed = scene.call(
        "PUT", f"/api/correspondents/{listed[0]['id']}", json={"local": {"a": "b"}}
    )
    assert changed.json()["local"] == {"a": "b"}
    refused = scene.call(
        "PUT", f"/api/correspondents/{listed[0]['id']}", json={"exercise_name": "X"}
    )
    assert refused.status_code == 422


def test_pages_show_the_same(scene: Scene) -> None:
    who = scene.someone()
    user, correspondent = (scene.hold(kind, who) for kind in KINDS)
    for path in (f"/professionnels/{user['id']}", f"/correspondants/{correspondent['id']}"):
        page = scene.call("GET", path).text
        for expected in (who.national_id, who.mailboxes[0], "Équipe mobile", "API FHIR"):
            assert expected in page, path
        assert scene.call("GET", path.rsplit("/", 1)[0] + "/999999").status_code == 404
    session = scene.dui.signed_in()
    address = f"{scene.dui.url}/annuaire"
    assert "jamais chargées" in session.get(address, timeout=10).text
    done = session.post(address, data={"way": "extraction"}, timeout=10).text
    assert 'role="status"' in done and "jamais chargées" not in done
    found = session.get(address, params={"name": who.exercise_name}, timeout=10).text
    assert who.mailboxes[0] in found
    scene.annuaire.fails_with("erreur-500")
    failed = session.post(address, data={"way": "api"}, timeout=10).text
    assert 'role="alert"' in failed


def test_refresh_asks_for_the_right(scene: Scene) -> None:
    for by in ("inf.roux", "sec.petit"):
        answer = scene.dui.call("POST", "/api/directory/refresh", auth=(by, PASSWORD), json={})
        assert answer.status_code == 403
    assert scene.dui.call("GET", "/professionnels/1").status_code == 403


def test_without_configuration_nothing_is_made_up(dui: Running) -> None:
    body = {"national_id": "899700000001"}
    for path in ("/api/correspondents", "/api/directory/refresh"):
        answer = dui.call("POST", path, json=body)
        assert answer.status_code == 503 and "non configuré" in answer.json()["error"]
