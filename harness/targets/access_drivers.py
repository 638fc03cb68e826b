"""Accounts, directory, settings, clock, actions and traces by the driver `http`.

Each is one declared operation of `[drivers.http.operations]`; its answer is a frozen value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.model.access import ProfessionalReleve
from harness.model.artefact import Artefact
from harness.model.problems import CapabilityMissing, Inconclusive
from harness.model.professional import Professional
from harness.targets.access_base import (
    AUDIT_FORMS,
    Access,
    DirectoryState,
    Extraction,
    Mailbox,
    Mailboxes,
    Opened,
    PatientAccess,
    ProfessionalAccess,
)
from harness.targets.access_visits import LONG, shapes_of
from harness.targets.base import Attempt, PatientRef
from harness.targets.http import HttpApi, Reading, attempt_of

if TYPE_CHECKING:
    from harness.evidence.redaction import Redactor

MAX_PAGES = 200
"""Pages of traces read at most, so that a link that goes round ends."""
_AUDIT_TYPES = (
    *("application/fhir+json", "application/json", "application/x-ndjson", "application/ndjson"),
    *("application/fhir+ndjson", "application/jsonl", "application/jsonlines"),
    *("text/plain", "text/csv", "text/syslog", "application/octet-stream", "application/gzip"),
)
_LOCAL = "local."
_TITLES = {
    "fhir": "Traces (AuditEvent)",
    "ndjson": "Traces (AuditEvent, NDJSON)",
    "syslog": "Traces (syslog, AuditMessage)",
    "csv": "Traces (CSV)",
    "jsonl": "Traces (lignes JSON)",
}


class HttpPeople:
    """Offers `People`."""

    def __init__(self, api: HttpApi, care: HttpApi, redactor: Redactor) -> None:
        """Open accounts of professionals by `api` (their keeper), of patients by `care`."""
        self._api = api
        self._care = care
        self._redactor = redactor

    def create_professional(self, professional: Professional, access: ProfessionalAccess) -> Opened:
        """Open an account by the operation `professional_create`."""
        given = {**_sign_in(access), "profile": access.profile}
        given |= {**professional.traits(), "rpps": professional.rpps}
        values = {**given, **_local(access.local)}
        reading = self._secretly(self._api, "professional_create", access.password, values)
        return _opened("création de compte professionnel", reading, given)

    def professional(self, record_id: str) -> Artefact:
        """Read an account by the operation `professional_read`."""
        return _record(self._api.call("professional_read", id=record_id), "Compte professionnel")

    def professionals(self) -> Extraction:
        """Read every account by the operation `professionals_list`."""
        reading = self._api.call("professionals_list")
        if not reading.accepted:
            raise reading.answer.unexpected("l'extraction des comptes")
        records = tuple(_professional(one) for one in reading.items())
        return Extraction(records, reading.answer.artefact("Extraction des comptes"))

    def update_professional(self, record_id: str, changes: Mapping[str, str]) -> Attempt:
        """Change an account by the operation `professional_update`."""
        plain = {name: value for name, value in changes.items() if not name.startswith(_LOCAL)}
        local = {name.removeprefix(_LOCAL): changes[name] for name in changes if name not in plain}
        values = {**plain, **_local(local)}
        reading = self._api.call("professional_update", id=record_id, **values)
        return attempt_of("modification de compte professionnel", reading, dict(changes))

    def refresh_professional(self, record_id: str) -> Attempt:
        """Have an account taken again by the operation `professional_refresh`."""
        reading = self._api.call("professional_refresh", id=record_id)
        return attempt_of("mise à jour depuis l'annuaire", reading, {"id": record_id})

    def create_patient_access(self, patient: PatientRef, access: PatientAccess) -> Opened:
        """Open the access of a patient by the operation `patient_access`."""
        given = {
            "patient_id": patient.id,
            "private_id": patient.private_id,
            **_sign_in(access),
            "identity_check": access.identity_check,
            "second_factor": access.second_factor,
        }
        reading = self._secretly(self._care, "patient_access", access.password, given)
        return _opened("ouverture de compte", reading, given)

    def change_identity(
        self, account_id: str, changes: Mapping[str, str], identity_check: str = ""
    ) -> Attempt:
        """Change what an account keeps by the operation `account_identity`."""
        reading = self._care.call(
            "account_identity", id=account_id, identity_check=identity_check, **changes
        )
        sent = {**changes, "identity_check": identity_check}
        return attempt_of("changement d'attributs d'identité", reading, sent)

    def _secretly(
        self, api: HttpApi, name: str, password: str, values: Mapping[str, Any]
    ) -> Reading:
        shapes = dict.fromkeys(shapes_of(password), "mot-de-passe") if password else {}
        for shape in shapes:
            if len(shape) >= LONG:
                self._redactor.hide(shape, "mot-de-passe")
        with self._redactor.veil(shapes):
            reading = api.call(name, **values, password=password)
            key = reading.text("totp_secret")
        if len(key) >= LONG:
            self._redactor.hide(key, "clé")
        return reading


class HttpDirectory:
    """Offers `Directory`."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def refresh(self, way: str) -> DirectoryState:
        """Load again by the operation `directory_refresh`."""
        return _directory(self._api.call("directory_refresh", way=way), {"way": way})

    def status(self) -> DirectoryState:
        """Read the state by the operation `directory_status`."""
        return _directory(self._api.call("directory_status"), {})

    def create_correspondent(
        self, national_id: str, local: Mapping[str, str] | None = None
    ) -> Opened:
        """Create a correspondant by the operation `correspondent_create`."""
        given = {"national_id": national_id}
        reading = self._api.call("correspondent_create", **given, **_local(local))
        return _opened("création de correspondant", reading, given)

    def correspondent(self, record_id: str) -> Artefact:
        """Read a correspondant by the operation `correspondent_read`."""
        return _record(self._api.call("correspondent_read", id=record_id), "Correspondant")

    def mailboxes(self, name: str) -> Mailboxes:
        """Search addresses by the operation `mailboxes`."""
        reading = self._api.call("mailboxes", name=name)
        if not reading.accepted:
            raise reading.answer.unexpected("une recherche d'adresses MSSanté")
        fields = ("address", "holder", "national_id")
        found = tuple(Mailbox(*(one.text(f) for f in fields)) for one in reading.items())
        return Mailboxes(found, reading.answer.artefact("Adresses MSSanté (réponse)"))


