"""What a scenario does to identities besides creating them: change, mark, prove, verify."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.acting import Patient
from harness.cast import Cast
from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.problems import Inconclusive
from harness.model.releve import AttemptReleve
from harness.targets.base import Attempt, Capability, Screen
from harness.targets.identity_acts import SUPER_USER
from harness.validators.ins.matricule import matricule_key

if TYPE_CHECKING:
    from harness.targets.drivers import Drivers
    from harness.targets.identity_acts import IdentityActs

_OTHER_VALUES = {
    "birth_name": ("LEVERRIER", "MASSONNEAU"),
    "birth_given_names": ("SOLENE MAUD", "GWENAEL TRISTAN"),
    "birth_date": ("1961-04-17", "1974-11-05"),
    "birth_place_code": ("35238", "44109"),
    "used_name": ("ARVENNES", "BELLAMY"),
    "used_given_name": ("MAE", "LOIS"),
}
"""Two valid values of each field: one of them is never that of the person."""


class EditingDesk:
    """Change the traits of an identity, as an ordinary user or as a super-user."""

    def __init__(self, drivers: Drivers) -> None:
        self._drivers = drivers

    def change(self, patient: Patient, trait: str) -> Attempt:
        """Ask, as an ordinary user, for another valid value of one trait."""
        acts = self._drivers.acts(Capability.EDITING)
        return acts.update(patient.ref, _another(patient, trait))

    def change_as_super_user(self, patient: Patient, trait: str) -> Attempt:
        """Ask, as a super-user, for another valid value of one trait."""
        acts = self._drivers.acts(Capability.EDITING, SUPER_USER)
        return acts.update(patient.ref, _another(patient, trait))

    def change_first_name(self, patient: Patient, first_name: str) -> Attempt:
        """Ask, as an ordinary user, for a first birth given name."""
        acts = self._drivers.acts(Capability.EDITING)
        return acts.update(patient.ref, {"first_birth_given_name": first_name})

    def mark(self, patient: Patient, attribute: str) -> Attempt:
        """Set the attribute `douteuse` or `fictive`.

        Raises `Inconclusive` when the software refuses it: what follows would have no subject.
        """
        return _accepted(self.try_mark(patient, attribute), f"l'attribut « {attribute} »")

    def try_mark(self, patient: Patient, attribute: str) -> Attempt:
        """Ask for an attribute, whatever the software answers."""
        return self._drivers.acts(Capability.ATTRIBUTES).mark(patient.ref, attribute)

    def verify_ins(self, patient: Patient) -> Attempt:
        """Have INSi verify the INS that the software holds."""
        return self._drivers.acts(Capability.INS_VERIFICATION).verify_ins(patient.ref)

    def page(self, patient: Patient) -> Screen:
        """Return the page on which an ordinary user changes a patient."""
        return self._drivers.screens.show("edition", patient.ref.id)

    def listen(self) -> int:
        """Return a mark: what the partner received so far is before it."""
        return self._drivers.emission.mark()

    def told(self, patient: Patient, mark: int, *, event: str) -> dict[str, Artefact]:
        """Return what the partner was told of a patient since a mark, by role.

        `subject` is the message of the event that is due, else the first one about the patient;
        `silence` says that none came before the deadline.
        """
        message = self._drivers.emission.awaited(patient.ref, mark, event)
        if message is not None:
            return {"subject": message}
        waited = AttemptReleve("attente d'un message au partenaire", accepted=False)
        return {"silence": waited.artefact("Aucun message reçu par le partenaire")}


class ProofDesk:
    """Justificatifs, trust levels, automatic validation, and the number of reimbursement."""

    def __init__(self, drivers: Drivers, cast: Cast) -> None:
        self._drivers = drivers
        self._cast = cast
        self._switched = False
        self._lowered: list[str] = []
        self._trusted = False

    def register(self, key: str, *, document: str = "", nss: str = "") -> Patient:
        """Create an identity with its justificatif and its number of reimbursement.

        Raises `Inconclusive` when the creation is refused.
        """
        person = self._cast.person(key)
        typed = replace(person, matricule="", former=())
        acts = self._drivers.acts(Capability.REGISTRATION)
        attempt = _accepted(acts.register(typed, document, nss), "la création préalable")
        if attempt.patient is None:
            raise Inconclusive("la création a été acceptée sans identifiant de patient")
        return Patient(attempt.patient, person)

    def number_of_someone_else(self, key: str) -> str:
        """Return a number of reimbursement of 15 characters that is not the person's matricule."""
        return reimbursement_number(self._cast.person(key))

    def validate(self, patient: Patient, document: str) -> Attempt:
        """Ask for a manual validation on a justificatif, whatever the software answers."""
        return self._drivers.verification.verify(patient.ref, document)

    def lower_trust(self, document: str) -> None:
        """Give a kind of justificatif a low trust, until the end of the scenario."""
        self._settings.set_trust(document, high=False)
        self._lowered.append(document)

    def switch_automatism(self, enabled: bool) -> None:
        """Switch automatic validation; it is off again at the end of the scenario."""
        self._settings.switch_automatic_validation(enabled)
        self._switched = enabled

    def trust(self, *domains: str) -> None:
        """Put these domains under a contract of trust, until the end of the scenario."""
        hl7v2 = self._drivers.target.drivers.hl7v2
        names = [hl7v2.speaking_for(domain).sending_facility for domain in domains]
        self._settings.trust_domains(names)
        self._trusted = bool(names)

    def restore(self) -> None:
        """Put back the settings that the scenario changed."""
        if self._switched:
            self.switch_automatism(False)
        if self._trusted:
            self.trust()
        while self._lowered:
            self._settings.set_trust(self._lowered.pop(), high=True)

    @property
    def _settings(self) -> IdentityActs:
        return self._drivers.acts(Capability.VALIDATION_SETTINGS)


def reimbursement_number(person: Person) -> str:
    """Return the number of an insured relative: same shape as a matricule, right key, another."""
    stem = f"2550235238{int(person.matricule[10:13] or '1') % 900 + 99:03}"
    return stem + matricule_key(stem)


def _another(patient: Patient, trait: str) -> dict[str, str]:
    if trait == "sex":
        return {"sex": "F" if patient.person.sex == "M" else "M"}
    held = patient.traits[trait]
    value = next(one for one in _OTHER_VALUES[trait] if one != held)
    changes = {trait: value}
    if trait == "birth_given_names":
        changes["first_birth_given_name"] = value.split()[0]
    return changes


def _accepted(attempt: Attempt, what: str) -> Attempt:
    if not attempt.accepted:
        said = AttemptReleve.parse(attempt.releve).message or "sans motif"
        raise Inconclusive(f"{what} a été refusé : {said}")
    return attempt
