"""Read FHIR JSON once for every rule of a check: the resource, or a Bundle and its entries.

An artefact may be the JSON alone or a whole HTTP message, whose start line is then kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from harness.model.artefact import Artefact
from harness.model.check import SUBJECT, Check
from harness.model.problems import Unreadable

T = TypeVar("T")
_START = re.compile(
    rb"(?:(?P<method>[A-Z]{3,7}) (?P<target>\S+)(?: HTTP/[\d.]+)?"
    rb"|HTTP/[\d.]+ (?P<status>\d{3})[^\r\n]*)\r?\n"
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_AUDIT_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource and where it stands. `entry` is its Bundle entry, None for the outermost."""

    path: str
    data: Mapping[str, Any]
    entry: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        """Return the resource type."""
        return str(self.data.get("resourceType", ""))

    @property
    def profiles(self) -> tuple[str, ...]:
        """Return the profiles that the resource declares, as written."""
        meta = self.data.get("meta")
        declared = meta.get("profile") if isinstance(meta, dict) else None
        return tuple(map(str, declared)) if isinstance(declared, list) else ()

    def declares(self, canonical: str) -> bool:
        """Tell whether the resource declares a profile, in whatever version."""
        return any(one.partition("|")[0] == canonical for one in self.profiles)


@dataclass(frozen=True)
class Document:
    """What an artefact holds. `root` is empty for a message without a JSON body."""

    name: str
    root: Mapping[str, Any]
    resources: tuple[Resource, ...]
    """The outermost resource, then those of a Bundle's entries."""
    method: str = ""
    target: str = ""
    status: int = 0
    _views: dict[Callable[..., Any], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def kind(self) -> str:
        """Return the type of the outermost resource, '' without any."""
        return str(self.root.get("resourceType", ""))

    @property
    def entries(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Return (path, entry) of each entry of a Bundle."""
        listed = self.root.get("entry")
        return tuple(
            (f"Bundle.entry[{index}]", one if isinstance(one, dict) else {})
            for index, one in enumerate(listed if isinstance(listed, list) else ())
        )

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        """Return the resources of a type."""
        return tuple(one for one in self.resources if one.data.get("resourceType") == kind)

    def view(self, build: Callable[[Document], T]) -> T:
        """Return `build(self)`, computed once."""
        if build not in self._views:
            self._views[build] = build(self)
        value: T = self._views[build]
        return value


def document(check: Check, role: str = SUBJECT) -> Document | None:
    """Return the document of a role, None when the role is absent.

    Raises `Unreadable` for bytes that are no FHIR JSON.
    """
    return check.read(read_document, role)


def read_document(artefact: Artefact) -> Document:
    """Parse FHIR JSON, alone or as the body of an HTTP message.

    A message without body, or with an AuditMessage in XML, gives a document without resource.
    Raises `Unreadable` for broken JSON and for JSON that is no FHIR resource.
    """
    method, target, status, body = http_parts(artefact.content)
    if method == "POST" and target.partition("?")[0].endswith("/_search"):
        # A search by POST carries its parameters in a form: they are those of a GET.
        joined = f"{target}{'&' if '?' in target else '?'}{body.decode('utf-8', 'replace')}"
        return Document(artefact.name, {}, (), method, joined, status)
    if is_audit_message(body) or ((method or status) and not body.strip()):
        return Document(artefact.name, {}, (), method, target, status)
    root = _resource(artefact.name, body)
    found = [Resource(str(root["resourceType"]), root)]
    if root["resourceType"] == "Bundle":
        entries = root.get("entry", [])
        if not isinstance(entries, list):
            raise Unreadable(f"{artefact.name} : Bundle.entry doit être une liste")
        for index, entry in enumerate(entries):
            inner = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(inner, dict):
                found.append(Resource(f"Bundle.entry[{index}].resource", inner, entry))
    return Document(artefact.name, root, tuple(found), method, target, status)


def http_parts(content: bytes) -> tuple[str, str, int, bytes]:
    """Return method, target, status and body; ('', '', 0, content) for a bare body."""
    start = _START.match(content)
    if start is None:
        return "", "", 0, content
    blank = _BLANK_LINE.search(content, start.end() - 2)
    body = b"" if blank is None else content[blank.end() :]
    method = (start["method"] or b"").decode("ascii")
    target = (start["target"] or b"").decode("utf-8", "replace")
    return method, target, int(start["status"] or 0), body


def is_audit_message(content: bytes) -> bool:
    """Tell whether the bytes are a DICOM AuditMessage in XML, with or without a syslog header."""
    head = content[:_AUDIT_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and b"<AuditMessage" in head


def _resource(name: str, body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{name} : le JSON de FHIR est en UTF-8 ; octet"
            f" 0x{error.object[error.start]:02X} illisible à la position {error.start}"
        ) from error
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"{name} : JSON illisible ligne {error.lineno}, colonne {error.colno}"
        ) from error
    except (RecursionError, ValueError) as error:
        reason = "JSON imbriqué trop profondément" if isinstance(error, RecursionError) else error
        raise Unreadable(f"{name} : {reason}") from error
    if not isinstance(data, dict) or not isinstance(data.get("resourceType"), str):
        raise Unreadable(f"{name} : ressource FHIR attendue (resourceType absent)")
    return data
