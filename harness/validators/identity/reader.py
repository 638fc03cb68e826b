"""What the IDN rules read of a check: relevés by role and expected values.

Roles: `before`, `after` (or `subject`, the identity when nothing happens between two readings),
`attempt`, `control` (its permitted twin), `account`, `view` (what a partner reads by FHIR),
`holder` (the identity behind a view, or behind the HL7 v2 message of role `subject`).
Expected values: `traits`, `insi`, `status_from`, `status_to` (or `status`), `missing`, `intake`,
`insi_failure`, `author`, `patient_id`, `act` (a word of `Act`). docs/regles.md says which rule
reads which; a rule whose roles or values are absent has no subject.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from harness.model.artefact import RELEVE_MEDIA_TYPE
from harness.model.check import SUBJECT, Check
from harness.model.finding import Finding
from harness.model.identity import FIELD_LABELS, TEN_FIELDS, IdentityStatus, shortened
from harness.model.releve import AccountReleve, AttemptReleve, IdentityReleve
from harness.validators.fhir.reader import PatientView, read_patients
from harness.validators.ins.matricule import is_valid_matricule

INS_FIELDS = ("matricule", "oid")
NAME_FIELDS = (
    "birth_name",
    "birth_given_names",
    "first_birth_given_name",
    "used_name",
    "used_given_name",
)
TRAIT_FIELDS = tuple(name for name in TEN_FIELDS if name not in INS_FIELDS)
INS_STATUSES = frozenset({IdentityStatus.RECUPEREE, IdentityStatus.QUALIFIEE})
_STATUS_WORDS = {"provisoire", "recuperee", "validee", "qualifiee"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One field that was given, and the identity that should hold it."""

    field: str
    given: str
    identity: IdentityReleve

    @property
    def held(self) -> str:
        """Return what the software holds in the field."""
        return held(self.identity, self.field)


@dataclass(frozen=True, slots=True)
class Change:
    """An identity before and after an act, and the act itself where a rule needs it."""

    before: IdentityReleve
    after: IdentityReleve
    insi: Mapping[str, str]
    attempt: AttemptReleve | None = None


def current(check: Check) -> IdentityReleve | None:
    """Return the identity as it stands: role `after`, else role `subject` when it is a relevé."""
    role = "after" if "after" in check.artefacts else SUBJECT
    artefact = check.artefacts.get(role)
    if artefact is None or artefact.media_type != RELEVE_MEDIA_TYPE:
        return None
    return check.read(IdentityReleve.parse, role)


def before(check: Check) -> IdentityReleve | None:
    """Return the identity of role `before`."""
    return check.read(IdentityReleve.parse, "before")


def attempt(check: Check) -> AttemptReleve | None:
    """Return the act of role `attempt`."""
    return check.read(AttemptReleve.parse, "attempt")


def account(check: Check) -> AccountReleve | None:
    """Return the account of role `account`."""
    return check.read(AccountReleve.parse, "account")


def refusable(check: Check) -> AttemptReleve | None:
    """Return the attempt, when its permitted twin (role `control`) was accepted.

    Without that proof a refusal says nothing: the software may refuse everything.
    """
    control = check.read(AttemptReleve.parse, "control")
    return attempt(check) if control is not None and control.accepted else None


def change(check: Check) -> Change | None:
    """Return the identity before and after an act; None when one of the two is absent."""
    old, new = before(check), check.read(IdentityReleve.parse, "after")
    if old is None or new is None:
        return None
    return Change(old, new, texts(check, "insi"), attempt(check))


def texts(check: Check, key: str) -> dict[str, str]:
    """Return an expected value that maps names to texts, {} when absent."""
    value = check.expected.get(key)
    return {str(k): str(v or "") for k, v in value.items()} if isinstance(value, Mapping) else {}


def word(check: Check, *keys: str) -> str:
    """Return the first of these expected values that is given, as text."""
    return next((str(check.expected[key]) for key in keys if check.expected.get(key)), "")


def submitted(check: Check) -> dict[str, str]:
    """Return the fields of the attempt as they were given: by the relevé, else by `traits`."""
    act = attempt(check)
    return dict(act.submitted) if act is not None and act.submitted else texts(check, "traits")


