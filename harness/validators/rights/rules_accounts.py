"""Rules on accounts: who they belong to, how that was checked, and what their profile opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.model.access import AccessReleve, ContactReleve, ProfessionalReleve
from harness.model.access_cases import Act, Case
from harness.model.finding import Level
from harness.model.identity import FIELD_LABELS, TEN_FIELDS
from harness.model.releve import (
    AttemptReleve,
    IdentityReleve,
    ScreenReleve,
    TraceEntry,
    TraceReleve,
)
from harness.terminology import code_list
from harness.validators import Check, Finding, rule
from harness.validators.rights import access_reader as reader
from harness.validators.screen.reader import plain

GIVEN, WITHDRAWN = "donné", "retiré"
_ATTRIBUTES = {
    "national_id": "identifiant national",
    "exercise_name": "nom d'exercice",
    "exercise_given_name": "prénom d'exercice",
    "profession": "profession",
}


@rule("AUT-26", cites=("IEPS 8",), each=reader.acts(Act.PROFESSIONAL), lists=reader.WORDS)
def duplicate_account_is_alerted(attempt: AttemptReleve, check: Check) -> Iterator[Finding]:
    """A second account for the same professional is alerted as a duplicate."""
    hint = "L'unicité est-elle contrôlée sur l'identifiant national, et sur les traits ?"
    if reader.tells(attempt.message, "doublon"):
        return
    expected = "une alerte de doublon"
    if attempt.accepted:
        found = f"accepté sans alerte ({attempt.message or attempt.code or 'sans message'})"
        yield Finding("création du second compte", expected, found, hint)
    else:
        found = f"refusé, sans dire le doublon ({attempt.message or 'sans motif'})"
        yield Finding("création du second compte", expected, found, hint, Level.WARNING)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a professional: what it should be, and what the software holds."""

    name: str
    expected: str
    held: str


def attributes(check: Check) -> Iterator[Attribute]:
    """Yield each attribute expected of the professional (`professional`, by field name)."""
    record = reader.releve(check, ProfessionalReleve, "record")
    wanted = check.expected.get("professional")
    if record is None or not isinstance(wanted, Mapping):
        return
    for name in _ATTRIBUTES:
        if wanted.get(name):
            yield Attribute(name, str(wanted[name]), str(getattr(record, name)))