class HttpSecurity:
    """Offers `Security`."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def idle_delay(self, seconds: int) -> Attempt:
        """Set it by the operation `idle_delay`."""
        return self._set("idle_delay", seconds=seconds)

    def lock_policy(self, tries: int, seconds: int) -> Attempt:
        """Set it by the operation `lock_policy`."""
        return self._set("lock_policy", tries=tries, seconds=seconds)

    def renewal_delay(self, means: str, days: int) -> Attempt:
        """Set it by the operation `renewal_delay`."""
        return self._set("renewal_delay", means=means, days=days)

    def directory_frequency(self, days: int) -> Attempt:
        """Set it by the operation `directory_frequency`."""
        return self._set("directory_frequency", days=days)

    def _set(self, name: str, **values: Any) -> Attempt:
        sent = {key: str(value) for key, value in values.items()}
        return attempt_of(f"réglage {name}", self._api.call(name, **values), sent)


class HttpClock:
    """Offers `Clock` by the operation `clock`."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api
        self._offset = 0

    @property
    def offset(self) -> int:
        """Return by how many seconds the software is ahead."""
        return self._offset

    def shift(self, seconds: int) -> None:
        """Put the clock ahead of the real time."""
        reading = self._api.call("clock", seconds=seconds)
        if not reading.accepted:
            said = reading.text("message") or f"statut {reading.answer.status}"
            raise Inconclusive(
                f"le logiciel a refusé d'avancer son horloge : {said}. À faire : vérifiez "
                "[drivers.http.operations.clock] et la plateforme d'essai"
            )
        self._offset = seconds

    def reset(self) -> None:
        """Put the clock back."""
        self.shift(0)


