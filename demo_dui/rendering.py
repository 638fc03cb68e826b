"""HTML rendering: templates, the sentence left for the next page, and the pages of refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from demo_dui import faults, patient_page
from demo_dui.user import Notice
from demo_dui.web import ACCOUNTS, COOKIE, DUI, REFUSAL_PAGE, SESSION, USER, user_of

TEMPLATES = web.AppKey("templates", jinja2.Environment)


def prepare(application: web.Application) -> None:
    """Load the templates; autoescape is always on."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.filters["french_date"] = patient_page.french_date
    environment.filters["french_instant"] = patient_page.french_instant
    application[TEMPLATES] = environment
    application[REFUSAL_PAGE] = _refused


def page(request: web.Request, name: str, status: int = 200, **context: Any) -> web.Response:
    """Render a page; `notice` is what it must say first, else what the last action left."""
    user = request.get(USER)
    notice = context.pop("notice", None)
    if notice is None and (user is not None or request.get(SESSION) is not None):
        notice = request.app[ACCOUNTS].take_notice(_notice_key(request))
    if notice is not None and notice.is_refusal and faults.active("ecran-alerte-absente"):
        notice = None
    template = request.app[TEMPLATES].get_template(name)
    dui = request.app[DUI]
    own = dui.rights.profiles.get(dui.rights.users.get(user.login, ""), []) if user else []
    text = template.render(user=user, notice=notice, role=dui.role, rights=own, **context)
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")


def _notice_key(request: web.Request) -> str:
    return request.cookies.get(COOKIE) or user_of(request).login


def tell(request: web.Request, text: str, is_refusal: bool) -> None:
    """Leave a sentence for the next page of this session."""
    request.app[ACCOUNTS].leave_notice(_notice_key(request), Notice(text, is_refusal))


def missing(request: web.Request, text: str) -> web.Response:
    """404, with its French page."""
    return page(request, "missing.html", 404, notice=Notice(text, True))


def _refused(request: web.Request, text: str) -> web.Response:
    return page(request, "refused.html", 403, notice=Notice(text, True))
