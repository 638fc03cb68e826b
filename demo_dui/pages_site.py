"""HTML pages of the site: settings, rights, journal, work list, export."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from demo_dui import export, faults, patient_page
from demo_dui.pages_psc import settings_rows
from demo_dui.parameters import HIGH, LOW, PRINTABLE_LABELS, WrongSettingError, checked
from demo_dui.rendering import missing, page, tell
from demo_dui.rights import IDENTITY, MANAGEMENT, RIGHTS
from demo_dui.web import DUI, may, user_of

routes = web.RouteTableDef()


@routes.get("/settings")
async def settings(request: web.Request) -> web.Response:
    """Show the settings."""
    values = request.app[DUI].store.parameters.all()
    return page(
        request,
        "settings.html",
        values=values,
        offered=not faults.active("ecran-facultatifs-absents"),
        printable=PRINTABLE_LABELS,
        levels=(HIGH, LOW),
        proofs_offered=not faults.active("reglage-justificatifs-absent"),
        automatic_offered=not faults.active("reglage-validation-auto-absent"),
        printed_offered=not faults.active("reglage-impression-absent"),
        contracts_offered=not faults.active("reglage-contrats-absent"),
        delays=_delays(values),
        psc=await settings_rows(request),
    )


@routes.post("/settings")
async def change_settings(request: web.Request) -> web.Response:
    """Change the settings of one section of the page (`section`; the display by default)."""
    form = await request.post()
    dui = request.app[DUI]
    reader = _SECTIONS.get(str(form.get("section", "affichage")), _display)
    try:
        asked = checked(reader(form))
    except WrongSettingError as problem:
        tell(request, str(problem), True)
        raise web.HTTPSeeOther("/settings") from None
    for name, value in asked.items():
        dui.store.parameters.write(name, value)
    dui.store.log(user_of(request).login, "changement de paramètre", detail=", ".join(asked))
    tell(request, "Les paramètres sont enregistrés.", False)
    raise web.HTTPSeeOther("/settings")


def _display(form: Any) -> dict[str, Any]:
    return {"show_optional_traits": "show_optional_traits" in form}


def _printing(form: Any) -> dict[str, Any]:
    return {"printed_traits": [str(name) for name in form.getall("printed_traits", [])]}


def _proofs(form: Any) -> dict[str, Any]:
    columns = [[str(v).strip() for v in form.getall(n, [])] for n in ("code", "label", "trust")]
    rows = [row for row in zip(*columns, strict=False) if row[0]]
    return {
        "justificatifs": [{"code": c, "label": label, "trust": t} for c, label, t in rows],
        "auto_validation": "auto_validation" in form,
    }


def _exchanges(form: Any) -> dict[str, Any]:
    def lines(name: str) -> list[str]:
        return [line.strip() for line in str(form.get(name, "")).splitlines() if line.strip()]

    return {
        "propagate_changes": "propagate_changes" in form,
        "trusted_domains": lines("trusted_domains"),
        "trust_contracts": lines("trust_contracts"),
    }


_DELAYS = {
    "idle_seconds": "Déconnexion après inactivité (secondes)",
    "lock_after": "Blocage après échecs",
    "lock_seconds": "Durée de blocage (secondes)",
    "privileged_password_length": "Longueur du mot de passe des administrateurs",
    "directory_refresh_days": "Mise à jour depuis l'annuaire (jours)",
}
_RENEWALS = {
    "mot-de-passe-professionnel": "Renouvellement du mot de passe des professionnels (jours)",
    "mot-de-passe-usager": "Renouvellement du mot de passe des usagers (jours)",
    "totp": "Renouvellement du second facteur TOTP (jours)",
}


def _delays(values: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Field, label and value of each delay that the page shows."""
    shown = [(name, label, values[name]) for name, label in _DELAYS.items()]
    renewals = values["renewal_days"]
    shown += [(f"renewal:{name}", label, renewals[name]) for name, label in _RENEWALS.items()]
    if faults.active("reglage-inactivite-absent"):
        shown = [row for row in shown if row[0] != "idle_seconds"]
    if faults.active("reglage-renouvellement-absent"):
        shown = [row for row in shown if not row[0].startswith("renewal:")]
    if faults.active("annuaire-reglage-absent"):
        shown = [row for row in shown if row[0] != "directory_refresh_days"]
    return shown


