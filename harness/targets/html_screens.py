"""Pages without a browser: the HTML is kept as proof, and a person must read it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from harness.model.identity import Person
from harness.model.problems import UnexpectedAnswer
from harness.targets.base import AccountRef, Attempt, PatientRef, Screen, SearchAnswer
from harness.targets.http_client import Answer, HttpClient
from harness.targets.page_reading import Place, read_html, releve_of
from harness.targets.screen_pages import (
    PAGE_WORDS,
    button_text,
    created_id,
    creation_attempt,
    form_values,
    label_value,
    listed_patients,
    page_path,
    screen_of,
    screen_releve_of,
    search_answer,
    search_values,
)
from harness.targets.target import ScreenOptions

_REDIRECTS = {301, 302, 303, 307, 308}
_READABLE = {200, 201, 400, 401, 403, 404, 409, 422} | _REDIRECTS
_MAX_REDIRECTS = 5


class HtmlScreens:
    """Offers `Screens` over one HTTP session: same sign-in, same pages, no picture."""

    def __init__(self, client: HttpClient, options: ScreenOptions) -> None:
        self._client = client
        self._options = options
        self._signed = False

    def patient(self, patient: PatientRef) -> Screen:
        """Return the page of a patient."""
        return self._screen("patient", self._open(page_path(self._options, "patient", patient.id)))

    def creation_form(self) -> Screen:
        """Return the empty creation form."""
        return self._screen("creation", self._open(page_path(self._options, "creation")))

    def account(self, account: AccountRef) -> Screen:
        """Return the page of an account."""
        return self._screen("account", self._open(page_path(self._options, "account", account.id)))

    def settings(self) -> Screen:
        """Return the page of settings."""
        return self._screen("settings", self._open(page_path(self._options, "settings")))

    def show(self, name: str, key: str = "") -> Screen:
        """Return a page by its name."""
        return self._screen(name, self._open(page_path(self._options, name, key)))

    def reach(self, patient: PatientRef) -> Screen:
        """Return what the address of a patient's page shows, a refusal included."""
        if self._options.sign_in and not self._signed:
            self.sign_in()
        answer = self._follow("GET", page_path(self._options, "patient", patient.id))
        return self._shown("patient", answer)

    def search(self, **criteria: str) -> tuple[SearchAnswer, Screen]:
        """Submit the search form and read whom the page links to."""
        values = search_values(self._options, criteria)
        page = self._open(page_path(self._options, "search"))
        after = self._submit(page, _form_with(page, next(iter(values))), values)
        screen = self._screen("search", after)
        links = [urljoin(after.url, one) for one in read_html(after.body)["links"]]
        return search_answer(criteria, listed_patients(self._options, links), screen), screen

    def create(self, person: Person) -> tuple[Attempt, Screen]:
        """Post the creation form with the traits of a person."""
        answer = self._open(page_path(self._options, "creation"))
        names = self._options.form
        values = {names[n]: v for n, v in form_values(self._options, person).items()}
        form = _form_with(answer, names.get("birth_name", "birth_name"))
        after = self._submit(answer, form, values)
        key = created_id(self._options, after.url)
        screen = self._screen("patient" if key else "creation", after)
        releve = screen_releve_of(screen)
        private_id = label_value(releve, self._options.private_id_label)
        patient = PatientRef(key, private_id) if key else None
        return creation_attempt(person, patient, releve.alerts, screen), screen

    def press(self, patient: PatientRef, action: str) -> Screen:
        """Post the form of a button of the patient's page."""
        answer = self._open(page_path(self._options, "patient", patient.id))
        form = _form_of_button(answer, button_text(self._options, action))
        return self._screen("patient", self._submit(answer, form, {}))

    def close(self) -> None:
        """Close the session."""
        self._client.close()

    def _open(self, path: str) -> Answer:
        sign_in = self._options.sign_in
        if sign_in and not self._signed:
            self.sign_in()
        answer = self._follow("GET", path)
        if sign_in and urlsplit(answer.url).path == sign_in.path != path:
            self.sign_in()
            answer = self._follow("GET", path)
        return answer

    def sign_in(self) -> None:
        """Post the sign-in form. Raises `UnexpectedAnswer` when it is refused."""
        sign_in, sign = self._options.sign_in, self._options.credentials
        if sign_in is None:
            return
        page = self._follow("GET", sign_in.path)
        form = _form_with(page, sign_in.secret_field)
        values = {sign_in.user_field: sign.user, sign_in.secret_field: sign.secret}
        after = self._submit(page, form, values)
        if urlsplit(after.url).path == sign_in.path:
            raise after.unexpected(
                "une page de l'application", "vérifiez drivers.screens.credentials"
            )
        self._signed = True

    def _submit(self, page: Answer, form: Any, values: Mapping[str, str]) -> Answer:
        fields = {name: value or "" for name, value in form.fields.items()} | dict(values)
        address = urlsplit(urljoin(page.url, form.action or page.url))
        if address.netloc != urlsplit(page.url).netloc:
            raise page.unexpected("un formulaire envoyé à la cible elle-même")
        if form.method.upper() == "GET":
            return self._follow("GET", f"{address.path}?{urlencode(fields)}")
        return self._follow(form.method.upper(), address.path, urlencode(fields).encode())

    def _follow(self, method: str, path: str, body: bytes | None = None) -> Answer:
        answer = self._send(method, path, body)
        for _ in range(_MAX_REDIRECTS):
            if answer.status not in _REDIRECTS:
                break
            place = next((v for k, v in answer.headers.items() if k.lower() == "location"), "")
            address = urlsplit(urljoin(answer.url, place))
            if not place or address.netloc != urlsplit(answer.url).netloc:
                raise answer.unexpected("une redirection vers la cible elle-même")
            query = f"?{address.query}" if address.query else ""
            answer = self._send("GET", f"{address.path}{query}", None)
        if answer.content_type != "text/html":
            raise answer.unexpected(f"une page HTML ({answer.content_type or 'type absent'} reçu)")
        return answer

    def _send(self, method: str, path: str, body: bytes | None) -> Answer:
        headers = {"Accept": "text/html"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._client.send(
            method, path, headers=headers, body=body, accept_statuses=_READABLE
        )

    def _screen(self, name: str, answer: Answer) -> Screen:
        if answer.status in {401, 403}:
            raise answer.unexpected("une page de l'application", "vérifiez les droits")
        return self._shown(name, answer)

    def _shown(self, name: str, answer: Answer) -> Screen:
        place = Place(PAGE_WORDS[name], answer.url, datetime.now(UTC).isoformat())
        releve = releve_of(place, read_html(answer.body, self._options.alert))
        return screen_of(name, releve, answer.body, "text/html", degraded=True)


def _forms(answer: Answer) -> list[Any]:
    from lxml import html

    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    return list(html.fromstring(answer.body or b"<html></html>", parser=parser).forms)


def _form_with(answer: Answer, control: str) -> Any:
    for form in _forms(answer):
        if control in form.fields:
            return form
    raise _absent(answer, f"un formulaire avec le champ « {control} »")


def _form_of_button(answer: Answer, text: str) -> Any:
    for form in _forms(answer):
        buttons = form.xpath(".//button | .//input[@type='submit']")
        if any((one.text_content().strip() or one.get("value")) == text for one in buttons):
            return form
    raise _absent(answer, f"un bouton « {text} »")


def _absent(answer: Answer, what: str) -> UnexpectedAnswer:
    return answer.unexpected(what, "vérifiez la section drivers.screens du fichier de cible")
