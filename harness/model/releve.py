"""Relevés: what the software said of an identity, an attempt, a screen, a search, a journal.

A driver files the raw bytes and one of these, so that behaviour rules judge one normal form
whatever the driver was. A relevé travels as JSON under `RELEVE_MEDIA_TYPE`, so it replays.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from harness.model.artefact import RELEVE_MEDIA_TYPE, Artefact
from harness.model.problems import Unreadable


@dataclass(frozen=True)
class Releve:
    """Base of the relevés: serialises to JSON with its `kind`."""

    kind: ClassVar[str] = ""

    def artefact(self, name: str, origin: str = "", exchange: int | None = None) -> Artefact:
        """Return this relevé as an artefact."""
        body = json.dumps(
            {"kind": self.kind, **dataclasses.asdict(self)}, ensure_ascii=False, indent=1
        )
        return Artefact(name, body.encode(), RELEVE_MEDIA_TYPE, origin, exchange)

    @classmethod
    def parse(cls, artefact: Artefact) -> Self:
        """Read a relevé of this kind back from an artefact.

        Raises `Unreadable` when the bytes are not a relevé of the kind.
        """
        try:
            data = json.loads(artefact.content)
        except ValueError as error:
            raise Unreadable(f"{artefact.name} : ce n'est pas un relevé lisible") from error
        if not isinstance(data, dict) or data.pop("kind", None) != cls.kind:
            raise Unreadable(f"{artefact.name} : relevé « {cls.kind} » attendu")
        return cls._from(data)

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True)
class StatusChange:
    """One entry of the history of an identity's status; words as the software gives them."""

    at: str
    by: str
    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True)
class IdentityReleve(Releve):
    """An identity as the software holds it. Empty strings mean "not held"; dates are ISO."""

    kind: ClassVar[str] = "identité"
    patient_id: str
    source: str
    """`api`, `écran`, `flux` or `fhir`: how the software was asked."""
    private_id: str = ""
    status: str = ""
    matricule: str = ""
    oid: str = ""
    nature: str = ""
    birth_name: str = ""
    birth_given_names: str = ""
    first_birth_given_name: str = ""
    birth_date: str = ""
    sex: str = ""
    birth_place_code: str = ""
    used_name: str = ""
    used_given_name: str = ""
    attributes: tuple[str, ...] = ()
    history: tuple[StatusChange, ...] | None = None
    """None when the driver cannot read the history; empty when there is none."""
    proof: str = ""
    """Kind of justificatif recorded at creation, in the code that was submitted."""
    nss: str = ""
    """Social-security number kept for reimbursement, apart from the matricule."""

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        history = data.pop("history", None)
        data["attributes"] = tuple(data.get("attributes", ()))
        entries = None if history is None else tuple(StatusChange(**entry) for entry in history)
        return cls(**data, history=entries)


@dataclass(frozen=True)
class AttemptReleve(Releve):
    """An act that the software accepted or refused."""

    kind: ClassVar[str] = "tentative"
    act: str
    """`création`, `appel INSi`, `validation`…"""
    accepted: bool
    message: str = ""
    """What the software said, as it said it."""
    code: str = ""
    """HTTP status, code CR or MSA-1, as text."""
    patient_id: str = ""
    submitted: dict[str, str] = dataclasses.field(default_factory=dict)
    missing: str = ""
    """Name of the compulsory trait left empty on purpose, if any."""


@dataclass(frozen=True)
class WorkEntry:
    """One line of a work list: what was not integrated, of whom, and from where it came."""

    text: str
    patient_id: str = ""
    message_id: str = ""
    source: str = ""
    at: str = ""


@dataclass(frozen=True)
class WorkListReleve(Releve):
    """The work list of the software: what waits for somebody."""

    kind: ClassVar[str] = "liste de travail"
    entries: tuple[WorkEntry, ...] = ()

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        data["entries"] = tuple(WorkEntry(**entry) for entry in data.get("entries", ()))
        return cls(**data)


@dataclass(frozen=True)
class ScreenField:
    """A labelled value of a page, or a field of a form."""

    label: str
    value: str
    required: bool = False
    editable: bool = False


@dataclass(frozen=True)
class ScreenReleve(Releve):
    """A page as a user sees it: labelled values in order, alerts, buttons, whole visible text."""

    kind: ClassVar[str] = "écran"
    page: str
    """`patient`, `création`, `compte`, `réglages`…"""
    url: str
    title: str
    at: str
    fields: tuple[ScreenField, ...] = ()
    alerts: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    text: str = ""

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        data["fields"] = tuple(ScreenField(**entry) for entry in data.get("fields", ()))
        data["alerts"] = tuple(data.get("alerts", ()))
        data["buttons"] = tuple(data.get("buttons", ()))
        return cls(**data)


@dataclass(frozen=True)
class AccountReleve(Releve):
    """A patient's account: who it belongs to and which matricule it is bound to."""

    kind: ClassVar[str] = "compte"
    account_id: str
    login: str
    patient_id: str
    matricule: str = ""


@dataclass(frozen=True)
class SearchReleve(Releve):
    """A search and what it found: ids of the software, in its order."""

    kind: ClassVar[str] = "recherche"
    criteria: dict[str, str]
    """What was typed: `birth_date` (ISO), `name`, `given_name`, `matricule`…"""
    found: tuple[str, ...] = ()
    accepted: bool = True
    """False when the software refused to search."""
    message: str = ""
    source: str = "api"
    """`api`, `fhir` or `écran`: how the software was asked."""

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        data["found"] = tuple(data.get("found", ()))
        return cls(**data)


@dataclass(frozen=True)
class TraceEntry:
    """One line of a journal, in the software's words. Empty strings mean "not said"."""

    at: str
    by: str
    action: str
    patient_id: str = ""
    detail: str = ""
    result: str = ""
    code: str = ""
    """CodeCR of an INSi call."""
    mode: str = ""
    """`traits`, `vitale`… of an INSi call."""
    partner: str = ""
    before: str = ""
    """Former values of a change, as text."""
    after: str = ""
    answer: str = ""
    """What INSi returned, as the journal keeps it."""
    sender: str = ""
    recipient: str = ""


@dataclass(frozen=True)
class TraceReleve(Releve):
    """The lines of the software's journal that concern one person, oldest first."""

    kind: ClassVar[str] = "traces"
    patient_id: str
    entries: tuple[TraceEntry, ...] = ()

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        data["entries"] = tuple(TraceEntry(**one) for one in data.get("entries", ()))
        return cls(**data)


@dataclass(frozen=True)
class CallSeen:
    """One call that reached a simulator: when (ISO, UTC), about whom, and which operation."""

    at: str
    private_id: str
    operation: str


@dataclass(frozen=True)
class CallsReleve(Releve):
    """The calls that reached a simulator about the persons of a scenario, in their order."""

    kind: ClassVar[str] = "appels"
    service: str
    calls: tuple[CallSeen, ...] = ()

    @classmethod
    def _from(cls, data: dict[str, Any]) -> Self:
        data["calls"] = tuple(CallSeen(**one) for one in data.get("calls", ()))
        return cls(**data)
