"""Business API in JSON: journal, settings, rights and work list of the site."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from demo_dui.json_requests import Body, with_body
from demo_dui.parameters import WrongSettingError, checked
from demo_dui.rights import IDENTITY
from demo_dui.traces import Trace
from demo_dui.web import DUI, error, json_response, may, user_of

routes = web.RouteTableDef()
# What a profile without access to the identity (the administrator) does not read in a trace.
_PERSONAL = ("before", "after", "answer")


@routes.get("/api/journal")
async def journal(request: web.Request) -> web.Response:
    """Read the traces, all of them or those on one person."""
    found = request.app[DUI].store.traces.read(request.query.get("patient"))
    personal = may(request, IDENTITY)
    return json_response({"entries": [trace_json(trace, personal) for trace in found]})


def trace_json(trace: Trace, personal: bool) -> dict[str, Any]:
    """A trace with its stable names; the person's data only when they may be read."""
    values = trace.as_journal()
    return values if personal else {**values, **dict.fromkeys(_PERSONAL)}


@routes.get("/api/settings")
async def read_settings(request: web.Request) -> web.Response:
    """Read the settings."""
    return json_response(request.app[DUI].store.parameters.all())


@routes.put("/api/settings")
@with_body
async def change_settings(request: web.Request, body: Body) -> web.Response:
    """Change the settings given; the others stay."""
    store = request.app[DUI].store
    try:
        asked = checked(body)
    except WrongSettingError as problem:
        return error(422, str(problem))
    for name, value in asked.items():
        store.parameters.write(name, value)
    store.log(user_of(request).login, "changement de paramètre", detail=", ".join(asked))
    return json_response(store.parameters.all())


@routes.put("/api/settings/justificatifs/{code}")
@with_body
async def change_trust(request: web.Request, body: Body) -> web.Response:
    """Change the trust level of one kind of justificatif."""
    store, code = request.app[DUI].store, request.match_info["code"]
    proofs = store.parameters.read("justificatifs")
    if code not in {proof["code"] for proof in proofs}:
        return error(404, f"Justificatif « {code[:20]} » absent de la liste du site.")
    changed = [{**p, "trust": body.get("trust", "")} if p["code"] == code else p for p in proofs]
    try:
        asked = checked({"justificatifs": changed})
    except WrongSettingError as problem:
        return error(422, str(problem))
    store.parameters.write("justificatifs", asked["justificatifs"])
    store.log(user_of(request).login, "changement de paramètre", detail=f"justificatif {code}")
    return json_response(store.parameters.all())


@routes.get("/api/rights")
async def read_rights(request: web.Request) -> web.Response:
    """Read profiles, their rights, and the profile of each user."""
    return json_response(request.app[DUI].rights.as_json())


@routes.put("/api/rights")
@with_body
async def change_rights(request: web.Request, body: Body) -> web.Response:
    """Change profiles or users."""
    dui = request.app[DUI]
    try:
        dui.rights.replace(body)
    except WrongSettingError as problem:
        return error(422, str(problem))
    dui.store.log(user_of(request).login, "changement de droits", detail=_given(body))
    return json_response(dui.rights.as_json())


def _given(body: dict[str, Any]) -> str:
    """What a change of rights gives: each user's profile, else the names of what changes."""
    users = body.get("users")
    told = [f"{login} : {profile}" for login, profile in (users or {}).items()]
    return ", ".join([*told, *(name for name in sorted(body) if name != "users")])


@routes.get("/api/worklist")
async def work_list(request: web.Request) -> web.Response:
    """Read the work list, latest line first."""
    works = request.app[DUI].store.works()
    return json_response({"entries": [asdict(work) for work in works]})


@routes.post("/api/worklist/{id}/done")
async def end_work(request: web.Request) -> web.Response:
    """Mark a line as dealt with."""
    dui, by = request.app[DUI], user_of(request).login
    if not dui.store.end_work(request.match_info["id"], by):
        return error(404, "Ligne inconnue ou déjà traitée.")
    dui.store.log(by, "liste de travail", detail=f"ligne {request.match_info['id']} traitée")
    return json_response({"done": True})
