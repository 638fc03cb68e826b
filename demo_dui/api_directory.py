"""Business API in JSON: the Annuaire Santé, correspondants, refresh of a professional."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from demo_dui import faults
from demo_dui.directory import WAYS, Directory
from demo_dui.directory_client import DirectoryError
from demo_dui.directory_record import iso
from demo_dui.json_requests import Body, with_body
from demo_dui.professionals import Professional, Professionals, is_local
from demo_dui.trace_words import CORRESPONDENT, CORRESPONDENT_CHANGE, MAILBOX_SEARCH
from demo_dui.web import (
    DUI,
    Handler,
    error,
    json_body,
    json_response,
    user_of,
)

routes = web.RouteTableDef()
DIRECTORY = web.AppKey("directory", Directory)
UNKNOWN = "Professionnel inconnu : vérifiez l'identifiant dans l'adresse."
_NATIONAL_ID = "national_id : identifiant national attendu (8 suivi du RPPS, 12 chiffres)."


def professional_json(held: Professional) -> dict[str, Any]:
    """What the Annuaire says of somebody held, and the local data apart."""
    values = asdict(held) | {"mailboxes": list(held.mailboxes)}
    if faults.active("annuaire-identifiant-perdu"):
        values["national_id"] = held.national_id[1:]
    if faults.active("annuaire-date-perimee") and held.updated_at:
        old = datetime.fromisoformat(held.updated_at) - timedelta(days=40)
        values["updated_at"] = iso(old)
    if faults.active("annuaire-local-melange"):
        values |= {name: v for name, v in held.local.items() if name in values}
    return values


def told(handler: Handler) -> Handler:
    """Answer in JSON the failures of the Annuaire that a handler meets."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except DirectoryError as problem:
            return error(problem.status, str(problem))

    return answered


@routes.get("/api/directory")
async def status(request: web.Request) -> web.Response:
    """Tell what was loaded of the Annuaire, when, and whether it may still serve."""
    return json_response(status_json(request))


def status_json(request: web.Request) -> dict[str, Any]:
    """The state of the Annuaire: last load, its way, how old, how often it is refreshed."""
    directory = request.app[DIRECTORY]
    load = directory.last_load
    return {
        "loaded_at": load.loaded_at if load else None,
        "data_at": load.data_at if load else None,
        "source": load.source if load else None,
        "count": load.count if load else 0,
        "too_old": directory.is_too_old,
        "refresh_days": request.app[DUI].store.parameters.read("directory_refresh_days"),
    }


@routes.post("/api/directory/refresh")
@told
@with_body
async def refresh(request: web.Request, body: Body) -> web.Response:
    """Load the Annuaire, by its API or its extraction."""
    way = str(body.get("way", "api"))
    if way not in WAYS:
        return error(422, f"way : « {way[:20]} » inconnu, attendu {' ou '.join(WAYS)}.")
    load = await request.app[DIRECTORY].refresh(way, user_of(request).login)
    return json_response(asdict(load))


@routes.get("/api/directory/mailboxes")
@told
async def mailboxes(request: web.Request) -> web.Response:
    """Search MSSanté addresses by the name of who holds them."""
    name, by = request.query.get("name", "").strip(), user_of(request).login
    if len(name) < 2:
        return error(422, "name : au moins deux lettres du nom attendues.")
    log = request.app[DUI].store.log
    try:
        found = await request.app[DIRECTORY].mailboxes(name, by)
    except DirectoryError as problem:
        log(by, MAILBOX_SEARCH, None, "échec", str(problem))
        raise
    log(by, MAILBOX_SEARCH, detail=f"{len(found)} adresses trouvées")
    return json_response({"mailboxes": [asdict(one) for one in found]})


# Correspondants, and the refresh of a user


