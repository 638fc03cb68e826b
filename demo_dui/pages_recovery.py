"""HTML pages for those who cannot sign in: recovery, activation, revocation, lost device."""

from __future__ import annotations

import asyncio

from aiohttp import web

from demo_dui import faults, revocation
from demo_dui.contact import ContactError
from demo_dui.links import ACTIVATION, RECOVERY, REVOCATION
from demo_dui.lockout import PASSWORD as PASSWORD_FAILURE
from demo_dui.openings import base_url
from demo_dui.pages_contact import EMAIL
from demo_dui.pages_enrolment import problem_of_new
from demo_dui.pages_sign_in import lead_on, sign_in_page
from demo_dui.people import Person
from demo_dui.rendering import page
from demo_dui.sessions import ENROLMENT, MAIL, MEANS, PASSWORD, RECOVERY_CODE
from demo_dui.sign_in import Denied
from demo_dui.user import Notice
from demo_dui.web import ACCOUNTS, COOKIE, DUI

routes = web.RouteTableDef()
SENT = (
    "Si ce compte existe et si son courriel est vérifié, un lien vient de partir. Il sert une "
    "fois, pendant un quart d'heure."
)
DEAD_LINK = "Ce lien a déjà servi, ou n'est plus valable. Demandez-en un autre."
# A task that nobody holds may vanish before its end.
_UNDER_WAY: set[asyncio.Task[None]] = set()


# Links


@routes.get("/acces/recuperation")
async def recovery_page(request: web.Request) -> web.Response:
    """Ask whose password is lost."""
    return _ask_page(request, RECOVERY)


@routes.get("/acces/revocation")
async def revocation_page(request: web.Request) -> web.Response:
    """Ask whose access must be revoked."""
    return _ask_page(request, REVOCATION)


def _ask_page(
    request: web.Request, purpose: str, status: int = 200, notice: Notice | None = None
) -> web.Response:
    title = "Révoquer mes accès" if purpose == REVOCATION else "Mot de passe oublié"
    return page(request, "ask_link.html", status, title=title, action=request.path, notice=notice)


@routes.post("/acces/recuperation")
async def ask_recovery(request: web.Request) -> web.Response:
    """Mail a recovery link; the page says the same whether the account exists or not."""
    return await _ask(request, RECOVERY, "/acces/reinitialisation", "Récupération de votre accès")


@routes.post("/acces/revocation")
async def ask_revocation(request: web.Request) -> web.Response:
    """Mail a revocation link; the page says the same whether the account exists or not."""
    address = "/acces/revocation/confirmer"
    return await _ask(request, REVOCATION, address, "Révocation de vos accès")


async def _ask(request: web.Request, purpose: str, path: str, subject: str) -> web.Response:
    accounts, form = request.app[ACCOUNTS], await request.post()
    if not accounts.contact.has_mail:
        text = "Aucun serveur de courriel n'est configuré : adressez-vous à l'administrateur."
        return _ask_page(request, purpose, 503, Notice(text, True))
    person = accounts.people.named(str(form.get("username", "")).strip())
    if person is not None and _may_receive(person, purpose):
        # Not awaited: the time of the answer must not tell whether the account exists.
        link = f"{base_url(request)}{path}?jeton={accounts.links.draw(person.login, purpose)}"
        task = asyncio.create_task(_mail_link(request.app, person, subject, link))
        _UNDER_WAY.add(task)
        task.add_done_callback(_UNDER_WAY.discard)
    return _ask_page(request, purpose, notice=Notice(SENT, False))


def _may_receive(person: Person, purpose: str) -> bool:
    """Tell whether a link may go to a person: a verified address, an access not withdrawn."""
    verified = person.email_verified or faults.active("contact-non-verifie-utilise")
    if not person.email or not verified:
        return False
    return purpose != RECOVERY or not person.is_withdrawn


async def _mail_link(application: web.Application, person: Person, subject: str, link: str) -> None:
    store, told = application[DUI].store, f"{person.login}, {subject.lower()}"
    text = (
        f"{subject} ({person.login}). Ce lien sert une fois, pendant un quart d'heure :\n{link}\n"
    )
    try:
        for address in _addresses(application, person):
            await application[ACCOUNTS].contact.mail(address, subject, text)
    except ContactError as problem:
        store.log(person.login, "récupération d'accès", None, "échec", f"{told} : {problem}")
        return
    store.log(person.login, "récupération d'accès", None, "demandé", told)


def _addresses(application: web.Application, person: Person) -> list[str]:
    """Where a link goes: the verified address (a seeded fault adds those being verified)."""
    added = []
    if faults.active("contact-nouveau-utilise-avant"):
        own = [s for s in application[ACCOUNTS].sessions.all() if s.user.login == person.login]
        added = [s.kept[EMAIL.name].to for s in own if EMAIL.name in s.kept]
    return [*added, person.email]


def _person_of(request: web.Request, purpose: str) -> Person | None:
    accounts = request.app[ACCOUNTS]
    login = accounts.links.login_of(request.query.get("jeton", ""), purpose)
    return accounts.people.find(login) if login else None


def _dead(request: web.Request) -> web.Response:
    return sign_in_page(request, 410, Notice(DEAD_LINK, True))


# New password by a link


@routes.get("/acces/reinitialisation")
async def reset_page(request: web.Request) -> web.Response:
    """Ask for the new password of who received the link."""
    return _choose(request, RECOVERY, _person_of(request, RECOVERY))


