"""What a scenario may ask of a target: one small protocol a capability, and their frozen values.

A driver files the raw bytes and a relevé of what the software said (`harness.model.releve`).
Common errors, all verdict INCONCLUSIVE: `TargetUnreachable` (nothing came), `UnexpectedAnswer`
(something came that is not an answer of the interface), `CapabilityMissing` (no driver). A refusal
by the software is not an error: it is an `Attempt` with `accepted=False`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from harness.model.artefact import Artefact
from harness.model.identity import Person


class Capability(StrEnum):
    """The words of the `[capabilities]` table of a target file."""

    IDENTITIES = "identities"
    IDENTITY_VIEW = "identity_view"
    IDENTITY_LOOKUP = "identity_lookup"
    INSI_CALL = "insi_call"
    VERIFICATION = "verification"
    SEARCH = "search"
    FHIR_VIEW = "fhir_view"
    ACCOUNTS = "accounts"
    SCREENS = "screens"
    EMISSION = "emission"
    INTAKE = "intake"
    EXPORT = "export"
    PRINTING = "printing"
    TRACES = "traces"
    RIGHTS = "rights"
    EDITING = "editing"
    REGISTRATION = "registration"
    ATTRIBUTES = "attributes"
    VALIDATION_SETTINGS = "validation_settings"
    WORK_LIST = "work_list"
    INS_VERIFICATION = "ins_verification"
    MESSAGES = "messages"
    SIGN_IN = "sign_in"
    PEOPLE = "people"
    DIRECTORY = "directory"
    SECURITY = "security"
    CLOCK = "clock"
    PSC = "psc"
    ACTIONS = "actions"
    AUDIT = "audit"


CAPABILITY_LABELS: dict[Capability, str] = {
    Capability.IDENTITIES: "créer et modifier une identité",
    Capability.IDENTITY_VIEW: "lire une identité, son statut et son historique",
    Capability.IDENTITY_LOOKUP: "retrouver un patient par son identifiant local",
    Capability.INSI_CALL: "déclencher un appel INSi",
    Capability.VERIFICATION: "enregistrer le contrôle d'une pièce d'identité",
    Capability.SEARCH: "rechercher un patient par traits ou par matricule",
    Capability.FHIR_VIEW: "lire le Patient FHIR qu'un partenaire reçoit",
    Capability.ACCOUNTS: "gérer le compte d'un usager",
    Capability.SCREENS: "montrer une page du logiciel",
    Capability.EMISSION: "émettre l'identité vers un partenaire (IHE PAM)",
    Capability.INTAKE: "recevoir une identité d'une GAP (IHE PAM)",
    Capability.EXPORT: "exporter les données (portabilité)",
    Capability.PRINTING: "imprimer l'identité d'un patient (PDF)",
    Capability.TRACES: "lire le journal des accès et des actions sur un patient",
    Capability.RIGHTS: "agir sous le compte d'un autre profil",
    Capability.EDITING: "modifier une identité, en utilisateur ordinaire ou privilégié",
    Capability.REGISTRATION: "créer une identité avec son justificatif",
    Capability.ATTRIBUTES: "poser les attributs douteuse et fictive",
    Capability.VALIDATION_SETTINGS: "régler la validation automatique et les contrats de confiance",
    Capability.WORK_LIST: "lire la liste de travail",
    Capability.INS_VERIFICATION: "faire vérifier un INS connu par INSi",
    Capability.MESSAGES: "émettre un ORM, un SIU ou un ORU",
    Capability.SIGN_IN: "se connecter par les pages, et y gérer son compte",
    Capability.PEOPLE: "créer des comptes de professionnels et d'usagers",
    Capability.DIRECTORY: "prendre les données de l'Annuaire Santé",
    Capability.SECURITY: "régler délais, blocages et renouvellements",
    Capability.CLOCK: "avancer l'heure du logiciel",
    Capability.PSC: "se connecter par Pro Santé Connect",
    Capability.ACTIONS: "faire une action métier (note, document, message, bonne pratique)",
    Capability.AUDIT: "extraire les traces fonctionnelles",
}


@dataclass(frozen=True, slots=True)
class PatientRef:
    """A patient of the target: the software's own key and the local identifier (IPP)."""

    id: str
    private_id: str = ""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account of a patient in the target."""

    id: str
    login: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An act and its outcome. `releve` is an `AttemptReleve`; `raw` are the bytes exchanged."""

    accepted: bool
    patient: PatientRef | None
    releve: Artefact
    raw: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search gave. `releve` is a `SearchReleve`; a refusal has no patient."""

    patients: tuple[PatientRef, ...]
    releve: Artefact
    raw: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """A page as proof: its picture and its `ScreenReleve`.

    `degraded` is True when no browser took the picture (HTML kept instead, or a file handed over
    by a person): then a person must look at it.
    """

    image: Artefact
    releve: Artefact
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """A message sent to the target and the acknowledgement that it gave."""

    message: Artefact
    ack: Artefact


class Identities(Protocol):
    """Create, read, change and find identities."""

    def create(self, person: Person) -> Attempt:
        """Submit an identity; a refusal is an attempt that was not accepted."""

    def read(self, patient: PatientRef) -> Artefact:
        """Return the `IdentityReleve` of a patient."""

    def update(self, patient: PatientRef, changes: Mapping[str, str]) -> Attempt:
        """Submit new values by field name (names of `TEN_FIELDS`)."""

    def find(self, private_id: str) -> PatientRef | None:
        """Return the patient who bears this local identifier, if there is one."""

    def bearers(self, private_id: str) -> tuple[PatientRef, ...]:
        """Return every patient who bears this local identifier: one, unless it was doubled."""


class InsiCall(Protocol):
    """Have the software ask INSi for a patient."""

    def call_insi(self, patient: PatientRef, mode: str = "traits", card: str = "") -> Attempt:
        """Trigger the call (`traits`, or `vitale` with the serial number of the card).

        Accepted when the software took the INS that was answered.
        """


class Verification(Protocol):
    """Record that an identity document was checked."""

    def verify(self, patient: PatientRef, document: str = "CN") -> Attempt:
        """Record a document by its code (CN carte nationale, PA passeport…)."""


class Search(Protocol):
    """Search patients as a user does."""

    def search(self, **criteria: str) -> SearchAnswer:
        """Search by `birth_date`, `name`, `given_name`, `sex`, `matricule` (those given).

        `name` holds the first letters of a birth or used name, `given_name` those of a given name.
        """


class Traces(Protocol):
    """The journal of the software."""

    def traces(self, patient: PatientRef) -> Artefact:
        """Return the `TraceReleve` of a patient: every line that concerns them, oldest first."""


class Rights(Protocol):
    """Acts under the account of another profile (a key of `[drivers.http.users]`, '' for ours)."""

    def login(self, role: str) -> str:
        """Return the name under which the software knows the user of a role."""

    def reach(self, role: str, way: str, patient: PatientRef, **criteria: str) -> Attempt:
        """Try to read a patient's data. `way` is `read`, `search` or `fhir_view`.

        `raw` holds what was answered, refusal included.
        """

    def journal(self, role: str, patient: PatientRef) -> Artefact:
        """Try to read the journal on a patient; a refusal is a `TraceReleve` without a line."""

    def call_insi(self, role: str, patient: PatientRef) -> Attempt:
        """Try to call INSi for a patient."""

    def change(self, role: str, operation: str) -> Attempt:
        """Try to change rights: `right_withdraw` or `right_restore`, as the file describes them."""


class FhirView(Protocol):
    """The FHIR Patient as a partner reads it."""

    def fhir_view(self, patient: PatientRef) -> Artefact:
        """Return the raw FHIR Patient."""


class Accounts(Protocol):
    """Accounts of patients."""

    def create(self, patient: PatientRef, login: str) -> AccountRef:
        """Open an account for a patient."""

    def link(self, account: AccountRef) -> Attempt:
        """Bind the account to the matricule of its patient."""

    def read(self, account: AccountRef) -> Artefact:
        """Return the `AccountReleve` of an account."""


class Screens(Protocol):
    """Pages as a professional sees them."""

    def patient(self, patient: PatientRef) -> Screen:
        """Return the page of a patient."""

    def creation_form(self) -> Screen:
        """Return the empty creation form."""

    def account(self, account: AccountRef) -> Screen:
        """Return the page of an account."""

    def settings(self) -> Screen:
        """Return the page of settings."""

    def show(self, name: str, key: str = "") -> Screen:
        """Return a page by its name in `[drivers.screens.pages]`: `rights`, `traces`…"""

    def reach(self, patient: PatientRef) -> Screen:
        """Return what the address of a patient's page shows, a refusal included."""

    def search(self, **criteria: str) -> tuple[SearchAnswer, Screen]:
        """Fill the search form, submit it, and return what it found and shows."""

    def create(self, person: Person) -> tuple[Attempt, Screen]:
        """Fill the creation form, submit it, and return what the page then says."""

    def press(self, patient: PatientRef, action: str) -> Screen:
        """Press a button of the patient's page (`insi` or `verification`)."""

    def close(self) -> None:
        """Close the browser."""


