"""Business API in JSON: accounts of the patients."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from demo_dui.naming import RefusedError
from demo_dui.store import Account
from demo_dui.web import DUI, NOT_JSON, error, json_body, json_response, refused, user_of

routes = web.RouteTableDef()


def account_json(account: Account) -> dict[str, Any]:
    """The view of an account."""
    return {
        "id": account.id,
        "login": account.login,
        "patient_id": account.patient_id,
        "matricule": account.matricule,
        "oid": account.oid,
    }


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
