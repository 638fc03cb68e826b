"""A visitor without a browser: one HTTP session with its cookies, forms read by lxml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import urljoin, urlsplit

from harness.evidence.recorder import Recorder
from harness.model.problems import TargetUnreachable, UnexpectedAnswer
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen
from harness.targets.form_faults import FormFault
from harness.targets.html_pages import HtmlPage, Submission
from harness.targets.http_client import Answer, HttpClient, excerpt
from harness.targets.page_reading import Place, read_html, releve_of
from harness.targets.target import NO_CREDENTIALS, Endpoints, Proxy, Target
from harness.targets.visit_pages import (
    ANY_STATUS,
    MAX_REDIRECTS,
    PAGES,
    READABLE,
    UNREADABLE,
    add_cookies,
    cookies_of,
    shown_url,
    told,
    visit_screen,
)
from harness.targets.visiting import Cookie, Peer, UnreadablePage, Visit, origin_of

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPING = frozenset({307, 308})


@dataclass(frozen=True, slots=True)
class _Shown:
    """The page that is shown, and every address that led to it."""

    answer: Answer
    chain: tuple[str, ...]

    @property
    def html(self) -> HtmlPage:
        return HtmlPage(self.answer.body, self.answer.url)


class HtmlVisitor:
    """Implements `Visitor` over HTTP. Pictures are the HTML of the pages: `degraded`."""

    def __init__(
        self, target: Target, recorder: Recorder, delay: float, peers: tuple[Peer, ...] = ()
    ) -> None:
        from requests.cookies import RequestsCookieJar

        self._target = target
        self._recorder = recorder
        self._delay = delay
        self._peers = {one.origin: one for one in peers}
        self._own = origin_of(target.endpoints.base_url)
        self._jar = RequestsCookieJar()
        self._clients: dict[str, HttpClient] = {}
        self._shown: _Shown | None = None
        self._secrets: set[str] = set()

    @property
    def here(self) -> Visit:
        """Return the page that is shown now."""
        return self._visit(self._page("parcours"))

    def open(self, address: str) -> Visit:
        """Open a path under the base URL, or a whole address."""
        return self._arrive(Submission("GET", self._whole(address)))

    def submit(self, values: Mapping[str, str], button: str = "") -> Visit:
        """Fill a form and press its button."""
        page = self._page("formulaire")
        try:
            asked = page.html.filled(values, button)
        except FormFault as fault:
            self._stop(page.answer.url, fault.seen, fault.expected, fault.todo)
        return self._arrive(asked)

    def press(self, text: str) -> Visit:
        """Press a button or follow a link."""
        page = self._page("bouton")
        try:
            asked = page.html.pressed(text)
        except FormFault as fault:
            self._stop(page.answer.url, fault.seen, fault.expected, fault.todo)
        return self._arrive(asked)

    def look(self, path: str) -> Visit:
        """Open a page aside."""
        kept = self._shown
        try:
            return self.open(path)
        finally:
            self._shown = kept

    def call(self, path: str) -> tuple[int, str]:
        """Return status and media type of an address of the API."""
        headers = {"Accept": "application/json"}
        answer = self._client(self._own).send(
            "GET", path, headers=headers, accept_statuses=ANY_STATUS
        )
        return answer.status, answer.content_type

    def conceal(self, *secrets: str) -> None:
        """Keep values out of every picture from now on."""
        self._secrets.update(one for one in secrets if one)

    def picture(self, name: str) -> Screen:
        """Return the page as HTML, and its relevé."""
        return self._picture(name, self._page(name).answer)

    def cookies(self) -> tuple[Cookie, ...]:
        """Return the cookies held now."""
        return cookies_of(self._jar)

    def carry(self, cookies: tuple[Cookie, ...]) -> None:
        """Take cookies."""
        add_cookies(self._jar, cookies)

    def close(self) -> None:
        """Close the connections and forget the cookies."""
        for one in self._clients.values():
            one.close()
        self._clients.clear()
        self._jar.clear()
        self._shown = None

    def _whole(self, address: str) -> str:
        if urlsplit(address).scheme:
            return address
        return f"{self._target.endpoints.base_url.rstrip('/')}{address}"

    def _page(self, name: str) -> _Shown:
        if self._shown is None:
            self._stop(
                name,
                "aucune page n'est ouverte",
                "un parcours qui ouvre une page",
                "commencez le parcours par `open`",
            )
        return self._shown

    def _arrive(self, asked: Submission) -> Visit:
        chain: list[str] = []
        while True:
            self._require_known(asked.url, chain)
            chain.append(asked.url)
            answer = self._send(asked)
            place = self._next(asked, answer)
            if place is None:
                break
            if len(chain) > MAX_REDIRECTS:
                way = " → ".join(dict.fromkeys(urlsplit(one).path for one in chain))
                self._stop(
                    chain[0],
                    f"{len(chain)} redirections sans arriver à une page ({way[:300]})",
                    "une page, en quelques redirections",
                    "ouvrez cette adresse dans un navigateur sans témoins (cookies) et corrigez "
                    "la boucle",
                )
            asked = place
        self._require_page(answer)
        self._shown = _Shown(answer, tuple(chain))
        return self._visit(self._shown)

    def _next(self, asked: Submission, answer: Answer) -> Submission | None:
        if answer.status in _REDIRECTS:
            place = next((v for k, v in answer.headers.items() if k.lower() == "location"), "")
            if not place:
                self._stop(
                    answer.url,
                    f"statut {answer.status} sans adresse (Location)",
                    "une redirection vers une page",
                    "lisez le journal de la cible",
                )
            url = urljoin(answer.url, place).partition("#")[0]
            kept = answer.status in _KEEPING
            return Submission(asked.method, url, asked.body) if kept else Submission("GET", url)
        if answer.status in READABLE and answer.content_type in PAGES:
            refresh = HtmlPage(answer.body, answer.url).refresh
            if refresh and refresh != answer.url:
                return Submission("GET", refresh)
        return None

    def _send(self, asked: Submission) -> Answer:
        origin = origin_of(asked.url)
        parts = urlsplit(asked.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {"Accept": "text/html,application/xhtml+xml"}
        if asked.body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            return self._client(origin).send(
                asked.method, path, headers=headers, body=asked.body, accept_statuses=ANY_STATUS
            )
        except (TargetUnreachable, UnexpectedAnswer) as error:
            text = str(error).replace(asked.url, shown_url(asked.url))
            raise UnreadablePage(
                f"{text} (page demandée : {urlsplit(asked.url).path})", self._pictures()
            ) from error

    def _client(self, origin: str) -> HttpClient:
        if origin not in self._clients:
            peer = self._peers.get(origin)
            target, name = self._target, "cible"
            if peer is not None and origin != self._own:
                ends = Endpoints(base_url=peer.origin, ca_file=peer.ca_file)
                target, name = replace(target, endpoints=ends, proxy=Proxy()), peer.name
            else:
                ends = replace(target.endpoints, base_url=self._own)
                target = replace(target, endpoints=ends)
            client = HttpClient(target, self._recorder, NO_CREDENTIALS, self._delay, name)
            client.share(self._jar)
            self._clients[origin] = client
        return self._clients[origin]

    def _require_known(self, url: str, chain: list[str]) -> None:
        known = {self._own, *self._peers}
        if urlsplit(url).scheme in {"http", "https"} and origin_of(url) in known:
            return
        self._stop(
            chain[-1] if chain else url,
            f"mène à {shown_url(url)[:200]}",
            f"une adresse de la cible ou de ses partenaires ({', '.join(sorted(known))})",
            "corrigez l'adresse, ou nommez ce serveur dans drivers.visitor.hosts",
        )

    def _require_page(self, answer: Answer) -> None:
        if answer.status not in READABLE:
            self._stop(
                answer.url,
                f"statut {answer.status}, {excerpt(answer.body)}",
                "une page de l'application",
                "lisez le journal de la cible : elle est en erreur",
                answer,
            )
        if answer.content_type not in PAGES:
            self._stop(
                answer.url,
                f"{answer.content_type or 'type absent'} reçu, {excerpt(answer.body)}",
                "une page HTML",
                "vérifiez l'adresse et les boutons du parcours",
                answer,
            )

    def _stop(
        self, where: str, seen: str, expected: str, todo: str, answer: Answer | None = None
    ) -> NoReturn:
        raise UnreadablePage(told(shown_url(where), seen, expected, todo), self._pictures(answer))

    def _pictures(self, answer: Answer | None = None) -> tuple[Screen, ...]:
        page = answer if answer is not None else self._shown.answer if self._shown else None
        return (self._picture(UNREADABLE, page),) if page is not None else ()

    def _picture(self, name: str, answer: Answer) -> Screen:
        releve = self._releve(name, answer)
        kind = answer.content_type if answer.content_type in PAGES else "text/plain"
        body = answer.body if kind != "text/plain" else excerpt(answer.body).encode()
        return visit_screen(name, releve, body, kind, self._secrets, degraded=True)

    def _releve(self, name: str, answer: Answer) -> ScreenReleve:
        place = Place(name, shown_url(answer.url), datetime.now(UTC).isoformat())
        body = answer.body if answer.content_type in PAGES else b""
        return releve_of(place, read_html(body, self._target.drivers.screens.alert))

    def _visit(self, shown: _Shown) -> Visit:
        answer = shown.answer
        return Visit(
            status=answer.status,
            url=shown_url(answer.url),
            chain=tuple(map(shown_url, shown.chain)),
            releve=self._releve("parcours", answer),
            controls=shown.html.controls,
            exchange=answer.exchange,
            trail=shown.chain,
        )
