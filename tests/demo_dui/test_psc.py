"""Signing in by Pro Santé Connect, against its simulator: each check fails under its faults."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from demo_dui.fault_list_psc import PSC
from harness.model.access import OidcCall
from harness.model.professional import Professional
from tests.demo_dui.conftest import Running
from tests.demo_dui.national import (
    NEW_PASSWORD,
    National,
    Visitor,
    account,
    connected,
    healthy,
    national,
)

__all__ = ["connected", "healthy", "national"]
TOKEN_FAULTS = {
    "nonce-faux": "psc-nonce-ignore",
    "alg-none": "psc-alg-none-accepte",
    "kid-inconnu": "psc-kid-inconnu-accepte",
    "signature-fausse": "psc-signature-ignoree",
    "emetteur-faux": "psc-emetteur-ignore",
    "audience-fausse": "psc-audience-ignoree",
    "jeton-expire": "psc-echeance-ignoree",
    "acr-insuffisant": "psc-acr-ignore",
    "userinfo-autre-personne": "psc-userinfo-autre-accepte",
}


class Scene:
    """One professional with an account, and what Pro Santé Connect saw since."""

    def __init__(self, dui: Running, national: National) -> None:
        self.dui, self.national = dui, national
        self.mark = national.psc.mark()

    def visitor(self) -> Visitor:
        return Visitor(self.dui.url, self.national)

    def doctor(self, key: str = "medecin") -> Professional:
        someone = self.national.professional(key)
        account(self.dui, someone)
        return someone

    def calls(self, endpoint: str) -> list[OidcCall]:
        return [
            one for one in self.national.psc.releve(self.mark).calls if one.endpoint == endpoint
        ]

    def traces(self, action: str) -> list[dict[str, Any]]:
        entries = self.dui.call("GET", "/api/journal").json()["entries"]
        return [one for one in entries if one["action"] == action]


@pytest.fixture
def scene(healthy: Running, national: National) -> Scene:
    return Scene(healthy, national)


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def alert(visitor: Visitor) -> str:
    found = re.search(r'role="alert">([^<]*)<', visitor.page.text)
    return found[1] if found else ""


# Checks: each one passes on the healthy software and fails under its faults.


def demands_are_as_asked(scene: Scene) -> None:
    doctor = scene.doctor()
    for _ in range(2):
        visitor = scene.visitor()
        visitor.sign_in(doctor)
        assert visitor.is_in()
    first, second = scene.calls("authorize")[:: len(scene.calls("authorize")) // 2][:2]
    for call in (first, second):
        told = call.parameters
        assert told["response_type"] == "code"
        assert set(told["scope"].split()) == {"openid", "scope_all"}
        assert told["acr_values"] == "eidas1"
        assert told["redirect_uri"] == f"{scene.dui.url}/psc/callback"
        assert told["code_challenge_method"] == "S256"
    assert first.parameters["state"] != second.parameters["state"]
    assert first.parameters["nonce"] != second.parameters["nonce"]
    for call in scene.calls("token"):
        assert (call.method, call.client_auth) == ("POST", "client_secret_basic")


def state_is_compared(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    scene.national.psc.fails_with("state-faux")
    visitor.sign_in(doctor)
    assert not visitor.is_in()
    assert "state" in alert(visitor)


def way_back_serves_once(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    address = visitor.callback(doctor)
    visitor.open(address)
    assert visitor.is_in()
    for again in (visitor, scene.visitor()):
        again.open("/logout")
        again.open(address)
        assert again.page.status_code == 403
        assert not again.is_in()


def errors_are_told_and_open_nothing(scene: Scene) -> None:
    doctor = scene.doctor()
    scene.visitor().sign_in(doctor)
    for fault in ("refus-utilisateur", "erreur-serveur", "jeton-refuse"):
        scene.national.psc.fails_with(fault)
        visitor = scene.visitor()
        visitor.sign_in(doctor)
        assert not visitor.is_in(), fault
        assert alert(visitor), fault
        scene.national.psc.works()
    failed = [one for one in scene.traces("connexion") if one["result"] == "échec"]
    assert len(failed) == 3


def _refused(fault: str) -> Callable[[Scene], None]:
    def check(scene: Scene) -> None:
        doctor = scene.doctor()
        known = scene.visitor()
        known.sign_in(doctor)
        scene.national.psc.fails_with(fault)
        visitor = scene.visitor()
        visitor.sign_in(doctor)
        assert not visitor.is_in()
        assert "refusée" in alert(visitor)

    check.__name__ = f"refused_under_{fault}"
    return check


def higher_level_and_new_keys_are_taken(scene: Scene) -> None:
    doctor = scene.doctor()
    for means in ("CPS", "e-CPS"):
        visitor = scene.visitor()
        visitor.sign_in(doctor, means)
        assert visitor.is_in(), means
    scene.national.psc.rotate_keys()
    visitor = scene.visitor()
    visitor.sign_in(doctor)
    assert visitor.is_in()


def lapsed_token_is_renewed(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    assert visitor.api("GET", "/api/psc/session").json()["national_id"] == doctor.national_id
    scene.national.psc.clock.advance(130)
    assert visitor.api("GET", "/api/psc/session").status_code == 200
    grants = [call.parameters.get("grant_type") for call in scene.calls("token")]
    assert grants == ["authorization_code", "refresh_token"]
    scene.national.psc.clock.advance(5 * 3600)
    assert visitor.api("GET", "/api/psc/session").status_code == 401
    assert not visitor.is_in()


def signed_userinfo_is_read(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    scene.national.psc.fails_with("userinfo-signe")
    visitor.sign_in(doctor)
    assert visitor.is_in()


def account_is_that_of_the_national_id(scene: Scene) -> None:
    doctor = scene.doctor()
    for renamed in (False, True):
        if renamed:
            scene.national.psc.renames(doctor)
        visitor = scene.visitor()
        visitor.sign_in(doctor)
        assert doctor.national_id in visitor.open("/compte").text
    stranger = scene.national.professional("infirmier")
    visitor = scene.visitor()
    visitor.sign_in(stranger)
    assert visitor.page.status_code == 403
    assert "compte" in alert(visitor) and not visitor.is_in()


def same_account_by_password(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    by_psc = visitor.open("/compte").text
    other = scene.visitor()
    other.open("/login")
    other.press("Se connecter", username=f"pro.{doctor.rpps}", password=NEW_PASSWORD)
    by_password = other.open("/compte").text
    for page in (by_psc, by_password):
        assert f"pro.{doctor.rpps}" in page and doctor.national_id in page


def activity_is_chosen(scene: Scene) -> None:
    doctor, visitor = scene.doctor("medecin-deux-exercices"), scene.visitor()
    visitor.sign_in(doctor)
    assert not visitor.is_in()
    assert visitor.api("GET", "/api/psc/session").status_code == 401
    names = [one.structure_name for one in doctor.activities]
    assert all(name in visitor.open("/psc/exercice").text for name in names)
    before = visitor.http.cookies["session"]
    visitor.press("Choisir", activity="autre")
    assert not visitor.is_in()
    visitor.press("Choisir", activity=doctor.activities[1].id)
    assert visitor.is_in() and visitor.http.cookies["session"] != before
    assert names[1] in visitor.open("/compte").text
    traced = scene.traces("connexion")[-1]
    assert names[1] in traced["detail"] and traced["by"] == f"pro.{doctor.rpps}"


def activity_is_named_as_told(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    assert doctor.activities[0].structure_name in visitor.open("/compte").text


def introspection_is_a_post(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    answer = visitor.api("GET", "/api/psc/introspection")
    assert answer.json()["SubjectNameID"] == doctor.national_id
    (call,) = scene.calls("introspection")
    assert (call.method, call.client_auth, call.error) == ("POST", "client_secret_basic", "")


def exchange_is_under_certificate(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    answer = visitor.api("POST", "/api/psc/exchange", json={"audience": "api-fictive"})
    assert answer.status_code == 200, answer.text
    assert "eyJ" not in answer.text and set(answer.json()) == {
        *("audience", "issued_token_type", "token_type", "expires_in")
    }
    call = scene.calls("token")[-1]
    assert call.certificate and call.parameters["audience"] == "api-fictive"


def logout_ends_both_sessions(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    cookie = visitor.http.cookies["session"]
    visitor.open("/logout")
    assert "déconnecté" in visitor.page.text
    (call,) = scene.calls("logout")
    assert call.method == "GET" and call.error == ""
    assert {"id_token_hint", "post_logout_redirect_uri", "state"} <= set(call.parameters)
    visitor.http.cookies.set("session", cookie)
    assert not visitor.is_in()
    other = scene.visitor()
    other.sign_in(doctor)
    left = other.open("/logout", follow=False).headers["Location"]
    back = other.open(left, follow=False).headers["Location"]
    assert query_of(back)["state"]
    other.open(f"{scene.dui.url}/psc/retour?state=autre")
    assert other.page.status_code == 400 and alert(other)


def settings_name_the_right_hosts(scene: Scene) -> None:
    shown = scene.dui.call("GET", "/settings").text
    psc = scene.national.psc
    for expected in (psc.issuer, psc.authorization_endpoint, "dui-de-demonstration"):
        assert expected in shown
    assert "auth.bas.esw.esante.gouv.fr" not in shown


Check = Callable[[Scene], None]
CHECKS: dict[Check, str] = {
    demands_are_as_asked: (
        "psc-state-fixe psc-nonce-fixe psc-portee-minimale psc-acr-absent "
        "psc-retour-avec-parametre psc-secret-dans-url"
    ),
    state_is_compared: "psc-state-ignore",
    way_back_serves_once: "psc-code-rejoue",
    errors_are_told_and_open_nothing: "psc-erreur-ouvre psc-erreur-muette",
    **{_refused(name): fault for name, fault in TOKEN_FAULTS.items()},
    higher_level_and_new_keys_are_taken: "psc-acr-exact psc-cle-jamais-relue",
    lapsed_token_is_renewed: "psc-sans-renouvellement psc-session-sans-fin",
    signed_userinfo_is_read: "psc-userinfo-jwt-refuse",
    account_is_that_of_the_national_id: ("psc-compte-par-sub psc-compte-par-nom psc-inconnu-cree"),
    same_account_by_password: "psc-compte-separe",
    activity_is_chosen: "psc-premier-exercice psc-exercice-oublie",
    activity_is_named_as_told: "psc-exercice-tronque",
    introspection_is_a_post: "psc-introspection-get",
    exchange_is_under_certificate: "psc-echange-sans-certificat",
    logout_ends_both_sessions: (
        "psc-deconnexion-locale-absente psc-deconnexion-muette psc-deconnexion-sans-jeton "
        "psc-deconnexion-state-ignore"
    ),
    settings_name_the_right_hosts: "psc-ancien-hote",
}
CASES = [(check, fault) for check, listed in CHECKS.items() for fault in listed.split()]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.__name__))
def test_psc(check: Check, scene: Scene) -> None:
    check(scene)


@pytest.mark.parametrize(("check", "fault"), CASES, ids=[fault for _, fault in CASES])
def test_fault_is_seen(check: Check, fault: str, scene: Scene) -> None:
    scene.dui.fault(fault)
    with pytest.raises((AssertionError, ValueError, KeyError, StopIteration)):
        check(scene)


def test_every_fault_is_observed() -> None:
    assert {one.name for one in PSC if one.theme.startswith("psc")} == {fault for _, fault in CASES}


# What no fault changes


def test_nothing_secret_is_kept_or_shown(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    address = visitor.callback(doctor)
    visitor.open(address)
    export = scene.dui.call("GET", "/api/audit.jsonl").text
    told = query_of(address)
    assert told["code"] not in export and told["state"] not in export
    assert "eyJ" not in export


def test_another_browser_cannot_use_a_way_back(scene: Scene) -> None:
    doctor, visitor, thief = scene.doctor(), scene.visitor(), scene.visitor()
    address = visitor.callback(doctor)
    thief.open(address)
    assert thief.page.status_code == 403 and not thief.is_in()


def test_revoked_means_opens_nothing(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    visitor.sign_in(doctor)
    visitor.open("/compte/moyens")
    visitor.press("Révoquer ce moyen", means="psc")
    again = scene.visitor()
    again.sign_in(doctor)
    assert not again.is_in() and "révoqué" in alert(again)


def test_service_down_is_told(scene: Scene) -> None:
    doctor, visitor = scene.doctor(), scene.visitor()
    scene.national.psc.fails_with("sans-reponse")
    visitor.sign_in(doctor)
    assert visitor.page.status_code == 503 and "indisponible" in alert(visitor)


def test_session_by_password_is_not_of_psc(scene: Scene) -> None:
    session = scene.dui.signed_in()
    answer = session.get(f"{scene.dui.url}/api/psc/session", timeout=10)
    assert answer.status_code == 409
    assert scene.dui.call("GET", "/api/psc/introspection").status_code == 409


def test_without_configuration_the_door_is_closed(dui: Running) -> None:
    answer = dui.browser().get(f"{dui.url}/psc/login", timeout=10)
    assert answer.status_code == 503 and "alert" in answer.text
    assert "--psc-discovery" in dui.call("GET", "/settings").text