@rule("AUT-27", cites=("IEPS 4", "SSI/IE.33"), each=attributes)
def attributes_are_held(attribute: Attribute, check: Check) -> Iterator[Finding]:
    """The account holds the professional's national id, exercise name, given name, profession."""
    if plain(attribute.held) != plain(attribute.expected):
        yield Finding(
            f"compte : {_ATTRIBUTES[attribute.name]}",
            attribute.expected,
            attribute.held or "vide",
            "L'attribut est-il tenu par le compte, tel que l'Annuaire le donne ?",
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening of a patient's account without any check, and what the journal tells."""

    unchecked: AttemptReleve
    lines: tuple[TraceEntry, ...]


def openings(check: Check) -> Iterator[Opening]:
    """Yield an opening without check, when the same with its check (`control`) was accepted."""
    journal = reader.releve(check, TraceReleve, "journal")
    if journal is not None:
        for act in reader.acts(Act.OPENING)(check):
            yield Opening(act, journal.entries)


@rule("AUT-28", cites=("IEU 1",), each=openings, lists=reader.WORDS)
def identity_is_verified_at_opening(opening: Opening, check: Check) -> Iterator[Finding]:
    """A patient's account opens only with a check of the identity, and the check is traced."""
    yield from reader.must_be_refused(
        opening.unchecked,
        "ouverture d'un compte sans contrôle d'identité",
        "La case ou le justificatif est-il obligatoire ?",
    )
    told = [line for line in opening.lines if reader.tells(line.action, "compte")]
    proof = str(check.expected.get("proof") or "")
    if not any(_tells_the_check(line, proof) for line in told):
        yield Finding(
            "journal : ouverture du compte",
            "une ligne qui dit l'ouverture et la vérification faite",
            told[-1].detail or "une ligne qui ne dit pas la vérification" if told else "aucune",
            "La vérification (case ou justificatif) est-elle tracée avec l'ouverture ?",
        )


def _tells_the_check(line: TraceEntry, proof: str) -> bool:
    words = " ".join((line.action, line.detail, line.after))
    return reader.tells(words, "controle") or (bool(proof) and proof in words.split())


@dataclass(frozen=True, slots=True)
class Change:
    """A change of attributes: who did it without check, what changed, and who was told of it."""

    unchecked: AttemptReleve | None
    changed: tuple[str, ...] = ()
    notice: ContactReleve | None = None


def changes(check: Check) -> Iterator[Change]:
    """Yield a change without check, or the notice of a change, when one (`control`) was accepted.

    The notice is the role `contact`, with the act `changement d'attributs d'identité`.
    """
    for act in reader.acts(Act.ATTRIBUTES, Act.REQUEST)(check):
        before = reader.releve(check, IdentityReleve, "before")
        after = reader.releve(check, IdentityReleve, "after")
        yield Change(act, _changed(act, before, after))
    notice = reader.releve(check, ContactReleve, "contact")
    control = reader.releve(check, AttemptReleve, "control")
    asked = check.expected.get("act") == Act.ATTRIBUTES
    if notice is not None and asked and control is not None and control.accepted:
        yield Change(None, notice=notice)


def _changed(
    act: AttemptReleve, before: IdentityReleve | None, after: IdentityReleve | None
) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    names = (one for one in TEN_FIELDS if act.submitted.get(one))
    return tuple(one for one in names if getattr(before, one) != getattr(after, one))


@rule("AUT-29", cites=("IEU 2", "SSI/IE.32"), each=changes)
def attributes_change_only_with_a_check(change: Change, check: Check) -> Iterator[Finding]:
    """Attributes change only with a check as reliable as at the opening, and with a notice."""
    hint = "Un changement d'identité exige-t-il le même contrôle que l'ouverture du compte ?"
    if change.unchecked is not None and change.unchecked.act == Act.ATTRIBUTES:
        yield from reader.must_be_refused(change.unchecked, "changement sans contrôle", hint)
    for name in change.changed:
        expected = "inchangé tant que l'identité n'est pas contrôlée"
        yield Finding(f"identité : {FIELD_LABELS[name]}", expected, "changé", hint)
    if change.notice is not None and not change.notice.count:
        yield Finding(
            f"ancien contact ({change.notice.channel})",
            "un message qui avertit du changement",
            "rien n'est arrivé",
            "L'ancienne adresse est-elle avertie quand elle est remplacée ?",
        )


@dataclass(frozen=True, slots=True)
class Identification:
    """A sign-in with the matricule, and the same person's with the private identifier."""

    by_matricule: AccessReleve
    by_login: AccessReleve


def identifications(check: Check) -> Iterator[Identification]:
    """Yield a sign-in with the matricule, when that with the private login opened (`control`)."""
    control = reader.opened(check, "control")
    for attempt in reader.tried(Case.MATRICULE)(check):
        if control is not None:
            yield Identification(attempt, control)


@rule("AUT-30", cites=("IEU 7",), each=identifications)
def matricule_identifies(one: Identification, check: Check) -> Iterator[Finding]:
    """A patient signs in with the matricule INS as identifier, and reaches the same account."""
    hint = "L'identifiant saisi est-il cherché parmi les matricules des comptes liés ?"
    yield from reader.must_open(one.by_matricule, hint)
    own, other = one.by_login.account.get("login"), one.by_matricule.account.get("login")
    if one.by_matricule.opened and own and other and own != other:
        yield Finding("compte ouvert par le matricule", own, other, hint)


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What a user reached before and after a change of profile."""

    given: bool
    after: AccessReleve


def profile_changes(check: Check) -> Iterator[ProfileChange]:
    """Yield a change of profile, when what it changes was the other way round before it."""
    word = check.expected.get("profile")
    before, after = reader.access(check, "before"), reader.access(check, "after")
    if word not in (GIVEN, WITHDRAWN) or before is None or after is None:
        return
    given = word == GIVEN
    if before.reached and after.reached and before.opened is not given:
        yield ProfileChange(given, after)


@rule("AUT-32", cites=("ADM 1",), each=profile_changes)
def profile_takes_effect(change: ProfileChange, check: Check) -> Iterator[Finding]:
    """A change of profile takes effect: what it gives opens, what it withdraws closes."""
    hint = "Les droits sont-ils relus à chaque demande, ou gardés dans la session ?"
    if change.given:
        yield from reader.must_open(change.after, hint, "ouvert par le profil donné")
    else:
        yield from reader.must_stay_closed(change.after, hint, "fermé par le profil retiré")


@dataclass(frozen=True, slots=True)
class Delay:
    """A delay that the page of settings must show."""

    kind: str
    page: ScreenReleve


def delays(check: Check) -> Iterator[Delay]:
    """Yield each delay that the settings must show (`delays`: tables of `access_words.toml`)."""
    page = reader.releve(check, ScreenReleve, "settings")
    wanted = check.expected.get("delays")
    if page is None or not isinstance(wanted, list | tuple):
        return
    for kind in wanted:
        if kind in code_list(reader.WORDS[0]):
            yield Delay(str(kind), page)


@rule(
    "AUT-33",
    cites=("IEPS 6", "IEPS 13", "IEU 5", "IEU 12"),
    each=delays,
    lists=reader.WORDS,
)
def delays_are_settings(delay: Delay, check: Check) -> Iterator[Finding]:
    """The settings show the delays of renewal and of idleness."""
    shown = [one for one in delay.page.fields if reader.tells(one.label, delay.kind)]
    if not any(any(char.isdigit() for char in one.value) for one in shown):
        yield Finding(
            "page des réglages",
            f"un délai ({delay.kind}), avec sa valeur",
            "un libellé sans valeur" if shown else "aucun libellé qui en parle",
            "Ce délai se règle-t-il sur une autre page (drivers.screens.pages.settings) ?",
        )


@dataclass(frozen=True, slots=True)
class Extracted:
    """An account that an extraction must hold, and the text of the extraction."""

    account: str
    text: str


def extracted_accounts(check: Check) -> Iterator[Extracted]:
    """Yield each account (`accounts`: logins or national ids) to find in the extraction."""
    answer, wanted = check.artefacts.get("answer"), check.expected.get("accounts")
    if answer is None or not isinstance(wanted, list | tuple):
        return
    text = answer.content.decode("utf-8", "replace")
    for account in wanted:
        yield Extracted(str(account), text)


@rule("AUT-35", cites=("SSI/IAM.87",), each=extracted_accounts)
def accounts_are_extractable(extracted: Extracted, check: Check) -> Iterator[Finding]:
    """The extraction of accounts holds every account."""
    if extracted.account not in extracted.text:
        yield Finding(
            "extraction des comptes",
            f"le compte {extracted.account}",
            "absent",
            "L'extraction porte-t-elle sur tous les comptes, jusqu'au dernier créé ?",
        )
