"""HTML pages of the Annuaire Santé: its state, MSSanté addresses, correspondants, professionals."""

from __future__ import annotations

from aiohttp import web

from demo_dui.api_directory import DIRECTORY, status_json
from demo_dui.directory import WAYS
from demo_dui.directory_client import DirectoryError
from demo_dui.patient_page import NOTHING
from demo_dui.professionals import Professional
from demo_dui.rendering import missing, page, tell
from demo_dui.trace_words import MAILBOX_SEARCH
from demo_dui.user import Notice
from demo_dui.web import DUI, user_of

routes = web.RouteTableDef()
TOO_OLD = "Données de l'annuaire trop anciennes, ou jamais chargées : mettez l'annuaire à jour."


@routes.get("/annuaire")
async def directory(request: web.Request) -> web.Response:
    """Show the state of the Annuaire, the correspondants, and the addresses of a name."""
    store, by = request.app[DUI].store, user_of(request).login
    name = request.query.get("name", "").strip()
    state, found, notice = status_json(request), None, None
    if name:
        try:
            found = await request.app[DIRECTORY].mailboxes(name, by)
            store.log(by, MAILBOX_SEARCH, detail=f"{len(found)} adresses trouvées")
        except DirectoryError as problem:
            store.log(by, MAILBOX_SEARCH, None, "échec", str(problem))
            notice = Notice(str(problem), True)
    return page(
        request,
        "directory.html",
        state=state,
        too_old=TOO_OLD if state["too_old"] else "",
        ways=WAYS,
        searched=name,
        found=found,
        correspondents=request.app[DIRECTORY].correspondents.all(),
        notice=notice,
    )


@routes.post("/annuaire")
async def refresh(request: web.Request) -> web.Response:
    """Load the Annuaire by the way of the form."""
    form = await request.post()
    way = str(form.get("way", ""))
    if way not in WAYS:
        return missing(request, "Voie de mise à jour inconnue.")
    try:
        load = await request.app[DIRECTORY].refresh(way, user_of(request).login)
        tell(request, f"Annuaire mis à jour : {load.count} professionnels.", False)
    except DirectoryError as problem:
        tell(request, str(problem), True)
    raise web.HTTPSeeOther("/annuaire")


@routes.get("/professionnels/{id}")
async def professional(request: web.Request) -> web.Response:
    """Show a user tied to the Annuaire, local data apart."""
    table = request.app[DIRECTORY].users
    held = table.find(request.match_info["id"])
    if held is None:
        return missing(request, "Professionnel inconnu : vérifiez l'adresse.")
    held = await request.app[DIRECTORY].fresh(held, table, user_of(request).login)
    return _record(request, held, f"Professionnel {held.login}")


@routes.get("/correspondants/{id}")
async def correspondent(request: web.Request) -> web.Response:
    """Show a correspondant, local data apart."""
    table = request.app[DIRECTORY].correspondents
    held = table.find(request.match_info["id"])
    if held is None:
        return missing(request, "Correspondant inconnu : vérifiez l'adresse.")
    held = await request.app[DIRECTORY].fresh(held, table, user_of(request).login)
    return _record(request, held, "Correspondant")


def _record(request: web.Request, held: Professional, title: str) -> web.Response:
    rows = [
        ("Identifiant national", held.national_id),
        ("Nom d'exercice", held.exercise_name),
        ("Prénom d'exercice", held.exercise_given_name),
        ("Profession", held.profession),
        ("Spécialité", held.speciality),
        ("Catégorie professionnelle", held.category),
        ("Adresses MSSanté", ", ".join(held.mailboxes)),
        ("Origine des données", held.origin),
        ("Mise à jour", held.updated_at),
    ]
    shown = [(label, value or NOTHING) for label, value in rows]
    return page(request, "professional.html", title=title, rows=shown, local=held.local)
