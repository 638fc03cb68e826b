"""The journeys of `[drivers.visitor]`: walked, read and placed, for visitors of either kind."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlsplit

from harness.model.access import OPENED, REFUSED, SECOND_FACTOR, SIGN_IN, Reached
from harness.model.form_encoding import as_a_browser_sends_it
from harness.model.problems import CapabilityMissing
from harness.targets.http_templates import PLACEHOLDER, filled
from harness.targets.target import Target
from harness.targets.target_access import Journey, JourneyStep, StageMark
from harness.targets.visit_pages import told
from harness.targets.visiting import Cookie, UnreadablePage, Visit, Visitor, origin_of

if TYPE_CHECKING:
    from harness.evidence.redaction import Redactor

SECRETS: Mapping[str, str] = {
    "secret": "mot-de-passe",
    "new_secret": "mot-de-passe",
    "code": "code",
    "recovery_code": "code",
    "link": "lien",
}
"""Placeholder of a journey whose value is a live secret → its kind in the journal."""
SECRET_READS = ("totp_secret", "recovery_codes")
"""What a page shows once and nobody else may read."""
LONG = 16
"""A secret this long meets no innocent text: it is hidden for good."""
_OPENING = ("sign_in", "psc_consent")
"""Journeys that begin a session, so that a cookie must be there after them."""
_TAIL = ".,;:!?)]}>»\"'"


class Visits:
    """Implements `Visiting` over the pages of the target."""

    def __init__(self, target: Target, redactor: Redactor, begin: Callable[[], Visitor]) -> None:
        """Walk by visitors that `begin` makes."""
        self._target = target
        self._options = target.drivers.visitor
        self._redactor = redactor
        self._begin = begin
        self._started: list[Visitor] = []
        journeys = self._options.journeys.values()
        self._secret_labels = {
            one.reads[name] for one in journeys for name in SECRET_READS if name in one.reads
        }
        for label in self._secret_labels:
            redactor.hide_beside(label)

    def start(self) -> Visitor:
        """Return a fresh user, without cookies."""
        visitor = self._begin()
        self._started.append(visitor)
        return visitor

    def describes(self, journey: str) -> bool:
        """Say whether the file describes a journey."""
        return journey in self._options.journeys

    def walk(self, visitor: Visitor, journey: str, /, **values: str) -> Visit:
        """Do every step of a journey."""
        described = self._journey(journey)
        typed = {
            shape: SECRETS[name]
            for name, value in values.items()
            if name in SECRETS
            for part in (_token_parts(value) if name == "link" else (value,))
            for shape in shapes_of(part)
        }
        self._remember(typed)
        visitor.conceal(*typed)
        with self._redactor.veil(typed):
            for step in described.steps:
                visit = _done(visitor, step, values)
        for label in self._secret_labels:
            self._keep_out(visitor, self._shown(visit, label))
        if journey in _OPENING:
            self._require_session(visitor, visit)
        return visit

    def stage(self, visit: Visit) -> str:
        """Return where the sign-in stands."""
        refused = visit.status >= 400 or bool(visit.releve.alerts)
        if origin_of(visit.url) != origin_of(self._target.endpoints.base_url):
            return SIGN_IN  # at Pro Santé Connect, or at another sign-in server
        path = self._path(visit.url)
        for mark in self._options.stages:
            if _fits(mark, path, visit.releve.text):
                # The address of the code may show the sign-in again, once the tries are over.
                gone = mark.stage == SECOND_FACTOR and not self._asks(visit, "second_factor")
                stage = SIGN_IN if gone else mark.stage
                return REFUSED if stage == SIGN_IN and refused else stage
        if path == self._sign_in_path:
            return REFUSED if refused else SIGN_IN
        return REFUSED if visit.status >= 400 else OPENED

    def accepted(self, visit: Visit) -> bool:
        """Say whether the last act was taken."""
        return visit.status < 400 and not visit.releve.alerts

    def reach(self, visitor: Visitor, kind: str, **values: str) -> tuple[Reached, ...]:
        """Try every protected address."""
        pages = _known(self._options.protected.get(kind, ()), values)
        addresses = _known(self._options.protected_api.get(kind, ()), values)
        if not pages and not addresses:
            raise CapabilityMissing(
                f"le fichier de cible ne donne aucune adresse protégée : ajoutez "
                f"drivers.visitor.protected.{kind} ou drivers.visitor.protected_api.{kind}"
            )
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        tried = [self._page(visitor, filled(one, quoted)) for one in pages]
        return (*tried, *(_asked(visitor, filled(one, quoted)) for one in addresses))

    def account(self, visitor: Visitor, kind: str) -> dict[str, str]:
        """Open the account page and read it."""
        path = self._options.account_page.get(kind)
        if not path:
            raise CapabilityMissing(
                f"le fichier de cible ne donne pas la page du compte : ajoutez "
                f"drivers.visitor.account_page.{kind}"
            )
        visit = visitor.open(path)
        labels = self._options.account_labels.items()
        return {name: self._shown(visit, label) for name, label in labels}

    def read(self, visit: Visit, journey: str, name: str) -> str:
        """Return what the last page shows under a label."""
        label = self._journey(journey).reads.get(name)
        if label is None:
            raise CapabilityMissing(
                f"le fichier de cible ne dit pas où lire « {name} » : ajoutez "
                f"drivers.visitor.journeys.{journey}.reads.{name}"
            )
        value = self._shown(visit, label)
        if not value:
            raise UnreadablePage(
                told(
                    visit.url,
                    f"la page ne montre rien sous « {label} »",
                    f"une valeur sous ce libellé ({name})",
                    f"corrigez drivers.visitor.journeys.{journey}.reads.{name}",
                )
            )
        return value

    def session(self, visitor: Visitor) -> tuple[Cookie, ...]:
        """Return the cookies that carry the session at the target."""
        name, host = self._options.session_cookie, f".{self._target.host}"
        return tuple(
            one
            for one in visitor.cookies()
            if (one.name == name if name else host.endswith(f".{one.domain.lstrip('.')}"))
        )

    def code_in(self, text: str) -> str:
        """Return the one-time code of a message, '' without one."""
        found = re.search(self._options.code, text)
        return found[1] if found else ""

    def link_in(self, text: str) -> str:
        """Return the link of a mail: the first to the target, else the first; '' without one."""
        found = [one.rstrip(_TAIL) for one in re.findall(self._options.link, text)]
        ours = [one for one in found if urlsplit(one).hostname == self._target.host]
        link = next(iter((*ours, *found)), "")
        kind = SECRETS["link"]
        self._remember({shape: kind for one in _token_parts(link) for shape in shapes_of(one)})
        return link

    def close(self) -> None:
        """Close every visitor that is still open."""
        for one in self._started:
            one.close()
        self._started.clear()

    def _path(self, url: str) -> str:
        """Return the path of an address under the base URL."""
        before = urlsplit(self._target.endpoints.base_url).path.rstrip("/")
        return urlsplit(url).path.removeprefix(before)

    def _asks(self, visit: Visit, journey: str) -> bool:
        """Say whether the page has the controls that a journey fills first."""
        described = self._options.journeys.get(journey)
        fills = (one.fill for one in described.steps if one.fill) if described else iter(())
        return set(next(fills, {})) <= set(visit.controls)

    @property
    def _sign_in_path(self) -> str:
        journey = self._options.journeys.get("sign_in")
        return next((one.open for one in journey.steps if one.open), "") if journey else ""

    def _journey(self, name: str) -> Journey:
        described = self._options.journeys.get(name)
        if described is None:
            raise CapabilityMissing(
                f"le fichier de cible ne décrit pas le parcours « {name} » : ajoutez "
                f"[drivers.visitor.journeys.{name}]"
            )
        return described

    def _page(self, visitor: Visitor, path: str) -> Reached:
        visit = visitor.look(path)
        # What another page answers is not the page: an address that sends home did not open.
        there = self._path(visit.url).rstrip("/") == urlsplit(path).path.rstrip("/")
        opened = there and visit.status < 300 and self.stage(visit) == OPENED
        return Reached(path, "page", visit.status, opened)

    def _shown(self, visit: Visit, label: str) -> str:
        found = (one.value for one in visit.releve.fields if one.label == label)
        return " ".join(one for one in found if one)

    def _require_session(self, visitor: Visitor, visit: Visit) -> None:
        if self.session(visitor) or self.stage(visit) == REFUSED or visit.releve.alerts:
            return
        name = self._options.session_cookie
        held = ", ".join(sorted(one.name for one in visitor.cookies())) or "aucun"
        raise UnreadablePage(
            told(
                visit.url,
                f"aucun témoin de session (cookie) n'a été posé ; témoins tenus : {held}",
                f"un témoin « {name} »" if name else "un témoin, ou un refus dit sur la page",
                "vérifiez que la page pose un témoin à la connexion, et "
                "drivers.visitor.session_cookie",
            ),
            (visitor.picture("connexion"),),
        )

    def _remember(self, secrets: Mapping[str, str]) -> None:
        for secret, kind in secrets.items():
            if len(secret) >= LONG:
                self._redactor.hide(secret, kind)

    def _keep_out(self, visitor: Visitor, shown: str) -> None:
        # A key is often shown by groups of four: both writings of it are secret.
        for one in {shown, *shown.split(), "".join(shown.split())}:
            if len(one) >= 4:
                visitor.conceal(one)
            if len(one) >= LONG:
                self._redactor.hide(one, "code")


def _done(visitor: Visitor, step: JourneyStep, values: Mapping[str, str]) -> Visit:
    visit = None
    if step.open:
        whole = re.fullmatch(r"\{(\w+)\}", step.open)
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        visit = visitor.open(values.get(whole[1], "") if whole else filled(step.open, quoted))
    if step.fill:
        typed = {name: filled(text, values) for name, text in step.fill.items()}
        return visitor.submit(typed, filled(step.press, values))
    if step.press:
        return visitor.press(filled(step.press, values))
    return visit if visit is not None else visitor.here


def _known(addresses: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """Return the addresses whose placeholders have a value: the others are nobody's."""
    return [one for one in addresses if all(values.get(k) for k in PLACEHOLDER.findall(one))]


