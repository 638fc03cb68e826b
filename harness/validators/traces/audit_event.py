"""From a FHIR AuditEvent (R4, TDE) to the normal form of a trace."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.validators.screen.reader import plain
from harness.validators.traces.columns import event_of
from harness.validators.traces.event import TraceEvent
from harness.validators.traces.vocabulary import Kinds

AUDIT_EVENT = "AuditEvent"
_PERSON, _ACCOUNT_ROLES = "1", frozenset({"11", "24"})
"""Codes of audit-entity-type and object-role: a person; a user, a security entity."""
_REQUESTS = frozenset({"demande", "requete", "request"})
_ANSWERS = frozenset({"reponse", "answer", "response"})
_ACCOUNTS = frozenset({"compte", "account", "utilisateur"})
Json = Mapping[str, Any]


def read_audit_event(number: int, data: Json, kinds: Kinds, text: str) -> TraceEvent:
    """Return the trace of an AuditEvent, leniently: what is absent or of another type is ''.

    `text` is the JSON as it came.
    """
    agent, network = _author(data)
    who = _object(agent, "who")
    entities = _Entities(data)
    values = (
        _text(data, "recorded"),
        _text(_object(data, "period"), "start"),
        _action(data),
        _joined(_named(who), _text(agent, "altId"), _text(agent, "name")),
        _joined(*(_concept(one) for one in _objects(agent, "role"))),
        _joined(*entities.persons),
        _joined(*entities.accounts),
        _text(data, "outcome") or _text(data, "outcomeDesc"),
        _joined(_source(data), network),
        " ".join(entities.requests),
        " ".join(entities.answers),
        _joined(_text(data, "outcomeDesc"), *entities.details),
        _text(data, "id"),
    )
    said = "\n".join((_unescaped(data, text), *entities.decoded))
    return event_of(number, values, kinds, said)


def _unescaped(data: Json, text: str) -> str:
    return f"{text}\n{json.dumps(data, ensure_ascii=False)}" if "\\" in text else text


def _author(data: Json) -> tuple[Json, str]:
    """Return the agent that asked for the act, and the network addresses of all agents."""
    agents = _objects(data, "agent")
    asking = [one for one in agents if one.get("requestor") is True]
    network = _joined(*(_text(_object(one, "network"), "address") for one in agents))
    return (asking or agents or [{}])[0], network


def _action(data: Json) -> str:
    told = _joined(*(_coding(one) for one in _objects(data, "subtype")))
    return told or _coding(_object(data, "type"))


def _source(data: Json) -> str:
    source = _object(data, "source")
    return _joined(_named(_object(source, "observer")), _text(source, "site"))


def _named(reference: Json) -> str:
    """Return every way a Reference names what it refers to."""
    return _joined(
        _text(_object(reference, "identifier"), "value"),
        _text(reference, "reference"),
        _text(reference, "display"),
    )


class _Entities:
    """What the entities of an AuditEvent tell, by what they are."""

    def __init__(self, data: Json) -> None:
        self.persons: list[str] = []
        self.accounts: list[str] = []
        self.requests: list[str] = []
        self.answers: list[str] = []
        self.details: list[str] = []
        self.decoded: list[str] = []
        for entity in _objects(data, "entity"):
            self._read(entity)

    def _read(self, entity: Json) -> None:
        what = _object(entity, "what")
        named = _named(what) or _text(entity, "name")
        if _text(_object(entity, "role"), "code") in _ACCOUNT_ROLES:
            self.accounts.append(named)
        elif (
            "Patient/" in _text(what, "reference")
            or _text(what, "type") == "Patient"
            or _text(_object(entity, "type"), "code") == _PERSON
        ):
            self.persons.append(named)
        else:
            self.details.append(_joined(named, _text(entity, "description")))
        if query := _text(entity, "query"):
            self.requests.append(self._decode(query))
        for name, value in self._said(entity):
            self._file(plain(name), value)

    def _said(self, entity: Json) -> Iterator[tuple[str, str]]:
        for one in _objects(entity, "detail"):
            encoded = _text(one, "valueBase64Binary")
            value = self._decode(encoded) if encoded else _text(one, "valueString")
            yield _text(one, "type"), value

    def _file(self, name: str, value: str) -> None:
        if name in _REQUESTS:
            self.requests.append(value)
        elif name in _ANSWERS:
            self.answers.append(value)
        elif name in _ACCOUNTS:
            self.accounts.append(value)
        else:
            self.details.append(value)

    def _decode(self, encoded: str) -> str:
        try:
            text = base64.b64decode(encoded, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return encoded
        self.decoded.append(text)
        return text


def _object(data: Json, name: str) -> Json:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _objects(data: Json, name: str) -> list[Json]:
    value = data.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(data: Json, name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _coding(data: Json) -> str:
    return _text(data, "display") or _text(data, "code")


def _concept(data: Json) -> str:
    return _text(data, "text") or _joined(*(_coding(one) for one in _objects(data, "coding")))


def _joined(*texts: str) -> str:
    return " ".join([one for one in texts if one])
