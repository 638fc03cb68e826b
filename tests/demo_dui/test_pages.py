"""The pages of demo_dui, read as a browser gets them, and the life of the process."""

from __future__ import annotations

import re
import signal
import sys
from html.parser import HTMLParser
from typing import Any

import pytest

FORM = {
    "birth_name": "D'ARC-EN-CIEL",
    "first_birth_given_name": "ANNE-LISE",
    "birth_given_names": "ANNE-LISE MARIE",
    "birth_date": "1985-07-09",
    "sex": "F",
    "birth_place_code": "75056",
    "used_name": "",
    "used_given_name": "",
}
COMPULSORY = {
    "birth_name",
    "first_birth_given_name",
    "birth_date",
    "sex",
    "birth_place_code",
}


class Outline(HTMLParser):
    """Definition list, alerts, labels and form fields of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.terms: list[str] = []
        self.values: list[str] = []
        self.alerts: list[str] = []
        self.labelled: set[str] = set()
        self.fields: dict[str, bool] = {}
        self._into: list[str] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        target = {"dt": self.terms, "dd": self.values}.get(tag)
        if given.get("role") == "alert":
            target = self.alerts
        if target is not None:
            target.append("")
            self._into = target
        if tag == "label":
            self.labelled.add(given.get("for") or "")
        if tag in {"input", "select", "textarea"}:
            self.fields[given.get("name") or ""] = "required" in given

    def handle_endtag(self, tag: str) -> None:
        if tag in {"dt", "dd", "p"}:
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] = (self._into[-1] + data).strip()

    def rows(self) -> dict[str, str]:
        return dict(zip(self.terms, self.values, strict=True))


def test_pages_need_a_session_and_cookies_are_strict(dui: Any) -> None:
    session = dui.browser()
    assert session.get(f"{dui.url}/patients", timeout=10).url.endswith("/login")
    wrong = {"username": "pro.martin", "password": "faux"}
    refused = session.post(f"{dui.url}/login", data=wrong, timeout=10)
    assert refused.status_code == 401 and Outline(refused.text).alerts
    good = {"username": "pro.martin", "password": dui.http.auth[1]}
    answer = session.post(f"{dui.url}/login", data=good, allow_redirects=False, timeout=10)
    cookie = answer.headers["Set-Cookie"]
    assert answer.headers["Location"] == "/patients"
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax"))
    session.get(f"{dui.url}/logout", timeout=10)
    assert session.get(f"{dui.url}/patients", timeout=10).url.endswith("/login")


def test_creation_form_asks_five_fields_and_the_page_shows_the_identity(dui: Any) -> None:
    session = dui.signed_in()
    form = Outline(session.get(f"{dui.url}/patients/new", timeout=10).text)
    assert {name for name, required in form.fields.items() if required} == COMPULSORY
    assert set(form.fields) <= form.labelled
    page = session.post(f"{dui.url}/patients/new", data=FORM, timeout=10)
    assert re.search(r"/patients/\d+$", page.url), page.text
    outline = Outline(page.text)
    rows = outline.rows()
    assert rows["Nom de naissance"] == "D'ARC-EN-CIEL"
    assert rows["Premier prénom de naissance"] == "ANNE-LISE"
    assert rows["Date de naissance"] == "09/07/1985"
    assert rows["Sexe"] == "Féminin"
    assert rows["Statut de l'identité"] == "provisoire"
    assert rows["Lieu de naissance (code INSEE)"] == "75056"
    assert '<html lang="fr">' in page.text and "http" not in page.text
    listed = session.get(f"{dui.url}/patients", timeout=10)
    assert "D&#39;ARC-EN-CIEL" in listed.text


@pytest.mark.parametrize("field", sorted(COMPULSORY))
def test_an_empty_compulsory_field_is_told_on_the_page(dui: Any, field: str) -> None:
    session = dui.signed_in()
    page = session.post(f"{dui.url}/patients/new", data=FORM | {field: ""}, timeout=10)
    alerts = Outline(page.text).alerts
    assert page.status_code == 422 and any("obligatoire" in alert for alert in alerts)


def test_insi_and_verification_from_the_page(dui: Any, insi: Any) -> None:
    session = dui.signed_in()
    url = session.post(f"{dui.url}/patients/new", data=FORM, timeout=10).url
    insi.will_answer(None)
    page = session.post(f"{url}/insi", timeout=10)
    assert "sans réponse" in Outline(page.text).alerts[0]
    page = session.post(f"{url}/verification", data={"document": "ZZ"}, timeout=10)
    assert "haut niveau" in Outline(page.text).alerts[0]
    page = session.post(f"{url}/verification", data={"document": "PA"}, timeout=10)
    assert Outline(page.text).rows()["Statut de l'identité"] == "validée"
    assert "pièce d&#39;identité contrôlée (PA)" in page.text and "pro.martin" in page.text


def test_optional_traits_follow_the_setting(dui: Any) -> None:
    session = dui.signed_in()
    url = session.post(f"{dui.url}/patients/new", data=FORM, timeout=10).url
    session.post(f"{dui.url}/settings", data={}, timeout=10)
    rows = Outline(session.get(url, timeout=10).text).rows()
    assert "OID" not in rows and "Nom de naissance" in rows
    assert dui.call("GET", "/api/settings").json()["show_optional_traits"] is False
    session.post(f"{dui.url}/settings", data={"show_optional_traits": "on"}, timeout=10)
    assert "OID" in Outline(session.get(url, timeout=10).text).rows()


def test_search_page_finds_and_refuses(dui: Any) -> None:
    session = dui.signed_in()
    session.post(f"{dui.url}/patients/new", data=FORM, timeout=10)
    url = f"{dui.url}/patients/search"
    page = session.get(url, params={"birth_date": "1985-07-09", "name": "arcenciel"}, timeout=10)
    assert "0 patient(s)" in page.text
    page = session.get(url, params={"birth_date": "1985-07-09", "name": "darc"}, timeout=10)
    assert "1 patient(s)" in page.text
    page = session.get(url, params={"matricule": "123"}, timeout=10)
    assert "15 attendus" in Outline(page.text).alerts[0]


@pytest.mark.parametrize(
    ("fault", "sees"),
    [
        ("ecran-alerte-absente", "alert"),
        ("ecran-formulaire-sans-lieu", "birth_place_code"),
        ("ecran-nom-utilise-exige", 'id="used_name" name="used_name" value="" required'),
    ],
)
def test_screen_faults_of_the_form(dui: Any, fault: str, sees: str) -> None:
    def page() -> str:
        session = dui.signed_in()
        refused = session.post(f"{dui.url}/patients/new", data=FORM | {"sex": ""}, timeout=10)
        return str(refused.text).split("</style>")[1]

    healthy = page()
    dui.fault(fault)
    assert (sees in healthy) != (sees in page())


def test_control_is_guarded_and_resets(dui: Any) -> None:
    url = f"{dui.control_url}/control/fault"
    assert dui.browser().post(url, json={"fault": None}, timeout=10).status_code == 401
    unknown = dui.control("POST", "/control/fault", json={"fault": "inexistant"})
    assert unknown.status_code == 404 and "historique-absent" in unknown.json()["faults"]
    assert dui.control("POST", "/control/fault", data="x").status_code == 400
    session = dui.signed_in()
    patient_id = session.post(f"{dui.url}/patients/new", data=FORM, timeout=10).url.split("/")[-1]
    dui.fault("statut-defaut-valide")
    assert dui.call("GET", f"/api/patients/{patient_id}").status_code == 404
    assert session.get(f"{dui.url}/patients", timeout=10).url.endswith("/login")
    created = dui.call("POST", "/api/patients", json=FORM).json()
    assert created["status"] == "validée" and created["id"] != patient_id
    assert dui.control("GET", "/control/health").json()["fault"] == "statut-defaut-valide"
    assert dui.control("POST", "/control/reset").status_code == 200


def test_process_stops_on_signal_and_on_the_end_of_stdin(start: Any) -> None:
    first, second = start(), start()
    first.process.stdin.close()
    assert first.process.wait(timeout=10) == 0
    if sys.platform != "win32":
        second.process.send_signal(signal.SIGTERM)
        assert second.process.wait(timeout=10) == 0


def test_store_outlives_the_process(start: Any, tmp_path: Any) -> None:
    first = start("--state", str(tmp_path))
    patient_id = first.call("POST", "/api/patients", json=FORM).json()["id"]
    first.process.stdin.close()
    first.process.wait(timeout=10)
    second = start("--state", str(tmp_path))
    kept = second.call("GET", f"/api/patients/{patient_id}").json()
    assert kept["birth_name"] == FORM["birth_name"]
