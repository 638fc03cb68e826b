"""FHIR R4 endpoint: create, read, update and search of FR Core Patient."""

from __future__ import annotations

import json

from aiohttp import web

from demo_dui import diffusion, fhir_view, search
from demo_dui.fhir_view import NotAPatientError
from demo_dui.identity import Draft
from demo_dui.naming import Refusal, RefusedError
from demo_dui.rights import STRICT
from demo_dui.search import Criteria
from demo_dui.web import DUI, json_response, known_identity, may, user_of

routes = web.RouteTableDef()
FHIR_JSON = "application/fhir+json"


def _fhir(
    content: object, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    return json_response(content, status, headers, content_type=FHIR_JSON)


def _problem(status: int, message: str, code: str) -> web.Response:
    return _fhir(fhir_view.outcome([Refusal("", message)], code), status)


async def _draft(request: web.Request) -> Draft:
    """The draft of the body; NotAPatientError when it is not a Patient in JSON."""
    try:
        body = json.loads(await request.text())
    except (ValueError, LookupError) as error:
        raise NotAPatientError("le corps n'est pas du JSON lisible") from error
    return fhir_view.read(body)


def _refused(refusal: RefusedError) -> web.Response:
    return _fhir(fhir_view.outcome(refusal.refusals), 403 if refusal.forbidden else 422)


@routes.post("/fhir/Patient")
async def create(request: web.Request) -> web.Response:
    """Create an identity; it is always provisoire, whatever the resource claims."""
    try:
        identity = request.app[DUI].create(await _draft(request), user_of(request).login)
    except NotAPatientError as error:
        return _problem(400, f"Requête illisible : {error}.", "structure")
    except RefusedError as refusal:
        return _refused(refusal)
    headers = {"Location": f"/fhir/Patient/{identity.id}"}
    return _fhir(fhir_view.write(identity), 201, headers)


@routes.get("/fhir/Patient/{id}")
async def read(request: web.Request) -> web.Response:
    """Read what the outside may know of an identity."""
    identity = known_identity(request)
    if identity is None:
        return _problem(404, "Patient inconnu.", "not-found")
    return _fhir(fhir_view.write(identity))


@routes.put("/fhir/Patient/{id}")
async def update(request: web.Request) -> web.Response:
    """Change the traits of an identity, within the rights of the user."""
    identity, user = known_identity(request), user_of(request)
    if identity is None:
        return _problem(404, "Patient inconnu.", "not-found")
    try:
        draft = await _draft(request)
        changed = request.app[DUI].change(identity, draft, user.login, may(request, STRICT))
    except NotAPatientError as error:
        return _problem(400, f"Requête illisible : {error}.", "structure")
    except RefusedError as refusal:
        return _refused(refusal)
    await diffusion.propagate(request.app[DUI], identity, changed, user.login)
    return _fhir(fhir_view.write(changed))


@routes.get("/fhir/Patient")
async def search_patients(request: web.Request) -> web.Response:
    """Search identities: identifier, or birthdate, name, family, given."""
    query = request.query
    if "identifier" in query:
        criteria = search.of_token(query["identifier"])
    else:
        criteria = Criteria(
            birth_date=query.get("birthdate"),
            name=query.get("name"),
            family=query.get("family"),
            given=query.get("given"),
        )
    dui = request.app[DUI]
    try:
        found = search.find(dui.store, criteria)
    except RefusedError as refusal:
        return _fhir(fhir_view.outcome(refusal.refusals, "invalid"), 400)
    dui.store.log(user_of(request).login, "recherche d'identité", detail=f"{len(found)} trouvées")
    return _fhir(fhir_view.bundle(found, f"{request.url.origin()}/fhir"))
