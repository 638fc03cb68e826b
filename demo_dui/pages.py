"""HTML pages: list, search and creation of patients, accounts; without script."""

from __future__ import annotations

from aiohttp import web

from demo_dui import faults, patient_page, search
from demo_dui.identity import Draft, Traits
from demo_dui.naming import COMPULSORY, LABELS, Refusal, RefusedError
from demo_dui.rendering import missing, page, tell
from demo_dui.search import Criteria
from demo_dui.user import Notice
from demo_dui.web import DUI, user_of

routes = web.RouteTableDef()


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
