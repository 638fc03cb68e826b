"""Business API in JSON: accounts of the professionals, tied to the Annuaire Santé (ANN 2, IEPS)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from demo_dui import faults
from demo_dui.api_accounts import CHANGE, mailed_activation
from demo_dui.api_directory import DIRECTORY, UNKNOWN, professional_json, told
from demo_dui.contact import ContactError
from demo_dui.json_requests import Body, with_body
from demo_dui.naming import Refusal, RefusedError
from demo_dui.openings import Opening, asked, contact_refusals, record, send_activation
from demo_dui.parameters import WrongSettingError
from demo_dui.policy import Population
from demo_dui.professionals import Professional, is_local
from demo_dui.rights import DEFAULT_USERS, MANAGEMENT
from demo_dui.trace_words import RIGHTS_CHANGE
from demo_dui.web import (
    ACCOUNTS,
    DUI,
    error,
    json_response,
    user_of,
)

routes = web.RouteTableDef()
OPENING = "ouverture de compte"
_CHANGEABLE = ("local", "profile", "email", "phone")
# Fault that loses an attribute of the Annuaire.
_LOST_BY_FAULT = {
    "attributs-nom-perdu": "exercise_name",
    "attributs-prenom-perdu": "exercise_given_name",
    "attributs-profession-perdue": "profession",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for a new professional: who, and how they sign in."""

    national_id: str
    profile: str
    local: dict[str, str]
    opening: Opening


def account_json(request: web.Request, held: Professional) -> dict[str, Any]:
    """The view of the account of a professional: the Annuaire, the local data, the access."""
    person = request.app[ACCOUNTS].people.find(held.login)
    return professional_json(held) | {
        "email": person.email if person else "",
        "phone": person.phone if person else "",
        "profile": request.app[DUI].rights.users.get(held.login, ""),
    }


@routes.post("/api/professionals")
@told
@with_body
async def open_account(request: web.Request, body: Body) -> web.Response:
    """Open the account of a professional whom the Annuaire knows (IEPS 8, SSI/IE.30)."""
    try:
        wanted = _asked(request, body)
        held = await _from_directory(request, wanted)
        if held is None:
            return error(404, f"L'Annuaire Santé ne connaît pas {wanted.national_id}.")
        duplicates = _duplicates(request, held)
        if duplicates:
            return _refused_duplicate(request, held, duplicates)
        if not wanted.opening.password:
            await send_activation(request, wanted.opening.login, wanted.opening.email)
    except ContactError as problem:
        return error(problem.status, str(problem))
    return _opened(request, wanted, held)


def _asked(request: web.Request, body: dict[str, Any]) -> _Asked:
    rights = request.app[DUI].rights
    national_id, profile = str(body.get("national_id", "")), str(body.get("profile") or "soignant")
    local = body.get("local") or {}
    if not (national_id.isdecimal() and len(national_id) == 12):
        text = "Identifiant national : 12 chiffres attendus (8 suivi du RPPS)."
        raise RefusedError(Refusal("national_id", text))
    if profile not in rights.profiles:
        known = ", ".join(rights.profiles)
        text = f"Profil « {profile[:30]} » inconnu, attendu : {known}."
        raise RefusedError(Refusal("profile", text))
    _check_local(local)
    privileged = MANAGEMENT in rights.profiles[profile]
    population = Population.PRIVILEGED if privileged else Population.PROFESSIONAL
    opening = asked(request, body, population)
    if not opening.password and not opening.email:
        text = "Courriel : adresse attendue, le lien d'activation y est envoyé."
        raise RefusedError(Refusal("email", text))
    return _Asked(national_id, profile, local, opening)


def _check_local(local: object) -> None:
    if not is_local(local):
        raise RefusedError(Refusal("local", "local : objet nom → texte attendu."))


async def _from_directory(request: web.Request, wanted: _Asked) -> Professional | None:
    """The professional as the Annuaire tells them; None when it does not know them."""
    new = Professional(
        login=wanted.opening.login, national_id=wanted.national_id, local=wanted.local
    )
    if _duplicates(request, new) or faults.active("annuaire-sans-recherche"):
        return new
    directory = request.app[DIRECTORY]
    found = await directory.find(wanted.national_id, user_of(request).login)
    if found is None:
        return None
    held = directory.applied(new, found)
    for fault, name in _LOST_BY_FAULT.items():
        if faults.active(fault):
            emptied: dict[str, Any] = {name: ""}
            held = replace(held, **emptied)
    return held


def _duplicates(request: web.Request, held: Professional) -> list[Professional]:
    known = request.app[ACCOUNTS].people.professionals.duplicates_of(held)
    return [] if faults.active("doublon-accepte") else known


def _refused_duplicate(
    request: web.Request, held: Professional, duplicates: list[Professional]
) -> web.Response:
    ids = [known.id for known in duplicates]
    detail = f"{held.login}, doublon du compte {', '.join(ids)}"
    request.app[DUI].store.log(user_of(request).login, OPENING, None, "refus", detail)
    text = (
        "Doublon : un compte a déjà cet identifiant national, ou les mêmes nom, prénom et "
        "profession. Reprenez ce compte au lieu d'en ouvrir un autre."
    )
    return json_response({"error": text, "duplicates": ids}, 409)


