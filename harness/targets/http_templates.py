"""Templates of a declared request: `{placeholders}` of the target file filled with our values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from harness.targets.releves import said
from harness.targets.target import Operation

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ABSENT = object()


def body_of(operation: Operation, values: Mapping[str, Any]) -> tuple[bytes | None, str]:
    """Return the body of a request and its media type; (None, '') when it has none."""
    if operation.json is not None:
        document = mapped(operation.json, values)
        return json.dumps(document, ensure_ascii=False).encode(), "application/json"
    if operation.form is not None:
        pairs = mapped(operation.form, values)
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    return None, ""


def mapped(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill a template; a key that only held an empty placeholder is left out."""
    texts = {name: said(one) for name, one in values.items()}
    done = {filled(key, texts): _template(value, values) for key, value in template.items()}
    return {key: value for key, value in done.items() if value is not _ABSENT}


def _template(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return mapped(value, values)
    if isinstance(value, (list, tuple)):
        return [one for one in (_template(v, values) for v in value) if one is not _ABSENT]
    if not isinstance(value, str) or not PLACEHOLDER.search(value):
        return value
    alone = PLACEHOLDER.fullmatch(value)
    if alone and isinstance(values.get(alone[1]), (int, list, tuple, dict)):
        whole = values[alone[1]]  # a yes or no, a number, a list or a table keeps its JSON type
        return list(whole) if isinstance(whole, tuple) else whole
    text = filled(value, {name: said(one) for name, one in values.items()})
    return text or _ABSENT


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders replaced; an unknown one becomes empty."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template)
