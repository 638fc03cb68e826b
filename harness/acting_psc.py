"""The desk of Pro Santé Connect: who it knows, how it fails, and sign-ins through its pages.

Every sign-in is filed as an `AccessReleve` that says which protected addresses really opened, and
beside it what Pro Santé Connect received. A software that behaves wrongly is never an error here:
it is what the rules judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.cast import Cast
from harness.model.access import ACTIVITY, OPENED, REFUSED, SIGN_IN, AccessReleve, Reached
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.professional import Professional
from harness.model.psc_cases import ID_TOKEN_FAULTS, REFUSALS, PscCase
from harness.model.releve import ScreenReleve
from harness.targets.base import Screen
from harness.targets.visiting import UnreadablePage

if TYPE_CHECKING:
    from harness.acting_access import AccessDesk
    from harness.acting_people import PeopleDesk
    from harness.acting_secrets import Account, TargetHours
    from harness.simulators.annuaire import AnnuaireSimulator
    from harness.simulators.psc import PscSimulator
    from harness.targets.access_base import PscAnswer, PscSession
    from harness.targets.visiting import Cookie, Visit, Visitor

CARD, MOBILE = "CPS", "e-CPS"
MEANS, COOKIE = "psc", "cookie"
KIND = "professional"
"""Whose protected addresses are tried."""
FOREIGN_STATE = "etat-que-personne-n-a-demande"
FAULTS = frozenset(
    {
        *ID_TOKEN_FAULTS,
        *REFUSALS,
        PscCase.STATE,
        PscCase.SLOW,
        PscCase.OTHER_USERINFO,
        PscCase.SIGNED_USERINFO,
    }
) - {PscCase.USER_REFUSAL}
"""Cases that are faults of the simulator; a user who refuses really presses the button."""
NOT_GRANTED = REFUSALS | {PscCase.SLOW}
"""Cases in which any text tells the user that nothing opened."""
EXCERPT = 200
SLOWNESS = 0.5
"""Seconds of a slow answer: long for a page, short for the timeout of a client."""


@dataclass(frozen=True, slots=True)
class PscAccess:
    """One sign-in by Pro Santé Connect, as it was filed, and the user who came in."""

    professional: Professional
    releve: Artefact
    """Its `AccessReleve`."""
    calls: Artefact
    """What Pro Santé Connect received of it (`OidcReleve`)."""
    visitor: Visitor = field(repr=False)
    mark: int = 0
    callback: str = field(default="", repr=False)
    """The address by which the user came back to the software."""
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)

    @property
    def opened(self) -> bool:
        """Return True when a protected address was really read."""
        return AccessReleve.parse(self.releve).opened

    def picture(self, page: str) -> Screen:
        """Return the page that its user sees, as a proof."""
        return self.visitor.picture(page)


class PscDesk:
    """Pro Santé Connect, simulated, and the professionals who sign in by it."""

    def __init__(
        self,
        simulator: PscSimulator,
        access: AccessDesk,
        people: PeopleDesk,
        session: Callable[[], PscSession],
        annuaire: AnnuaireSimulator | None,
        hours: TargetHours,
        cast: Cast,
    ) -> None:
        """Have the users of `access`; `session` makes what asks about a session."""
        self._simulator = simulator
        self._access = access
        self._visits = access.visits
        self._people = people
        self._session = session
        self._annuaire = annuaire
        self._hours = hours
        self._cast = cast
        self._patient = ""
        self._who: dict[str, Professional] = {}

    # -- who ----------------------------------------------------------------------------------

    def member(self, key: str = "medecin") -> Account:
        """Return the account in the software of a professional whom Pro Santé Connect knows.

        Raises `CapabilityMissing` for an account of the target file without national id.
        """
        account = self._people.professional(key)
        if account.professional is None:
            raise CapabilityMissing(
                "Pro Santé Connect doit connaître le professionnel du compte d'essai : ajoutez "
                "drivers.visitor.accounts.professional.national_id (8 puis le RPPS, 12 chiffres)"
            )
        self._who[key] = account.professional
        self._simulator.knows(account.professional)
        return account

    def stranger(self, key: str) -> Professional:
        """Return a professional whom Pro Santé Connect knows, and who has no account."""
        professional = self._professional(key)
        self._simulator.knows(professional)
        if self._annuaire is not None:
            self._annuaire.knows(professional)
        return professional

    def held(self, account: Account) -> dict[str, Artefact]:
        """Return what the software holds of a professional, by role; {} when it cannot be read."""
        return {"record": self._people.record(account)} if account.id else {}

    def renames(self, key: str) -> None:
        """Give a professional another sub and preferred_username; SubjectNameID stays."""
        self._simulator.renames(self._professional(key))

    def rotates_keys(self) -> None:
        """Have Pro Santé Connect sign with a new key, published beside the former one."""
        self._simulator.rotate_keys()

    def expecting(self, key: str = "medecin", **more: Any) -> dict[str, Any]:
        """Return the expected values of the PSC rules for a professional.

        Somebody with one activity is at it without having to choose.
        """
        who = self._professional(key)
        alone = who.activities[0].structure_name if len(who.activities) == 1 else ""
        return {"professional": {**who.traits(), "activity": alone}, **more}

    def choosing(self, key: str, index: int) -> dict[str, Any]:
        """Return the expected values of PSC-07 when this activity is the one to choose."""
        names = [one.structure_name for one in self._professional(key).activities]
        return {"activities": names, "chosen": names[index]}

    def _professional(self, key: str) -> Professional:
        return self._who.get(key) or self._cast.professional(key)

    # -- signing in ---------------------------------------------------------------------------

    def start(self, key: str = "medecin", *, watched: bool = False) -> PscAccess:
        """Press the button of the software and stop before the pages of Pro Santé Connect.

        `watched` puts the user before pages of which a picture will be filed.
        """
        professional, mark = self._professional(key), self._simulator.mark()
        visitor = self._access.watched.start() if watched else self._access.start()
        visit = self._visits.walk(visitor, "psc_start")
        releve = self._said(professional, visit, "")
        return PscAccess(professional, _filed(releve), self._calls(mark), visitor, mark)

    def sign_in(
        self, key: str = "medecin", case: str = "", *, means: str = MOBILE, watched: bool = False
    ) -> PscAccess:
        """Sign in through the pages of Pro Santé Connect and try every protected address.

        `case` is a fault under which Pro Santé Connect answers, `USER_REFUSAL` for a user who
        refuses the consent, another word of `PscCase` that the relevé keeps, or ''.
        """
        return self.follow(self.start(key, watched=watched), case, means=means)

    def follow(self, begun: PscAccess, case: str = "", *, means: str = MOBILE) -> PscAccess:
        """Go through the pages of Pro Santé Connect and come back. `case` as in `sign_in`.

        A request that Pro Santé Connect turns away leads nowhere: the access stays where it is.
        """
        who, visitor = begun.professional, begun.visitor
        if self._turned_away(begun):
            return self._tried(begun, visitor.here, case)
        with self._failing(case, who):
            self._visits.walk(visitor, "psc_identify", moyen=means, professionnel=who.national_id)
            last = "psc_refuse" if case == PscCase.USER_REFUSAL else "psc_consent"
            try:
                visit = self._visits.walk(visitor, last)
            except UnreadablePage as problem:
                if case not in FAULTS:
                    raise
                return self._tried(begun, problem, case)
            return self._tried(begun, visit, case)

    def account_of(self, access: PscAccess) -> PscAccess:
        """Open the account page, and return the access with what it says of who is signed in."""
        shown = self._visits.account(access.visitor, KIND) if access.opened else {}
        releve = replace(AccessReleve.parse(access.releve), account=shown)
        return replace(access, releve=_filed(releve))

    def choose(self, access: PscAccess, index: int) -> PscAccess:
        """Choose an activity, when the software asks for one, and try every address again."""
        visit = access.visitor.here
        if AccessReleve.parse(access.releve).stage == ACTIVITY:
            one = access.professional.activities[index]
            visit = self._visits.walk(
                access.visitor, "choose_activity", activity=one.structure_name
            )
        return self.account_of(self._tried(access, visit, ""))

    def replay(self, access: PscAccess) -> PscAccess:
        """Sign out, then open again the address by which the user had come back."""
        if not access.callback:
            raise Inconclusive(
                "l'adresse de retour n'a pas été vue : les pages parcourues ne passent pas par "
                "redirect_uri. À faire : vérifiez redirect_uris dans [simulators.psc]"
            )
        self._leave(access)
        return self._tried(access, access.visitor.open(access.callback), PscCase.REPLAYED)

    # -- a session ----------------------------------------------------------------------------

    def sign_out(self, access: PscAccess) -> PscAccess:
        """Sign out, then try the cookies of before as a thief would.

        The visitor of `access` stays on the page that follows its sign-out.
        """
        self._leave(access)
        thief = self._access.start()
        thief.carry(access.cookies)
        reached = self._reached(thief)
        stage = OPENED if any(one.open for one in reached) else SIGN_IN
        releve = replace(
            AccessReleve.parse(access.releve),
            means=(COOKIE,),
            stage=stage,
            at=_now(),
            case=PscCase.SIGNED_OUT,
            reached=reached,
            account={},
        )
        return replace(access, releve=_filed(releve), calls=self._calls(access.mark))

    def foreign_return(self, access: PscAccess) -> PscAccess:
        """Sign out, then come back from Pro Santé Connect with a state that nobody asked for."""
        known = self._simulator.releve(access.mark).client["post_logout_redirect_uris"]
        if not known:
            raise Inconclusive(
                "aucune adresse de retour de déconnexion. À faire : ajoutez "
                "post_logout_redirect_uris à [simulators.psc]"
            )
        self._leave(access)
        visit = access.visitor.open(f"{known[0]}?state={FOREIGN_STATE}")
        return self._tried(access, visit, PscCase.FOREIGN_RETURN)

    def use(self, access: PscAccess, *, after: float = 0.0) -> PscAnswer:
        """Let time pass on both sides, then have the software use the session's token."""
        if after:
            if self._hours.offered:
                # Where the target waits in real time, the clock of the simulator does the same.
                self._simulator.clock.advance(after)
            self._hours.later(after)
        return self._session().session(access.visitor)

    def introspect(self, access: PscAccess) -> PscAnswer:
        """Have the software ask Pro Santé Connect about its token."""
        return self._session().introspection(access.visitor)

    def exchange(self, access: PscAccess, audience: str) -> PscAnswer:
        """Have the software exchange its token for one that an API takes."""
        return self._session().exchange(access.visitor, audience)

    def calls(self, *accesses: PscAccess) -> Artefact:
        """Return what Pro Santé Connect received since the first of these sign-ins began."""
        return self._calls(min(one.mark for one in accesses))

    def restore(self) -> None:
        """Take faults away and put the clock of Pro Santé Connect back."""
        self._simulator.works()
        self._simulator.clock.reset()

    # -- how it is filed ----------------------------------------------------------------------

    @contextmanager
    def _failing(self, case: str, professional: Professional) -> Iterator[None]:
        if case not in FAULTS:
            yield
            return
        delay = SLOWNESS if case == PscCase.SLOW else None
        self._simulator.fails_with(case, professional, delay=delay)
        try:
            yield
        finally:
            self._simulator.works(professional)

    def _turned_away(self, begun: PscAccess) -> bool:
        asked = [
            one
            for one in self._simulator.releve(begun.mark).calls
            if one.endpoint == "authorize" and one.seq > begun.mark
        ]
        return bool(asked) and bool(asked[-1].error)

    def _tried(self, access: PscAccess, page: Visit | UnreadablePage, case: str) -> PscAccess:
        reached = self._reached(access.visitor)
        releve = self._said(access.professional, page, case, reached)
        trail = () if isinstance(page, UnreadablePage) else page.trail
        return replace(
            access,
            releve=_filed(releve),
            calls=self._calls(access.mark),
            callback=self._callback(trail, access.mark) or access.callback,
            cookies=self._visits.session(access.visitor),
        )

    def _reached(self, visitor: Visitor) -> tuple[Reached, ...]:
        if not self._patient:
            # Addresses of a record want somebody's: one patient serves the whole scenario.
            self._patient = self._people.known().ref.id
        return self._visits.reach(visitor, KIND, patient_id=self._patient)

    def _said(
        self,
        who: Professional,
        page: Visit | UnreadablePage,
        case: str,
        reached: tuple[Reached, ...] = (),
    ) -> AccessReleve:
        if isinstance(page, UnreadablePage):
            stage = OPENED if any(one.open for one in reached) else REFUSED
            shown = ScreenReleve.parse(page.screens[0].releve) if page.screens else None
        else:
            stage, shown = self._visits.stage(page), page.releve
        return AccessReleve(
            login=who.national_id,
            means=(MEANS,),
            stage=stage,
            at=_now(),
            case=case,
            message=_told(shown, case),
            url=shown.url if shown else "",
            reached=reached,
        )

    def _calls(self, mark: int) -> Artefact:
        return self._simulator.releve(mark).artefact(
            "Échanges avec Pro Santé Connect", "simulateur Pro Santé Connect"
        )

    def _callback(self, trail: tuple[str, ...], mark: int) -> str:
        known = tuple(self._simulator.releve(mark).client["redirect_uris"])
        return next((one for one in trail if known and one.startswith(known)), "")

    def _leave(self, access: PscAccess) -> None:
        """Sign out, when there is something to leave: a page without session has no such button."""
        if access.opened:
            self._visits.walk(access.visitor, "sign_out")


def _told(page: ScreenReleve | None, case: str) -> str:
    """Return the alerts of a page; for a sign-in that was not granted, else what it says."""
    if page is None:
        return ""
    text = " ".join(page.text.split())[:EXCERPT] if case in NOT_GRANTED else ""
    return " ".join(page.alerts) or text


def _filed(releve: AccessReleve) -> Artefact:
    case = f" ({releve.case})" if releve.case else ""
    return releve.artefact(f"Accès de {releve.login} par Pro Santé Connect{case}", releve.url)


def _now() -> str:
    return datetime.now(UTC).isoformat()
