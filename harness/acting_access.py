"""The desk of sign-in: come in with both factors or with less, steal a session, wait, leave.

Every access is filed as an `AccessReleve` that says which protected addresses really opened. A
software that behaves wrongly is never an error here: it is what the rules judge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from harness.acting_secrets import PASSWORD, Account, Codes, Marks, Passwords, TargetHours
from harness.model.access import OPENED, SECOND_FACTOR, SIGN_IN, AccessReleve, Reached
from harness.model.access_cases import Case
from harness.model.artefact import Artefact
from harness.model.identity import shortened
from harness.model.problems import Inconclusive
from harness.targets.base import Screen
from harness.targets.visiting import UnreadablePage

if TYPE_CHECKING:
    from harness.targets.visiting import Cookie, Visit, Visiting, Visitor

COOKIE = "cookie"
PROFILE = "profil"
"""Key of `drivers.visitor.protected` for what depends on the profile of who is signed in."""
TRIES = 10
"""Failures after which an access must be locked at the latest (SSI/IAM.92)."""


@dataclass(frozen=True, slots=True)
class Access:
    """One way of coming in, as it was filed, and the user who came in."""

    account: Account
    releve: Artefact
    """Its `AccessReleve`."""
    visitor: Visitor = field(repr=False)
    since: Marks = field(repr=False)
    """Where the messages stood before it."""
    early: tuple[Cookie, ...] = field(default=(), repr=False)
    """The cookies of the session before the second factor."""
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)
    code: str = field(default="", repr=False)
    """The code that was received or presented."""

    @property
    def stage(self) -> str:
        """Return where it stands, a word of `STAGES`."""
        return AccessReleve.parse(self.releve).stage

    def picture(self, page: str = "connexion") -> Screen:
        """Return the page that its user sees, as a proof."""
        return self.visitor.picture(page)


class AccessDesk:
    """Sign-in and sessions of the target."""

    tries = TRIES

    def __init__(
        self,
        visits: Visiting,
        codes: Codes,
        passwords: Passwords,
        hours: TargetHours,
        begin: Callable[[], Visitor] | None = None,
        *,
        seen: bool = False,
    ) -> None:
        """Walk by `visits`; users whose pages are no proof are made by `begin`, when given.

        `seen` says that pictures will be filed: users are then those of `visits`.
        """
        self.visits = visits
        self._codes = codes
        self._passwords = passwords
        self._hours = hours
        self._begin = begin
        self._seen = seen
        self._quiet: list[Visitor] = []

    @property
    def watched(self) -> AccessDesk:
        """Return the same desk, its users before pages of which a picture will be filed."""
        desk = AccessDesk(
            self.visits, self._codes, self._passwords, self._hours, self._begin, seen=True
        )
        desk._quiet = self._quiet
        return desk

    def start(self, *, seen: bool | None = None) -> Visitor:
        """Return a fresh user, without cookies; `seen` stands in for what the desk was told."""
        if self._begin is None or (self._seen if seen is None else seen):
            return self.visits.start()
        self._quiet.append(self._begin())
        return self._quiet[-1]

    # -- coming in ----------------------------------------------------------------------------

    def sign_in(
        self,
        account: Account,
        case: str = "",
        *,
        code_of: Access | None = None,
        identifier: str = "",
    ) -> Access:
        """Sign in and try every protected address.

        `case` says which code is presented when the second factor is asked: the right one, none
        (`Case.ABSENT`), a wrong or an old one, that of another access (`Case.REPLAYED`,
        `Case.ANOTHERS`: `code_of`). `identifier` stands in for the login.
        """
        begun = self.begin(account, identifier=identifier)
        if begun.stage != SECOND_FACTOR or case == Case.ABSENT or not account.factor:
            return self._tried(begun, case)
        return self.present(begun, case, code_of=code_of)

    def enter(self, account: Account) -> Access:
        """Sign in with both factors, to act and not to be judged: no protected address is tried.

        Raises `Inconclusive` when nothing opens.
        """
        begun = self._given(account, self.start(seen=False))
        if begun.stage == SECOND_FACTOR and account.factor:
            begun = self._presented(begun, self._code(begun, "", None))
        if begun.stage != OPENED:
            raise Inconclusive(
                f"la connexion préalable de {account.login} n'aboutit pas : "
                f"{AccessReleve.parse(begun.releve).message or begun.stage}"
            )
        if self._seen and self._begin is not None:
            visitor = self.start()
            visitor.carry(begun.cookies)
            return replace(begun, visitor=visitor)
        return begun

    def begin(self, account: Account, *, identifier: str = "") -> Access:
        """Give the identifier and the password, and nothing more."""
        return self._given(account, self.start(), identifier)

    def receives(self, begun: Access) -> Access:
        """Read the code that this sign-in sent, and keep it without presenting it."""
        return replace(begun, code=self._codes.right(begun.account, begun.since))

    def resend(self, begun: Access) -> Access:
        """Have the code of a sign-in sent again; `receives` then reads the new one."""
        since = self._codes.marks()
        self.visits.walk(begun.visitor, "resend_code")
        return replace(begun, since=since)

    def present(self, begun: Access, case: str = "", *, code_of: Access | None = None) -> Access:
        """Present a code at the second factor, and try every protected address."""
        return self._tried(self._presented(begun, self._code(begun, case, code_of)), case)

    def account_of(self, access: Access) -> Access:
        """Return the same access with what its account page says of who is signed in."""
        shown = self.visits.account(access.visitor, access.account.kind)
        releve = replace(AccessReleve.parse(access.releve), account=shown)
        return replace(access, releve=_filed(releve))

    # -- failing ------------------------------------------------------------------------------

    def fail(self, account: Account, times: int) -> Access:
        """Give a wrong password that many times; return the last of them."""
        wrong = account.with_password(self._passwords.strong())
        for _ in range(times - 1):
            self._given(wrong, self.start(seen=False)).visitor.close()
        return self.begin(wrong)

    def exhaust(self, account: Account, times: int = TRIES) -> Access:
        """Give a wrong code that many times, signing in again when the software asks for it.

        It stops as soon as the second factor is no longer asked; the sign-in that follows is
        returned, as it then begins.
        """
        begun = self._given(account, self.start(seen=False))
        for _ in range(times):
            if begun.stage != SECOND_FACTOR:
                begun.visitor.close()
                begun = self._given(account, self.start(seen=False))
            if begun.stage != SECOND_FACTOR:
                break
            begun = self._presented(begun, self._codes.wrong(begun.account))
        return self.begin(account)

    # -- a session ----------------------------------------------------------------------------

    def steal(self, access: Access, case: Case) -> Access:
        """Try the cookies of an access as a thief would: those of before the second factor, or all.

        `case` is `EARLY_COOKIE` (the former) or `SIGNED_OUT`.
        """
        visitor = self.start()
        visitor.carry(access.early if case == Case.EARLY_COOKIE else access.cookies)
        return self._returned(replace(access, visitor=visitor), case)

    def again(self, access: Access, case: str = "") -> Access:
        """Try every protected address once more, with the session of an access."""
        return self._returned(access, case)

    def by_profile(self, access: Access) -> Access:
        """Try, with the session of an access, the addresses that its profile alone opens.

        They are those of `drivers.visitor.protected.profil`.
        """
        return self._returned(access, "", PROFILE)

    def walk(self, visitor: Visitor, journey: str, **values: str) -> Visit:
        """Walk a journey that may be refused on the way.

        A page that says its refusal and no longer shows the form is an answer; one that says
        nothing is a page that cannot be read (`UnreadablePage`).
        """
        try:
            return self.visits.walk(visitor, journey, **values)
        except UnreadablePage:
            here = visitor.here
            if self.visits.accepted(here):
                raise
            return here

    def close(self) -> None:
        """Close every user that was started."""
        self.visits.close()
        while self._quiet:
            self._quiet.pop().close()

    def sign_out(self, access: Access) -> Screen:
        """Sign out and return the page that follows."""
        self.visits.walk(access.visitor, "sign_out")
        return access.picture("déconnexion")

    def later(self, seconds: float) -> None:
        """Let time pass at the target."""
        self._hours.later(seconds)

    # -- how it is filed ------------------------------------------------------------------------

    def _given(self, account: Account, visitor: Visitor, identifier: str = "") -> Access:
        since = self._codes.marks()
        user, secret = identifier or account.login, account.password.text
        visit = self.visits.walk(visitor, "sign_in", user=user, secret=secret)
        login = shortened(identifier) if identifier else account.login
        releve = self._said(visit, login, (PASSWORD,))
        cookies = self.visits.session(visitor)
        return Access(account, _filed(releve), visitor, since, cookies, cookies)

    def _code(self, begun: Access, case: str, code_of: Access | None) -> str:
        if code_of is not None:
            return code_of.code
        if case == Case.WRONG:
            return self._codes.wrong(begun.account)
        if case == Case.OLD:
            return self._codes.old(begun.account, begun.since)
        return begun.code or self._codes.right(begun.account, begun.since)

    def _presented(self, begun: Access, code: str) -> Access:
        visit = self.walk(begun.visitor, "second_factor", code=code)
        before = AccessReleve.parse(begun.releve)
        releve = self._said(visit, before.login, (PASSWORD, begun.account.factor))
        cookies = self.visits.session(begun.visitor)
        return replace(begun, releve=_filed(releve), cookies=cookies, code=code)

    def _said(self, visit: Visit, login: str, means: tuple[str, ...]) -> AccessReleve:
        return AccessReleve(
            login=login,
            means=means,
            stage=self.visits.stage(visit),
            at=datetime.now(UTC).isoformat(),
            message=" ".join(visit.releve.alerts),
            url=visit.url,
        )

    def _tried(self, access: Access, case: str) -> Access:
        releve = AccessReleve.parse(access.releve)
        reached = self._reached(access)
        return replace(access, releve=_filed(replace(releve, case=case, reached=reached)))

    def _returned(self, access: Access, case: str, kind: str = "") -> Access:
        reached = self._reached(access, kind)
        login = AccessReleve.parse(access.releve).login
        page = next((one.address for one in reached if one.way == "page"), "")
        if page:
            releve = self._said(access.visitor.open(page), login, (COOKIE,))
        else:
            stage = OPENED if any(one.open for one in reached) else SIGN_IN
            now = datetime.now(UTC).isoformat()
            releve = AccessReleve(login=login, means=(COOKIE,), stage=stage, at=now)
        return replace(access, releve=_filed(replace(releve, case=case, reached=reached)))

    def _reached(self, access: Access, kind: str = "") -> tuple[Reached, ...]:
        account = access.account
        visitor = access.visitor
        if self._seen and self._begin is not None:
            # The same session without the browser: what opens is the server's word alone.
            visitor = self.start(seen=False)
            visitor.carry(self.visits.session(access.visitor))
        return self.visits.reach(visitor, kind or account.kind, **account.places)


def _filed(releve: AccessReleve) -> Artefact:
    said = f" ({releve.case})" if releve.case else ""
    return releve.artefact(f"Accès de {releve.login}{said}", releve.url)
