"""Exported traces of the tests: the same acts in each format, and the acts that caused them."""

from __future__ import annotations

import base64
import json
from typing import Any
from xml.sax.saxutils import quoteattr

COLUMNS = (
    *("date", "heure_acte", "auteur", "role", "action", "personne", "resultat", "origine"),
    *("detail", "demande", "reponse", "id"),
)
Row = dict[str, str]
DAY = "2026-11-22T10:"
WINDOW = {"since": f"{DAY}14:00+01:00", "until": f"{DAY}15:00+01:00"}


def row(second: int, action: str, **said: str) -> Row:
    """Return one trace, by column; `at` is its second after 10:14."""
    base = {
        "date": f"{DAY}14:{second:02d}.250+01:00",
        "heure_acte": f"{DAY}14:{second:02d}.125+01:00",
        "auteur": "pro.martin",
        "role": "médecin",
        "action": action,
        "personne": "12",
        "resultat": "ok",
        "origine": "127.0.0.1",
        "detail": "",
        "demande": "",
        "reponse": "",
        "id": str(100 + second),
    }
    return base | said


SIGN_IN = row(1, "connexion", personne="", detail="mot de passe")
FAILED = row(2, "connexion", personne="", resultat="échec", detail="mot de passe")
READING = row(3, "consultation d'identité", demande="GET /patients/12")
NOTE = row(4, "note de visite", demande="POST /api/patients/12/notes", reponse="201")
MAIL = row(5, "envoi de message", demande="MAIL FROM:<a@x.mssante.fr>", reponse="250 OK")
LOST_MAIL = row(
    6, "envoi de message", resultat="échec", demande="MAIL FROM:<a@x.mssante.fr>", reponse="550"
)
RIGHTS = row(
    7, "changement de droits", auteur="admin.leroy", personne="", detail="inf.roux : secrétariat"
)
REFUSED = row(8, "accès refusé", auteur="sec.petit", resultat="refus", demande="GET /patients/12")
INSI = row(9, "appel INSi", resultat="00", reponse="<NumIdentifiant>279035121518989")
PRACTICE = row(10, "consultation de bonne pratique", personne="", detail="fiche 2")
SIGN_OUT = row(11, "déconnexion", personne="")
DAY_OF_WORK = (
    *(SIGN_IN, FAILED, READING, NOTE, MAIL, LOST_MAIL),
    *(RIGHTS, REFUSED, INSI, PRACTICE, SIGN_OUT),
)


def act(one: Row, kind: str, **facts: Any) -> dict[str, Any]:
    """Return the act that a trace tells."""
    second = int(one["id"]) - 100
    return {
        "kind": kind,
        "author": one["auteur"],
        "person": one["personne"],
        "since": f"{DAY}14:{second:02d}+01:00",
        "until": f"{DAY}14:{second:02d}.900+01:00",
        "result": "ok" if one["resultat"] in ("ok", "00") else "échec",
        **facts,
    }


ACTS = [
    act(SIGN_IN, "connexion"),
    act(FAILED, "connexion"),
    act(READING, "consultation"),
    act(NOTE, "note"),
    act(MAIL, "message"),
    act(LOST_MAIL, "message"),
    act(RIGHTS, "droits", account="inf.roux", says=["secrétariat"]),
    act(REFUSED, "refus"),
    act(INSI, "recuperation"),
    act(PRACTICE, "bonne-pratique"),
    act(SIGN_OUT, "deconnexion"),
]


def as_csv(*rows: Row, columns: tuple[str, ...] = COLUMNS, zone: bool = True) -> str:
    """Return the traces as CSV, quoted only where need be."""
    lines = [";".join(columns)]
    for one in rows:
        values = [_quoted(one[name]) for name in columns]
        lines.append(";".join(values))
    text = "\n".join(lines) + "\n"
    return text if zone else text.replace("+01:00", "")


