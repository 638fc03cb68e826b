"""Driver `screens`: pages in the installed browser, screenshots as proofs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.evidence.recorder import Recorder
from harness.model.identity import Person
from harness.model.problems import TargetUnreachable, UnexpectedAnswer
from harness.targets.base import AccountRef, Attempt, PatientRef, Screen, SearchAnswer
from harness.targets.browser import launch
from harness.targets.browser_pages import exchange_of, picture_of, reason_of, type_in
from harness.targets.http_client import hide_secrets
from harness.targets.page_reading import EXTRACT, Place, releve_of
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
from harness.targets.target import Credentials, Target
from harness.targets.visiting import Peer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Playwright, Response

_READABLE = {200, 201, 400, 404, 409, 422}
CLOSED = (401, 403, 404)
"""Statuses of a page that is closed to a profile."""


class BrowserScreens:
    """Offers `Screens` with one browser context, signed in once and kept.

    All calls must come from the thread that made the first one (Playwright's rule).
    """

    def __init__(
        self,
        target: Target,
        recorder: Recorder,
        executable: Path,
        credentials: Credentials | None = None,
        host: BrowserScreens | None = None,
        peers: tuple[Peer, ...] = (),
    ) -> None:
        """Prepare a browser for one user; with `host`, a separate context of its browser.

        `peers` are whom its pages may lead to, besides the target.
        """
        self._target = target
        options = target.drivers.screens
        self._options = replace(options, credentials=credentials) if credentials else options
        self._host = host
        self._peers = peers
        self._recorder = recorder
        self._executable = executable
        self._timeout = target.delay("screens") * 1000
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        hide_secrets(recorder, target, self._options.credentials)

    def patient(self, patient: PatientRef) -> Screen:
        """Return the page of a patient."""
        return self._show("patient", patient.id)

    def creation_form(self) -> Screen:
        """Return the empty creation form."""
        return self._show("creation")

    def account(self, account: AccountRef) -> Screen:
        """Return the page of an account."""
        return self._show("account", account.id)

    def settings(self) -> Screen:
        """Return the page of settings."""
        return self._show("settings")

    def show(self, name: str, key: str = "") -> Screen:
        """Return a page by its name."""
        return self._show(name, key)

    def reach(self, patient: PatientRef) -> Screen:
        """Return what the address of a patient's page shows, a refusal included."""
        page = self._signed_in()
        self._go(page, page_path(self._options, "patient", patient.id), CLOSED)
        return self._capture("patient")

    def search(self, **criteria: str) -> tuple[SearchAnswer, Screen]:
        """Fill the search form, submit it, and read whom the page links to."""
        values = search_values(self._options, criteria)
        self._open(page_path(self._options, "search"))
        page = self._signed_in()
        with self._said("recherche par l'écran"):
            controls = {name: page.locator(f'[name="{name}"]').first for name in values}
            for name, value in values.items():
                if controls[name].count() == 0:
                    raise UnexpectedAnswer(
                        f"{page.url} : le champ {name} n'est pas dans le formulaire de recherche. "
                        "À faire : vérifiez drivers.screens.search"
                    )
                type_in(controls[name], value)
            form = page.locator("form").filter(has=page.locator(f'[name="{next(iter(values))}"]'))
            self._submit(page, form, "")
            links = page.evaluate(EXTRACT)["links"]
        screen = self._capture("search")
        return search_answer(criteria, listed_patients(self._options, links), screen), screen

    def create(self, person: Person) -> tuple[Attempt, Screen]:
        """Fill the creation form and submit it.

        The browser's own control of compulsory fields is turned off, so that it is the software
        that refuses: its control holds for any client, and its message is on the page.
        """
        self._open(page_path(self._options, "creation"))
        page = self._signed_in()
        with self._said("création par l'écran"):
            self._fill(page, person)
            form = page.locator("form").filter(has=self._control(page, "birth_name"))
            self._submit(page, form, self._options.buttons.get("create", ""))
        key = created_id(self._options, page.url)
        screen = self._capture("patient" if key else "creation")
        releve = screen_releve_of(screen)
        private_id = label_value(releve, self._options.private_id_label)
        patient = PatientRef(key, private_id) if key else None
        attempt = creation_attempt(person, patient, releve.alerts, screen)
        return attempt, screen

    def press(self, patient: PatientRef, action: str) -> Screen:
        """Press a button of the patient's page and return the page that follows."""
        self._open(page_path(self._options, "patient", patient.id))
        page = self._signed_in()
        text = button_text(self._options, action)
        with self._said(f"bouton « {text} »"):
            button = page.get_by_role("button", name=text, exact=True)
            if button.count() == 0:
                raise UnexpectedAnswer(
                    f"{page.url} : le bouton « {text} » n'est pas sur la page. Attendu : un bouton "
                    f"de ce nom. À faire : vérifiez drivers.screens.buttons.{action}"
                )
            self._navigate(page, button.first.click)
        return self._capture("patient")

    def close(self) -> None:
        """Close the browser."""
        browser, playwright = self._browser, self._playwright
        self._page = self._browser = self._playwright = None
        # A browser that died already is closed enough.
        with contextlib.suppress(Exception):
            if browser and not self._host:
                browser.close()
        if playwright:
            playwright.stop()

    def _show(self, name: str, key: str = "") -> Screen:
        self._open(page_path(self._options, name, key))
        return self._capture(name)

    def _open(self, path: str) -> None:
        page, sign_in = self._signed_in(), self._options.sign_in
        self._go(page, path)
        if sign_in and urlsplit(page.url).path == sign_in.path != path:
            self._sign_in(page)  # the session ended: once more, then for good
            self._go(page, path)
            if urlsplit(page.url).path == sign_in.path:
                raise self._refused_sign_in(page)

    def _signed_in(self) -> Page:
        if self._page is None:
            self._page = self._started()
            if self._options.sign_in:
                self._sign_in(self._page)
        return self._page

    def launched(self) -> Browser:
        """Return the browser, launched: a second one cannot be driven from the same thread."""
        from playwright.sync_api import sync_playwright

        if self._browser is None:
            playwright = sync_playwright().start()
            try:
                self._browser = launch(playwright, self._executable, self._target, self._peers)
            except BaseException:
                playwright.stop()  # a second one cannot start beside it: the next page tries anew
                raise
            self._playwright = playwright
        return self._browser

    def _started(self) -> Page:
        browser = self._host.launched() if self._host else self.launched()
        sign, basic = self._options.credentials, self._options.sign_in is None
        context = browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": self._options.width, "height": self._options.height},
            http_credentials={"username": sign.user, "password": sign.secret}
            if basic and sign.scheme == "basic"
            else None,
        )
        context.set_default_timeout(self._timeout)
        return context.new_page()

    def _sign_in(self, page: Page) -> None:
        sign_in, sign = self._options.sign_in, self._options.credentials
        if sign_in is None:
            return
        self._go(page, sign_in.path)
        with self._said("connexion"):
            secret = page.locator(f'[name="{sign_in.secret_field}"]')
            page.locator(f'[name="{sign_in.user_field}"]').fill(sign.user)
            secret.fill(sign.secret)
            self._submit(page, page.locator("form").filter(has=secret), "", refusals={401, 403})
        if urlsplit(page.url).path == sign_in.path:
            raise self._refused_sign_in(page)

    def _refused_sign_in(self, page: Page) -> UnexpectedAnswer:
        alerts = " ".join(page.evaluate(EXTRACT, self._options.alert)["alerts"])
        return UnexpectedAnswer(
            f"{page.url} : la connexion de « {self._options.credentials.user} » a échoué. Reçu : "
            f"{alerts[:120] or 'la page de connexion'} ; attendu : une page de l'application. "
            "À faire : vérifiez drivers.screens.credentials"
        )

    def _go(self, page: Page, path: str, refusals: Collection[int] = ()) -> None:
        url = f"{self._target.endpoints.base_url.rstrip('/')}{path}"
        with self._said(f"ouverture de {path}"):
            started = datetime.now(UTC)
            response = page.goto(url, wait_until="load")
            self._judge(page, response, started, set(refusals))
            self._await_content(page)

    def _submit(
        self, page: Page, form: Locator, text: str, refusals: set[int] | None = None
    ) -> None:
        form.first.evaluate("form => { form.noValidate = true; }")
        button = (
            form.get_by_role("button", name=text, exact=True)
            if text
            else form.locator('button[type="submit"], input[type="submit"], button:not([type])')
        )
        self._navigate(page, button.first.click, refusals or set())

    def _navigate(
        self, page: Page, act: Callable[[], None], refusals: set[int] | None = None
    ) -> None:
        started = datetime.now(UTC)
        with page.expect_navigation(wait_until="load") as going:
            act()
        self._judge(page, going.value, started, refusals or set())
        self._await_content(page)

    def _await_content(self, page: Page) -> None:
        from playwright.sync_api import TimeoutError as NeverSeen

        try:
            page.locator(self._options.ready).first.wait_for()
        except NeverSeen as error:
            raise UnexpectedAnswer(
                f"{page.url} : « {self._options.ready} » n'est pas apparu sur la page. Attendu : "
                "l'élément qui montre qu'elle est prête. À faire : vérifiez drivers.screens.ready"
            ) from error

    def _judge(
        self, page: Page, response: Response | None, started: datetime, also: set[int]
    ) -> None:
        if response is None:
            return
        self._recorder.exchange(exchange_of(response, started))
        if response.status not in _READABLE | also:
            raise UnexpectedAnswer(
                f"{response.request.method} {page.url} → {response.status} : page d'erreur. "
                "Attendu : une page de l'application. À faire : vérifiez drivers.screens.pages, "
                "les droits de l'utilisateur et le journal de la cible"
            )

    def _control(self, page: Page, name: str) -> Locator:
        return page.locator(f'[name="{self._options.form.get(name, name)}"]')

    def _fill(self, page: Page, person: Person) -> None:
        for name, value in form_values(self._options, person).items():
            control = self._control(page, name).first
            if control.count() == 0:
                if value:
                    raise UnexpectedAnswer(
                        f"{page.url} : le champ « {name} » n'est pas dans le formulaire. Attendu : "
                        f"un champ nommé {self._options.form.get(name, name)}. À faire : vérifiez "
                        f"drivers.screens.form.{name}"
                    )
                continue
            if control.evaluate("el => el.tagName") == "SELECT":
                control.select_option(value)
            else:
                type_in(control, value)

    def _capture(self, name: str) -> Screen:
        page = self._signed_in()
        with self._said(f"capture de la page {name}"):
            seen = page.evaluate(EXTRACT, self._options.alert)
            image, media_type = picture_of(page)
        at = datetime.now(UTC)
        releve = releve_of(Place(PAGE_WORDS[name], page.url, at.isoformat()), seen)
        return screen_of(name, releve, image, media_type)

    @contextlib.contextmanager
    def _said(self, what: str) -> Iterator[None]:
        from playwright.sync_api import Error

        try:
            yield
        except Error as error:
            place = self._target.endpoints.base_url
            raise TargetUnreachable(f"{place}, {what} : {reason_of(error)}") from error
