"""The drivers of a target: each capability's, made when first asked for and kept."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from harness.evidence.recorder import Recorder
from harness.model.problems import CapabilityMissing
from harness.targets.base import (
    CAPABILITY_LABELS,
    Accounts,
    Capability,
    Emission,
    Export,
    FhirView,
    Identities,
    InsiCall,
    Intake,
    PatientRef,
    Printing,
    Rights,
    Screens,
    Search,
    Traces,
    Verification,
)
from harness.targets.combined_identities import CombinedIdentities
from harness.targets.target import NO_CREDENTIALS, Credentials, Target

if TYPE_CHECKING:
    from harness.simulators.loop import ServiceLoop
    from harness.targets.attended import AttendedIdentities, Terminal
    from harness.targets.fhir import FhirIdentities
    from harness.targets.hl7v2 import Trigger
    from harness.targets.http import HttpApi
    from harness.targets.http_client import HttpClient
    from harness.targets.identity_acts import IdentityActs
    from harness.targets.mllp import MllpListener
    from harness.targets.screens import BrowserScreens


class _Closable(Protocol):
    def close(self) -> None: ...


C = Capability
K = TypeVar("K", bound=_Closable)


_INSTEAD = {C.IDENTITY_VIEW: C.IDENTITIES, C.IDENTITY_LOOKUP: C.IDENTITIES}


class Drivers:
    """Every capability of a target. Connections are opened on first use and kept until `close`.

    Each property raises `CapabilityMissing` when the target file offers no driver for it, or
    offers a person and none is there. `listener` is the MLLP port when the caller opened it.
    `attended` says that a person sits at the terminal (`terminal`, or that of the process when a
    step first needs it). Without `browser`, pages are read as HTML, and their pictures are left to
    a person.
    """

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

    def offers(self, capability: Capability) -> bool:
        """Say whether a driver is named for a capability, and a person there if it needs one."""
        driver = self._driver(capability)
        return bool(driver) and (driver != "attended" or self._people)

    @cached_property
    def identities(self) -> Identities:
        """Create, read, change and find identities."""
        if not any(map(self.offers, (C.IDENTITIES, C.IDENTITY_VIEW, C.IDENTITY_LOOKUP))):
            self._checked(C.IDENTITIES)
        return CombinedIdentities(self._identity_part)

    @cached_property
    def insi_call(self) -> InsiCall:
        """Have the software call INSi."""
        return self._attended if self._by(C.INSI_CALL, "attended") else self._http

    @cached_property
    def verification(self) -> Verification:
        """Record the check of a document."""
        return self._attended if self._by(C.VERIFICATION, "attended") else self._http

    @cached_property
    def search(self) -> Search:
        """Search patients."""
        if self._by(C.SEARCH, "attended"):
            from harness.targets.attended_reading import AttendedSearch

            return AttendedSearch(self._person)
        return self._fhir if self._by(C.SEARCH, "fhir") else self._http

    @cached_property
    def traces(self) -> Traces:
        """Read the journal."""
        if self._by(C.TRACES, "attended"):
            from harness.targets.attended_reading import AttendedTraces

            return AttendedTraces(self._person)
        return self._http

    @cached_property
    def rights(self) -> Rights:
        """Act under the account of another profile."""
        from harness.targets.access import AttendedRights, HttpRights

        if self._by(C.RIGHTS, "attended"):
            return AttendedRights(self._person)
        return HttpRights(self.target, self._client_of, self.api_as)

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
    def fhir_view(self) -> FhirView:
        """Read the FHIR Patient of a partner."""
        found: FhirView = self._identity_part(C.FHIR_VIEW)
        return found

    @cached_property
    def accounts(self) -> Accounts:
        """Open, link and read accounts."""
        if self._by(C.ACCOUNTS, "attended"):
            from harness.targets.attended import AttendedAccounts

            return AttendedAccounts(self._person)
        from harness.targets.http import HttpAccounts

        return HttpAccounts(self._http)

    @cached_property
    def screens(self) -> Screens:
        """Show pages: in the browser, or as HTML when there is none."""
        if self._by(C.SCREENS, "attended"):
            from harness.targets.attended import AttendedScreens

            return AttendedScreens(self._person)
        return self._screens_of(self.target.drivers.screens.credentials)

    def _screens_of(self, credentials: Credentials) -> Screens:
        from harness.targets.browser import find_browser

        options = replace(self.target.drivers.screens, credentials=credentials)
        executable = find_browser(options.browser) if self._browser else None
        if executable:
            from harness.targets.screens import BrowserScreens

            host = self._pages
            pages = BrowserScreens(self.target, self._recorder, executable, credentials, host)
            self._pages = host or pages
            return self._kept(pages)
        from harness.targets.html_screens import HtmlScreens
        from harness.targets.http_client import hide_secrets

        hide_secrets(self._recorder, self.target, options.credentials)
        # The form carries the secret: no Authorization header beside it.
        sign = NO_CREDENTIALS if options.sign_in else options.credentials
        return self._kept(HtmlScreens(self._client(sign, C.SCREENS), options))

    def acts(self, capability: Capability, role: str = "") -> IdentityActs:
        """Return who does an act on identities: the usual user, or that of a role."""
        if self._by(capability, "attended"):
            from harness.targets.attended_acts import AttendedActs

            return AttendedActs(self._person, role)
        from harness.targets.http_acts import HttpActs

        return HttpActs(self.api_as(role) if role else self._http)

    @cached_property
    def export(self) -> Export:
        """Export the data."""
        if self._by(C.EXPORT, "attended"):
            from harness.targets.exporting import AttendedExport

            return AttendedExport(self._person)
        from harness.targets.exporting import HttpExport

        return HttpExport(self._http)

    @cached_property
    def printing(self) -> Printing:
        """Print documents."""
        if self._by(C.PRINTING, "attended"):
            from harness.targets.printing import AttendedPrinting

            return AttendedPrinting(self._person)
        from harness.targets.printing import HttpPrinting

        return HttpPrinting(self._http)

    @cached_property
    def emission(self) -> Emission:
        """Receive what the target sends to a partner."""
        from harness.targets.hl7v2 import MllpEmission

        driver = self._checked(C.EMISSION)
        way = {"hl7v2": self.target.drivers.hl7v2.trigger}.get(driver, driver)
        trigger: Trigger
        if way == "http":
            trigger = self._http.emit
        elif way == "attended":
            trigger = self._attended.trigger
        else:
            trigger = _nothing_to_do
        return MllpEmission(self.listener, trigger, self.target.delay(C.EMISSION))

    @cached_property
    def intake(self) -> Intake:
        """Send identity messages to the target."""
        from harness.targets.hl7v2 import MllpIntake
        from harness.targets.mllp import MllpClient

        self._checked(C.INTAKE)
        client = MllpClient(
            self._loop,
            self._recorder,
            self.target.endpoints.mllp_address,
            delay=self.target.delay(C.INTAKE),
            connect_delay=self.target.delay("connect"),
        )
        return self._kept(MllpIntake(client, self.target.drivers.hl7v2))

    @cached_property
    def listener(self) -> MllpListener:
        """Return the MLLP port that the target sends to, open."""
        from harness.targets.mllp import MllpListener

        listener = self._listener
        if listener is None:
            place = self.target.simulators
            listener = MllpListener(self._loop, self._recorder, place.bind, place.ports.mllp)
        return listener.start()

    def partner_address(self) -> str:
        """Return `host:port` of our MLLP port, open: where the target must send identities."""
        host, port = self.listener.address
        return f"{host}:{port}"

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

    def _identity_part(self, capability: Capability) -> Any:
        driver = self._checked(capability)
        if driver == "attended":
            return self._attended
        return self._fhir if driver == "fhir" else self._http

    @property
    def _person(self) -> Terminal:
        if self._terminal is None:
            from harness.targets.attended import Terminal

            if not self._people:
                raise CapabilityMissing("une étape demande une personne : relancez avec --attended")
            self._terminal = Terminal.standard(self.target.delay("attended"))
        return self._terminal

    @cached_property
    def _attended(self) -> AttendedIdentities:
        from harness.targets.attended import AttendedIdentities

        return AttendedIdentities(self._person)

    @cached_property
    def _fhir(self) -> FhirIdentities:
        from harness.targets.fhir import FhirIdentities

        options = self.target.drivers.fhir
        return self._kept(FhirIdentities(self._client(options.credentials, C.IDENTITIES), options))

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


def _nothing_to_do(_patient: PatientRef, _event: str) -> str:
    return ""
