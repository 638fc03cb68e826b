"""HTML pages of coming in and going out: password, second factor, home, sign-out."""

from __future__ import annotations

from typing import NoReturn

from aiohttp import web

from demo_dui import faults
from demo_dui.contact import ContactError
from demo_dui.pages_psc import farewell
from demo_dui.people import Person
from demo_dui.psc import Psc
from demo_dui.rendering import page
from demo_dui.rights import IDENTITY, MANAGEMENT
from demo_dui.sessions import (
    MAIL,
    OPEN,
    PASSWORD,
    SECOND_FACTOR,
    SMS,
    STAGE_PAGES,
    Session,
)
from demo_dui.sign_in import Denied
from demo_dui.user import Notice, User
from demo_dui.web import ACCOUNTS, COOKIE, DUI, SESSION, give_session, session_of, user_of

routes = web.RouteTableDef()
SENT = {MAIL: "par courriel", SMS: "par SMS"}


def first_page(request: web.Request, user: User) -> str:
    """The first page that a user may reach."""
    if user.account_id is not None:
        return f"/accounts/{user.account_id}"
    rights = request.app[DUI].rights
    if rights.has(user.login, IDENTITY):
        return "/patients"
    return "/rights" if rights.has(user.login, MANAGEMENT) else "/accueil"


@routes.get("/")
async def home(request: web.Request) -> web.Response:
    """Lead to the first page that the user's profile may reach."""
    raise web.HTTPSeeOther(first_page(request, user_of(request)))


@routes.get("/accueil")
async def welcome(request: web.Request) -> web.Response:
    """Say what the user's profile may do."""
    return page(request, "welcome.html")


# First factor


@routes.get("/login")
async def login_page(request: web.Request) -> web.Response:
    """Show the sign-in form."""
    return sign_in_page(request)


def sign_in_page(
    request: web.Request, status: int = 200, notice: Notice | None = None, username: str = ""
) -> web.Response:
    """The sign-in form, with what must be told first."""
    return page(request, "login.html", status, username=username, notice=notice)


@routes.post("/login")
async def login(request: web.Request) -> web.Response:
    """Check the password, then lead to what is still to be done."""
    form = await request.post()
    name, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
    found = request.app[ACCOUNTS].sign_in.first_factor(name, password)
    if not isinstance(found, Denied):
        found = await _after_password(request, found)
    return sign_in_page(request, found.status, Notice(found.text, True), name)


async def _after_password(request: web.Request, person: Person) -> Denied:
    """Lead to the next stage, by redirection; returns only why it cannot be."""
    accounts = request.app[ACCOUNTS]
    stage = accounts.sign_in.stage(person)
    if isinstance(stage, Denied):
        request.app[DUI].store.log(person.login, "connexion", None, "échec", person.login)
        return stage
    accounts.sessions.close(request.cookies.get(COOKIE))
    token = accounts.sessions.open(person.user, (PASSWORD,), stage)
    if stage == SECOND_FACTOR:
        session = accounts.sessions.get(token)
        assert session is not None
        try:
            await accounts.factors.ask(session, person)
        except ContactError as problem:
            accounts.sessions.close(token)
            return Denied(problem.status, str(problem))
    lead_on(request, person, token)


def lead_on(
    request: web.Request, person: Person, token: str, notice: Notice | None = None
) -> NoReturn:
    """Redirect to the page of the session's stage, or in; the cookie is that of `token`."""
    accounts = request.app[ACCOUNTS]
    session = accounts.sessions.get(token)
    assert session is not None
    if session.stage == OPEN:
        accounts.sign_in.opened(person, session.means)
    address = STAGE_PAGES.get(session.stage) or first_page(request, person.user)
    if notice is not None:
        accounts.leave_notice(token, notice)
    response = web.HTTPSeeOther(address)
    give_session(request, response, token)
    raise response


# Second factor


@routes.get("/login/second-facteur")
async def second_factor_page(request: web.Request) -> web.Response:
    """Ask for the code of the second factor."""
    session, person = _waiting(request)
    return _code_page(request, session, person)


@routes.post("/login/second-facteur")
async def second_factor(request: web.Request) -> web.Response:
    """Check the code, or send another one."""
    session, person = _waiting(request)
    accounts, form = request.app[ACCOUNTS], await request.post()
    if "resend" in form:
        return await _send_again(request, session, person)
    denied = accounts.sign_in.second_factor(session, person, str(form.get("code", "")))
    token = request.cookies[COOKIE]
    if denied is not None and denied.status == 403:
        accounts.sessions.close(token)
        return sign_in_page(request, 403, Notice(denied.text, True))
    if denied is not None:
        return _code_page(request, session, person, denied.status, Notice(denied.text, True))
    person = person_of(request, session)
    stage = accounts.sign_in.stage(person, two_factors=True)
    assert isinstance(stage, str)
    raised = accounts.sessions.elevate(token, (person.factor,), stage)
    lead_on(request, person, raised)


async def _send_again(request: web.Request, session: Session, person: Person) -> web.Response:
    try:
        await request.app[ACCOUNTS].factors.ask(session, person)
    except ContactError as problem:
        return _code_page(request, session, person, problem.status, Notice(str(problem), True))
    notice = Notice("Un nouveau code est parti, celui d'avant ne sert plus.", False)
    return _code_page(request, session, person, notice=notice)


def _waiting(request: web.Request) -> tuple[Session, Person]:
    """The session that waits for a second factor; anybody else is sent to the sign-in page."""
    session = session_of(request)
    if session.stage != SECOND_FACTOR:
        raise web.HTTPSeeOther("/login" if session.stage != OPEN else "/")
    return session, person_of(request, session)


def person_of(request: web.Request, session: Session) -> Person:
    """The person of a session; the sign-in page when the account is no more."""
    person = request.app[ACCOUNTS].people.find(session.user.login)
    if person is None:
        raise web.HTTPSeeOther("/login")
    return person


def _code_page(
    request: web.Request,
    session: Session,
    person: Person,
    status: int = 200,
    notice: Notice | None = None,
) -> web.Response:
    return page(
        request, "second_factor.html", status, sent=SENT.get(person.factor, ""), notice=notice
    )


# Out


@routes.post("/logout")
@routes.get("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the session, here first, then at Pro Santé Connect when it came from there."""
    session: Session | None = request[SESSION]
    if session is not None:
        request.app[DUI].store.log(
            session.user.login, "déconnexion", None, "ok", session.user.login
        )
    if not (Psc.held(session) and faults.active("psc-deconnexion-locale-absente")):
        request.app[ACCOUNTS].sessions.close(request.cookies.get(COOKIE))
    response = await farewell(request, session) or web.HTTPSeeOther("/login")
    response.del_cookie(COOKIE, path="/")
    raise response
