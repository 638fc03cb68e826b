"""Rules on the traces of sign-in, of the life of accounts and of mailboxes (IAM, MSS)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.model.finding import Level
from harness.validators import Finding
from harness.validators.engine import streaming_rule
from harness.validators.screen.reader import plain
from harness.validators.traces.acts_told import Act
from harness.validators.traces.event import STANDARD_FORMATS, Batch, TraceEvent
from harness.validators.traces.over_traces import OverTraces
from harness.validators.traces.rules_completeness import OverActs
from harness.validators.traces.stream import batches
from harness.validators.traces.vocabulary import LISTS, identifiers

_SIGN_IN = frozenset({"connexion", "deconnexion"})
_LIFE_CYCLE = frozenset({"compte", "attributs", "droits", "connexion", "mot-de-passe"})
_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}$")
Gap = tuple[str, str, str, Level | None]
"""What is missing: its name, what was expected, what was found, its level."""


@streaming_rule(
    "TRA-24",
    each=batches,
    cites=("SSI/IAM.90",),
    lists=LISTS,
    overlaps=("TRA-09", "TRA-12", "TRA-13"),
)
class SignInIsExtractable(OverTraces):
    """Traces of sign-in are extracted in a standard format: instant, identifier typed, result."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch that tell a sign-in or a sign-out."""
        for event in batch.events:
            if _SIGN_IN.isdisjoint(event.kinds):
                continue
            self.examined += 1
            for what, expected, found, level in self._gaps(event, batch):
                yield Finding(batch.at(event.number, what), expected, found, level=level)

    def _gaps(self, event: TraceEvent, batch: Batch) -> Iterator[Gap]:
        if self.check.expected.get("standard") and batch.format not in STANDARD_FORMATS:
            expected = " ou ".join(sorted(STANDARD_FORMATS))
            yield "format de l'export", expected, batch.format, None
        if event.recorded_at is None:
            yield "date et heure", "une date et une heure", event.recorded[:40] or "vide", None
        if not event.author:
            yield "identifiant", "l'identifiant saisi, même en échec", "vide", None
        if not event.result and "connexion" in event.kinds:
            yield "résultat", "succès ou échec", "vide", None


@streaming_rule(
    "TRA-25",
    each=batches,
    cites=("SSI/IAM.91",),
    lists=LISTS,
    overlaps=("TRA-09", "TRA-12", "TRA-13", "TRA-20", "TRA-29"),
)
class AccountLifeIsTraced(OverActs):
    """Each event in the life of an account says its instant, author, account, nature and result."""

    def end(self) -> Iterator[Finding]:
        """Judge each act on an account that has its trace."""
        for ledger, act, event in self.told():
            if act.kind not in _LIFE_CYCLE or act.persons:
                continue
            self.examined += 1
            for what, expected, found, level in _account_gaps(act, event):
                at = ledger.at(event, f"{what} ({act.kind})")
                yield Finding(at, expected, found, level=level)


def _account_gaps(act: Act, event: TraceEvent) -> Iterator[Gap]:
    if event.recorded_at is None:
        yield "date et heure", "une date et une heure", event.recorded[:40] or "vide", None
    if not event.author:
        yield "auteur", "l'utilisateur à l'origine de l'événement", "vide", None
    if act.accounts and not act.accounts & identifiers(event.text):
        expected = " ou ".join(sorted(act.accounts))
        yield "compte", expected, event.account[:60] or event.detail[:60] or "vide", None
    if act.says and not any(plain(word) in plain(event.text) for word in act.says):
        expected = " ou ".join(f"« {word} »" for word in act.says)
        yield "nature", expected, event.detail[:60] or event.action[:60] or "vide", None
    if not event.result:
        yield "résultat", "succès ou échec", "vide", None


@streaming_rule(
    "TRA-26",
    each=batches,
    cites=("MSS/CONF.17", "MSS/CONF.18"),
    lists=LISTS,
    overlaps=("TRA-09", "TRA-12"),
)
class MailActionsAreWhole(OverTraces):
    """Each action on a mailbox says its author, local instant, action, request and answer."""

    def feed(self, batch: Batch) -> Iterator[Finding]:
        """Judge the traces of a batch that tell an action on a mailbox."""
        for event in batch.events:
            if "message" not in event.kinds:
                continue
            self.examined += 1
            for what, expected, found, level in _mail_gaps(event):
                yield Finding(
                    batch.at(event.number, what),
                    expected,
                    found,
                    "La trace est-elle écrite aussi quand l'opérateur refuse ou ne répond pas ?",
                    level,
                )


def _mail_gaps(event: TraceEvent) -> Iterator[Gap]:
    if not event.author:
        yield "auteur", "l'identifiant de l'auteur", "vide", None
    moment = event.recorded.strip()
    if event.recorded_at is None or not event.zoned:
        yield "horodatage", "un horodatage local, avec son décalage", moment[:40] or "vide", None
    elif not _OFFSET.search(moment):
        yield (
            *("horodatage", "un horodatage local, avec son décalage (+01:00)"),
            moment[:40],
            Level.WARNING,
        )
    if not event.request:
        yield "demande", "ce qui a été demandé au service de messagerie", "vide", None
    if not event.answer:
        yield "réponse", "ce que le service a répondu, ou l'échec", "vide", None
