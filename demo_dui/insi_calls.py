"""Calls of INSi made for an identity: search (récupération), and check of an INS (vérification)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo_dui import faults, insi_decision
from demo_dui.identity import Identity
from demo_dui.insi_client import InsiUnavailableError
from demo_dui.insi_messages import Answer, Claim
from demo_dui.service import Dui, downgraded
from demo_dui.status import WITH_INS, Status
from demo_dui.store import InsiAnswer
from demo_dui.traces import INSI_CALL, INSI_CHECK, Trace, now

NO_INSI = "Appel INSi impossible : aucune adresse INSi n'est configurée (--insi-url)."


@dataclass(frozen=True, slots=True)
class InsiOutcome:
    """End of an INSi call: code (None without answer), outcome word, French message, identity."""

    code: str | None
    outcome: str
    message: str
    identity: Identity


async def call(
    dui: Dui, identity: Identity, mode: str, by: str, card: str | None = None
) -> InsiOutcome:
    """Ask INSi for the INS of a person and take the answer when it may be taken."""
    refusal = insi_decision.call_refusal(identity)
    if not refusal and dui.insi is None:
        refusal = NO_INSI
    if refusal:
        _trace(dui, identity, mode, by, Answer(code=None), "refus", refusal)
        return InsiOutcome(None, "refused", refusal, identity)
    try:
        answer = await _search(dui, identity, mode, card, by)
    except InsiUnavailableError as error:
        text = f"Appel INSi sans réponse : {error}. L'identité n'est pas modifiée, réessayez."
        return _no_answer(dui, identity, mode, by, Answer(code=None, fault=str(error)), text)
    if answer.fault:
        text = f"INSi signale une erreur : {answer.fault}. L'identité n'est pas modifiée."
        return _no_answer(dui, identity, mode, by, answer, text)
    return _take(dui, identity, mode, by, answer)


def _trace(
    dui: Dui, identity: Identity, mode: str, by: str, answer: Answer, result: str, detail: str
) -> None:
    trace = Trace(by=by, action=INSI_CALL, patient_id=identity.id, result=result, detail=detail)
    dui.store.traces.add(replace(trace, code=answer.code, mode=mode, answer=answer.raw or None))


async def _search(dui: Dui, identity: Identity, mode: str, card: str | None, by: str) -> Answer:
    """Search, then search again with more traits while INSi answers "several" (INSI-07)."""
    assert dui.insi is not None
    answer = Answer(code="02")
    tries = insi_decision.searches(identity, card)
    for number, search in enumerate(tries, 1):
        answer = await dui.insi.search(mode, search, by)
        kept = InsiAnswer(now(), by, mode, answer.code, answer.raw)
        dui.store.add_insi_answer(identity, kept)
        if answer.code != "02":
            break
        if number < len(tries):
            text = "02 : plusieurs identités, nouvelle recherche avec davantage de traits"
            _trace(dui, identity, mode, by, answer, "sans résultat", text)
    return answer


def _no_answer(
    dui: Dui, identity: Identity, mode: str, by: str, answer: Answer, text: str
) -> InsiOutcome:
    _trace(dui, identity, mode, by, answer, "échec", text)
    if faults.active("insi-statut-sur-faute"):
        identity = _promote_by_fault(dui, identity, by)
    return InsiOutcome(answer.code, "fault", text, identity)


def _take(dui: Dui, identity: Identity, mode: str, by: str, answer: Answer) -> InsiOutcome:
    if answer.found is None:
        return _nobody(dui, identity, mode, by, answer)
    # Answers may arrive after a change made meanwhile: the decision bears on the present state.
    identity = dui.store.find(identity.id) or identity
    blocked = insi_decision.block_reason(identity, answer.found)
    if blocked:
        _trace(dui, identity, mode, by, answer, "blocage", f"00 : {blocked}")
        return InsiOutcome(answer.code, "blocked", blocked, identity)
    updated = insi_decision.completed_by_insi(identity, answer.found, mode, now()[:10])
    dui.store.keep_former_ins(identity, answer.found.former)
    saved = dui.record(identity, updated, by, f"réponse INSi 00 ({mode})")
    _trace(dui, identity, mode, by, answer, "ok", "00 : identité trouvée")
    text = f"INSi a retrouvé l'identité : elle est maintenant « {saved.status} »."
    return InsiOutcome(answer.code, "updated", text, saved)


def _nobody(dui: Dui, identity: Identity, mode: str, by: str, answer: Answer) -> InsiOutcome:
    several = answer.code == "02"
    text = (
        "INSi a trouvé plusieurs identités (code 02) : précisez les prénoms et le lieu de "
        "naissance. L'identité n'est pas modifiée."
        if several
        else "INSi n'a trouvé aucune identité (code 01) : vérifiez les traits. "
        "L'identité n'est pas modifiée."
    )
    _trace(dui, identity, mode, by, answer, "sans résultat", text)
    if faults.active("insi-statut-sur-02" if several else "insi-statut-sur-01"):
        identity = _promote_by_fault(dui, identity, by)
    if not several and faults.active("insi-efface-lieu-sur-01"):
        emptied = replace(identity.traits, birth_place_code=None)
        identity = dui.store.save(replace(identity, traits=emptied))
    return InsiOutcome(answer.code, "several" if several else "not-found", text, identity)


def _promote_by_fault(dui: Dui, identity: Identity, by: str) -> Identity:
    promoted = replace(identity, status=Status.RECUPEREE)
    return dui.record(identity, promoted, by, "appel INSi")


# Verification of an INS


async def ask(dui: Dui, claim: Claim, by: str, patient_id: str | None) -> Answer:
    """Ask INSi whether an INS and traits agree: 00 they do, 01 they do not, None no answer."""
    if dui.insi is None:
        answer = Answer(code=None, fault=NO_INSI)
    else:
        try:
            answer = await dui.insi.verify(claim, by)
        except InsiUnavailableError as error:
            answer = Answer(code=None, fault=str(error))
    result = {"00": "ok", "01": "ko"}.get(str(answer.code), "échec")
    detail = answer.fault or f"{answer.code} : {answer.label}"
    trace = Trace(by=by, action=INSI_CHECK, patient_id=patient_id, result=result, detail=detail)
    told = replace(trace, code=answer.code, mode="verification", answer=answer.raw or None)
    dui.store.traces.add(told)
    return answer


async def verify_own(dui: Dui, identity: Identity, by: str) -> InsiOutcome:
    """Check the INS of an identity of ours; a KO downgrades it and erases the INS (règle 49)."""
    if identity.status not in WITH_INS or not identity.matricule or not identity.oid:
        text = "Vérification refusée : l'identité n'a pas d'INS (récupérée ou qualifiée attendue)."
        return InsiOutcome(None, "refused", text, identity)
    claim = Claim(matricule=identity.matricule, oid=identity.oid, traits=identity.traits)
    answer = await ask(dui, claim, by, identity.id)
    if answer.code == "00" and not faults.active("verification-propre-ok-retrograde"):
        text = "INSi confirme l'INS : l'identité n'est pas modifiée."
        return InsiOutcome("00", "verified", text, identity)
    if answer.code not in {"00", "01"}:
        text = f"Vérification INSi sans réponse : {answer.fault}. L'identité n'est pas modifiée."
        return InsiOutcome(answer.code, "fault", text, identity)
    identity = dui.store.find(identity.id) or identity
    lower = downgraded(identity)
    if faults.active("verification-propre-ko-garde-matricule"):
        lower = replace(lower, matricule=identity.matricule, oid=identity.oid)
    if faults.active("verification-propre-ko-ignoree"):
        lower = identity
    saved = dui.record(identity, lower, by, "vérification INSi KO")
    text = (
        "INSi ne confirme pas l'INS : matricule et OID sont effacés, l'identité est "
        f"« {saved.status} ». Reprenez ses traits avec la personne."
    )
    dui.store.add_work(saved.id, "verification-ko", text, "vérification INSi")
    return InsiOutcome("01", "downgraded", text, saved)
