"""Subjects of the LEX rules: the names and the sex of a stored identity or of an INSi message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from harness.model.artefact import RELEVE_MEDIA_TYPE, SOAP_MEDIA_TYPE, Artefact
from harness.model.check import SUBJECT, Check
from harness.model.identity import FIELD_LABELS, IdentityStatus
from harness.model.releve import IdentityReleve
from harness.validators.ins.lexical import NameKind
from harness.validators.insi.reader import SoapMessage, read_soap

INSI_STATUSES = frozenset({IdentityStatus.RECUPEREE.value, IdentityStatus.QUALIFIEE.value})
"""Statuses whose traits come from INSi."""


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A name as written, where it stands, and what it names."""

    path: str
    value: str
    kind: NameKind


@dataclass(frozen=True, slots=True)
class WrittenSex:
    """A sex that INSi gave, as written."""

    path: str
    value: str


def read_identity(artefact: Artefact) -> IdentityReleve | None:
    """Return the relevé of an identity; None for a relevé of another kind or bytes of another type.

    Raises `Unreadable` for a relevé of an identity that is malformed.
    """
    if artefact.media_type != RELEVE_MEDIA_TYPE:
        return None
    try:
        kind = json.loads(artefact.content).get("kind")
    except (ValueError, AttributeError):
        kind = None
    return None if kind not in (None, IdentityReleve.kind) else IdentityReleve.parse(artefact)


def read_insi(artefact: Artefact) -> SoapMessage | None:
    """Return the SOAP message of an artefact of that type; None for another type."""
    return read_soap(artefact) if artefact.media_type == SOAP_MEDIA_TYPE else None


def written_names(check: Check) -> Iterator[WrittenName]:
    """Yield the birth name and the given names of a stored identity or of an INSi request.

    The identity is the relevé of role `subject`; the request is the SOAP message of role `request`
    or `subject`.
    """
    identity = check.read(read_identity, SUBJECT)
    if identity is not None:
        yield from _of_identity(identity)
    for role in ("request", SUBJECT):
        message = check.read(read_insi, role)
        if message is not None and message.kind == "request" and message.traits is not None:
            yield from _of_request(message)


def _of_identity(identity: IdentityReleve) -> Iterator[WrittenName]:
    for field, kind in (
        ("birth_name", NameKind.BIRTH_NAME),
        ("birth_given_names", NameKind.GIVEN_NAME),
        ("first_birth_given_name", NameKind.GIVEN_NAME),
    ):
        value = getattr(identity, field)
        if value:
            yield WrittenName(FIELD_LABELS[field], value, kind)


def _of_request(message: SoapMessage) -> Iterator[WrittenName]:
    traits = message.traits
    if traits is None:
        return
    if traits.birth_name:
        path = f"{message.path}/NomNaissance"
        yield WrittenName(path, traits.birth_name, NameKind.BIRTH_NAME)
    for rank, given in enumerate(traits.given_names, 1):
        if given:
            yield WrittenName(f"{message.path}/Prenom[{rank}]", given, NameKind.GIVEN_NAME)


def sexes_from_insi(check: Check) -> Iterator[WrittenSex]:
    """Yield the sex of an INSi answer (role `answer` or `subject`), or of an identity kept from it.

    An identity is from INSi when its status is récupérée or qualifiée.
    """
    identity = check.read(read_identity, SUBJECT)
    if identity is not None and identity.status in INSI_STATUSES:
        yield WrittenSex(FIELD_LABELS["sex"], identity.sex)
    for role in ("answer", SUBJECT):
        message = check.read(read_insi, role)
        if message is not None and message.kind == "answer" and message.traits is not None:
            yield WrittenSex(f"{message.path}/INDIVIDU/TIQ/Sexe", message.traits.sex or "")


@dataclass(frozen=True, slots=True)
class KeptText:
    """What must be found in what the software keeps: each text of `wanted` in one of its forms."""

    path: str
    wanted: tuple[tuple[str, ...], ...]
    shown: str
    kept: str


def kept_history(check: Check) -> Iterator[KeptText]:
    """Yield each former INS of the answer (role `answer`) with what the software keeps (`stored`).

    `stored` is any text that shows what is kept: its API's JSON, an extract of its base.
    """
    answer = check.read(read_insi, "answer")
    stored = check.artefacts.get("stored")
    if answer is None or stored is None:
        return
    text = stored.content.decode("utf-8", "replace")
    for rank, former in enumerate(answer.former, 1):
        matricule = f"{former.number or ''}{former.key or ''}"
        split = f'{former.number or ""}", "{former.key or ""}'
        wanted = [(matricule, split), (former.oid or "",)]
        wanted.extend(_date_forms(date) for date in (former.start, former.end) if date)
        yield KeptText(f"{answer.path}/INDIVIDU/INSHISTO[{rank}]", tuple(wanted), matricule, text)


def _date_forms(date: str) -> tuple[str, ...]:
    digits = "".join(char for char in date if char.isdigit())
    year, month, day = digits[:4], digits[4:6], digits[6:8]
    return (date, digits, f"{year}-{month}-{day}", f"{year}/{month}/{day}", f"{day}/{month}/{year}")


def kept_answers(check: Check) -> Iterator[tuple[Artefact, Artefact]]:
    """Yield the INSi answer and the copy that the software keeps of it (role `stored_answer`)."""
    answer, kept = check.artefacts.get("answer"), check.artefacts.get("stored_answer")
    if answer is not None and kept is not None:
        yield answer, kept
