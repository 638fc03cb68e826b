"""What a scenario acts through: identities, GAP flows, screens, accounts and INSi.

Each desk speaks to the drivers of the target and to the simulators in the words of a scenario,
draws fresh persons from the cast, and turns a missing precondition into INCONCLUSIVE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.cast import Cast
from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.profile import Profile
from harness.model.releve import AttemptReleve, ScreenReleve
from harness.targets.base import AccountRef, Attempt, IntakeAnswer, PatientRef, Screen

if TYPE_CHECKING:
    from harness.simulators.insi.service import InsiSimulator
    from harness.targets.drivers import Drivers


@dataclass(frozen=True)
class Patient:
    """A patient of the target with the person that the banc means by it."""

    ref: PatientRef
    person: Person
    flow: IntakeAnswer | None = None
    """The flow that created it, when a GAP did."""

    @property
    def traits(self) -> dict[str, str]:
        """Return the ten fields of the person."""
        return self.person.traits()

    @property
    def typed_traits(self) -> dict[str, str]:
        """Return the ten fields without the INS, as they are before it is known."""
        return {**self.traits, "matricule": "", "oid": ""}


CALL_DELAY = 2.0
"""Seconds left for a call to INSi once the software said that it was done."""


class InsiDesk:
    """INSi, simulated: what it knows of the scenario's persons and how it fails."""

    def __init__(self, simulator: InsiSimulator, cast: Cast) -> None:
        self.simulator = simulator
        self._cast = cast

    def knows(self, key: str) -> None:
        """Have INSi know the person of this key."""
        self.simulator.knows(self._cast.person(key))

    def fails_with(self, fault: str, patient: Patient) -> None:
        """Have INSi answer this patient's calls with a named fault."""
        self.simulator.fails_with(fault, patient.person)

    def does_not_confirm(self, key: str) -> None:
        """Have INSi answer KO to the verifications about the person of this key."""
        self.simulator.fails_with("verification-ko", self._cast.person(key))

    def seen(self) -> tuple[int, int]:
        """Return how many calls arrived, and how many connections were refused, so far."""
        return len(self.simulator.journal), len(self.simulator.refused)

    def require_call(self, before: tuple[int, int], said: str = "") -> None:
        """Check that a call arrived since `before` (see `seen`), whatever its answer.

        Raises `Inconclusive` with why: a software that INSi never heard shows nothing, neither by
        what it changed nor by what it left. `said` is what the software told.
        """
        calls, refusals = before
        refused = self.simulator.refused[refusals:]
        if self.simulator.wait_for_more(calls, 0.0 if refused else CALL_DELAY):
            return
        where = f"aucun appel n'est arrivé à INSi (simulé, {self.simulator.url})"
        if refused:
            raise Inconclusive(
                f"{where} : connexion refusée, {' ; '.join(dict.fromkeys(refused))}. À faire : "
                "donnez au logiciel un certificat client en cours de validité, de l'AC de test du "
                "banc ou d'une autorité de simulators.extra_client_ca, et la racine du banc"
            )
        raise Inconclusive(
            f"{where}. Le logiciel a dit : {said or 'rien'}. À faire : vérifiez qu'il appelle bien "
            "cette adresse et qu'il connaît la racine du banc (banc doctor)"
        )

    def answer_for(self, patient: Patient) -> dict[str, str]:
        """Return the traits that INSi holds for a patient, by field name."""
        return {**patient.traits, "used_name": "", "used_given_name": ""}


