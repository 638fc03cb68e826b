"""What kind of event each action is, in the words of DICOM (DCM) and of FHIR."""

from __future__ import annotations

from dataclasses import dataclass

from demo_dui import trace_words as words

DCM = "http://dicom.nema.org/resources/ontology/DCM"


@dataclass(frozen=True, slots=True)
class Kind:
    """Code and name of the event in DCM; `action` is C, R, U, D or E (created, read…)."""

    code: str
    name: str
    action: str


_AUTHENTICATION = ("110114", "User Authentication")
_RECORD = ("110110", "Patient Record")
_SECURITY = ("110113", "Security Alert")
_APPLICATION = Kind("110100", "Application Activity", "E")
_KINDS = {
    words.SIGN_IN: Kind(*_AUTHENTICATION, "E"),
    words.SIGN_OUT: Kind(*_AUTHENTICATION, "E"),
    "second facteur": Kind(*_AUTHENTICATION, "E"),
    words.READING: Kind(*_RECORD, "R"),
    words.CHANGE: Kind(*_RECORD, "U"),
    "création d'identité": Kind(*_RECORD, "C"),
    words.NOTE: Kind(*_RECORD, "C"),
    words.DOCUMENT: Kind(*_RECORD, "C"),
    words.MAILING: Kind("110106", "Export", "E"),
    words.SENDING[0]: Kind("110106", "Export", "E"),
    words.SENDING[1]: Kind("110106", "Export", "E"),
    words.RECEPTION[0]: Kind("110107", "Import", "E"),
    words.RECEPTION[1]: Kind("110107", "Import", "E"),
    "export de portabilité": Kind("110106", "Export", "R"),
    words.AUDIT_EXPORT: Kind("110101", "Audit Log Used", "R"),
    "recherche d'identité": Kind("110112", "Query", "E"),
    words.MAILBOX_SEARCH: Kind("110112", "Query", "E"),
    words.INSI_CALL: Kind("110112", "Query", "E"),
    words.INSI_CHECK: Kind("110112", "Query", "E"),
    words.DIRECTORY_CALL: Kind("110112", "Query", "E"),
    words.REFUSED_ACCESS: Kind(*_SECURITY, "E"),
    words.TAMPERING: Kind(*_SECURITY, "E"),
    words.RIGHTS_CHANGE: Kind(*_SECURITY, "U"),
}


def kind_of(action: str) -> Kind:
    """The kind of an action; an application activity when nothing fits better."""
    return _KINDS.get(action, _APPLICATION)
