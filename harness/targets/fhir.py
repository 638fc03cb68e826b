"""Driver `fhir`: identities through a FHIR R4 REST interface (FR Core Patient)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from harness.model.artefact import FHIR_MEDIA_TYPE, Artefact
from harness.model.identity import Person
from harness.model.releve import AttemptReleve, SearchReleve
from harness.targets.base import Attempt, PatientRef, SearchAnswer
from harness.targets.fhir_patient import patient_of, values_of, with_changes
from harness.targets.http_client import Answer, HttpClient
from harness.targets.json_path import JsonPath
from harness.targets.releves import creation_releve, identity_releve, said
from harness.targets.target import FhirOptions

_HEADERS = {"Accept": FHIR_MEDIA_TYPE, "Content-Type": f"{FHIR_MEDIA_TYPE}; charset=utf-8"}
_GENDERS = {"M": "male", "F": "female"}


class FhirIdentities:
    """Offers `Identities`, `Search` and `FhirView` over one HTTP session."""

    def __init__(self, client: HttpClient, options: FhirOptions) -> None:
        self._client = client
        self._options = options

    def create(self, person: Person) -> Attempt:
        """Post the person as an FR Core Patient, traits alone."""
        resource = patient_of(person, self._options.private_id_system)
        sent, answer = self._send("POST", "/Patient", resource)
        accepted = self._accepted(answer, (200, 201))
        patient = self._created(answer) if accepted else None
        releve = creation_releve(
            person,
            accepted=accepted,
            message="" if accepted else _diagnostics(answer),
            code=str(answer.status),
            patient_id=patient.id if patient else "",
        )
        artefact = releve.artefact("Création de l'identité (relevé)", answer.label, answer.exchange)
        return Attempt(accepted, patient, artefact, (sent, answer.artefact("Réponse FHIR")))

    def read(self, patient: PatientRef) -> Artefact:
        """Return the relevé of the Patient that the interface gives."""
        answer = self._get(patient)
        values = values_of(answer.json("une ressource Patient"))
        releve = identity_releve(patient.id, "fhir", values)
        return releve.artefact("Identité lue par FHIR (relevé)", answer.label, answer.exchange)

    def fhir_view(self, patient: PatientRef) -> Artefact:
        """Return the Patient as bytes, as a partner reads it."""
        answer = self._get(patient)
        answer.json("une ressource Patient")
        return answer.artefact("Patient FHIR lu par un partenaire")

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Read the Patient, change the fields, and put it back."""
        before = self._get(patient).json("une ressource Patient")
        sent, answer = self._send("PUT", _path(patient), with_changes(before, changes))
        accepted = self._accepted(answer, (200, 201, 204))
        releve = AttemptReleve(
            act="modification",
            accepted=accepted,
            message="" if accepted else _diagnostics(answer),
            code=str(answer.status),
            patient_id=patient.id,
            submitted=dict(changes),
        )
        artefact = releve.artefact(
            "Modification de l'identité (relevé)", answer.label, answer.exchange
        )
        return Attempt(accepted, patient, artefact, (sent, answer.artefact("Réponse FHIR")))

    def find(self, private_id: str) -> PatientRef | None:
        """Search by the local identifier, `system|value`."""
        return next(iter(self.bearers(private_id)), None)

    def bearers(self, private_id: str) -> tuple[PatientRef, ...]:
        """Search by the local identifier, and return all who bear it."""
        token = f"{self._options.private_id_system}|{private_id}"
        found = self._search({"identifier": token})
        return tuple(one for one in found if one.private_id == private_id)

    def search(self, **criteria: str) -> SearchAnswer:
        """Search by `birth_date`, `name`, `given_name`, `sex` or `matricule`."""
        names, given = self._options.search, {k: v for k, v in criteria.items() if v}
        params = {names.get(key, key): _GENDERS.get(v, v) for key, v in given.items()}
        answer = self._asked(params, accept_statuses=self._options.refusal)
        accepted = self._accepted(answer, (200,))
        found = _patients(answer) if accepted else ()
        releve = SearchReleve(
            criteria=given,
            found=tuple(one.id for one in found),
            accepted=accepted,
            message="" if accepted else _diagnostics(answer),
            source="fhir",
        )
        artefact = releve.artefact("Recherche (relevé)", answer.label, answer.exchange)
        return SearchAnswer(found, artefact, (answer.artefact("Recherche (réponse)"),))

    def close(self) -> None:
        """Close the session."""
        self._client.close()

    def _search(self, params: Mapping[str, str]) -> tuple[PatientRef, ...]:
        answer = self._asked(params)
        if answer.status != 200:
            raise answer.unexpected("un Bundle de recherche, statut 200")
        return _patients(answer)

    def _asked(self, params: Mapping[str, str], accept_statuses: Collection[int] = ()) -> Answer:
        return self._client.send(
            "GET",
            f"{self._options.base}/Patient",
            headers=self._headers(),
            params=params,
            accept_statuses=accept_statuses,
        )

    def _get(self, patient: PatientRef) -> Answer:
        answer = self._client.send(
            "GET", f"{self._options.base}{_path(patient)}", headers=self._headers()
        )
        if answer.status != 200 or _kind(answer.json("une ressource Patient")) != "Patient":
            raise answer.unexpected("une ressource Patient, statut 200")
        return answer

    def _send(self, method: str, path: str, resource: Any) -> tuple[Artefact, Answer]:
        body = json.dumps(resource, ensure_ascii=False).encode()
        answer = self._client.send(
            method,
            f"{self._options.base}{path}",
            headers=self._headers(),
            body=body,
            accept_statuses=self._options.refusal,
        )
        sent = Artefact("Patient FHIR envoyé", body, FHIR_MEDIA_TYPE, answer.label, answer.exchange)
        return sent, answer

    def _headers(self) -> dict[str, str]:
        return {**_HEADERS, **self._options.headers}

    def _accepted(self, answer: Answer, success: tuple[int, ...]) -> bool:
        if answer.status in success:
            return True
        # A refusal speaks the language of the interface; anything else is a page in the way.
        if answer.status in self._options.refusal and "json" in answer.content_type:
            answer.json("un OperationOutcome")
            return False
        statuses = ", ".join(map(str, (*success, *self._options.refusal)))
        raise answer.unexpected(f"du FHIR JSON, statut {statuses}")

    def _created(self, answer: Answer) -> PatientRef:
        place = next((v for k, v in answer.headers.items() if k.lower() == "location"), "")
        resource = answer.json("le Patient créé") if answer.body else {}
        found = said(resource.get("id")) if _kind(resource) == "Patient" else ""
        key = found or _id_in(place)
        if not key:
            raise answer.unexpected("l'identifiant du Patient créé (corps ou en-tête Location)")
        return PatientRef(key, values_of(resource)["private_id"] or self._private_id(key))

    def _private_id(self, key: str) -> str:
        return values_of(self._get(PatientRef(key)).json())["private_id"]


def _patients(answer: Answer) -> tuple[PatientRef, ...]:
    bundle = answer.json("un Bundle de recherche")
    if _kind(bundle) != "Bundle":
        raise answer.unexpected("un Bundle de recherche, statut 200")
    resources = JsonPath.parse("entry[*].resource").all(bundle)
    return tuple(
        PatientRef(said(one.get("id")), values_of(one)["private_id"])
        for one in resources
        if _kind(one) == "Patient"
    )


def _path(patient: PatientRef) -> str:
    return f"/Patient/{quote(patient.id, safe='')}"


def _kind(resource: Any) -> str:
    return said(resource.get("resourceType")) if isinstance(resource, dict) else ""


def _id_in(location: str) -> str:
    _, found, tail = location.partition("/Patient/")
    return tail.partition("/")[0] if found else ""


def _diagnostics(answer: Answer) -> str:
    issues = JsonPath.parse("issue[*]").all(answer.json("un OperationOutcome"))
    texts = [said(one.get("diagnostics")) or said(one.get("details")) for one in issues]
    return " ; ".join(text for text in texts if text)
