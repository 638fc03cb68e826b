"""The acts on identities by the driver `http`: one declared operation each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.releve import WorkEntry, WorkListReleve
from harness.targets.base import Attempt, PatientRef
from harness.targets.http import HttpApi
from harness.targets.releves import creation_releve


class HttpActs:
    """Offers `IdentityActs` by operations of the target file, as one user."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Change fields by the operation `update`."""
        return self._api.update(patient, changes)

    def register(self, person: Person, document: str = "", nss: str = "") -> Attempt:
        """Create an identity by the operation `register`."""
        values = {**person.traits(), "private_id": person.private_id}
        reading = self._api.call("register", **values, document=document, nss=nss)
        patient = None
        if reading.accepted:
            key = reading.text("id")
            if not key:
                raise reading.answer.unexpected("l'identifiant du patient créé (answer.id)")
            patient = PatientRef(key, reading.text("private_id") or person.private_id)
        releve = creation_releve(
            person,
            accepted=reading.accepted,
            message=reading.text("message"),
            code=reading.text("code") or str(reading.answer.status),
            patient_id=patient.id if patient else "",
        )
        releve = replace(releve, submitted={**releve.submitted, "proof": document, "nss": nss})
        answer = reading.answer
        artefact = releve.artefact("Création (relevé)", answer.label, answer.exchange)
        raw = (answer.artefact("Création (réponse)"),)
        return Attempt(releve.accepted, patient, artefact, raw)

    def mark(self, patient: PatientRef, attribute: str) -> Attempt:
        """Set an attribute by the operation `attributes`."""
        return self._api.act(
            "attributes", "attribut", patient, {attribute: "true"}, **{attribute: True}
        )

    def switch_automatic_validation(self, enabled: bool) -> None:
        """Change the setting by the operation `automatic_validation`."""
        reading = self._api.call("automatic_validation", enabled=enabled)
        if not reading.accepted:
            raise reading.answer.unexpected("le réglage de la validation automatique")

    def set_trust(self, document: str, *, high: bool) -> None:
        """Change the setting by the operation `document_trust`."""
        level = "haut" if high else "faible"
        reading = self._api.call("document_trust", document=document, level=level, high=high)
        if not reading.accepted:
            raise reading.answer.unexpected("le degré de confiance d'un justificatif")

    def trust_domains(self, facilities: list[str]) -> None:
        """Change the setting by the operation `trust_contracts`."""
        reading = self._api.call("trust_contracts", domains=list(facilities))
        if not reading.accepted:
            raise reading.answer.unexpected("le réglage des contrats de confiance")

    def work_list(self) -> Artefact:
        """Read the list by the operation `work_list`."""
        reading = self._api.call("work_list")
        if not reading.accepted:
            raise reading.answer.unexpected("la liste de travail")
        fields = ("text", "patient_id", "message_id", "source", "at")
        entries = tuple(
            WorkEntry(**{name: one.text(name) for name in fields}) for one in reading.items()
        )
        origin = reading.answer
        return WorkListReleve(entries).artefact(
            "Liste de travail (relevé)", origin.label, origin.exchange
        )

    def verify_ins(self, patient: PatientRef) -> Attempt:
        """Have INSi verify an INS by the operation `ins_verification`."""
        return self._api.act("ins_verification", "vérification INSi", patient, {})

    def send_message(self, patient: PatientRef, kind: str) -> str:
        """Set a message off by the operation `send_message`."""
        reading = self._api.call("send_message", id=patient.id, kind=kind)
        if not reading.accepted:
            raise reading.answer.unexpected(f"l'émission d'un message {kind}")
        return reading.text("control_id")
