"""Signing in by Pro Santé Connect: the demand, the way back, the account, the end of session."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass, replace

from demo_dui import faults
from demo_dui.accounts import Accounts
from demo_dui.people import Person
from demo_dui.professionals import Professional
from demo_dui.psc_client import (
    Demand,
    PscClient,
    PscTokenError,
    PscUnavailableError,
    Tokens,
    demand,
)
from demo_dui.psc_identity import PscIdentity, PscRefusedError
from demo_dui.service import Dui
from demo_dui.sessions import ACTIVITY, OPEN, PSC, Session
from demo_dui.trace_words import SIGN_IN

KEPT = "psc"
"""Where a session keeps what it knows of Pro Santé Connect."""
DEMAND_SECONDS = 600.0
MOST_DEMANDS = 1000
ABSENT = "Pro Santé Connect n'est pas configuré (--psc-discovery)."


@dataclass(frozen=True, slots=True)
class Held:
    """What a session keeps of its sign-in."""

    tokens: Tokens
    identity: PscIdentity


@dataclass(frozen=True, slots=True)
class _Waiting:
    demand: Demand
    browser: str
    since: float


class PscDeniedError(Exception):
    """A sign-in is refused; `status` is that of the page, the message is French."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Psc:
    """The doors of Pro Santé Connect; without configuration every one answers 503."""

    def __init__(self, client: PscClient | None, dui: Dui, accounts: Accounts) -> None:
        self._client, self._dui, self._accounts = client, dui, accounts
        self._waiting: dict[str, _Waiting] = {}
        self._leaving: dict[str, str] = {}
        # What seeded faults remember: the last sign-in, the one of a code, the account of a name.
        self._last: Held | None = None
        self._by_code: dict[str, Held] = {}
        self._bound: dict[str, str] = {}

    @property
    def client(self) -> PscClient:
        """The client; PscDeniedError (503) when there is none."""
        if self._client is None:
            raise PscDeniedError(503, ABSENT)
        return self._client

    def forget(self) -> None:
        """Forget every sign-in under way: a reset of the demonstration."""
        for kept in (self._waiting, self._leaving, self._by_code, self._bound):
            kept.clear()
        self._last = None

    # Going there

    async def start(self, redirect_uri: str) -> tuple[str, str]:
        """The address of Pro Santé Connect, and the mark that ties this browser to the demand."""
        client = self.client
        made = demand(redirect_uri, lambda: secrets.token_urlsafe(32))
        browser, now = secrets.token_urlsafe(32), self._accounts.clock.now()
        self._forget_old(now)
        try:
            address = await asyncio.to_thread(client.authorization_url, made)
        except PscUnavailableError as error:
            self._trace("inconnu", "échec", str(error))
            raise PscDeniedError(503, f"Pro Santé Connect est indisponible : {error}.") from error
        self._waiting[made.state] = _Waiting(made, browser, now)
        return address, browser

    def _forget_old(self, now: float) -> None:
        old = [s for s, one in self._waiting.items() if now - one.since > DEMAND_SECONDS]
        for state in old:
            del self._waiting[state]
        while len(self._waiting) >= MOST_DEMANDS:
            del self._waiting[next(iter(self._waiting))]

    # Coming back

    async def callback(self, query: dict[str, str], browser: str) -> tuple[str, str]:
        """The token of the new session and its stage; PscDeniedError when nothing opens."""
        held = await self._redeemed(query, browser)
        try:
            return self._open(held)
        except PscDeniedError as error:
            self._trace(held.identity.national_id, "échec", str(error))
            raise

    async def _redeemed(self, query: dict[str, str], browser: str) -> Held:
        client, code = self.client, query.get("code", "")
        replayed = self._by_code.get(code)
        if replayed is not None and faults.active("psc-code-rejoue"):
            return replayed
        try:
            made = self._matching(query, browser)
            if "error" in query:
                return self._error(query["error"])
            if not code:
                raise PscRefusedError("le retour ne porte ni code ni erreur")
            issuer = str((await asyncio.to_thread(client.metadata))["issuer"])
            if query.get("iss", issuer) != issuer:
                raise PscRefusedError("le retour vient d'un autre émetteur")
            tokens, identity = await asyncio.to_thread(client.redeem, code, made)
        except PscRefusedError as error:
            raise self._denied(403, f"Connexion refusée : {error}.") from error
        except PscTokenError as error:
            raise self._denied(403, f"Connexion refusée : {error}.") from error
        except PscUnavailableError as error:
            text = f"Pro Santé Connect est indisponible : {error}. Réessayez."
            raise self._denied(503, text) from error
        held = Held(tokens, identity)
        self._remember(code, held)
        return held

    def _matching(self, query: dict[str, str], browser: str) -> Demand:
        """The demand that this browser made under this state, which serves once (PSC-02)."""
        state = query.get("state", "")
        if faults.active("psc-state-ignore") and state not in self._waiting:
            state = next((s for s, w in self._waiting.items() if w.browser == browser), state)
        waiting = self._waiting.pop(state, None)
        same = waiting is not None and hmac.compare_digest(waiting.browser, browser)
        if waiting is None or not same:
            raise PscRefusedError(
                "le state du retour n'est celui d'aucune demande de ce navigateur ; "
                "recommencez depuis la page de connexion"
            )
        if self._accounts.clock.now() - waiting.since > DEMAND_SECONDS:
            raise PscRefusedError("la demande est trop ancienne, recommencez")
        return waiting.demand

    def _error(self, code: str) -> Held:
        if self._last is not None and faults.active("psc-erreur-ouvre"):
            return self._last
        told = {
            "access_denied": "vous avez refusé, ou Pro Santé Connect vous a refusé",
            "server_error": "Pro Santé Connect a rencontré une erreur",
        }
        reason = told.get(code, f"Pro Santé Connect répond « {code[:40]} »")
        raise PscRefusedError(f"{reason} ; réessayez ou utilisez un autre moyen")

    def _denied(self, status: int, text: str) -> PscDeniedError:
        self._trace("inconnu", "échec", text)
        return PscDeniedError(status, text)

    def _remember(self, code: str, held: Held) -> None:
        self._last = held
        if faults.active("psc-code-rejoue"):
            self._by_code[code] = held

    # Account

    def _open(self, held: Held) -> tuple[str, str]:
        person = self._person(held.identity)
        if person is None:
            raise PscDeniedError(
                403,
                f"Aucun compte n'est rattaché à l'identifiant national "
                f"{held.identity.national_id} : demandez à l'administrateur du site d'en créer un.",
            )
        if not self._accounts.people.may_use(person.login, PSC):
            text = "Connexion refusée : Pro Santé Connect est révoqué pour ce compte."
            raise PscDeniedError(403, text)
        activities = held.identity.activities
        several = len(activities) > 1 and not faults.active("psc-premier-exercice")
        stage = ACTIVITY if several else OPEN
        token = self._accounts.sessions.open(person.user, (PSC,), stage)
        session = self._session(token)
        session.kept[KEPT] = held
        session.activity = "" if several else next(iter(activities.values()), "")
        if not several:
            self._opened(person, session)
        return token, stage

    def _opened(self, person: Person, session: Session) -> None:
        told = f", exercice {session.activity}" if session.activity else ""
        self._trace(person.login, "ok", f"{person.login}, {PSC}{told}")

    def _session(self, token: str) -> Session:
        session = self._accounts.sessions.get(token)
        assert session is not None
        return session

    def _person(self, identity: PscIdentity) -> Person | None:
        """The account of SubjectNameID (PSC-05); never made silently."""
        people = self._accounts.people
        for fault, name in (
            ("psc-compte-par-sub", identity.sub),
            ("psc-compte-par-nom", identity.username),
        ):
            if faults.active(fault):
                return self._bound_to(name, people.by_national_id(identity.national_id))
        if faults.active("psc-compte-separe"):
            return self._made(f"psc-{identity.national_id}", identity)
        found = people.by_national_id(identity.national_id)
        if found is None and faults.active("psc-inconnu-cree"):
            return self._made(identity.national_id, identity)
        return found

    def _bound_to(self, name: str, person: Person | None) -> Person | None:
        """The account first seen under a name that may change: used by seeded faults alone."""
        if person is None:
            return None
        known = self._bound.setdefault(person.login, name)
        return person if known == name else None

    def _made(self, login: str, identity: PscIdentity) -> Person | None:
        """An account made silently: used by seeded faults alone."""
        people = self._accounts.people
        if people.find(login) is None:
            people.professionals.add(Professional(login=login, national_id=identity.national_id))
            self._dui.rights.give(login, "soignant")
            people.save(Person(login=login))
        return people.find(login)

    def choose(self, token: str, session: Session, activity: str) -> str | None:
        """The token of the session once its exercice is chosen; None for one not offered."""
        held = session.kept.get(KEPT)
        if not isinstance(held, Held) or activity not in held.identity.activities:
            return None
        raised = self._accounts.sessions.elevate(token, ())
        opened = self._session(raised)
        forgotten = faults.active("psc-exercice-oublie")
        opened.kept[KEPT] = held
        opened.activity = "" if forgotten else held.identity.activities[activity]
        person = self._accounts.people.find(opened.user.login)
        if person is not None:
            self._opened(person, opened)
        return raised

    # Session at Pro Santé Connect

    @staticmethod
    def held(session: Session | None) -> Held | None:
        """What a session keeps of Pro Santé Connect; None when it came in by another means."""
        found = session.kept.get(KEPT) if session is not None else None
        return found if isinstance(found, Held) else None

    async def alive(self, session: Session, held: Held) -> Held:
        """What the session keeps, its access token renewed when it was over (PSC-04).

        PscTokenError when the session is over at Pro Santé Connect.
        """
        sub = held.identity.sub
        tokens, identity = await asyncio.to_thread(self.client.alive, held.tokens, sub)
        if identity.national_id and identity.national_id != held.identity.national_id:
            raise PscRefusedError("Pro Santé Connect parle d'une autre personne")
        fresh = replace(held, tokens=tokens)
        session.kept[KEPT] = fresh
        return fresh

    async def end(self, held: Held, back: str) -> tuple[str, str]:
        """Where to end the session at Pro Santé Connect, and the mark of this browser."""
        state, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        if len(self._leaving) >= MOST_DEMANDS:
            self._leaving.clear()
        self._leaving[browser] = state
        url = await asyncio.to_thread(self.client.end_session_url, held.tokens, back, state)
        return url, browser

    def is_back(self, state: str, browser: str) -> bool:
        """Compare the state of a return from logout (PSC-09); it serves once."""
        expected = self._leaving.pop(browser, "")
        if faults.active("psc-deconnexion-state-ignore"):
            return True
        return bool(expected) and hmac.compare_digest(expected.encode(), state.encode())

    def _trace(self, by: str, result: str, detail: str) -> None:
        self._dui.store.log(by, SIGN_IN, None, result, detail)