def _asked(visitor: Visitor, path: str) -> Reached:
    status, media_type = visitor.call(path)
    # A sign-in page answered in the place of the data opens nothing.
    return Reached(path, "api", status, 200 <= status < 300 and "html" not in media_type)


def _fits(mark: StageMark, path: str, text: str) -> bool:
    return bool(
        (mark.path or mark.text)
        and (not mark.path or path.startswith(mark.path))
        and (not mark.text or mark.text in text)
    )


def shapes_of(secret: str) -> Iterable[str]:
    """Return a secret as a form, a JSON document or a page carries it."""
    sent = (quote_plus(secret), as_a_browser_sends_it(secret), quote(secret, safe=""))
    return dict.fromkeys((secret, *sent, html.escape(secret), json.dumps(secret)[1:-1]))


def _token_parts(link: str) -> list[str]:
    """Return what in a link may be its token: values of its query, long parts of its path.

    A part of a path without a digit is a word of the software: hidden for good, it would be taken
    for a secret wherever it comes back.
    """
    parts = urlsplit(link)
    pairs = [one.partition("=")[2] for one in re.split("[&;]", parts.query)]
    steps = [
        one
        for one in (*parts.path.split("/"), parts.fragment)
        if len(one) >= LONG and re.search(r"\d", one)
    ]
    return [one for one in (*pairs, *steps) if len(one) >= 8]