def _security(form: Any) -> dict[str, Any]:
    def number(name: str) -> object:
        text = str(form[name]).strip()
        return int(text) if text.isdecimal() else text

    asked = {name: number(name) for name in _DELAYS if name in form}
    renewals = {name: number(f"renewal:{name}") for name in _RENEWALS if f"renewal:{name}" in form}
    return asked | ({"renewal_days": renewals} if renewals else {})


_SECTIONS = {
    "affichage": _display,
    "impression": _printing,
    "justificatifs": _proofs,
    "echanges": _exchanges,
    "securite": _security,
}


@routes.get("/rights")
async def rights(request: web.Request) -> web.Response:
    """Show profiles, rights and users."""
    own = request.app[DUI].rights
    shown = {} if faults.active("droits-reglage-absent") else own.profiles
    return page(
        request,
        "rights.html",
        known=RIGHTS,
        profiles=shown,
        users=own.users,
        manages=may(request, MANAGEMENT),
    )


@routes.post("/rights")
async def change_rights(request: web.Request) -> web.Response:
    """Change the rights of the profiles and the profile of each user."""
    form = await request.post()
    dui = request.app[DUI]
    profiles = {
        name: [code for code in RIGHTS if f"right:{name}:{code}" in form]
        for name in dui.rights.profiles
    }
    users = {login: str(form.get(f"user:{login}", own)) for login, own in dui.rights.users.items()}
    try:
        dui.rights.replace({"profiles": profiles, "users": users})
    except WrongSettingError as problem:
        tell(request, str(problem), True)
        raise web.HTTPSeeOther("/rights") from None
    dui.store.log(user_of(request).login, "changement de droits", detail="profiles, users")
    tell(request, "Les droits sont enregistrés.", False)
    raise web.HTTPSeeOther("/rights")


@routes.get("/journal")
async def journal(request: web.Request) -> web.Response:
    """Show the latest traces."""
    found = request.app[DUI].store.traces.read(limit=200)
    personal = may(request, IDENTITY)
    labels = patient_page.FIELD_LABELS
    title = "Journal des actions"
    return page(
        request, "traces.html", title=title, traces=found[::-1], labels=labels, personal=personal
    )


@routes.get("/liste-de-travail")
async def work_list(request: web.Request) -> web.Response:
    """Show what waits for somebody."""
    works = request.app[DUI].store.works()
    if faults.active("liste-travail-vide-ecran"):
        works = []
    return page(request, "worklist.html", works=works, open=sum(not w.done_at for w in works))


@routes.post("/liste-de-travail/{id}")
async def end_work(request: web.Request) -> web.Response:
    """Mark a line as dealt with."""
    dui, by = request.app[DUI], user_of(request).login
    if not dui.store.end_work(request.match_info["id"], by):
        return missing(request, "Ligne inconnue ou déjà traitée.")
    dui.store.log(by, "liste de travail", detail=f"ligne {request.match_info['id']} traitée")
    tell(request, "La ligne est traitée.", False)
    raise web.HTTPSeeOther("/liste-de-travail")


@routes.get("/export")
async def export_page(request: web.Request) -> web.Response:
    """Say what the export holds, and offer it."""
    return page(request, "export.html", count=len(request.app[DUI].store.identities()))


@routes.get("/export/archive.zip")
@routes.get("/api/export")
async def export_archive(request: web.Request) -> web.Response:
    """The portability export, in a ZIP."""
    dui = request.app[DUI]
    dui.store.log(user_of(request).login, "export de portabilité")
    headers = {"Content-Disposition": 'attachment; filename="export-dui.zip"'}
    content = export.archive(dui)
    return web.Response(body=content, content_type="application/zip", headers=headers)
