"""HTML pages of the address and the number of an account, verified by a code (IEPS 2, IEU 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from demo_dui import faults
from demo_dui.contact import ContactError
from demo_dui.openings import is_email, is_phone
from demo_dui.pages_sign_in import person_of
from demo_dui.people import Person
from demo_dui.rendering import page, tell
from demo_dui.sessions import MAIL, SMS
from demo_dui.sign_in import WRONG_CODE
from demo_dui.user import Notice
from demo_dui.web import ACCOUNTS, DUI, session_of

routes = web.RouteTableDef()
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of contact: its page, its field, its words."""

    path: str
    channel: str
    field: str
    name: str
    label: str
    verify: str
    confirm: str
    wrong: str
    is_valid: Callable[[str], bool]

    def of(self, person: Person) -> str:
        """The present address or number of a person."""
        return person.email if self.field == "email" else person.phone


EMAIL = Kind(
    path="/compte/courriel",
    channel=MAIL,
    field="email",
    name="courriel",
    label="Adresse de courriel",
    verify="Vérifier cette adresse",
    confirm="Confirmer l'adresse",
    wrong="Adresse refusée : nom@domaine attendu.",
    is_valid=is_email,
)
PHONE = Kind(
    path="/compte/telephone",
    channel=SMS,
    field="phone",
    name="téléphone",
    label="Numéro de téléphone mobile",
    verify="Vérifier ce numéro",
    confirm="Confirmer le numéro",
    wrong="Numéro refusé : 6 à 15 chiffres attendus, « + » admis.",
    is_valid=is_phone,
)


_KINDS = {kind.path: kind for kind in (EMAIL, PHONE)}
_PAGE = "/compte/{kind:courriel|telephone}"
_ASKED, _CODE = "contact.html", "contact_code.html"


def _kind(request: web.Request) -> Kind:
    return _KINDS[f"/compte/{request.match_info['kind']}"]


@routes.get(_PAGE)
async def contact_page(request: web.Request) -> web.Response:
    """Ask for an address or a number."""
    return _form(request, _ASKED)


@routes.post(_PAGE)
async def verify(request: web.Request) -> web.Response:
    """Send a code to the address or the number."""
    return await _verify(request, _kind(request))


@routes.get(f"{_PAGE}/code")
async def code_page(request: web.Request) -> web.Response:
    """Ask for the code that was received."""
    return _form(request, _CODE)


@routes.post(f"{_PAGE}/code")
async def confirm(request: web.Request) -> web.Response:
    """Take the address or the number once its code is right."""
    return await _confirm(request, _kind(request))


def _form(request: web.Request, template: str, status: int = 200, alert: str = "") -> web.Response:
    notice = Notice(alert, True) if alert else None
    return page(request, template, status, kind=_kind(request), notice=notice)


async def _verify(request: web.Request, kind: Kind) -> web.Response:
    accounts, session = request.app[ACCOUNTS], session_of(request)
    person, form = person_of(request, session), await request.post()
    address = str(form.get(kind.field, "")).strip()
    if kind.field == "phone":
        address = address.replace(" ", "")
    if not kind.is_valid(address):
        return _form(request, _ASKED, 422, kind.wrong)
    if faults.active("contact-sans-code"):
        _take(request, person, kind, address)
        raise web.HTTPSeeOther("/compte")
    try:
        await accounts.codes.send(session, kind.name, kind.channel, address)
    except ContactError as problem:
        return _form(request, _ASKED, problem.status, str(problem))
    raise web.HTTPSeeOther(f"{kind.path}/code")


def _take(request: web.Request, person: Person, kind: Kind, address: str) -> None:
    verified = {kind.field: address, f"{kind.field}_verified": True}
    request.app[ACCOUNTS].people.change_of(person, **verified)


async def _confirm(request: web.Request, kind: Kind) -> web.Response:
    accounts, session = request.app[ACCOUNTS], session_of(request)
    person, form = person_of(request, session), await request.post()
    under_way = session.kept.get(kind.name)
    proved = accounts.codes.spend(session, kind.name, str(form.get("code", "")).strip(), TRIES)
    if proved is None and under_way is not None and faults.active("contact-code-quelconque"):
        proved = under_way.to
    if faults.active("contact-bon-code-refuse"):
        proved = None
    store, action = request.app[DUI].store, f"vérification de {kind.name}"
    if proved is None:
        store.log(person.login, action, None, "échec", person.login)
        return _form(request, _CODE, 422, WRONG_CODE)
    _take(request, person, kind, proved)
    store.log(person.login, action, None, "ok", person.login)
    await _tell_former(request, person, kind, proved)
    tell(request, f"Votre {kind.name} est vérifié.", False)
    raise web.HTTPSeeOther("/compte")


async def _tell_former(request: web.Request, person: Person, kind: Kind, proved: str) -> None:
    """Warn the address of before: its owner may not be who made the change (SSI/IE.32)."""
    former = kind.of(person)
    verified = person.email_verified if kind.field == "email" else person.phone_verified
    silent = faults.active("identite-sans-avertissement")
    if silent or not former or former == proved or not verified:
        return
    contact = request.app[ACCOUNTS].contact
    text = (
        f"Le {kind.name} de votre compte {person.login} vient de changer. Si ce n'est pas de "
        "votre fait, révoquez vos accès et prévenez l'administrateur."
    )
    try:
        if kind.channel == MAIL:
            await contact.mail(former, "Votre adresse a changé", text)
        else:
            await contact.sms(former, text)
    except ContactError as problem:
        # The change holds: the new address is proved. What could not be told is traced.
        detail = f"{person.login}, ancienne adresse non prévenue : {problem}"
        request.app[DUI].store.log(
            person.login, f"vérification de {kind.name}", None, "échec", detail
        )
