"""HTML pages of one identity: record, change, attributes, INSi, check of a document, print."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from demo_dui import diffusion, faults, insi_calls, patient_page, printing
from demo_dui.identity import Draft, Identity
from demo_dui.locks import LOCK_WORD, locked_fields
from demo_dui.naming import LABELS, Refusal, RefusedError
from demo_dui.parameters import HIGH
from demo_dui.rendering import missing, page, tell
from demo_dui.rights import IDENTITY, STRICT
from demo_dui.service import ATTRIBUTES
from demo_dui.web import DUI, error, known_identity, may, user_of

routes = web.RouteTableDef()
UNKNOWN = "Patient inconnu : revenez à la liste des patients."


@routes.get("/patients/{id}")
async def patient(request: web.Request) -> web.Response:
    """Show an identity."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    store = request.app[DUI].store
    shown = store.parameters.read("show_optional_traits")
    proof = store.parameters.label_of(identity.proof) if identity.proof else None
    hidden = faults.active("attribut-invisible")
    return page(
        request,
        "patient.html",
        identity=identity,
        title=patient_page.title(identity),
        rows=patient_page.rows(identity, shown, proof),
        optional_shown=shown,
        changes=store.status_changes(identity.id),
        former=store.former_ins(identity.id),
        accounts=store.accounts_of(identity.id),
        proofs=[p for p in store.parameters.read("justificatifs") if p["trust"] == HIGH],
        attributes=ATTRIBUTES,
        shown_attributes=() if hidden else identity.attributes,
        works=[w for w in store.works() if w.patient_id == identity.id and not w.done_at],
    )


@routes.post("/patients/{id}/insi")
async def call_insi(request: web.Request) -> web.Response:
    """Call INSi from the page of an identity, by traits or by the card's number when given."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    form = await request.post()
    card = str(form.get("card", "")).strip() or None
    mode, by = "vitale" if card else "traits", user_of(request).login
    outcome = await insi_calls.call(request.app[DUI], identity, mode, by, card)
    tell(request, outcome.message, outcome.outcome != "updated")
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.post("/patients/{id}/insi-verification")
async def verify_ins(request: web.Request) -> web.Response:
    """Have INSi verify the INS of an identity."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    outcome = await insi_calls.verify_own(request.app[DUI], identity, user_of(request).login)
    tell(request, outcome.message, outcome.outcome != "verified")
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.post("/patients/{id}/verification")
async def verify(request: web.Request) -> web.Response:
    """Record the check of an identity document from the page of an identity."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    form = await request.post()
    document = str(form.get("document", "CN"))
    try:
        checked = request.app[DUI].verify(identity, document, user_of(request).login)
        tell(request, f"Pièce contrôlée : l'identité est « {checked.status} ».", False)
    except RefusedError as refusal:
        tell(request, str(refusal), True)
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.post("/patients/{id}/attributes")
async def mark(request: web.Request) -> web.Response:
    """Set the attributes that are ticked, remove the others."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    form = await request.post()
    wanted = {name: name in form for name in ATTRIBUTES}
    try:
        marked = request.app[DUI].mark(identity, wanted, user_of(request).login)
        tell(request, f"Attributs enregistrés : l'identité est « {marked.status} ».", False)
    except RefusedError as refusal:
        tell(request, str(refusal), True)
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.get("/patients/{id}/edit")
async def edit_page(request: web.Request) -> web.Response:
    """Show the form of change; what is locked for the user is read-only and says so."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    return _edit_form(request, identity, {}, ())


def _edit_form(
    request: web.Request,
    identity: Identity,
    typed: dict[str, str],
    refusals: tuple[Refusal, ...],
) -> web.Response:
    kept = {name: getattr(identity.traits, name) or "" for name in LABELS}
    values: dict[str, Any] = {**kept, "nss": identity.nss or "", **typed}
    hidden = may(request, STRICT) or faults.active("verrou-invisible")
    locked = () if hidden else locked_fields(identity)
    return page(
        request,
        "edit.html",
        422 if refusals else 200,
        identity=identity,
        title=patient_page.title(identity),
        labels=LABELS,
        values=values,
        locked=locked,
        lock_word=LOCK_WORD,
        will_downgrade=may(request, STRICT) and bool(locked_fields(identity)),
        refusals=() if faults.active("ecran-alerte-absente") else refusals,
        refused_fields={refusal.field for refusal in refusals},
    )


@routes.post("/patients/{id}/edit")
async def edit(request: web.Request) -> web.Response:
    """Change an identity from the form."""
    identity = known_identity(request)
    if identity is None:
        return missing(request, UNKNOWN)
    form = await request.post()
    typed = {n: str(form[n]).strip() for n in (*LABELS, "nss") if n in form}
    given = {name: typed[name] or None for name in LABELS if name in typed}
    draft = Draft(traits=replace(identity.traits, **given), nss=typed.get("nss") or None)
    dui, login = request.app[DUI], user_of(request).login
    try:
        changed = dui.change(identity, draft, login, may(request, STRICT))
    except RefusedError as refusal:
        return _edit_form(request, identity, typed, refusal.refusals)
    sent = await diffusion.propagate(dui, identity, changed, login)
    text = f"Modification enregistrée : l'identité est « {changed.status} »."
    if identity.matricule and not changed.matricule:
        text += " Le matricule INS et son OID sont effacés."
    if sent is not None:
        text += f" Partenaire informé par {sent.event} : {sent.ack or 'sans réponse'}."
    tell(request, text, bool(identity.matricule) and not changed.matricule)
    raise web.HTTPSeeOther(f"/patients/{identity.id}")


@routes.get("/patients/{id}/traces")
async def traces(request: web.Request) -> web.Response:
    """Show who did what on an identity."""
    dui = request.app[DUI]
    identity = dui.identity(request.match_info["id"])
    if identity is None:
        return missing(request, UNKNOWN)
    found = dui.store.traces.read(identity.id)
    title = f"Traces de {patient_page.title(identity)}"
    labels, personal = patient_page.FIELD_LABELS, may(request, IDENTITY)
    return page(request, "traces.html", title=title, traces=found, labels=labels, personal=personal)


@routes.get("/patients/{id}/impression.pdf")
@routes.get("/api/patients/{id}/impression.pdf")
async def print_identity(request: web.Request) -> web.Response:
    """The identity sheet, in PDF."""
    dui = request.app[DUI]
    identity = dui.identity(request.match_info["id"])
    if identity is None:
        if request.path.startswith("/api/"):
            return error(404, UNKNOWN)
        return missing(request, UNKNOWN)
    extra = tuple(dui.store.parameters.read("printed_traits"))
    content = await printing.sheet(identity, extra)
    dui.store.log(user_of(request).login, "impression d'identité", identity.id)
    headers = {"Content-Disposition": f'inline; filename="identite-{identity.id}.pdf"'}
    return web.Response(body=content, content_type="application/pdf", headers=headers)
