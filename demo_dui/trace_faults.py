"""What the seeded faults do to a trace before it is kept; healthy, nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from demo_dui import circumstances, faults
from demo_dui.trace_words import (
    BLOCKED_RESULTS,
    CHANGE,
    DOCUMENT,
    GOOD_PRACTICE,
    INSI_CALL,
    INSI_CHECK,
    MAILING,
    NOTE,
    READING,
    RECEPTION,
    REFUSED_ACCESS,
    RIGHTS_CHANGE,
    SENDING,
    SIGN_IN,
    SIGN_OUT,
)

if TYPE_CHECKING:
    from demo_dui.traces import Trace

# Fault that empties a column of every trace.
_EMPTIED = {
    "at": "traces-sans-date",
    "code": "traces-insi-sans-code",
    "mode": "traces-insi-sans-mode",
    "answer": "traces-insi-sans-reponse",
    "before": "traces-modification-sans-nature",
    "after": "traces-modification-sans-nature",
    "recipient": "traces-sans-destinataire",
    "by": "journal-sans-auteur",
    "result": "journal-sans-resultat",
    "origin": "journal-sans-origine",
    "occurred_at": "journal-sans-heure-acte",
    "patient_id": "journal-sans-personne",
}
# Fault that leaves actions without a trace.
_LOST = {
    "traces-consultation-absente": (READING,),
    "traces-modification-absente": (CHANGE,),
    "traces-insi-absente": (INSI_CALL,),
    "traces-verification-absente": (INSI_CHECK,),
    "traces-partenaire-absente": SENDING,
    "traces-reception-absente": RECEPTION,
    "journal-deconnexion-absente": (SIGN_OUT,),
    "journal-note-absente": (NOTE,),
    "journal-document-absent": (DOCUMENT,),
    "journal-bonne-pratique-absente": (GOOD_PRACTICE,),
    "journal-droits-absents": (RIGHTS_CHANGE,),
    "journal-refus-absent": (REFUSED_ACCESS,),
}
# Fault that leaves an action without a trace, by its result: True a failure, False a success.
_LOST_BY_RESULT = {
    "journal-connexion-absente": (SIGN_IN, False),
    "journal-echec-connexion-absent": (SIGN_IN, True),
    "journal-message-absent": (MAILING, False),
    "journal-message-echec-absent": (MAILING, True),
}


def altered(trace: Trace) -> tuple[Trace, ...]:
    """The traces really kept for one: itself, none, or more than one, under the active fault."""
    name = faults.current()
    if name is None:
        return (trace,)
    if trace.action in _LOST.get(name, ()):
        return ()
    action, failed = _LOST_BY_RESULT.get(name, ("", False))
    if trace.action == action and failed is (trace.result in BLOCKED_RESULTS):
        return ()
    if name in _ADDED:
        return _ADDED[name](trace)
    emptied: dict[str, Any] = {
        column: "" if column in {"by", "result", "at"} else None
        for column, fault in _EMPTIED.items()
        if fault == name
    }
    trace = replace(trace, **emptied)
    return (_CHANGED[name](trace),) if name in _CHANGED else (trace,)


def _later(instant: str | None, seconds: float) -> str:
    moment = datetime.fromisoformat(str(instant)) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _other_author(trace: Trace) -> Trace:
    return replace(trace, by="pro.martin" if trace.by == "pro.durand" else "pro.durand")


def _other_person(trace: Trace) -> Trace:
    return replace(trace, patient_id=f"9{trace.patient_id}") if trace.patient_id else trace


def _secret_request(trace: Trace) -> Trace:
    whole = circumstances.present().whole_request
    return replace(trace, request=whole or trace.request)


def _wrong_result(trace: Trace) -> Trace:
    return replace(trace, result="ok")


_CHANGED: dict[str, Callable[[Trace], Trace]] = {
    "traces-auteur-generique": lambda trace: replace(trace, by="utilisateur"),
    "journal-autre-auteur": _other_author,
    "journal-autre-personne": _other_person,
    "journal-avant-acte": lambda trace: replace(trace, occurred_at=_later(trace.at, 90)),
    "journal-heure-decalee": lambda trace: replace(
        trace, at=_later(trace.at, 7200), occurred_at=_later(trace.occurred_at, 7200)
    ),
    "journal-sans-fuseau": lambda trace: replace(
        trace, at=trace.at.rstrip("Z"), occurred_at=str(trace.occurred_at).rstrip("Z")
    ),
    "journal-requete-entiere": _secret_request,
    "journal-echec-note-ok": _wrong_result,
}
_ADDED: dict[str, Callable[[Trace], tuple[Trace, ...]]] = {
    "journal-trace-en-double": lambda trace: (trace, trace),
    "journal-trace-inventee": lambda trace: (
        (trace, replace(trace, by="pro.durand", action=DOCUMENT, detail="Compte rendu"))
        if trace.action == NOTE
        else (trace,)
    ),
}
