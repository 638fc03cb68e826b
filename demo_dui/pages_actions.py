"""HTML pages of the record of a person (notes, documents, messages) and of good practices."""

from __future__ import annotations

from aiohttp import web

from demo_dui import actions, good_practices, patient_page
from demo_dui.contact import ContactError
from demo_dui.naming import RefusedError
from demo_dui.records import KINDS
from demo_dui.rendering import missing, page, tell
from demo_dui.web import ACCOUNTS, DUI, known_identity, user_of

routes = web.RouteTableDef()
UNKNOWN = "Patient inconnu : revenez à la liste des patients."
_TOLD = {
    "note": "La note de visite est enregistrée.",
    "document": "Le document est déposé.",
    "mailing": "Le message est envoyé.",
}


@routes.get("/patients/{id}/dossier")
async def record(request: web.Request) -> web.Response:
    """Show what the record of a person holds, and the forms that add to it."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    records = request.app[DUI].store.records
    held = {kind: records.of(identity.id, kind) for kind in KINDS}
    title = patient_page.title(identity)
    return page(request, "record.html", identity=identity, title=title, held=held)


@routes.post("/patients/{id}/dossier")
async def add(request: web.Request) -> web.Response:
    """Write a note, file a document or send a message, as the form's `kind` says."""
    identity, form = known_identity(request), await request.post()
    if identity is None:
        return missing(request, UNKNOWN)
    dui, by, kind = request.app[DUI], user_of(request).login, str(form.get("kind", ""))
    text, title, to = (str(form.get(name, "")).strip() for name in ("text", "title", "to"))
    try:
        if kind == "note":
            actions.write_note(dui, identity, text, by)
        elif kind == "document":
            actions.file_document(dui, identity, title, text, by)
        elif kind == "mailing":
            contact, message = request.app[ACCOUNTS].contact, (to, title, text)
            await actions.send_message(dui, contact, identity, message, by)
        else:
            return missing(request, "Formulaire inconnu.")
        tell(request, _TOLD[kind], False)
    except (RefusedError, ContactError) as problem:
        tell(request, str(problem), True)
    raise web.HTTPSeeOther(f"/patients/{identity.id}/dossier")


@routes.get("/bonnes-pratiques")
async def practices(request: web.Request) -> web.Response:
    """List the good practices."""
    return page(request, "practices.html", practices=good_practices.GOOD_PRACTICES, read=None)


@routes.get("/bonnes-pratiques/{id}")
async def practice(request: web.Request) -> web.Response:
    """Show a good practice; the reading is traced."""
    found = good_practices.of_id(request.match_info["id"])
    if found is None:
        return missing(request, "Bonne pratique inconnue : revenez à leur liste.")
    actions.read_good_practice(request.app[DUI], found.id, user_of(request).login)
    return page(request, "practices.html", practices=good_practices.GOOD_PRACTICES, read=found)
