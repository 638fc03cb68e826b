"""Rules on the traces of events (TDE): AuditEvents, their exchange, and their syslog form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from harness.validators import Check, Finding, Level, rule
from harness.validators.fhir.audit import (
    AUDIT_EVENT,
    RESULTS,
    STANDARD,
    AuditMessage,
    audit_events,
    audit_messages,
    is_judged,
)
from harness.validators.fhir.document import Document, Resource, document
from harness.validators.fhir.elements import count, listed, objects, target_of, text, type_named
from harness.validators.fhir.profile_values import is_well_formed

Sending = tuple[Document, Resource]
_OBSERVERS = (
    "Device",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "RelatedPerson",
    "Patient",
)
_PARAMETERS = frozenset(
    {
        "date", "type", "subtype", "agent", "agent-name", "altid", "agent-role", "patient",
        "address", "source", "site", "action", "outcome", "policy", "period-start",
        "TDE_AuditEvent_period-start",
    }
)  # fmt: skip
_LOWER, _UPPER = ("ge", "gt", "sa", "eq"), ("le", "lt", "eb", "eq")


@rule("FR-TDE-01", standard=f"{STANDARD}, profil tde-auditevent", each=audit_events)
def trace_has_its_elements(sending: Sending, check: Check) -> Iterator[Finding]:
    """A trace has its type, its start, its record time, one or two actors and its source."""
    found, one = sending
    for name, most in (("type", 1), ("recorded", 1), ("source", 1)):
        if count(one.data, name) != most:
            yield Finding(f"{one.path}.{name}", "exactement une fois", f"{count(one.data, name)}")
    if count(one.data, "subtype") > 1:
        yield Finding(f"{one.path}.subtype", "au plus un", f"{count(one.data, 'subtype')}")
    if not text(one.data, "period", "start"):
        yield Finding(
            f"{one.path}.period.start",
            "l'instant de l'événement",
            "absent",
            "L'événement n'est-il daté que par son enregistrement ?",
        )
    yield from _agent_faults(one)
    yield from _observer_faults(found, one)


def _agent_faults(one: Resource) -> Iterator[Finding]:
    agents = objects(one.data, "agent")
    if not 1 <= len(agents) <= 2:
        yield Finding(f"{one.path}.agent", "un ou deux acteurs", f"{len(agents)}")
    for index, agent in enumerate(agents):
        if count(agent, "who") != 1:
            yield Finding(
                f"{one.path}.agent[{index}].who",
                "l'acteur",
                "absent",
                "Qui a fait l'action tracée ?",
            )
        if not isinstance(agent.get("requestor"), bool):
            yield Finding(
                f"{one.path}.agent[{index}].requestor", "vrai ou faux", "absent ou d'un autre type"
            )


def _observer_faults(found: Document, one: Resource) -> Iterator[Finding]:
    path = f"{one.path}.source.observer"
    for source in objects(one.data, "source"):
        if count(source, "observer") != 1:
            yield Finding(path, "le système qui a enregistré la trace", "absent")
        reference = text(source, "observer", "reference")
        target = target_of(found, reference)
        kind = type_named(reference) if target is None else target.kind
        kind = kind or text(source, "observer", "type").rpartition("/")[2]
        if kind and kind not in _OBSERVERS:
            yield Finding(path, " ou ".join(_OBSERVERS), kind)


@rule("FR-TDE-02", standard=f"{STANDARD}, correspondance métier", each=audit_events)
def trace_tells_who_when_and_what(sending: Sending, check: Check) -> Iterator[Finding]:
    """A trace is recorded after it happened, and names its actor, role and object."""
    _, one = sending
    yield from _time_faults(one)
    for index, agent in enumerate(objects(one.data, "agent")):
        path = f"{one.path}.agent[{index}]"
        if not text(agent, "who", "identifier", "value"):
            yield Finding(
                f"{path}.who.identifier",
                "l'identifiant de l'acteur",
                "absent",
                "La trace permet-elle de retrouver la personne sans le serveur d'origine ?",
                Level.WARNING,
            )
        if not count(agent, "role"):
            yield Finding(f"{path}.role", "le rôle de l'acteur", "absent", "", Level.WARNING)
    for index, entity in enumerate(objects(one.data, "entity")):
        if not any(count(entity, name) for name in ("what", "query", "detail")):
            yield Finding(
                f"{one.path}.entity[{index}]",
                "what, query ou detail",
                "aucun",
                "Sur quel objet porte la trace ?",
                Level.WARNING,
            )


def _time_faults(one: Resource) -> Iterator[Finding]:
    recorded, start = text(one.data, "recorded"), text(one.data, "period", "start")
    for name, value, kind in (
        ("recorded", recorded, "instant"),
        ("period.start", start, "dateTime"),
    ):
        if value and not is_well_formed(value, kind):
            yield Finding(f"{one.path}.{name}", f"une valeur FHIR de type {kind}", value[:60])
            return
    if recorded and start and _precedes(recorded, start):
        yield Finding(
            f"{one.path}.recorded",
            f"un instant qui ne précède pas period.start ({start})",
            recorded,
            "Les horloges des deux systèmes sont-elles à l'heure ?",
        )


def _precedes(recorded: str, start: str) -> bool:
    if "T" not in start:
        # A start known to the day, month or year only: compare what both say.
        return recorded[: len(start)] < start
    # A leap second (:60) is a legal instant that Python cannot hold.
    first, second = (datetime.fromisoformat(one.replace(":60", ":59")) for one in (recorded, start))
    return first < second


def requests(check: Check) -> Iterator[tuple[Document, Document | None]]:
    """Yield the HTTP requests on AuditEvent, or that carry traces, each with its answer."""
    request = document(check, "request")
    if request is None or not request.method or not is_judged(check):
        return
    if "AuditEvent" in urlsplit(request.target).path.split("/") or request.of_kind("AuditEvent"):
        yield request, document(check, "answer")


@rule(
    "FR-TDE-03", standard=f"{STANDARD}, envoi, lecture et recherche (ITI-20, ITI-81)", each=requests
)
def traces_travel_by_the_guide_calls(
    pair: tuple[Document, Document | None], check: Check
) -> Iterator[Finding]:
    """A trace is posted alone on AuditEvent; a search bounds its dates; a reading answers 200."""
    request, answer = pair
    place = urlsplit(request.target)
    parts = [part for part in place.path.split("/") if part]
    last = parts[-1] if parts else ""
    if last == "_search" or (request.method == "GET" and last == "AuditEvent"):
        yield from _search_faults(place.query)
    elif request.method == "POST":
        yield from _posting_faults(request, last)
    elif request.method != "GET":
        yield Finding("requête", "POST ou GET sur AuditEvent", request.method)
    elif answer is not None and answer.status not in (0, 200):
        yield Finding("statut HTTP", "200", f"{answer.status}", "La trace existe-t-elle ?")


def _posting_faults(request: Document, last: str) -> Iterator[Finding]:
    if last != "AuditEvent":
        yield Finding("requête", "POST [base]/AuditEvent", f"POST {request.target[:80]}")
    if request.kind != "AuditEvent":
        yield Finding(
            "corps",
            "un AuditEvent seul, une trace par appel",
            request.kind or "corps vide",
            "Les traces sont-elles groupées dans un Bundle ?",
        )


def _search_faults(query: str) -> Iterator[Finding]:
    given = parse_qsl(query, keep_blank_values=True)
    dates = [value[:2] for name, value in given if name.partition(":")[0] == "date"]
    if not dates:
        yield Finding(
            "paramètre date",
            "date=ge…&date=le…",
            "absent",
            "La recherche est-elle bornée dans le temps ?",
        )
    else:
        for word, prefixes in (("ge", _LOWER), ("le", _UPPER)):
            # A bare date bounds both sides.
            if not any(one in prefixes or one.isdigit() for one in dates):
                yield Finding(
                    "paramètre date", f"une borne {word}", ", ".join(dates), "", Level.WARNING
                )
    for name, _ in given:
        known = name.partition(":")[0].partition(".")[0]
        if known not in _PARAMETERS and not known.startswith(("_", "entity")):
            yield Finding(
                f"paramètre {name[:40]}",
                "un paramètre du guide ou d'ITI-81",
                name[:40],
                "Le serveur ignorera-t-il ce critère ?",
                Level.WARNING,
            )


def search_answers(check: Check) -> Iterator[Document]:
    """Yield the answers to a search of traces: roles `answer` and `subject`."""
    if not is_judged(check):
        return
    request, answer = document(check, "request"), document(check, "answer")
    if request is not None and answer is not None and request.method:
        path = urlsplit(request.target).path.rstrip("/")
        if path.endswith(("/AuditEvent/_search",)) or (
            request.method == "GET" and path.endswith("/AuditEvent")
        ):
            yield answer
    subject = document(check)
    if subject is None or subject.kind != "Bundle":
        return
    if subject.resources[0].declares(RESULTS) or (
        subject.root.get("type") == "searchset" and subject.of_kind("AuditEvent")
    ):
        yield subject


@rule("FR-TDE-04", standard=f"{STANDARD}, réponse à la recherche de traces", each=search_answers)
def search_answer_holds_traces(answer: Document, check: Check) -> Iterator[Finding]:
    """The answer to a search of traces is a searchset Bundle of AuditEvents."""
    kind = f"{answer.kind} {text(answer.root, 'type')}".strip()
    if answer.status not in (0, 200):
        yield Finding("statut HTTP", "200", f"{answer.status}")
    if kind != "Bundle searchset":
        yield Finding("Bundle.type", "un Bundle searchset", kind or "corps vide")
        return
    for one in answer.resources[1:]:
        mode = text(one.entry, "search", "mode")
        if one.kind == "OperationOutcome" and mode == "outcome":
            continue
        if one.kind != "AuditEvent" and mode != "include":
            yield Finding(one.path, "un AuditEvent", one.kind or "sans type")
        elif one.kind == "AuditEvent" and not one.declares(AUDIT_EVENT):
            yield Finding(
                f"{one.path}.meta.profile", AUDIT_EVENT, _declared(one), "", Level.WARNING
            )
    if not answer.resources[0].declares(RESULTS):
        yield Finding(
            "Bundle.meta.profile", RESULTS, _declared(answer.resources[0]), "", Level.WARNING
        )


def _declared(one: Resource) -> str:
    return ", ".join(map(str, listed(one.data.get("meta"), "profile")))[:120] or "aucun profil"


@rule("FR-TDE-05", standard=f"{STANDARD}, DICOM AuditMessage et RFC 5424", each=audit_messages)
def audit_message_names_event_and_users(message: AuditMessage, check: Check) -> Iterator[Finding]:
    """An AuditMessage has its event, instant and participants, behind an RFC 5424 header."""
    if message.has_odd_header or (message.header is not None and message.header.version != "1"):
        yield Finding(
            "en-tête syslog",
            "<PRI>1 horodatage hôte application processus message (RFC 5424)",
            "autre forme",
            "Le transport suit-il encore l'ancien syslog (RFC 3164) ?",
        )
    if len(message.event_codes) != 1 or not message.event_codes[0]:
        yield Finding(
            "AuditMessage/EventIdentification/EventID",
            "un code d'événement",
            ", ".join(message.event_codes) or "absent",
        )
    if not message.event_at:
        yield Finding(
            "AuditMessage/EventIdentification/@EventDateTime", "l'instant de l'événement", "absent"
        )
    if not message.users:
        yield Finding("AuditMessage/ActiveParticipant", "au moins un participant", "aucun")
    for index, user in enumerate(message.users, start=1):
        if not user:
            yield Finding(
                f"AuditMessage/ActiveParticipant[{index}]/@UserID",
                "l'identifiant du participant",
                "absent",
            )
