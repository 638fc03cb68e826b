"""HTML pages of a new second factor, and of the renewals that the site imposes."""

from __future__ import annotations

from typing import NoReturn

from aiohttp import web

from demo_dui.contact import ContactError
from demo_dui.pages_sign_in import SENT, first_page, lead_on, person_of
from demo_dui.people import Person
from demo_dui.rendering import page
from demo_dui.second_factor import KINDS
from demo_dui.sessions import MAIL, OPEN, PASSWORD, RENEWAL, STAGE_PAGES, TOTP, Session
from demo_dui.sign_in import WRONG_CODE
from demo_dui.user import Notice
from demo_dui.web import ACCOUNTS, COOKIE, DUI, give_session, session_of

routes = web.RouteTableDef()
ENROLMENT_PAGE, RENEWAL_PAGE = "/compte/second-facteur", "/compte/renouvellement"


@routes.get(ENROLMENT_PAGE)
async def enrolment_page(request: web.Request) -> web.Response:
    """Offer the kinds of second factor."""
    return _choice(request, person_of(request, session_of(request)))


@routes.post(ENROLMENT_PAGE)
async def enrol(request: web.Request) -> web.Response:
    """Begin the enrolment of a kind, or end it on the code that proves possession."""
    session, form = session_of(request), await request.post()
    person = person_of(request, session)
    if "kind" in form:
        return await _begin(request, session, person, str(form["kind"]))
    if "factor" not in session.kept:
        return _choice(request, person)
    return _end(request, session, person, str(form.get("code", "")))


async def _begin(request: web.Request, session: Session, person: Person, kind: str) -> web.Response:
    problem = _cannot_have(person, kind, at_stage=session.stage != OPEN)
    if problem:
        return _choice(request, person, 422, problem)
    try:
        await request.app[ACCOUNTS].factors.start(session, person, kind)
    except ContactError as error:
        return _choice(request, person, error.status, str(error))
    return _proof(request, session, ENROLMENT_PAGE)


def _cannot_have(person: Person, kind: str, *, at_stage: bool) -> str:
    """Why a person may not enrol a kind; signed in, the address must have been verified before."""
    if kind not in KINDS:
        return f"Second facteur « {kind[:20]} » inconnu : choisissez-en un de la liste."
    if kind == TOTP:
        return ""
    address, verified = person.phone, person.phone_verified
    if kind == MAIL:
        address, verified = person.email, person.email_verified
    if address and (verified or at_stage):
        return ""
    missing = "votre adresse de courriel" if kind == MAIL else "votre numéro de téléphone"
    return f"Vérifiez d'abord {missing}, dans « Mon compte »."


def _end(request: web.Request, session: Session, person: Person, code: str) -> web.Response:
    accounts = request.app[ACCOUNTS]
    kind = session.kept["factor"][0]
    told = f"{person.login}, {kind}"
    recovery = accounts.factors.activate(session, person, code.strip())
    store = request.app[DUI].store
    if recovery is None:
        store.log(person.login, "enrôlement", None, "échec", told)
        here = STAGE_PAGES[RENEWAL] if session.stage == RENEWAL else ENROLMENT_PAGE
        return _proof(request, session, here, 422, Notice(WRONG_CODE, True))
    store.log(person.login, "enrôlement", None, "ok", told)
    person, staged = person_of(request, session), session.stage != OPEN
    stage = accounts.sign_in.stage(person, two_factors=True)
    assert isinstance(stage, str)
    token = accounts.sessions.elevate(request.cookies[COOKIE], (kind,), stage)
    if staged and stage == OPEN:
        accounts.sign_in.opened(person, (*session.means, kind))
    following = STAGE_PAGES.get(stage) or first_page(request, person.user)
    notice = Notice("Le second facteur est activé.", False)
    response = page(request, "recovery_codes.html", codes=recovery, next=following, notice=notice)
    give_session(request, response, token)
    return response


def _choice(
    request: web.Request, person: Person, status: int = 200, problem: str = ""
) -> web.Response:
    notice = Notice(problem, True) if problem else None
    return page(
        request, "enrolment.html", status, kinds=KINDS, current=person.factor, notice=notice
    )


def _proof(
    request: web.Request,
    session: Session,
    action: str,
    status: int = 200,
    notice: Notice | None = None,
) -> web.Response:
    """Ask for the code that proves that the new factor works."""
    kind, secret = session.kept["factor"]
    return page(
        request,
        "proof.html",
        status,
        secret=secret,
        sent=SENT.get(kind, ""),
        action=action,
        notice=notice,
    )


# Imposed renewals


@routes.get(RENEWAL_PAGE)
async def renewal_page(request: web.Request) -> web.Response:
    """Ask for what must be renewed before anything opens."""
    session = session_of(request)
    person = person_of(request, session)
    return await _renewal(request, session, person)


async def _renewal(
    request: web.Request,
    session: Session,
    person: Person,
    status: int = 200,
    notice: Notice | None = None,
) -> web.Response:
    accounts = request.app[ACCOUNTS]
    due = accounts.passwords.due(person)
    if not due or session.stage != RENEWAL:
        raise web.HTTPSeeOther("/compte/mot-de-passe")
    if due == PASSWORD:
        return page(request, "renewal.html", status, notice=notice)
    if "factor" not in session.kept:
        await accounts.factors.start(session, person, TOTP)
    return _proof(request, session, RENEWAL_PAGE, status, notice)


@routes.post(RENEWAL_PAGE)
async def renew(request: web.Request) -> web.Response:
    """Take the new password, or the proof of the new second factor."""
    session, form = session_of(request), await request.post()
    person = person_of(request, session)
    if session.stage != RENEWAL:
        raise web.HTTPSeeOther("/compte/mot-de-passe")
    if "code" in form and "factor" in session.kept:
        return _end(request, session, person, str(form["code"]))
    new, again = str(form.get("new_password", "")), str(form.get("confirm", ""))
    accounts, store = request.app[ACCOUNTS], request.app[DUI].store
    problem = problem_of_new(request, person, new, again)
    if problem:
        store.log(person.login, "renouvellement", None, "refus", person.login)
        return await _renewal(request, session, person, 422, Notice(problem, True))
    person = accounts.passwords.record(person, new)
    store.log(person.login, "renouvellement", None, "ok", f"{person.login}, {PASSWORD}")
    _lead_after_renewal(request, person)


def problem_of_new(request: web.Request, person: Person, new: str, again: str) -> str:
    """Why a new password, typed twice, may not be taken; '' when it may."""
    if new != again:
        return "Les deux mots de passe ne sont pas les mêmes : saisissez-les de nouveau."
    return request.app[ACCOUNTS].passwords.problem_of_new(person, new)


def _lead_after_renewal(request: web.Request, person: Person) -> NoReturn:
    accounts = request.app[ACCOUNTS]
    stage = accounts.sign_in.stage(person, two_factors=True)
    assert isinstance(stage, str)
    token = accounts.sessions.elevate(request.cookies[COOKIE], (), stage)
    accounts.sessions.close_those_of(person.login, but=token)
    lead_on(request, person, token, Notice("Le mot de passe est renouvelé.", False))