def status_of(text: str) -> IdentityStatus | None:
    """Return the status that a word names, whatever its case and accents; None for another word."""
    plain = unaccented(text).casefold().strip().removeprefix("identite ").strip()
    if plain not in _STATUS_WORDS:
        return None
    return next(one for one in IdentityStatus if unaccented(one.value) == plain)


def unaccented(text: str) -> str:
    """Return the text without its diacritics."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def held(identity: IdentityReleve, field: str) -> str:
    """Return what an identity holds in one of the ten fields."""
    return str(getattr(identity, field))


def shown(field: str, value: str) -> str:
    """Return a value as a finding shows it: matricules shortened, emptiness said."""
    if not value:
        return "vide"
    return shortened(value) if field == "matricule" else value


def label(field: str) -> str:
    """Return the French label of a field."""
    return FIELD_LABELS.get(field, field)


def has_zero_part(date: str) -> bool:
    """Tell whether the month or the day of an INSi date is 00."""
    parts = date.replace("/", "-").split("-")
    return "00" in parts[1:]


def is_fit(insi: Mapping[str, str]) -> bool:
    """Tell whether a software may take the traits of an INSi answer (règles 11 and 12, key)."""
    return bool(
        insi.get("birth_name")
        and insi.get("birth_given_names")
        and insi.get("sex")
        and insi.get("birth_date")
        and not has_zero_part(insi["birth_date"])
        and is_valid_matricule(insi.get("matricule", ""))
    )


def partner_readings(check: Check) -> tuple[IdentityReleve | PatientView, ...]:
    """Return what a partner reads (role `view`): a relevé, or the Patients of FHIR JSON."""
    artefact = check.artefacts.get("view")
    if artefact is None:
        return ()
    if artefact.media_type == RELEVE_MEDIA_TYPE:
        view = check.read(IdentityReleve.parse, "view")
        return (view,) if view else ()
    return check.read(read_patients, "view") or ()


def holder(check: Check) -> IdentityReleve | None:
    """Return the identity inside the software of which something was sent (role `holder`)."""
    return check.read(IdentityReleve.parse, "holder")


def says_nothing_of_the_act(check: Check) -> bool:
    """Tell whether no expected value says what was done: the rule that is named then says it."""
    keys = ("insi", "insi_failure", "status_from", "status_to", "status", "intake", "act")
    return not any(check.expected.get(key) for key in keys)


class Act(StrEnum):
    """What a scenario did, when it is neither a creation nor an INSi call: expected value `act`."""

    FIRST_GIVEN_NAME = "premier prénom"
    STRICT_TRAIT = "trait strict"
    OTHER_TRAIT = "trait complémentaire"
    REGISTRATION = "enregistrement"
    MANUAL_VALIDATION = "validation manuelle"
    AUTOMATIC_VALIDATION = "validation automatique"
    ATTRIBUTE = "attribut"
    VERIFICATION = "vérification"
    OTHER_DOMAIN = "autre domaine"
    MESSAGE = "message"


def is_about(check: Check, *acts: Act) -> bool:
    """Tell whether the scenario did one of these acts."""
    return word(check, "act") in acts


def absence(check: Check) -> AttemptReleve | None:
    """Return the reading that found no identity (role `attempt`, refused), if that happened."""
    reading = attempt(check)
    return reading if reading is not None and not reading.accepted else None


def ins_erased(identity: IdentityReleve, why: str, hint: str) -> Iterator[Finding]:
    """Yield one finding for each of matricule and OID that is still held."""
    for field in INS_FIELDS:
        if held(identity, field):
            yield Finding(label(field), f"effacé {why}", shown(field, held(identity, field)), hint)


def status_is(identity: IdentityReleve, wanted: IdentityStatus, hint: str) -> Iterator[Finding]:
    """Yield a finding when the identity has another status."""
    if status_of(identity.status) is not wanted:
        yield Finding("statut de l'identité", wanted.value, identity.status or "vide", hint)


def differences(
    old: IdentityReleve, new: IdentityReleve, fields: Iterable[str], hint: str
) -> Iterator[Finding]:
    """Yield one finding for each field that changed, and for the status."""
    for field in fields:
        if held(old, field) != held(new, field):
            yield Finding(
                label(field),
                f"inchangé : {shown(field, held(old, field))}",
                shown(field, held(new, field)),
                hint,
            )
    if status_of(old.status) is not status_of(new.status):
        yield Finding(
            "statut de l'identité", f"inchangé : {old.status}", new.status or "vide", hint
        )
