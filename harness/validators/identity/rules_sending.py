"""Rules on what leaves the identity: partners' views, messages sent, accounts bound to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from harness.model.artefact import HL7V2_MEDIA_TYPE
from harness.model.check import SUBJECT
from harness.model.identity import IdentityStatus, shortened
from harness.model.releve import AccountReleve, IdentityReleve
from harness.validators import Check, Finding, rule
from harness.validators.fhir.reader import PatientView
from harness.validators.hl7v2.reader import Pid, read_message
from harness.validators.identity import reader


class Bound(NamedTuple):
    """An account, and the person that it must be bound to."""

    account: AccountReleve
    matricule: str
    patient_id: str


class PartnerView(NamedTuple):
    """What a partner read of an identity whose status is known."""

    status: IdentityStatus
    matricules: tuple[str, ...]
    oids: tuple[str, ...]


class SentPid(NamedTuple):
    """A patient segment sent to a partner, and the identity that the software holds."""

    pid: Pid
    holder: IdentityReleve


def bound_accounts(check: Check) -> Iterator[Bound]:
    """Yield the account (role `account`) with the matricule of its patient, when there is one."""
    account, identity = reader.account(check), reader.current(check)
    if account is None:
        return
    matricule = reader.texts(check, "traits").get("matricule", "")
    if identity is not None:
        matricule = matricule or identity.matricule
    patient_id = identity.patient_id if identity else reader.word(check, "patient_id")
    if matricule:
        yield Bound(account, matricule, patient_id)


@rule("IDN-20", cites=("IEU 8",), each=bound_accounts)
def account_is_bound_to_its_matricule(bound: Bound, check: Check) -> Iterator[Finding]:
    """The account is bound to the right patient and carries that patient's matricule."""
    if bound.patient_id and bound.account.patient_id != bound.patient_id:
        yield Finding(
            f"compte {bound.account.login} : patient",
            bound.patient_id,
            bound.account.patient_id or "vide",
            "Le compte est-il rattaché à la bonne personne ?",
        )
    if bound.account.matricule != bound.matricule:
        yield Finding(
            f"compte {bound.account.login} : matricule INS",
            shortened(bound.matricule),
            reader.shown("matricule", bound.account.matricule),
            "Le matricule est-il relu de l'identité au moment du rattachement ?",
        )


def partner_views(check: Check) -> Iterator[PartnerView]:
    """Yield each view of a partner that names a person, with the real status (role `holder`)."""
    identity = reader.holder(check)
    status = None if identity is None else reader.status_of(identity.status)
    if status is None:
        return
    for view in reader.partner_readings(check):
        if isinstance(view, PatientView):
            if any(name.family for name in view.names):
                held = view.ins_identifiers
                matricules = tuple(one.value for one in held if one.value)
                yield PartnerView(status, matricules, tuple(one.oid for one in held if one.oid))
        elif view.birth_name:
            found = ((view.matricule,) if view.matricule else ()), ((view.oid,) if view.oid else ())
            yield PartnerView(status, *found)


@rule("IDN-24", cites=("INS 34", "INS/va1.53"), each=partner_views)
def partner_reads_no_ins_unless_qualified(view: PartnerView, check: Check) -> Iterator[Finding]:
    """What a partner reads by FHIR holds no matricule and no OID unless the status is qualifiée."""
    if view.status is IdentityStatus.QUALIFIEE:
        return
    hint = "Le filtre sur le statut s'applique-t-il à toutes les interfaces ?"
    for matricule in view.matricules:
        yield Finding(
            "matricule INS", f"absent tant que l'identité est {view.status.value}",
            shortened(matricule), hint,
        )  # fmt: skip
    for oid in view.oids:
        yield Finding("OID", f"absent tant que l'identité est {view.status.value}", oid, hint)


def sent_segments(check: Check, qualified: bool) -> Iterator[SentPid]:
    """Yield each PID of the message (role `subject`) of a holder who is, or is not, qualifiée.

    The segment must name the holder, by its local identifier or its birth name: a message about
    someone else would prove nothing.
    """
    identity, artefact = reader.holder(check), check.artefacts.get(SUBJECT)
    if identity is None or artefact is None or artefact.media_type != HL7V2_MEDIA_TYPE:
        return
    status = reader.status_of(identity.status)
    if status is None or (status is IdentityStatus.QUALIFIEE) is not qualified:
        return
    message = check.read(read_message)
    for pid in () if message is None else message.pids:
        if _names(pid, identity):
            yield SentPid(pid, identity)


def _names(pid: Pid, identity: IdentityReleve) -> bool:
    if identity.private_id and any(one.value == identity.private_id for one in pid.identifiers):
        return True
    return any(name.value(1) == identity.birth_name != "" for name in pid.names)


def sent_unqualified(check: Check) -> Iterator[SentPid]:
    """Yield the segments sent for an identity that is not qualifiée."""
    return sent_segments(check, qualified=False)


def sent_qualified(check: Check) -> Iterator[SentPid]:
    """Yield the segments sent for an identity qualifiée."""
    return sent_segments(check, qualified=True)


@rule("IDN-25", cites=("INS 34", "INS/va1.53"), each=sent_unqualified)
def message_withholds_the_ins_unless_qualified(sent: SentPid, check: Check) -> Iterator[Finding]:
    """A message about an identity that is not qualifiée carries its traits, never its INS."""
    for one in sent.pid.ins_identifiers:
        yield Finding(
            one.path,
            f"aucun matricule INS : l'identité est {sent.holder.status}",
            one.shortened,
            "L'émission regarde-t-elle le statut, ou la seule présence du matricule ?",
        )


@rule("IDN-26", cites=("INS 34", "INS/va1.53"), each=sent_qualified)
def message_carries_the_ins_once_qualified(sent: SentPid, check: Check) -> Iterator[Finding]:
    """A message about an identity qualifiée carries its matricule, its OID and PID-32 VALI."""
    held = sent.holder
    carried = [(one.value, one.oid) for one in sent.pid.ins_identifiers]
    if (held.matricule, held.oid) not in carried:
        yield Finding(
            "PID-3",
            f"{shortened(held.matricule)} sous l'OID {held.oid}",
            ", ".join(f"{shortened(value)} sous {oid or 'aucun OID'}" for value, oid in carried)
            or "aucun matricule INS",
            "L'identité qualifiée est-elle émise avec son INS ?",
        )
    if "VALI" not in sent.pid.identity_reliability:
        yield Finding("PID-32", "VALI pour une identité qualifiée", sent.pid.reliability_text)
