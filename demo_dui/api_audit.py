"""The audit repository over HTTP: search and read of AuditEvent, exports, and no way to alter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from aiohttp import web

from demo_dui import audit, audit_fhir, audit_syslog, audit_tables, faults, fhir_view
from demo_dui.audit import AuditLine, WrongBoundError
from demo_dui.naming import Refusal
from demo_dui.rights import IDENTITY
from demo_dui.trace_words import AUDIT_EXPORT, TAMPERING
from demo_dui.traces import Bounds, Traces
from demo_dui.web import DUI, error, json_response, may, user_of

routes = web.RouteTableDef()
FHIR_JSON = "application/fhir+json"
LARGEST_PAGE, USUAL_PAGE = 1000, 100
_CHUNK = 64 * 1024
_UNKNOWN = "Trace inconnue : vérifiez l'identifiant dans l'adresse."
_ALLOW = {"Allow": "GET, HEAD"}


def _traces(request: web.Request) -> Traces:
    return request.app[DUI].store.traces


def _told(request: web.Request, bounds: Bounds, **page: int) -> Iterator[AuditLine]:
    return audit.lines(_traces(request).select(bounds, **page), may(request, IDENTITY))


# FHIR (TDE, ITI-81)


@routes.get("/fhir/AuditEvent")
async def search(request: web.Request) -> web.Response:
    """Search traces; both bounds of `date` are compulsory (ITI-81)."""
    try:
        bounds = _searched(request)
        size = _number(request, "_count", USUAL_PAGE, LARGEST_PAGE)
        number = _number(request, "page", 1, 10**9)
    except WrongBoundError as problem:
        return _outcome(400, str(problem), "invalid")
    total = _traces(request).count(bounds)
    base = f"{request.url.origin()}/fhir"
    links = {"self": str(request.url)}
    if number * size < total:
        links["next"] = str(request.url.update_query({"page": str(number + 1)}))
    found = _told(request, bounds, limit=size, offset=(number - 1) * size)
    content = audit_fhir.bundle(found, total, base, links)
    _note_reading(request, f"AuditEvent, {total} traces")
    return json_response(content, content_type=FHIR_JSON)


@routes.get("/fhir/AuditEvent/{id}")
async def read(request: web.Request) -> web.Response:
    """Read one trace."""
    line = _one(request)
    if line is None:
        return _outcome(404, _UNKNOWN, "not-found")
    return json_response(audit_fhir.event(line), content_type=FHIR_JSON)


def _searched(request: web.Request) -> Bounds:
    given: dict[str, str] = {}
    for name, value in request.query.items():
        if name in {"_count", "page", "_format"}:
            continue
        if name not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise WrongBoundError(
                f"Paramètre « {name[:40]} » non pris en charge, attendu : {known}."
            )
        given |= _PARAMETERS[name](value)
    if not {"since", "until"} <= set(given):
        text = "Bornes de date absentes : date=ge… et date=le… sont obligatoires (ITI-81)."
        raise WrongBoundError(text)
    return Bounds(**given)


def _dated(first: str, last: str) -> Callable[[str], dict[str, str]]:
    """Reader of a FHIR date: ge and gt bound `first`, le and lt `last`, a bare one both."""

    def reader(value: str) -> dict[str, str]:
        prefix, text = (value[:2], value[2:]) if value[:2].isalpha() else ("eq", value)
        start, end = audit.instant(text, "date"), audit.instant(text, "date", end=True)
        known = {
            "ge": {first: start},
            "gt": {first: audit.beside(end, 1)},
            "le": {last: end},
            "lt": {last: audit.beside(start, -1)},
            "eq": {first: start, last: end},
        }
        if prefix not in known or not text:
            wanted = ", ".join(known)
            raise WrongBoundError(f"date : « {value[:40]} » refusé, préfixe parmi {wanted}, date.")
        return known[prefix]

    return reader


_PARAMETERS: dict[str, Callable[[str], dict[str, str]]] = {
    "date": _dated("since", "until"),
    "period-start": _dated("begun_since", "begun_until"),
    "TDE_AuditEvent_period-start": _dated("begun_since", "begun_until"),
    "agent:identifier": lambda value: {"by": value.rpartition("|")[2]},
    "patient": lambda value: {"patient_id": value.rpartition("/")[2]},
    "entity": lambda value: {"patient_id": value.rpartition("/")[2]},
}


def _number(request: web.Request, name: str, default: int, largest: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal() or not int(text):
        raise WrongBoundError(f"{name} : « {text[:20]} » refusé, entier positif attendu.")
    return min(int(text), largest)


def _outcome(status: int, message: str, code: str) -> web.Response:
    content = fhir_view.outcome([Refusal("", message)], code)
    return json_response(content, status, content_type=FHIR_JSON)


# Exports

Writer = Callable[[Iterable[AuditLine]], Iterator[str]]
_EXPORTS: dict[str, tuple[Writer, str]] = {
    "ndjson": (audit_fhir.ndjson, "application/fhir+ndjson"),
    "syslog": (audit_syslog.messages, "text/plain"),
    "csv": (audit_tables.csv_rows, "text/csv"),
    "jsonl": (audit_tables.json_lines, "application/jsonl"),
}


@routes.get("/api/audit.{form:ndjson|syslog|csv|jsonl}")
async def export(request: web.Request) -> web.StreamResponse:
    """Give the traces written from `since` to `until`, in the order of the journal."""
    form = request.match_info["form"]
    writer, media = _EXPORTS[form]
    try:
        bounds = audit.bounds(request.query)
    except WrongBoundError as problem:
        return error(400, str(problem))
    if not bounds.until:
        # What is written meanwhile, this export included, is for the next one.
        bounds = Bounds(since=bounds.since, until=_traces(request).last_instant())
    response = web.StreamResponse(headers={"Content-Type": f"{media}; charset=utf-8"})
    response.headers["Content-Disposition"] = f'attachment; filename="traces.{form}"'
    await response.prepare(request)
    waiting = bytearray()
    for text in writer(_told(request, bounds)):
        waiting += text.encode("utf-8", "replace")
        if len(waiting) > _CHUNK:
            await response.write(bytes(waiting))
            waiting.clear()
    await response.write(bytes(waiting))
    await response.write_eof()
    _note_reading(request, f"{form}, du {bounds.since or 'début'} au {bounds.until or 'présent'}")
    return response


def _note_reading(request: web.Request, detail: str) -> None:
    request.app[DUI].store.log(user_of(request).login, AUDIT_EXPORT, detail=detail)


# One line, and the journal as a whole


@routes.get("/api/audit/integrity")
async def integrity(request: web.Request) -> web.Response:
    """Tell whether the chaining of the journal holds, and where it breaks."""
    traces = _traces(request)
    broken = traces.broken_at()
    count = traces.count(Bounds())
    return json_response({"intact": broken is None, "broken_at": broken, "count": count})


@routes.get("/api/audit/{id}")
async def read_line(request: web.Request) -> web.Response:
    """Read one trace under the names of the CSV."""
    line = _one(request)
    return error(404, _UNKNOWN) if line is None else json_response(audit_tables.as_json(line))


def _one(request: web.Request) -> AuditLine | None:
    trace = _traces(request).one(request.match_info["id"])
    return next(audit.lines([trace], may(request, IDENTITY))) if trace else None


@routes.put("/api/audit/{id}")
@routes.patch("/api/audit/{id}")
@routes.put("/fhir/AuditEvent/{id}")
@routes.patch("/fhir/AuditEvent/{id}")
async def change(request: web.Request) -> web.Response:
    """Refuse to change a trace, to whoever asks; the attempt is traced."""
    if faults.active("journal-modifiable"):
        _traces(request).change(request.match_info["id"], "modifié")
        return json_response({"changed": True})
    return _refused(request, "modification")


@routes.delete("/api/audit/{id}")
@routes.delete("/fhir/AuditEvent/{id}")
async def erase(request: web.Request) -> web.Response:
    """Refuse to erase a trace, to whoever asks; the attempt is traced."""
    if faults.active("journal-effacable"):
        _traces(request).erase(request.match_info["id"])
        return web.Response(status=204)
    return _refused(request, "effacement")


def _refused(request: web.Request, what: str) -> web.Response:
    named = request.match_info["id"][:20]
    detail = f"{what} de la trace {named}"
    request.app[DUI].store.log(user_of(request).login, TAMPERING, result="refus", detail=detail)
    text = f"Refusé : le journal est en ajout seul, le droit n'existe pas ({what})."
    content: dict[str, Any] = {"error": text}
    return json_response(content, 405, _ALLOW)
