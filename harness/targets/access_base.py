"""What a scenario may ask of accounts, directory, settings, clock, actions, traces and PSC.

Small protocols and their frozen answers, as in `base.py`, with the same common errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from harness.model.access import ProfessionalReleve
from harness.model.artefact import Artefact
from harness.model.professional import Professional
from harness.targets.base import Attempt, PatientRef

if TYPE_CHECKING:
    from harness.targets.visiting import Visitor

AUDIT_FORMS = ("fhir", "ndjson", "syslog", "csv", "jsonl")
"""How traces come out; each is the operation `audit_FORM`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How someone is to sign in; without a password the software sends an activation."""

    login: str
    email: str = ""
    phone: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfessionalAccess(Access):
    """The access of a professional. `profile` is in the words of the software."""

    profile: str = ""
    local: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientAccess(Access):
    """The access of a patient. `identity_check` is a justificatif or `case`."""

    identity_check: str = ""
    second_factor: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """An account or a record that was asked for. `releve` is an `AttemptReleve`."""

    accepted: bool
    id: str
    login: str
    releve: Artefact
    raw: tuple[Artefact, ...] = ()
    totp_secret: str = field(default="", repr=False)
    """Base32 key of the second factor, when the software gives it at once."""
    duplicates: tuple[str, ...] = ()
    """Ids of the accounts that the software says are the same person."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Every account of professionals, and the bytes that said it."""

    records: tuple[ProfessionalReleve, ...]
    raw: Artefact


@dataclass(frozen=True, slots=True)
class DirectoryState:
    """What the software says of its data of the Annuaire. `releve` is an `AttemptReleve`."""

    accepted: bool
    loaded_at: str
    """ISO, as the software says it."""
    source: str
    count: str
    releve: Artefact
    raw: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A MSSanté address that the software offers."""

    address: str
    holder: str = ""
    national_id: str = ""


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """What a search of MSSanté addresses gave, and the bytes that said it."""

    found: tuple[Mailbox, ...]
    raw: Artefact


@dataclass(frozen=True, slots=True)
class PscAnswer:
    """What the software says of a PSC session. Values by declared name; tokens never."""

    accepted: bool
    values: Mapping[str, str]
    releve: Artefact
    raw: tuple[Artefact, ...] = ()


class People(Protocol):
    """Accounts of professionals and of patients."""

    def create_professional(self, professional: Professional, access: ProfessionalAccess) -> Opened:
        """Open the account of a professional."""

    def professional(self, record_id: str) -> Artefact:
        """Return the `ProfessionalReleve` of an account."""

    def professionals(self) -> Extraction:
        """Return every account of professionals."""

    def update_professional(self, record_id: str, changes: Mapping[str, str]) -> Attempt:
        """Change `profile`, `email`, `phone` or local data (`local.NAME`)."""

    def refresh_professional(self, record_id: str) -> Attempt:
        """Have the data of an account taken from the Annuaire again."""

    def create_patient_access(self, patient: PatientRef, access: PatientAccess) -> Opened:
        """Open the access of a patient."""

    def change_identity(
        self, account_id: str, changes: Mapping[str, str], identity_check: str = ""
    ) -> Attempt:
        """Change the identity attributes that an account keeps."""


class Directory(Protocol):
    """The data of the Annuaire Santé that the software holds."""

    def refresh(self, way: str) -> DirectoryState:
        """Have it loaded again. `way` is `api` or `extraction`."""

    def status(self) -> DirectoryState:
        """Return when it was loaded, and from where."""

    def create_correspondent(
        self, national_id: str, local: Mapping[str, str] | None = None
    ) -> Opened:
        """Create a correspondant by national identifier."""

    def correspondent(self, record_id: str) -> Artefact:
        """Return the `ProfessionalReleve` of a correspondant."""

    def mailboxes(self, name: str) -> Mailboxes:
        """Search MSSanté addresses by the name of their holder."""


class Security(Protocol):
    """Settings of delays. A refusal is an attempt that was not accepted."""

    def idle_delay(self, seconds: int) -> Attempt:
        """Set after how long without activity a session ends."""

    def lock_policy(self, tries: int, seconds: int) -> Attempt:
        """Set after how many failures an account locks, and for how long."""

    def renewal_delay(self, means: str, days: int) -> Attempt:
        """Set how long a means of identification lives, in the words of the target file."""

    def directory_frequency(self, days: int) -> Attempt:
        """Set how often the data of the Annuaire are taken again."""


class Clock(Protocol):
    """The clock of the software, apart from the dates of its traces."""

    @property
    def offset(self) -> int:
        """Return the seconds by which the clock of the software is ahead of the real one."""

    def shift(self, seconds: int) -> None:
        """Put the clock `seconds` ahead of the real time, whatever it was before.

        Raises `Inconclusive` when the software refuses.
        """

    def reset(self) -> None:
        """Put the clock back to the real time."""


class Actions(Protocol):
    """Business actions that leave a trace. `releve` of an attempt names the act."""

    def note(self, patient: PatientRef, text: str) -> Attempt:
        """Write a visit note."""

    def document(self, patient: PatientRef, title: str, text: str) -> Attempt:
        """File a document."""

    def mailing(self, patient: PatientRef, to: str, subject: str, text: str) -> Attempt:
        """Send a message about a patient."""

    def good_practice(self, key: str) -> Attempt:
        """Read a good practice."""


class Audit(Protocol):
    """The functional traces, taken out of the software."""

    def forms(self) -> tuple[str, ...]:
        """Return the forms of `AUDIT_FORMS` in which traces come out."""

    def take(self, form: str, since: str = "", until: str = "") -> tuple[Artefact, ...]:
        """Return the traces between two instants (ISO; '' without a bound), page by page.

        Raises `UnexpectedAnswer` beyond 10 MB a page, `CapabilityMissing` for another form.
        """

    def alter(self, key: str) -> Attempt:
        """Try to change a trace."""

    def erase(self, key: str) -> Attempt:
        """Try to remove a trace."""


class PscSession(Protocol):
    """The Pro Santé Connect session of a visitor, asked with its cookies."""

    def session(self, visitor: Visitor) -> PscAnswer:
        """Return whose session it is; the software refreshes its token when it is over."""

    def exchange(self, visitor: Visitor, audience: str) -> PscAnswer:
        """Have the software exchange its token for an audience."""

    def introspection(self, visitor: Visitor) -> PscAnswer:
        """Have the software ask Pro Santé Connect about its token."""
