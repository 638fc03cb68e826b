"""Driver `http`: the vendor's own API, described in the target file by requests and JSON paths."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any
from urllib.parse import quote

from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing
from harness.model.releve import (
    AccountReleve,
    AttemptReleve,
    SearchReleve,
    StatusChange,
    TraceEntry,
    TraceReleve,
)
from harness.targets.base import AccountRef, Attempt, PatientRef, SearchAnswer
from harness.targets.http_client import Answer, HttpClient
from harness.targets.http_templates import body_of, filled, mapped
from harness.targets.json_path import JsonPath
from harness.targets.releves import creation_releve, identity_releve, said
from harness.targets.target import HttpOptions, Operation

_HISTORY = {"at": "at", "by": "by", "old": "from", "new": "to", "reason": "reason"}


class Reading:
    """One answer of an operation, read through the paths that the file declares."""

    def __init__(self, operation: Operation, answer: Answer, document: Any) -> None:
        self._operation = operation
        self._document = document
        self.answer = answer

    def text(self, name: str) -> str:
        """Return a declared field as the software said it, or '' when it is not declared."""
        path = self._operation.answer.get(name)
        if path is None:
            return ""
        parsed = JsonPath.parse(path)
        word = said(
            parsed.all(self._document) if "[*]" in parsed.steps else parsed.first(self._document)
        )
        return self._operation.words.get(name, {}).get(word, word)

    def path(self, name: str, default: str) -> str:
        """Return the declared path of a field, or the default."""
        return self._operation.answer.get(name, default)

    def values(self) -> dict[str, str]:
        """Return every declared field by name."""
        return {name: self.text(name) for name in self._operation.answer}

    def all(self, name: str) -> list[Any] | None:
        """Return what a declared path reaches, or None when the file does not declare it."""
        path = self._operation.answer.get(name)
        if path is None:
            return None
        reached = JsonPath.parse(path).all(self._document)
        return reached[0] if len(reached) == 1 and isinstance(reached[0], list) else reached

    @property
    def accepted(self) -> bool:
        """Say whether the software accepted: by its status, and by the condition if declared."""
        if self.answer.status not in self._operation.success:
            return False
        condition = self._operation.accepted
        if condition is None:
            return True
        return said(JsonPath.parse(condition.path).first(self._document)) in condition.values

    def items(self) -> list[Reading]:
        """Return one reading for each element of the declared list."""
        reached = JsonPath.parse(self._operation.items).all(self._document)
        found = reached[0] if len(reached) == 1 and isinstance(reached[0], list) else reached
        return [Reading(self._operation, self.answer, one) for one in found]


class HttpApi:
    """Offers every capability that the file describes by operations."""

    def __init__(
        self, client: HttpClient, options: HttpOptions, also_refused: Collection[int] = ()
    ) -> None:
        """Speak as the user of `client`; `also_refused` are statuses that mean a refusal to it."""
        self._client = client
        self._options = options
        self._also_refused = tuple(also_refused)

    def close(self) -> None:
        """Close the session."""
        self._client.close()

    def call(self, name: str, /, **values: Any) -> Reading:
        """Send one declared operation and read its answer.

        Raises `CapabilityMissing` when the file does not describe it.
        """
        operation = self._operation(name)
        answer = self._send(operation, values)
        _require_known_status(operation, answer, self._also_refused)
        # A refusal that only another profile meets may be a page, or nothing at all.
        refused = answer.status in self._also_refused and "json" not in answer.content_type
        empty = refused or (not answer.body and answer.status in operation.success)
        if not empty and answer.content_type != operation.content_type:
            raise answer.unexpected(
                f"{operation.content_type} ({answer.content_type or 'type absent'} reçu)"
            )
        return Reading(operation, answer, None if empty else answer.json())

    def fetch(self, name: str, *media_types: str, **values: Any) -> Answer:
        """Send one declared operation whose answer is a document, not JSON, and return it.

        Raises `CapabilityMissing` when the file does not describe it, `UnexpectedAnswer` for a
        refusal or for a type that is not one of `media_types`.
        """
        operation = replace(self._operation(name), content_type=", ".join(media_types))
        answer = self._send(operation, values)
        _require_known_status(operation, answer)
        if answer.status not in operation.success or answer.content_type not in media_types:
            wanted = " ou ".join(media_types)
            raise answer.unexpected(
                f"un document {wanted} ({answer.content_type or 'type absent'} reçu)"
            )
        return answer

    def describes(self, name: str) -> bool:
        """Say whether the target file describes an operation."""
        return name in self._options.operations

    def _operation(self, name: str) -> Operation:
        operation = self._options.operations.get(name)
        if operation is None:
            raise CapabilityMissing(
                f"le fichier de cible ne décrit pas l'opération « {name} » : ajoutez "
                f"[drivers.http.operations.{name}]"
            )
        return operation

    def probe(self, name: str, **values: str) -> Answer:
        """Send an operation to see whether we are signed in; 4xx but 401 and 403 will do.

        Raises what `call` raises.
        """
        operation = self._options.operations[name]
        answer = self._send(operation, values)
        answer.json(operation.content_type)
        return answer

    def _send(self, operation: Operation, values: Mapping[str, Any]) -> Answer:
        quoted = {name: quote(said(value), safe="") for name, value in values.items()}
        body, content_type = body_of(operation, values)
        headers = {"Accept": operation.content_type, **self._options.headers, **operation.headers}
        if content_type:
            headers["Content-Type"] = content_type
        return self._client.send(
            operation.method,
            filled(operation.path, quoted),
            headers=headers,
            params={k: v for k, v in mapped(operation.query, values).items() if v},
            body=body,
            accept_statuses=(*operation.success, *operation.refusal, *self._also_refused),
        )

    def create(self, person: Person) -> Attempt:
        """Create an identity by the operation `create`."""
        reading = self.call("create", **person.traits(), private_id=person.private_id)
        accepted = reading.accepted
        patient = None
        if accepted:
            key = reading.text("id")
            if not key:
                raise reading.answer.unexpected("l'identifiant du patient créé (answer.id)")
            patient = PatientRef(key, reading.text("private_id") or person.private_id)
        releve = creation_releve(
            person,
            accepted=accepted,
            message=reading.text("message"),
            code=reading.text("code") or str(reading.answer.status),
            patient_id=patient.id if patient else "",
        )
        return _attempt("Création de l'identité", releve, patient, reading)

    def read(self, patient: PatientRef) -> Artefact:
        """Return the relevé of the internal view of an identity."""
        reading = self.call("read", id=patient.id, private_id=patient.private_id)
        if not reading.accepted:
            raise reading.answer.unexpected("la vue interne d'une identité")
        attributes = reading.all("attributes") or []
        releve = identity_releve(
            patient.id,
            "api",
            reading.values(),
            attributes=tuple(said(one) for one in attributes),
            history=_history(reading),
        )
        origin = reading.answer
        return releve.artefact("Identité (relevé)", origin.label, origin.exchange)

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Change an identity by the operation `update`."""
        return self.act("update", "modification", patient, dict(changes), **changes)

    def act(
        self, name: str, act: str, patient: PatientRef, sent: dict[str, str], **values: Any
    ) -> Attempt:
        """Send an operation about a patient and return what the software made of it."""
        reading = self.call(name, id=patient.id, **values)
        return self._act(act.capitalize(), act, patient, reading, sent)

    def find(self, private_id: str) -> PatientRef | None:
        """Find a patient by the local identifier, operation `find`."""
        return next(iter(self.bearers(private_id)), None)

    def bearers(self, private_id: str) -> tuple[PatientRef, ...]:
        """Find all who bear a local identifier, operation `find`."""
        readings = self._listed("find", private_id=private_id)
        refs = (PatientRef(one.text("id"), one.text("private_id")) for one in readings)
        return tuple(one for one in refs if one.private_id == private_id)

    def search(self, **criteria: str) -> SearchAnswer:
        """Search by criteria, operation `search`; a search that is refused finds nobody."""
        given = {key: value for key, value in criteria.items() if value}
        reading = self.call("search", **given)
        items = reading.items() if reading.accepted else []
        found = tuple(PatientRef(one.text("id"), one.text("private_id")) for one in items)
        releve = SearchReleve(
            criteria=given,
            found=tuple(one.id for one in found),
            accepted=reading.accepted,
            message="" if reading.accepted else reading.text("message"),
        )
        origin = reading.answer
        artefact = releve.artefact("Recherche (relevé)", origin.label, origin.exchange)
        return SearchAnswer(found, artefact, (origin.artefact("Recherche (réponse)"),))

    def traces(self, patient: PatientRef, *, may_refuse: bool = False) -> Artefact:
        """Return the journal on a patient, operation `traces`.

        With `may_refuse` a refusal gives a journal without a line.
        """
        reading = self.call("traces", id=patient.id, private_id=patient.private_id)
        if not reading.accepted and not may_refuse:
            raise reading.answer.unexpected("les lignes du journal sur un patient")
        names = [one.name for one in fields(TraceEntry)]
        items = reading.items() if reading.accepted else []
        lines = [TraceEntry(**{name: one.text(name) for name in names}) for one in items]
        releve = TraceReleve(patient.id, tuple(lines))
        origin = reading.answer
        return releve.artefact("Journal sur le patient (relevé)", origin.label, origin.exchange)

    def _listed(self, name: str, **values: str) -> list[Reading]:
        reading = self.call(name, **values)
        if not reading.accepted:
            raise reading.answer.unexpected("le résultat d'une recherche")
        return reading.items()

    def fhir_view(self, patient: PatientRef) -> Artefact:
        """Return the raw Patient, operation `fhir_view`."""
        reading = self.call("fhir_view", id=patient.id)
        if not reading.accepted:
            raise reading.answer.unexpected("une ressource Patient")
        return reading.answer.artefact("Patient FHIR lu par un partenaire")

    def call_insi(self, patient: PatientRef, mode: str = "traits", card: str = "") -> Attempt:
        """Trigger an INSi call; `card` is the serial number that the mode `vitale` needs."""
        reading = self.call("insi_call", id=patient.id, mode=mode, card=card)
        return self._act("Appel INSi", "appel INSi", patient, reading, {"mode": mode})

    def verify(self, patient: PatientRef, document: str = "CN") -> Attempt:
        """Record the check of a document."""
        reading = self.call("verification", id=patient.id, document=document)
        return self._act(
            "Contrôle de pièce", "validation", patient, reading, {"document": document}
        )

    def emit(self, patient: PatientRef, event: str) -> str:
        """Set an emission off; return the control id of the message, when the software says it."""
        reading = self.call("emit", id=patient.id, event=event)
        if not reading.accepted:
            raise reading.answer.unexpected(f"l'émission d'un message {event}")
        return reading.text("control_id")

    def _act(
        self, name: str, act: str, patient: PatientRef, reading: Reading, sent: dict[str, str]
    ) -> Attempt:
        return attempt_of(act, reading, sent, patient, name)


