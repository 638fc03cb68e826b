"""Business API in JSON: the internal view of identities, and what is done with them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from demo_dui import diffusion, insi_calls, pam_out, search
from demo_dui.identity import Draft, Identity, Traits
from demo_dui.insi_calls import InsiOutcome
from demo_dui.naming import RefusedError
from demo_dui.rights import STRICT
from demo_dui.search import Criteria
from demo_dui.service import ATTRIBUTES
from demo_dui.store import Store
from demo_dui.web import (
    DUI,
    NOT_JSON,
    error,
    json_body,
    json_response,
    known_identity,
    may,
    refused,
    user_of,
)

routes = web.RouteTableDef()
UNKNOWN = "Patient inconnu : vérifiez l'identifiant dans l'adresse."
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
        "justificatif": identity.proof,
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


@routes.get("/api/patients")
async def list_patients(request: web.Request) -> web.Response:
    """List identities: all of them, or those of the criteria given."""
    store = request.app[DUI].store
    query = request.query
    wanted = Criteria(
        birth_date=query.get("birth_date"),
        name=query.get("name"),
        family=query.get("family"),
        given=query.get("given"),
        matricule=query.get("matricule"),
        private_id=query.get("private_id"),
    )
    by = user_of(request).login
    try:
        found = search.find(store, wanted) if query else store.identities()
    except RefusedError as refusal:
        store.log(by, "recherche d'identité", result="refus", detail=str(refusal))
        return error(400, str(refusal))
    store.log(by, "recherche d'identité", detail=f"{len(found)} trouvées")
    return json_response(
        {
            "ids": [identity.id for identity in found],
            "patients": [identity_json(store, identity) for identity in found],
        }
    )


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
        proof=_text(body.get("justificatif")),
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
    outcome = await insi_calls.call(dui, identity, mode, user_of(request).login, card)
    return _insi_outcome(dui.store, outcome)


def _insi_outcome(store: Store, outcome: InsiOutcome) -> web.Response:
    return json_response(
        {
            "code": outcome.code,
            "outcome": outcome.outcome,
            "message": outcome.message,
            "identity": identity_json(store, outcome.identity),
        }
    )


@routes.post("/api/patients/{id}/insi-verification")
async def verify_ins(request: web.Request) -> web.Response:
    """Have INSi verify the INS of an identity."""
    identity = known_identity(request)
    if identity is None:
        return error(404, UNKNOWN)
    dui = request.app[DUI]
    outcome = await insi_calls.verify_own(dui, identity, user_of(request).login)
    return _insi_outcome(dui.store, outcome)


@routes.put("/api/patients/{id}")
async def change_patient(request: web.Request) -> web.Response:
    """Change the fields given; the others stay. Tells what was sent to the partner."""
    identity, body = known_identity(request), await json_body(request)
    if identity is None:
        return error(404, UNKNOWN)
    if body is None:
        return error(400, NOT_JSON)
    given = {n: _text(body[n]) for n in Traits.__dataclass_fields__ if n in body}
    draft = Draft(traits=replace(identity.traits, **given), nss=_text(body.get("nss")))
    dui, login = request.app[DUI], user_of(request).login
    try:
        changed = dui.change(identity, draft, login, may(request, STRICT))
    except RefusedError as refusal:
        return refused(refusal)
    sent = await diffusion.propagate(dui, identity, changed, login)
    told = {"event": sent.event, "control_id": sent.control_id, "ack": sent.ack} if sent else None
    return json_response({"identity": identity_json(dui.store, changed), "diffusion": told})


@routes.post("/api/patients/{id}/message")
async def send_message(request: web.Request) -> web.Response:
    """Send an order, an appointment or a result that bears the patient."""
    identity, body = known_identity(request), await json_body(request)
    if identity is None:
        return error(404, UNKNOWN)
    if body is None:
        return error(400, NOT_JSON)
    kind = str(body.get("type", ""))
    if kind not in pam_out.BUSINESS:
        known = ", ".join(pam_out.BUSINESS)
        return error(422, f"Type de message « {kind[:10]} » inconnu, attendu : {known}.")
    by = user_of(request).login
    try:
        sent = await diffusion.send_message(request.app[DUI], identity, kind, by)
    except RefusedError as refusal:
        return error(409, str(refusal))
    return json_response({"type": kind, "control_id": sent.control_id, "ack": sent.ack})


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
        sent = await diffusion.diffuse(request.app[DUI], identity, event, user_of(request).login)
    except RefusedError as refusal:
        return error(409, str(refusal))
    return json_response({"control_id": sent.control_id, "ack": sent.ack})
