"""Writes the samples of the rules on exported traces, when run as a module."""

from __future__ import annotations

import json
from typing import Any

from tests.validators.samples import MESSAGES
from tests.validators.traces import exports as e
from tests.validators.traces.exports import ACTS, DAY_OF_WORK, Row, act, as_csv

FOLDER = MESSAGES / "traces"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJlc3NhaSJ9.c2lnbmF0dXJl"
OTHER = e.row(12, "note de visite")
ATTEMPT = {
    "kind": "tentative",
    "act": "modification d'une trace",
    "accepted": False,
    "message": "non autorisé",
    "code": "405",
}


def without(one: Row, *names: str) -> Row:
    """Return a trace with columns emptied."""
    return one | dict.fromkeys(names, "")


def with_(*changed: Row, left: tuple[Row, ...] = ()) -> tuple[Row, ...]:
    """Return the day's traces, some changed (same id), some left out."""
    by_id = {one["id"]: one for one in changed}
    gone = {one["id"] for one in left}
    return tuple(by_id.get(one["id"], one) for one in DAY_OF_WORK if one["id"] not in gone)


Sample = tuple[dict[str, Any], dict[str, Any]]
"""Artefacts by role, expected values."""


def audit(text: str, **expected: Any) -> Sample:
    """Return the sample of one export."""
    return {"audit": {"text": text, "media_type": "text/plain"}}, expected


def told(*rows: Row, **expected: Any) -> Sample:
    """Return the sample of one CSV held against the day's acts."""
    return audit(as_csv(*rows), acts=ACTS, **expected)


def tampered(after: tuple[Row, ...], **attempt: Any) -> Sample:
    """Return the sample of an attempt to change traces."""
    artefacts, _ = audit(as_csv(*after))
    artefacts["before"] = {"text": as_csv(*DAY_OF_WORK), "media_type": "text/csv"}
    artefacts["attempt"] = {"json": ATTEMPT | attempt}
    return artefacts, {}


def _later(one: Row, minute: int) -> Row:
    return one | {name: one[name].replace(":14:", f":{minute}:") for name in ("date", "heure_acte")}