def _opened(request: web.Request, wanted: _Asked, held: Professional) -> web.Response:
    dui, by = request.app[DUI], user_of(request).login
    kept = request.app[ACCOUNTS].people.professionals.add(held)
    dui.rights.give(held.login, wanted.profile)
    once = record(request, wanted.opening)
    detail = f"{held.login}, {held.national_id}, profil {wanted.profile}"
    dui.store.log(by, OPENING, None, "ok", detail)
    headers = {"Location": f"/api/professionals/{kept.id}"}
    return json_response(account_json(request, kept) | once, 201, headers)


@routes.get("/api/professionals")
async def extract_accounts(request: web.Request) -> web.Response:
    """Extract the accounts of the professionals, users of the site included (SSI/IAM.87)."""
    table = request.app[ACCOUNTS].people.professionals
    everyone = [_of_the_site(login) for login in DEFAULT_USERS] + table.all()
    listed = [account_json(request, held) for held in everyone]
    if faults.active("comptes-extraction-incomplete"):
        listed = listed[:-1]
    by = user_of(request).login
    request.app[DUI].store.log(by, "extraction de comptes", detail=f"{len(listed)} comptes")
    return json_response({"professionals": listed})


def _of_the_site(login: str) -> Professional:
    """A user that the software is delivered with: known by login, tied to no national id."""
    return Professional(login=login, national_id="", id=login)


def _held(request: web.Request) -> Professional | None:
    professional_id = request.match_info["id"]
    if professional_id in DEFAULT_USERS:
        return _of_the_site(professional_id)
    return request.app[ACCOUNTS].people.professionals.find(professional_id)


@routes.get("/api/professionals/{id}")
async def read_account(request: web.Request) -> web.Response:
    """Read the account of a professional, brought up to date first when it is time (ANN 4)."""
    held, directory = _held(request), request.app[DIRECTORY]
    if held is None:
        return error(404, UNKNOWN)
    if held.national_id:
        held = await directory.fresh(held, directory.users, user_of(request).login)
    return json_response(account_json(request, held))


@routes.put("/api/professionals/{id}")
@with_body
async def change_account(request: web.Request, body: Body) -> web.Response:
    """Change local data, profile, address: what the Annuaire says comes from it alone."""
    held = _held(request)
    if held is None:
        return error(404, UNKNOWN)
    _check_changes(body)
    held = _with_local(request, held, body)
    _with_profile(request, held, body)
    _with_contacts(request, held, body)
    answer = account_json(request, held)
    if faults.active("profil-sans-effet"):
        answer["profile"] = body.get("profile", answer["profile"])
    return json_response(answer)


def _check_changes(body: dict[str, Any]) -> None:
    unknown = [name for name in body if name not in _CHANGEABLE]
    if unknown:
        text = (
            f"« {unknown[0][:30]} » ne se change pas ici, attendu parmi {', '.join(_CHANGEABLE)} ; "
            "ce que dit l'Annuaire se met à jour par /refresh."
        )
        raise RefusedError(Refusal(unknown[0], text))
    texts = {name: str(body.get(name) or "") for name in ("email", "phone")}
    problems = contact_refusals(texts)
    if problems:
        raise RefusedError(*problems)


def _with_local(request: web.Request, held: Professional, body: dict[str, Any]) -> Professional:
    if "local" not in body:
        return held
    _check_local(body["local"])
    if not held.national_id:
        text = "Un utilisateur livré avec le logiciel n'a pas de données locales."
        raise RefusedError(Refusal("local", text))
    changed = replace(held, local=body["local"])
    request.app[ACCOUNTS].people.professionals.save(changed)
    by, detail = user_of(request).login, f"{held.login}, données locales"
    request.app[DUI].store.log(by, CHANGE, None, "ok", detail)
    return changed


def _with_profile(request: web.Request, held: Professional, body: dict[str, Any]) -> None:
    if "profile" not in body or faults.active("profil-sans-effet"):
        return
    dui, profile = request.app[DUI], str(body["profile"])
    before = dui.rights.users.get(held.login, "aucun")
    try:
        dui.rights.replace({"users": {held.login: profile}})
    except WrongSettingError as problem:
        raise RefusedError(Refusal("profile", str(problem))) from None
    detail = f"{held.login}, profil {before} → {profile}"
    dui.store.log(user_of(request).login, RIGHTS_CHANGE, None, "ok", detail)


def _with_contacts(request: web.Request, held: Professional, body: dict[str, Any]) -> None:
    """Take an address or a number: they must be verified by their owner before they serve."""
    people = request.app[ACCOUNTS].people
    person = people.find(held.login)
    if person is None:
        return
    changes: dict[str, object] = {}
    for name in ("email", "phone"):
        value = str(body.get(name, getattr(person, name)) or "").replace(" ", "")
        if value != getattr(person, name):
            changes |= {name: value, f"{name}_verified": False}
    if changes:
        people.change_of(person, **changes)
        detail = f"{held.login}, {', '.join(n for n in changes if 'verified' not in n)}"
        request.app[DUI].store.log(user_of(request).login, CHANGE, None, "ok", detail)


@routes.post("/api/professionals/{id}/activation")
async def activate_again(request: web.Request) -> web.Response:
    """Mail a new activation link: for a lost mail, or for an access that was revoked."""
    held = _held(request)
    if held is None:
        return error(404, UNKNOWN)
    return await mailed_activation(request, held.login)