class IdentityDesk:
    """Create, read, qualify and emit identities by the means that the target offers."""

    def __init__(
        self, drivers: Drivers, cast: Cast, insi: InsiDesk | None, gap: GapDesk, profile: Profile
    ) -> None:
        self._drivers = drivers
        self._cast = cast
        self._insi = insi
        self._gap = gap
        self._profile = profile

    def person(self, key: str) -> Person:
        """Return the person of the scenario drawn from a template."""
        return self._cast.person(key)

    def attempt(
        self, key: str, *, compulsory_only: bool = False, missing: str = "", **changes: Any
    ) -> Attempt:
        """Submit a creation, whatever the software answers.

        `missing` leaves one compulsory trait empty; `changes` replace fields of the person.
        """
        person = typed(self._cast.person(key), compulsory_only, missing, changes)
        attempt = self._drivers.identities.create(person)
        return _noting_missing(attempt, missing)

    def patient(self, key: str, attempt: Attempt) -> Patient:
        """Return the patient that an accepted attempt made.

        Raises `Inconclusive` when it was refused: what follows would have no patient.
        """
        if not attempt.accepted or attempt.patient is None:
            said = AttemptReleve.parse(attempt.releve).message or "sans motif"
            raise Inconclusive(f"la création préalable du patient a été refusée : {said}")
        return Patient(attempt.patient, self._cast.person(key))

    def create(
        self,
        key: str,
        *,
        compulsory_only: bool = False,
        from_insi: bool = False,
        verified: bool = False,
        **changes: Any,
    ) -> Patient:
        """Create a patient, then call INSi or check a document when asked to."""
        attempt = self.attempt(key, compulsory_only=compulsory_only, **changes)
        patient = self.patient(key, attempt)
        if from_insi:
            self.call_insi(patient)
        if verified:
            self.validate(patient)
        return patient

    def qualified(self, key: str) -> Patient:
        """Return a patient whose identity should be qualifiée, by the means of the profile.

        A référentiel d'identités creates it, calls INSi and checks a document; a slave receives
        it validated from its GAP.
        """
        if not self._profile.is_identity_reference:
            return self._gap.creates(key, with_ins=True)
        if self._insi is None:
            raise CapabilityMissing("INSi n'est pas simulé pour cette cible")
        self._insi.knows(key)
        return self.create(key, from_insi=True, verified=True)

    def read(self, patient: Patient) -> Artefact:
        """Return the relevé of the identity that the software holds."""
        return self._drivers.identities.read(patient.ref)

    def read_if_there(self, patient: Patient) -> dict[str, Artefact]:
        """Return what is left of a patient, by role: `after`, or the `attempt` that found nobody.

        Absence is a finding for a rule, not a missing precondition.
        """
        if self._drivers.identities.find(patient.person.private_id) is not None:
            return {"after": self.read(patient)}
        absence = AttemptReleve(
            "lecture de l'identité",
            accepted=False,
            message="aucun patient sous cet identifiant local",
            patient_id=patient.ref.id,
        )
        return {"attempt": absence.artefact("Recherche par identifiant local")}

    def call_insi(self, patient: Patient, mode: str = "traits", *, arrives: bool = True) -> Attempt:
        """Have the software call INSi for a patient.

        Raises `Inconclusive` when nothing arrived at INSi, unless the software is meant not to
        call (`arrives=False`).
        """
        before = self._insi.seen() if self._insi else (0, 0)
        attempt = self._drivers.insi_call.call_insi(patient.ref, mode)
        if self._insi and arrives:
            self._insi.require_call(before, AttemptReleve.parse(attempt.releve).message)
        return attempt

    def validate(self, patient: Patient, document: str = "CN") -> Attempt:
        """Record the check of an identity document of high trust."""
        attempt = self._drivers.verification.verify(patient.ref, document)
        if not attempt.accepted:
            said = AttemptReleve.parse(attempt.releve).message or "sans motif"
            raise Inconclusive(f"le contrôle de la pièce d'identité a été refusé : {said}")
        return attempt

    def screen(self, patient: Patient) -> Screen:
        """Return the page of a patient, as a picture and as a relevé."""
        return self._drivers.screens.patient(patient.ref)

    def printed(self, patient: Patient) -> Artefact:
        """Return the document that the software prints for a patient, as PDF."""
        return self._drivers.printing.print_identity(patient.ref)

    def print_also(self, *traits: str) -> None:
        """Set the further traits that documents print, by field name; none when none is given."""
        self._drivers.printing.choose_traits(traits)

    def emit(self, patient: Patient, *, over: str, event: str = "A31") -> Artefact:
        """Have the software send the identity to a partner and return the message received."""
        if over != "ihe-pam":
            raise CapabilityMissing(f"émission par « {over} » : seul « ihe-pam » est offert")
        return self._drivers.emission.emit(patient.ref, event)

    def partner_view(self, patient: Patient) -> Artefact:
        """Return the FHIR Patient as a partner reads it."""
        return self._drivers.fhir_view.fhir_view(patient.ref)


