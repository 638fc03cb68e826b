"""Business API in JSON: accounts of the patients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aiohttp import web

from demo_dui import diffusion, faults
from demo_dui.contact import ContactError
from demo_dui.identity import Draft, Identity, Traits
from demo_dui.json_requests import Body, with_body
from demo_dui.naming import Refusal, RefusedError
from demo_dui.openings import asked, identity_check_refusal, record, send_activation
from demo_dui.policy import Population
from demo_dui.store import Account
from demo_dui.traces import Trace
from demo_dui.web import (
    ACCOUNTS,
    DUI,
    error,
    json_response,
    user_of,
)

routes = web.RouteTableDef()
UNKNOWN = "Compte inconnu : vérifiez l'identifiant dans l'adresse."
_TRAITS = tuple(Traits.__dataclass_fields__)


def account_json(request: web.Request, account: Account) -> dict[str, Any]:
    """The view of an account, with the identity attributes that it shows."""
    person = request.app[ACCOUNTS].people.find(account.login)
    identity = request.app[DUI].identity(account.patient_id)
    traits = identity.traits if identity else Traits()
    return {
        "id": account.id,
        "login": account.login,
        "patient_id": account.patient_id,
        "matricule": account.matricule,
        "oid": account.oid,
        "email": person.email if person else "",
        "phone": person.phone if person else "",
        "identity_check": person.identity_check if person else "",
        **{name: getattr(traits, name) for name in _TRAITS},
    }


@routes.post("/api/accounts")
@with_body
async def open_account(request: web.Request, body: Body) -> web.Response:
    """Open a patient's account, once the identity was verified (IEU 1)."""
    dui, patient_id = request.app[DUI], str(body.get("patient_id", ""))
    try:
        opening = asked(request, body, Population.PATIENT)
        unchecked = identity_check_refusal(request, opening.identity_check)
        if unchecked and not faults.active("ouverture-sans-controle"):
            raise RefusedError(unchecked)
        if dui.identity(patient_id) is None:
            raise RefusedError(Refusal("patient_id", f"Patient « {patient_id[:20]} » inconnu."))
        if not opening.password and opening.email:
            await send_activation(request, opening.login, opening.email)
        by, check = user_of(request).login, opening.identity_check
        account = dui.open_account(patient_id, opening.login, by, check)
    except ContactError as problem:
        return error(problem.status, str(problem))
    told = record(request, opening)
    headers = {"Location": f"/api/accounts/{account.id}"}
    return json_response(account_json(request, account) | told, 201, headers)


@routes.get("/api/accounts/{id}")
async def read_account(request: web.Request) -> web.Response:
    """Read an account."""
    account = request.app[DUI].store.account(request.match_info["id"])
    return error(404, UNKNOWN) if account is None else json_response(account_json(request, account))


@routes.post("/api/accounts/{id}/link")
async def link_account(request: web.Request) -> web.Response:
    """Tie an account to its patient's matricule."""
    dui = request.app[DUI]
    account = dui.store.account(request.match_info["id"])
    if account is None:
        return error(404, UNKNOWN)
    linked = dui.link_account(account, user_of(request).login)
    if linked is None:
        text = (
            "Rattachement impossible : l'identité n'a pas de matricule INS. "
            "Appelez INSi d'abord (statut récupérée ou qualifiée attendu)."
        )
        return error(409, text)
    return json_response(account_json(request, linked))


@routes.post("/api/accounts/{id}/activation")
async def activate_again(request: web.Request) -> web.Response:
    """Mail a new activation link: for a lost mail, or for an access that was revoked."""
    account = request.app[DUI].store.account(request.match_info["id"])
    if account is None:
        return error(404, UNKNOWN)
    return await mailed_activation(request, account.login, account.patient_id)


async def mailed_activation(
    request: web.Request, login: str, patient_id: str | None = None
) -> web.Response:
    """Mail the activation link of a known login; 202, 409 without an address, 502 or 503."""
    person = request.app[ACCOUNTS].people.find(login)
    if person is None or not person.email:
        return error(409, "Activation impossible : le compte n'a pas de courriel.")
    try:
        await send_activation(request, login, person.email)
    except ContactError as problem:
        return error(problem.status, str(problem))
    by = user_of(request).login
    request.app[DUI].store.log(by, "activation de compte", patient_id, "ok", login)
    return json_response({"login": login, "sent_to": person.email}, 202)


@routes.put("/api/accounts/{id}/identity")
@with_body
async def change_identity(request: web.Request, body: Body) -> web.Response:
    """Change identity attributes, after a check as reliable as the first one (IEU 2)."""
    dui, by = request.app[DUI], user_of(request).login
    account = dui.store.account(request.match_info["id"])
    identity = dui.identity(account.patient_id) if account else None
    if account is None or identity is None:
        return error(404, UNKNOWN)
    check = str(body.pop("identity_check", "") or "")
    unchecked = identity_check_refusal(request, check)
    if unchecked and not faults.active("identite-sans-controle"):
        detail = f"{account.login}, sans contrôle d'identité"
        dui.store.log(by, CHANGE, identity.id, "refus", detail)
        raise RefusedError(unchecked)
    changed = dui.change(identity, _draft(identity, body), by, super_user=False)
    _trace_change(request, account, (identity, changed), check)
    await diffusion.propagate(dui, identity, changed, by)
    await warn(request, account.login, "L'identité que porte votre compte")
    return json_response(account_json(request, account))


async def warn(request: web.Request, login: str, what: str) -> None:
    """Tell the verified address of an account that something of it changed (SSI/IE.32)."""
    accounts = request.app[ACCOUNTS]
    person = accounts.people.find(login)
    silent = faults.active("identite-sans-avertissement")
    if silent or person is None or not person.email or not person.email_verified:
        return
    text = f"{what} ({login}) vient de changer. Si cela vous étonne, prévenez l'administrateur."
    try:
        await accounts.contact.mail(person.email, "Votre compte a changé", text)
    except ContactError as problem:
        # The change holds; what could not be told is traced.
        detail = f"{login}, non prévenu : {problem}"
        request.app[DUI].store.log(user_of(request).login, CHANGE, None, "échec", detail)


CHANGE = "changement d'attributs"


def _draft(identity: Identity, body: dict[str, Any]) -> Draft:
    unknown = [name for name in body if name not in _TRAITS]
    if unknown or not body:
        found = f"« {unknown[0][:30]} » inconnu" if unknown else "aucun champ"
        text = f"Attributs d'identité : {found}, attendu parmi {', '.join(_TRAITS)}."
        raise RefusedError(Refusal(unknown[0] if unknown else "", text))
    values = {name: str(value).strip() or None for name, value in body.items() if value is not None}
    return Draft(traits=replace(identity.traits, **values))


def _trace_change(
    request: web.Request, account: Account, states: tuple[Identity, Identity], check: str
) -> None:
    before, after = (state.traits for state in states)
    names = [name for name in _TRAITS if getattr(before, name) != getattr(after, name)]
    trace = Trace(
        by=user_of(request).login,
        action=CHANGE,
        patient_id=account.patient_id,
        detail=f"{account.login}, identité vérifiée : {check}",
        before={name: getattr(before, name) for name in names},
        after={name: getattr(after, name) for name in names},
    )
    request.app[DUI].store.traces.add(trace)