SOUND: dict[str, Sample] = {
    **{
        f"export-{name}": audit(write(*DAY_OF_WORK), acts=ACTS) for name, write in e.FORMATS.items()
    },
    "export-csv-du-plus-recent": told(*reversed(DAY_OF_WORK)),
    "export-csv-sans-fuseau": audit(as_csv(e.READING, e.NOTE, e.SIGN_OUT, zone=False)),
    "export-sans-format-standard-exige": audit(e.as_syslog(e.SIGN_IN, e.FAILED), standard=True),
    "alteration-refusee": tampered((*DAY_OF_WORK, e.row(13, "tentative d'altération"))),
    "trace-entrainee": audit(
        as_csv(e.READING, e.NOTE), acts=[act(e.NOTE, "note", also=["consultation"])]
    ),
    "secret-masque": audit(
        as_csv(e.row(3, "note de visite", demande="Authorization: Basic «secret mot 0a1b2c3d4e»")),
        secrets=["motdepasse-d-essai"],
    ),
}
FAULTY: dict[str, Sample] = {
    "TRA-09/auteur-vide": audit(as_csv(*with_(without(e.READING, "auteur")))),
    "TRA-09/auteur-vide-fhir": audit(e.as_ndjson(without(e.READING, "auteur"))),
    "TRA-10/action-vide": audit(as_csv(without(e.READING, "action"))),
    "TRA-11/personne-vide": audit(as_csv(*with_(without(e.NOTE, "personne")))),
    "TRA-11/personne-vide-syslog": audit(e.as_syslog(without(e.NOTE, "personne"))),
    "TRA-12/date-seule": audit(as_csv(e.NOTE | {"date": "22/11/2026"})),
    "TRA-12/fuseau-absent-fhir": audit(
        e.as_ndjson(e.NOTE | {"date": "2026-11-22T10:14:04.250", "heure_acte": ""})
    ),
    "TRA-13/resultat-vide": audit(as_csv(without(e.RIGHTS, "resultat"))),
    "TRA-13/resultat-vide-message": audit(as_csv(without(e.MAIL, "resultat"))),
    "TRA-14/origine-vide-fhir": audit(
        e.as_ndjson(e.NOTE)
        .replace('"display": "DUI d\'essai"', '"display": ""')
        .replace('"site": "127.0.0.1"', '"site": ""')
    ),
    "TRA-15/ligne-ancienne": audit(as_csv(*DAY_OF_WORK, e.row(3, "note de visite"))),
    "TRA-16/enregistree-avant-l-acte": audit(
        as_csv(e.NOTE | {"heure_acte": e.NOTE["heure_acte"].replace("10:14", "10:15")})
    ),
    "TRA-17/jeton-jwt": audit(as_csv(e.NOTE | {"demande": f"GET /x (jeton {JWT})"})),
    "TRA-17/basic": audit(
        as_csv(e.NOTE | {"demande": "Authorization: Basic cHJvLm1hcnRpbjptb3RkZXBhc3Nl"})
    ),
    "TRA-17/basic-en-base64-fhir": audit(
        e.as_ndjson(e.NOTE | {"demande": "Authorization: Bearer 0a1b2c3d4e5f6a7b8c9d"})
    ),
    "TRA-17/secret-de-l-execution": audit(
        as_csv(e.SIGN_IN | {"detail": "essai avec motdepasse-d-essai"}),
        secrets=["motdepasse-d-essai"],
    ),
    "TRA-17/parametre-d-adresse": audit(
        as_csv(e.NOTE | {"demande": "GET /acces/reinitialisation?jeton=0123456789abcdef"})
    ),
    "TRA-18/matricule-entier": audit(as_csv(e.NOTE | {"personne": "279035121518989"})),
    "TRA-18/matricule-espace": audit(as_csv(e.NOTE | {"detail": "INS 2 79 03 51 215 189 89"})),
    "TRA-18/personne-d-un-appel-insi": audit(as_csv(e.INSI | {"personne": "279035121518989"})),
    "TRA-19/note-sans-trace": told(*with_(left=(e.NOTE,))),
    "TRA-19/echec-sans-trace": told(*with_(left=(e.FAILED,))),
    "TRA-19/trace-d-une-autre-heure": told(*with_(_later(e.SIGN_OUT, 44))),
    "TRA-20/autre-auteur": told(*with_(e.NOTE | {"auteur": "pro.durand"})),
    "TRA-20/compte-technique": told(*with_(e.RIGHTS | {"auteur": "systeme"})),
    "TRA-21/autre-personne": told(*with_(e.NOTE | {"personne": "13"})),
    "TRA-22/trace-en-double": told(*DAY_OF_WORK, e.NOTE | {"date": e.SIGN_OUT["date"]}),
    "TRA-22/trace-inventee": told(
        *DAY_OF_WORK, e.row(12, "dépôt de document", auteur="pro.durand")
    ),
    "TRA-23/acceptee": tampered(DAY_OF_WORK, accepted=True, code="200"),
    "TRA-23/refusee-et-faite": tampered(with_(e.NOTE | {"detail": "autre"})),
    "TRA-23/effacee": tampered(with_(left=(e.NOTE,))),
    "TRA-24/format-non-standard": audit(as_csv(e.SIGN_IN), standard=True),
    "TRA-24/identifiant-absent": audit(
        e.as_syslog(e.FAILED).replace('UserID="pro.martin^^^&amp;1.2.250.1.999.1&amp;ISO"', "")
    ),
    "TRA-25/nature-tue": told(*with_(e.RIGHTS | {"detail": "inf.roux"})),
    "TRA-25/compte-tu": told(*with_(e.RIGHTS | {"detail": "secrétariat"})),
    "TRA-26/reponse-tue": audit(as_csv(without(e.LOST_MAIL, "reponse"))),
    "TRA-26/demande-tue": audit(as_csv(without(e.MAIL, "demande"))),
    "TRA-26/horodatage-sans-decalage": audit(
        as_csv(e.MAIL | {"date": "2026-11-22 10:14:05", "heure_acte": ""})
    ),
    "TRA-27/priorite": audit(e.as_syslog(e.NOTE).replace("<110>", "<999>")),
    "TRA-27/version": audit(e.as_syslog(e.NOTE).replace("<110>1 ", "<110>2 ")),
    "TRA-27/ancien-syslog": audit(
        e.as_syslog(e.NOTE).replace(
            f"<110>1 {e.NOTE['date']} dui.example dui 42 audit - ", "<110>Nov 22 10:14:04 dui : "
        )
    ),
    "TRA-27/longueur-fausse": audit(
        f"9999 {e.syslog_line(e.NOTE)}{e.as_counted_syslog(e.READING)}"
    ),
    "TRA-27/participant-anonyme": audit(
        e.as_syslog(e.NOTE).replace('UserID="pro.martin^^^&amp;1.2.250.1.999.1&amp;ISO"', "")
    ),
    "TRA-28/ligne-coupee": audit(as_csv(*DAY_OF_WORK) + "2026-11-22T10:14:59+01:00;pro\n"),
    "TRA-28/json-coupe": audit(e.as_ndjson(*DAY_OF_WORK) + '{"resourceType": "AuditEvent", "id\n'),
    "TRA-28/bundle-coupe": audit(e.as_bundle(*DAY_OF_WORK)[:-40]),
    "TRA-28/entite-xml": audit(
        e.as_syslog(e.NOTE)
        + e.as_syslog(OTHER).replace(
            "<AuditMessage>", '<!DOCTYPE AuditMessage [<!ENTITY a "b">]><AuditMessage>'
        )
    ),
    "TRA-29/echec-dit-reussi": told(*with_(e.FAILED | {"resultat": "ok"})),
    "TRA-29/refus-dit-reussi": told(*with_(e.REFUSED | {"resultat": "ok"})),
}


def main() -> None:
    """Write every sample."""
    samples = {f"conformes/{name}": one for name, one in SOUND.items()}
    samples |= {f"fautifs/{name}": one for name, one in FAULTY.items()}
    for name, (artefacts, expected) in samples.items():
        path = FOLDER / f"{name}.check.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        record = {"artefacts": artefacts, "expected": expected}
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