class Export(Protocol):
    """The portability export: everything that the target holds, in open formats."""

    def take(self) -> Artefact:
        """Return the export: a ZIP, or one file of JSON, XML or CSV."""

    def documentation(self) -> Artefact | None:
        """Return what documents the export, None when it is inside the export, or nowhere."""


class Printing(Protocol):
    """Documents that the target prints, as PDF."""

    def print_identity(self, patient: PatientRef) -> Artefact:
        """Return the PDF that the software prints for a patient (media type application/pdf)."""

    def choose_traits(self, traits: tuple[str, ...]) -> None:
        """Set the further traits to print, by field name (names of `TEN_FIELDS`)."""


class Emission(Protocol):
    """Identity messages that the target sends to a partner: our MLLP listener."""

    def emit(self, patient: PatientRef, event: str = "A31") -> Artefact:
        """Have the target send the identity, and return the bytes received (no MLLP frame).

        Raises `TargetUnreachable` when no message of this patient came before the deadline.
        """

    def awaited(self, patient: PatientRef, mark: int, event: str) -> Artefact | None:
        """Wait for a message of this event about a patient since a mark.

        At the deadline return the first one about the patient, whatever its event, or None.
        """

    def sent(self, patient: PatientRef, mark: int, control_id: str, kind: str) -> Artefact:
        """Return a message that was just set off, by its control id when it is known.

        Raises `TargetUnreachable` when it did not come before the deadline.
        """

    def mark(self) -> int:
        """Return a mark: what was received so far is before it."""

    def emitted_since(self, mark: int) -> tuple[Artefact, ...]:
        """Return every message received since a mark, in order, whoever it concerns."""


class Intake(Protocol):
    """Identity messages sent to the target as a GAP does."""

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
        """Send an ADT, or an ORM, a SIU or an ORU, and return it with its acknowledgement.

        `status` is PID-32 (`VALI`, `PROV`, or empty); `previous` the local identifier that A40
        merges or A47 replaces; `domain` the identification domain that speaks, in the words of
        `drivers.hl7v2.domains` (empty: the GAP's own).
        """
