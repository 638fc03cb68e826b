"""Business actions on the record of a person: note, document, message; each leaves its trace."""

from __future__ import annotations

import re
from dataclasses import replace

from demo_dui.contact import Contact, ContactError
from demo_dui.identity import Identity
from demo_dui.naming import Refusal, RefusedError
from demo_dui.records import Record
from demo_dui.service import Dui
from demo_dui.trace_words import DOCUMENT, GOOD_PRACTICE, MAILING, NOTE
from demo_dui.traces import Trace

LONGEST_TITLE, LONGEST_TEXT = 200, 20_000
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def write_note(dui: Dui, identity: Identity, text: str, by: str) -> Record:
    """Write a visit note; RefusedError for an empty or too long text."""
    _check(dui, NOTE, identity, by, {"text": (text, LONGEST_TEXT)})
    record = dui.store.records.add("note", identity.id, by, text)
    dui.store.log(by, NOTE, identity.id, detail=f"note {record.id}")
    return record


def file_document(dui: Dui, identity: Identity, title: str, text: str, by: str) -> Record:
    """File a document; RefusedError for an empty or too long title or text."""
    given = {"title": (title, LONGEST_TITLE), "text": (text, LONGEST_TEXT)}
    _check(dui, DOCUMENT, identity, by, given)
    record = dui.store.records.add("document", identity.id, by, text, title=title)
    dui.store.log(by, DOCUMENT, identity.id, detail=f"document {record.id}")
    return record


async def send_message(
    dui: Dui, contact: Contact, identity: Identity, message: tuple[str, str, str], by: str
) -> Record:
    """Send a message (recipient, subject, text) about a person.

    RefusedError when it may not be sent, ContactError when it did not leave; traced all the same.
    """
    to, subject, text = message
    given = {"subject": (subject, LONGEST_TITLE), "text": (text, LONGEST_TEXT)}
    _check(dui, MAILING, identity, by, given, to)
    trace = Trace(by=by, action=MAILING, patient_id=identity.id, recipient=to)
    trace = replace(trace, request=f"SMTP RCPT TO:<{to}>, {len(text)} caractères")
    try:
        posted = await contact.mail(to, subject, text)
    except ContactError as error:
        why = error.answer or str(error)
        kept = dui.store.records.add(
            "mailing", identity.id, by, text, title=subject, recipient=to, sent=why
        )
        failed = replace(
            trace, result="échec", detail=f"message {kept.id}", answer=error.answer or why
        )
        dui.store.traces.add(failed)
        raise
    kept = dui.store.records.add(
        "mailing", identity.id, by, text, title=subject, recipient=to, sent="oui"
    )
    told = replace(trace, detail=f"message {kept.id}", message_id=posted.message_id)
    dui.store.traces.add(replace(told, answer=posted.answer))
    return kept


def read_good_practice(dui: Dui, practice_id: str, by: str) -> None:
    """Trace that a good practice was read."""
    dui.store.log(by, GOOD_PRACTICE, detail=practice_id)


def _check(
    dui: Dui,
    action: str,
    identity: Identity,
    by: str,
    given: dict[str, tuple[str, int]],
    to: str | None = None,
) -> None:
    """RefusedError, traced, for a text that is empty or too long, or a wrong recipient."""
    found = []
    if to is not None and not _ADDRESS.fullmatch(to):
        found.append(
            Refusal("to", f"to : « {to[:60]} » n'est pas une adresse, nom@domaine attendu.")
        )
    for name, (value, longest) in given.items():
        if not 1 <= len(value) <= longest:
            found.append(Refusal(name, f"{name} : texte de 1 à {longest} caractères attendu."))
        elif longest == LONGEST_TITLE and not value.isprintable():
            found.append(Refusal(name, f"{name} : une seule ligne attendue."))
    if found:
        dui.store.log(by, action, identity.id, "refus", found[0].message)
        raise RefusedError(*found)
