"""Business API in JSON: the internal view of identities, and what is done with them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from demo_dui import diffusion, insi_calls, pam_out, search
from demo_dui.identity import Draft, Identity, Traits
from demo_dui.insi_calls import InsiOutcome
from demo_dui.json_requests import Body, with_body, with_patient, with_patient_and_body
from demo_dui.naming import RefusedError
from demo_dui.rights import STRICT
from demo_dui.search import Criteria
from demo_dui.service import ATTRIBUTES
from demo_dui.store import Store
from demo_dui.web import (
    DUI,
    error,
    json_response,
    may,
    user_of,
)

routes = web.RouteTableDef()
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
@with_body
async def create_patient(request: web.Request, body: Body) -> web.Response:
    """Create an identity from the names of the internal view."""
    dui = request.app[DUI]
    given = {name: _text(body.get(name)) for name in Traits.__dataclass_fields__}
    draft = Draft(
        traits=Traits(**given),
        private_id=_text(body.get("private_id")),
        nss=_text(body.get("nss")),
        proof=_text(body.get("justificatif")),
    )
    identity = dui.create(draft, user_of(request).login)
    headers = {"Location": f"/api/patients/{identity.id}"}
    return json_response(identity_json(dui.store, identity), 201, headers)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


@routes.get("/api/patients/{id}")
@with_patient
async def read_patient(request: web.Request, identity: Identity) -> web.Response:
    """Read the internal view of an identity."""
    return json_response(identity_json(request.app[DUI].store, identity))


@routes.post("/api/patients/{id}/insi")
@with_patient_and_body
async def call_insi(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Call INSi for an identity."""
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
@with_patient
async def verify_ins(request: web.Request, identity: Identity) -> web.Response:
    """Have INSi verify the INS of an identity."""
    dui = request.app[DUI]
    outcome = await insi_calls.verify_own(dui, identity, user_of(request).login)
    return _insi_outcome(dui.store, outcome)


@routes.put("/api/patients/{id}")
@with_patient_and_body
async def change_patient(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Change the fields given; the others stay. Tells what was sent to the partner."""
    given = {n: _text(body[n]) for n in Traits.__dataclass_fields__ if n in body}
    draft = Draft(traits=replace(identity.traits, **given), nss=_text(body.get("nss")))
    dui, login = request.app[DUI], user_of(request).login
    changed = dui.change(identity, draft, login, may(request, STRICT))
    sent = await diffusion.propagate(dui, identity, changed, login)
    told = {"event": sent.event, "control_id": sent.control_id, "ack": sent.ack} if sent else None
    return json_response({"identity": identity_json(dui.store, changed), "diffusion": told})


@routes.post("/api/patients/{id}/message")
@with_patient_and_body
async def send_message(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Send an order, an appointment or a result that bears the patient."""
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
@with_patient
async def list_insi_calls(request: web.Request, identity: Identity) -> web.Response:
    """INSi calls made for an identity, with the whole answers."""
    calls = request.app[DUI].store.insi_answers(identity.id)
    return json_response({"calls": [asdict(call) for call in calls]})


@routes.post("/api/patients/{id}/verification")
@with_patient_and_body
async def verify(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Record the check of an identity document."""
    dui = request.app[DUI]
    document = str(body.get("document", "")).upper()
    checked = dui.verify(identity, document, user_of(request).login)
    return json_response({"identity": identity_json(dui.store, checked)})


@routes.post("/api/patients/{id}/attributes")
@with_patient_and_body
async def mark(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Set or remove the attributes of an identity."""
    if any(name not in ATTRIBUTES or not isinstance(value, bool) for name, value in body.items()):
        return error(422, f"Attributs attendus : {', '.join(ATTRIBUTES)}, chacun vrai ou faux.")
    dui = request.app[DUI]
    marked = dui.mark(identity, body, user_of(request).login)
    return json_response({"identity": identity_json(dui.store, marked)})


@routes.post("/api/patients/{id}/diffusion")
@with_patient_and_body
async def diffuse(request: web.Request, identity: Identity, body: Body) -> web.Response:
    """Send an identity to the partner."""
    event = str(body.get("event", "A31"))
    if event not in pam_out.EVENTS:
        known = ", ".join(pam_out.EVENTS)
        return error(422, f"Événement « {event[:10]} » inconnu, attendu : {known}.")
    try:
        sent = await diffusion.diffuse(request.app[DUI], identity, event, user_of(request).login)
    except RefusedError as refusal:
        return error(409, str(refusal))
    return json_response({"control_id": sent.control_id, "ack": sent.ack})
