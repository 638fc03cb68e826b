"""A visitor in the installed browser: a fresh context in the one that the screens share."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from harness.evidence.recorder import Recorder
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen
from harness.targets.browser_forms import COVER, UNCOVER, BrowserForm, survey
from harness.targets.browser_pages import hops_of, picture_of, reason_of
from harness.targets.form_faults import FormFault
from harness.targets.html_pages import redirect_of
from harness.targets.http_client import MAX_ANSWER_BYTES, HttpClient
from harness.targets.page_reading import EXTRACT, Place, releve_of
from harness.targets.screens import BrowserScreens
from harness.targets.target import NO_CREDENTIALS, Target
from harness.targets.visit_pages import (
    ANY_STATUS,
    PAGES,
    READABLE,
    UNREADABLE,
    jar_of,
    shown_url,
    told,
    visit_screen,
)
from harness.targets.visiting import Cookie, Peer, UnreadablePage, Visit, origin_of

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response

_OWN = "cible"


class _ByScriptError(Exception):
    """The page answered a gesture by a request of its script, without leaving."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.url)
        self.response = response


class BrowserVisitor:
    """Implements `Visitor` in a browser.

    All calls must come from the thread that made the first one (Playwright's rule).
    """

    def __init__(
        self,
        target: Target,
        recorder: Recorder,
        host: BrowserScreens,
        delay: float,
        peers: tuple[Peer, ...] = (),
    ) -> None:
        """Prepare a user; the context opens with the first page."""
        self._target = target
        self._recorder = recorder
        self._host = host
        self._delay = delay
        self._own = origin_of(target.endpoints.base_url)
        self._names = {**{one.origin: one.name for one in peers}, self._own: _OWN}
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._secrets: set[str] = set()
        self._here: Visit | None = None

    @property
    def here(self) -> Visit:
        """Return the page that is shown now."""
        if self._here is None:
            self._stop(
                "parcours",
                "aucune page n'est ouverte",
                "un parcours qui ouvre une page",
                "commencez le parcours par `open`",
            )
        return self._here

    def open(self, address: str) -> Visit:
        """Open a path under the base URL, or a whole address."""
        self._here = self._goto(self._shown(), address)
        return self._here

    def submit(self, values: Mapping[str, str], button: str = "") -> Visit:
        """Fill a form and press its button."""
        page, where = self._shown(), self.here.url
        with self._said(page, "formulaire"):
            try:
                form = BrowserForm.having(page, values)
                self._require_known(form.action(button), where)
                form.fill(values)
                form.require_filled(values)
                self._here = self._after(page, lambda: form.press(button))
            except FormFault as fault:
                self._stop(where, fault.seen, fault.expected, fault.todo)
        return self._here

    def press(self, text: str) -> Visit:
        """Press a button or follow a link."""
        page, where = self._shown(), self.here.url
        with self._said(page, f"bouton « {text} »"):
            try:
                found = BrowserForm.pressed(page, text)
            except FormFault as fault:
                self._stop(where, fault.seen, fault.expected, fault.todo)
            self._here = self._after(page, found.click)
        return self._here

    def look(self, path: str) -> Visit:
        """Open a page aside, in another tab."""
        aside = self._opened().new_page()
        try:
            return self._goto(aside, path)
        finally:
            aside.close()

    def call(self, path: str) -> tuple[int, str]:
        """Return status and media type of an address of the API."""
        client = HttpClient(self._target, self._recorder, NO_CREDENTIALS, self._delay)
        with client:
            client.share(jar_of(self.cookies()))
            headers = {"Accept": "application/json"}
            answer = client.send("GET", path, headers=headers, accept_statuses=ANY_STATUS)
        return answer.status, answer.content_type

    def conceal(self, *secrets: str) -> None:
        """Keep values out of every picture from now on."""
        self._secrets.update(one for one in secrets if one)

    def picture(self, name: str) -> Screen:
        """Return what the page shows, secrets covered."""
        return self._picture(self._shown(), name)

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the cookies held now."""
        return tuple(
            Cookie(one["name"], one["value"], one["domain"], one["path"], bool(one.get("secure")))
            for one in self._opened().cookies()
        )

    def carry(self, cookies: tuple[Cookie, ...]) -> None:
        """Take cookies."""
        self._opened().add_cookies(
            [
                {
                    "name": one.name,
                    "value": one.value,
                    "domain": one.domain,
                    "path": one.path,
                    "secure": one.secure,
                }
                for one in cookies
            ]
        )

    def close(self) -> None:
        """Close the context."""
        from playwright.sync_api import Error

        context, self._context, self._page, self._here = self._context, None, None, None
        with contextlib.suppress(Error):  # a browser that died already is closed enough
            if context is not None:
                context.close()

    def _opened(self) -> BrowserContext:
        if self._context is None:
            options = self._target.drivers.screens
            self._context = self._host.launched().new_context(
                locale="fr-FR",
                timezone_id="Europe/Paris",
                viewport={"width": options.width, "height": options.height},
                accept_downloads=False,
            )
            self._context.set_default_timeout(self._delay * 1000)
        return self._context

    def _shown(self) -> Page:
        if self._page is None:
            self._page = self._opened().new_page()
        return self._page

    def _goto(self, page: Page, address: str) -> Visit:
        base = self._target.endpoints.base_url.rstrip("/")
        url = address if urlsplit(address).scheme else f"{base}{address}"
        self._require_known(url, url)
        started = datetime.now(UTC)
        with self._said(page, f"ouverture de {urlsplit(url).path}"):
            return self._arrived(page, page.goto(url, wait_until="load"), started)

    def _after(self, page: Page, act: Callable[[], None]) -> Visit:
        started = datetime.now(UTC)

        def answers(response: Response) -> bool:
            request = response.request
            if request.is_navigation_request():
                return response.frame == page.main_frame
            return request.resource_type in {"xhr", "fetch"}

        try:
            with page.expect_navigation(wait_until="load") as going:
                with page.expect_response(answers) as first:
                    act()
                if not first.value.request.is_navigation_request():
                    raise _ByScriptError(first.value)
        except _ByScriptError as by_script:
            page.wait_for_load_state("networkidle")
            return self._arrived(page, by_script.response, started)
        return self._arrived(page, going.value, started)

    def _arrived(self, page: Page, response: Response | None, started: datetime) -> Visit:
        from playwright.sync_api import TimeoutError as NeverSeen

        exchange = None
        if response is not None:
            for hop in hops_of(response, started, self._names):
                exchange = self._recorder.exchange(hop)
            self._require_page(page, response)
        seen = survey(page)
        place = redirect_of(seen["refresh"], page.url)
        if place and place != page.url:
            return self._goto(page, place)
        self._require_known(page.url, page.url)
        try:
            page.locator("body").filter(has_text=re.compile(r"\S")).first.wait_for()
        except NeverSeen:
            self._stop(
                page.url,
                "la page est restée vide",
                "une page qui montre un texte",
                "ouvrez-la dans un navigateur ; si elle est lente, allongez delays.sign_in",
                page,
            )
        return self._visit(page, response, exchange, seen["controls"])

    def _visit(
        self, page: Page, response: Response | None, exchange: int | None, controls: list[str]
    ) -> Visit:
        chain = [page.url]
        request = response.request if response else None
        while request:
            chain.append(request.url)
            request = request.redirected_from
        trail = tuple(dict.fromkeys(reversed(chain)))
        return Visit(
            status=response.status if response else 200,
            url=shown_url(page.url),
            chain=tuple(dict.fromkeys(map(shown_url, trail))),
            releve=self._releve(page, "parcours"),
            controls=tuple(controls),
            exchange=exchange,
            trail=trail,
        )

    def _require_page(self, page: Page, response: Response) -> None:
        where, status = response.url, response.status
        if status not in READABLE:
            self._stop(
                where,
                f"statut {status}, page d'erreur",
                "une page de l'application",
                "lisez le journal de la cible : elle est en erreur",
                page,
            )
        if not response.request.is_navigation_request():
            return
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in PAGES:
            self._stop(
                where,
                f"{kind or 'type absent'} reçu",
                "une page HTML",
                "vérifiez l'adresse et les boutons du parcours",
                page,
            )
        if len(response.body()) > MAX_ANSWER_BYTES:
            self._stop(
                where,
                "page de plus de 10 Mo",
                "une page de moins de 10 Mo",
                "est-ce la bonne page ?",
                page,
            )

    def _require_known(self, url: str, where: str) -> None:
        if not url or origin_of(url) in self._names:
            return
        self._stop(
            where,
            f"mène à {shown_url(url)[:200]}",
            f"une adresse de la cible ou de ses partenaires ({', '.join(sorted(self._names))})",
            "corrigez l'adresse, ou nommez ce serveur dans drivers.visitor.hosts",
        )

    def _releve(self, page: Page, name: str) -> ScreenReleve:
        place = Place(name, shown_url(page.url), datetime.now(UTC).isoformat())
        return releve_of(place, page.evaluate(EXTRACT, self._target.drivers.screens.alert))

    def _picture(self, page: Page, name: str) -> Screen:
        with self._said(page, f"capture de la page {name}", pictured=False):
            releve = self._releve(page, name)
            page.evaluate(COVER, sorted(self._secrets, key=len, reverse=True))
            try:
                image, media_type = picture_of(page, whole=name != UNREADABLE)
            finally:
                page.evaluate(UNCOVER)
        return visit_screen(name, releve, image, media_type, self._secrets)

    @contextlib.contextmanager
    def _said(self, page: Page, what: str, *, pictured: bool = True) -> Iterator[None]:
        from playwright.sync_api import Error

        try:
            yield
        except Error as error:
            text = str(error)
            reason, todo = reason_of(error), "vérifiez l'adresse et les boutons du parcours"
            if "ERR_TOO_MANY_REDIRECTS" in text:
                reason = "redirections sans fin : aucune page au bout"
                todo = "ouvrez cette adresse dans un navigateur sans témoins (cookies)"
            elif "Download is starting" in text or "ERR_ABORTED" in text:
                reason = "un fichier, ou rien, est venu à la place d'une page"
            elif "Timeout" in text:
                reason = f"aucune page n'est venue en {self._delay:g} s"
                todo = "allongez delays.sign_in si la page est lente, sinon lisez le journal"
            raise UnreadablePage(
                told(f"{shown_url(page.url)}, {what}", reason, "une page HTML", todo),
                self._pictures(page) if pictured else (),
            ) from error

    def _stop(
        self, where: str, seen: str, expected: str, todo: str, page: Page | None = None
    ) -> NoReturn:
        shown = page or self._page
        raise UnreadablePage(
            told(shown_url(where), seen, expected, todo), self._pictures(shown) if shown else ()
        )

    def _pictures(self, page: Page) -> tuple[Screen, ...]:
        from playwright.sync_api import Error

        with contextlib.suppress(Error):  # what still loads would change the page under our eyes
            page.evaluate("() => window.stop()")
        # A page may give way to the browser's own error page while it is read: once more, then.
        for _ in range(2):
            with contextlib.suppress(UnreadablePage):
                return (self._picture(page, UNREADABLE),)
        return ()
