"""What leaves for the partner over MLLP: identities (ADT), orders, appointments and results."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo_dui import faults, pam_out
from demo_dui.audit import shortened
from demo_dui.identity import Identity
from demo_dui.locks import changed_strict_traits
from demo_dui.mllp import MllpClient
from demo_dui.naming import Refusal, RefusedError
from demo_dui.service import Dui
from demo_dui.status import WITH_INS
from demo_dui.traces import SENDING, Trace


@dataclass(frozen=True, slots=True)
class Diffusion:
    """End of a sending: what was sent, its MSH-10, and MSA-1 (None without acknowledgement)."""

    event: str
    control_id: str
    ack: str | None


async def diffuse(dui: Dui, identity: Identity, event: str, by: str) -> Diffusion:
    """Send the identity to the partner (A28, A31, A47); RefusedError without a partner."""
    return await _send(dui, identity, event, by, SENDING[0], pam_out.message(identity, event))


async def send_message(dui: Dui, identity: Identity, kind: str, by: str) -> Diffusion:
    """Send an order, an appointment or a result that bears the patient (ORM, SIU, ORU)."""
    content = pam_out.business_message(identity, kind)
    return await _send(dui, identity, kind, by, SENDING[1], content)


async def propagate(dui: Dui, before: Identity, after: Identity, by: str) -> Diffusion | None:
    """Tell the partner of a change: A47 when strict traits withdrew the INS, else A31 (règle 27).

    None without a partner, without a change, or when the site switched it off.
    """
    if dui.partner is None or not dui.store.parameters.read("propagate_changes"):
        return None
    if before.traits == after.traits or faults.active("propagation-absente"):
        return None
    strict = changed_strict_traits(before, after.traits)
    event = "A47" if strict and before.status in WITH_INS else "A31"
    if faults.active("propagation-a31-pour-strict"):
        event = "A31"
    told = after
    if faults.active("propagation-anciens-traits"):
        told = replace(after, traits=before.traits)
    if faults.active("propagation-ins-gardee"):
        told = replace(after, status=before.status, matricule=before.matricule, oid=before.oid)
    return await _send(dui, after, event, by, SENDING[0], pam_out.message(told, event))


async def _send(
    dui: Dui, identity: Identity, event: str, by: str, action: str, content: tuple[str, bytes]
) -> Diffusion:
    partner = _partner(dui)
    control_id, message = content
    ack = await partner.send(message, control_id)
    named = f", matricule {shortened(identity.matricule)}" if identity.matricule else ""
    detail = f"{event} {control_id} vers {partner.name}{named}"
    trace = Trace(by=by, action=action, patient_id=identity.id, result=ack or "sans réponse")
    told = replace(
        trace,
        detail=detail,
        partner=partner.name,
        sender=pam_out.SENDER,
        recipient=pam_out.RECIPIENT,
        message_id=control_id,
    )
    dui.store.traces.add(told)
    return Diffusion(event, control_id, ack)


def _partner(dui: Dui) -> MllpClient:
    if dui.partner is None:
        text = "Diffusion impossible : aucun partenaire n'est configuré (--partner)."
        raise RefusedError(Refusal("", text))
    return dui.partner
