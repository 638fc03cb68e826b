"""Business API in JSON: notes, documents and messages of a person, good practices."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from demo_dui import actions, good_practices
from demo_dui.contact import ContactError
from demo_dui.identity import Identity
from demo_dui.json_requests import Body, with_patient, with_patient_and_body
from demo_dui.records import Record
from demo_dui.web import (
    ACCOUNTS,
    DUI,
    error,
    json_response,
    user_of,
)

routes = web.RouteTableDef()
_LISTS = {"notes": "note", "documents": "document", "mailings": "mailing"}


def record_json(record: Record) -> dict[str, Any]:
    """The view of an entry; what its kind does not have is absent."""
    return {name: value for name, value in asdict(record).items() if value}


@routes.get("/api/patients/{id}/{kind:notes|documents|mailings}")
@with_patient
async def list_records(request: web.Request, identity: Identity) -> web.Response:
    """List the entries of one kind on a person."""
    kind = request.match_info["kind"]
    found = request.app[DUI].store.records.of(identity.id, _LISTS[kind])
    return json_response({kind: [record_json(one) for one in found]})


@routes.post("/api/patients/{id}/{kind:notes|documents|mailings}")
@with_patient_and_body
async def add_record(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Write a note, file a document or send a message."""
    dui, by, kind = request.app[DUI], user_of(request).login, request.match_info["kind"]
    title, text, subject, to = (_text(body, name) for name in ("title", "text", "subject", "to"))
    try:
        if kind == "notes":
            record = actions.write_note(dui, identity, text, by)
        elif kind == "documents":
            record = actions.file_document(dui, identity, title, text, by)
        else:
            contact, message = request.app[ACCOUNTS].contact, (to, subject, text)
            record = await actions.send_message(dui, contact, identity, message, by)
    except ContactError as problem:
        return error(problem.status, str(problem))
    headers = {"Location": f"/api/patients/{identity.id}/{kind}"}
    return json_response(record_json(record), 202 if kind == "mailings" else 201, headers)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value.strip() if isinstance(value, str) else ""


@routes.get("/api/good-practices")
async def list_good_practices(request: web.Request) -> web.Response:
    """List the good practices, without their texts."""
    listed = [{"id": one.id, "title": one.title} for one in good_practices.GOOD_PRACTICES]
    return json_response({"good_practices": listed})


@routes.get("/api/good-practices/{id}")
async def read_good_practice(request: web.Request) -> web.Response:
    """Read a good practice; the reading is traced."""
    found = good_practices.of_id(request.match_info["id"])
    if found is None:
        return error(404, "Bonne pratique inconnue : vérifiez l'identifiant dans l'adresse.")
    actions.read_good_practice(request.app[DUI], found.id, user_of(request).login)
    return json_response(asdict(found))
