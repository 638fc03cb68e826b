"""What a visitor needs to know of a page in a browser: its forms, captchas, compulsory fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from harness.targets.browser_pages import type_in
from harness.targets.form_faults import (
    absent_button,
    absent_controls,
    button_fault,
    captcha_fault,
    captcha_in,
    choice_fault,
    compulsory_fault,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_SUBMITS = 'button[type="submit"], input[type="submit"], input[type="image"], button:not([type])'
SURVEY = r"""
(names) => {
  const shown = (el) => el.getClientRects().length > 0
    && getComputedStyle(el).visibility !== 'hidden';
  const text = (el) => (el.innerText || el.value || el.getAttribute('aria-label') || '')
    .replace(/\s+/g, ' ').trim();
  const within = (root, name) => root.querySelector(`[name="${CSS.escape(name)}"]`) !== null
    || (root.elements && root.elements.namedItem(name) !== null);
  const forms = Array.from(document.forms);
  const index = forms.findIndex((form) => names.every((name) => within(form, name)));
  const controls = Array.from(document.querySelectorAll('input, select, textarea'))
    .filter((el) => el.type !== 'hidden' && el.name).map((el) => el.name);
  const refresh = document.querySelector('meta[http-equiv="refresh" i]');
  return {
    index,
    loose: index < 0 && names.every((name) => within(document, name)),
    absent: names.filter((name) => !within(document, name)),
    controls: Array.from(new Set(controls)),
    choices: Array.from(document.querySelectorAll(
      'button, input[type="submit"], a[href], [role="button"]')).filter(shown).map(text)
      .filter((one) => one),
    marks: Array.from(document.querySelectorAll('script, iframe, img, input, div, textarea'))
      .flatMap((el) => [el.getAttribute('src'), el.getAttribute('class'), el.id,
                        el.getAttribute('name')]).filter((one) => one),
    refresh: refresh ? refresh.getAttribute('content') : '',
  };
}
"""
"""Given names of controls: which form has them all, what is absent, what else is there."""

COMPULSORY = r"""
(form, filled) => {
  const shown = (el) => el.getClientRects().length > 0;
  const groups = (el) => Array.from(form.querySelectorAll(
    `input[type="${el.type}"][name="${CSS.escape(el.name)}"]`));
  const empty = (el) => (el.type === 'radio' || el.type === 'checkbox')
    ? !groups(el).some((one) => one.checked) : !el.value.trim();
  return Array.from(form.querySelectorAll('input, select, textarea'))
    .filter((el) => (el.required || el.getAttribute('aria-required') === 'true')
      && shown(el) && !el.disabled && empty(el) && !filled.includes(el.name))
    .map((el) => el.name || el.id);
}
"""
"""Names of the compulsory controls of a form that nobody filled."""

ACTION = r"""
(button) => button.formAction && button.form && button.hasAttribute('formaction')
  ? button.formAction : (button.form ? button.form.action : '')
