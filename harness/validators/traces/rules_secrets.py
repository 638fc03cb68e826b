"""Rules on what a trace must not hold: a secret that serves again, a whole matricule."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import quote_plus

from harness.model.form_encoding import as_a_browser_sends_it
from harness.model.identity import shortened
from harness.validators import Check, Finding
from harness.validators.engine import streaming_rule
from harness.validators.ins.matricule import is_valid_matricule, parse_matricule
from harness.validators.traces.event import Batch, TraceEvent
from harness.validators.traces.over_traces import OverTraces
from harness.validators.traces.stream import batches
from harness.validators.traces.vocabulary import LISTS

SECRET_STANDARD = "règle du banc : une trace n'ouvre aucun accès à qui la lit"
MATRICULE_STANDARD = (
    "RGPD, article 5 (minimisation) ; INS 38 ne le demande que de la réponse d'INSi"
)
_SHORTEST = 4
_SIGNS = ("=", "eyJ", "asic ", "earer ", "otpauth:", "PRIVATE KEY")
"""What a text must hold for one of the shapes below to be in it: looked for first, at no cost."""
_SHAPES = (
    ("jeton JWT", re.compile(r"eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*")),
    ("clé otpauth", re.compile(r"otpauth://\S+")),
    ("clé privée", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("jeton Bearer", re.compile(r"(?i)\bbearer +(?=[\w.~+/-]*\d)[\w.~+/-]{12,}=*")),
    (
        "paramètre d'adresse",
        re.compile(
            r"(?i)[?&](?:code|jeton|token|password|mot_de_passe|secret|client_secret"
            r"|access_token|id_token|refresh_token)=[^&\s\"«;]{6,}"
        ),
    ),
)
_BASIC = re.compile(r"(?i)\bbasic +([A-Za-z0-9+/]{6,}={0,2})")
_LONG_NUMBER = re.compile(r"[0-9][0-9AB ]{14}")
"""What any matricule is, whatever its blanks: looked for first, at half the cost."""
_MATRICULE = re.compile(
    r"[1-478] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}"
)
_INSI = frozenset({"recuperation", "verification"})


@streaming_rule("TRA-17", each=batches, standard=SECRET_STANDARD)
class NoSecretIsKept(OverTraces):
    """No trace holds a password, a code, a token or a key."""

    def __init__(self, check: Check) -> None:
        super().__init__(check)
        self._known = _known(check.expected.get("secrets"))

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch: its whole text first, trace by trace if need be."""
        self.examined += len(batch.events)
        whole = "\n".join([event.text for event in batch.events])
        if not any(self._secrets(whole)):
            return
        for event in batch.events:
            for what in dict.fromkeys(self._secrets(event.text)):
                yield Finding(
                    batch.at(event.number),
                    "aucun mot de passe, code, jeton ni clé",
                    what,
                    "La demande entière (adresse, en-têtes, formulaire) est-elle tracée ?",
                )

    def _secrets(self, text: str) -> Iterator[str]:
        """Yield what secrets a text holds, in words that do not give them."""
        if self._known is not None and (found := self._known.search(text)):
            yield f"un secret de l'exécution ({len(found[0])} caractères)"
        if not any(sign in text for sign in _SIGNS):
            return
        for name, shape in _SHAPES:
            if found := shape.search(text):
                yield f"{name} ({len(found[0])} caractères)"
        if any(_is_credentials(one[1]) for one in _BASIC.finditer(text)):
            yield "identifiant et mot de passe (Basic)"


def _known(secrets: object) -> re.Pattern[str] | None:
    """Return what finds the secrets of the run, as they are or as an address carries them."""
    given = [str(one) for one in secrets] if isinstance(secrets, list | tuple) else []
    long = [one for one in given if len(one) >= _SHORTEST]
    forms = {form for one in long for form in (one, quote_plus(one), as_a_browser_sends_it(one))}
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda one: (-len(one), one))
    # A code of six digits may be a part of another number, or of an instant: never of a word.
    return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _is_credentials(encoded: str) -> bool:
    try:
        return b":" in base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        return False


@streaming_rule("TRA-18", each=batches, standard=MATRICULE_STANDARD, lists=LISTS)
class NoWholeMatricule(OverTraces):
    """No trace holds a whole matricule, but for what INSi answered."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch: its whole text first, trace by trace if need be."""
        self.examined += len(batch.events)
        whole = "\n".join([event.text for event in batch.events])
        if not any(_matricules(whole)):
            return
        for event in batch.events:
            for matricule in dict.fromkeys(_matricules(_judged(event))):
                yield Finding(
                    batch.at(event.number, _place(event, matricule)),
                    "un identifiant local, ou un matricule raccourci",
                    shortened(matricule),
                    "Un journal que lisent les administrateurs doit-il porter l'INS entière ?",
                )


def _judged(event: TraceEvent) -> str:
    if _INSI.isdisjoint(event.kinds):
        return event.text
    # INS 38 asks that everything INSi returned be kept with the trace of the call.
    return "\n".join((event.author, event.person, event.account, event.origin, event.action))


def _matricules(text: str) -> Iterator[str]:
    for found in _MATRICULE.finditer(text) if _LONG_NUMBER.search(text) else ():
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        matricule = found[0].replace(" ", "")
        if before.isalnum() or after.isalnum() or not is_valid_matricule(matricule):
            continue
        parts = parse_matricule(matricule)
        if parts is not None and parts.month_is_known_form:
            yield matricule


def _place(event: TraceEvent, matricule: str) -> str:
    named = {
        "personne": event.person,
        "auteur": event.author,
        "compte": event.account,
        "demande": event.request,
        "réponse": event.answer,
        "détail": event.detail,
    }
    return next((name for name, text in named.items() if matricule in text.replace(" ", "")), "")
