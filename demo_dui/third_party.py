"""Identities of another identification domain: an INS is verified before it is taken (règle 30).

An INS that was qualified elsewhere is not qualified here. INSi is asked; OK gives a récupérée
identity (or completes one already validée here), KO leaves a line in the work list. A contract of
trust with the domain is the one exception (règles 48, 51, 52 and 55).
"""

from __future__ import annotations

from dataclasses import replace

from demo_dui import faults, insi_calls
from demo_dui.acknowledgement import MessageError
from demo_dui.er7 import Segment
from demo_dui.identity import Draft, Identity, Traits
from demo_dui.insi_messages import Answer, Claim
from demo_dui.received import Received
from demo_dui.service import Dui
from demo_dui.status import WITH_INS, Status, after_insi
from demo_dui.store import new_identity

AUTHOR = "flux d'un autre domaine"


def foreign_domain(dui: Dui, header: Segment, person: Received) -> str:
    """The identification domain of a message when it is not ours; empty when it is.

    Ours are those of the setting `trusted_domains`. Both the authority of the local identifier
    (CX.4) and the sending facility (MSH-4) must be ours. A slave has no domain of its own: what
    its GAP sends is taken as it is.
    """
    if dui.role == "esclave":
        return ""
    ours = dui.store.parameters.read("trusted_domains")
    named = [name for name in (person.domain, header.component(4)) if name]
    return next((name for name in named if name not in ours), "")


async def take(dui: Dui, person: Received, domain: str, message_id: str) -> Identity:
    """Take in an identity of another domain; gives it as it is then kept."""
    known = _known(dui, person)
    if not person.claims_ins:
        return known or _create(dui, person)
    contracts = dui.store.parameters.read("trust_contracts")
    if domain in contracts and not faults.active("contrat-sans-effet"):
        reason = f"contrat de confiance avec {domain}"
        return _keep_ins(dui, known or _create(dui, person), person, Status.QUALIFIEE, reason)
    if known and _is_held(known, person):
        return known  # Already retrieved here: nothing to verify (règle 52).
    answer = await _verified(dui, person, known)
    # The answer took time: the decision bears on the present state.
    known = _known(dui, person)
    if answer.code == "00" and (known is None or known.matricule is None):
        return _confirmed(dui, person, known)
    return _put_aside(dui, person, known, domain, message_id, answer)


async def _verified(dui: Dui, person: Received, known: Identity | None) -> Answer:
    if faults.active("verification-tiers-absente"):
        return Answer(code="00")
    claim = Claim(matricule=str(person.matricule), oid=str(person.oid), traits=person.traits)
    return await insi_calls.ask(dui, claim, AUTHOR, known.id if known else None)


def _known(dui: Dui, person: Received) -> Identity | None:
    """The same person among ours: by its domain's identifier, by matricule, by strict traits."""
    store = dui.store
    numbered = store.identities_of("private_id", person.private_id)
    found = [one for one in numbered if one.private_authority == person.authority]
    if not found and person.matricule:
        found = store.identities_of("matricule", person.matricule)
    if found:
        return found[0]
    same = [i for i in store.identities(person.traits.birth_date) if _same(i.traits, person.traits)]
    return same[0] if len(same) == 1 else None


def _is_held(known: Identity, person: Received) -> bool:
    same_ins = known.status in WITH_INS and known.matricule == person.matricule
    return same_ins and _same(known.traits, person.traits)


def _same(one: Traits, other: Traits) -> bool:
    fields = ("birth_name", "first_birth_given_name", "birth_date", "sex", "birth_place_code")
    return all(getattr(one, field) == getattr(other, field) for field in fields)


def _create(dui: Dui, person: Received) -> Identity:
    # Two domains may give the same number: ours keeps it, the newcomer then gets another.
    taken = dui.store.find_by_private_id(person.private_id) is not None
    draft = Draft(traits=person.traits, private_id=None if taken else person.private_id)
    created = dui.store.add(new_identity(draft, Status.PROVISOIRE))
    return dui.store.save(replace(created, private_authority=person.authority))


def _keep_ins(
    dui: Dui, identity: Identity, person: Received, status: Status, reason: str
) -> Identity:
    taken = replace(
        identity,
        matricule=person.matricule,
        oid=person.oid,
        status=status,
        method=person.method,
        insi_on=person.insi_on,
    )
    return dui.record(identity, taken, AUTHOR, reason)


def _confirmed(dui: Dui, person: Received, known: Identity | None) -> Identity:
    identity = known or _create(dui, person)
    status = after_insi(identity.status)
    if faults.active("verification-tiers-qualifiee"):
        status = Status.QUALIFIEE
    if faults.active("verification-ok-sans-ins"):
        return identity
    return _keep_ins(dui, identity, person, status, "vérification INSi 00")


def _put_aside(
    dui: Dui,
    person: Received,
    known: Identity | None,
    domain: str,
    message_id: str,
    answer: Answer,
) -> Identity:
    """INSi does not confirm: what came is not integrated, somebody must look (règles 51, 55)."""
    why = f"n'a pas répondu ({answer.fault}) pour l'INS"
    if answer.code == "01":
        why = "ne confirme pas l'INS"
    if answer.code == "00":
        why = "confirme une autre INS que la nôtre, celle"
    done = "l'identité connue n'est pas mise à jour" if known else "l'identité est créée sans INS"
    if known is None and faults.active("verification-ko-inconnu-rejete"):
        raise MessageError("207", "PID^1^3", "INS non confirmée par INSi", "906")
    identity = known or _create(dui, person)
    keeps = "verification-ko-met-a-jour" if known else "verification-ko-garde-ins"
    if faults.active(keeps):
        identity = _keep_ins(dui, identity, person, after_insi(identity.status), "flux tiers")
    if not faults.active("verification-ko-sans-liste"):
        text = f"INSi {why} du domaine {domain} : {done}. Vérifiez avec l'émetteur."
        reason = "verification-ko" if answer.code == "01" else "verification-impossible"
        dui.store.add_work(identity.id, reason, text, domain, message_id)
    return identity