@routes.get("/acces/activation")
async def activation_page(request: web.Request) -> web.Response:
    """Ask for the first password of who received the link."""
    return _choose(request, ACTIVATION, _person_of(request, ACTIVATION))


def _choose(
    request: web.Request,
    purpose: str,
    person: Person | None,
    status: int = 200,
    notice: Notice | None = None,
) -> web.Response:
    if person is None:
        return _dead(request)
    return page(
        request,
        "choose_password.html",
        status,
        title="Activer mon compte" if purpose == ACTIVATION else "Nouveau mot de passe",
        action=f"{request.path}?jeton={request.query.get('jeton', '')}",
        login=person.login,
        asks_recovery_code=purpose == RECOVERY and person.factor == MAIL,
        notice=notice,
    )


@routes.post("/acces/reinitialisation")
async def reset(request: web.Request) -> web.Response:
    """Give the new password; the sessions of before end."""
    return await _take_password(request, RECOVERY, "récupération d'accès")


@routes.post("/acces/activation")
async def activate(request: web.Request) -> web.Response:
    """Give the first password: the link proved the address, and lifts revocations."""
    return await _take_password(request, ACTIVATION, "activation de compte")


async def _take_password(request: web.Request, purpose: str, action: str) -> web.Response:
    accounts, store, form = request.app[ACCOUNTS], request.app[DUI].store, await request.post()
    person = _person_of(request, purpose)
    if person is None:
        return _dead(request)
    new, again = str(form.get("new_password", "")), str(form.get("confirm", ""))
    problem = problem_of_new(request, person, new, again)
    if not problem and purpose == RECOVERY and person.factor == MAIL:
        # The mailbox is the second factor already: alone, it must not give both.
        typed = str(form.get("recovery_code", ""))
        if not accounts.factors.spend_recovery_code(person.login, typed):
            problem = "Code de secours refusé : votre second facteur est ce même courriel."
    if problem:
        store.log(person.login, action, None, "refus", person.login)
        return _choose(request, purpose, person, 422, Notice(problem, True))
    accounts.links.use(request.query["jeton"])
    person = accounts.passwords.record(person, new)
    if purpose == ACTIVATION:
        _reopen(request, person)
    accounts.lockouts.clear(person.login, PASSWORD_FAILURE)
    accounts.sessions.close_those_of(person.login)
    store.log(person.login, action, None, "ok", person.login)
    return sign_in_page(
        request, 200, Notice("Le mot de passe est enregistré. Connectez-vous.", False), person.login
    )


def _reopen(request: web.Request, person: Person) -> None:
    """Lift the revocations; a revoked second factor must be enrolled anew."""
    changes: dict[str, object] = {"email_verified": True, "revoked": ()}
    if person.factor in person.revoked:
        changes |= {"factor": "", "factor_secret": ""}
    request.app[ACCOUNTS].people.change_of(person, **changes)


# Revocation by a link


@routes.get("/acces/revocation/confirmer")
async def confirm_revocation_page(request: web.Request) -> web.Response:
    """Ask for a last confirmation: a mail reader that follows links must revoke nothing."""
    person = _person_of(request, REVOCATION)
    if person is None:
        return _dead(request)
    action = f"{request.path}?jeton={request.query['jeton']}"
    return page(request, "confirm_revocation.html", action=action, login=person.login)


@routes.post("/acces/revocation/confirmer")
async def confirm_revocation(request: web.Request) -> web.Response:
    """Revoke every means of who received the link."""
    accounts, store, person = (
        request.app[ACCOUNTS],
        request.app[DUI].store,
        _person_of(request, REVOCATION),
    )
    if person is None:
        return _dead(request)
    accounts.links.use(request.query["jeton"])
    if not faults.active("revocation-lien-sans-effet"):
        revocation.revoke(accounts, store, person, MEANS)
    return sign_in_page(request, 200, Notice("Tous vos accès sont révoqués.", False))


# Lost device


@routes.get("/acces/appareil-perdu")
async def lost_page(request: web.Request) -> web.Response:
    """Ask for the password and a recovery code."""
    return page(request, "lost_device.html", username="")


@routes.post("/acces/appareil-perdu")
async def lost(request: web.Request) -> web.Response:
    """Kill the lost second factor, and lead to the enrolment of another."""
    accounts, store, form = request.app[ACCOUNTS], request.app[DUI].store, await request.post()
    name, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
    found = accounts.sign_in.first_factor(name, password)
    if not isinstance(found, Denied):
        found = _with_recovery_code(request, found, str(form.get("recovery_code", "")))
    if isinstance(found, Denied):
        notice = Notice(found.text, True)
        return page(request, "lost_device.html", found.status, username=name, notice=notice)
    person = accounts.factors.lose(found)
    accounts.sessions.close_those_of(person.login)
    store.log(person.login, "perte du second facteur", None, "ok", person.login)
    accounts.sessions.close(request.cookies.get(COOKIE))
    token = accounts.sessions.open(person.user, (PASSWORD, RECOVERY_CODE), ENROLMENT)
    notice = Notice("L'ancien appareil n'ouvre plus rien. Choisissez le nouveau.", False)
    lead_on(request, person, token, notice)


def _with_recovery_code(request: web.Request, person: Person, typed: str) -> Person | Denied:
    denied = request.app[ACCOUNTS].sign_in.recovery_code(person, typed)
    return denied if denied is not None else person