"""
"""Address to which a button sends its form; '' when it has none."""

COVER = r"""
(secrets) => {
  const has = (text) => secrets.some((one) => text && text.includes(one));
  const covered = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let shown = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!has(node.data)) continue;
    shown = true;
    covered.push([node, node.data]);
    for (const one of secrets) node.data = node.data.split(one).join('•••');
  }
  for (const el of document.querySelectorAll('input, textarea')) {
    if (!has(el.value)) continue;
    shown = true;
    covered.push([el, el.value]);
    el.value = '•••';
  }
  if (shown) for (const el of document.querySelectorAll('img, svg, canvas')) {
    if (el.getClientRects().length === 0 || el.getBoundingClientRect().width < 80) continue;
    covered.push([el, el.style.visibility]);
    el.style.visibility = 'hidden';
  }
  window.__bancCovered = covered;
}
"""
"""Cover secrets, and with them the images that may code them (a QR code), for a picture."""

UNCOVER = r"""
() => {
  for (const [el, was] of window.__bancCovered || []) {
    if (el.nodeType === Node.TEXT_NODE) el.data = was;
    else if ('value' in el && el.style.visibility !== 'hidden') el.value = was;
    else el.style.visibility = was;
  }
  delete window.__bancCovered;
}
"""


def survey(page: Page, names: Collection[str] = ()) -> dict[str, Any]:
    """Return what `SURVEY` says of a page."""
    found: dict[str, Any] = page.evaluate(SURVEY, list(names))
    return found


class BrowserForm:
    """The form of a page that has given controls, or the whole page when no form has them."""

    def __init__(self, page: Page, scope: Locator) -> None:
        self._page = page
        self._scope = scope

    @classmethod
    def having(cls, page: Page, names: Collection[str]) -> BrowserForm:
        """Find the form that has every control. Raises `FormFault`."""
        seen = survey(page, names)
        captcha = captcha_in(seen["marks"])
        if seen["index"] < 0 and not seen["loose"]:
            raise absent_controls(seen["absent"] or names, names, seen["controls"], captcha)
        if captcha and not any("captcha" in one.casefold() for one in names):
            raise captcha_fault(captcha)
        index = seen["index"]
        return cls(page, page.locator("form").nth(index) if index >= 0 else page.locator("body"))

    @classmethod
    def pressed(cls, page: Page, text: str) -> Locator:
        """Find a button, or else a link, by its text. Raises `FormFault`."""
        for found in (
            page.get_by_role("button", name=text, exact=True),
            page.get_by_role("link", name=text, exact=True),
            page.locator("button, a[href], [role=button]").filter(
                has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")
            ),
        ):
            if found.count():
                return found.first
        raise absent_button(text, survey(page)["choices"])

    def action(self, button: str) -> str:
        """Return the whole address to which a button sends the form, '' when a script does.

        Raises `FormFault` when the button is not there.
        """
        found = self._button(button)
        return str(found.evaluate(ACTION)) if found is not None else ""

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill every control, by its kind. Raises `FormFault` for a choice that is not there."""
        for name, value in values.items():
            self._fill(name, value)

    def require_filled(self, values: Mapping[str, str]) -> None:
        """Raise `FormFault` for a compulsory control that nobody filled."""
        left = self._scope.evaluate(COMPULSORY, list(values))
        if left:
            raise compulsory_fault(left[0])

    def press(self, button: str) -> None:
        """Send the form, the browser's own controls turned off: the software's are judged."""
        self._scope.evaluate("one => { one.noValidate = true; }")
        found = self._button(button)
        if found is not None:
            found.click()
        else:
            self._scope.locator("input").last.press("Enter")

    def _button(self, text: str) -> Locator | None:
        if text:
            found = self._scope.get_by_role("button", name=text, exact=True)
            outside = self._page.get_by_role("button", name=text, exact=True)
            for one in (found, outside):
                if one.count():
                    return one.first
        submits = self._scope.locator(_SUBMITS)
        count = submits.count()
        if not text and count <= 1:
            return submits.first if count else None
        names = [" ".join(one.split()) for one in submits.all_inner_texts()]
        raise button_fault(text, names)

    def _fill(self, name: str, value: str) -> None:
        controls = self._scope.locator(f'[name="{name}"]:not([type="hidden"])')
        if not controls.count():
            controls = self._page.locator(f'[name="{name}"]')
        control = controls.first
        kind = control.evaluate("el => el.tagName === 'SELECT' ? 'select' : el.type")
        if kind in {"radio", "select"}:
            self._choose(controls, kind, name, value)
        elif kind == "checkbox":
            control.set_checked(value not in {"", "non"}, force=True)
        else:
            type_in(control, value)

    def _choose(self, controls: Locator, kind: str, name: str, value: str) -> None:
        if kind == "radio":
            choices = controls.evaluate_all("all => all.map((one) => [one.value, ''])")
        else:
            choices = controls.first.evaluate(
                "el => Array.from(el.options).map((one) => [one.value, one.text.trim()])"
            )
        index = next((i for i, pair in enumerate(choices) if value in pair), -1)
        if index < 0:
            raise choice_fault(name, value, [one for one, _ in choices])
        if kind == "radio":
            controls.nth(index).check(force=True)
        else:
            controls.first.select_option(index=index)