@routes.post("/api/correspondents")
@told
@with_body
async def add_correspondent(request: web.Request, body: Body) -> web.Response:
    """Keep a professional who has no access, as the Annuaire tells them (ANN 3)."""
    national_id, local = str(body.get("national_id", "")), body.get("local", {})
    by, directory = user_of(request).login, request.app[DIRECTORY]
    problem = _problem(directory, national_id, local)
    if problem is not None:
        return problem
    record = await directory.find(national_id, by)
    log = request.app[DUI].store.log
    if record is None:
        log(by, CORRESPONDENT, None, "refus", f"{national_id} inconnu de l'Annuaire")
        return error(404, f"L'Annuaire Santé ne connaît pas {national_id}.")
    kept = "" if faults.active("annuaire-correspondant-sans-identifiant") else national_id
    new = Professional(login="", national_id=kept, local=local)
    held = directory.correspondents.add(directory.applied(new, record))
    log(by, CORRESPONDENT, detail=f"correspondant {held.id}, {national_id}")
    headers = {"Location": f"/api/correspondents/{held.id}"}
    return json_response(professional_json(held), 201, headers)


def _problem(directory: Directory, national_id: str, local: object) -> web.Response | None:
    if not (national_id.isdecimal() and len(national_id) == 12):
        return error(422, _NATIONAL_ID)
    if not is_local(local):
        return error(422, "local : objet nom → texte attendu.")
    known = directory.correspondents.of_national_id(national_id)
    if known is not None:
        content = {"error": "Ce correspondant existe déjà.", "duplicates": [known.id]}
        return json_response(content, 409)
    return None


@routes.get("/api/correspondents")
async def list_correspondents(request: web.Request) -> web.Response:
    """List the correspondants."""
    listed = request.app[DIRECTORY].correspondents.all()
    return json_response({"correspondents": [professional_json(one) for one in listed]})


@routes.get("/api/correspondents/{id}")
async def read_correspondent(request: web.Request) -> web.Response:
    """Read a correspondant, brought up to date first when it is time."""
    directory = request.app[DIRECTORY]
    held = directory.correspondents.find(request.match_info["id"])
    if held is None:
        return error(404, UNKNOWN)
    fresh = await directory.fresh(held, directory.correspondents, user_of(request).login)
    return json_response(professional_json(fresh))


@routes.put("/api/correspondents/{id}")
async def change_correspondent(request: web.Request) -> web.Response:
    """Change the local data of a correspondant; those of the Annuaire come from it alone."""
    body = await json_body(request)
    table = request.app[DIRECTORY].correspondents
    held = table.find(request.match_info["id"])
    if held is None:
        return error(404, UNKNOWN)
    local = body.get("local") if body is not None and set(body) == {"local"} else None
    if not is_local(local):
        return error(422, 'Corps attendu : {"local": {nom: texte}}, rien d\'autre ne se change.')
    changed = Professional(**{**_fields(held), "local": local})
    table.save(changed)
    by, detail = user_of(request).login, f"correspondant {held.id}, données locales"
    request.app[DUI].store.log(by, CORRESPONDENT_CHANGE, detail=detail)
    return json_response(professional_json(changed))


def _fields(held: Professional) -> dict[str, Any]:
    return {name: getattr(held, name) for name in Professional.__dataclass_fields__}


@routes.post("/api/correspondents/{id}/refresh")
@told
async def refresh_correspondent(request: web.Request) -> web.Response:
    """Bring a correspondant up to date from the Annuaire now."""
    return await _refreshed(request, request.app[DIRECTORY].correspondents)


@routes.post("/api/professionals/{id}/refresh")
@told
async def refresh_professional(request: web.Request) -> web.Response:
    """Bring a user up to date from the Annuaire now; local data stay."""
    return await _refreshed(request, request.app[DIRECTORY].users)


async def _refreshed(request: web.Request, table: Professionals) -> web.Response:
    held = table.find(request.match_info["id"])
    if held is None:
        return error(404, UNKNOWN)
    fresh = await request.app[DIRECTORY].refreshed(held, table, user_of(request).login)
    return json_response(professional_json(fresh))
