"""Flows of another identification domain, the verifications they set off, and other messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.acting import Patient
from harness.cast import Cast
from harness.model.artefact import Artefact
from harness.model.identity import Person
from harness.model.problems import Inconclusive
from harness.model.releve import AttemptReleve, SearchReleve
from harness.targets.base import Capability, IntakeAnswer, PatientRef, Screen
from harness.targets.pam_messages import read_header
from harness.targets.target import THIRD_PARTY

if TYPE_CHECKING:
    from harness.simulators.insi.service import InsiSimulator
    from harness.targets.drivers import Drivers


@dataclass(frozen=True)
class OtherFlow:
    """A person as another domain sends it, under its own local identifier, and its message."""

    person: Person
    answer: IntakeAnswer
    mark: int
    """Exchange before the message: what INSi received later came after it."""

    @property
    def control_id(self) -> str:
        """Return MSH-10 of the message."""
        header = read_header(self.answer.message.content)
        return "" if header is None else header.control_id

    def expected(self, verification: str, **more: Any) -> dict[str, Any]:
        """Return what rules must know: who was sent, and how the verification ends."""
        datum = [self.control_id, self.person.private_id, self.person.birth_name]
        return {
            "act": "autre domaine",
            "verification": verification,
            "traits": self.person.traits(),
            "datum": datum,
            **more,
        }


class DomainDesk:
    """Another identification domain that sends identities with an INS it has qualified."""

    def __init__(self, drivers: Drivers, cast: Cast, simulator: InsiSimulator) -> None:
        self._drivers = drivers
        self._cast = cast
        self._simulator = simulator

    def sends(self, key: str, *, domain: str = THIRD_PARTY, **changes: Any) -> OtherFlow:
        """Send an A28 with a validated INS, under a local identifier of that domain.

        `changes` replace fields of the person, as the other domain holds them.
        """
        own = self._cast.person(key)
        person = replace(own, private_id=f"{domain[:1].upper()}{own.private_id}", **changes)
        mark = max((call.seq for call in self._simulator.journal), default=0)
        answer = self._drivers.intake.send("A28", person, domain=domain)
        return OtherFlow(person, answer, mark)

    def received(self, flow: OtherFlow) -> dict[str, Artefact]:
        """Return what the software holds of an unknown person, by role.

        `after` is the identity; `attempt` says that it is not there.
        """
        found = self._find(flow)
        if found is not None:
            return {"after": self._drivers.identities.read(found)}
        absence = AttemptReleve(
            "lecture de l'identité",
            accepted=False,
            message="aucun patient sous l'identifiant de l'autre domaine",
        )
        return {"attempt": absence.artefact("Recherche par identifiant local")}

    def screen(self, flow: OtherFlow) -> Screen:
        """Return the page of the person received. Raises `Inconclusive` when it is not there."""
        found = self._find(flow)
        if found is None:
            raise Inconclusive("l'identité reçue de l'autre domaine est introuvable")
        return self._drivers.screens.patient(found)

    def verification(self, flow: OtherFlow) -> dict[str, Artefact]:
        """Return the verification that INSi received after a flow, by role.

        `verification` is the request; `silence` says that none came before the deadline.
        """
        try:
            call = self._simulator.wait_for_call(
                flow.person, self._drivers.target.delay(Capability.INS_VERIFICATION), flow.mark
            )
        except Inconclusive as nothing:
            waited = AttemptReleve(
                "attente d'une vérification", accepted=False, message=str(nothing)
            )
            return {"silence": waited.artefact("Aucune demande reçue par INSi")}
        return {"verification": call.request}

    def work_list(self) -> Artefact:
        """Return the relevé of the work list."""
        return self._drivers.acts(Capability.WORK_LIST).work_list()

    def work_page(self) -> Screen:
        """Return the page of the work list."""
        return self._drivers.screens.show("work_list")

    def _find(self, flow: OtherFlow) -> PatientRef | None:
        return self._drivers.identities.find(flow.person.private_id)


class MessageDesk:
    """Orders, appointments and results, in both directions."""

    def __init__(self, drivers: Drivers, cast: Cast) -> None:
        self._drivers = drivers
        self._cast = cast

    def sent(self, patient: Patient, kind: str) -> Artefact:
        """Have the software send an ORM, a SIU or an ORU, and return what the partner received."""
        mark = self._drivers.emission.mark()
        control_id = self._drivers.acts(Capability.MESSAGES).send_message(patient.ref, kind)
        return self._drivers.emission.sent(patient.ref, mark, control_id, kind)

    def receives(self, patient: Patient, kind: str) -> IntakeAnswer:
        """Send the software an ORM, a SIU or an ORU about a patient that it knows."""
        return self._drivers.intake.send(kind, patient.person)

    def bearers(self, patient: Patient) -> Artefact:
        """Return who bears the local identifier of a patient: one record, unless doubled."""
        private_id = patient.person.private_id
        found = tuple(one.id for one in self._drivers.identities.bearers(private_id))
        releve = SearchReleve({"private_id": private_id}, found)
        return releve.artefact("Dossiers sous cet identifiant local (relevé)")

    def introduces(self, key: str, kind: str) -> tuple[Patient, IntakeAnswer]:
        """Send an ORM, a SIU or an ORU about a person that the software never met.

        Raises `Inconclusive` when nobody was recorded.
        """
        person = self._cast.person(key)
        answer = self._drivers.intake.send(kind, person)
        found = self._drivers.identities.find(person.private_id)
        if found is None:
            raise Inconclusive(
                f"le {kind} n'a fait enregistrer personne : le logiciel le refuse-t-il ?"
            )
        return Patient(found, person, answer), answer
