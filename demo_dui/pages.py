"""HTML pages of the professionals and of the patients: plain, accessible, without script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from demo_dui import faults, patient_page, search
from demo_dui.accounts import Notice
from demo_dui.identity import Draft, Traits
from demo_dui.naming import COMPULSORY, LABELS, Refusal, RefusedError
from demo_dui.search import Criteria
from demo_dui.service import HIGH_TRUST_DOCUMENTS
from demo_dui.web import ACCOUNTS, COOKIE, DUI, SECURE_COOKIES, USER, known_identity, user_of

routes = web.RouteTableDef()
TEMPLATES = web.AppKey("templates", jinja2.Environment)
SESSION_SECONDS = 8 * 3600


def prepare(application: web.Application) -> None:
    """Load the templates; autoescape is always on."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters["french_date"] = patient_page.french_date
    environment.filters["french_instant"] = patient_page.french_instant
    application[TEMPLATES] = environment


def _page(request: web.Request, name: str, status: int = 200, **context: Any) -> web.Response:
    user = request.get(USER)
    notice = context.pop("notice", None)
    if notice is None and user is not None:
        notice = request.app[ACCOUNTS].take_notice(_notice_key(request))
    if notice is not None and notice.is_refusal and faults.active("ecran-alerte-absente"):
        notice = None
    template = request.app[TEMPLATES].get_template(name)
    text = template.render(user=user, notice=notice, role=request.app[DUI].role, **context)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _notice_key(request: web.Request) -> str:
    return request.cookies.get(COOKIE) or user_of(request).login


def _tell(request: web.Request, text: str, is_refusal: bool) -> None:
    request.app[ACCOUNTS].leave_notice(_notice_key(request), Notice(text, is_refusal))


def _missing(request: web.Request, text: str) -> web.Response:
    return _page(request, "missing.html", 404, notice=Notice(text, True))


# Sign in


@routes.get("/")
async def home(request: web.Request) -> web.Response:
    """Lead to the list of patients."""
    raise web.HTTPSeeOther("/patients")


@routes.get("/login")
async def login_page(request: web.Request) -> web.Response:
    """Show the sign-in form."""
    return _page(request, "login.html", username="")


@routes.post("/login")
async def login(request: web.Request) -> web.Response:
    """Check the password and open a session."""
    form = await request.post()
    name, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
    accounts, store = request.app[ACCOUNTS], request.app[DUI].store
    user = accounts.check(name, password)
    if user is None:
        store.log(name[:64] or "inconnu", "connexion", None, "échec")
        notice = Notice("Connexion refusée : identifiant ou mot de passe inconnu.", True)
        return _page(request, "login.html", 401, username=name, notice=notice)
    store.log(user.login, "connexion")
    target = "/patients" if user.is_professional else f"/accounts/{user.account_id}"
    response = web.HTTPSeeOther(target)
    response.set_cookie(
        COOKIE,
        accounts.open_session(user),
        max_age=SESSION_SECONDS,
        httponly=True,
        secure=request.app[SECURE_COOKIES],
        samesite="Lax",
        path="/",
    )
    raise response


@routes.post("/logout")
@routes.get("/logout")
async def logout(request: web.Request) -> web.Response:
    """End the session."""
    accounts = request.app[ACCOUNTS]
    token = request.cookies.get(COOKIE)
    user = accounts.session(token)
    if user is not None:
        request.app[DUI].store.log(user.login, "déconnexion")
    accounts.close_session(token)
    response = web.HTTPSeeOther("/login")
    response.del_cookie(COOKIE, path="/")
    raise response


# Patients


@routes.get("/patients")
async def patients(request: web.Request) -> web.Response:
    """List the latest identities."""
    found = request.app[DUI].store.identities(limit=200)
    return _page(request, "patients.html", patients=found)


@routes.get("/patients/search")
async def search_page(request: web.Request) -> web.Response:
    """Show the search form, and what the criteria found."""
    values = {
        name: request.query.get(name, "").strip() for name in ("birth_date", "name", "matricule")
    }
    found, notice = None, None
    if any(values.values()):
        criteria = Criteria(**{name: value or None for name, value in values.items()})
        try:
            found = search.find(request.app[DUI].store, criteria)
        except RefusedError as refusal:
            notice = Notice(str(refusal), True)
    return _page(request, "search.html", values=values, patients=found, notice=notice)


