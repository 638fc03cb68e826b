"""Driver `hl7v2`: identity messages from and to the target, over MLLP."""

from __future__ import annotations

from collections.abc import Callable

from harness.model.artefact import HL7V2_MEDIA_TYPE, Artefact
from harness.model.identity import Person
from harness.model.problems import TargetUnreachable
from harness.targets.base import IntakeAnswer, PatientRef
from harness.targets.business_messages import BUSINESS, build_business
from harness.targets.mllp import MllpClient, MllpListener, Received
from harness.targets.pam_messages import Identification, build
from harness.targets.target import Hl7v2Options

Trigger = Callable[[PatientRef, str], str]
"""Sets an emission off; returns the control id of the message when it is known, else ''."""


class MllpEmission:
    """Offers `Emission`: what the target sends to our listener."""

    def __init__(self, listener: MllpListener, trigger: Trigger, delay: float) -> None:
        self._listener = listener
        self._trigger = trigger
        self._delay = delay

    def mark(self) -> int:
        """Return a mark: what was received so far is before it."""
        return self._listener.mark()

    def emitted_since(self, mark: int) -> tuple[Artefact, ...]:
        """Return every message received since a mark."""
        return tuple(one.artefact for one in self._listener.since(mark))

    def emit(self, patient: PatientRef, event: str = "A31") -> Artefact:
        """Set the emission off and wait for the message of this patient."""
        mark = self._listener.mark()
        control_id = self._trigger(patient, event)
        return self.sent(patient, mark, control_id, event)

    def awaited(self, patient: PatientRef, mark: int, event: str) -> Artefact | None:
        """Wait for a message of an event; at the deadline the first one of the patient, or None."""
        concerns = _about(patient, "")

        def due(one: Received) -> bool:
            return concerns(one) and one.header is not None and one.header.event == event

        found = self._listener.wait_for(due, mark, self._delay)
        others = (one for one in self._listener.since(mark) if concerns(one))
        found = found or next(others, None)
        return None if found is None else found.artefact

    def sent(self, patient: PatientRef, mark: int, control_id: str, kind: str) -> Artefact:
        """Wait for a message that was set off after a mark."""
        found = self._listener.wait_for(_about(patient, control_id), mark, self._delay)
        if found is None:
            host, port = self._listener.address
            others = len(self._listener.since(mark))
            raise TargetUnreachable(
                f"aucun message {kind} du patient {patient.private_id or patient.id} n'est arrivé "
                f"sur {host}:{port} en {self._delay:g} s ({others} autre(s) message(s) reçu(s)). "
                "Vérifiez que la cible diffuse vers cette adresse"
            )
        return found.artefact


def _about(patient: PatientRef, control_id: str) -> Callable[[Received], bool]:
    def concerns(one: Received) -> bool:
        if one.header is None:
            return False
        if control_id:
            return one.header.control_id == control_id
        return patient.private_id in one.header.identifiers

    return concerns


class MllpIntake:
    """Offers `Intake`: we play the GAP."""

    def __init__(self, client: MllpClient, options: Hl7v2Options) -> None:
        self._client = client
        self._options = options

    def send(
        self,
        event: str,
        person: Person,
        *,
        status: str = "VALI",
        with_ins: bool = True,
        previous: str = "",
        domain: str = "",
    ) -> IntakeAnswer:
        """Build, send and return a message with its acknowledgement."""
        what = Identification(event, status, with_ins, previous)
        built = build_business if event in BUSINESS else build
        _, content = built(person, what, self._options.speaking_for(domain))
        ack, seq = self._client.send(content)
        origin = f"MLLP, banc → cible, échange {seq}"
        return IntakeAnswer(
            Artefact(f"Message {event} envoyé", content, HL7V2_MEDIA_TYPE, origin, seq),
            Artefact("Acquittement de la cible", ack, HL7V2_MEDIA_TYPE, origin, seq),
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
