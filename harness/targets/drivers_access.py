"""The drivers of sign-in, accounts, directory, settings, clock, actions, audit and PSC."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from harness.targets.base import Capability
from harness.targets.drivers_base import Connections
from harness.targets.visiting import Peer, Visiting, Visitor

if TYPE_CHECKING:
    from harness.targets.access_base import (
        Actions,
        Audit,
        Clock,
        Directory,
        People,
        PscSession,
        Security,
    )
    from harness.targets.http import HttpApi

C = Capability
KEEPER = "administrateur"
"""The role under which accounts and settings are managed, when the file describes it."""


class AccessDrivers(Connections):
    """The drivers that concern who is there. Each property raises as those of `Drivers` do."""

    def meets(self, *peers: Peer) -> None:
        """Name other parties that pages lead to: Pro Santé Connect's issuer and its pages.

        To be told before the browser starts: it trusts the keys that are known by then.
        """
        self._peers = (*self._peers, *peers)

    @cached_property
    def visits(self) -> Visiting:
        """Walk the pages as a user: sign in, and manage one's account."""
        if self._by(C.SIGN_IN, "attended"):
            from harness.targets.attended_visits import AttendedVisits

            return AttendedVisits(self._person, self.target.drivers.visitor)
        from harness.targets.access_visits import Visits

        return self._kept(Visits(self.target, self._recorder.redactor, self._visitor))

    def quiet_visitor(self) -> Visitor:
        """Return a fresh user without a browser, for pages that need no script. To be closed."""
        from harness.targets.html_visitor import HtmlVisitor

        delay = self.target.delay(C.SIGN_IN)
        return HtmlVisitor(self.target, self._recorder, delay, self.peers)

    @cached_property
    def people(self) -> People:
        """Open accounts of professionals and patients, read and change them."""
        if self._by(C.PEOPLE, "attended"):
            from harness.targets.attended_access import AttendedPeople

            return AttendedPeople(self._person)
        from harness.targets.access_drivers import HttpPeople

        return HttpPeople(self._keeper, self._http, self._recorder.redactor)

    @cached_property
    def directory(self) -> Directory:
        """Have the software take data from the Annuaire Santé, read what it holds of it."""
        if self._by(C.DIRECTORY, "attended"):
            from harness.targets.attended_access import AttendedDirectory

            return AttendedDirectory(self._person)
        from harness.targets.access_drivers import HttpDirectory

        return HttpDirectory(self._keeper)

    @cached_property
    def security(self) -> Security:
        """Set delays, locks and renewals."""
        if self._by(C.SECURITY, "attended"):
            from harness.targets.attended_access import AttendedSecurity

            return AttendedSecurity(self._person)
        from harness.targets.access_drivers import HttpSecurity

        return HttpSecurity(self._keeper)

    @cached_property
    def clock(self) -> Clock:
        """Move the clock of the software."""
        from harness.targets.access_drivers import HttpClock

        self._checked(C.CLOCK)
        return HttpClock(self._keeper)

    @cached_property
    def actions(self) -> Actions:
        """Do business actions as the usual user."""
        return self.actions_as("")

    def actions_as(self, role: str) -> Actions:
        """Do business actions under the account of a role. Raises as `api_as`."""
        if self._by(C.ACTIONS, "attended"):
            from harness.targets.attended_access import AttendedActions

            return AttendedActions(self._person, role)
        from harness.targets.access_drivers import HttpActions

        return HttpActions(self.api_as(role) if role else self._http)

    @cached_property
    def audit(self) -> Audit:
        """Take the functional traces out, as the usual user."""
        return self.audit_as("")

    def audit_as(self, role: str) -> Audit:
        """Take the functional traces out under the account of a role. Raises as `api_as`."""
        if self._by(C.AUDIT, "attended"):
            from harness.targets.attended_access import AttendedAudit

            return AttendedAudit(self._person)
        from harness.targets.access_drivers import HttpAudit

        return HttpAudit(self.api_as(role) if role else self._http)

    @cached_property
    def psc(self) -> PscSession:
        """Act on the Pro Santé Connect session of a visitor."""
        from harness.targets.psc_acts import HttpPsc

        self._checked(C.PSC)
        return self._kept(HttpPsc(self.target, self._recorder))

    @property
    def _keeper(self) -> HttpApi:
        # No status but those that the file names is a refusal: a keeper who is turned away, or an
        # address that is not there, is a wrong file.
        if KEEPER not in self.target.drivers.http.users:
            return self._http
        from harness.targets.http import HttpApi

        return HttpApi(self._client_of(KEEPER), self.target.drivers.http)
