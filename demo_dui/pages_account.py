"""HTML pages of one's own account: what it holds, password, means, correction of the identity."""

from __future__ import annotations

from typing import NoReturn

from aiohttp import web

from demo_dui import patient_page, revocation
from demo_dui.identity import Identity, Traits
from demo_dui.naming import LABELS, RefusedError
from demo_dui.pages_enrolment import problem_of_new
from demo_dui.pages_sign_in import first_page, person_of, sign_in_page
from demo_dui.people import Person
from demo_dui.rendering import page, tell
from demo_dui.sessions import MEANS
from demo_dui.sign_in import LOCKED
from demo_dui.user import Notice
from demo_dui.web import ACCOUNTS, COOKIE, DUI, give_session, session_of, user_of

routes = web.RouteTableDef()
IDENTITY_FIELDS = ("birth_name", "used_name", "birth_date")


@routes.get("/compte")
async def own_account(request: web.Request) -> web.Response:
    """Show who is signed in, and how they are known and reached."""
    accounts, user = request.app[ACCOUNTS], user_of(request)
    person = accounts.people.find(user.login)
    if person is None:
        raise web.HTTPSeeOther("/login")
    rows = [
        ("Identifiant", person.login),
        *_who(request, person),
        ("Courriel", person.email),
        ("Téléphone", person.phone),
        ("Contacts vérifiés", _verified(person)),
        ("Moyens d'identification", revocation.shown(accounts, person)),
    ]
    rows = [(label, value or patient_page.NOTHING) for label, value in rows]
    return page(request, "own_account.html", rows=rows, home=first_page(request, user))


def _verified(person: Person) -> str:
    told = {"courriel": person.email_verified, "téléphone": person.phone_verified}
    return ", ".join(name for name, verified in told.items() if verified) or "aucun"


def _who(request: web.Request, person: Person) -> list[tuple[str, str]]:
    """National id and exercice of a professional; matricule INS of a patient."""
    if person.account_id is not None:
        return _patient(request, person.account_id)
    professional = request.app[ACCOUNTS].people.professionals.of_login(person.login)
    session = request.app[ACCOUNTS].session(request.cookies.get(COOKIE))
    chosen = session.activity if session else ""
    if professional is None:
        return [("Identifiant national", ""), ("Exercice", chosen)]
    names = f"{professional.exercise_given_name} {professional.exercise_name}"
    work = (professional.profession, professional.speciality, professional.category)
    return [
        ("Identifiant national", professional.national_id),
        ("Nom d'exercice", names.strip()),
        ("Exercice", chosen or ", ".join(word for word in work if word)),
    ]


def _patient(request: web.Request, account_id: str) -> list[tuple[str, str]]:
    """Matricule INS and identity that a patient's account keeps."""
    dui = request.app[DUI]
    account = dui.store.account(account_id)
    identity = dui.identity(account.patient_id) if account else None
    traits = identity.traits if identity else Traits()
    return [
        ("Identifiant national", (account.matricule if account else "") or ""),
        (LABELS["birth_name"], traits.birth_name or ""),
        (LABELS["first_birth_given_name"], traits.first_birth_given_name or ""),
        (LABELS["used_name"], traits.used_name or ""),
        (LABELS["birth_date"], patient_page.french_date(traits.birth_date or "")),
    ]


# Password


@routes.get("/compte/mot-de-passe")
async def password_page(request: web.Request) -> web.Response:
    """Show the form of a new password."""
    return page(request, "password.html")


@routes.post("/compte/mot-de-passe")
async def change_password(request: web.Request) -> web.Response:
    """Change the password; the other sessions of the account end."""
    accounts, store, form = request.app[ACCOUNTS], request.app[DUI].store, await request.post()
    person = person_of(request, session_of(request))
    old, new = str(form.get("old_password", "")), str(form.get("new_password", ""))
    problem = accounts.sign_in.problem_of_old(person, old)
    problem = problem or problem_of_new(request, person, new, str(form.get("confirm", "")))
    action = "changement de mot de passe"
    if problem:
        store.log(person.login, action, None, "refus", person.login)
        if problem == LOCKED:
            accounts.sessions.close_those_of(person.login)
            return sign_in_page(request, 403, Notice(problem, True))
        return page(request, "password.html", 422, notice=Notice(problem, True))
    accounts.passwords.record(person, new)
    store.log(person.login, action, None, "ok", person.login)
    token = accounts.sessions.elevate(request.cookies[COOKIE], ())
    accounts.sessions.close_those_of(person.login, but=token)
    _back(request, token, "Le mot de passe est changé.")


