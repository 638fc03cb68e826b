"""Opening of access: what a new account must have, its first means, its activation mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pyotp
from aiohttp import web

from demo_dui.contact import ContactError
from demo_dui.links import ACTIVATION
from demo_dui.naming import Refusal, RefusedError
from demo_dui.people import Person
from demo_dui.policy import Population
from demo_dui.second_factor import KINDS
from demo_dui.sessions import MAIL, SMS, TOTP
from demo_dui.web import ACCOUNTS, DUI

CASE = "case"
"""Identity check of a professional who ticks the box instead of naming a document."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9]{6,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is asked for a new account, checked; the password never shows in repr."""

    login: str
    email: str = ""
    phone: str = ""
    password: str = field(default="", repr=False)
    second_factor: str = ""
    identity_check: str = ""


def asked(request: web.Request, body: dict[str, Any], population: Population) -> Opening:
    """Read what a request asks for a new account; RefusedError says each thing that is wrong."""
    texts = {name: str(body.get(name) or "").strip() for name in ("login", "email", "phone")}
    opening = Opening(
        **texts,
        password=str(body.get("password") or ""),
        second_factor=str(body.get("second_factor") or ""),
        identity_check=str(body.get("identity_check") or ""),
    )
    refusals = [*_login_refusals(request, opening), *contact_refusals(texts)]
    weak = ""
    if opening.password:
        weak = request.app[ACCOUNTS].passwords.problem(opening.password, population)
    if weak:
        refusals.append(Refusal("password", weak))
    refusals += _factor_refusals(opening)
    if refusals:
        raise RefusedError(*refusals)
    return opening


def _login_refusals(request: web.Request, opening: Opening) -> list[Refusal]:
    login = opening.login
    if not login or len(login) > 64:
        text = "Identifiant de connexion : 1 à 64 caractères attendus."
        return [Refusal("login", text)]
    if request.app[ACCOUNTS].people.find(login) is not None:
        return [Refusal("login", f"Identifiant de connexion « {login} » déjà pris.")]
    return []


def contact_refusals(texts: dict[str, str]) -> list[Refusal]:
    """What is wrong in `email` and `phone`, when given."""
    found = []
    if texts.get("email") and not is_email(texts["email"]):
        found.append(Refusal("email", "Courriel : adresse de la forme nom@domaine attendue."))
    if texts.get("phone") and not is_phone(texts["phone"]):
        found.append(Refusal("phone", "Téléphone : 6 à 15 chiffres attendus, « + » admis."))
    return found


def is_email(text: str) -> bool:
    """Tell whether a text looks like an address."""
    return len(text) <= 200 and bool(_EMAIL.fullmatch(text))


def is_phone(text: str) -> bool:
    """Tell whether a text looks like a phone number, blanks aside."""
    return bool(_PHONE.fullmatch(text.replace(" ", "")))


def _factor_refusals(opening: Opening) -> list[Refusal]:
    kind = opening.second_factor
    if not kind:
        return []
    if kind not in KINDS:
        text = f"Second facteur « {kind[:20]} » inconnu, attendu : {', '.join(KINDS)}."
        return [Refusal("second_factor", text)]
    missing = {MAIL: not opening.email, SMS: not opening.phone}.get(kind, False)
    name = "email" if kind == MAIL else "phone"
    text = f"Le second facteur « {kind} » demande une adresse ou un numéro : {name} est vide."
    return [Refusal(name, text)] if missing else []


def identity_check_refusal(request: web.Request, check: str) -> Refusal | None:
    """Why an identity check is not reliable enough (IEU 1, IEU 2), or None."""
    if check == CASE or request.app[DUI].is_trusted(check):
        return None
    found = f"« {check[:20]} »" if check else "aucun contrôle"
    text = (
        f"Vérifiez l'identité de la personne : {found} reçu, attendu dans identity_check le code "
        "d'un justificatif de confiance haute, ou « case » si vous attestez l'avoir contrôlée."
    )
    return Refusal("identity_check", text)


async def send_activation(request: web.Request, login: str, email: str) -> None:
    """Mail the link by which a person chooses a first password; ContactError."""
    accounts = request.app[ACCOUNTS]
    if not accounts.contact.has_mail:
        raise ContactError(503, "Activation impossible : aucun serveur de courriel (--smtp).")
    token = accounts.links.draw(login, ACTIVATION)
    address = f"{base_url(request)}/acces/activation?jeton={token}"
    text = (
        f"Un compte vous est ouvert, identifiant : {login}\n\n"
        f"Choisissez votre mot de passe (lien valable trois jours, une fois) :\n{address}\n"
    )
    try:
        await accounts.contact.mail(email, "Activation de votre compte", text)
    except ContactError:
        accounts.links.cancel(login, ACTIVATION)
        raise


def base_url(request: web.Request) -> str:
    """Address of this software for a mailed link: that of the request, if it is one of ours.

    Another Host would send people, with their token, to whoever forged the request.
    """
    bound = request.get_extra_info("sockname") or ("127.0.0.1", 0)
    own = f"{bound[0]}:{bound[1]}"
    named = request.host in {own, f"localhost:{bound[1]}"}
    return f"{request.scheme}://{request.host if named else own}"


def record(request: web.Request, opening: Opening) -> dict[str, Any]:
    """Record how a person, whose account exists, signs in; what the answer tells of it once."""
    accounts = request.app[ACCOUNTS]
    found = accounts.people.find(opening.login) or Person(login=opening.login)
    person = accounts.people.change_of(
        found,
        email=opening.email,
        phone=opening.phone.replace(" ", ""),
        identity_check=opening.identity_check,
    )
    if opening.password:
        person = accounts.passwords.record(person, opening.password)
    kind = opening.second_factor
    if not kind:
        return {}
    secret = pyotp.random_base32() if kind == TOTP else ""
    accounts.factors.record(person, kind, secret, proved=False)
    told: dict[str, Any] = {"recovery_codes": accounts.factors.new_recovery_codes(person.login)}
    return told | ({"totp_secret": secret} if secret else {})
