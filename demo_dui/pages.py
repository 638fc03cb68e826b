"""HTML pages: sign-in, list, search and creation of patients, accounts; without script."""

from __future__ import annotations

from aiohttp import web

from demo_dui import faults, patient_page, search
from demo_dui.identity import Draft, Traits
from demo_dui.naming import COMPULSORY, LABELS, Refusal, RefusedError
from demo_dui.rendering import missing, page, tell
from demo_dui.rights import DEFAULT_USERS, IDENTITY, MANAGEMENT
from demo_dui.search import Criteria
from demo_dui.user import Notice
from demo_dui.web import ACCOUNTS, COOKIE, DUI, SECURE_COOKIES, user_of

routes = web.RouteTableDef()
SESSION_SECONDS = 8 * 3600


# Sign in


@routes.get("/")
async def home(request: web.Request) -> web.Response:
    """Lead to the first page that the user's profile may reach."""
    raise web.HTTPSeeOther(_first_page(request, user_of(request).login))


@routes.get("/accueil")
async def welcome(request: web.Request) -> web.Response:
    """Say what the user's profile may do."""
    return page(request, "welcome.html")


def _first_page(request: web.Request, login: str) -> str:
    rights = request.app[DUI].rights
    if rights.has(login, IDENTITY):
        return "/patients"
    return "/rights" if rights.has(login, MANAGEMENT) else "/accueil"


@routes.get("/login")
async def login_page(request: web.Request) -> web.Response:
    """Show the sign-in form."""
    return page(request, "login.html", username="")


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
        return page(request, "login.html", 401, username=name, notice=notice)
    store.log(user.login, "connexion")
    target = f"/accounts/{user.account_id}"
    if user.login in DEFAULT_USERS:
        target = _first_page(request, user.login)
    response = web.HTTPSeeOther(target)
    response.set_cookie(
        COOKIE,
        accounts.sessions.open(user, ("mot-de-passe",)),
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
    session = accounts.session(token)
    if session is not None:
        request.app[DUI].store.log(session.user.login, "déconnexion")
    accounts.sessions.close(token)
    response = web.HTTPSeeOther("/login")
    response.del_cookie(COOKIE, path="/")
    raise response


# Patients


@routes.get("/patients")
async def patients(request: web.Request) -> web.Response:
    """List the latest identities."""
    store = request.app[DUI].store
    found = store.identities(limit=200)
    store.log(user_of(request).login, "liste d'identités", detail=f"{len(found)} affichées")
    return page(request, "patients.html", patients=found)


@routes.get("/patients/search")
async def search_page(request: web.Request) -> web.Response:
    """Show the search form, and what the criteria found."""
    fields = ("birth_date", "name", "family", "given", "matricule")
    values = {name: request.query.get(name, "").strip() for name in fields}
    found, notice = None, None
    if any(values.values()):
        criteria = Criteria(**{name: value or None for name, value in values.items()})
        store, by = request.app[DUI].store, user_of(request).login
        try:
            found = search.find(store, criteria)
            store.log(by, "recherche d'identité", detail=f"{len(found)} trouvées")
        except RefusedError as refusal:
            notice = Notice(str(refusal), True)
            store.log(by, "recherche d'identité", result="refus", detail=str(refusal))
    return page(request, "search.html", values=values, patients=found, notice=notice)


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
    return page(
        request,
        "new.html",
        status,
        fields=fields,
        required=required,
        labels=LABELS,
        values=values,
        proofs=request.app[DUI].store.parameters.read("justificatifs"),
        refusals=told,
        refused_fields={refusal.field for refusal in told},
    )


@routes.post("/patients/new")
async def new_patient(request: web.Request) -> web.Response:
    """Create an identity from the form."""
    form = await request.post()
    values = {name: str(form.get(name, "")).strip() for name in (*LABELS, "nss", "justificatif")}
    traits = Traits(**{name: values[name] or None for name in LABELS})
    draft = Draft(traits=traits, nss=values["nss"] or None, proof=values["justificatif"] or None)
    try:
        identity = request.app[DUI].create(draft, user_of(request).login)
    except RefusedError as refusal:
        return _creation_form(request, values, refusal.refusals)
    tell(request, "L'identité est créée.", False)
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


# Accounts


@routes.get("/accounts/{id}")
async def account(request: web.Request) -> web.Response:
    """Show a patient's account: login, identity, matricule once linked."""
    store = request.app[DUI].store
    found = store.account(request.match_info["id"])
    identity = store.find(found.patient_id) if found else None
    if found is None or identity is None:
        return missing(request, "Compte inconnu : vérifiez l'adresse.")
    rows = patient_page.account_rows(found, identity)
    return page(request, "account.html", account=found, identity=identity, rows=rows)
