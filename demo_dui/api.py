"""Business API in JSON: the internal view of identities, accounts, settings and journal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from demo_dui import pam_out, search
from demo_dui.identity import Draft, Identity, Traits
from demo_dui.naming import RefusedError
from demo_dui.search import Criteria
from demo_dui.service import ATTRIBUTES
from demo_dui.store import Account, Store
from demo_dui.web import DUI, error, json_body, json_response, known_identity, refused, user_of

routes = web.RouteTableDef()
UNKNOWN = "Patient inconnu : vérifiez l'identifiant dans l'adresse."
NOT_JSON = "Le corps doit être un objet JSON."
MODES = ("traits", "vitale")


def identity_json(store: Store, identity: Identity) -> dict[str, Any]:
    """The internal view of an identity, INS included whatever the status."""
    changes = store.status_changes(identity.id)
    return {
        "id": identity.id,
        "private_id": identity.private_id,
        "status": str(identity.status),
        "matricule": identity.matricule,
        "oid": identity.oid,
        "nature": identity.nature,
        **asdict(identity.traits),
        "nss": identity.nss,
        "attributes": list(identity.attributes),
        "document": identity.document,
        "history": [
            {"at": c.at, "by": c.by, "from": c.old, "to": c.new, "reason": c.reason}
            for c in changes
        ],
        "inshisto": [
            {"matricule": f.matricule, "oid": f.oid, "start": f.start, "end": f.stop}
            for f in store.former_ins(identity.id)
        ],
    }


def account_json(account: Account) -> dict[str, Any]:
    """The view of an account."""
    return {
        "id": account.id,
        "login": account.login,
        "patient_id": account.patient_id,
        "matricule": account.matricule,
        "oid": account.oid,
    }


@routes.get("/api/patients")
async def list_patients(request: web.Request) -> web.Response:
    """List identities: all of them, or those of the criteria given."""
    store = request.app[DUI].store
    query = request.query
    wanted = Criteria(
        birth_date=query.get("birth_date"),
        name=query.get("name"),
        matricule=query.get("matricule"),
        private_id=query.get("private_id"),
    )
    try:
        found = search.find(store, wanted) if query else store.identities()
    except RefusedError as refusal:
        return error(400, str(refusal))
    return json_response({"patients": [identity_json(store, identity) for identity in found]})


@routes.post("/api/patients")
async def create_patient(request: web.Request) -> web.Response:
    """Create an identity from the names of the internal view."""
    body = await json_body(request)
    if body is None:
        return error(400, NOT_JSON)
    dui = request.app[DUI]
    given = {name: _text(body.get(name)) for name in Traits.__dataclass_fields__}
    draft = Draft(
        traits=Traits(**given),
        private_id=_text(body.get("private_id")),
        nss=_text(body.get("nss")),
    )
    try:
        identity = dui.create(draft, user_of(request).login)
    except RefusedError as refusal:
        return refused(refusal)
    headers = {"Location": f"/api/patients/{identity.id}"}
    return json_response(identity_json(dui.store, identity), 201, headers)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


@routes.get("/api/patients/{id}")
async def read_patient(request: web.Request) -> web.Response:
    """Read the internal view of an identity."""
    identity = known_identity(request)
    if identity is None:
        return error(404, UNKNOWN)
    return json_response(identity_json(request.app[DUI].store, identity))


@routes.post("/api/patients/{id}/insi")
async def call_insi(request: web.Request) -> web.Response:
    """Call INSi for an identity."""
    identity, body = known_identity(request), await json_body(request)
    if identity is None:
        return error(404, UNKNOWN)
    if body is None:
        return error(400, NOT_JSON)
    mode = str(body.get("mode", "traits"))
    if mode not in MODES:
        return error(422, f"Mode d'appel INSi « {mode[:20]} » inconnu, attendu : traits, vitale.")
    card = _text(body.get("card"))
    if mode == "vitale" and not card:
        return error(422, "Appel par carte Vitale : le numéro de série (card) est attendu.")
    dui = request.app[DUI]
    outcome = await dui.call_insi(identity, mode, user_of(request).login, card)
    return json_response(
        {
            "code": outcome.code,
            "outcome": outcome.outcome,
            "message": outcome.message,
            "identity": identity_json(dui.store, outcome.identity),
        }
    )


@routes.get("/api/patients/{id}/insi")
async def list_insi_calls(request: web.Request) -> web.Response:
    """INSi calls made for an identity, with the whole answers."""
    identity = known_identity(request)
    if identity is None:
        return error(404, UNKNOWN)
    calls = request.app[DUI].store.insi_answers(identity.id)
    return json_response({"calls": [asdict(call) for call in calls]})


@routes.post("/api/patients/{id}/verification")
async def verify(request: web.Request) -> web.Response:
    """Record the check of an identity document."""
    identity, body = known_identity(request), await json_body(request)
    if identity is None:
        return error(404, UNKNOWN)
    if body is None:
        return error(400, NOT_JSON)
    dui = request.app[DUI]
    document = str(body.get("document", "")).upper()
    try:
        checked = dui.verify(identity, document, user_of(request).login)
    except RefusedError as refusal:
        return refused(refusal)
    return json_response({"identity": identity_json(dui.store, checked)})


@routes.post("/api/patients/{id}/attributes")
async def mark(request: web.Request) -> web.Response:
    """Set or remove the attributes of an identity."""
    identity, body = known_identity(request), await json_body(request)
    if identity is None:
        return error(404, UNKNOWN)
    if body is None:
        return error(400, NOT_JSON)
    if any(name not in ATTRIBUTES or not isinstance(value, bool) for name, value in body.items()):
        return error(422, f"Attributs attendus : {', '.join(ATTRIBUTES)}, chacun vrai ou faux.")
    dui = request.app[DUI]
    try:
        marked = dui.mark(identity, body, user_of(request).login)
    except RefusedError as refusal:
        return refused(refusal)
    return json_response({"identity": identity_json(dui.store, marked)})


@routes.post("/api/patients/{id}/diffusion")
async def diffuse(request: web.Request) -> web.Response:
    """Send an identity to the partner."""
    identity, body = known_identity(request), await json_body(request)
    if identity is None:
        return error(404, UNKNOWN)
    if body is None:
        return error(400, NOT_JSON)
    event = str(body.get("event", "A31"))
    if event not in pam_out.EVENTS:
        known = ", ".join(pam_out.EVENTS)
        return error(422, f"Événement « {event[:10]} » inconnu, attendu : {known}.")
    try:
        sent = await request.app[DUI].diffuse(identity, event, user_of(request).login)
    except RefusedError as refusal:
        return error(409, str(refusal))
    return json_response({"control_id": sent.control_id, "ack": sent.ack})


@routes.get("/api/journal")
async def journal(request: web.Request) -> web.Response:
    """Read the journal of actions."""
    entries = request.app[DUI].store.journal()
    return json_response({"entries": [asdict(entry) for entry in entries]})


@routes.get("/api/settings")
async def read_settings(request: web.Request) -> web.Response:
    """Read the settings."""
    shown = request.app[DUI].store.show_optional_traits()
    return json_response({"show_optional_traits": shown})


@routes.put("/api/settings")
async def change_settings(request: web.Request) -> web.Response:
    """Change the settings."""
    body = await json_body(request)
    shown = None if body is None else body.get("show_optional_traits")
    if not isinstance(shown, bool):
        return error(422, "show_optional_traits : vrai ou faux attendu.")
    dui = request.app[DUI]
    dui.store.set_show_optional_traits(shown)
    dui.store.log(user_of(request).login, "changement de paramètre", detail=f"{shown}")
    return json_response({"show_optional_traits": shown})


@routes.post("/api/accounts")
async def open_account(request: web.Request) -> web.Response:
    """Open a patient's account."""
    body = await json_body(request)
    if body is None:
        return error(400, NOT_JSON)
    patient_id, login = str(body.get("patient_id", "")), str(body.get("login", ""))
    try:
        account = request.app[DUI].open_account(patient_id, login, user_of(request).login)
    except RefusedError as refusal:
        return refused(refusal)
    headers = {"Location": f"/api/accounts/{account.id}"}
    return json_response(account_json(account), 201, headers)


@routes.get("/api/accounts/{id}")
async def read_account(request: web.Request) -> web.Response:
    """Read an account."""
    account = request.app[DUI].store.account(request.match_info["id"])
    if account is None:
        return error(404, "Compte inconnu : vérifiez l'identifiant dans l'adresse.")
    return json_response(account_json(account))


@routes.post("/api/accounts/{id}/link")
async def link_account(request: web.Request) -> web.Response:
    """Tie an account to its patient's matricule."""
    dui = request.app[DUI]
    account = dui.store.account(request.match_info["id"])
    if account is None:
        return error(404, "Compte inconnu : vérifiez l'identifiant dans l'adresse.")
    linked = dui.link_account(account, user_of(request).login)
    if linked is None:
        text = (
            "Rattachement impossible : l'identité n'a pas de matricule INS. "
            "Appelez INSi d'abord (statut récupérée ou qualifiée attendu)."
        )
        return error(409, text)
    return json_response(account_json(linked))
