"""What the sign-in part of a target file must hold together: journeys, stages, protected pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.model.access import STAGES
from harness.model.identity import TEN_FIELDS
from harness.targets.base import Capability
from harness.targets.faults import Fault, near, shown
from harness.targets.target import Target
from harness.targets.target_access import Journey, JourneyStep, VisitorOptions

_NEW = ("new_secret",)
JOURNEYS: dict[str, tuple[str, ...]] = {
    "sign_in": ("user", "secret"),
    "second_factor": ("code",),
    "resend_code": (),
    "sign_out": (),
    "psc_start": (),
    "psc_identify": ("moyen", "professionnel"),
    "psc_consent": (),
    "psc_refuse": (),
    "choose_activity": ("activity",),
    "account": (),
    "change_password": ("secret", *_NEW),
    "ask_recovery": ("user",),
    "reset_password": ("link", *_NEW),
    "activate": ("link", *_NEW),
    "forced_renewal": _NEW,
    "verify_email": ("email",),
    "confirm_email": ("code",),
    "verify_phone": ("phone",),
    "confirm_phone": ("code",),
    "choose_factor": ("kind",),
    "confirm_factor": ("code",),
    "lose_device": ("user", "secret", "recovery_code"),
    "revoke": ("means",),
    "revoke_all": (),
    "ask_revocation": ("user",),
    "confirm_revocation": ("link",),
    "correct_identity": TEN_FIELDS,
}
"""Journey → the placeholders that its steps may use."""
COMPULSORY = ("user", "secret", "new_secret", "code", "recovery_code", "link")
"""Placeholders without which a journey that has them would not do what it says."""
ACCOUNT = (
    *("login", "national_id", "activity", "email", "phone", "means", "name", "given_name"),
    *("birth_name", "used_name", "birth_date"),
)
"""Names of `[drivers.visitor.account_labels]`; the last three are those of a patient."""
READS = ("totp_secret", "recovery_codes", *ACCOUNT)
KINDS = ("patient", "professional")
PROTECTED = (*KINDS, "profil")
"""Keys of the protected addresses; `profil`: what depends on the profile of who is signed in."""
_NATIONAL_ID = re.compile(r"8[0-9]{11}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_REACHED = ("account_id", "patient_id")
_VISITOR = "drivers.visitor"


def visitor_faults(target: Target) -> Iterator[Fault]:
    """Yield every incoherence of `[drivers.visitor]` and of what needs it."""
    options = target.drivers.visitor
    yield from _journeys(options)
    yield from _marks(options)
    yield from _protected(options)
    yield from _words(options)
    yield from _patterns(options)
    if target.capabilities.get(Capability.SIGN_IN) == "visitor":
        if not target.endpoints.base_url:
            yield Fault("endpoints.base_url", "clé absente ; capabilities.sign_in en a besoin")
        if "sign_in" not in options.journeys:
            key = f"{_VISITOR}.journeys.sign_in"
            yield Fault(key, 'table absente ; capabilities.sign_in = "visitor" en a besoin')


def _journeys(options: VisitorOptions) -> Iterator[Fault]:
    for name, journey in options.journeys.items():
        key = f"{_VISITOR}.journeys.{name}"
        if name not in JOURNEYS:
            guess = near(name, JOURNEYS)
            advice = f"vouliez-vous « {guess} » ?" if guess else ", ".join(JOURNEYS)
            yield Fault(key, f"parcours inconnu ; {advice}")
            continue
        yield from _steps(key, name, journey)
        for read in journey.reads:
            if read not in READS:
                yield Fault(f"{key}.reads.{read}", f"nom inconnu ; {', '.join(READS)}")


def _steps(key: str, name: str, journey: Journey) -> Iterator[Fault]:
    if not journey.steps:
        yield Fault(f"{key}.steps", "[] : au moins un pas est attendu (open, fill, press)")
    used: set[str] = set()
    for index, step in enumerate(journey.steps):
        place = f"{key}.steps[{index}]"
        used |= (found := _placeholders(step))
        for one in sorted(found - set(JOURNEYS[name])):
            known = ", ".join(f"{{{text}}}" for text in JOURNEYS[name]) or "aucun"
            yield Fault(place, f"{{{one}}} : variable inconnue ici ; celles du parcours : {known}")
        if not (step.open or step.fill or step.press):
            yield Fault(place, "{} : open, fill ou press est attendu")
        if step.open and not re.match(r"/|\{link\}$|https?://", step.open):
            expected = "un chemin /…, une adresse entière ou {link} est attendu"
            yield Fault(f"{place}.open", f"{shown(step.open)} : {expected}")
    for one in JOURNEYS[name]:
        if one in COMPULSORY and one not in used and journey.steps:
            yield Fault(f"{key}.steps", f"{{{one}}} n'y est pas : ce parcours doit l'employer")


def _placeholders(step: JourneyStep) -> set[str]:
    texts = (step.open, step.press, *step.fill.values())
    return {one for text in texts for one in _PLACEHOLDER.findall(text)}


def _marks(options: VisitorOptions) -> Iterator[Fault]:
    for index, mark in enumerate(options.stages):
        key = f"{_VISITOR}.stages[{index}]"
        if mark.stage not in STAGES:
            guess = near(mark.stage, STAGES)
            advice = f" ; vouliez-vous « {guess} » ?" if guess else ""
            wanted = " ou ".join(f'"{one}"' for one in STAGES)
            yield Fault(f"{key}.stage", f"{shown(mark.stage)} : {wanted} attendu{advice}")
        if not mark.path and not mark.text:
            yield Fault(key, "path ou text est attendu : à quoi se reconnaît la page ?")
        if mark.path and not mark.path.startswith("/"):
            yield Fault(f"{key}.path", f"{shown(mark.path)} : un chemin /… est attendu")


def _protected(options: VisitorOptions) -> Iterator[Fault]:
    for table in ("protected", "protected_api", "account_page"):
        for kind, given in getattr(options, table).items():
            key = f"{_VISITOR}.{table}.{kind}"
            known_kinds = KINDS if table == "account_page" else PROTECTED
            if kind not in known_kinds:
                yield Fault(key, f"clé inconnue ; {' ou '.join(known_kinds)}")
            for address in (given,) if isinstance(given, str) else given:
                if not address.startswith("/"):
                    yield Fault(key, f"{shown(address)} : un chemin /… est attendu")
                for one in _PLACEHOLDER.findall(address):
                    if one not in _REACHED:
                        known = ", ".join(f"{{{text}}}" for text in _REACHED)
                        yield Fault(key, f"{{{one}}} : variable inconnue ici ; {known}")


def _words(options: VisitorOptions) -> Iterator[Fault]:
    for name in options.account_labels:
        if name not in ACCOUNT:
            key = f"{_VISITOR}.account_labels.{name}"
            yield Fault(key, f"nom inconnu ; {', '.join(ACCOUNT)}")
    for kind, account in options.accounts.items():
        key = f"{_VISITOR}.accounts.{kind}"
        if kind not in KINDS:
            yield Fault(key, f"clé inconnue ; {' ou '.join(KINDS)}")
        if account.national_id and not _NATIONAL_ID.fullmatch(account.national_id):
            told = f"{shown(account.national_id)} : 12 chiffres sont attendus, 8 puis le RPPS"
            yield Fault(f"{key}.national_id", told)
    for index, host in enumerate(options.hosts):
        parts = urlsplit(host)
        if (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or parts.path not in {"/", ""}
        ):
            key = f"{_VISITOR}.hosts[{index}]"
            yield Fault(key, f"{shown(host)} : https://hôte[:port] est attendu")


def _patterns(options: VisitorOptions) -> Iterator[Fault]:
    for name in ("code", "link"):
        pattern, key = getattr(options, name), f"{_VISITOR}.{name}"
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            yield Fault(key, f"{shown(pattern)} : expression régulière illisible ({error})")
            continue
        if groups != 1:
            yield Fault(key, f"{shown(pattern)} : un groupe (…) et un seul est attendu")
