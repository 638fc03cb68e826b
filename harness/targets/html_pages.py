"""Bare HTML as a user meets it: its forms filled, its buttons and links found by their text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urljoin

from harness.targets.form_faults import (
    FormFault,
    absent_button,
    absent_controls,
    button_fault,
    captcha_fault,
    captcha_in,
    choice_fault,
    compulsory_fault,
)

_BLANKS = re.compile(r"\s+")
_REFRESH = re.compile(r"(?i)^\s*(\d+)(?:\.\d*)?\s*[;,]\s*url\s*=\s*['\"]?([^'\"]+)")
_AT_ONCE = 5
"""Seconds under which a page that refreshes itself is a redirect."""
_BUTTONS = ".//button[not(@type) or @type='submit'] | .//input[@type='submit' or @type='image']"


@dataclass(frozen=True, slots=True)
class Submission:
    """One request that a form or a link makes."""

    method: str
    url: str
    body: bytes | None = None


class HtmlPage:
    """A parsed page and what may be done on it. `url` is its own address."""

    def __init__(self, content: bytes, url: str) -> None:
        self._content = content
        self._url = url

    @cached_property
    def _root(self) -> Any:
        from lxml import html

        parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
        root = html.fromstring(self._content or b"<html></html>", parser=parser)
        for hidden in root.xpath("//template | //noscript | //*[@hidden]"):
            hidden.drop_tree()
        return root

    @property
    def controls(self) -> tuple[str, ...]:
        """Return the names of the visible controls of the forms, in order, each once."""
        found = self._root.xpath("//input[not(@type='hidden')] | //select | //textarea")
        return tuple(dict.fromkeys(name for one in found if (name := one.get("name"))))

    @property
    def refresh(self) -> str:
        """Return the address to which the page sends by itself, or ''."""
        for one in self._root.xpath("//meta[@content][@http-equiv]"):
            if one.get("http-equiv").lower() == "refresh":
                return redirect_of(one.get("content"), self._url)
        return ""

    @property
    def captcha(self) -> str:
        """Return the name of the captcha that the page holds, or ''."""
        found = self._root.xpath("//script | //iframe | //img | //input | //div | //textarea")
        return captcha_in(one.get(k, "") for one in found for k in ("src", "class", "id", "name"))

    def filled(self, values: Mapping[str, str], text: str) -> Submission:
        """Fill the form that has every control and press its button. Raises `FormFault`."""
        form = self._form_with(values)
        if self.captcha and not any("captcha" in name.casefold() for name in values):
            raise captcha_fault(self.captcha)
        button = self._button_of(form, text)
        for name, value in values.items():
            _fill(form, name, value)
        self._require_filled(form, values)
        return self._submission(form, button)

    def pressed(self, text: str) -> Submission:
        """Press a button or follow a link by its text. Raises `FormFault`."""
        for button in self._root.xpath(_BUTTONS):
            form = self._form_of(button)
            if _name(button) == text and form is not None:
                return self._submission(form, button)
        for link in self._root.xpath("//a[@href]"):
            if _name(link) == text:
                return Submission("GET", urljoin(self._url, link.get("href")))
        raise absent_button(text, self._choices())

    def _choices(self) -> Iterator[str]:
        for one in self._root.xpath(f"{_BUTTONS} | //a[@href]"):
            yield _name(one)

    def _form_with(self, values: Mapping[str, str]) -> Any:
        forms = list(self._root.forms)
        for form in forms:
            if all(name in form.fields for name in values):
                return form
        absent = [n for n in values if not any(n in form.fields for form in forms)]
        raise absent_controls(absent or values, values, self.controls, self.captcha)

    def _buttons(self, form: Any) -> list[Any]:
        outside = self._root.xpath("//*[@form=$key]", key=form.get("id")) if form.get("id") else []
        inside: list[Any] = form.xpath(_BUTTONS)
        return inside + [one for one in outside if one.tag == "button" and one not in inside]

    def _button_of(self, form: Any, text: str) -> Any:
        buttons = self._buttons(form)
        fitting = [one for one in buttons if not text or _name(one) == text]
        if len(fitting) == 1 or (fitting and text):
            return fitting[0]
        if not text and not buttons:
            return None  # sent by the Enter key
        raise button_fault(text, map(_name, buttons))

    def _form_of(self, button: Any) -> Any:
        key = button.get("form")
        for form in self._root.forms:
            if (key and form.get("id") == key) or form in button.iterancestors():
                return form
        return None

    def _require_filled(self, form: Any, values: Mapping[str, str]) -> None:
        sent = {name for name, value in form.form_values() if value.strip()}
        for one in form.xpath(".//input | .//select | .//textarea"):
            name = one.get("name")
            compulsory = one.get("required") is not None or one.get("aria-required") == "true"
            if not compulsory or not name or name in sent or name in values:
                continue
            raise compulsory_fault(name)

    def _submission(self, form: Any, button: Any) -> Submission:
        pairs = [*form.form_values()]
        if button is not None and button.get("name") and button.get("type") != "image":
            pairs.append((button.get("name"), button.get("value", "")))
        own = button.get("formaction") if button is not None else None
        url = urljoin(self._url, own or form.get("action") or self._url)
        if (form.get("method") or "get").upper() == "GET":
            return Submission("GET", f"{url.partition('?')[0]}?{urlencode(pairs)}")
        if "multipart" in (form.get("enctype") or ""):
            raise FormFault(
                "le formulaire s'envoie en multipart/form-data",
                "un formulaire simple",
                'écrivez drivers.visitor.way = "browser"',
            )
        return Submission("POST", url, urlencode(pairs).encode())


def _fill(form: Any, name: str, value: str) -> None:
    control = form.inputs[name]
    kind = control.get("type", "") if hasattr(control, "get") else ""
    if kind == "checkbox":
        control.checked = value not in {"", "non"}
        return
    if getattr(control, "tag", "") == "select":
        value = _option(control, value)
    try:
        form.fields[name] = value
    except ValueError as error:
        raise choice_fault(name, value, getattr(control, "value_options", ())) from error


def _option(control: Any, value: str) -> str:
    for one in control.xpath(".//option"):
        if _name(one) == value and value not in control.value_options:
            return str(one.get("value", _name(one)))
    return value


def _name(element: Any) -> str:
    text = _BLANKS.sub(" ", element.text_content()).strip()
    return text or element.get("value") or element.get("aria-label") or element.get("title") or ""


def redirect_of(content: str, url: str) -> str:
    """Return where a refresh sends the page at `url` at once, or an empty text."""
    found = _REFRESH.match(content)
    if not found or int(found[1]) > _AT_ONCE:
        return ""
    return str(urljoin(url, found[2].strip()))