@routes.get("/patients/new")
async def new_patient_page(request: web.Request) -> web.Response:
    """Show the creation form."""
    return _creation_form(request, {}, ())


def _creation_form(
    request: web.Request, values: dict[str, str], refusals: tuple[Refusal, ...]
) -> web.Response:
    fields = list(LABELS)
    if faults.active("ecran-formulaire-sans-lieu"):
        fields.remove("birth_place_code")
    required = set(COMPULSORY)
    if faults.active("ecran-nom-utilise-exige"):
        required.add("used_name")
    told = () if faults.active("ecran-alerte-absente") else refusals
    status = 422 if refusals else 200
    return _page(
        request,
        "new.html",
        status,
        fields=fields,
        required=required,
        labels=LABELS,
        values=values,
        refusals=told,
        refused_fields={refusal.field for refusal in told},
    )


@routes.post("/patients/new")
async def new_patient(request: web.Request) -> web.Response:
    """Create an identity from the form."""
    form = await request.post()
    values = {name: str(form.get(name, "")).strip() for name in (*LABELS, "nss")}
    traits = Traits(**{name: values[name] or None for name in LABELS})
    draft = Draft(traits=traits, nss=values["nss"] or None)
    try:
        identity = request.app[DUI].create(draft, user_of(request).login)
    except RefusedError as refusal:
        return _creation_form(request, values, refusal.refusals)
    _tell(request, "L'identité est créée.", False)
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.get("/patients/{id}")
async def patient(request: web.Request) -> web.Response:
    """Show an identity."""
    identity = known_identity(request)
    if identity is None:
        return _missing(request, "Patient inconnu : revenez à la liste des patients.")
    store = request.app[DUI].store
    return _page(
        request,
        "patient.html",
        identity=identity,
        title=patient_page.title(identity),
        rows=patient_page.rows(identity, store.show_optional_traits()),
        optional_shown=store.show_optional_traits(),
        changes=store.status_changes(identity.id),
        former=store.former_ins(identity.id),
        accounts=store.accounts_of(identity.id),
        documents=HIGH_TRUST_DOCUMENTS,
    )


@routes.post("/patients/{id}/insi")
async def call_insi(request: web.Request) -> web.Response:
    """Call INSi from the page of an identity."""
    identity = known_identity(request)
    if identity is None:
        return _missing(request, "Patient inconnu : revenez à la liste des patients.")
    outcome = await request.app[DUI].call_insi(identity, "traits", user_of(request).login)
    _tell(request, outcome.message, outcome.outcome != "updated")
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.post("/patients/{id}/verification")
async def verify(request: web.Request) -> web.Response:
    """Record the check of an identity document from the page of an identity."""
    identity = known_identity(request)
    if identity is None:
        return _missing(request, "Patient inconnu : revenez à la liste des patients.")
    form = await request.post()
    document = str(form.get("document", "CN"))
    try:
        checked = request.app[DUI].verify(identity, document, user_of(request).login)
        _tell(request, f"Pièce contrôlée : l'identité est « {checked.status} ».", False)
    except RefusedError as refusal:
        _tell(request, str(refusal), True)
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


# Accounts and settings


@routes.get("/accounts/{id}")
async def account(request: web.Request) -> web.Response:
    """Show a patient's account: login, identity, matricule once linked."""
    store = request.app[DUI].store
    found = store.account(request.match_info["id"])
    identity = store.find(found.patient_id) if found else None
    if found is None or identity is None:
        return _missing(request, "Compte inconnu : vérifiez l'adresse.")
    rows = patient_page.account_rows(found, identity)
    return _page(request, "account.html", account=found, identity=identity, rows=rows)


@routes.get("/settings")
async def settings(request: web.Request) -> web.Response:
    """Show the settings."""
    shown = request.app[DUI].store.show_optional_traits()
    offered = not faults.active("ecran-facultatifs-absents")
    return _page(request, "settings.html", shown=shown, offered=offered)


@routes.post("/settings")
async def change_settings(request: web.Request) -> web.Response:
    """Change the settings."""
    form = await request.post()
    dui = request.app[DUI]
    dui.store.set_show_optional_traits("show_optional_traits" in form)
    dui.store.log(user_of(request).login, "changement de paramètre")
    _tell(request, "Les paramètres sont enregistrés.", False)
    raise web.HTTPSeeOther("/settings")