class HttpAccounts:
    """Offers `Accounts` by the operations `account_create`, `account_link`, `account_read`."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def create(self, patient: PatientRef, login: str) -> AccountRef:
        """Open an account for a patient."""
        reading = self._api.call(
            "account_create", patient_id=patient.id, private_id=patient.private_id, login=login
        )
        key = reading.text("id") if reading.accepted else ""
        if not key:
            raise reading.answer.unexpected("un compte créé et son identifiant (answer.id)")
        return AccountRef(key, reading.text("login") or login)

    def link(self, account: AccountRef) -> Attempt:
        """Bind the account to the matricule of its patient."""
        reading = self._api.call("account_link", id=account.id, login=account.login)
        releve = AttemptReleve(
            act="rattachement du compte",
            accepted=reading.accepted,
            message=reading.text("message"),
            code=reading.text("code") or str(reading.answer.status),
            patient_id=reading.text("patient_id"),
            submitted={"account_id": account.id, "login": account.login},
        )
        patient = PatientRef(releve.patient_id) if releve.patient_id else None
        return _attempt("Rattachement du compte", releve, patient, reading)

    def read(self, account: AccountRef) -> Artefact:
        """Return the relevé of an account."""
        reading = self._api.call("account_read", id=account.id, login=account.login)
        if not reading.accepted:
            raise reading.answer.unexpected("un compte")
        releve = AccountReleve(
            account_id=account.id,
            login=reading.text("login"),
            patient_id=reading.text("patient_id"),
            matricule=reading.text("matricule"),
        )
        origin = reading.answer
        return releve.artefact("Compte (relevé)", origin.label, origin.exchange)


def _require_known_status(
    operation: Operation, answer: Answer, also_refused: Collection[int] = ()
) -> None:
    known = (*operation.success, *operation.refusal, *also_refused)
    if answer.status not in known:
        raise answer.unexpected(f"statut {', '.join(map(str, known))}")


def attempt_of(
    act: str,
    reading: Reading,
    sent: dict[str, str],
    patient: PatientRef | None = None,
    name: str = "",
) -> Attempt:
    """Return what a software made of an act, with the bytes that said it, under a name of theirs.

    The name is that of the act unless it is given.
    """
    releve = AttemptReleve(
        act=act,
        accepted=reading.accepted,
        message=reading.text("message"),
        code=reading.text("code") or str(reading.answer.status),
        patient_id=patient.id if patient else "",
        submitted=sent,
    )
    return _attempt(name or act.capitalize(), releve, patient, reading)


def _attempt(
    name: str, releve: AttemptReleve, patient: PatientRef | None, reading: Reading
) -> Attempt:
    answer = reading.answer
    artefact = releve.artefact(f"{name} (relevé)", answer.label, answer.exchange)
    return Attempt(releve.accepted, patient, artefact, (answer.artefact(f"{name} (réponse)"),))


def _history(reading: Reading) -> tuple[StatusChange, ...] | None:
    entries = reading.all("history")
    if entries is None:
        return None
    declared = {name: reading.path(f"history_{name}", key) for name, key in _HISTORY.items()}
    return tuple(
        StatusChange(**{n: said(JsonPath.parse(p).first(one)) for n, p in declared.items()})
        for one in entries
    )
