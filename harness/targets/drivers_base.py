"""What the drivers of a target share: its connections, its users, its pages, a person."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from harness.evidence.recorder import Recorder
from harness.model.problems import CapabilityMissing
from harness.targets.base import CAPABILITY_LABELS, Capability, Screens
from harness.targets.target import NO_CREDENTIALS, Credentials, Target
from harness.targets.visiting import Peer, Visitor

if TYPE_CHECKING:
    from harness.simulators.loop import ServiceLoop
    from harness.targets.attended import Terminal
    from harness.targets.http import HttpApi
    from harness.targets.http_client import HttpClient
    from harness.targets.mllp import MllpListener
    from harness.targets.screens import BrowserScreens


class _Closable(Protocol):
    def close(self) -> None: ...


C = Capability
K = TypeVar("K", bound=_Closable)


_INSTEAD = {C.IDENTITY_VIEW: C.IDENTITIES, C.IDENTITY_LOOKUP: C.IDENTITIES}


class Connections:
    """What is opened once for a target and kept until `close`, whoever needs it."""

    def __init__(
        self,
        target: Target,
        recorder: Recorder,
        loop: ServiceLoop,
        *,
        listener: MllpListener | None = None,
        attended: bool = False,
        terminal: Terminal | None = None,
        browser: bool = True,
    ) -> None:
        self.target = target
        self._browser = browser
        self._recorder = recorder
        self._loop = loop
        self._listener = listener
        self._own_listener = listener is None
        self._terminal = terminal
        self._people = attended or terminal is not None
        self._open: list[_Closable] = []
        self._clients: dict[str, HttpClient] = {}
        self._apis: dict[str, HttpApi] = {}
        self._screens: dict[str, Screens] = {}
        self._pages: BrowserScreens | None = None
        self._peers: tuple[Peer, ...] = ()

    def offers(self, capability: Capability) -> bool:
        """Say whether a driver is named for a capability, and a person there if it needs one."""
        driver = self._driver(capability)
        return bool(driver) and (driver != "attended" or self._people)

    def api_as(self, role: str) -> HttpApi:
        """Return the API under the account of a role; a door closed to it is a refusal.

        Raises `CapabilityMissing` when the target file does not give the account.
        """
        from harness.targets.access import REFUSED
        from harness.targets.http import HttpApi

        if role not in self._apis:
            client = self._client_of(role)
            self._apis[role] = HttpApi(client, self.target.drivers.http, REFUSED)
        return self._apis[role]

    def screens_as(self, role: str) -> Screens:
        """Return the pages under the account of a role. Raises as `api_as`."""
        from harness.targets.access import credentials_of

        if not role or self._by(C.SCREENS, "attended"):
            return self.screens
        if role not in self._screens:
            self._screens[role] = self._screens_of(credentials_of(self.target, role))
        return self._screens[role]

    @cached_property
    def screens(self) -> Screens:
        """Show pages: in the browser, or as HTML when there is none."""
        if self._by(C.SCREENS, "attended"):
            from harness.targets.attended import AttendedScreens

            return AttendedScreens(self._person)
        return self._screens_of(self.target.drivers.screens.credentials)

    def _screens_of(self, credentials: Credentials) -> Screens:
        pages = self._browser_pages(credentials)
        if pages is not None:
            return pages
        options = replace(self.target.drivers.screens, credentials=credentials)
        from harness.targets.html_screens import HtmlScreens
        from harness.targets.http_client import hide_secrets

        hide_secrets(self._recorder, self.target, options.credentials)
        # The form carries the secret: no Authorization header beside it.
        sign = NO_CREDENTIALS if options.sign_in else options.credentials
        return self._kept(HtmlScreens(self._client(sign, C.SCREENS), options))

    @cached_property
    def listener(self) -> MllpListener:
        """Return the MLLP port that the target sends to, open."""
        from harness.targets.mllp import MllpListener

        listener = self._listener
        if listener is None:
            place = self.target.simulators
            listener = MllpListener(self._loop, self._recorder, place.bind, place.ports.mllp)
        return listener.start()

    def _browser_pages(self, credentials: Credentials) -> BrowserScreens | None:
        """Return pages of one user in the browser that all share; None when there is no browser."""
        from harness.targets.browser import find_browser

        executable = find_browser(self.target.drivers.screens.browser) if self._browser else None
        if executable is None:
            return None
        from harness.targets.screens import BrowserScreens

        host = self._pages
        pages = BrowserScreens(
            self.target, self._recorder, executable, credentials, host, self.peers
        )
        self._pages = host or pages
        return self._kept(pages)

    @property
    def peers(self) -> tuple[Peer, ...]:
        """Return the other parties that pages lead to, those of the target file included."""
        ca_file = self.target.endpoints.ca_file
        named = self.target.drivers.visitor.hosts
        own = (Peer.at(one, "serveur d'identification", ca_file) for one in named)
        return (*self._peers, *own)

    def _visitor(self) -> Visitor:
        """Return a fresh user before the pages: in the browser, or without one."""
        delay = self.target.delay(C.SIGN_IN)
        if self.target.drivers.visitor.way == "browser":
            host = self._pages or self._browser_pages(self.target.drivers.screens.credentials)
            if host is not None:
                from harness.targets.browser_visitor import BrowserVisitor

                return BrowserVisitor(self.target, self._recorder, host, delay, self.peers)
        from harness.targets.html_visitor import HtmlVisitor

        return HtmlVisitor(self.target, self._recorder, delay, self.peers)

    def close(self) -> None:
        """Close every connection, the browser, and the listener when it is ours."""
        for one in reversed(self._open):
            one.close()
        self._open.clear()
        if self._own_listener and "listener" in self.__dict__:
            self.listener.stop()

    def _driver(self, capability: Capability) -> str:
        named = self.target.capabilities
        return named.get(capability, "") or named.get(_INSTEAD.get(capability, capability), "")

    def _checked(self, capability: Capability) -> str:
        driver = self._driver(capability)
        if not driver:
            raise CapabilityMissing(
                f"la cible n'offre pas de quoi {CAPABILITY_LABELS[capability]} : ajoutez "
                f"capabilities.{capability} à {self.target.path.name}"
            )
        if driver == "attended" and not self._people:
            raise CapabilityMissing(
                f"{CAPABILITY_LABELS[capability]} demande une personne (capabilities."
                f'{capability} = "attended") : relancez dans un terminal avec --attended'
            )
        return driver

    def _by(self, capability: Capability, driver: str) -> bool:
        return self._checked(capability) == driver

    @property
    def _person(self) -> Terminal:
        if self._terminal is None:
            from harness.targets.attended import Terminal

            if not self._people:
                raise CapabilityMissing("une étape demande une personne : relancez avec --attended")
            self._terminal = Terminal.standard(self.target.delay("attended"))
        return self._terminal

    @cached_property
    def _http(self) -> HttpApi:
        from harness.targets.http import HttpApi

        options = self.target.drivers.http
        return self._kept(HttpApi(self._client_of(""), options))

    def _client_of(self, role: str) -> HttpClient:
        from harness.targets.access import credentials_of

        http = self.target.drivers.http
        sign = credentials_of(self.target, role) if role else http.credentials
        delay = max(
            self.target.delay(one)
            for one in (
                *(C.IDENTITY_VIEW, C.INSI_CALL, C.VERIFICATION, C.ACCOUNTS, C.EXPORT, C.PRINTING),
            )
        )
        if role not in self._clients:
            self._clients[role] = self._kept(self._client(sign, None, delay))
        return self._clients[role]

    def _client(
        self, credentials: Credentials, capability: Capability | None, delay: float = 0.0
    ) -> HttpClient:
        from harness.targets.http_client import HttpClient

        seconds = delay if capability is None else self.target.delay(capability)
        return HttpClient(self.target, self._recorder, credentials, seconds)

    def _kept(self, driver: K) -> K:
        self._open.append(driver)
        return driver