def _quoted(value: str) -> str:
    if not set(value) & {";", '"', "\n"}:
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def as_json_lines(*rows: Row) -> str:
    """Return the traces as JSON, one object a line."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)


def audit_event(one: Row) -> dict[str, Any]:
    """Return a trace as a FHIR AuditEvent of TDE."""
    entities: list[dict[str, Any]] = []
    if one["personne"]:
        person = {"reference": f"Patient/{one['personne']}"}
        entities.append({"what": person, "type": {"code": "1"}, "role": {"code": "1"}})
    details = [
        {"type": name, "valueString": one[column]}
        for name, column in (("réponse", "reponse"), ("détail", "detail"))
        if one[column]
    ]
    asked = {"query": base64.b64encode(one["demande"].encode()).decode()} if one["demande"] else {}
    if details or asked:
        entities.append(
            {"type": {"code": "2"}, **asked, **({"detail": details} if details else {})}
        )
    profile = "https://interop.esante.gouv.fr/ig/fhir/tde/StructureDefinition/tde-auditevent"
    who = {"identifier": {"system": "urn:oid:1.2.250.1.999.1", "value": one["auteur"]}}
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": one["id"],
        "meta": {"profile": [profile]},
        "type": {"system": "https://banc.example/traces", "code": "acte", "display": "acte"},
        "subtype": [{"system": "https://banc.example/traces", "display": one["action"]}],
        "period": {"start": one["heure_acte"]},
        "recorded": one["date"],
        "outcome": "0" if one["resultat"] in ("ok", "00") else "8",
        "outcomeDesc": one["resultat"],
        "agent": [{"who": who, "requestor": True, "role": [{"text": one["role"]}]}],
        "source": {"observer": {"display": "DUI d'essai"}, "site": one["origine"]},
    }
    return event | ({"entity": entities} if entities else {})


def as_ndjson(*rows: Row) -> str:
    """Return the traces as AuditEvents, one a line."""
    return "".join(json.dumps(audit_event(one), ensure_ascii=False) + "\n" for one in rows)


def as_bundle(*rows: Row) -> str:
    """Return the traces as a searchset Bundle of AuditEvents."""
    entries = [
        {"fullUrl": f"https://dui.example/AuditEvent/{one['id']}", "resource": audit_event(one)}
        for one in rows
    ]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False)


def audit_message(one: Row) -> str:
    """Return a trace as a DICOM AuditMessage."""
    outcome = "0" if one["resultat"] in ("ok", "00") else "8"
    objects = ""
    if one["personne"]:
        objects = (
            f'<ParticipantObjectIdentification ParticipantObjectID="{one["personne"]}" '
            'ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"/>'
        )
    details = "".join(
        f"<ParticipantObjectDetail type={quoteattr(name)} value={quoteattr(encoded)}/>"
        for name, value in (
            *(("demande", one["demande"]), ("réponse", one["reponse"])),
            ("détail", one["detail"]),
        )
        if (encoded := base64.b64encode(value.encode()).decode())
    )
    if details:
        objects += (
            '<ParticipantObjectIdentification ParticipantObjectID="acte" '
            f'ParticipantObjectTypeCode="2">{details}</ParticipantObjectIdentification>'
        )
    return (
        f'<AuditMessage><EventIdentification EventActionCode="E" '
        f'EventDateTime="{one["heure_acte"]}" EventOutcomeIndicator="{outcome}">'
        '<EventID csd-code="acte" codeSystemName="essai" originalText="acte"/>'
        f'<EventTypeCode csd-code="acte" codeSystemName="essai" '
        f"originalText={quoteattr(one['action'])}/></EventIdentification>"
        f'<ActiveParticipant UserID="{one["auteur"]}^^^&amp;1.2.250.1.999.1&amp;ISO" '
        'UserIsRequestor="true"/>'
        f'<AuditSourceIdentification AuditSourceID="DUI d\'essai"/>{objects}</AuditMessage>'
    )


def syslog_line(one: Row) -> str:
    """Return a trace as a syslog line, without its end."""
    return f"<110>1 {one['date']} dui.example dui 42 audit - {audit_message(one)}"


def as_syslog(*rows: Row) -> str:
    """Return the traces as syslog, one a line."""
    return "".join(f"{syslog_line(one)}\n" for one in rows)


def as_counted_syslog(*rows: Row) -> str:
    """Return the traces as syslog framed by octet counting."""
    return "".join(f"{len(line.encode())} {line}" for line in map(syslog_line, rows))


FORMATS = {
    "csv": as_csv,
    "jsonl": as_json_lines,
    "ndjson": as_ndjson,
    "bundle": as_bundle,
    "syslog": as_syslog,
    "syslog-compte": as_counted_syslog,
}
