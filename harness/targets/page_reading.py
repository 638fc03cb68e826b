"""Reading a page as a user sees it: by script in a browser, by lxml on bare HTML.

Both give the same shape: labelled values in document order (`dt`/`dd`, table cells under their
heading, controls under their label), alerts, buttons, and the whole visible text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.model.releve import ScreenField, ScreenReleve

ALERTS = '[role="alert"], [role="alertdialog"], [aria-live="assertive"]'
"""CSS selector of the alerts of an accessible page, unless the target file names another."""

EXTRACT = r"""
(alerts) => {
  const shown = (el) => el.getClientRects().length > 0
    && getComputedStyle(el).visibility !== 'hidden';
  const words = (el) => (el ? el.innerText : '').replace(/\s+/g, ' ').trim();
  const heading = (cell) => {
    const row = cell.parentElement, table = cell.closest('table');
    const own = row ? row.querySelector('th') : null;
    if (own && own !== cell) return words(own);
    const head = table ? table.querySelector('thead tr') || table.querySelector('tr') : null;
    const column = head ? head.children[cell.cellIndex] : null;
    return column && column.tagName === 'TH' ? words(column) : '';
  };
  const control = (el) => {
    const label = el.labels && el.labels.length ? words(el.labels[0])
      : el.getAttribute('aria-label') || el.title || '';
    let value = el.value;
    if (el.tagName === 'SELECT') value = el.selectedOptions.length
      && el.value ? el.selectedOptions[0].text.trim() : '';
    if (el.type === 'checkbox' || el.type === 'radio') value = el.checked ? 'oui' : 'non';
    return {label, value, required: el.required || el.getAttribute('aria-required') === 'true',
            editable: !el.disabled && !el.readOnly};
  };
  const fields = [];
  for (const el of document.querySelectorAll('dd, td, input, select, textarea')) {
    if (!shown(el)) continue;
    if (el.tagName === 'DD') {
      let term = el.previousElementSibling;
      while (term && term.tagName !== 'DT') term = term.previousElementSibling;
      fields.push({label: words(term), value: words(el), required: false, editable: false});
    } else if (el.tagName === 'TD') {
      if (!el.querySelector('input, select, textarea'))
        fields.push({label: heading(el), value: words(el), required: false, editable: false});
    } else if (!['hidden', 'submit', 'button', 'password', 'image'].includes(el.type)) {
      fields.push(control(el));
    }
  }
  const texts = (query) => Array.from(document.querySelectorAll(query))
    .filter(shown).map((el) => words(el) || el.value || '').filter((text) => text);
  return {
    title: document.title, fields,
    alerts: texts(alerts),
    buttons: texts('button, input[type="submit"], [role="button"]'),
    links: Array.from(document.querySelectorAll('a[href]'))
      .filter((el) => shown(el) && !el.closest('nav, header, footer')).map((el) => el.href),
    text: document.body ? document.body.innerText : '',
  };
}
"""
_SILENT = {"hidden", "submit", "button", "password", "image"}
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """Which page it is, where and when it was seen (ISO, UTC)."""

    page: str
    url: str
    at: str


def releve_of(place: Place, seen: Mapping[str, Any]) -> ScreenReleve:
    """Return the relevé of what `EXTRACT` or `read_html` saw."""
    fields = tuple(
        ScreenField(
            label=_label(one["label"]),
            value=str(one["value"]),
            required=bool(one["required"]) or one["label"].rstrip().endswith("*"),
            editable=bool(one["editable"]),
        )
        for one in seen["fields"]
        if _label(one["label"])
    )
    return ScreenReleve(
        page=place.page,
        url=place.url,
        title=str(seen["title"]),
        at=place.at,
        fields=fields,
        alerts=tuple(seen["alerts"]),
        buttons=tuple(seen["buttons"]),
        text=str(seen["text"]),
    )


def _label(text: str) -> str:
    # The mark of a compulsory field and the colon are typography, not the label.
    return text.strip().rstrip("*: \u00a0").strip()


def read_html(content: bytes, alerts: str = ALERTS) -> dict[str, Any]:
    """Return what bare HTML shows, without styles or scripts, in the shape of `EXTRACT`.

    `alerts` is the CSS selector of the alerts.
    """
    from lxml import html

    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    page = html.fromstring(content or b"<html></html>", parser=parser)
    for hidden in page.xpath("//script | //style | //*[@hidden]"):
        hidden.drop_tree()
    return {
        "title": _words(next(iter(page.xpath("//head/title")), None)),
        "fields": list(_fields(page)),
        "alerts": [text for one in page.cssselect(alerts) if (text := _words(one))],
        "buttons": [
            text
            for one in page.xpath("//button | //input[@type='submit'] | //*[@role='button']")
            if (text := _words(one) or one.get("value", ""))
        ],
        "links": page.xpath(
            "//a[not(ancestor::nav or ancestor::header or ancestor::footer)]/@href"
        ),
        "text": _words(next(iter(page.xpath("//body")), page)),
    }


def _fields(page: Any) -> Iterator[dict[str, Any]]:
    for one in page.xpath("//dd | //td | //input | //select | //textarea"):
        if one.tag == "dd":
            term = next(iter(one.xpath("preceding-sibling::dt[1]")), None)
            yield _shown(_words(term), _words(one))
        elif one.tag == "td":
            if not one.xpath(".//input | .//select | .//textarea"):
                yield _shown(_heading(one), _words(one))
        elif one.get("type", "") not in _SILENT:
            yield _control(page, one)


def _shown(label: str, value: str) -> dict[str, Any]:
    return {"label": label, "value": value, "required": False, "editable": False}


def _heading(cell: Any) -> str:
    own = cell.xpath("../th")
    if own:
        return _words(own[0])
    column = len(cell.xpath("preceding-sibling::*"))
    head = cell.xpath("ancestor::table[1]//thead/tr/*") or cell.xpath("ancestor::table[1]//tr[1]/*")
    return _words(head[column]) if column < len(head) and head[column].tag == "th" else ""


def _control(page: Any, one: Any) -> dict[str, Any]:
    labels = page.xpath("//label[@for=$key]", key=one.get("id", "")) or one.xpath("ancestor::label")
    label = _words(labels[0]) if labels else one.get("aria-label", "")
    value = str(one.value or "") if one.tag != "input" else one.get("value", "")
    if one.tag == "select" and value:
        chosen = one.xpath(".//option[@value=$value]", value=value)
        value = _words(chosen[0]) if chosen else value
    if one.get("type") in {"checkbox", "radio"}:
        value = "oui" if one.get("checked") is not None else "non"
    required = one.get("required") is not None or one.get("aria-required") == "true"
    editable = one.get("disabled") is None and one.get("readonly") is None
    return {"label": label, "value": value, "required": required, "editable": editable}


def _words(element: Any) -> str:
    return "" if element is None else _BLANKS.sub(" ", element.text_content()).strip()