def _back(request: web.Request, token: str, text: str) -> NoReturn:
    """Redirect to the account page, under a new session."""
    request.app[ACCOUNTS].leave_notice(token, Notice(text, False))
    response = web.HTTPSeeOther("/compte")
    give_session(request, response, token)
    raise response


# Means


@routes.get("/compte/moyens")
async def means_page(request: web.Request) -> web.Response:
    """Offer the revocation of each means in use, and of all of them."""
    return _means(request, person_of(request, session_of(request)))


def _means(
    request: web.Request, person: Person, status: int = 200, notice: Notice | None = None
) -> web.Response:
    means = {
        one: revocation.LABELS[one] for one in revocation.in_use(request.app[ACCOUNTS], person)
    }
    return page(request, "means.html", status, means=means, notice=notice)


@routes.post("/compte/moyens")
async def revoke_means(request: web.Request) -> web.Response:
    """Revoke a means, or the whole access; a session that stood on it ends."""
    accounts, store, form = request.app[ACCOUNTS], request.app[DUI].store, await request.post()
    person = person_of(request, session_of(request))
    asked = str(form.get("means", ""))
    everything = "all" in form
    if not everything and asked not in revocation.in_use(accounts, person):
        text = f"Moyen « {asked[:20]} » : il n'est pas en service sur ce compte."
        return _means(request, person, 422, Notice(text, True))
    revocation.revoke(accounts, store, person, MEANS if everything else (asked,))
    text = "Tous vos accès sont révoqués." if everything else "Le moyen est révoqué."
    if accounts.session(request.cookies.get(COOKIE)) is None:
        return sign_in_page(request, 200, Notice(f"{text} Votre session est fermée.", False))
    tell(request, text, False)
    raise web.HTTPSeeOther("/compte")


# Identity


@routes.get("/compte/identite")
async def identity_page(request: web.Request) -> web.Response:
    """Show the identity kept by the account, and the form of a request of correction."""
    return _identity(request, _own_identity(request))


def _own_identity(request: web.Request) -> Identity:
    dui, account_id = request.app[DUI], user_of(request).account_id
    account = dui.store.account(account_id) if account_id else None
    identity = dui.identity(account.patient_id) if account else None
    if identity is None:
        raise web.HTTPSeeOther("/compte")
    return identity


def _identity(
    request: web.Request, identity: Identity, status: int = 200, notice: Notice | None = None
) -> web.Response:
    values = {name: getattr(identity.traits, name) or "" for name in IDENTITY_FIELDS}
    return page(request, "own_identity.html", status, labels=LABELS, values=values, notice=notice)


@routes.post("/compte/identite")
async def correct_identity(request: web.Request) -> web.Response:
    """Ask for a correction: a professional will check the identity before anything changes."""
    identity, form = _own_identity(request), await request.post()
    dui, login = request.app[DUI], user_of(request).login
    wanted = {name: str(form.get(name, "")).strip() for name in IDENTITY_FIELDS if name in form}
    changed = {n: v for n, v in wanted.items() if v and v != getattr(identity.traits, n)}
    if not changed:
        return _identity(
            request, identity, 422, Notice("Rien ne change : corrigez un champ.", True)
        )
    try:
        dui.ask_correction(identity, Traits(**changed), login)
    except RefusedError as refusal:
        return _identity(request, identity, 422, Notice(str(refusal), True))
    tell(request, "Votre demande est transmise : un professionnel la contrôlera.", False)
    raise web.HTTPSeeOther("/compte")