class GapDesk:
    """Identity flows as the GAP of the same domain sends them (IHE PAM)."""

    def __init__(self, drivers: Drivers, cast: Cast) -> None:
        self._drivers = drivers
        self._cast = cast

    def creates(self, key: str, *, with_ins: bool = False, status: str = "VALI") -> Patient:
        """Send an A28 and return the patient it made; without INS the status is PROV."""
        person = self._cast.person(key)
        flow = self._drivers.intake.send(
            "A28", person, status=status if with_ins else "PROV", with_ins=with_ins
        )
        return Patient(self._found(person, flow), person, flow)

    def gives_ins(self, patient: Patient) -> IntakeAnswer:
        """Send the A31 that associates the validated INS to a patient already known."""
        return self._drivers.intake.send("A31", patient.person, status="VALI", with_ins=True)

    def removes_ins(self, patient: Patient) -> IntakeAnswer:
        """Send the A31 that takes the INS away: same patient, PID-32 PROV, no matricule."""
        return self._drivers.intake.send("A31", patient.person, status="PROV", with_ins=False)

    def updates_unknown(self, key: str) -> IntakeAnswer:
        """Send an A31 about a person that the software never met."""
        person = self._cast.person(key)
        return self._drivers.intake.send("A31", person, status="PROV", with_ins=False)

    def creates_without(self, trait: str, key: str) -> IntakeAnswer:
        """Send an A28 that lacks a compulsory trait."""
        person = self._cast.person(key).without(trait)
        return self._drivers.intake.send("A28", person, status="PROV", with_ins=False)

    def _found(self, person: Person, flow: IntakeAnswer) -> PatientRef:
        found = self._drivers.identities.find(person.private_id)
        if found is None:
            raise Inconclusive(
                f"le patient {person.private_id} envoyé par A28 est introuvable dans le logiciel "
                f"(accusé : {flow.ack.content.decode(errors='replace')[:120]!r})"
            )
        return found


class ScreenDesk:
    """Pages that a scenario opens or fills by itself."""

    def __init__(self, drivers: Drivers, cast: Cast, insi: InsiDesk | None = None) -> None:
        self._drivers = drivers
        self._cast = cast
        self._insi = insi

    def creation_form(self) -> Screen:
        """Return the empty creation form."""
        return self._drivers.screens.creation_form()

    def settings(self) -> Screen:
        """Return the page of settings."""
        return self._drivers.screens.settings()

    def create(self, key: str, *, missing: str = "") -> tuple[Attempt, Screen]:
        """Fill the creation form with the compulsory traits, submit it, return what it says."""
        person = typed(self._cast.person(key), True, missing, {})
        attempt, screen = self._drivers.screens.create(person)
        return _noting_missing(attempt, missing), screen

    def press(self, patient: Patient, action: str, *, arrives: bool = True) -> Screen:
        """Press a button of the patient's page: `insi` or `verification`.

        Raises `Inconclusive` when `insi` made no call arrive, unless none is meant to
        (`arrives=False`).
        """
        before = self._insi.seen() if self._insi else (0, 0)
        screen = self._drivers.screens.press(patient.ref, action)
        if self._insi and action == "insi" and arrives:
            alerts = ScreenReleve.parse(screen.releve).alerts
            self._insi.require_call(before, " ".join(alerts))
        return screen


class AccountDesk:
    """Accounts of patients."""

    def __init__(self, drivers: Drivers) -> None:
        self._drivers = drivers

    def create(self, patient: Patient) -> AccountRef:
        """Open the account of a patient under a private identifier."""
        login = f"usager-{patient.person.private_id.lower()}"
        return self._drivers.accounts.create(patient.ref, login)

    def link(self, account: AccountRef) -> Artefact:
        """Bind the account to the matricule of its patient and return its relevé."""
        self._drivers.accounts.link(account)
        return self._drivers.accounts.read(account)

    def screen(self, account: AccountRef) -> Screen:
        """Return the page of an account."""
        return self._drivers.screens.account(account)

    def expected(self, patient: Patient) -> dict[str, Any]:
        """Return what the account's relevé must say, for the rules."""
        return {"traits": patient.traits, "patient_id": patient.ref.id}


def typed(
    person: Person, compulsory_only: bool, missing: str, changes: Mapping[str, Any]
) -> Person:
    """Return a person as someone types it: without INS, with the changes a scenario asks for."""
    person = replace(person, matricule="", former=())
    if compulsory_only:
        first = person.birth_given_names[:1]
        person = replace(person, birth_given_names=first, used_name="", used_given_name="")
    if changes:
        person = replace(person, **changes)
    return person.without(missing) if missing else person


def _noting_missing(attempt: Attempt, missing: str) -> Attempt:
    if not missing:
        return attempt
    releve = replace(AttemptReleve.parse(attempt.releve), missing=missing)
    filed = releve.artefact(attempt.releve.name, attempt.releve.origin, attempt.releve.exchange)
    return replace(attempt, releve=filed)