class HttpActions:
    """Offers `Actions`, as one user."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def note(self, patient: PatientRef, text: str) -> Attempt:
        """Write a note by the operation `note_create`."""
        return self._act("note_create", "note de visite", patient, text=text)

    def document(self, patient: PatientRef, title: str, text: str) -> Attempt:
        """File a document by the operation `document_create`."""
        return self._act("document_create", "dépôt de document", patient, title=title, text=text)

    def mailing(self, patient: PatientRef, to: str, subject: str, text: str) -> Attempt:
        """Send a message by the operation `mailing_create`."""
        return self._act(
            "mailing_create", "envoi de message", patient, to=to, subject=subject, text=text
        )

    def good_practice(self, key: str) -> Attempt:
        """Read a good practice by the operation `good_practice_read`."""
        reading = self._api.call("good_practice_read", key=key)
        return attempt_of("consultation de bonne pratique", reading, {"key": key})

    def _act(self, name: str, act: str, patient: PatientRef, **values: str) -> Attempt:
        reading = self._api.call(name, id=patient.id, private_id=patient.private_id, **values)
        return attempt_of(act, reading, values, patient)


class HttpAudit:
    """Offers `Audit`, as one user."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    def forms(self) -> tuple[str, ...]:
        """Return the forms whose operation is described."""
        return tuple(one for one in AUDIT_FORMS if self._api.describes(f"audit_{one}"))

    def take(self, form: str, since: str = "", until: str = "") -> tuple[Artefact, ...]:
        """Return the traces by the operation `audit_FORM`; `{page}` counts from 1."""
        if form not in AUDIT_FORMS:
            raise CapabilityMissing(f"forme de traces « {form} » inconnue : {AUDIT_FORMS}")
        pages: list[Artefact] = []
        while len(pages) < MAX_PAGES:
            page = str(len(pages) + 1)
            answer = self._api.fetch(
                f"audit_{form}", *_AUDIT_TYPES, since=since, until=until, page=page
            )
            pages.append(answer.artefact(f"{_TITLES[form]}, page {page}"))
            if form != "fhir" or not _has_next(answer.json()):
                break
        return tuple(pages)

    def alter(self, key: str) -> Attempt:
        """Try to change a trace by the operation `audit_alter`."""
        return attempt_of("modification de trace", self._api.call("audit_alter", id=key), {})

    def erase(self, key: str) -> Attempt:
        """Try to remove a trace by the operation `audit_erase`."""
        return attempt_of("suppression de trace", self._api.call("audit_erase", id=key), {})


def _sign_in(access: Access) -> dict[str, str]:
    return {"login": access.login, "email": access.email, "phone": access.phone}


def _opened(act: str, reading: Reading, sent: dict[str, str]) -> Opened:
    attempt = attempt_of(act, reading, sent)
    key = reading.text("id") if attempt.accepted else ""
    if attempt.accepted and not key:
        raise reading.answer.unexpected("l'identifiant de ce qui a été créé (answer.id)")
    return Opened(
        accepted=attempt.accepted,
        id=key,
        login=reading.text("login") or sent.get("login", ""),
        releve=attempt.releve,
        raw=attempt.raw,
        totp_secret=reading.text("totp_secret"),
        duplicates=tuple(str(one) for one in reading.all("duplicates") or ()),
    )


def _directory(reading: Reading, sent: dict[str, str]) -> DirectoryState:
    attempt = attempt_of("données de l'annuaire", reading, sent)
    at, source, count = (reading.text(name) for name in ("loaded_at", "source", "count"))
    return DirectoryState(attempt.accepted, at, source, count, attempt.releve, attempt.raw)


def _record(reading: Reading, name: str) -> Artefact:
    if not reading.accepted:
        raise reading.answer.unexpected(f"{name.lower()} : une fiche")
    answer = reading.answer
    return _professional(reading).artefact(f"{name} (relevé)", answer.label, answer.exchange)


def _professional(reading: Reading) -> ProfessionalReleve:
    names = (
        *("national_id", "exercise_name", "exercise_given_name", "profession", "speciality"),
        *("category", "login", "email", "phone", "profile", "origin", "updated_at"),
    )
    local = next((one for one in reading.all("local") or () if isinstance(one, dict)), {})
    return ProfessionalReleve(
        record_id=reading.text("id"),
        mailboxes=tuple(str(one) for one in reading.all("mailboxes") or ()),
        local={str(key): str(value) for key, value in local.items()},
        **{name: reading.text(name) for name in names},
    )


def _local(local: Mapping[str, str] | None) -> dict[str, Any]:
    """Return local data as `{local}`, the whole table, and as `{local_NAME}`, each datum."""
    given = dict(local or {})
    each = {f"local_{name}": value for name, value in given.items()}
    return {"local": given, **each} if given else {}


def _has_next(bundle: Any) -> bool:
    links = bundle.get("link", ()) if isinstance(bundle, dict) else ()
    return any(isinstance(one, dict) and one.get("relation") == "next" for one in links)
